// Node without Express: its own server, Koa, Hono, and fetch's Request; MODE chooses.
const crypto = require("crypto");
const http = require("http");
const secret = process.env.PROBE_SECRET;
const port = Number(process.env.PORT);
const sign = (data) => "sha256=" + crypto.createHmac("sha256", secret).update(data).digest("hex");

const own = (collect) =>
  http.createServer(async (req, res) => {
    const ok = req.headers["x-webhook-signature"] === sign(await collect(req));
    res.writeHead(ok ? 200 : 401).end();
  }).listen(port, "127.0.0.1");

const modes = {
  "concat": () => own(async (req) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    return Buffer.concat(chunks);
  }),
  "plus-equals": () => own((req) => new Promise((done) => {
    let body = "";
    req.on("data", (chunk) => { body += chunk; });
    req.on("end", () => done(body));
  })),
  "set-encoding": () => own((req) => new Promise((done) => {
    let body = "";
    req.setEncoding("utf8");
    req.on("data", (chunk) => { body += chunk; });
    req.on("end", () => done(body));
  })),
  "first-chunk": () => own((req) => new Promise((done) => req.once("data", done))),
  "read-twice": () => own(async (req) => {
    req.resume();
    await new Promise((end) => req.on("end", end));
    let again = "";
    for await (const chunk of req) again += chunk;
    return again;
  }),
  "koa": () => {
    const Koa = require("koa");
    const { bodyParser } = require("@koa/bodyparser");
    const app = new Koa();
    app.use(bodyParser());
    app.use((ctx) => {
      ctx.status = ctx.get("X-Webhook-Signature") === sign(JSON.stringify(ctx.request.body)) ? 200 : 403;
    });
    app.listen(port, "127.0.0.1");
  },
  "koa-raw": () => {
    const Koa = require("koa");
    const { bodyParser } = require("@koa/bodyparser");
    const app = new Koa();
    app.silent = true;
    app.use(bodyParser());
    app.use((ctx) => {
      ctx.status = ctx.get("X-Webhook-Signature") === sign(ctx.request.rawBody) ? 200 : 403;
    });
    app.listen(port, "127.0.0.1");
  },
};
modes[process.env.MODE]();
