// One event, or one refused request, with everything that happened to it.

import { button, bytes, copy, count, fullTime, h, oneLine, region, segmented, span, timeNode } from "./dom.js";
import { call, query } from "./data.js";
import { bodyBytes, bodyView, compareLines, fromBase64, pretty } from "./body.js";
import { glyph, movement, outcome, shortType, telling, verdict } from "./list.js";
import { latencyBar, schedule } from "./charts.js";

const MANY = 50; // arrivals or attempts that are shown at once
const WIDE = 4000; // characters of a compared line
const WINDOW = 5000; // milliseconds that an endpoint has
const DUES = [[60, 360, 1260, 4860], [60, 300, 900, 3600]];

// Which documented retry a gap looks like, within the sender's patience and some jitter.
export const guessRetry = (seconds) => {
  for (const dues of DUES) {
    const at = dues.findIndex((due) => Math.abs(seconds - due) <= Math.max(5, due / 10));
    if (at >= 0) return at + 1;
  }
  return undefined;
};

const tag = (of) => of && h("span", { class: `tag ${of[1]}` }, of[0]);
const fact = (name, value, props) => value !== undefined && value !== null && h("div", { class: "fact" }, h("dt", {}, name), h("dd", props ?? {}, value));
const section = (title, ...content) => h("section", { class: "part" }, h("h3", {}, title), ...content);
const text = (field) => field.value ?? `(Base64) ${field.value_base64}`;

let bodyForm = "pretty";

function head(e, title, tools) {
  const [sign, tone] = glyph(e);
  return h("header", { class: "title" },
    h("span", { class: `glyph ${tone}`, "aria-hidden": "true" }, sign),
    h("div", { class: "names" }, h("h2", {}, title), h("p", {}, oneLine(e.email ?? e.signup_id ?? "no address"))),
    h("div", { class: "tools", role: "toolbar", "aria-label": "Actions" }, tools));
}

function bodySection(e, file) {
  const slot = h("div", {});
  const show = (form) => { bodyForm = form; slot.replaceChildren(bodyView(e, form)); };
  show(bodyForm);
  return h("section", { class: "part" },
    h("div", { class: "bar" }, h("h3", {}, "Body"), h("span", { class: "dim" }, bytes(e.body_bytes)), h("span", { class: "grow" }),
      segmented("How the body is shown", [["pretty", "Pretty"], ["raw", "Raw"], ["hex", "Hex"]], bodyForm, show),
      button("Copy", () => copy(e.body ?? e.body_base64, "Body"), { class: "quiet" }),
      file && h("a", { class: "button quiet", href: file, download: true }, "Save")),
    slot);
}

const headerTable = (headers) => h("div", { class: "scroll", ...region("Header lines") }, h("table", { class: "headers" }, h("tbody", {},
  headers.map((line) => h("tr", {}, h("th", { scope: "row" }, oneLine(line.name)), h("td", {}, oneLine(text(line))))))));

function driftWords(d) {
  const path = d.path ?? d.field ?? "a field";
  const rest = d.found ?? d.expected ?? d.detail;
  return `${path}: ${(d.kind ?? d.drift ?? "differs").replaceAll("_", " ")}${rest ? ` (${rest})` : ""}`;
}

function facts(e) {
  const change = movement(e);
  return h("dl", { class: "facts" },
    fact("Sign-up", e.signup_id && oneLine(e.signup_id), { class: "mono" }),
    fact("Waitlist", e.waitlist_id && oneLine(e.waitlist_id), { class: "mono" }),
    fact("Position", change && (change.by ? `${change.words} (${change.by < 0 ? "up" : "down"} ${Math.abs(change.by)})` : change.words.replace("position ", ""))),
    fact("Happened", e.occurred_at && timeNode(e.occurred_at, true)),
    fact("Arrived", e.times ? h("span", {}, timeNode(e.first_at, true), e.times > 1 && ` and ${e.times - 1} more`) : undefined),
    fact("Sent from here", e.sent_at && timeNode(e.sent_at, true)),
    fact("Fingerprint", e.fingerprint, { class: "mono" }),
    fact("Same but for its timestamp", e.probable_retry_of && h("a", { href: `?event=${e.probable_retry_of}`, "data-event": e.probable_retry_of }, `#${e.probable_retry_of}`)),
    e.drift?.length > 0 && fact("Departs from the catalogue", e.drift.map((d) => h("div", {}, oneLine(driftWords(d)))), { class: "warn" }));
}

// The last of many, and the earlier ones on request.
function steps(items, make) {
  const list = h("ol", { class: "steps" });
  const more = button("", () => show(), { class: "quiet" });
  let from = items.length;
  const show = () => {
    const to = from;
    from = Math.max(0, to - MANY);
    list.prepend(...items.slice(from, to).map((one, at) => h("li", {}, make(one, from + at))));
    more.hidden = !from;
    more.textContent = `${count(from)} earlier`;
  };
  show();
  return [more, list];
}

