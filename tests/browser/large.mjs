// What is large: a search through many events that shows how far it is and ends with the next filter, ten thousand attempts
// of one event, and a body of five megabytes.
//
//   node --experimental-websocket tests/browser/large.mjs
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const EVENTS = 20_000;
const at = "2024-01-15T10:00:00.000Z";
const home = new Home();
const browser = await Browser.start();
const arrival = { arrived_at: at, verification: "valid", target: "/", headers: [] };
const attempt = (n) => ({ purpose: "replay", url: "http://127.0.0.1:9/", attempt: 1, began_at: at, latency_ms: 1, latency_us: 1000 + n, outcome: "acknowledged", status: 200, body: "ok" });
const line = (data, attempts = []) => `${JSON.stringify({ type: "event", body: JSON.stringify({ event_type: "signup.created", data }), arrivals: [arrival], attempts })}\n`;
const nodes = (page) => page.run(() => document.querySelectorAll("*").length);

try {
  const file = join(home.folder, "many.jsonl");
  const lines = Array.from({ length: EVENTS }, (_, n) => line({ position: n + 1 }));
  lines[0] = line({ position: 1 }, Array.from({ length: 10_000 }, (_, n) => attempt(n)));
  lines.push(line({ email: "large@example.org", name: "x".repeat(5 << 20) }));
  writeFileSync(file, lines.join(""));
  const imported = home.run("events", "import", file);
  assert.equal(imported.code, 0, imported.err);
  const inspector = await home.serve("inspect", "--inspect-port", "0");
  const page = await browser.open();
  await page.go(inspector.inspect_url);
  await page.reads("#listnote", "of 20\u2009001");

  // A condition that nothing meets: one sees how far it is, and the next filter ends it.
  await page.fill('#filters input[name="where"]', "last(range(1000)) == 3");
  await page.key("Enter");
  await page.reads("#listnote .looking", "of 20\u2009001", 60_000);
  const seen = async () => Number(/through ([\d\u2009]+) of/.exec(await page.read("#listnote .looking"))?.[1].replaceAll("\u2009", ""));
  const first = await seen();
  await until("progress", async () => (await seen()) > first, 60_000);
  await page.fill('#filters input[name="where"]', ".data.position == 7");
  await page.key("Enter");
  await page.reads("#listnote", "1 found", 60_000);
  const asked = page.requests.map((url) => decodeURIComponent(url)).filter((url) => url.includes("/api/events?"));
  const last = asked.findLastIndex((url) => url.includes("range(1000"));
  assert.ok(asked.findIndex((url) => url.includes("position+==+7")) > last, "nothing is asked any more of what was given up");
  await page.click("#filters button", "Clear");

  // Ten thousand attempts: the last ones, and the earlier ones on request.
  const show = async (number) => {
    await page.run((n) => { history.pushState(null, "", `/?event=${n}`); dispatchEvent(new PopStateEvent("popstate")); }, number);
    await page.see(`article[data-number="${number}"]`, 60_000);
  };
  await show(1);
  await page.reads("#detail", "9\u2009950 earlier");
  assert.ok((await nodes(page)) < 20_000);
  await page.click("#detail button", "9\u2009950 earlier");
  await page.reads("#detail", "9\u2009900 earlier");

  // Five megabytes, in every form, compared, and in the form.
  await show(EVENTS + 1);
  for (const [form, words] of [["Raw", "5.0 MiB in all"], ["Hex", "more"], ["Pretty", "large@example.org"]]) {
    await page.click("#detail .bar button", form);
    await page.reads("#detail .code", words);
  }
  assert.ok(await page.run(() => document.querySelector("#detail .code").textContent.length < 500_000));
  await page.key("e");
  await page.see("dialog textarea");
  await page.key("Escape");
  await page.run((n) => { history.pushState(null, "", `/?compare=${n},2`); dispatchEvent(new PopStateEvent("popstate")); }, EVENTS + 1);
  await page.see("article[data-compare]", 60_000);
  assert.ok(await page.run(() => document.querySelector("article[data-compare]").textContent.length < 50_000));
  assert.deepEqual([page.messages, page.dialogs], [[], []]);
  console.log("what is large is shown in parts");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await leave(browser, home);
}
