// Makes nasty JSON documents and tells what JSON.stringify(JSON.parse(document)) gives for each.
//
// Usage: node json_stringify.mjs COUNT SEED
// Output: for each document two lines, each in Base64: its bytes, and what was rebuilt from them. The second line is
// "throws" for a document that JSON.parse refuses. The same count and seed give the same documents.

const [count, seed] = process.argv.slice(2).map(Number);

// Marsaglia's xorshift generator ("Xorshift RNGs", 2003): Math.random takes no seed.
let state = seed | 1;
function next() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

const below = (end) => next() % end;
const chance = (percent) => below(100) < percent;
const pick = (things) => things[below(things.length)];
const times = (most, make) => Array.from({ length: below(most + 1) }, make);
const digits = (most) => String(below(9) + 1) + times(most - 1, () => below(10)).join("");
const hex4 = (unit) => {
  const digits = unit.toString(16).padStart(4, "0");
  return chance(50) ? digits : digits.toUpperCase();
};

const NUMBERS = [
  "0", "-0", "-0.0", "0e0", "0E+00", "1.0", "1e3", "1E-7", "1e21", "1e-6", "123456789012345678901234567890", "1e400",
  "-1e400", "1e-400", "5e-324", "2.5e-324", "2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623159e308",
  "9007199254740993", "9007199254740992.5", "0.1", "0.30000000000000004", "4294967295", "2147483648", "1.10", "100e-2",
  "0.000001", "0.0000001", "123e-20", "12345678901234567e5", "999999999999999999999", "1000000000000000000000",
];

function number() {
  if (chance(40)) return pick(NUMBERS);
  const fraction = chance(50) ? "." + times(17, () => below(10)).join("") + below(10) : "";
  const exponent = chance(40) ? pick(["e", "E"]) + pick(["", "+", "-"]) + below(chance(80) ? 30 : 340) : "";
  return pick(["", "-"]) + (chance(20) ? "0" : digits(20)) + fraction + exponent;
}

const BLANKS = ["", "", "", " ", "\n", "\r\n", "\t  "];
const RAW = ["a", "Z", "/", "'", "é", "ß", "\u007f", "\u0080", "\u2028", "\u2029", "\ufeff", "\uffff", "漢", "😀", "{", ",", "<"];

function piece() {
  switch (below(9)) {
    case 0: return "\\" + pick(['"', "\\", "/", "b", "f", "n", "r", "t"]);
    case 1: return "\\u" + hex4(below(0x30));
    case 2: return "\\u" + hex4(below(0x10000));
    case 3: return "\\u" + hex4(0xd800 + below(0x400)) + "\\u" + hex4(0xdc00 + below(0x400));
    case 4: return "\\u" + hex4(0xd800 + below(0x800));
    default: return pick(RAW);
  }
}
const string = () => '"' + times(8, piece).join("") + '"';

const KEYS = [
  "0", "1", "2", "10", "9", "01", "-1", "1.0", "1e1", " 1", "4294967294", "4294967295", "4294967296", "9007199254740991",
  "", "a", "b", "c", "\\u0061", "\\u0030", "\\u0031\\u0030", "__proto__", "\\u005f_proto__", "constructor", "toString", "toJSON",
  "length", "\\ud800", "\\uD800", "é", "\\u00e9",
];
function key() {
  if (chance(60)) return `"${pick(KEYS)}"`;
  return chance(40) ? `"${below(chance(50) ? 20 : 4294967296)}"` : string();
}

function container(room, open, close, member) {
  const members = times(room > 0 ? 7 : 0, () => member(room - 1));
  return open + pick(BLANKS) + members.join(pick(BLANKS) + "," + pick(BLANKS)) + pick(BLANKS) + close;
}

function value(room) {
  const kind = below(room > 0 ? 10 : 5);
  if (kind < 2) return number();
  if (kind < 4) return string();
  if (kind === 4) return pick(["true", "false", "null"]);
  if (kind < 7) return container(room, "[", "]", value);
  return container(room, "{", "}", (inner) => key() + pick(BLANKS) + ":" + pick(BLANKS) + value(inner));
}

function nest() {
  const parts = Array.from({ length: 1 + below(400) }, () => pick([["[", "]"], ['{"1":', "}"], ['{"b":1,"0":', "}"]]));
  return parts.map(([open]) => open).join("") + value(1) + parts.reverse().map(([, close]) => close).join("");
}

/** Breaks a document: one byte changed, one left out, or the end cut off. */
function damage(bytes) {
  const at = below(bytes.length);
  const way = below(4);
  if (way === 0) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
  if (way === 1) return bytes.subarray(0, at);
  const changed = Buffer.from(bytes);
  changed[at] = way === 2 ? below(256) : pick(Buffer.from('"\\,:{}[]0\n'));
  return changed;
}

function rebuild(bytes) {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(bytes.toString("utf8")))).toString("base64");
  } catch {
    return "throws";
  }
}

const lines = [];
for (let i = 0; i < count; i++) {
  let document = Buffer.from(pick(BLANKS) + (chance(5) ? nest() : value(5)) + pick(BLANKS));
  if (chance(2)) document = Buffer.concat([Buffer.from("\ufeff"), document]);
  if (chance(15)) document = damage(document);
  lines.push(document.toString("base64"), rebuild(document));
}
process.stdout.write(lines.join("\n") + "\n");
