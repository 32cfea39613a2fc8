//! Framings: what other services put around a body before they hash it.

use super::case::Case;
use super::cause::{Cause, Family};
use super::digest::Algorithm;
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;

const fn framing(id: &'static str, words: &'static str) -> Cause {
    Cause::new(id, Family::Framing, words)
}

static STRIPE: Cause = framing("framing-stripe", "a timestamp, a dot and the body, as Stripe does");
static STANDARD: Cause = framing(
    "framing-standard-webhooks",
    "an id, a timestamp and the body with dots between, as Standard Webhooks does",
);
static SLACK: Cause = framing("framing-slack", "v0, a timestamp and the body with colons between, as Slack does");
static METHOD_URL: Cause = framing("framing-method-url", "the method, the URL and the body");
static URL: Cause = framing("framing-url", "the URL and the body");
static TIMESTAMP: Cause = framing("framing-timestamp", "a timestamp together with the body");
static ID: Cause = framing("framing-id", "an id together with the body");
static DIGEST: Cause = framing("framing-digest", "the SHA-256 of the body in place of the body");
static EVENT: Cause = framing("framing-event", "the event's name together with the body");

/// All causes of this file.
pub static ALL: [&Cause; 9] = [&STRIPE, &STANDARD, &SLACK, &METHOD_URL, &URL, &TIMESTAMP, &ID, &DIGEST, &EVENT];

/// What may stand around a body.
pub struct Frame {
    /// What it means.
    pub cause: &'static Cause,
    before: Vec<u8>,
    after: Vec<u8>,
    /// The body's hash stands in the place of the body: raw, or in hexadecimal.
    digest: Option<Digest>,
}

#[derive(Clone, Copy)]
enum Digest {
    Hex,
    Raw,
}

impl Frame {
    fn new(cause: &'static Cause, before: String, after: &str) -> Self {
        Self { cause, before: before.into_bytes(), after: after.as_bytes().to_vec(), digest: None }
    }

    /// The message, in pieces.
    pub fn apply<R>(&self, body: &[u8], sign: impl FnOnce(&[&[u8]]) -> R) -> R {
        let hashed = self.digest.map(|digest| {
            let raw = Algorithm::Sha256.hash(&[body]);
            match digest {
                Digest::Raw => raw,
                Digest::Hex => raw.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
            }
        });
        sign(&[&self.before, hashed.as_deref().unwrap_or(body), &self.after])
    }
}

/// Every framing that this request has the parts for, commonest first.
pub fn frames(case: &Case) -> Vec<Frame> {
    let times = times(case);
    let ids = ids(case);
    let mut frames = Vec::new();
    for time in &times {
        frames.push(Frame::new(&STRIPE, format!("{time}."), ""));
        frames.push(Frame::new(&SLACK, format!("v0:{time}:"), ""));
        frames.extend(ids.iter().map(|id| Frame::new(&STANDARD, format!("{id}.{time}."), "")));
    }
    for digest in [Digest::Hex, Digest::Raw] {
        frames.push(Frame { digest: Some(digest), ..Frame::new(&DIGEST, String::new(), "") });
    }
    frames.extend(urls(case));
    for time in &times {
        let joined = ["", ":", "\n", "|", "-", "_"];
        frames.extend(joined.iter().map(|joint| Frame::new(&TIMESTAMP, format!("{time}{joint}"), "")));
        let behind = ["", ".", ":", "\n", "|"];
        frames.extend(behind.iter().map(|joint| Frame::new(&TIMESTAMP, String::new(), &format!("{joint}{time}"))));
    }
    for id in &ids {
        frames.extend(["", ".", ":", "\n"].iter().map(|joint| Frame::new(&ID, format!("{id}{joint}"), "")));
        frames.push(Frame::new(&ID, String::new(), id));
    }
    frames.extend(events(case));
    frames
}

/// Values of header fields whose name passes, the first few.
fn fields(case: &Case, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = case.headers.into_iter().flat_map(|headers| headers.iter());
    let named = lines.filter(|(name, _)| wanted(&String::from_utf8_lossy(name).to_ascii_lowercase()));
    let values = named.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned());
    values.filter(|value| !value.is_empty() && value.len() <= 128).take(4).collect()
}

/// Timestamps: of the signature itself, of header fields, of the payload.
fn times(case: &Case) -> Vec<String> {
    let mut times: Vec<String> = Vec::new();
    for value in &case.values {
        let text = String::from_utf8_lossy(value);
        let own = text.split([',', ';']).filter_map(|part| part.trim().strip_prefix("t="));
        times.extend(own.take(2).map(str::to_owned));
    }
    times.extend(fields(case, |name| name.contains("timestamp") || name.ends_with("-time")));
    let facts = Facts::of(&RawBody::new(case.body.to_vec()));
    if let Some(time) = facts.occurred {
        times.extend([time.to_string(), time.as_second().to_string(), time.as_millisecond().to_string()]);
    }
    dedup(times)
}

fn ids(case: &Case) -> Vec<String> {
    dedup(fields(case, |name| name.ends_with("-id") || name.ends_with("-delivery") || name == "idempotency-key"))
}

fn dedup(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

fn urls(case: &Case) -> Vec<Frame> {
    let Some(target) = case.target else { return Vec::new() };
    let path = target.split('?').next().unwrap_or(target);
    let mut places = vec![target.to_owned(), path.to_owned()];
    for host in fields(case, |name| name == "host" || name == "x-forwarded-host") {
        places.extend([format!("https://{host}{target}"), format!("http://{host}{target}")]);
    }
    let places = dedup(places);
    let mut frames = Vec::new();
    for place in &places {
        frames.push(Frame::new(&URL, place.clone(), ""));
        frames.push(Frame::new(&URL, String::new(), place));
        frames.extend([".", "\n", ":"].iter().map(|joint| Frame::new(&URL, format!("{place}{joint}"), "")));
        let joints = ["", "\n", " ", ":", "."];
        frames.extend(joints.iter().map(|joint| Frame::new(&METHOD_URL, format!("POST{joint}{place}{joint}"), "")));
    }
    frames
}

fn events(case: &Case) -> Vec<Frame> {
    let facts = Facts::of(&RawBody::new(case.body.to_vec()));
    let Some(event) = facts.event_type else { return Vec::new() };
    [".", ":", ""].iter().map(|joint| Frame::new(&EVENT, format!("{event}{joint}"), "")).collect()
}
