// The program under test: each run in a folder of its own, and servers that are known by their ready files.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { until } from "./browser.mjs";

export class Home {
  constructor(program = process.env.REFERRALLOOP ?? new URL("../../target/debug/referralloop", import.meta.url).pathname) {
    this.program = resolve(program); // each run starts in a folder of its own
    this.folder = mkdtempSync(join(tmpdir(), "inspector-home-"));
    this.environment = { PATH: process.env.PATH, HOME: this.folder, NO_COLOR: "1" };
    this.servers = [];
  }

  run(...words) {
    const ended = spawnSync(this.program, words, { env: this.environment, cwd: this.folder, encoding: "utf8" });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  }

  async serve(...words) {
    const file = join(this.folder, `ready-${this.servers.length}.json`);
    const child = spawn(this.program, [...words, "--ready-file", file], { env: this.environment, cwd: this.folder, stdio: "ignore" });
    const ready = await until(words.join(" "), () => {
      if (child.exitCode !== null) throw new Error(`${words.join(" ")} ended with ${child.exitCode}`);
      return existsSync(file) && JSON.parse(readFileSync(file, "utf8"));
    });
    const server = { ...ready, child, end: () => new Promise((done) => { child.once("exit", done); child.kill("SIGTERM"); }) };
    this.servers.push(server);
    return server;
  }

  async leave() {
    for (const { child, end } of this.servers) if (child.exitCode === null && child.signalCode === null) await end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// The end of a script, whatever became of it.
export async function leave(browser, home, app) {
  await browser.close();
  await home.leave();
  app?.close();
  app?.closeAllConnections();
}
