// What the store is filled with: the event of each number, always the same, so that it is known what a search must find.

export const SIGNUPS = 200_000;

// Where something stands that there is once or seldom: far back, where a search meets it last.
export const RARE = { waitlist: "99999999-9999-4999-8999-999999999999", position: 4_242_424, text: "a needle in it" };
const every = (events) => Math.max(1, Math.floor(events / 1000));

const hex = (number, length) => number.toString(16).padStart(length, "0");
export const signupOf = (number) => number % SIGNUPS;
export const signupId = (signup) => `${hex(Math.imul(signup + 1, 0x9e3779b1) >>> 0, 8)}-5157-4a0b-8c00-${hex(signup, 12)}`;
export const emailOf = (signup) => `person${signup}@mail${signup % 97}.example.org`;
export const waitlistOf = (number, events) => number <= events / 10 && number % every(events) === 0 ? RARE.waitlist : `${hex(number % 20, 8)}-5157-4a0b-8c00-0000000000aa`;

export const typeOf = (number) => {
  const turn = (Math.imul(number, 0x85ebca6b) >>> 0) % 10;
  return turn < 4 ? "created" : turn < 9 ? "position_changed" : "deleted";
};
export const isUnsigned = (number) => number % 50 === 0;
export const isForwarded = (number) => number % 4 === 0;
export const isFailed = (number) => number % 400 === 0;
const positionOf = (number, events) => (number === Math.floor(events / 500) ? RARE.position : (Math.imul(number, 0xc2b2ae35) >>> 0) % 50_000);

export function makeBody(number, events, at) {
  const signup = signupOf(number);
  const data = { id: signupId(signup), email: emailOf(signup) };
  const position = positionOf(number, events);
  const type = typeOf(number);
  if (type !== "deleted") data.name = number === Math.floor(events / 1000) ? RARE.text : `Person ${signup}`;
  if (type === "position_changed") Object.assign(data, { old_position: position + 3, new_position: position, position_change: -3 });
  if (type === "created" || position === RARE.position) Object.assign(data, { position, referral_code: hex(signup, 6), created_at: at });
  return JSON.stringify({ event_type: `signup.${type}`, waitlist_id: waitlistOf(number, events), data, timestamp: at });
}

// The newest event that something holds for.
export function newest(events, holds) {
  for (let number = events; number > 0; number -= 1) if (holds(number)) return number;
  return undefined;
}
