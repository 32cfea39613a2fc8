// Charts, by hand: how long answers took, when retries are due, and when things happened.

import { $, button, count, fullTime, h, oneLine, region, shortTime, span, svg, timeNode } from "./dom.js";
import { call, query } from "./data.js";

const LANE = 20; // units above the line, and below it
const LEAST = 20; // milliseconds that a drag chooses at least

const sum = (bars) => bars.reduce((all, one) => all + one, 0);
const plural = (n, word) => `${count(n)} ${word}${n === 1 ? "" : "s"}`;

// Arrivals above a line of time, attempts below it. Dragging zooms, and so do the keys.
export class Timeline {
  constructor(zoom) {
    this.zoom = zoom;
    this.box = $("timeline");
    this.words = h("span", { class: "range" });
    this.reading = h("span", { class: "reading" });
    this.tools = h("span", { class: "tools" });
    this.mark = h("div", { class: "mark", hidden: true });
    this.plot = h("div", { class: "plot", tabindex: 0, role: "group", "aria-label": "Timeline: plus and minus zoom, arrows move, 0 shows everything" });
    this.box.append(h("div", { class: "bar" }, this.words, this.reading, h("span", { class: "grow" }), this.tools), this.plot);
    const part = (event) => { const at = this.plot.getBoundingClientRect(); return Math.max(0, Math.min(1, (event.clientX - at.x) / at.width)); };
    let from;
    this.plot.addEventListener("pointerdown", (event) => {
      if (event.button || !this.drawn) return;
      from = part(event);
      this.plot.setPointerCapture(event.pointerId);
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (from !== undefined) this.showMark(from, part(event));
      this.read(part(event));
    });
    const end = (event) => {
      const [low, high] = [from, part(event)].sort((a, b) => a - b);
      const moved = from !== undefined && event.type === "pointerup" && (high - low) * this.plot.clientWidth > 4;
      from = undefined;
      this.mark.hidden = true;
      if (moved) this.choose(low, high);
    };
    this.plot.addEventListener("pointerup", end);
    this.plot.addEventListener("pointercancel", end);
    this.plot.addEventListener("pointerleave", () => this.read());
    this.plot.addEventListener("keydown", (event) => this.key(event));
  }

  showMark(from, to) {
    this.mark.hidden = false;
    this.mark.style.left = `${Math.min(from, to) * 100}%`;
    this.mark.style.width = `${Math.abs(to - from) * 100}%`;
  }

  at(part) { return Date.parse(this.drawn.from) + (Date.parse(this.drawn.to) - Date.parse(this.drawn.from)) * part; }

  choose(low, high) {
    const [from, to] = [Math.floor(this.at(low)), Math.ceil(this.at(high))];
    this.zoom(new Date(from).toISOString(), new Date(Math.max(to, from + LEAST)).toISOString());
  }

