// Chromium over its DevTools protocol, with nothing but Node: WebSocket and fetch are built in.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const until = async (what, look, ms = 15000) => {
  const end = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 15));
  }
};

export class Browser {
  static async start(program = process.env.CHROMIUM ?? "chromium") {
    const folder = mkdtempSync(join(tmpdir(), "inspector-browser-"));
    const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"];
    const child = spawn(program, options, { stdio: "ignore" });
    const port = await until("Chromium", () => {
      // It is there before both of its lines are.
      try { return /^(\d+)\n(\/.+)$/.exec(readFileSync(join(folder, "DevToolsActivePort"), "utf8"))?.slice(1); } catch { return undefined; }
    });
    const browser = new Browser();
    Object.assign(browser, { folder, child, calls: new Map(), sessions: new Map(), last: 0 });
    browser.socket = new WebSocket(`ws://127.0.0.1:${port[0]}${port[1]}`);
    await new Promise((done, fail) => { browser.socket.onopen = done; browser.socket.onerror = fail; });
    browser.socket.onmessage = ({ data }) => browser.hear(JSON.parse(data));
    return browser;
  }

  hear({ id, result, error, method, params, sessionId }) {
    if (id) {
      const [done, fail] = this.calls.get(id);
      this.calls.delete(id);
      return error ? fail(new Error(error.message)) : done(result);
    }
    this.sessions.get(sessionId)?.hear(method, params);
  }

  send(method, params = {}, sessionId) {
    const id = (this.last += 1);
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((done, fail) => this.calls.set(id, [done, fail]));
  }

  // A page with its own cookies.
  async open({ width = 1280, height = 800, dark = false } = {}) {
    const { browserContextId } = await this.send("Target.createBrowserContext");
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId);
    page.context = browserContextId;
    this.sessions.set(sessionId, page);
    for (const domain of ["Page", "Runtime", "Network", "Log", "Performance"]) await page.send(`${domain}.enable`);
    await page.size(width, height);
    await page.media({ dark });
    return page;
  }

  async close() {
    await this.send("Browser.close").catch(() => {});
    await new Promise((done) => (this.child.exitCode === null ? this.child.once("exit", done) : done()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Page {
  constructor(browser, session, target) {
    Object.assign(this, { browser, session, target, messages: [], dialogs: [], requests: [] });
  }

  send(method, params) { return this.browser.send(method, params, this.session); }

  hear(method, params) {
    if (method === "Runtime.consoleAPICalled") this.messages.push(params.args.map((arg) => arg.value ?? arg.description).join(" "));
    if (method === "Runtime.exceptionThrown") this.messages.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Log.entryAdded") this.messages.push(`${params.entry.text} ${params.entry.url ?? ""}`);
    if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
    if (method === "Page.javascriptDialogOpening") { this.dialogs.push(params.message); this.send("Page.handleJavaScriptDialog", { accept: false }); }
  }

  size(width, height, mobile = false) {
    Object.assign(this, { width, height });
    return this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile });
  }

  media({ dark = false, still = true }) {
    return this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }, { name: "prefers-reduced-motion", value: still ? "reduce" : "no-preference" }] });
  }

  go(url) { return this.send("Page.navigate", { url }); }

  // Runs a function in the page; what it returns comes back.
  async run(work, ...given) {
    const expression = `(${work})(${given.map((value) => JSON.stringify(value)).join(",")})`;
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // The same in a world of its own, which the page's policy does not bind and the page does not see.
  async isolated(expression) {
    const { frameTree } = await this.send("Page.getFrameTree");
    const { executionContextId } = await this.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  see(selector, ms) { return until(selector, () => this.run((s) => Boolean(document.querySelector(s)), selector), ms); }
  read(selector) { return this.run((s) => document.querySelector(s)?.textContent, selector); }
  reads(selector, words, ms) { return until(`${words} in ${selector}`, async () => (await this.read(selector))?.includes(words), ms); }

  // A real click, in the middle of what is seen there.
  async click(selector, words = "", modifiers = 0) {
    const spot = await until(`${selector} ${words}`, () => this.run((s, w) => {
      const found = [...document.querySelectorAll(s)].find((node) => node.textContent.includes(w) && node.getClientRects().length);
      if (!found) return null;
      found.scrollIntoView({ block: "nearest", inline: "nearest" });
      const box = found.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    }, selector, words));
    const at = { x: spot[0], y: spot[1], button: "left", clickCount: 1, modifiers };
    await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
    await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
  }

  async drag(selector, from, to) {
    const box = await this.run((s) => { const b = document.querySelector(s).getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; }, selector);
    const at = (part) => ({ x: box[0] + box[2] * part, y: box[1] + box[3] / 2, button: "left", clickCount: 1 });
    await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at(from) });
    for (let step = 1; step <= 8; step += 1) await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", ...at(from + ((to - from) * step) / 8), buttons: 1 });
    await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at(to) });
  }

  // What is saved by doing something.
  async download(work) {
    const folder = mkdtempSync(join(this.browser.folder, "saved-"));
    await this.browser.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, browserContextId: this.context });
    await work();
    const name = await until("a file", () => readdirSync(folder).find((file) => !file.endsWith(".crdownload")));
    return readFileSync(join(folder, name), "utf8");
  }

  type(text) { return this.send("Input.insertText", { text }); }

  async key(name, modifiers = 0) {
    const special = { Enter: [13, "\r"], Escape: [27], Tab: [9], ArrowDown: [40], ArrowUp: [38], ArrowLeft: [37], ArrowRight: [39], Home: [36], End: [35], Backspace: [8], " ": [32, " "] }[name];
    const text = special ? special[1] : name;
    const base = { key: name, modifiers, windowsVirtualKeyCode: special?.[0] ?? name.toUpperCase().charCodeAt(0), code: special ? name : undefined };
    await this.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", text, ...base });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...base });
  }

  async fill(selector, text) {
    await this.click(selector);
    await this.run((s) => document.querySelector(s).select(), selector);
    await this.type(text);
  }

  async shoot(file) {
    const format = file.endsWith(".webp") ? { format: "webp", quality: 85 } : { format: "png" };
    const { data } = await this.send("Page.captureScreenshot", format);
    writeFileSync(file, Buffer.from(data, "base64"));
  }

  close() { return this.browser.send("Target.closeTarget", { targetId: this.target }); }
}
