// The sandbox that runs beside: who signed up, who is subscribed, what waits for an attempt, and what is left of the hour.

import { $, button, choice, count, fullTime, h, oneLine, segmented, shortTime, span, textBox, timeNode, toast } from "./dom.js";
import { call, query } from "./data.js";
import { outcome, shortType } from "./list.js";

const EVERY = 1000; // ms between two looks
const PAGE = 100; // sign-ups an answer

const TYPES = [["signup.created", "Created"], ["signup.position_changed", "Moved"], ["signup.deleted", "Deleted"]];
const STATES = { pending: "info", delivered: "good", failed: "bad", cancelled: "mute" };

// Draws a part anew; what had the focus has it again.
function redraw(node, ...content) {
  const key = node.contains(document.activeElement) && document.activeElement.dataset.key;
  node.replaceChildren(...content.flat(2).filter(Boolean));
  if (key) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

const card = (title, tools, content, props) => h("section", { class: "panel", ...props }, h("header", {}, h("h3", {}, title), h("span", { class: "grow" }), tools), content);

export class Sandbox {
  constructor(app) {
    this.app = app;
    this.box = $("sandbox");
    this.signups = [];
    this.words = "";
    document.addEventListener("visibilitychange", () => this.isShown && this.look());
  }

  get isShown() { return !this.box.hidden; }

  show(shown) {
    this.box.hidden = !shown;
    clearTimeout(this.timer);
    if (!shown) return;
    this.seen = undefined;
    this.look();
  }

  who(one) { return this.app.redact ? "masked" : oneLine(one.email); }

  again() { if (this.frame) this.draw(), this.drawSignups(); }

  // Looks as long as anybody does.
  async look() {
    clearTimeout(this.timer);
    try {
      this.take(await call("/api/sandbox"));
    } catch (error) {
      if (error.status === 404) this.nothing();
      else if (error.status === 401 || error.status === 403) return this.app.fail(error);
      else this.nothing(error.message);
    }
    if (this.isShown && document.visibilityState === "visible") this.timer = setTimeout(() => this.look(), EVERY);
  }

  take([sandbox, ...deliveries]) {
    const { at, ...rest } = sandbox;
    const seen = JSON.stringify([rest, deliveries.map(({ at: _, ...delivery }) => delivery)]);
    this.sandbox = sandbox;
    if (seen === this.seen) return;
    this.seen = seen;
    this.deliveries = deliveries;
    if (!sandbox.waitlists.some((list) => list.id === this.waitlist)) this.waitlist = sandbox.waitlists[0]?.id;
    this.draw();
    this.loadSignups();
  }

  nothing(fault) {
    this.seen = undefined;
    this.frame = undefined;
    if (this.box.querySelector(".blank")) return;
    this.box.replaceChildren(h("div", { class: "blank" }, h("h2", {}, "No sandbox is running"),
      h("p", {}, "It is the hosted API on this machine, with real deliveries. In another terminal, type:"), h("pre", { class: "code" }, "referralloop sandbox"),
      fault ? h("p", { class: "fault" }, fault) : h("p", { class: "dim" }, "It appears here by itself.")));
  }

  // What an action leads to is the answer.
  async act(body, words) {
    this.take(await call("/api/sandbox", { body }));
    await this.loadSignups();
    if (words) toast(words, "good");
  }

  run(body, words) { return this.app.act.attempt(undefined, () => this.act(body, words)); }

  build() {
    const search = h("input", { type: "search", id: "sq", placeholder: "E-mail, name or code", "aria-label": "Search sign-ups", autocomplete: "off", spellcheck: "false", value: this.words, on: { input: () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => { this.words = search.value.trim(); this.loadSignups(); }, 150);
    } } });
    const part = (name) => (this.frame[name] = h("div", { class: name }));
    this.frame = {};
    this.box.replaceChildren(
      h("div", { class: "inner" }, part("about"), h("div", { class: "halves" },
        h("div", { class: "half" }, card("Sign-ups", button("+ Sign-up", () => this.create(), { class: "primary" }), [h("div", { class: "bar" }, part("lists"), search), part("people")])),
        h("div", { class: "half" }, card("Queue", part("hurry"), part("queue"), { "aria-label": "Queue" }),
          card("Subscriptions", button("+ Subscribe", () => this.subscribe(), {}), part("subscriptions")),
          card("Delivered and given up", "", part("done"))))));
  }

  draw() {
    if (!this.frame) this.build();
    const { sandbox, frame, deliveries } = this;
    const used = sandbox.limit ? sandbox.remaining / sandbox.limit : 0;
    const level = h("i", { class: used < 0.1 ? "bad" : used < 0.3 ? "warn" : "good" });
    level.style.width = `${used * 100}%`;
    const speed = sandbox.speed === undefined ? "retries at once" : sandbox.speed === 1 ? "retries as documented" : `retries ${sandbox.speed}× as fast`;
    redraw(frame.about,
      h("div", { class: "names" }, h("h2", {}, "Sandbox"), h("p", { class: "mono" }, oneLine(sandbox.url))),
      h("div", { class: "badges" }, h("span", { class: "tag info" }, `plan ${sandbox.plan}`), h("span", { class: "tag mute" }, speed)),
      h("div", { class: "limits" }, h("span", {}, sandbox.limit ? `${count(sandbox.remaining)} of ${count(sandbox.limit)} calls left until ${shortTime(sandbox.reset_at)}` : "This plan has no API access"), h("span", { class: "meter", "aria-hidden": "true" }, level)));
    redraw(frame.lists, choice("Waitlist", sandbox.waitlists.map((list) => [list.id, `${oneLine(list.name)} ${count(list.signups)}`]), this.waitlist, (id) => { this.waitlist = id; this.loadSignups(); }));
    for (const node of frame.lists.querySelectorAll("button, select")) node.dataset.key = `list ${node.dataset.value}`;
    const pending = deliveries.filter((delivery) => delivery.state === "pending").sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
    redraw(frame.hurry, pending.length > 1 && button("Deliver all now", () => this.run({ action: "deliver", deliveries: pending.map((one) => one.delivery) }), { "data-key": "all" }));
    redraw(frame.queue, pending.length ? h("ol", { class: "steps" }, pending.map((one) => this.waiting(one))) : h("p", { class: "dim" }, sandbox.subscriptions.length ? "Nothing waits. Make a sign-up, and its delivery passes through here." : "Nothing waits. Subscribe an address first."));
    redraw(frame.subscriptions, sandbox.subscriptions.length ? h("ul", { class: "steps" }, sandbox.subscriptions.map((one) => this.subscription(one))) : h("p", { class: "dim" }, "Nobody is subscribed: events go nowhere."));
    const done = deliveries.filter((delivery) => delivery.state !== "pending").reverse();
    redraw(frame.done, done.length ? h("ol", { class: "steps" }, done.map((one) => this.delivered(one))) : h("p", { class: "dim" }, "Nothing yet."));
    clearInterval(this.ticking);
    this.ticking = setInterval(() => this.tick(), 500);
    this.tick();
  }

  tick() {
    const clocks = [...this.box.querySelectorAll("[data-due]")];
    if (!clocks.length) return clearInterval(this.ticking);
    for (const clock of clocks) {
      const left = Date.parse(clock.dataset.due) - Date.now();
      clock.textContent = left > 0 ? `in ${span(Math.ceil(left / 1000) * 1000)}` : "now";
    }
  }

  line(one, ...more) {
    return h("div", { class: "line" }, h("strong", {}, `${shortType(oneLine(one.event_type)).replace("_", " ")}`), h("span", { class: "who" }, this.who(one)), ...more);
  }

  waiting(one) {
    const last = one.attempts.at(-1);
    return h("li", {}, h("div", { class: "attempt" },
      this.line(one, button("Deliver now", () => this.run({ action: "deliver", deliveries: [one.delivery] }), { "data-key": `now ${one.delivery}`, "aria-label": `Deliver now: ${one.delivery}` })),
      h("div", { class: "line" }, h("span", { class: "dim" }, `attempt ${one.attempts.length + 1} of ${this.sandbox.attempts} `, h("strong", { class: "countdown", "data-due": one.due_at }), ", ", timeNode(one.due_at)), h("span", { class: "grow" }), last && this.attempt(last)),
      h("div", { class: "line mono url" }, oneLine(one.url))));
  }

  attempt(a) {
    const [words, tone] = outcome(a);
    return h("span", { class: `tag ${tone}`, title: `attempt ${a.attempt}, ${fullTime(a.started_at)}` }, a.latency_ms === undefined ? words : `${words} · ${span(a.latency_ms)}`);
  }

  delivered(one) {
    return h("li", {}, h("div", { class: "attempt" },
      this.line(one, h("span", { class: `tag ${STATES[one.state]}` }, one.state)),
      h("div", { class: "line" }, timeNode(one.created_at), h("span", { class: "grow" }), one.attempts.map((a) => this.attempt(a))),
      h("div", { class: "line mono url" }, oneLine(one.url))));
  }

  subscription(one) {
    const list = this.sandbox.waitlists.find((known) => known.id === one.waitlist_id);
    return h("li", {}, h("div", { class: "attempt" },
      h("div", { class: "line" }, h("strong", {}, shortType(one.event_type).replace("_", " ")), h("span", { class: "who dim" }, one.waitlist_id ? oneLine(list?.name ?? one.waitlist_id) : "every waitlist"),
        button("Unsubscribe", () => this.unsubscribe(one), { class: "quiet", "data-key": `end ${one.id}`, "aria-label": `Unsubscribe ${one.id}` })),
      h("div", { class: "line mono url" }, oneLine(one.target_url))));
  }

  async loadSignups(more) {
    if (!this.waitlist || !this.frame) return;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const wanted = more ? this.signups.length : 0;
    try {
      let found = await call(`/api/sandbox/signups${query({ waitlist: this.waitlist, q: this.words, offset: wanted })}`);
      // Whoever scrolled on keeps what was there.
      while (!more && found.length && found.length % PAGE === 0 && found.length < this.signups.length && this.same === this.waitlist + this.words) {
        found = found.concat(await call(`/api/sandbox/signups${query({ waitlist: this.waitlist, q: this.words, offset: found.length })}`));
      }
      if (turn !== this.turn || !this.frame) return;
      this.signups = more ? this.signups.concat(found) : found;
      this.full = found.length > 0 && found.length % PAGE === 0;
      this.same = this.waitlist + this.words;
      this.drawSignups();
    } catch (error) {
      if (error.status !== 404) toast(error.message, "bad");
    }
  }

  drawSignups() {
    const row = (one) => {
      const tool = (words, run, title) => button(words, run, { class: "quiet", title, "data-key": `${words} ${one.id}`, "aria-label": `${words} ${this.who(one)}` });
      return h("li", {}, h("span", { class: "place" }, count(one.position)),
        h("div", { class: "person" }, h("div", { class: "who" }, this.who(one)), h("div", { class: "dim" }, [this.app.redact ? "" : oneLine(one.name ?? ""), one.referral_count ? `${one.referral_count} referred` : "", one.status === "waiting" ? "" : one.status].filter(Boolean).join(" · "))),
        h("span", { class: "mono" }, oneLine(one.referral_code)),
        h("div", { class: "acts" }, tool("Refer", () => this.refer(one), "Somebody joins with this code"), tool("Move", () => this.move(one)), tool("Delete", () => this.remove(one))));
    };
    redraw(this.frame.people, this.signups.length ? h("ol", { class: "rows" }, this.signups.map(row)) : h("p", { class: "dim" }, this.words ? "Nobody matches." : "Nobody is on this waitlist yet."),
    this.full && button("More", () => this.loadSignups(true), { "data-key": "more" }));
  }

  create() {
    const [email, name, referral] = [textBox("email", { placeholder: "made up" }), textBox("name", { placeholder: "made up" }), textBox("referral", { placeholder: "none" })];
    this.app.act.form("New sign-up", [this.app.act.field("E-mail", email), this.app.act.field("Name", name), this.app.act.field("Referral code", referral, "Of whoever referred them: that one moves up.")], "Sign up", async (box) => {
      await this.act({ action: "create", waitlist: this.waitlist, email: email.value, name: name.value, referral: referral.value }, "Signed up");
      box.close();
    });
  }

  refer(one) { this.run({ action: "create", waitlist: one.waitlist_id, referral: one.referral_code }, `Somebody joined through ${one.referral_code}`); }

  move(one) {
    const position = h("input", { type: "number", name: "position", min: 1, value: Math.max(1, one.position - 1), required: true });
    this.app.act.form(`Move ${this.who(one)}`, [this.app.act.field("New position", position, `It is ${count(one.position)} now. Whoever is passed moves by one.`)], "Move", async (box) => {
      await this.act({ action: "move", waitlist: one.waitlist_id, signup: one.id, position: Number(position.value) }, "Moved");
      box.close();
    });
  }

  remove(one) {
    this.app.act.form(`Delete ${this.who(one)}?`, [h("p", { class: "dim" }, "Everybody behind moves up by one.")], "Delete", async (box) => {
      await this.act({ action: "delete", waitlist: one.waitlist_id, signup: one.id }, "Deleted");
      box.close();
    });
  }

  subscribe() {
    let [type, waitlist] = ["signup.created", ""];
    const target = textBox("target", { value: this.app.status?.listener ?? "http://127.0.0.1:4242/" });
    this.app.act.form("Subscribe", [segmented("Type of the event", TYPES, type, (value) => { type = value; }), this.app.act.field("Target", target, "https, or this machine"),
      choice("Waitlist", [["", "Every waitlist"], ...this.sandbox.waitlists.map((list) => [list.id, oneLine(list.name)])], "", (id) => { waitlist = id; })], "Subscribe", async (box) => {
      await this.act({ action: "subscribe", event_type: type, target_url: target.value.trim(), waitlist_id: waitlist || undefined }, "Subscribed");
      box.close();
    });
  }

  unsubscribe(one) {
    this.app.act.form("Unsubscribe?", [h("p", {}, `${shortType(one.event_type)} to `, h("span", { class: "mono" }, oneLine(one.target_url))), h("p", { class: "dim" }, "What waits for it is given up.")], "Unsubscribe", async (box) => {
      await this.act({ action: "unsubscribe", subscription: one.id }, "Unsubscribed");
      box.close();
    });
  }
}
