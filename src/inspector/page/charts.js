// Charts, by hand: how long an answer took, when retries are due, and when things happened.

import { $, button, count, fullTime, h, shortTime, span, svg, timeNode } from "./dom.js";
import { call, query } from "./data.js";

// The five seconds that an endpoint has, and what was used of them.
export function latencyBar(ms, most) {
  const part = Math.min(1, ms / most);
  const tone = part >= 1 ? "bad" : part > 0.5 ? "warn" : "good";
  return h("div", { class: "latency" },
    svg("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", role: "img", "aria-label": `${span(ms)} of ${span(most)}` },
      svg("rect", { width: 100, height: 4, rx: 1, class: "rail" }), svg("rect", { width: Math.max(0.8, part * 100), height: 4, rx: 1, class: tone })),
    h("span", {}, `${span(ms)} of ${span(most)}`));
}

// A delivery that is tried again: the documented attempts, those made, and a countdown to the next.
export function schedule(e, status) {
  const mine = (status?.pending ?? []).filter((p) => e.attempts?.some((a) => a.url === p.url && a.purpose === "forward" && a.outcome !== "acknowledged") && e.arrivals?.some((a) => a.arrival > p.arrival));
  const waiting = mine.find((p) => !e.attempts.some((a) => a.url === p.url && a.outcome === "acknowledged"));
  if (!waiting) return undefined;
  const dues = [0];
  for (const delay of status.retry_delays_s) dues.push(dues.at(-1) + delay);
  const width = dues.at(-1);
  const at = (seconds) => 3 + 94 * Math.sqrt(seconds / width);
  const clock = h("strong", { class: "countdown", role: "timer" });
  const tick = () => {
    if (!clock.isConnected && tick.shown) return clearInterval(timer);
    tick.shown ||= clock.isConnected;
    const left = Date.parse(waiting.due_at) - Date.now();
    clock.textContent = left > 0 ? span(left) : "now";
  };
  const timer = setInterval(tick, 500);
  tick();
  return h("section", { class: "part retry" }, h("h3", {}, "Next attempt"),
    h("p", {}, `Attempt ${waiting.attempts + 1} of ${dues.length} in `, clock, ", at ", timeNode(waiting.due_at, true)),
    svg("svg", { viewBox: "0 0 100 12", role: "img", class: "schedule", "aria-label": `${waiting.attempts} of ${dues.length} attempts made` },
      svg("line", { x1: 3, x2: 97, y1: 6, y2: 6, class: "rail" }),
      dues.map((due, n) => svg("circle", { cx: at(due), cy: 6, r: n === waiting.attempts ? 2.4 : 1.7, class: n < waiting.attempts ? "bad" : n === waiting.attempts ? "accent" : "open" }))),
    h("ol", { class: "dues" }, dues.map((due, n) => h("li", { class: n < waiting.attempts ? "done" : "" }, due ? `+${span(due * 1000)}` : "at once"))));
}
