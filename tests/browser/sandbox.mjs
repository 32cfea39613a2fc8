// The sandbox's view in a real Chromium: sign-ups, subscriptions, the queue, and what is left of the hour.
//
//   node --experimental-websocket tests/browser/sandbox.mjs
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { audit, views, violations } from "./axe.mjs";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const app = createServer((request, answer) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => { app.received.push(JSON.parse(Buffer.concat(parts))); answer.statusCode = app.status; answer.end("{}"); });
});
Object.assign(app, { status: 200, received: [] });
await new Promise((done) => app.listen(0, "127.0.0.1", done));
const target = `http://127.0.0.1:${app.address().port}/hook`;

const home = new Home();
const browser = await Browser.start();
const people = (page) => page.run(() => [...document.querySelectorAll(".rows li")].map((row) => row.textContent));
const closed = (page) => until("no dialog", () => page.run(() => !document.querySelector("dialog")));
const received = (type, number) => until(`${number} of ${type}`, () => { const found = app.received.filter((body) => body.event_type === type); return found.length === number && found; });

try {
  const inspector = await home.serve("inspect", "--inspect-port", "0");
  const page = await browser.open();
  await page.go(inspector.inspect_url);
  await page.reads("#live", "Live");
  await page.click("#filters button", "Sandbox");
  await page.reads("#sandbox", "No sandbox is running");
  await page.reads("#sandbox pre", "referralloop sandbox");
  assert.match(await page.run(() => location.search), /view=sandbox/);
  await audit(page, "no sandbox");

  // It appears by itself, and so does what others do with it.
  let sandbox = await home.serve("sandbox", "--port", "0", "--signups", "120", "--plan", "starter");
  await page.see(".rows");
  assert.equal((await people(page)).length, 100);
  await page.click("#sandbox button", "More");
  await until("everybody", async () => (await people(page)).length === 120);
  await page.reads(".limits", "1\u2009000 of 1\u2009000 calls left");
  await page.reads(".about", "plan starter");
  Object.assign(home.environment, { REFERRALLOOP_API_URL: sandbox.url, REFERRALLOOP_API_KEY: sandbox.api_key });
  assert.equal(home.run("waitlists").code, 0);
  await page.reads(".limits", "999 of 1\u2009000 calls left");

  // Subscriptions.
  for (const type of ["Created", "Moved", "Deleted"]) {
    await page.click("#sandbox button", "+ Subscribe");
    await page.click("dialog button", type);
    await page.fill('dialog input[name="target"]', target);
    if (type === "Moved") await audit(page, "subscribe");
    await page.click("dialog button.primary");
    await closed(page);
  }
  await until("three subscriptions", () => page.run(() => document.querySelectorAll(".subscriptions li").length === 3));
  await page.click("#sandbox button", "+ Subscribe");
  await page.fill('dialog input[name="target"]', "http://example.org/");
  await page.click("dialog button.primary");
  await page.reads("dialog .fault", "public HTTPS URL");
  await page.key("Escape");

  // Sign-ups: made, found, moved, referred, deleted; each is delivered.
  await page.key("n");
  await page.fill('dialog input[name="email"]', "ann@example.org");
  await audit(page, "new sign-up");
  await page.click("dialog button.primary");
  await closed(page);
  assert.equal((await received("signup.created", 1))[0].data.email, "ann@example.org");
  await page.reads(".done", "delivered");
  await page.fill("#sq", "ann@");
  await until("one of them", async () => (await people(page)).length === 1);
  await page.click(".rows button", "Move");
  await page.fill('dialog input[name="position"]', "119");
  await page.click("dialog button.primary");
  await closed(page);
  const moved = await received("signup.position_changed", 3);
  assert.deepEqual(moved.map(({ data }) => [data.old_position, data.new_position]).sort(), [[119, 120], [120, 121], [121, 119]]);
  await page.click(".rows button", "Refer");
  await received("signup.created", 2);
  await until("five places up", async () => (await people(page))[0].startsWith("114"));
  await page.reads(".rows", "1 referred");
  await page.click(".rows button", "Delete");
  await page.click("dialog button.primary");
  await closed(page);
  assert.equal((await received("signup.deleted", 1))[0].data.email, "ann@example.org");
  await page.reads(".people", "Nobody matches");
  await page.fill("#sq", "");
  await page.key("Backspace");
  await until("the others", async () => (await people(page)).length >= 100);

  // The queue: a delivery that fails waits, and is delivered at once on request.
  for (const words of ["Deleted", "Moved"]) {
    await page.run((w) => [...document.querySelectorAll(".subscriptions li")].find((node) => node.textContent.includes({ Deleted: "deleted", Moved: "position" }[w])).querySelector("button").click(), words);
    await page.click("dialog button.primary");
    await closed(page);
  }
  app.status = 503;
  await page.click("#sandbox button", "+ Sign-up");
  await page.click("dialog button.primary");
  await closed(page);
  await page.reads(".queue", "attempt 2 of 5");
  await page.reads(".queue .tag", "503");
  const shown = await page.read(".countdown");
  assert.match(shown, /in (\d+ s|1 min)/);
  await until("a second less", async () => (await page.read(".countdown")) !== shown);
  await audit(page, "sandbox");
  await page.size(390, 844);
  await audit(page, "sandbox on a phone");
  assert.ok(await page.run(() => document.querySelector("#sandbox").scrollWidth <= document.querySelector("#sandbox").clientWidth), "nothing is cut off");
  await page.size(1280, 800);
  await page.click(".queue button", "Deliver now");
  await page.reads(".queue", "attempt 3 of 5");
  app.status = 200;
  await page.click(".queue button", "Deliver now");
  await page.reads(".queue", "Nothing waits");
  await page.reads(".done li", "delivered");

  await page.run(() => document.activeElement.blur());

  // Masked, restarted, gone, and back to the events.
  await page.key("m");
  await until("masked", async () => (await people(page)).every((row) => row.includes("masked") && !row.includes("@")));
  await page.key("m");
  await until("unmasked", async () => (await people(page)).every((row) => row.includes("@")));
  await sandbox.end();
  await page.reads("#sandbox", "No sandbox is running");
  sandbox = await home.serve("sandbox", "--port", "0", "--inspect", "--inspect-port", "0");
  await until("the same people", async () => (await people(page)).length === 100);
  const beside = await browser.open({ dark: true });
  await beside.go(sandbox.inspect_url);
  await beside.reads("#live", "Live");
  await beside.click("#filters button", "Sandbox");
  await beside.see(".rows");
  await page.key("Escape");
  await page.reads("#listnote", "Nothing yet");

  const own = new URL(inspector.inspect_url).origin;
  assert.deepEqual(page.requests.filter((url) => !url.startsWith(`${own}/`)), []);
  assert.deepEqual([page.messages.filter((m) => !/40[049] \(/.test(m)), page.dialogs, violations], [[], [], []]);
  console.log(`the sandbox's view works; ${views.length} views without a violation: ${views.join(", ")}`);
} catch (error) {
  console.error(error, violations);
  process.exitCode = 1;
} finally {
  await leave(browser, home, app);
}