  key(event) {
    const steps = { "+": [0.25, 0.75], "=": [0.25, 0.75], "-": [-0.5, 1.5], ArrowLeft: [-0.25, 0.75], ArrowRight: [0.25, 1.25] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "0" || event.key === "Backspace") this.zoom("", "");
    else if (steps[event.key] && this.drawn) this.choose(...steps[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Asked for again while things happen, more seldom where it takes long.
  later(fields) {
    this.waiting ??= setTimeout(() => { this.waiting = undefined; this.load(fields()).catch(() => {}); }, Math.max(400, (this.took ?? 0) * 12));
  }

  async load({ since, until_time }) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const began = performance.now();
    this.job?.abort();
    this.job = new AbortController();
    const [drawn] = await call(`/api/timeline${query({ since, until_time })}`, { signal: this.job.signal });
    this.took = performance.now() - began;
    if (turn !== this.turn) return;
    this.zoomed = Boolean(since || until_time);
    this.draw(drawn);
    document.dispatchEvent(new CustomEvent("timeline"));
  }

  draw(d) {
    this.drawn = d;
    const [came, good, bad] = [d.arrivals, d.acknowledged, d.failed].map(sum);
    this.box.classList.toggle("vacant", !came && !good && !bad && !this.zoomed);
    const about = d.estimate ? "about " : "";
    this.words.textContent = `${shortTime(d.from)} – ${shortTime(d.to)}`;
    this.words.title = `${d.from} – ${d.to} (UTC)`;
    this.summary = `${about}${plural(came, "arrival")}, ${plural(good + bad, "attempt")}${bad ? `, ${count(bad)} failed` : ""}`;
    this.read();
    const p50 = d.latency?.figures_us.p50;
    this.tools.replaceChildren(
      p50 !== undefined ? button([`p50 ${span(p50 / 1000)} · p99 ${span(d.latency.figures_us.p99 / 1000)}`], () => document.dispatchEvent(new CustomEvent("overview")), { class: "quiet", title: "How long answers took" }) : "",
      this.zoomed ? button("Whole history", () => this.zoom("", ""), { class: "quiet" }) : "");
    const most = Math.max(1, ...d.arrivals, ...d.acknowledged.map((n, at) => n + d.failed[at]));
    const tall = (n) => (n ? Math.max(1.6, (n / most) * LANE) : 0);
    const bar = (at, y, height, tone) => height > 0 && svg("rect", { x: at + 0.1, y, width: 0.8, height, class: tone });
    const drawing = svg("svg", { viewBox: `0 0 ${d.arrivals.length} ${2 * LANE + 2}`, preserveAspectRatio: "none", role: "img", "aria-label": `${this.summary}, from ${fullTime(d.from)} to ${fullTime(d.to)}` },
      svg("line", { x1: 0, x2: d.arrivals.length, y1: LANE + 1, y2: LANE + 1, class: "rail" }),
      d.arrivals.map((n, at) => {
        const [ok, no] = [tall(d.acknowledged[at]), tall(d.failed[at])];
        return [bar(at, LANE - tall(n), tall(n), "accent"), bar(at, LANE + 2, ok, "good"), bar(at, LANE + 2 + ok, no, "bad")];
      }));
    this.plot.replaceChildren(drawing, this.mark);
  }

  // What lies under the pointer; without one, the whole.
  read(part) {
    const d = this.drawn;
    if (!d) return;
    const at = part === undefined ? -1 : Math.min(d.arrivals.length - 1, Math.floor(part * d.arrivals.length));
    const [came, good, bad] = at < 0 ? [] : [d.arrivals[at], d.acknowledged[at], d.failed[at]];
    this.reading.textContent = at < 0 || !(came || good || bad) ? this.summary : `${shortTime(new Date(this.at(at / d.arrivals.length)).toISOString())}: ${plural(came, "arrival")}, ${plural(good + bad, "attempt")}${bad ? `, ${count(bad)} failed` : ""}`;
  }
}

// How many answers took how long: a column for each range.
export function latencies(latency) {
  const most = Math.max(1, ...latency.ranges.map((range) => range.count));
  const end = (ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);
  const bars = latency.ranges.map((range, at) => {
    const before = latency.ranges[at - 1]?.below_ms ?? 0;
    const fill = h("i", { class: range.below_ms === undefined ? "bad" : before >= 2000 ? "warn" : "" });
    fill.style.height = `${range.count ? Math.max(2, (range.count / most) * 100) : 0}%`;
    return h("li", {}, h("b", {}, range.count ? count(range.count) : ""), h("span", { class: "column" }, fill), h("span", {}, range.below_ms === undefined ? `≥ ${end(before)}` : `< ${end(range.below_ms)}`));
  });
  return h("section", { class: "part" }, h("h3", {}, "How long answers took"),
    h("div", { class: "scroll", ...region("Distribution of latencies") }, h("ol", { class: "columns" }, bars)),
    h("dl", { class: "figures" }, ["p50", "p90", "p99", "max"].map((name) => h("div", {}, h("dt", {}, name), h("dd", {}, span(latency.figures_us[name] / 1000))))));
}

// What there is to see while no event is chosen.
export function overview(d, status, empty) {
  const card = (number, words, tone) => h("div", { class: `card ${tone ?? ""}` }, h("strong", {}, count(number)), h("span", {}, words));
  const pending = status?.pending ?? [];
  return h("article", { "data-overview": "" },
    h("header", { class: "title" }, h("div", { class: "names" }, h("h2", {}, "Overview"), h("p", {}, `${fullTime(d.from)} to ${fullTime(d.to)}`))),
    h("div", { class: "cards" }, card(sum(d.arrivals), "arrivals"), card(sum(d.acknowledged), "attempts acknowledged", "ok"), card(sum(d.failed), "attempts failed", sum(d.failed) ? "no" : ""), card(pending.length, "retries pending")),
    pending.map((waiting) => retryPlan(waiting, status, oneLine(waiting.url))),
    d.latency ? latencies(d.latency) : h("p", { class: "dim part" }, "Nothing was passed on and answered in this time."),
    empty);
}

// The five seconds that an endpoint has, and what was used of them.
export function latencyBar(ms, most) {
  const part = Math.min(1, ms / most);
  const tone = part >= 1 ? "bad" : part > 0.5 ? "warn" : "good";
  return h("div", { class: "latency" },
    svg("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", role: "img", "aria-label": `${span(ms)} of ${span(most)}` },
      svg("rect", { width: 100, height: 4, rx: 1, class: "rail" }), svg("rect", { width: Math.max(0.8, part * 100), height: 4, rx: 1, class: tone })),
    h("span", {}, `${span(ms)} of ${span(most)}`));
}

// The delivery of an event that is tried again.
export function schedule(e, status) {
  const tried = (p) => e.attempts?.some((a) => a.url === p.url && a.purpose === "forward") && !e.attempts.some((a) => a.url === p.url && a.outcome === "acknowledged");
  const waiting = (status?.pending ?? []).find((p) => tried(p) && e.arrivals?.some((a) => a.arrival > p.arrival));
  return waiting && retryPlan(waiting, status);
}

// The documented attempts, those made, and a countdown to the next.
function retryPlan(waiting, status, where) {
  const dues = [0];
  for (const delay of status.retry_delays_s) dues.push(dues.at(-1) + delay);
  const at = (n) => ((n + 0.5) * 100) / dues.length;
  const clock = h("strong", { class: "countdown", role: "timer" });
  const tick = () => {
    if (!clock.isConnected && tick.shown) return clearInterval(timer);
    tick.shown ||= clock.isConnected;
    const left = Date.parse(waiting.due_at) - Date.now();
    clock.textContent = left > 0 ? span(Math.ceil(left / 1000) * 1000) : "a moment";
  };
  const timer = setInterval(tick, 500);
  tick();
  return h("section", { class: "part retry" }, h("h3", {}, "Next attempt"),
    where && h("p", { class: "mono url" }, where),
    h("p", {}, `Attempt ${waiting.attempts + 1} of ${dues.length} in `, clock, ", at ", timeNode(waiting.due_at, true)),
    svg("svg", { viewBox: "0 0 100 12", role: "img", class: "schedule", "aria-label": `${waiting.attempts} of ${dues.length} attempts made` },
      svg("line", { x1: at(0), x2: at(dues.length - 1), y1: 6, y2: 6, class: "rail" }),
      dues.map((_, n) => svg("circle", { cx: at(n), cy: 6, r: n === waiting.attempts ? 2.4 : 1.7, class: n < waiting.attempts ? "bad" : n === waiting.attempts ? "accent" : "open" }))),
    h("ol", { class: "dues" }, dues.map((due, n) => h("li", { class: n < waiting.attempts ? "done" : "" }, due ? `+${span(due * 1000)}` : "at once"))));
}
