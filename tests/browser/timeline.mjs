// The drawings in a real Chromium: the timeline and its zoom, how long answers took, the countdown to a retry, and the
// filters of time, direction and waitlist.
//
//   node --experimental-websocket tests/browser/timeline.mjs
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { audit, views, violations } from "./axe.mjs";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const app = createServer((request, answer) => {
  request.resume();
  request.on("end", () => { answer.statusCode = app.status; answer.end("{}"); });
});
app.status = 200;
await new Promise((done) => app.listen(0, "127.0.0.1", done));

const home = new Home();
const browser = await Browser.start();
const search = (page) => page.run(() => Object.fromEntries(new URLSearchParams(location.search)));
const rows = (page) => page.run(() => [...document.querySelectorAll(".row:not([hidden]):not(.empty)")].map((row) => row.textContent));
const shows = (page, number) => until(`${number} rows`, async () => (await rows(page)).length === number);
const reads = (page, words) => page.reads("#timeline .reading", words);

try {
  const listener = await home.serve("listen", "--port", "0", "--inspect", "--inspect-port", "0", "--forward-retry", "--forward-to", `${app.address().port}/in`);
  const send = (...words) => home.run("trigger", ...words, "--to", listener.url, "--no-retry");
  const page = await browser.open();
  await page.go(listener.inspect_url);
  await page.reads("#live", "Live");
  assert.ok(await page.run(() => getComputedStyle(document.querySelector("#timeline")).display === "none"), "nothing to draw yet");

  // What happens is drawn as it happens.
  send("created", "--email", "ann@example.org", "--set", "waitlist_id=11111111-2222-3333-4444-555555555555");
  await reads(page, "1 arrival, 2 attempts");
  send("created", "--email", "bob@example.org");
  send("deleted", "--email", "carol@example.org");
  await reads(page, "3 arrivals, 6 attempts");
  await page.reads("[data-overview] .cards", "3arrivals");
  assert.equal(await page.run(() => [...document.querySelectorAll(".columns b")].reduce((sum, bar) => sum + Number(bar.textContent), 0)), 6, "each answer is in one range");
  assert.match(await page.read(".figures"), /p50.*p90.*p99.*max/);
  await audit(page, "overview");

  // Dragging zooms, onto what lies there; the list follows, and Back shows what was there before.
  await page.drag("#timeline .plot", 0.6, 0.98);
  await until("a zoom in the address", async () => (await search(page)).since);
  const zoomed = await search(page);
  assert.ok(Date.parse(zoomed.since) < Date.parse(zoomed.until_time));
  const within = await page.run(async ({ since, until_time }) => (await (await fetch(`/api/events?since=${since}&until_time=${until_time}`)).text()).split('"type":"event"').length - 1, zoomed);
  await shows(page, within);
  assert.ok(within < 3, "not all of them lie there");
  await until("the drawing of the zoom", () => page.run(() => document.querySelector("#timeline .tools").textContent.includes("Whole history")));
  await audit(page, "zoomed");
  await page.run(() => history.back());
  await shows(page, 3);
  await until("no zoom in the address", async () => !(await search(page)).since);
  await page.drag("#timeline .plot", 0.2, 0.4);
  await until("a second zoom", async () => (await search(page)).since);
  await page.click("#timeline .tools button", "Whole history");
  await shows(page, 3);

  // The same with keys.
  await page.run(() => document.querySelector("#timeline .plot").focus());
  await page.key("+");
  await until("a zoom by key", async () => (await search(page)).since);
  const [first, before] = [await search(page), await page.read("#timeline .range")];
  await until("the zoom drawn", () => page.run((since) => document.querySelector("#timeline .range").title.startsWith(since), first.since));
  await page.key("ArrowRight");
  await until("a move by key", async () => (await search(page)).since > first.since);
  assert.ok(before);
  await page.key("0");
  await shows(page, 3);

  // Time, direction, waitlist.
  await page.click("#filters button", "Any time");
  await page.see("dialog");
  await audit(page, "time");
  await page.fill('dialog input[name="since"]', "rubbish");
  await page.click("dialog button.primary");
  await page.reads("dialog .fault", "is not a time");
  await page.fill('dialog input[name="since"]', "1h");
  await page.click("dialog button.primary");
  await until("an hour", async () => (await search(page)).since === "1h");
  await shows(page, 3);
  await page.click("#filters button", "1h");
  await page.click("dialog button", "Yesterday");
  await page.reads("#listnote", "Nothing matches");
  await page.click("#filters button", "Clear");
  await shows(page, 3);
  home.run("trigger", "created", "--email", "away@example.org", "--to", `${app.address().port}/in`);
  await shows(page, 4);
  await page.click("#filters button", "Received");
  await shows(page, 3);
  assert.equal((await search(page)).direction, "received");
  await page.click("#filters button", "Sent");
  await shows(page, 4);
  await page.click("#filters button", "Clear");
  await page.fill('#filters input[name="waitlist"]', "11111111-2222-3333-4444-555555555555");
  await page.key("Enter");
  await shows(page, 1);
  await page.click("#filters button", "Clear");
  await shows(page, 4);

  // What is selected is exported as `events export` writes it.
  await page.click(".row", "bob@example.org", 2);
  await page.click(".row", "carol@example.org", 2);
  await page.reads("#listnote", "2 selected");
  const saved = await page.download(() => page.click("#listnote button", "Export"));
  const exported = saved.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(exported.map((record) => record.email), ["bob@example.org", "carol@example.org"]);
  const whole = home.run("events", "export").out.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(exported.map(({ at, ...rest }) => rest), whole.filter((record) => [2, 3].includes(record.event)).map(({ at, ...rest }) => rest));
  await page.click("#listnote button", "Clear");

  // A forward that fails is tried again: the page counts down to it.
  app.status = 503;
  send("created", "--email", "dora@example.org");
  await page.reads("[data-overview] .retry", "Attempt 2 of 5");
  assert.match(await page.read(".countdown"), /\d+ s|1 min/);
  const shown = await page.read(".countdown");
  await until("a second less", async () => (await page.read(".countdown")) !== shown);
  await audit(page, "pending");
  await page.click(".row", "dora@example.org");
  await page.reads("article[data-number] .retry", "Attempt 2 of 5");
  assert.equal(await page.run(() => document.querySelectorAll(".retry circle").length), 5);
  await audit(page, "pending event");
  await page.key("Escape");
  await page.see("[data-overview]");

  assert.deepEqual([page.messages.filter((m) => !m.includes("400 (Bad Request)")), page.dialogs, violations], [[], [], []]);
  console.log(`the drawings work; ${views.length} views without a violation: ${views.join(", ")}`);
} catch (error) {
  console.error(error, violations);
  process.exitCode = 1;
} finally {
  await leave(browser, home, app);
}
