// What benches/inspector/run measures, on the store that it filled.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { Browser, until } from "../../tests/browser/browser.mjs";
import { Home } from "../../tests/browser/program.mjs";
import { RARE, emailOf, isFailed, isUnsigned, newest, signupId, signupOf, typeOf, waitlistOf } from "./events.mjs";
import { find, probe, watch } from "./page.mjs";

const EVENTS = Number(process.env.EVENTS);
const ROUNDS = Number(process.env.ROUNDS);
const SECONDS = Number(process.env.SECONDS_EACH ?? 60);
const STORE = join(process.env.WORK, "events.db");
const SECRET = "bench-secret-of-nobody-0123456789";
const parts = process.argv.slice(2);
const wants = (part) => !parts.length || parts.includes(part);

const sorted = (figures) => [...figures].sort((a, b) => a - b);
const quantile = (figures, part) => sorted(figures)[Math.min(figures.length - 1, Math.ceil(part * figures.length) - 1)];
const median = (figures) => quantile(figures, 0.5);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

let missed = 0;
// A figure beside what it must reach; without a bar it is only told.
function tell(what, figure, bar, unit = "ms", more = "") {
  const ok = bar === undefined ? "" : figure <= bar ? `  (at most ${bar} ${unit}: reached)` : `  (at most ${bar} ${unit}: MISSED)`;
  if (ok.includes("MISSED")) missed += 1;
  console.log(`${what.padEnd(46)} ${figure.toFixed(figure < 10 ? 1 : 0).padStart(8)} ${unit}${ok}${more && `  ${more}`}`);
}

const home = new Home();
home.environment.REFERRALLOOP_WEBHOOK_SECRET = SECRET;
const browser = await Browser.start();
const serve = () => home.serve("listen", "--store", STORE, "--quota", "20GiB", "--port", "0", "--inspect", "--inspect-port", "0");

async function enter(url) {
  const page = await browser.open({ height: 900 });
  await page.go(url);
  await page.reads("#live", "Live");
  return page;
}

// Time from when somebody navigates there until the first events are painted.
async function measureContent(url) {
  const page = await browser.open({ height: 900 });
  await page.send("Page.addScriptToEvaluateOnNewDocument", { source: `(${watch})()` });
  const times = [];
  await page.go(url);
  await page.reads("#live", "Live");
  for (let turn = 0; turn < 10; turn += 1) {
    await page.go("about:blank");
    await page.go(new URL(url).origin);
    times.push(await until("content", () => page.run(() => window.contentAt)));
  }
  await page.close();
  tell("first content", median(times), 300, "ms", `slowest ${Math.max(...times).toFixed(0)}`);
}

// Types into the search box, or does what a filter needs, until the newest event that matches stands first.
async function measureSearch(page, what, bar, turns) {
  const times = [];
  for (const [selector, value, number] of turns) {
    await page.run(find, "clear", "", undefined);
    const took = await page.run(find, selector, value, number);
    times.push(took);
  }
  tell(what, median(times), bar, "ms", `first ${times[0].toFixed(0)}, slowest ${Math.max(...times).toFixed(0)}`);
}

async function measureSearches(page, refused) {
  const ten = (make) => Array.from({ length: 10 }, (_, turn) => make((turn * 19_997 + 77) % Math.min(200_000, EVENTS)));
  const of = (signup) => newest(EVENTS, (number) => signupOf(number) === signup);
  const first = (holds) => newest(EVENTS, holds);
  const same = (selector, value, number) => Array.from({ length: 10 }, () => [selector, value, number]);
  await measureSearch(page, "search by sign-up", 100, ten((signup) => ["#q", signupId(signup), of(signup)]));
  await measureSearch(page, "search by e-mail", 100, ten((signup) => ["#q", emailOf(signup), of(signup)]));
  await measureSearch(page, "search by number", 100, ten((number) => ["#q", `#${number + 1}`, number + 1]));
  await measureSearch(page, "text, of every event", undefined, same("#q", "mail7", first((n) => emailOf(signupOf(n)).includes("mail7"))));
  await measureSearch(page, "text, of one event far back", undefined, same("#q", RARE.text, Math.floor(EVENTS / 1000)).slice(0, 3));
  for (const type of ["created", "position_changed", "deleted"]) {
    await measureSearch(page, `filter: type ${type}`, undefined, same("button:signup." + type, "", first((n) => typeOf(n) === type)));
  }
  await measureSearch(page, "filter: unsigned", undefined, same("button:unsigned", "", first(isUnsigned)));
  await measureSearch(page, "filter: failed", undefined, same("button:Failed", "", first(isFailed)));
  await measureSearch(page, "filter: refused", undefined, same("button:Refused", "", refused));
  const [common, events] = [waitlistOf(EVENTS, EVENTS), EVENTS];
  await measureSearch(page, "filter: waitlist, of every 20th event", undefined, same('input[name="waitlist"]', common, first((n) => waitlistOf(n, events) === common)));
  await measureSearch(page, "filter: waitlist, of the oldest tenth", undefined, same('input[name="waitlist"]', RARE.waitlist, first((n) => waitlistOf(n, events) === RARE.waitlist)).slice(0, 5));
  await measureSearch(page, "filter: jq, of many events", undefined, same('input[name="where"]', `.data.id == "${signupId(signupOf(EVENTS))}"`, EVENTS));
  await measureSearch(page, "filter: jq, of one event far back", undefined, same('input[name="where"]', `.data.position == ${RARE.position}`, Math.floor(EVENTS / 500)).slice(0, 1));
  await page.run(find, "clear", "", undefined);
}

