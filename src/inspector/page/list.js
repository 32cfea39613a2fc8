// The list: any number of events with a screenful of nodes. Without filters, a row is a number, so that any place can be
// scrolled to at once; with filters, rows are what was found, and more is looked for near the end.

import { $, h, oneLine, shortTime, span } from "./dom.js";
import { fetchEvents } from "./data.js";

const ROW = 56;
const TALLEST = 6_000_000; // browsers lose precision in higher elements
const CHUNK = 100;
const KEPT = 6000;

export const shortType = (type) => (type ? type.replace(/^signup\./, "") : "no event type");

export function movement(e) {
  if (e.old_position !== undefined && e.new_position !== undefined) {
    const by = e.new_position - e.old_position;
    return { words: `${e.old_position} → ${e.new_position}`, by };
  }
  return e.position !== undefined ? { words: `position ${e.position}`, by: 0 } : undefined;
}

export function glyph(e) {
  if (e.type === "refused") return ["!", "bad", "refused request"];
  const by = movement(e)?.by ?? 0;
  switch (e.event_type) {
    case "signup.created": return ["+", "good", "created"];
    case "signup.position_changed": return [by > 0 ? "↓" : "↑", "info", by > 0 ? "moved down" : "moved up"];
    case "signup.deleted": return ["−", "mute", "deleted"];
    default: return ["•", "mute", "other event"];
  }
}

export function verdict(e) {
  if (e.type === "refused") return ["refused", "bad"];
  switch (e.verification) {
    case "valid": return ["verified", "good"];
    case "unsigned": return ["unsigned", "warn"];
    case "invalid": return ["invalid", "bad"];
    default: return ["sent", "mute"];
  }
}

// The attempt that says how it stands: of several targets, the one that failed last.
export const telling = (e) => e.last_attempts?.findLast((a) => e.owed_to?.includes(a.url)) ?? e.last_attempt;

export function outcome(a) {
  if (!a) return undefined;
  const words = a.status !== undefined ? String(a.status) : a.outcome.replace("_", " ");
  return [words, a.outcome === "acknowledged" ? "good" : "bad"];
}

const who = (e) => e.email ?? e.signup_id ?? (e.event_type ? "no address" : "not an event of the catalogue");
export const when = (e) => e.arrived_at ?? e.last_at ?? e.sent_at ?? e.at;

