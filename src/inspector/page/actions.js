// What one does: send again, edit, make, copy, compare, export.

import { $, button, copy, dialog, h, region, segmented, textBox, toast } from "./dom.js";
import { call, query } from "./data.js";
import { shortType } from "./list.js";

const memory = { get to() { return localStorage.getItem("to") ?? ""; }, set to(value) { localStorage.setItem("to", value); } };

// A day or a time of the viewer's own clock as a moment; everything else the program understands by itself.
function moment(text) {
  const now = new Date();
  const day = { today: 0, yesterday: 1 }[text];
  if (day !== undefined) return new Date(now.getFullYear(), now.getMonth(), now.getDate() - day).toISOString();
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)?.slice(1).map((part) => Number(part ?? 0));
  return parts ? new Date(parts[0], parts[1] - 1, ...parts.slice(2)).toISOString() : text;
}

const field = (label, input, hint) => h("label", { class: "field" }, h("span", {}, label), input, hint && h("small", {}, hint));
const targetField = (status) => {
  const input = textBox("to", { value: memory.to, placeholder: "3000/webhooks" });
  return { input, node: field("Target", input, "A port, host:port/path or URL. Empty: where it went before, else the listener.") };
};

export class Actions {
  constructor(app) {
    this.app = app;
    this.field = field;
  }

  // Runs what a form asks for; what is wrong is said inside it.
  async attempt(box, run) {
    const fault = box?.querySelector(".fault");
    const submit = box?.querySelector("[type=submit]");
    if (fault) fault.textContent = "";
    if (submit) submit.disabled = true;
    try {
      await run();
    } catch (error) {
      const words = [error.message, ...(error.hints ?? [])].join(". ");
      if (fault?.isConnected) fault.textContent = words;
      else toast(words, "bad");
    } finally {
      if (submit) submit.disabled = false;
    }
  }

  form(title, parts, submit, run, props) {
    const fault = h("p", { class: "fault", role: "alert" });
    const box = dialog(title, h("form", { on: { submit: (event) => { event.preventDefault(); this.attempt(box, () => run(box)); } } },
      parts, fault, h("footer", {}, button("Cancel", () => box.close(), {}), h("button", { type: "submit", class: "primary" }, submit))), props);
    return box;
  }

  replay(numbers) {
    if (!numbers.length) return;
    const target = targetField(this.app.status);
    const resign = h("input", { type: "checkbox", name: "resign" });
    const many = numbers.length > 1;
    this.form(many ? `Replay ${numbers.length} events` : `Replay #${numbers[0]}`, [
      h("p", { class: "dim" }, many ? "Oldest first, byte for byte as they are stored." : "The same bytes as they are stored, once."),
      target.node, h("label", { class: "check" }, resign, h("span", {}, "Sign anew with this profile's secret"))],
    "Send", async (box) => {
      memory.to = target.input.value.trim();
      const records = [];
      for (let at = 0; at < numbers.length; at += 50) {
        records.push(...await call("/api/replay", { body: { events: numbers.slice(at, at + 50), to: memory.to || undefined, resign: resign.checked } }));
      }
      box.close();
      const bad = records.filter((r) => r.outcome !== "acknowledged");
      const last = records.at(-1);
      const was = last?.changed ? `, was ${last.was_status ?? last.was_outcome}` : "";
      const all = records.length;
      const one = () => `#${numbers[0]}: ${last.status ?? last.outcome.replace("_", " ")} in ${last.latency_ms} ms${was}`;
      const several = () => (bad.length ? `${bad.length} of ${all} were not acknowledged` : `${all} ${all > numbers.length ? "deliveries" : "events"} acknowledged`);
      toast(all > 1 ? several() : one(), bad.length ? "bad" : "good");
    });
  }

  edit(e, title = `Edit and resend #${e.event}`) {
    const area = h("textarea", { name: "body", rows: 14, spellcheck: "false", class: "mono", "aria-label": "Body", value: e.body ?? "" });
    const target = targetField(this.app.status);
    const headers = h("textarea", { name: "headers", rows: 2, spellcheck: "false", class: "mono", placeholder: "X-Name: value" });
    const unsigned = h("input", { type: "checkbox", name: "unsigned" });
    this.form(title, [field("Body", area, "These bytes are sent and signed as they stand here."), target.node,
      h("details", {}, h("summary", {}, "More"), field("Further header lines", headers), h("label", { class: "check" }, unsigned, h("span", {}, "Send no signature")))],
    "Sign and send", async (box) => {
      memory.to = target.input.value.trim();
      const lines = headers.value.split("\n").map((line) => line.trim()).filter(Boolean);
      const records = await call("/api/send", { body: { body: area.value, to: memory.to || undefined, of: e.event, headers: lines, unsigned: unsigned.checked } });
      const attempts = records.filter((r) => r.type === "attempt");
      box.close();
      const ended = attempts.map((a) => `${a.status ?? a.outcome.replace("_", " ")} in ${a.latency_ms} ms`);
      toast(`Sent as #${attempts[0].event}: ${ended.join(", ")}`, attempts.every((a) => a.outcome === "acknowledged") ? "good" : "bad");
      this.app.openEvent(attempts[0].event);
    }, { class: "wide" });
  }