// Anywhere in the list: how soon it is there, and how many nodes the page has then.
async function measureScrolling(page) {
  const [times, nodes] = [[], []];
  for (let turn = 0; turn < 30; turn += 1) {
    const part = turn === 0 ? 1 : turn === 1 ? 0 : ((turn * 0.618034) % 1);
    const found = await page.run(async (part) => {
      const list = document.querySelector("#list");
      const began = performance.now();
      list.scrollTop = (list.scrollHeight - list.clientHeight) * part;
      for (let frames = 0; ; frames += 1) {
        await new Promise(requestAnimationFrame);
        const rows = [...document.querySelectorAll(".row:not([hidden])")];
        const top = list.getBoundingClientRect();
        const seen = rows.filter((row) => { const box = row.getBoundingClientRect(); return box.bottom > top.top && box.top < top.bottom; });
        if (frames > 1 && seen.length >= Math.floor(list.clientHeight / 56) && seen.every((row) => !row.matches(".empty"))) break;
        if (performance.now() - began > 10_000) throw new Error(`nothing at ${part}`);
      }
      let nodes = 0;
      for (const walk = document.createTreeWalker(document); walk.nextNode();) nodes += 1;
      return [performance.now() - began, nodes];
    }, part);
    times.push(found[0]);
    nodes.push(found[1]);
  }
  tell("scrolling to any of 30 places: rows there", median(times), undefined, "ms", `slowest ${Math.max(...times).toFixed(0)}`);
  tell("scrolling: nodes in the page at most", Math.max(...nodes), 20_000, "nodes");
  await page.run(() => { document.querySelector("#list").scrollTop = 0; });
}

