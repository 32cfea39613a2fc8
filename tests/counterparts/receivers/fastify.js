// Fastify with its own JSON parser; the handler hashes what it re-serialises.
const fastify = require("fastify")();
const crypto = require("crypto");
fastify.post("/", async (request, reply) => {
  const mac = crypto.createHmac("sha256", process.env.PROBE_SECRET).update(JSON.stringify(request.body));
  const ok = request.headers["x-webhook-signature"] === "sha256=" + mac.digest("hex");
  return reply.code(ok ? 200 : 401).send({ received: ok });
});
fastify.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
