// The rules of accessibility, in every view that a script shows: light and dark.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const file = join(process.env.NODE_MODULES ?? "target/counterparts/node_modules", "axe-core/axe.min.js");
const axe = existsSync(file) ? readFileSync(file, "utf8") : undefined;
if (!axe) console.log("skipped: axe-core is not installed; tests/counterparts/install does it");

export const views = [];
export const violations = [];

// Pictures in every size, light and dark: SHOTS is a folder for them, WIDTHS which of them.
async function shoot(page, name) {
  for (const width of (process.env.WIDTHS ?? "360,390,768,1280,1920").split(",").map(Number)) {
    await page.size(width, width < 500 ? 844 : width < 1000 ? 1024 : 800);
    for (const dark of [false, true]) {
      await page.media({ dark });
      await page.run(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
      await page.shoot(join(process.env.SHOTS, `${name.replaceAll(" ", "-")}-${width}${dark ? "-dark" : ""}.png`));
    }
  }
  await page.media({ dark: false });
  await page.size(page.width, page.height);
}

export async function audit(page, name) {
  if (process.env.SHOTS) await shoot(page, name);
  if (!axe) return;
  for (const dark of [false, true]) {
    await page.media({ dark });
    // The page's own policy would forbid it.
    const found = await page.isolated(`(async () => { ${axe}; const told = await axe.run(document, { resultTypes: ["violations"] }); return told.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target + " " + n.failureSummary).join(" | ")); })()`);
    violations.push(...found.map((words) => `${name}, ${dark ? "dark" : "light"}: ${words}`));
  }
  await page.media({ dark: false });
  views.push(name);
}
