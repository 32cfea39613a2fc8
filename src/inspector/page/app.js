// The page: what is asked for stands in the URL, what is shown follows from it and from what happens.

import { $, button, count, h, segmented, shortTime, textBox, toast } from "./dom.js";
import { SCREEN, Stream, call, enter, fetchEvents, query } from "./data.js";
import { List } from "./list.js";
import { showComparison, showEvent, showRefused } from "./detail.js";
import { Actions } from "./actions.js";
import { Timeline, overview } from "./charts.js";
import { Sandbox } from "./sandbox.js";

const KEYS = "j and k move, Enter opens, / searches, ? shows all keys.";
const FILTERS = ["q", "events", "state", "failed", "waitlist", "where", "since", "until_time", "direction"];

class App {
  constructor() {
    this.list = new List((number, record) => this.open(number, record), () => this.paintNote());
    this.list.fault = (error) => this.fail(error);
    this.act = new Actions(this);
    this.timeline = new Timeline((since, until_time) => this.zoom(since, until_time));
    this.sandbox = new Sandbox(this);
    this.redact = sessionStorage.getItem("mask") === "1";
    this.fresh = 0;
    this.readUrl();
  }

  readUrl() {
    const parts = new URLSearchParams(location.search);
    this.filters = Object.fromEntries(FILTERS.map((name) => [name, parts.get(name) ?? ""]));
    this.refused = parts.get("view") === "refused";
    this.inSandbox = parts.get("view") === "sandbox";
    const number = (name) => (/^\d+$/.test(parts.get(name) ?? "") ? Number(parts.get(name)) : undefined);
    const pair = /^(\d+),(\d+)$/.exec(parts.get("compare") ?? "");
    this.shown = pair ? { compare: [Number(pair[1]), Number(pair[2])] } : number("event") ? { event: number("event") } : number("refused") ? { refused: number("refused") } : parts.get("overview") ? { overview: true } : undefined;
  }

  writeUrl(push) {
    const fields = { ...this.filters, view: this.inSandbox ? "sandbox" : this.refused ? "refused" : "" };
    if (this.shown?.event) fields.event = this.shown.event;
    if (this.shown?.refused) fields.refused = this.shown.refused;
    if (this.shown?.overview) fields.overview = true;
    if (this.shown?.compare) fields.compare = this.shown.compare.join(",");
    const url = `/${query(fields)}`;
    if (url !== location.pathname + location.search) history[push ? "pushState" : "replaceState"](null, "", url);
  }

  get isFiltered() { return this.refused || FILTERS.some((name) => this.filters[name]); }
  get fields() { return { ...this.filters, redact: this.redact }; }

  async start() {
    this.wire();
    try {
      await enter();
      await this.load();
      this.openShown();
      this.showView();
      this.follow();
    } catch (error) {
      this.fail(error);
    }
  }

  follow() {
    this.stream?.close();
    this.stream = new Stream(this.redact, (name, record) => this.hear(name, record), this.status?.last);
  }

