// Express in the ways in which people write webhook handlers; MODE chooses.
const express = require("express");
const crypto = require("crypto");
const secret = process.env.PROBE_SECRET;
const app = express();
const hmac = (data, key = secret, algorithm = "sha256") => crypto.createHmac(algorithm, key).update(data);
const header = (req, name = "X-Webhook-Signature") => req.get(name) ?? "";
const same = (a, b) => a.length === b.length && crypto.timingSafeEqual(Buffer.from(a), Buffer.from(b));
const raw = express.raw({ type: "*/*", limit: "1mb" });
const json = express.json({ limit: "1mb" });
const prefixed = (digest) => `sha256=${digest}`;

// Each: the middleware, and whether a request is taken for genuine.
const modes = {
  "raw": [raw, (req) => same(header(req), prefixed(hmac(req.body).digest("hex")))],
  "verify-hook": [
    express.json({ verify: (req, res, buf) => { req.rawBody = buf; } }),
    (req) => same(header(req), prefixed(hmac(req.rawBody).digest("hex"))),
  ],
  "raw-to-string": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString()).digest("hex")))],
  "text": [express.text({ type: "*/*" }), (req) => same(header(req), prefixed(hmac(req.body).digest("hex")))],
  "either-header": [
    raw,
    (req) => same(header(req) || header(req, "X-Hub-Signature-256"), prefixed(hmac(req.body).digest("hex"))),
  ],
  "decoded-digits": [
    raw,
    (req) => {
      const [scheme, digits] = header(req).split("=");
      return scheme === "sha256" && /^[0-9a-f]{64}$/i.test(digits ?? "") && same(digits.toLowerCase(), hmac(req.body).digest("hex"));
    },
  ],
  "stringify": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body)).digest("hex")))],
  "stringify-2": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body, null, 2)).digest("hex")))],
  "stringify-bare": [json, (req) => header(req) === hmac(JSON.stringify(req.body)).digest("hex")],
  "data-only": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body.data)).digest("hex")))],
  "object-text": [json, (req) => same(header(req), prefixed(hmac(String(req.body)).digest("hex")))],
  "no-parser": [(req, res, next) => next(), (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body ?? {})).digest("hex")))],
  "buffer-json": [raw, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body)).digest("hex")))],
  "latin1": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString("latin1")).digest("hex")))],
  "bytes-latin1": [raw, (req) => same(header(req), prefixed(hmac(Buffer.from(req.body.toString(), "latin1")).digest("hex")))],
  "ascii": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString().replace(/[^\x00-\x7f]/gu, "?")).digest("hex")))],
  "nfc": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString().normalize("NFC")).digest("hex")))],
  "trimmed": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString().trim()).digest("hex")))],
  "unix-lines": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString().replace(/\r\n/g, "\n")).digest("hex")))],
  "first-64k": [raw, (req) => same(header(req), prefixed(hmac(req.body.subarray(0, 65536)).digest("hex")))],
  "base64-body": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString("base64")).digest("hex")))],
  "bare": [raw, (req) => header(req) === hmac(req.body).digest("hex")],
  "base64-value": [raw, (req) => header(req) === hmac(req.body).digest("base64")],
  "upper": [raw, (req) => header(req) === prefixed(hmac(req.body).digest("hex").toUpperCase())],
  "sha1": [raw, (req) => header(req) === `sha1=${hmac(req.body, secret, "sha1").digest("hex")}`],
  "sha512": [raw, (req) => header(req) === `sha512=${hmac(req.body, secret, "sha512").digest("hex")}`],
  "hub-header": [raw, (req) => same(header(req, "X-Hub-Signature-256"), prefixed(hmac(req.body).digest("hex")))],
  "x-signature": [raw, (req) => same(header(req, "X-Signature"), hmac(req.body).digest("hex"))],
  "key-newline": [raw, (req) => same(header(req), prefixed(hmac(req.body, secret + "\n").digest("hex")))],
  "key-newline-stringify": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body), secret + "\n").digest("hex")))],
  "key-quoted": [raw, (req) => same(header(req), prefixed(hmac(req.body, `"${secret}"`).digest("hex")))],
  "key-base64": [raw, (req) => same(header(req), prefixed(hmac(req.body, Buffer.from(secret, "base64")).digest("hex")))],
  "key-empty": [raw, (req) => same(header(req), prefixed(hmac(req.body, process.env.NO_SUCH_VARIABLE ?? "").digest("hex")))],
  "key-undefined": [raw, (req) => same(header(req), prefixed(hmac(req.body, `${process.env.NO_SUCH_VARIABLE}`).digest("hex")))],
  "inspect": [json, (req) => same(header(req), prefixed(hmac(require("util").inspect(req.body)).digest("hex")))],
  "stringify-lf": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body) + "\n").digest("hex")))],
  "stringify-tab": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body, null, "\t")).digest("hex")))],
  "stringify-slashes": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body).replace(/\//g, "\\/")).digest("hex")))],
  "allowlist": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body, Object.keys(req.body).sort())).digest("hex")))],
  "stringify-text": [express.text({ type: "*/*" }), (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body)).digest("hex")))],
  "hex-body": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString("hex")).digest("hex")))],
  "encoded-body": [raw, (req) => same(header(req), prefixed(hmac(encodeURIComponent(req.body.toString())).digest("hex")))],
  "wrapped": [json, (req) => same(header(req), prefixed(hmac(JSON.stringify({ body: req.body })).digest("hex")))],
  "undefined-text": [json, (req) => same(header(req), prefixed(hmac(`${req.rawBody}`).digest("hex")))],
  "lower": [raw, (req) => same(header(req), prefixed(hmac(req.body.toString().toLowerCase()).digest("hex")))],
  "urlencoded": [
    express.urlencoded({ type: "*/*", extended: false }),
    (req) => same(header(req), prefixed(hmac(JSON.stringify(req.body)).digest("hex"))),
  ],
  "base64-prefixed": [raw, (req) => header(req) === prefixed(hmac(req.body).digest("base64"))],
  "shopify": [raw, (req) => header(req, "X-Shopify-Hmac-Sha256") === hmac(req.body).digest("base64")],
  "key-hex": [raw, (req) => same(header(req), prefixed(hmac(req.body, Buffer.from(secret, "hex")).digest("hex")))],
  "timed": [raw, (req) => same(header(req), prefixed(hmac(`${JSON.parse(req.body).timestamp}.${req.body}`).digest("hex")))],
  "swapped": [raw, (req) => same(header(req), prefixed(hmac(secret, req.body).digest("hex")))],
  "plain": [raw, (req) => same(header(req), prefixed(crypto.createHash("sha256").update(req.body).digest("hex")))],
  "accepted-202": [raw, (req) => same(header(req), prefixed(hmac(req.body).digest("hex")))],
  "unsigned-passes": [raw, (req) => !header(req) || same(header(req), prefixed(hmac(req.body).digest("hex")))],
  "eight-digits": [raw, (req) => header(req).slice(0, 15) === prefixed(hmac(req.body).digest("hex")).slice(0, 15)],
  "includes": [raw, (req) => header(req).includes(hmac(req.body).digest("hex"))],
  "starts-with": [raw, (req) => prefixed(hmac(req.body).digest("hex")).startsWith(header(req))],
  "accepts-all": [json, () => true],
  "throws": [raw, () => { throw new Error("no such table"); }],
  "wrong-secret": [raw, (req) => same(header(req), prefixed(hmac(req.body, "another secret").digest("hex")))],
};
// Right, and then: what a genuine request gets, and what a forged one.
const right = modes.raw[1];
const refuse = (req, res) => res.sendStatus(401);
const endings = {
  "then-throws": [right, () => { throw new Error("no such table"); }, refuse],
  "then-silent": [right, () => {}, refuse],
  "then-late": [right, (req, res) => setTimeout(() => res.sendStatus(200), 6000), refuse],
  "then-302": [right, (req, res) => res.redirect(302, "/login"), refuse],
  "then-404": [right, (req, res) => res.sendStatus(404), refuse],
  "then-400": [right, (req, res) => res.sendStatus(400), refuse],
  "refuses-500": [right, (req, res) => res.sendStatus(200), () => { throw new Error("bad signature"); }],
  "refuses-silent": [right, (req, res) => res.sendStatus(200), () => {}],
  "refuses-500-wrong": [modes["wrong-secret"][1], (req, res) => res.sendStatus(200), () => { throw new Error("bad signature"); }],
};
const [middleware, genuine] = modes[process.env.MODE] ?? [];
app.set("env", "production");
if (process.env.MODE === "redirects") app.use((req, res) => res.redirect(307, "/hooks/"));
else if (endings[process.env.MODE]) {
  const [verified, good, bad] = endings[process.env.MODE];
  app.post("/", raw, (req, res) => (verified(req) ? good : bad)(req, res));
} else app.post("/", middleware, (req, res) => res.sendStatus(genuine(req) ? 200 : 401));
app.listen(Number(process.env.PORT), "127.0.0.1");
