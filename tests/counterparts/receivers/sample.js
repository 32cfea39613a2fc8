// Node's http with the verification function of the provider's documentation, verbatim: page "Webhooks", section
// "Security", "Verification Example". What throws is answered 500, as Express 5 does.
const http = require("http");

const crypto = require("crypto");

function verifyWebhookSignature(payload, signature, secret) {
  const expectedSignature = crypto
    .createHmac("sha256", secret)
    .update(JSON.stringify(payload))
    .digest("hex");

  return crypto.timingSafeEqual(
    Buffer.from(signature),
    Buffer.from(expectedSignature)
  );
}

http
  .createServer((req, res) => {
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk));
    req.on("end", () => {
      try {
        const payload = JSON.parse(Buffer.concat(chunks).toString());
        const ok = verifyWebhookSignature(payload, req.headers["x-webhook-signature"], process.env.PROBE_SECRET);
        res.writeHead(ok ? 200 : 401).end();
      } catch {
        res.writeHead(500).end();
      }
    });
  })
  .listen(Number(process.env.PORT), "127.0.0.1");
