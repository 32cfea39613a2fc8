// Express. MODE=json re-serialises the parsed body, MODE=raw hashes the received bytes.
const express = require("express");
const crypto = require("crypto");
const secret = process.env.PROBE_SECRET;
const app = express();
app.use(process.env.MODE === "raw" ? express.raw({ type: "*/*" }) : express.json());
app.post("/", (req, res) => {
  const hashed = process.env.MODE === "raw" ? req.body : JSON.stringify(req.body);
  const expected = "sha256=" + crypto.createHmac("sha256", secret).update(hashed).digest("hex");
  const given = req.get("X-Webhook-Signature") ?? "";
  const ok = given.length === expected.length && crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  res.status(ok ? 200 : 401).json({ received: ok });
});
app.listen(Number(process.env.PORT), "127.0.0.1");
