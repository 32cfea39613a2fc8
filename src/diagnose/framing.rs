//! Framings: what other services put around a body before they hash it.

use super::case::{DiagnosisCase, DiagnosisSubject};
use super::cause::{CauseFamily, MismatchCause};
use super::digest::HashAlgorithm;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::stringify::json_stringify;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

const fn framing(id: &'static str, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, CauseFamily::Framing, words)
}

pub(super) static STRIPE: MismatchCause = framing("framing-stripe", "a timestamp, a dot and the body, as Stripe does");
static STANDARD: MismatchCause = framing(
    "framing-standard-webhooks",
    "an id, a timestamp and the body with dots between, as Standard Webhooks does",
);
static SLACK: MismatchCause =
    framing("framing-slack", "v0, a timestamp and the body with colons between, as Slack does");
static METHOD_URL: MismatchCause = framing("framing-method-url", "the method, the URL and the body");
static URL: MismatchCause = framing("framing-url", "the URL and the body");
static TIMESTAMP: MismatchCause = framing("framing-timestamp", "a timestamp together with the body");
static ID: MismatchCause = framing("framing-id", "an id together with the body");
pub(super) static DIGEST: MismatchCause = framing("framing-digest", "a hash of the body in place of the body");
static EVENT: MismatchCause = framing("framing-event", "the event's name together with the body");

static EVENT_DATA: MismatchCause =
    framing("framing-event-data", "the event's name and the member data alone, without the rest of the body");
static FILE_NAME: MismatchCause =
    MismatchCause::new("file-name", CauseFamily::Absent, "the name of the file in place of what is in it");
static METHOD: MismatchCause = framing("framing-method", "the method and the body");
static MISSING: MismatchCause = framing(
    "framing-missing",
    "the body behind a timestamp or id that was missing: undefined, null or None stood in its place",
);
static FIELD: MismatchCause = framing("framing-field", "a field's name and the body behind it, like payload=…");
static LENGTH: MismatchCause = framing("framing-length", "the body's length and the body behind it");
static TOKEN: MismatchCause = framing("framing-token", "a JSON Web Token, whose signature covers the token");
pub(super) static SECRET: MismatchCause =
    framing("framing-secret", "the secret and the body, under the same secret as key");

/// All causes of this file.
pub(super) static ALL: [&MismatchCause; 17] = [
    &MISSING,
    &EVENT_DATA,
    &FILE_NAME,
    &STRIPE,
    &STANDARD,
    &SLACK,
    &METHOD_URL,
    &URL,
    &TIMESTAMP,
    &ID,
    &DIGEST,
    &EVENT,
    &METHOD,
    &FIELD,
    &LENGTH,
    &SECRET,
    &TOKEN,
];

/// Where endpoints usually are, for those of whom nothing is known but a value.
const USUAL_TARGETS: [&str; 7] =
    ["/webhooks/referralloop", "/webhooks", "/webhook", "/api/webhooks/referralloop", "/api/webhook", "/hook", "/"];

/// What may stand around a body.
pub(super) struct BodyFraming {
    /// What it means.
    pub cause: &'static MismatchCause,
    before: Vec<u8>,
    after: Vec<u8>,
    /// The body's hash stands in the place of the body: raw, or in hexadecimal.
    digest: Option<FramedDigest>,
}

#[derive(Clone, Copy)]
enum FramedDigest {
    Hex,
    Raw,
    Base64,
    Md5,
    Sha1,
    Sha512,
    /// The body is left out.
    Nothing,
}

impl FramedDigest {
    fn write(self, body: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => HashAlgorithm::Md5,
            Self::Sha1 => HashAlgorithm::Sha1,
            Self::Sha512 => HashAlgorithm::Sha512,
            Self::Hex | Self::Raw | Self::Base64 => HashAlgorithm::Sha256,
            Self::Nothing => return Vec::new(),
        };
        let raw = algorithm.hash(&[body]);
        match self {
            Self::Raw => raw,
            Self::Base64 => BASE64.encode(raw).into_bytes(),
            _ => raw.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
        }
    }
}

impl BodyFraming {
    /// Whether it is one of those that are tried with other faults first.
    pub(super) fn is_usual(&self) -> bool {
        [&STRIPE, &STANDARD, &SLACK].contains(&self.cause)
    }

    fn new(cause: &'static MismatchCause, before: String, after: &str) -> Self {
        Self { cause, before: before.into_bytes(), after: after.as_bytes().to_vec(), digest: None }
    }

    /// The message, in pieces.
    pub(super) fn apply<R>(&self, body: &[u8], sign: impl FnOnce(&[&[u8]]) -> R) -> R {
        let hashed = self.digest.map(|digest| digest.write(body));
        sign(&[&self.before, hashed.as_deref().unwrap_or(body), &self.after])
    }
}