function arrivals(e) {
  if (!e.arrivals?.length) return section("Arrivals", h("p", { class: "dim" }, "It was sent from here and has not come in."));
  const first = Date.parse(e.arrivals[0].arrived_at);
  return section("Arrivals", steps(e.arrivals, (a, at) => {
    const gap = Date.parse(a.arrived_at) - first;
    const retry = at && guessRetry(gap / 1000);
    return h("details", { open: e.arrivals.length === 1 },
      h("summary", {}, timeNode(a.arrived_at, true), tag(verdict(a)), h("span", { class: "dim" }, oneLine(a.target)),
        at > 0 && h("span", { class: "note" }, `${span(gap)} after the first${retry ? `: looks like retry ${retry}` : ""}`)),
      headerTable(a.headers));
  }));
}

function answerText(a) {
  if (a.body) return h("pre", { class: "code small" }, pretty(a.body) ?? a.body.slice(0, 4000));
  if (a.body_base64) return h("pre", { class: "code small" }, `(Base64) ${a.body_base64.slice(0, 2000)}`);
  return undefined;
}

function attempts(e) {
  if (!e.attempts?.length) return section("Deliveries", h("p", { class: "dim" }, "It was not passed on. Start the listener with --forward-to, or use Replay."));
  const verbs = { trigger: "sent", forward: "forwarded", replay: "replayed", reconcile: "reconciled" };
  return section("Deliveries", steps(e.attempts, (a) => h("div", { class: "attempt" },
    h("div", { class: "line" }, tag(outcome(a)), h("strong", {}, verbs[a.purpose] ?? a.purpose), h("span", { class: "dim" }, `attempt ${a.attempt}`), h("span", { class: "grow" }), timeNode(a.began_at, true)),
    h("div", { class: "line mono url" }, oneLine(a.url)),
    latencyBar(a.latency_us / 1000, WINDOW),
    a.detail && h("p", { class: "warn" }, oneLine(a.detail)),
    answerText(a))));
}

export async function showEvent(box, number, { redact, act, status }) {
  const [e] = await call(`/api/events/${number}${query({ redact })}`);
  const tools = [
    button([h("span", {}, "Replay"), h("kbd", { "aria-hidden": "true" }, "r")], () => act.replay([number]), { class: "primary", title: "Send it again" }),
    button([h("span", {}, "Edit & resend"), h("kbd", { "aria-hidden": "true" }, "e")], () => act.edit(e), { title: "Change it, sign it anew and send it" }),
    button("Copy as…", (event) => act.copyAs(number, event.currentTarget), { "aria-haspopup": "dialog" }),
    button("Compare…", () => act.compare(number), {}),
  ];
  box.replaceChildren(h("article", { "data-number": number },
    head(e, `#${number} ${oneLine(shortType(e.event_type))}`, tools),
    h("div", { class: "badges" }, tag(verdict(e)), tag(outcome(telling(e))), e.times > 1 && tag([`arrived ${e.times} times`, "info"]), e.drift?.length > 0 && tag(["drift", "warn"])),
    facts(e), schedule(e, status), bodySection(e, redact ? undefined : `/api/events/${number}/body`), attempts(e), arrivals(e)));
  return e;
}

// Both byte sequences, one below the other, each byte in its column.
function aligned(place) {
  const side = (name) => place[name] !== undefined ? new TextEncoder().encode(place[name]) : fromBase64(place[`${name}_base64`] ?? "");
  const [received, hashed] = [side("received"), side("hashed")];
  const from = place.excerpt_from ?? 0;
  const length = Math.max(received.length, hashed.length);
  const cell = (data, other, at) => {
    const parts = at >= place.byte - from;
    const b = data[at];
    const same = b === other[at];
    return h("td", { class: `${parts && !same ? "diff" : ""} ${b === undefined ? "none" : ""}` }, b === undefined ? "" : h("span", {}, b > 32 && b < 127 ? String.fromCharCode(b) : b === 32 ? "␣" : "·"), b !== undefined && h("small", {}, b.toString(16).padStart(2, "0")));
  };
  const row = (name, data, other) => h("tr", {}, h("th", { scope: "row" }, name), Array.from({ length }, (_, at) => cell(data, other, at)));
  return h("div", { class: "scroll", ...region("Bytes side by side") }, h("table", { class: "aligned" },
    h("caption", {}, `The two forms part at byte ${place.byte}, counted from 0.`),
    h("thead", {}, h("tr", {}, h("td", {}), Array.from({ length }, (_, at) => h("td", { "aria-hidden": "true" }, at === place.byte - from ? `${at + from}` : (at + from) % 5 ? "" : `${at + from}`)))),
    h("tbody", {}, row("received", received, hashed), row("hashed", hashed, received))));
}