  async load() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.job?.abort();
    this.list.stop();
    this.job = new AbortController();
    this.paintFilters();
    try {
      const asked = call("/api/status", { signal: this.job.signal });
      const found = this.refused ? this.loadRefused() : fetchEvents({ ...this.fields, limit: SCREEN }, this.job.signal);
      const [[status], { rows, next }] = await Promise.all([asked, found]);
      if (turn !== this.turn) return;
      this.status = status;
      $("profile").textContent = status.profile;
      if (this.isFiltered) this.list.showFound(rows, next, this.fields);
      else this.list.showAll(status.first, Math.max(status.last, rows[0]?.event ?? 0), rows, this.fields);
      // Drawn behind the rows.
      setTimeout(() => this.timeline.load(this.filters).catch((error) => this.fail(error)), 60);
      this.setFresh(0);
      this.fault = undefined;
    } catch (error) {
      if (error.name === "AbortError" || turn !== this.turn) return;
      if (error.status === 400) {
        this.list.showFound([], undefined, {});
        this.fault = [error.message, ...error.hints].join(". ");
        this.list.draw();
      } else throw error;
    }
  }

  async loadRefused() {
    const rows = await call(`/api/refused${query({ redact: this.redact })}`, { signal: this.job.signal });
    const text = this.filters.q.toLowerCase();
    return { rows: rows.filter((r) => !text || JSON.stringify(r).toLowerCase().includes(text)) };
  }

  reload() {
    this.writeUrl();
    this.load().catch((error) => this.fail(error));
  }

  showView() {
    document.body.classList.toggle("sandbox", this.inSandbox);
    this.sandbox.show(this.inSandbox);
    this.paintFilters();
  }

  goTo(view) {
    this.inSandbox = view === "sandbox";
    this.writeUrl(true);
    this.showView();
  }

  zoom(since, until_time) {
    Object.assign(this.filters, { since, until_time });
    this.writeUrl(true);
    this.load().catch((error) => this.fail(error));
  }

  // What is pending has changed; whoever looks at it sees it.
  refreshStatus() {
    this.asking ??= setTimeout(async () => {
      this.asking = undefined;
      try {
        [this.status] = await call("/api/status");
        if (!this.shown || this.shown.overview || this.shown.event === this.event?.event) this.openShown(true);
      } catch { /* the stream says so when it is cut */ }
    }, 300);
  }

  fail(error) {
    if (error.status === 401 || error.status === 403) {
      $("detail").replaceChildren(h("div", { class: "blank" }, h("h2", {}, "This browser is not let in"), h("p", {}, "Open the URL that the command printed, with the token behind the #:"), h("pre", { class: "code" }, "referralloop inspect --open")));
      document.body.classList.add("open");
      this.setLive("cut", "Not let in");
      return;
    }
    if (error.name === "AbortError") return;
    toast(error.message, "bad");
  }

  hear(name, record) {
    if (name === "cut") return this.setLive("wait", "Reconnecting");
    this.setLive("on", "Live");
    if (name === "reset") return this.load().catch((error) => this.fail(error));
    if (name === "event") this.hearEvent(record);
    if (name === "refused" && this.refused) this.later();
    if (name === "place") {
      if (record.last > (this.status?.last ?? 0)) this.status.last = record.last;
      if (record.skipped && !this.isFiltered) this.list.grow(record.last);
      if (record.skipped && this.isFiltered) this.later();
      if (record.skipped) this.timeline.later(() => this.filters);
    }
    document.dispatchEvent(new CustomEvent("heard", { detail: [name, record] }));
  }

  hearEvent(e) {
    const isNew = e.event > (this.status?.last ?? 0);
    if (isNew && this.status) this.status.last = e.event;
    this.timeline.later(() => this.filters);
    if (e.last_attempt && (e.last_attempt.outcome !== "acknowledged" || this.status?.pending.length)) this.refreshStatus();
    if (this.isFiltered) {
      this.list.take(e);
      this.later();
    } else {
      this.list.take(e);
      if (isNew && this.list.position > 4) this.setFresh(this.fresh + 1);
    }
    if (this.shown?.event === e.event) {
      clearTimeout(this.again);
      this.again = setTimeout(() => this.openShown(true), 120);
    }
  }

  // A search is asked again at its top, not for every event of a burst.
  later() {
    this.waiting ??= setTimeout(async () => {
      this.waiting = undefined;
      const turn = this.turn;
      const began = performance.now();
      try {
        const { rows, next } = this.refused ? await this.loadRefused() : await fetchEvents({ ...this.fields, limit: SCREEN });
        if (turn === this.turn) {
          const fresh = this.list.merge(rows, next);
          if (fresh && this.list.position > 4) this.setFresh(this.fresh + fresh);
        }
        this.lookTook = performance.now() - began;
      } catch (error) { this.fail(error); }
    }, Math.max(150, (this.lookTook ?? 0) * 4));
  }

  setLive(state, words) {
    const node = $("live");
    if (node.dataset.state === state) return;
    node.dataset.state = state;
    node.lastElementChild.textContent = words;
  }

  setFresh(number) {
    this.fresh = number;
    $("fresh").hidden = !number;
    $("fresh").firstElementChild.textContent = `↑ ${count(number)} new`;
  }

  paintNote() {
    const { list } = this;
    if (!this.status && !this.fault) return;
    if (list.position <= 4 && this.fresh) this.setFresh(0);
    if (list.position <= 4 && list.stale) { list.stale = false; this.later(); }
    const picked = list.picked.size;
    const looking = list.isLooking && this.status?.last;
    const key = [list.total, list.next, looking, list.filtered, picked, this.fault, this.refused, this.status?.listener, Math.floor(list.position / 56)].join();
    if (this.noted === key) return;
    this.noted = key;
    const note = $("listnote");
    $("list").classList.toggle("vacant", !list.total);
    if (this.fault) return note.replaceChildren(h("p", { class: "fault" }, this.fault));
    if (!list.total && !list.next) return note.replaceChildren(this.nothing());
    const place = Math.min(list.total, Math.floor(list.position / 56) + 1);
    const progress = looking && this.progress(list.next);
    if (!list.total && progress) return note.replaceChildren(h("div", { class: "blank" }, h("h2", {}, "Nothing found yet"), progress, h("p", { class: "dim" }, "Another filter, or Esc, ends the search.")));
    const words = list.filtered ? `${count(list.total)}${list.next ? "+" : ""} found` : `${count(place)} of ${count(list.total)}`;
    const chosen = picked > 0 && h("span", { class: "chosen" }, `${picked} selected`,
      button("Replay", () => this.act.replay([...list.picked]), {}),
      picked === 2 && button("Compare", () => this.openComparison([...list.picked].sort((a, b) => a - b)), {}),
      button("Export", () => this.act.exportEvents([...list.picked]), {}),
      button("Clear", () => { list.picked.clear(); list.draw(); }, { class: "quiet" }));
    note.replaceChildren(h("span", { class: "dim" }, words), progress || "", chosen || "");
  }

  // How far a search has come. Whoever listens instead of looking is told what is found, not every step.
  progress(next) {
    const [all, rest] = [this.status.last - (this.status.first ?? 1) + 1, next - (this.status.first ?? 1)];
    const level = h("i", { class: "accent" });
    level.style.width = `${(1 - rest / all) * 100}%`;
    return h("div", { class: "looking", "aria-hidden": "true" }, h("span", {}, `looked through ${count(all - rest)} of ${count(all)}`), h("span", { class: "meter" }, level));
  }

  nothing() {
    const code = (text) => h("pre", { class: "code" }, text);
    if (this.refused) return h("div", { class: "blank" }, h("h2", {}, "Nothing was refused"), h("p", {}, "Requests whose signature does not hold are kept here, with the reason."));
    if (this.isFiltered) return h("div", { class: "blank" }, h("h2", {}, "Nothing matches"), button("Clear search and filters", () => this.clear(), { class: "primary" }));
    return h("div", { class: "blank" }, h("h2", {}, "Nothing yet"), h("p", {}, this.status?.listener ? "In another terminal, type:" : "In two terminals, type:"), code(`${this.status?.listener ? "" : "referralloop listen\n"}referralloop trigger created`), h("p", { class: "dim" }, "What arrives appears here by itself."));
  }

  clear() {
    for (const name of FILTERS) this.filters[name] = "";
    this.refused = false;
    $("q").value = "";
    this.reload();
  }

  set(name, value) {
    this.filters[name] = value;
    this.reload();
  }

  paintFilters() {
    const f = this.filters;
    $("q").value = f.q;
    const key = JSON.stringify([f, this.refused, this.inSandbox]);
    if (this.painted === key) return;
    this.painted = key;
    const focus = document.activeElement?.closest("#filters") && document.activeElement.dataset;
    const pill = (words, on, flip, props) => button(words, flip, { class: "pill", "aria-pressed": String(on), "data-value": words, ...props });
    const one = (name, label, options) => segmented(label, options, this.refused ? "" : f[name], (value) => { this.refused = false; this.set(name, value); }, true);
    const box = (name, label, width) => textBox(name, { class: `pill ${width}`, "aria-label": label, placeholder: label, value: f[name], on: { change: (event) => this.set(name, event.target.value.trim()) } });
    const zone = [f.since, f.until_time].map((time) => (/^\d{4}-.*Z$/.test(time) ? shortTime(time) : time));
    const zoned = zone.some(Boolean);
    $("filters").replaceChildren(segmented("View", [["events", "Events"], ["sandbox", "Sandbox"]], this.inSandbox ? "sandbox" : "events", (value) => this.goTo(value)));
    if (!this.inSandbox) $("filters").append(
      one("events", "Type", [["signup.created", "Created"], ["signup.position_changed", "Moved"], ["signup.deleted", "Deleted"]]),
      one("state", "Verification", [["valid", "Verified"], ["unsigned", "Unsigned"]]),
      one("direction", "Direction", [["received", "Received"], ["sent", "Sent"]]),
      pill("Failed", f.failed === "1", () => { this.refused = false; this.set("failed", f.failed ? "" : "1"); }),
      pill("Refused", this.refused, () => { this.refused = !this.refused; this.reload(); }),
      pill(zoned ? `${zone[0] || "Beginning"} – ${zone[1] || "now"}` : "Any time", zoned, () => this.act.chooseTime(), { "aria-haspopup": "dialog" }),
      box("waitlist", "Waitlist id", ""), box("where", "jq condition, .data.position < 10", "long"),
      this.isFiltered ? button("Clear", () => this.clear(), { class: "quiet" }) : "");
    if (focus?.value !== undefined) [...$("filters").querySelectorAll("button")].find((node) => node.dataset.value === focus.value)?.focus();
  }

  open(number, record) {
    this.shown = record?.type === "refused" || (this.refused && number) ? { refused: number } : { event: number };
    this.writeUrl(!document.body.classList.contains("open"));
    this.openShown();
  }

  openEvent(number) {
    this.open(number, { type: "event" });
    const index = this.list.indexOf(number);
    if (index >= 0) this.list.select(index, true);
  }

  openComparison(pair) {
    this.shown = { compare: pair };
    this.writeUrl(true);
    return this.openShown();
  }

  async openShown(quiet) {
    const box = $("detail");
    document.body.classList.toggle("open", Boolean(this.shown));
    if (!this.shown || this.shown.overview) return this.showOverview(quiet);
    const wanted = this.shown;
    const around = { redact: this.redact, act: this.act, status: this.status, open: (number) => this.openEvent(number) };
    const slot = h("div", { class: "slot" });
    try {
      if (wanted.compare) await showComparison(slot, wanted.compare, around);
      else if (wanted.refused) await showRefused(slot, wanted.refused, around);
      else this.event = await showEvent(slot, wanted.event, around);
      if (this.shown !== wanted) return;
      const top = quiet ? box.scrollTop : 0;
      box.replaceChildren(button("‹ Back", () => this.close(), { class: "back quiet" }), slot);
      box.scrollTop = top;
    } catch (error) {
      if (error.status === 404 || error.status === 400) box.replaceChildren(button("‹ Back", () => this.close(), { class: "back quiet" }), h("div", { class: "blank" }, h("h2", {}, "Not here"), h("p", {}, error.message)));
      else this.fail(error);
    }
  }

  showOverview(quiet) {
    const [box, drawn] = [$("detail"), this.timeline.drawn];
    const top = quiet ? box.scrollTop : 0;
    const isEmpty = !drawn || ![drawn.arrivals, drawn.acknowledged, drawn.failed].some((bars) => bars.some(Boolean));
    box.replaceChildren(button("‹ Back", () => this.close(), { class: "back quiet" }), isEmpty ? this.welcome() : overview(drawn, this.status, h("p", { class: "dim part" }, KEYS)));
    box.scrollTop = top;
  }

  welcome() {
    return h("div", { class: "blank" }, h("img", { src: "/icon.svg", alt: "", width: 48, height: 48 }), h("h2", {}, this.status?.last ? "Choose an event" : "Waiting for the first event"), h("p", { class: "dim" }, KEYS));
  }

  close() {
    this.shown = undefined;
    this.writeUrl();
    this.openShown();
    this.list.box.focus();
  }

  wire() {
    // What is pasted is searched at once; what is typed, whenever the fingers rest.
    let typing;
    let typed = 0;
    $("q").addEventListener("input", () => {
      clearTimeout(typing);
      const search = () => this.set("q", $("q").value.trim());
      const pause = performance.now() - typed;
      typed = performance.now();
      if (pause > 400 && $("q").value.length > 2) search();
      else typing = setTimeout(search, 120);
    });
    $("fresh").firstElementChild.addEventListener("click", () => { this.list.moveTo(0); this.setFresh(0); });
    $("make").addEventListener("click", () => this.act.make());
    $("help").addEventListener("click", () => this.act.shortcuts());
    $("mask").addEventListener("click", () => this.mask());
    $("theme").addEventListener("click", () => {
      const { theme } = document.documentElement.dataset;
      const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      localStorage.setItem("theme", dark ? "light" : "dark");
      document.documentElement.dataset.theme = dark ? "light" : "dark";
    });
    $("mask").setAttribute("aria-pressed", String(this.redact));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[data-event]");
      if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); this.openEvent(Number(link.dataset.event)); }
    });
    document.addEventListener("timeline", () => (!this.shown || this.shown.overview) && this.showOverview(true));
    document.addEventListener("overview", () => { this.shown = { overview: true }; this.writeUrl(true); this.openShown(); });
    addEventListener("popstate", () => { this.readUrl(); this.showView(); this.load().catch((error) => this.fail(error)); this.openShown(); });
    this.openShown();
  }

  mask() {
    this.redact = !this.redact;
    sessionStorage.setItem("mask", this.redact ? "1" : "0");
    $("mask").setAttribute("aria-pressed", String(this.redact));
    this.follow();
    if (this.inSandbox) this.sandbox.again();
    this.load().catch((error) => this.fail(error));
    this.openShown();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { target } = event;
    if (event.key === "Escape") {
      if (target.matches("input, textarea")) target.blur();
      else if (this.inSandbox) this.goTo("events");
      else if (this.shown) this.close();
      else if (this.isFiltered) this.clear();
      return;
    }
    if (target.matches("input, textarea, select")) {
      if (target.id === "q" && (event.key === "ArrowDown" || event.key === "Enter")) { event.preventDefault(); this.list.box.focus(); this.list.select(0, event.key === "ArrowDown"); }
      return;
    }
    if (this.inSandbox) {
      const act = { n: () => this.sandbox.frame && this.sandbox.create(), m: () => this.mask(), "/": () => $("sq")?.focus(), "?": () => this.act.shortcuts() }[event.key];
      if (act) { act(); event.preventDefault(); }
      return;
    }
    const { list } = this;
    const inList = target === list.box || target === document.body;
    const page = Math.max(1, Math.floor(list.box.clientHeight / 56) - 1);
    const moves = { j: 1, k: -1, ...(inList && { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }) };
    const number = this.shown?.event;
    if (moves[event.key]) list.select(Math.max(0, Math.min(list.total - 1, list.cursor + moves[event.key])), !this.shown);
    else if (event.key === "g" || (inList && event.key === "Home")) list.select(0, !this.shown);
    else if (event.key === "G" || (inList && event.key === "End")) list.select(list.total - 1, !this.shown);
    else if (event.key === "Enter" && inList) list.select(list.cursor < 0 ? 0 : list.cursor);
    else if (event.key === "x") list.pick(list.cursor);
    else if (event.key === "r") this.act.replay(list.picked.size ? [...list.picked] : number ? [number] : list.cursor >= 0 && !this.refused ? [list.number(list.cursor)] : []);
    else if (event.key === "e" && this.event && number === this.event.event) this.act.edit(this.event);
    else if (event.key === "n") this.act.make();
    else if (event.key === "m") this.mask();
    else if (event.key === "/") $("q").focus();
    else if (event.key === "?") this.act.shortcuts();
    else return;
    event.preventDefault();
  }
}

const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
const app = new App();
app.start();
