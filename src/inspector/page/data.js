// The one door for data: records as `--json` prints them, one a line, and the stream of what happens.

export class Refused extends Error {
  constructor(status, record) {
    super(record?.message ?? `the program answered ${status}`);
    this.status = status;
    this.hints = record?.hints ?? [];
  }
}

const lines = (text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line));

// What every visit begins with is asked for before the other modules are there: this one is loaded first.
export const SCREEN = 60;
const early = new Map();
if (!location.hash && !location.search && sessionStorage.getItem("mask") !== "1") {
  for (const path of ["/api/status", `/api/events?limit=${SCREEN}`]) {
    const asked = fetch(path);
    asked.catch(() => {});
    early.set(path, asked);
  }
}

export async function call(path, { body, signal, text, headers } = {}) {
  const options = { signal, credentials: "same-origin", headers: { ...headers } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["x-referralloop-inspector"] = "1";
    options.body = JSON.stringify(body);
  }
  const asked = early.get(path);
  early.delete(path);
  const answer = await (asked ?? fetch(path, options));
  const words = await answer.text();
  if (!answer.ok) {
    let record;
    try { record = lines(words)[0]; } catch { /* no record */ }
    throw new Refused(answer.status, record);
  }
  return text ? words : lines(words);
}

export const query = (fields) => {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== null && value !== "" && value !== false) parts.set(name, value === true ? "1" : value);
  const words = parts.toString();
  return words && `?${words}`;
};

// Events and where the next ones begin.
export async function fetchEvents(fields, signal) {
  const records = await call(`/api/events${query(fields)}`, { signal });
  return { rows: records.filter((r) => r.type === "event"), next: records.find((r) => r.type === "page")?.next_before };
}

// Exchanges the token in the fragment for a cookie, and takes it out of the address bar.
export async function enter() {
  const token = /(?:^#|&)token=([\w-]+)/.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  await call("/api/session", { body: {}, headers: { authorization: `Bearer ${token}` } });
}

// What happens, resumed behind the last thing seen however the connection ended.
export class Stream {
  // Since an event by its number, if any: what came behind it while the stream was opened is told, too.
  constructor(redact, on, since) {
    Object.assign(this, { redact, on, place: since });
    this.open();
  }

  open() {
    const source = new EventSource(`/api/stream${query({ redact: this.redact, since: this.place })}`);
    this.source = source;
    const take = (event) => {
      if (event.lastEventId) this.place = event.lastEventId;
      this.on(event.type, JSON.parse(event.data));
    };
    for (const name of ["hello", "reset", "event", "refused", "place"]) source.addEventListener(name, take);
    source.onerror = () => {
      this.on("cut");
      if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => this.open(), 1000);
    };
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
  }
}
