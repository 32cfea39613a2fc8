// The inspector's page in a real Chromium: everything that one does there, foreign text in every field, other origins that
// want in, and the rules of accessibility.
//
//   node --experimental-websocket tests/browser/page.mjs
//
// REFERRALLOOP names the program, CHROMIUM the browser, NODE_MODULES a folder with axe-core; SHOTS one for pictures.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { audit, views, violations } from "./axe.mjs";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const HOSTILE = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "javascript:alert(1)", "\u202eevil\u202c", "\u0085\u009b31m", "a\u200bb", "\u001b[31m", "\u0000", "{{constructor.constructor('alert(1)')()}}", "%3Cscript%3E", "'; DROP TABLE events; --", "\ud83d\ude00", "\ufeff", "\u2028"];

// An app that fails now and then.
const app = createServer((request, answer) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    app.received.push({ body, headers: request.headers });
    answer.statusCode = body.includes("fail@") ? 500 : 200;
    answer.setHeader("content-type", "text/html");
    answer.end(body.includes("fail@") ? "<b>database is down</b><script>alert(1)</script>" : '{"received":true}');
  });
});
app.received = [];
await new Promise((done) => app.listen(0, "127.0.0.1", done));
const target = `http://127.0.0.1:${app.address().port}/webhooks`;

const home = new Home();
const browser = await Browser.start();

const rows = (page) => page.run(() => [...document.querySelectorAll(".row:not([hidden]):not(.empty)")].map((row) => row.textContent));
const shows = (page, words, number) => until(`${number} rows with ${words}`, async () => { const found = await rows(page); return found.length === number && found.every((row) => row.includes(words)) && found; });

