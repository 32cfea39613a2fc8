// So many events as `events import` reads them: a month of sign-ups of two hundred thousand people, of which every fourth
// event was passed on and every hundredth of those failed.
//
//   node benches/inspector/fill.mjs 1000000 | referralloop events import -
import { isFailed, isForwarded, isUnsigned, makeBody } from "./events.mjs";

const events = Number(process.argv[2]);
const MONTH = 30 * 86_400_000;
const end = Date.now() - 60_000;

function makeLine(number) {
  const at = new Date(end - MONTH + Math.floor((MONTH / events) * number)).toISOString();
  const body = makeBody(number, events, at);
  const headers = [["Host", "127.0.0.1:4242"], ["Content-Type", "application/json"], ["User-Agent", "ReferralLoop-Webhooks/1.0"], ["Content-Length", String(body.length)]];
  if (!isUnsigned(number)) headers.push(["X-Webhook-Signature", `sha256=${number.toString(16).padStart(64, "0")}`]);
  const arrival = { arrived_at: at, verification: isUnsigned(number) ? "unsigned" : "valid", target: "/webhooks", headers: headers.map(([name, value]) => ({ name, value })) };
  const answered = isFailed(number) ? { outcome: "rejected", status: 500, body: "no" } : { outcome: "acknowledged", status: 200, body: "ok" };
  const latency_us = 800 + ((number * 7919) % 40_000);
  const attempts = isForwarded(number) ? [{ purpose: "forward", url: "http://127.0.0.1:3000/webhooks", attempt: 1, began_at: at, latency_ms: Math.floor(latency_us / 1000), latency_us, ...answered }] : [];
  return `${JSON.stringify({ type: "event", body, arrivals: [arrival], attempts })}\n`;
}

for (let from = 1; from <= events; from += 1000) {
  let lines = "";
  for (let number = from; number < from + 1000 && number <= events; number += 1) lines += makeLine(number);
  if (!process.stdout.write(lines)) await new Promise((done) => process.stdout.once("drain", done));
}