/// Every framing that this request has the parts for, commonest first.
pub(super) fn build_framings(case: &DiagnosisCase) -> Vec<BodyFraming> {
    let times = times(case);
    let ids = ids(case);
    let mut frames = Vec::new();
    for time in &times {
        frames.push(BodyFraming::new(&STRIPE, format!("{time}."), ""));
        frames.push(BodyFraming::new(&SLACK, format!("v0:{time}:"), ""));
        frames.extend(ids.iter().map(|id| BodyFraming::new(&STANDARD, format!("{id}.{time}."), "")));
    }
    for digest in [FramedDigest::Hex, FramedDigest::Raw] {
        frames.push(BodyFraming { digest: Some(digest), ..BodyFraming::new(&DIGEST, String::new(), "") });
    }
    frames.extend(urls(case, &times));
    frames.extend(["", "\n", " ", ":", "."].iter().map(|joint| BodyFraming::new(&METHOD, format!("POST{joint}"), "")));
    let fields = ["payload=", "body=", "data=", "sha256=", "rawBody="];
    frames.extend(fields.iter().map(|field| BodyFraming::new(&FIELD, (*field).to_owned(), "")));
    for time in &times {
        // An id, a time and the body with nothing between: Twitch.
        frames.extend(ids.iter().map(|id| BodyFraming::new(&ID, format!("{id}{time}"), "")));
        let joined = ["", ":", "\n", "|", "-", "_"];
        frames.extend(joined.iter().map(|joint| BodyFraming::new(&TIMESTAMP, format!("{time}{joint}"), "")));
        let behind = ["", ".", ":", "\n", "|"];
        frames
            .extend(behind.iter().map(|joint| BodyFraming::new(&TIMESTAMP, String::new(), &format!("{joint}{time}"))));
    }
    for id in &ids {
        frames.extend(["", ".", ":", "\n"].iter().map(|joint| BodyFraming::new(&ID, format!("{id}{joint}"), "")));
        frames.push(BodyFraming::new(&ID, String::new(), id));
    }
    frames.extend(events(case));
    frames
}

/// What stands before the body where a timestamp or an id was read that is not there.
fn missing() -> impl Iterator<Item = BodyFraming> {
    ["undefined", "null", "None", "nil", "NaN", ""].into_iter().flat_map(|word| {
        let joints = [".", ":", "\n", "|", ""].into_iter().filter(|joint| !word.is_empty() || !joint.is_empty());
        let plain = joints.map(|joint| format!("{word}{joint}"));
        let before: Vec<String> = plain.chain([format!("v0:{word}:"), format!("{word}.{word}.")]).collect();
        before.into_iter().map(|before| BodyFraming::new(&MISSING, before, ""))
    })
}

/// Rarer ones, which are tried around the body as it is and nothing else: parts in other orders with other joints.
pub(super) fn build_rare_framings(case: &DiagnosisCase) -> Vec<BodyFraming> {
    let (times, ids) = (times(case), ids(case));
    let length = case.body.len();
    let lengths = ["", ".", ":", "\n"].map(|joint| format!("{length}{joint}")).into_iter();
    let lengths = lengths.chain([format!("blob {length}\0"), format!("Content-Length: {length}\r\n\r\n")]);
    let mut frames: Vec<_> = lengths.map(|before| BodyFraming::new(&LENGTH, before, "")).collect();
    let (short, long) = (u32::try_from(length).unwrap_or(u32::MAX), length as u64);
    let binary = [short.to_be_bytes().to_vec(), short.to_le_bytes().to_vec()];
    let binary = binary.into_iter().chain([long.to_be_bytes().to_vec(), long.to_le_bytes().to_vec()]);
    frames.extend(binary.map(|before| BodyFraming { before, ..BodyFraming::new(&LENGTH, String::new(), "") }));
    frames.extend(missing());
    frames.extend(tokens(case));
    frames.extend(file_names(case));
    frames.extend(event_data(case));
    for joint in [".", ":", "\n", "|", ",", " ", "-", "_", "&", "", ";", "\r\n", "#", "/"] {
        let one = |cause, parts: &[&str]| {
            let before = parts.iter().flat_map(|part| [*part, joint]).collect::<String>();
            BodyFraming::new(cause, before, "")
        };
        for time in &times {
            frames.extend(["v0", "v1", "POST"].map(|version| one(&TIMESTAMP, &[version, time])));
            frames.push(one(&TIMESTAMP, &[time]));
            frames.push(BodyFraming { digest: Some(FramedDigest::Hex), ..one(&TIMESTAMP, &[time]) });
            for id in &ids {
                frames.extend([one(&STANDARD, &[id, time]), one(&ID, &[time, id])]);
            }
            for place in case.target.iter().chain(&["/webhooks"]) {
                frames.extend([one(&METHOD_URL, &["POST", place, time]), one(&METHOD_URL, &[time, "POST", place])]);
            }
        }
        frames.extend(ids.iter().map(|id| one(&ID, &[id])));
        frames.extend(case.target.iter().flat_map(|place| {
            let hashed = BodyFraming { digest: Some(FramedDigest::Hex), ..one(&METHOD_URL, &["POST", place]) };
            [one(&URL, &[place]), hashed]
        }));
        frames.extend(event_names(case).iter().map(|name| one(&EVENT, &[name])));
        frames.push(one(&FIELD, &["application/json"]));
    }
    let named = ["json", "event", "content", "message", "body", "data", "raw", "payload", "content-type"];
    frames.extend(named.iter().flat_map(|name| {
        [format!("{name}="), format!("{name}:"), format!("{name}: ")].map(|before| BodyFraming::new(&FIELD, before, ""))
    }));
    frames.extend(times.iter().map(|time| BodyFraming::new(&TIMESTAMP, format!("timestamp={time}&body="), "")));
    let digests =
        [(FramedDigest::Base64, ""), (FramedDigest::Md5, ""), (FramedDigest::Sha1, ""), (FramedDigest::Sha512, "")];
    let digests = digests.into_iter().chain([(FramedDigest::Hex, "sha256="), (FramedDigest::Base64, "sha-256=")]);
    frames.extend(digests.map(|(digest, before)| BodyFraming {
        digest: Some(digest),
        ..BodyFraming::new(&DIGEST, before.to_owned(), "")
    }));
    frames
}