function story(v) {
  const causes = v.causes ?? [];
  return h("section", { class: "part doctor" }, h("h3", {}, "Why it was refused"),
    h("p", { class: "lead" }, oneLine(v.message)),
    causes.length === 0 && h("p", { class: "dim" }, `Nothing known explains the value; ${v.hashes} values were computed.`),
    causes.map((cause, at) => h("div", { class: `cause ${at ? "" : "first"}` },
      h("p", {}, tag([cause.certainty, cause.certainty === "proof" ? "good" : cause.certainty === "consistent" ? "info" : "mute"]), h("strong", {}, oneLine(cause.message))),
      at === 0 && v.difference && aligned(v.difference),
      at === 0 && cause.fix?.map((line) => h("p", {}, oneLine(line))),
      at === 0 && cause.code?.length > 0 && h("div", { class: "codebox" }, h("pre", { class: "code", ...region("Code that mends it") }, cause.code.join("\n")), button("Copy", () => copy(cause.code.join("\n"), "Code"), { class: "quiet" })),
      at === 0 && cause.check && h("p", { class: "dim" }, `Then: ${oneLine(cause.check)}`))));
}

export async function showRefused(box, number, { redact }) {
  const records = await call(`/api/refused/${number}${query({ redact })}`);
  const e = records.find((r) => r.type === "refused");
  const v = records.find((r) => r.type === "verification");
  box.replaceChildren(h("article", { "data-refused": number },
    head(e, `!${number} ${oneLine(shortType(e.event_type))}`, [button("Copy verify command", () => copy(`referralloop verify --event r${number}`, "Command"), {})]),
    h("div", { class: "badges" }, tag(["refused with 401", "bad"]), tag([e.reason.replaceAll("_", " "), "mute"])),
    h("dl", { class: "facts" }, fact("Arrived", timeNode(e.arrived_at, true)), fact("Path", oneLine(e.target), { class: "mono" }), fact("Sign-up", e.signup_id && oneLine(e.signup_id), { class: "mono" }), fact("Fingerprint", e.fingerprint, { class: "mono" })),
    v ? story(v) : redact && h("p", { class: "dim part" }, "The doctor's story quotes the body and is left out while addresses are masked."),
    bodySection(e), section("Header lines", headerTable(e.headers))));
}

export async function showComparison(box, [left, right], { redact, open }) {
  const [[a], [b]] = await Promise.all([left, right].map((n) => call(`/api/events/${n}${query({ redact })}`)));
  const words = (e) => (e.body !== undefined ? pretty(e.body)?.textContent ?? e.body : [...bodyBytes(e)].map((x) => x.toString(16).padStart(2, "0")).join(" "));
  const lines = compareLines(words(a), words(b));
  const same = lines.every(([kind]) => kind === "same");
  const pairs = [["Type", (e) => e.event_type], ["Sign-up", (e) => e.signup_id], ["Waitlist", (e) => e.waitlist_id], ["Happened", (e) => e.occurred_at && fullTime(e.occurred_at)], ["Arrived", (e) => e.first_at && fullTime(e.first_at)], ["Verification", (e) => verdict(e)[0]], ["Last answer", (e) => outcome(telling(e))?.[0]], ["Fingerprint", (e) => e.fingerprint]];
  const cut = (line = "") => (line.length > WIDE ? `${line.slice(0, WIDE)}…` : line);
  const cell = (value) => h("td", {}, value === undefined ? h("span", { class: "dim" }, "none") : oneLine(value));
  box.replaceChildren(h("article", { "data-compare": `${left},${right}` },
    h("header", { class: "title" }, h("div", { class: "names" }, h("h2", {}, `#${left} and #${right}`), h("p", {}, same ? "The same lines; see the fingerprints for the bytes." : "What differs is marked.")),
      h("div", { class: "tools" }, button(`Open #${left}`, () => open(left), {}), button(`Open #${right}`, () => open(right), {}))),
    h("div", { class: "scroll part", ...region("Facts side by side") }, h("table", { class: "pairs" }, h("thead", {}, h("tr", {}, h("th", {}, h("span", { class: "hidden" }, "Fact")), h("th", { scope: "col" }, `#${left}`), h("th", { scope: "col" }, `#${right}`))), h("tbody", {}, pairs.map(([name, of]) => h("tr", { class: of(a) === of(b) ? "" : "other" }, h("th", { scope: "row" }, name), cell(of(a)), cell(of(b))))))),
    h("div", { class: "scroll part", ...region("Bodies side by side") }, h("table", { class: "difference" }, h("caption", { class: "hidden" }, "Bodies line by line"), h("tbody", {}, lines.map(([kind, l, r]) => h("tr", { class: kind },
      h("td", { class: l === undefined ? "none" : "" }, cut(l)), h("td", { class: r === undefined ? "none" : "" }, cut(r)))))))));
}