  make() {
    const catalogue = this.app.status?.catalogue ?? [];
    const slot = h("div", { class: "grid" });
    let type = "signup.created";
    const inputs = new Map();
    const show = (value) => {
      type = value;
      inputs.clear();
      const fields = catalogue.filter((f) => f.events.includes(type) && !["event", "object"].includes(f.kind));
      slot.replaceChildren(...fields.map((f) => {
        const input = textBox(f.path, { type: f.kind === "integer" ? "number" : "text", placeholder: "made up" });
        inputs.set(f.path, input);
        return field(f.path, input);
      }));
    };
    const types = [...new Set(catalogue.flatMap((f) => f.events))];
    const choice = segmented("Type of the event", types.map((t) => [t, shortType(t).replace("_", " ")]), type, show);
    show(type);
    this.form("New event", [choice, h("p", { class: "dim" }, "What is left empty is made up to fit."), slot], "Continue", async (box) => {
      const set = Object.fromEntries([...inputs].map(([path, input]) => [path, input.value]).filter(([, value]) => value !== ""));
      const [made] = await call("/api/make", { body: { event_type: type, set } });
      box.close();
      this.edit(made, `New ${shortType(type).replace("_", " ")}`);
    }, { class: "wide" });
  }

  copyAs(number) {
    const forms = [["curl", "curl"], ["hurl", "Hurl"], ["python", "Python"], ["node", "Node"]];
    const code = h("pre", { class: "code", ...region("The request as code") });
    let words = "";
    let wanted;
    const show = (form) => this.attempt(undefined, async () => {
      wanted = form;
      const text = await call(`/api/events/${number}/as/${form}${query({ to: memory.to })}`, { text: true });
      // An answer that comes late is not put in the place of what was chosen since.
      if (wanted === form) code.textContent = words = text;
    });
    dialog(`#${number} as code`, h("div", { class: "stack" }, segmented("Language", forms, "curl", show), code,
      h("footer", {}, button("Copy", () => copy(words, "Code"), { class: "primary" }))), { class: "wide" });
    show("curl");
  }

  compare(number) {
    const other = textBox("other", { inputmode: "numeric", value: number > 1 ? String(number - 1) : "" });
    this.form(`Compare #${number}`, [field("With event number", other)], "Compare", async (box) => {
      const wanted = Number(other.value.replace("#", ""));
      if (!Number.isInteger(wanted) || wanted < 1) throw new Error("Write the number of an event, like 41");
      await this.app.openComparison([number, wanted]);
      box.close();
    });
  }

  chooseTime() {
    const { app } = this;
    const input = (name, placeholder) => textBox(name, { value: app.filters[name], placeholder });
    const [since, until] = [input("since", "the beginning"), input("until_time", "now")];
    const preset = (words, from, to) => button(words, () => { box.close(); app.zoom(from, to); }, {});
    const box = this.form("Time", [
      h("div", { class: "bar" }, preset("Any time", "", ""), preset("Last 15 minutes", "15m", ""), preset("Last hour", "1h", ""), preset("Today", moment("today"), ""), preset("Yesterday", moment("yesterday"), moment("today"))),
      field("From", since, "2024-01-15, 2024-01-15 10:00, today, or how long ago: 2h"), field("Before", until)],
    "Show", async () => {
      const [from, to] = [since, until].map((box) => moment(box.value.trim()));
      await call(`/api/timeline${query({ since: from, until_time: to })}`);
      box.close();
      app.zoom(from, to);
    });
  }

  exportEvents(numbers) {
    const link = h("a", { href: `/api/export${query({ ids: numbers.join(","), redact: this.app.redact })}`, download: "events.jsonl" });
    document.body.append(link);
    link.click();
    link.remove();
  }

  shortcuts() {
    const keys = [["j  k", "next, previous event"], ["g  G", "newest, oldest"], ["Enter", "open"], ["r", "replay"], ["e", "edit and resend"], ["x", "select for replay, comparison or export"], ["n", "new event"], ["/", "search"], ["+  -", "zoom in and out, in the timeline"], ["m", "mask addresses"], ["Esc", "close, or back to the list"], ["?", "this list"]];
    dialog("Keyboard", h("dl", { class: "keys" }, keys.map(([key, words]) => h("div", {}, h("dt", {}, key.split("  ").map((k) => h("kbd", {}, k))), h("dd", {}, words)))));
  }
}