try {
  const listener = await home.serve("listen", "--port", "0", "--inspect", "--inspect-port", "0", "--forward-to", target);
  const send = (...words) => home.run("trigger", ...words, "--to", listener.url, "--no-retry");
  const page = await browser.open();
  await page.go(listener.inspect_url);
  await page.reads("#listnote", "Nothing yet");
  await page.reads("#live", "Live");
  assert.equal(await page.run(() => location.hash), "", "the token is out of the address bar");
  await audit(page, "nothing yet");

  // Live, newest first.
  send("created", "--email", "ann@example.org", "--set", "data.position=3");
  await shows(page, "ann@example.org", 1);
  send("created", "--email", "fail@example.org", "--set", "data.position=70");
  send("position_changed", "--email", "bob@example.org", "--set", "data.old_position=10", "--set", "data.new_position=5");
  send("deleted", "--email", "carol@example.org");
  send("created", "--email", "dora@example.org", "--unsigned");
  await until("five rows", async () => (await rows(page)).length === 5);
  const refused = '{"event_type":"signup.created","data":{"id":"s","email":"odd@example.org","position":1.0}}';
  send("--data", refused, "--sign", "json-stringify");
  await until("forwards", async () => (await rows(page)).filter((row) => row.includes("ms")).length >= 5);
  assert.match((await rows(page)).find((row) => row.includes("bob@")), /10 → 5/);
  await audit(page, "list");

  // Filters, each kept in the address.
  const filter = async (words, wanted, number, part) => {
    await page.click("#filters button", words);
    await shows(page, wanted, number);
    await until(part, () => page.run((p) => location.search.includes(p), part));
    await page.click("#filters button", "Clear");
    await until("no filters", () => page.run(() => location.search === ""));
  };
  for (const [words, number, part] of [["Created", 4, "events=signup.created"], ["Verified", 4, "state=valid"]]) {
    await page.click("#filters button", words);
    await until(part, async () => (await rows(page)).length === number && page.run((p) => location.search.includes(p), part));
    await page.click("#filters button", "Clear");
    await until("no filters", () => page.run(() => location.search === ""));
  }
  await filter("Moved", "bob@example.org", 1, "events=signup.position_changed");
  await filter("Deleted", "carol@example.org", 1, "events=signup.deleted");
  await filter("Unsigned", "dora@example.org", 1, "state=unsigned");
  await filter("Refused", "odd@example.org", 1, "view=refused");
  await page.click("#filters button", "Failed");
  await until("failed ones", async () => (await rows(page)).some((row) => row.includes("fail@")));
  await page.key("Escape");
  const typeInto = async (selector, words) => { await page.fill(selector, words); await page.key("Enter"); };
  await typeInto('#filters input[name="where"]', ".data.position == 3");
  await shows(page, "ann@example.org", 1);
  await typeInto('#filters input[name="where"]', ".data[");
  await page.reads("#listnote .fault", "not a condition in jq syntax");
  await page.click("#filters button", "Clear");
  await page.key("/");
  await page.type("bob@example.org");
  await shows(page, "bob@example.org", 1);
  await until("the search in the address", () => page.run(() => location.search.includes("q=bob")));
  await page.run(() => { window.isOld = true; location.reload(); });
  await until("the page anew", () => page.run(() => !window.isOld).catch(() => false));
  await shows(page, "bob@example.org", 1);
  await page.key("Escape");
  await until("all rows", async () => (await rows(page)).length >= 6);

  // Keyboard alone.
  await page.run(() => document.activeElement.blur());
  await page.key("j");
  await page.key("j");
  await page.key("Enter");
  await page.see("article[data-number]");
  await page.key("k");
  await page.key("?");
  await page.see("dialog[open]");
  await audit(page, "shortcuts");
  await page.key("Escape");
  await until("no dialog", () => page.run(() => !document.querySelector("dialog")));

  const openEvent = async (words) => {
    await page.click(".row", words);
    await until(words, async () => (await page.read("#detail .names p"))?.includes(words));
  };
  await openEvent("ann@example.org");
  await page.key("e");
  await page.see("dialog textarea");
  await page.key("Escape");
  await until("no dialog", () => page.run(() => !document.querySelector("dialog")));
  for (const form of ["Raw", "Hex", "Pretty"]) await page.click("#detail .bar button", form);
  await page.see(".code .key");
  await audit(page, "event");

  // Whatever can be used is reached with the Tab key, and one sees where one is.
  const reached = [];
  await page.run(() => document.querySelector("#q").focus());
  for (let n = 0; n < 90; n += 1) {
    await page.key("Tab");
    const at = await page.run(() => { const node = document.activeElement; return node === document.body ? null : [node.id || node.name || node.className.split(" ")[0] || node.textContent, getComputedStyle(node).outlineStyle !== "none"]; });
    if (!at || at[0] === "q") break;
    reached.push(at);
  }
  for (const name of ["make", "mask", "theme", "help", "Created", "waitlist", "where", "plot", "list", "primary", "code"]) assert.ok(reached.some(([at]) => at === name || at.startsWith(name)), `${name} is not reached: ${reached.map(([at]) => at)}`);
  assert.deepEqual(reached.filter(([, seen]) => !seen), [], "the focus is seen");

  // Replay, edit and resend, make, copy, compare, export, mask.
  const before = app.received.length;
  await page.key("r");
  await page.fill('dialog input[name="to"]', target);
  await audit(page, "replay");
  await page.click("dialog button.primary");
  await page.reads("#toasts", "200 in");
  assert.equal(app.received[before].body, (await home.run("events", "show", "1", "--raw")).out);
  await page.click("#detail .tools button", "Edit & resend");
  await page.see("dialog textarea");
  await page.run(() => { const area = document.querySelector("dialog textarea"); area.value = area.value.replace("ann@", "eve@"); });
  await audit(page, "edit");
  await page.click("dialog button.primary");
  await page.reads("#detail .names p", "eve@example.org");
  assert.match(app.received.at(-1).headers["x-webhook-signature"], /^sha256=/);
  await page.key("n");
  await page.fill('dialog input[name="data.email"]', "made@example.org");
  await audit(page, "make");
  await page.click("dialog button.primary");
  await page.reads("dialog h2", "New created");
  await page.click("dialog button.primary");
  await page.reads("#detail .names p", "made@example.org");
  // Its row comes with the stream and moves the others down.
  await until("a row", () => page.run(() => [...document.querySelectorAll(".row")].some((row) => row.textContent.includes("made@"))));
  await openEvent("bob@example.org");
  await page.click("#detail .tools button", "Copy as");
  for (const [language, words] of [["Hurl", "POST http"], ["Python", "unittest"], ["Node", "node:test"], ["curl", "curl -sS"]]) {
    await page.click("dialog .segmented button", language);
    await page.reads("dialog pre", words);
  }
  await audit(page, "code");
  await page.key("Escape");
  await page.click("#detail .tools button", "Compare");
  await page.fill('dialog input[name="other"]', "1");
  await page.click("dialog button.primary");
  await page.see("article[data-compare] .difference");
  await audit(page, "comparison");
  await page.click(".row", "ann@example.org", 2);
  await page.click(".row", "carol@example.org", 2);
  await page.reads("#listnote", "2 selected");
  await page.click("#listnote button", "Clear");
  await page.key("m");
  await until("masked addresses", async () => (await rows(page)).length && !(await page.read("body")).includes("ann@example.org"));
  await page.key("m");
  await shows(page, "@", (await rows(page)).length);

  // The doctor's story.
  await page.click("#filters button", "Refused");
  await shows(page, "refused", 1);
  await page.click(".row", "odd@example.org");
  await page.reads(".doctor", "JSON.stringify");
  assert.ok(await page.run(() => document.querySelectorAll(".aligned td.diff").length > 0));
  await audit(page, "refused");
  await page.click("#filters button", "Clear");

  // Foreign text in every field.
  for (const text of HOSTILE) {
    const body = { event_type: text, waitlist_id: text, data: { id: text, email: `${text}@x.io`, name: text, position: text, [text]: text }, timestamp: text, [text]: [text] };
    const answer = await fetch(`${listener.url}?${encodeURIComponent(text)}`, { method: "POST", headers: { "x-odd": encodeURI(text) }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200);
  }
  const last = await until("all of them", async () => { const n = await page.run(async () => JSON.parse((await (await fetch("/api/status")).text())).last); return n >= 7 + HOSTILE.length && n; });
  for (let number = last; number > last - HOSTILE.length; number -= 1) {
    await page.run((n) => { history.pushState(null, "", `/?event=${n}`); dispatchEvent(new PopStateEvent("popstate")); }, number);
    await page.see(`article[data-number="${number}"]`);
    await page.click("#detail .bar button", "Raw");
    await page.click("#detail .bar button", "Pretty");
    assert.doesNotMatch(await page.read("body"), /[\u0080-\u009f\u200b\u202a-\u202e\u001b]/u);
  }
  await page.run(() => { history.pushState(null, "", "/?q=%3Cscript%3E&where=%22%3E%3Cimg%3E"); dispatchEvent(new PopStateEvent("popstate")); });
  await page.see("#listnote .fault");
  assert.deepEqual([page.messages.filter((m) => !m.includes("400 (Bad Request)")), page.dialogs], [[], []]);
  const own = new URL(listener.inspect_url).origin;
  assert.deepEqual(page.requests.filter((url) => !url.startsWith(`${own}/`)), []);

  // Other origins.
  const count = () => home.run("events", "list", "--all", "--json", "--limit", "1000").out.length;
  const [had, sent] = [count(), app.received.length];
  const stranger = createServer((_, answer) => { answer.setHeader("content-type", "text/html"); answer.end("<title>stranger</title>"); });
  await new Promise((done) => stranger.listen(0, "127.0.0.1", done));
  await page.go(`http://localhost:${stranger.address().port}/`);
  await until("the stranger's page", () => page.run(() => document.title === "stranger"));
  const tries = await page.run(async (own) => {
    const told = [];
    const body = JSON.stringify({ events: [1] });
    for (const options of [{}, { credentials: "include" }, { mode: "no-cors", credentials: "include" }, { method: "POST", body, credentials: "include" }, { method: "POST", body, mode: "no-cors", credentials: "include" }, { method: "POST", body, credentials: "include", headers: { "x-referralloop-inspector": "1" } }]) {
      for (const path of ["/api/events", "/api/replay", "/api/status"]) {
        try { const answer = await fetch(own + path, options); told.push(answer.type === "opaque" ? "opaque" : `read ${answer.status}`); } catch { told.push("refused"); }
      }
    }
    const form = document.createElement("form");
    form.method = "post"; form.action = `${own}/api/replay`; form.enctype = "text/plain"; form.target = "there";
    const frame = document.createElement("iframe"); frame.name = "there";
    const field = document.createElement("input"); field.name = '{"events":[1],"x":"'; field.value = '"}';
    form.append(field); document.body.append(frame, form);
    form.submit();
    const seen = await new Promise((done) => { frame.onload = () => { try { done(frame.contentDocument?.body?.textContent ?? "hidden"); } catch { done("hidden"); } }; setTimeout(() => done("never loaded"), 1500); });
    const framed = document.createElement("iframe"); framed.src = `${own}/`; document.body.append(framed);
    await new Promise((done) => { framed.onload = done; setTimeout(done, 1500); });
    return [told, seen];
  }, own);
  assert.deepEqual(tries[0].filter((word) => word.startsWith("read")), [], "nothing is read from elsewhere");
  assert.doesNotMatch(tries[1], /event/);
  assert.deepEqual([count(), app.received.length], [had, sent], "nothing was changed from elsewhere");
  stranger.close();

  assert.deepEqual(violations, []);
  console.log(`the page works; ${views.length} views without a violation: ${views.join(", ")}`);
} catch (error) {
  console.error(error, violations);
  process.exitCode = 1;
} finally {
  await leave(browser, home, app);
}