const agent = new Agent({ keepAlive: true });
function deliver(url, body, digest = createHmac("sha256", SECRET).update(body).digest("hex")) {
  const signature = `sha256=${digest}`;
  return new Promise((done, fail) => {
    const sent = request(url, { method: "POST", agent, headers: { "content-type": "application/json", "x-webhook-signature": signature, "content-length": Buffer.byteLength(body) } }, (answer) => {
      answer.resume();
      const at = Date.now();
      answer.on("end", () => done({ status: answer.statusCode, at }));
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

// From the acknowledgement of an event until it is painted.
async function measureLive(page, url) {
  await page.run(() => { document.querySelector("#list").scrollTop = 0; });
  await page.run(probe);
  const times = [];
  for (let turn = 0; turn < 100; turn += 1) {
    const email = `live${turn}-${Date.now()}@example.org`;
    const body = JSON.stringify({ event_type: "signup.created", waitlist_id: RARE.waitlist, data: { id: signupId(1_000_000 + turn), email, name: "Live", position: turn, referral_code: "x", created_at: new Date().toISOString() }, timestamp: new Date().toISOString() });
    const { status, at } = await deliver(url, body);
    if (status !== 200) throw new Error(`the listener answered ${status}`);
    times.push((await until(email, () => page.run((email) => window.paintedAt[email], email))) - at);
    // Not in step with how often anybody looks.
    await wait(40 + ((turn * 37) % 90));
  }
  tell("live: shown after its acknowledgement, median", median(times), 200);
  tell("live: shown after its acknowledgement, 95 of 100", quantile(times, 0.95), 500, "ms", `slowest ${Math.max(...times).toFixed(0)}`);
}

async function load(url, ...more) {
  const words = ["load", "created", "--to", url, "--store", join(home.folder, "load.db"), "--json", ...more];
  const child = spawn(home.program, words, { env: home.environment, cwd: home.folder, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  for await (const part of child.stdout) out += part;
  const record = out.split("\n").filter(Boolean).map((line) => JSON.parse(line)).find((one) => one.type === "summary");
  if (!record) throw new Error(`no summary: ${out}`);
  return record;
}

// The listener's rate with the page open beside that without it, in turns.
async function compareRates(listener, what, bar, words) {
  const rates = { open: [], shut: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of round % 2 ? ["open", "shut"] : ["shut", "open"]) {
      const page = kind === "open" ? await enter(listener.inspect_url) : undefined;
      const record = await load(listener.url, ...words);
      rates[kind].push((record.acknowledged * 1000) / record.duration_ms);
      await page?.close();
    }
  }
  const part = median(rates.open) / median(rates.shut);
  const told = bar === undefined ? "" : `     (at least ${bar}: ${part >= bar ? "reached" : "MISSED"})`;
  if (told.includes("MISSED")) missed += 1;
  const list = (found) => found.map((one) => one.toFixed(0)).join(" ");
  console.log(`${what.padEnd(46)} ${part.toFixed(3).padStart(8)}${told}  open ${list(rates.open)}, shut ${list(rates.shut)} a second`);
}

// A thousand events a second for a minute with the page open: how long its tasks take, and what it holds.
async function measureRush(listener) {
  const page = await enter(listener.inspect_url);
  await page.run(probe);
  const metric = async (name) => (await page.send("Performance.getMetrics")).metrics.find((one) => one.name === name).value;
  let [heap, measuring] = [0, true];
  const sampling = (async () => {
    while (measuring) {
      heap = Math.max(heap, await metric("JSHeapUsedSize"));
      await wait(500);
    }
  })();
  const busy = await metric("TaskDuration");
  const sent = await load(listener.url, "--rate", "1000", "--duration", `${SECONDS}s`);
  const share = ((await metric("TaskDuration")) - busy) / (sent.duration_ms / 1000);
  measuring = false;
  await sampling;
  // It is at the end soon, however much there was.
  const last = await page.run(async () => JSON.parse(await (await fetch("/api/status")).text()).last);
  await until(`event #${last}`, () => page.run((last) => document.querySelector('.row[aria-posinset="1"]:not([hidden]) .type')?.textContent.startsWith(`#${last} `), last));
  const { long, late, told } = await page.run(() => window.tasks);
  const nodes = await page.run(() => document.querySelectorAll("*").length);
  // Every tick of the timer is a task, so there were at least as many.
  const all = [...late.map(() => 50), ...long];
  console.log(`rush: ${sent.acknowledged} events acknowledged, ${told} told to the page, which was busy ${(share * 100).toFixed(0)} % of the time`);
  tell("rush: 99 of 100 tasks took less than", quantile(all, 0.99), 100, "ms", `of at least ${all.length}: ${long.length} above 50 ms, ${long.filter((ms) => ms > 100).length} above 100 ms, longest ${Math.max(0, ...long).toFixed(0)}`);
  tell("rush: lateness of a timer, 99 of 100", quantile(late, 0.99), 100, "ms", `longest ${Math.max(...late).toFixed(0)}`);
  tell("rush: heap at most", heap / 1e6, 150, "MB", `${nodes} elements`);
  await page.close();
  await compareRates(listener, "rush: acknowledged, page open / shut", 0.95, ["--rate", "1000", "--duration", "15s"]);
  await compareRates(listener, "as fast as it can: page open / shut", undefined, ["--duration", "5s"]);
}

try {
  const listener = await serve();
  await deliver(listener.url, "{}", "0".repeat(64));
  if (wants("content")) {
    await measureContent(listener.inspect_url);
    const page = await enter(listener.inspect_url);
    await measureSearches(page, 1);
    await measureScrolling(page);
    await page.close();
  }
  if (wants("live")) {
    const page = await enter(listener.inspect_url);
    await measureLive(page, listener.url);
    await page.close();
  }
  if (wants("rush")) await measureRush(listener);
} catch (error) {
  console.error(error);
  missed += 1;
} finally {
  await browser.close();
  await home.leave();
}
process.exitCode = missed ? 1 : 0;
