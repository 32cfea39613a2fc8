// Hono on Node, which gives handlers the Request of fetch; MODE chooses.
import { createRequire } from "module";
import { createHmac } from "crypto";
const require = createRequire(process.env.NODE_PATH + "/");
const { Hono } = require("hono");
const { serve } = require("@hono/node-server");
const sign = (data) => "sha256=" + createHmac("sha256", process.env.PROBE_SECRET).update(data).digest("hex");
const read = {
  text: (c) => c.req.text(),
  bytes: async (c) => Buffer.from(await c.req.arrayBuffer()),
  json: async (c) => JSON.stringify(await c.req.json()),
}[process.env.MODE];
const app = new Hono();
app.post("/", async (c) => c.body(null, c.req.header("X-Webhook-Signature") === sign(await read(c)) ? 204 : 401));
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
