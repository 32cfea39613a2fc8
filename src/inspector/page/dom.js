// Small words for making elements. Foreign text becomes text nodes and nothing else; what could change how a line
// reads (control characters, bidi marks, zero-width ones) is written out.

const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const spell = (c) => `\\u{${c.codePointAt(0).toString(16)}}`;
export const safe = (text) => String(text).replace(UNSAFE, spell).replace(LONE, spell);
export const oneLine = (text) => safe(text).replace(/[\t\n\r]/g, (c) => ({ "\t": "\\t", "\n": "\\n", "\r": "\\r" })[c]);

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.setAttribute("class", value);
    else if (name === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(3)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : safe(child));
  }
  return node;
}

export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
export const textBox = (name, props) => h("input", { type: "text", name, autocomplete: "off", spellcheck: "false", ...props });
// What scrolls by itself is reached with the keyboard, too.
export const region = (label) => ({ tabindex: 0, role: "region", "aria-label": label });
export const $ = (id) => document.getElementById(id);
export const button = (label, run, props) => h("button", { type: "button", ...props, on: { click: run } }, label);

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const FULL = () => new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });

const sameDay = (a, b) => a.toDateString() === b.toDateString();
export const shortTime = (iso) => {
  const at = new Date(iso);
  return sameDay(at, new Date()) ? CLOCK.format(at) : `${DAY.format(at)}, ${CLOCK.format(at).slice(0, 5)}`;
};
let full; // made when it is needed: the rows of the list do without
export const fullTime = (iso) => (full ??= FULL()).format(new Date(iso));
// The viewer's zone, and UTC on hover.
export const timeNode = (iso, full) => h("time", { datetime: iso, title: `${iso} (UTC)` }, full ? fullTime(iso) : shortTime(iso));

export function span(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min${Math.round(s % 60) ? ` ${Math.round(s % 60)} s` : ""}`;
  if (s < 86400) return `${Math.floor(s / 3600)} h${Math.round((s % 3600) / 60) ? ` ${Math.round((s % 3600) / 60)} min` : ""}`;
  return `${Math.floor(s / 86400)} d${Math.round((s % 86400) / 3600) ? ` ${Math.round((s % 86400) / 3600)} h` : ""}`;
}
export const bytes = (n) => (n < 1024 ? `${n} B` : n < 1 << 20 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / (1 << 20)).toFixed(1)} MiB`);
export const count = (n) => n.toLocaleString("en").replaceAll(",", "\u2009");

export function toast(message, kind = "") {
  const node = h("div", { class: `toast ${kind}` }, message);
  while ($("toasts").children.length > 2) $("toasts").firstElementChild.remove();
  $("toasts").append(node);
  setTimeout(() => node.remove(), kind === "bad" ? 9000 : 4500);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "hidden", readonly: true, value: text });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(`${what} copied`, "good");
}

// A modal dialog: the browser keeps the focus inside, and Escape closes it.
export function dialog(title, content, props) {
  const id = `t${Math.random().toString(36).slice(2)}`;
  const close = button("✕", () => box.close(), { class: "quiet icon", "aria-label": "Close" });
  const box = h("dialog", { "aria-labelledby": id, ...props }, h("header", {}, h("h2", { id }, title), close), content);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => event.target === box && box.close());
  document.body.append(box);
  box.showModal();
  return box;
}

// One of several; where none has to be chosen, what is pressed again is let go.
export function segmented(label, options, current, choose, free) {
  const group = h("div", { class: "segmented", role: "group", "aria-label": label });
  const paint = () => {
    for (const node of group.children) node.setAttribute("aria-pressed", String(node.dataset.value === current));
  };
  for (const [value, words] of options) {
    group.append(button(words, () => {
      current = free && value === current ? "" : value;
      paint();
      choose(current);
    }, { "data-value": value }));
  }
  paint();
  return group;
}

// The same where there may be many.
export const choice = (label, options, current, choose) => (options.length < 5 ? segmented(label, options, current, choose)
  : h("select", { "aria-label": label, on: { change: (event) => choose(event.target.value) } }, options.map(([value, words]) => h("option", { value, selected: value === current }, words))));