/// A JSON Web Token signs what it holds itself (RFC 7515, section 5.1), and the body is in it or nowhere.
fn tokens(case: &DiagnosisCase) -> Vec<BodyFraming> {
    let got = match case.asks {
        DiagnosisSubject::Code(got) => Some(got),
        DiagnosisSubject::Sender | DiagnosisSubject::File => None,
    };
    let values = got.into_iter().chain(case.values.iter().copied().filter(|_| got.is_none()));
    let signed = values.filter_map(|value| {
        let text = std::str::from_utf8(value).ok()?;
        let start = text.find("eyJ")?;
        let (signed, _) = text[start..].rsplit_once('.').filter(|(signed, _)| signed.contains('.'))?;
        Some(BodyFraming { digest: Some(FramedDigest::Nothing), ..BodyFraming::new(&TOKEN, signed.to_owned(), "") })
    });
    signed.collect()
}

/// Values of header fields whose name passes, the first few.
fn fields(case: &DiagnosisCase, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = case.headers.into_iter().flat_map(|headers| headers.iter());
    let named = lines.filter(|(name, _)| wanted(&String::from_utf8_lossy(name).to_ascii_lowercase()));
    let values = named.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned());
    values.filter(|value| !value.is_empty() && value.len() <= 128).take(4).collect()
}

/// Timestamps: of the signature itself, of header fields, of the payload.
fn times(case: &DiagnosisCase) -> Vec<String> {
    let mut times: Vec<String> = Vec::new();
    for value in &case.values {
        let text = String::from_utf8_lossy(value);
        let named = |part: &str| {
            let (name, time) = part.trim().split_once('=')?;
            matches!(name, "t" | "ts" | "time" | "timestamp").then(|| time.to_owned())
        };
        times.extend(text.split([',', ';']).filter_map(named).take(2));
    }
    times.extend(fields(case, |name| name.contains("timestamp") || name.ends_with("-time") || name == "date"));
    let facts = EventFacts::from_body(&RawBody::new(case.body.to_vec()));
    if let Some(time) = facts.occurred {
        let spelled = serde_json::from_slice::<serde_json::Value>(case.body).ok();
        times.extend(spelled.and_then(|body| Some(body.get("timestamp")?.as_str()?.to_owned())));
        times.extend([time.to_string(), time.as_second().to_string(), time.as_millisecond().to_string()]);
    }
    times.extend(member_times(case));
    dedup(times)
}

/// Members in which services send their times, at the top of the body.
const TIMES: [&str; 8] = ["timestamp", "created", "created_at", "time", "ts", "sent_at", "occurred_at", "event_time"];

