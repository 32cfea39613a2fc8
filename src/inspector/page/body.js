// A body as somebody reads it: pretty, raw or in hexadecimal. Pretty means spaces between tokens: numbers, escapes and
// the order of members stay as they were sent.

import { bytes, h, region, safe } from "./dom.js";

const MANY = 4000; // coloured tokens
const LINES = 600; // compared lines
const LONG = 400_000; // characters that are laid out

const LEFT_OUT = "[redacted]";

// A secret that was left out took its digits along: what stands before the first is read from its beginning, what stands
// behind the last from its end.
export function fromBase64(text) {
  const [first, ...more] = text.split(LEFT_OUT);
  const last = more.at(-1);
  const read = (digits) => Array.from(atob(digits), (c) => c.charCodeAt(0));
  if (last === undefined) return Uint8Array.from(read(first));
  const mark = new TextEncoder().encode(LEFT_OUT);
  return Uint8Array.from([...read(first.slice(0, first.length - (first.length % 4))), ...mark, ...read(last.slice(last.length % 4))]);
}

export const bodyBytes = (e) => (e.body !== undefined ? new TextEncoder().encode(e.body) : fromBase64(e.body_base64 ?? ""));

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+)/gy;

// Tokens with what they are; undefined where it is not JSON.
export function tokens(text) {
  try { JSON.parse(text); } catch { return undefined; }
  const found = [];
  TOKEN.lastIndex = 0;
  for (let at; TOKEN.lastIndex < text.length && (at = TOKEN.exec(text));) found.push(at[1]);
  return found;
}

export function pretty(text) {
  const all = text.length <= LONG ? tokens(text) : undefined;
  if (!all) return undefined;
  const out = h("code", {});
  const coloured = all.length <= MANY;
  let depth = 0;
  let plain = "";
  const flush = () => { if (plain) { out.append(safe(plain)); plain = ""; } };
  const put = (kind, words) => {
    if (!coloured || !kind) plain += words;
    else { flush(); out.append(h("span", { class: kind }, words)); }
  };
  const line = () => { plain += `\n${"  ".repeat(depth)}`; };
  all.forEach((token, at) => {
    const next = all[at + 1];
    if (token === "{" || token === "[") {
      plain += token;
      depth += 1;
      if (next !== "}" && next !== "]") line();
    } else if (token === "}" || token === "]") {
      depth -= 1;
      if (all[at - 1] !== "{" && all[at - 1] !== "[") line();
      plain += token;
    } else if (token === ",") { plain += ","; line(); }
    else if (token === ":") plain += ": ";
    else put(token[0] === '"' ? (next === ":" ? "key" : "str") : /^[-\d]/.test(token) ? "num" : "lit", token);
  });
  flush();
  return out;
}

export function hex(data, most = 4096) {
  const rows = [];
  for (let at = 0; at < Math.min(data.length, most); at += 16) {
    const part = data.subarray(at, at + 16);
    const codes = [...part].map((b) => b.toString(16).padStart(2, "0"));
    const left = codes.slice(0, 8).join(" ").padEnd(23);
    const right = codes.slice(8).join(" ").padEnd(23);
    const words = [...part].map((b) => (b > 31 && b < 127 ? String.fromCharCode(b) : "·")).join("");
    rows.push(`${at.toString(16).padStart(6, "0")}  ${left}  ${right}  ${words}`);
  }
  if (data.length > most) rows.push(`… ${bytes(data.length - most)} more`);
  return h("code", {}, rows.join("\n"));
}

export function bodyView(e, how) {
  const data = bodyBytes(e);
  if (!data.length) return h("p", { class: "dim" }, "The body is empty.");
  const text = e.body;
  if (how === "hex" || text === undefined) return h("pre", { class: "code", ...region("Body in hexadecimal") }, hex(data));
  const laid = how === "pretty" ? pretty(text) : undefined;
  return h("pre", { class: "code", ...region("Body") }, laid ?? h("code", {}, text.length > LONG ? `${text.slice(0, LONG)}\n… ${bytes(data.length)} in all` : text));
}

// Where two texts part, line by line: the longest common lines stay, the others stand side by side.
export function compareLines(left, right) {
  const whole = [left.split("\n"), right.split("\n")];
  const [a, b] = whole.map((lines) => lines.slice(0, LINES));
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  const rows = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) rows.push(["same", a[i++], b[j++]]);
    else {
      const gone = [], came = [];
      while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
        if (j >= b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) gone.push(a[i++]);
        else came.push(b[j++]);
      }
      for (let n = 0; n < Math.max(gone.length, came.length); n += 1) rows.push(["other", gone[n], came[n]]);
    }
  }
  const [gone, came] = whole.map((lines) => lines.slice(LINES));
  if (gone.join("\n") !== came.join("\n")) rows.push(["other", `… ${gone.length} lines more`, `… ${came.length} lines more`]);
  return rows;
}
