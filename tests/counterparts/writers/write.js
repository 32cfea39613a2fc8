// Prints what JavaScript makes of a body: one line a form, its name, a tab, the bytes in Base64.
const body = require("fs").readFileSync(process.argv[2]);
const value = JSON.parse(body.toString());
const show = (name, text) => console.log(name + "\t" + Buffer.from(text).toString("base64"));
show("json-stringify", JSON.stringify(value));
show("json-pretty-2", JSON.stringify(value, null, 2));
show("json-pretty-4", JSON.stringify(value, null, 4));
show("json-pretty-tab", JSON.stringify(value, null, "\t"));
show("json-string", JSON.stringify(body.toString()));
show("json-string-of-stringify", JSON.stringify(JSON.stringify(value)));
show("buffer-json", JSON.stringify(body));
show("typed-array-json", JSON.stringify(new Uint8Array(body)));
show("object-object", String(value));
show("form-key", JSON.stringify({ [body.toString()]: "" }));
const canonical = (v) =>
  Array.isArray(v) ? "[" + v.map(canonical).join(",") + "]"
  : v && typeof v === "object"
    ? "{" + Object.keys(v).sort().map((k) => JSON.stringify(k) + ":" + canonical(v[k])).join(",") + "}"
    : JSON.stringify(v);
show("json-canonical", canonical(value));
