// An open page whose listener is stopped, killed and started again: it goes on where it was, without a gap or a double;
// and with another store, it begins anew.
//
//   node --experimental-websocket tests/browser/restart.mjs
import assert from "node:assert/strict";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { Browser, until } from "./browser.mjs";
import { Home, leave } from "./program.mjs";

const home = new Home();
const store = join(home.folder, "events.db");
const browser = await Browser.start();
const numbers = (page) => page.run(() => [...document.querySelectorAll(".row:not([hidden]):not(.empty) .type")].map((node) => Number(/^#(\d+)/.exec(node.textContent)[1])));
const shows = (page, from, to) => until(`${from} to ${to}`, async () => {
  const found = (await numbers(page)).sort((a, b) => a - b);
  return found.length === to - from + 1 && found.every((number, at) => number === from + at);
});
// What was told of events that are new: each of them once.
const heard = (page) => page.run(() => window.told);

try {
  const serve = (port) => home.serve("listen", "--store", store, "--port", "0", "--inspect", "--inspect-port", String(port));
  let listener = await serve(0);
  const port = new URL(listener.inspect_url).port;
  const send = (to, count) => { for (let n = 0; n < count; n += 1) assert.equal(home.run("trigger", "created", "--store", store, "--to", to.url, "--no-retry").code, 0); };
  const page = await browser.open({ height: 1200 });
  await page.go(listener.inspect_url);
  await page.reads("#live", "Live");
  await page.run(() => {
    window.told = [];
    let last = 0;
    document.addEventListener("heard", ({ detail: [name, record] }) => {
      if (name === "event" && record.event > last) window.told.push((last = record.event));
    });
  });
  send(listener, 2);
  await shows(page, 1, 2);

  // Stopped, written to by another one meanwhile, started again.
  await listener.end();
  await page.reads("#live", "Reconnecting");
  const quiet = await home.serve("listen", "--store", store, "--port", "0");
  send(quiet, 5);
  await quiet.end();
  listener = await serve(port);
  await page.reads("#live", "Live");
  await shows(page, 1, 7);

  // Killed while events come in.
  send(listener, 1);
  listener.child.kill("SIGKILL");
  await page.reads("#live", "Reconnecting");
  listener = await serve(port);
  send(listener, 2);
  await shows(page, 1, 10);
  assert.deepEqual(await heard(page), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

  // Another store.
  await listener.end();
  for (const end of ["", "-wal", "-shm"]) if (existsSync(store + end)) renameSync(store + end, `${store}.old${end}`);
  listener = await serve(port);
  await page.reads("#listnote", "Nothing yet");
  send(listener, 2);
  await shows(page, 1, 2);
  assert.deepEqual(page.dialogs, []);
  console.log("the page outlives its listener");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await leave(browser, home);
}
