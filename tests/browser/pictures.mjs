// The pictures of the README: the page as it is, with people made up from a seed. Look at them before you commit them.
//
//   node --experimental-websocket tests/browser/pictures.mjs [FOLDER]
//
// FOLDER is docs/images unless told otherwise; REFERRALLOOP names the program, CHROMIUM the browser.
import { createServer } from "node:http";
import { join } from "node:path";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const folder = process.argv[2] ?? new URL("../../docs/images", import.meta.url).pathname;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// An app whose answers take their time, some too long, some no good.
const app = createServer((request, answer) => {
  request.resume();
  request.on("end", async () => {
    const turn = (app.turn += 1);
    await pause(30 + ((turn * 37) % 11) ** 2 * 9);
    if (app.failing || turn % 9 === 7) answer.statusCode = 503;
    answer.end(answer.statusCode === 200 ? '{"received":true}' : "database is down");
  });
});
Object.assign(app, { turn: 0, failing: false });
await new Promise((done) => app.listen(0, "127.0.0.1", done));
const target = `http://127.0.0.1:${app.address().port}/hook`;

// What JSON.stringify makes of a body in which a letter is escaped is what the sender hashed.
const ESCAPED = String.raw`{"event_type":"signup.created","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"joerg@example.com","name":"J\u00f6rg","position":1,"referral_code":"ABC123","created_at":"2024-01-15T10:00:00Z"},"timestamp":"2024-01-15T10:00:00Z"}`;

const home = new Home();
const browser = await Browser.start();

async function shoot(page, name) {
  await page.run(() => document.activeElement.blur());
  await page.shoot(join(folder, `${name}.webp`));
  console.log(join(folder, `${name}.webp`));
}

try {
  const listener = await home.serve("listen", "--port", "0", "--inspect", "--inspect-port", "0", "--forward-to", target);
  const trigger = (...words) => home.run("trigger", ...words, "--to", listener.url, "--no-retry");
  for (let seed = 1; seed <= 24; seed += 1) {
    const name = ["created", "created", "position_changed", "created", "deleted"][seed % 5];
    trigger(name, "--seed", String(seed), ...(seed % 8 === 5 ? ["--unsigned"] : []));
    await pause(seed % 6 === 0 ? 4000 : 350);
  }
  const page = await browser.open();
  await page.go(listener.inspect_url);
  await page.reads("#live", "Live");
  await until("every event", () => page.run(() => document.querySelectorAll(".row:not([hidden])").length >= 10));
  await page.click(".row", "position_changed");
  await page.see(".detail pre, #detail pre");
  await pause(500);
  await shoot(page, "inspector");

  trigger("--data", ESCAPED, "--sign", "json-stringify");
  const dark = await browser.open({ dark: true });
  await dark.go(listener.inspect_url);
  await dark.reads("#live", "Live");
  await dark.click("#filters button", "Refused");
  await dark.click(".row", "refused");
  await dark.reads("#detail", "re-serialised");
  await pause(500);
  await shoot(dark, "inspector-refused");

  const sandbox = await home.serve("sandbox", "--port", "0", "--signups", "25", "--seed", "7");
  Object.assign(home.environment, { REFERRALLOOP_API_URL: sandbox.url, REFERRALLOOP_API_KEY: sandbox.api_key });
  const waitlist = JSON.parse(home.run("waitlists", "--json").out.split("\n")[0]).id;
  home.run("subscribe", "all", "--waitlist", waitlist, "--url", target);
  app.failing = true;
  home.run("signups", "create", "--waitlist", waitlist, "--email", "ada@example.com", "--name", "Ada Lovelace");
  const offline = await browser.open();
  await offline.go(listener.inspect_url);
  await offline.reads("#live", "Live");
  await offline.click("#filters button", "Sandbox");
  await offline.reads(".queue", "attempt 2 of 5");
  await pause(500);
  await shoot(offline, "inspector-sandbox");
} finally {
  await leave(browser, home, app);
}