/// Times of the payload as they are written, and numbers in seconds and in milliseconds.
fn member_times(case: &DiagnosisCase) -> Vec<String> {
    let Ok(serde_json::Value::Object(body)) = serde_json::from_slice(case.body) else { return Vec::new() };
    let found = TIMES.iter().filter_map(|name| body.get(*name)).take(3);
    let spelled = found.flat_map(|value| match value {
        serde_json::Value::String(text) if text.len() <= 40 => vec![text.clone()],
        serde_json::Value::Number(number) => {
            let other = number.as_i64().map(|n| if n < 100_000_000_000 { n * 1000 } else { n / 1000 });
            [Some(number.to_string()), other.map(|n| n.to_string())].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    });
    spelled.collect()
}

/// The name of the file in place of its content: as it was given, alone, and with curl's @ before it.
fn file_names(case: &DiagnosisCase) -> Vec<BodyFraming> {
    let given = case.file.unwrap_or("body.json");
    let alone = given.rsplit(['/', '\\']).next().unwrap_or(given);
    let usual = ["body.json", "payload.json", "data.json", "event.json"].map(str::to_owned);
    let names = dedup([given.to_owned(), alone.to_owned(), format!("./{alone}")].into_iter().chain(usual).collect());
    let written = names.into_iter().flat_map(|name| [format!("@{name}"), format!("{name}\n"), name]);
    written.map(|name| nothing_behind(&FILE_NAME, name)).collect()
}

/// The event's name and `JSON.stringify(body.data)`.
fn event_data(case: &DiagnosisCase) -> Vec<BodyFraming> {
    let body = serde_json::from_slice::<serde_json::Value>(case.body).ok();
    let data = body.and_then(|body| json_stringify(body.get("data")?.to_string().as_bytes()));
    let Some(data) = data else { return Vec::new() };
    let joined = |name: String| {
        ["", ".", ":", "\n", "|", " "].map(|joint| nothing_behind(&EVENT_DATA, format!("{name}{joint}{data}")))
    };
    event_names(case).into_iter().flat_map(joined).collect()
}

fn nothing_behind(cause: &'static MismatchCause, text: String) -> BodyFraming {
    BodyFraming { digest: Some(FramedDigest::Nothing), ..BodyFraming::new(cause, text, "") }
}

fn ids(case: &DiagnosisCase) -> Vec<String> {
    let named = fields(case, |name| {
        name.ends_with("-id") || name.ends_with("-delivery") || name == "idempotency-key" || name.ends_with("nonce")
    });
    let facts = EventFacts::from_body(&RawBody::new(case.body.to_vec()));
    let own = [facts.event_id, facts.signup_id, facts.waitlist_id].into_iter().flatten();
    dedup(named.into_iter().chain(own).collect())
}

fn dedup(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

fn urls(case: &DiagnosisCase, times: &[String]) -> Vec<BodyFraming> {
    let target = case.target.unwrap_or(USUAL_TARGETS[0]);
    let path = target.split('?').next().unwrap_or(target);
    let mut places = vec![target.to_owned(), path.to_owned()];
    if case.target.is_none() {
        places.extend(USUAL_TARGETS.map(str::to_owned));
    }
    for host in fields(case, |name| name == "host" || name == "x-forwarded-host") {
        places.extend([format!("https://{host}{target}"), format!("http://{host}{target}")]);
    }
    let places = dedup(places);
    let mut frames = Vec::new();
    for place in &places {
        frames.push(BodyFraming::new(&URL, place.clone(), ""));
        frames.push(BodyFraming::new(&URL, String::new(), place));
        frames.extend([".", "\n", ":"].iter().map(|joint| BodyFraming::new(&URL, format!("{place}{joint}"), "")));
        let joints = ["", "\n", " ", ":", "."];
        frames
            .extend(joints.iter().map(|joint| BodyFraming::new(&METHOD_URL, format!("POST{joint}{place}{joint}"), "")));
        // The time behind them all: HubSpot.
        frames.extend(times.iter().map(|time| BodyFraming::new(&METHOD_URL, format!("POST{place}"), time)));
    }
    frames
}

/// The event's name: in the body, and in a header field.
fn event_names(case: &DiagnosisCase) -> Vec<String> {
    let facts = EventFacts::from_body(&RawBody::new(case.body.to_vec()));
    let named = fields(case, |name| name.ends_with("-event") || name.ends_with("-topic"));
    let body = serde_json::from_slice::<serde_json::Value>(case.body).ok();
    let own = body.iter().flat_map(|body| ["type", "event"].map(|name| body.get(name)));
    let own = own.flatten().filter_map(|value| value.as_str().filter(|text| text.len() <= 64)).map(str::to_owned);
    dedup(facts.event_type.into_iter().chain(own).chain(named).collect())
}

fn events(case: &DiagnosisCase) -> Vec<BodyFraming> {
    let joined = |name: String| [".", ":", ""].map(|joint| BodyFraming::new(&EVENT, format!("{name}{joint}"), ""));
    event_names(case).into_iter().flat_map(joined).collect()
}