export class List {
  constructor(open, changed) {
    this.box = $("list");
    this.space = $("space");
    this.open = open;
    this.changed = changed;
    this.pool = [];
    this.picked = new Set();
    this.position = 0; // pixels from the top, were it drawn whole
    this.reset();
    this.box.addEventListener("scroll", () => this.scrolled());
    this.box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  reset() {
    this.job?.abort();
    this.known = new Map();
    this.asked = new Set();
    this.rows = [];
    this.next = undefined;
    this.first = 1;
    this.last = 0;
    this.filtered = false;
    this.stale = false;
    this.cursor = -1;
  }

  // Whether a search is under way.
  get isLooking() { return Boolean(this.job && this.next); }
  stop() { this.job?.abort(); this.next = undefined; }
  get total() { return this.filtered ? this.rows.length : Math.max(0, this.last - this.first + 1); }
  get scale() {
    const whole = this.total * ROW - this.box.clientHeight;
    const drawn = Math.min(this.total * ROW, TALLEST) - this.box.clientHeight;
    return drawn > 0 && whole > drawn ? whole / drawn : 1;
  }
  number(index) { return this.filtered ? this.rows[index]?.event ?? this.rows[index]?.refused : this.last - index; }
  record(index) { return this.filtered ? this.rows[index] : this.known.get(this.last - index); }
  indexOf(number) {
    const index = this.filtered ? this.rows.findIndex((row) => (row.event ?? row.refused) === number) : this.last - number;
    return index >= 0 && index < this.total ? index : -1;
  }

  // All events, of which the newest screenful is there already.
  showAll(first, last, rows, fields) {
    this.reset();
    Object.assign(this, { first: first ?? 1, last, fields });
    rows.forEach((row) => this.known.set(row.event, row));
    this.finish();
  }

  // What was found, and where the search goes on.
  showFound(rows, next, fields) {
    this.reset();
    Object.assign(this, { filtered: true, rows, next, fields });
    this.finish();
  }

  finish() {
    this.position = 0;
    this.box.scrollTop = 0;
    this.draw();
  }

  wheel(event) {
    if (this.scale === 1 || event.ctrlKey || event.deltaX) return;
    event.preventDefault();
    const step = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? this.box.clientHeight : 1;
    this.moveTo(this.position + event.deltaY * step);
  }

  moveTo(position) {
    const most = Math.max(0, this.total * ROW - this.box.clientHeight);
    this.position = Math.min(most, Math.max(0, position));
    this.expected = Math.round(this.position / this.scale);
    this.box.scrollTop = this.expected;
    this.draw();
  }

  scrolled() {
    // Not where it was put: somebody moved the bar.
    if (this.expected === undefined || Math.abs(this.box.scrollTop - this.expected) > 1) {
      this.position = this.box.scrollTop * this.scale;
      this.expected = undefined;
    }
    this.draw();
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = undefined;
      this.paint();
    });
  }

  paint() {
    const height = this.box.clientHeight;
    const tall = Math.min(this.total * ROW, TALLEST);
    if (this.tall !== tall) this.space.style.height = `${(this.tall = tall)}px`;
    const from = Math.max(0, Math.floor(this.position / ROW) - 4);
    const to = Math.min(this.total, Math.ceil((this.position + height) / ROW) + 4);
    const shift = this.position - this.box.scrollTop;
    for (let index = from; index < to; index += 1) {
      const row = (this.pool[index - from] ??= this.makeRow());
      row.node.hidden = false;
      row.node.style.transform = `translateY(${index * ROW - shift}px)`;
      this.fill(row, index);
    }
    for (let rest = Math.max(0, to - from); rest < this.pool.length; rest += 1) this.pool[rest].node.hidden = true;
    const active = this.pool.find((row) => !row.node.hidden && row.index === this.cursor);
    if (active) this.box.setAttribute("aria-activedescendant", active.node.id);
    else this.box.removeAttribute("aria-activedescendant");
    this.need(from, to);
    this.changed();
  }

  makeRow() {
    const part = (name, tag = "span") => h(tag, { class: name });
    const row = { glyph: part("glyph"), who: part("who"), time: part("time", "time"), type: part("type"), change: part("change"), state: part("tag"), sent: part("tag") };
    row.glyph.setAttribute("aria-hidden", "true");
    row.node = h("div", { class: "row", role: "option", id: `row${this.pool.length}` }, row.glyph,
      h("span", { class: "lines" }, h("span", { class: "line" }, row.who, row.time),
        h("span", { class: "line" }, row.type, row.change, h("span", { class: "grow" }), row.state, row.sent)));
    row.node.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey) return this.pick(row.index);
      if (event.shiftKey) return this.pickTo(row.index);
      this.select(row.index);
    });
    this.space.append(row.node);
    return row;
  }

  fill(row, index) {
    const e = this.record(index);
    const number = this.number(index);
    row.index = index;
    row.node.setAttribute("aria-selected", String(index === this.cursor));
    row.node.classList.toggle("picked", this.picked.has(number) && e?.type === "event");
    if (row.seen === e && row.number === number && row.day === new Date().getDate()) return;
    Object.assign(row, { seen: e, number, day: new Date().getDate() });
    row.node.setAttribute("aria-posinset", index + 1);
    row.node.setAttribute("aria-setsize", this.filtered && this.next ? -1 : this.total);
    row.node.classList.toggle("empty", !e);
    if (!e) {
      for (const part of [row.glyph, row.time, row.type, row.change, row.state, row.sent]) part.textContent = "";
      row.who.textContent = e === null ? `#${number} was removed` : `#${number}`;
      return;
    }
    const [sign, tone, words] = glyph(e);
    row.glyph.textContent = sign;
    row.glyph.className = `glyph ${tone}`;
    row.who.textContent = oneLine(who(e));
    const at = when(e);
    row.time.textContent = shortTime(at);
    row.time.dateTime = at;
    row.time.title = `${at} (UTC)`;
    row.type.textContent = `${e.type === "refused" ? "!" : "#"}${number} ${oneLine(shortType(e.event_type)).slice(0, 60)}`;
    row.type.title = words;
    const change = movement(e);
    row.change.textContent = change?.words ?? "";
    row.change.className = `change ${change?.by < 0 ? "good" : change?.by > 0 ? "warn" : ""}`;
    const repeats = e.times > 1 ? ` ×${e.times}` : "";
    const [state, mood] = verdict(e);
    row.state.textContent = state + repeats;
    row.state.className = `tag ${mood}`;
    const last = outcome(telling(e));
    row.sent.hidden = !last;
    if (last) {
      row.sent.textContent = `${last[0]} · ${span(telling(e).latency_us / 1000)}`;
      row.sent.className = `tag ${last[1]}`;
    }
  }

  // Asks for what is in view and not known yet, and for more of what is searched.
  need(from, to) {
    if (this.filtered) {
      if (this.next !== undefined && this.next !== null && to > this.rows.length - 40) this.more();
      return;
    }
    for (let chunk = Math.floor((this.last - to + 1) / CHUNK); chunk <= Math.floor((this.last - from) / CHUNK); chunk += 1) {
      const low = Math.max(this.first, chunk * CHUNK);
      const high = Math.min(this.last, chunk * CHUNK + CHUNK - 1);
      if (low > high || this.asked.has(chunk)) continue;
      const lacks = () => { for (let n = low; n <= high; n += 1) if (this.known.get(n) === undefined) return n; };
      if (lacks() === undefined) continue;
      this.asked.add(chunk);
      clearTimeout(this.pause);
      // A bar that is dragged past a million events asks where it rests.
      this.pause = setTimeout(() => this.fetchChunks(), this.known.size ? 60 : 0);
    }
  }

  async fetchChunks() {
    const [from, to] = [Math.floor(this.position / ROW), Math.ceil((this.position + this.box.clientHeight) / ROW)];
    const near = (chunk) => this.last - chunk * CHUNK >= from - 150 && this.last - (chunk + 1) * CHUNK <= to + 150;
    const wanted = [...this.asked].filter((chunk) => chunk >= 0);
    this.asked.clear();
    const { fields, known } = this;
    for (const chunk of wanted.filter(near)) {
      this.asked.add(chunk);
      const high = chunk * CHUNK + CHUNK;
      try {
        const { rows } = await fetchEvents({ ...fields, before: high, limit: CHUNK });
        if (this.known !== known) return;
        for (let n = Math.max(1, high - CHUNK); n < high && n <= this.last; n += 1) if (!known.get(n)) known.set(n, null);
        rows.forEach((row) => known.set(row.event, row));
      } catch (error) {
        this.fault?.(error);
      }
      this.asked.delete(chunk);
    }
    this.forget();
    this.draw();
  }

  // What is far from what is looked at can be asked for again.
  forget() {
    if (this.filtered) {
      if (this.rows.length <= KEPT || this.position > (KEPT / 4) * ROW) return;
      this.job?.abort();
      this.rows = this.rows.slice(0, KEPT / 2);
      const last = this.rows.at(-1);
      // All refused requests that are kept are fewer.
      if (last.event !== undefined) this.next = last.event;
      return;
    }
    const { known } = this;
    if (known.size <= KEPT) return;
    const middle = this.last - Math.floor(this.position / ROW);
    for (const n of known.keys()) if (Math.abs(n - middle) > 1500) known.delete(n);
  }

  async more() {
    if (this.job || this.next === undefined) return;
    const job = (this.job = new AbortController());
    const { rows } = this;
    const had = rows.length;
    this.changed();
    try {
      do {
        const found = await fetchEvents({ ...this.fields, before: this.next, limit: CHUNK }, job.signal);
        if (this.rows !== rows) return;
        rows.push(...found.rows);
        this.next = found.next;
        this.changed();
      } while (this.next && rows.length === had);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.next = undefined;
      this.fault?.(error);
    } finally {
      if (this.job === job) this.job = undefined;
    }
    this.draw();
  }

  // Something happened to an event. Whoever looks at older ones keeps looking at them.
  take(e) {
    const held = this.position > 4;
    if (this.filtered) {
      const index = this.indexOf(e.event);
      if (index >= 0) this.rows[index] = e;
    } else {
      const grown = e.event - this.last;
      this.known.set(e.event, e);
      if (grown > 0) this.grow(e.event, held);
      this.forget();
    }
    this.draw();
  }

  grow(last, held = this.position > 4) {
    const grown = last - this.last;
    if (grown <= 0 || this.filtered) return;
    if (!this.last) this.first = Math.min(this.first, last);
    this.last = last;
    if (this.cursor >= 0) this.cursor += grown;
    if (held) this.moveTo(this.position + grown * ROW);
  }

  // What a search finds anew at its top. Where more was found than was asked for, what lies between is asked for again.
  merge(rows, next) {
    const top = this.rows[0];
    if (top && rows.length && next && (rows.at(-1).event ?? 0) > top.event) {
      // Whoever looks at older ones keeps looking at them until the top is seen again.
      this.stale = this.position > 4;
      if (this.stale) return 1;
      this.job?.abort();
      Object.assign(this, { rows, next, cursor: -1, job: undefined });
      this.draw();
      return rows.length;
    }
    const fresh = rows.filter((row) => !top || (row.event ?? row.refused) > (top.event ?? top.refused));
    for (const row of rows) {
      const index = this.indexOf(row.event ?? row.refused);
      if (index >= 0) this.rows[index] = row;
    }
    if (fresh.length) {
      this.rows.unshift(...fresh);
      if (this.cursor >= 0) this.cursor += fresh.length;
      if (this.position > 4) this.moveTo(this.position + fresh.length * ROW);
    }
    this.forget();
    this.draw();
    return fresh.length;
  }

  select(index, quiet) {
    if (index < 0 || index >= this.total) return;
    this.cursor = index;
    const top = index * ROW;
    if (top < this.position) this.moveTo(top);
    else if (top + ROW > this.position + this.box.clientHeight) this.moveTo(top + ROW - this.box.clientHeight);
    this.draw();
    if (!quiet) this.open(this.number(index), this.record(index));
  }

  pick(index) {
    const number = this.number(index);
    if (this.record(index)?.type !== "event") return;
    if (!this.picked.delete(number)) this.picked.add(number);
    this.cursor = index;
    this.draw();
  }

  pickTo(index) {
    const [from, to] = [Math.min(index, Math.max(0, this.cursor)), Math.max(index, this.cursor)];
    for (let at = from; at <= to; at += 1) if (this.record(at)?.type === "event") this.picked.add(this.number(at));
    this.draw();
  }
}
