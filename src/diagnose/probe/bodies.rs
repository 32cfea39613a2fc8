//! The bodies of a probe: one event in the shapes that programs give JSON, then with single features that they treat
//! differently.

use crate::diagnose::forms::{BodySource, FORMS, decode_text};

/// An event that every handler knows: the catalogue's fields and nothing that anybody writes differently.
const PLAIN: &str = r#"{"event_type":"signup.created","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"probe@example.com","name":"NAME","position":POSITION,"referral_code":"PROBE1","created_at":"2024-01-15T10:00:00Z"},"timestamp":"2024-01-15T10:00:00Z"}"#;

pub(super) struct ProbeBody {
    /// What is special about it.
    pub what: &'static str,
    pub bytes: Vec<u8>,
    /// Whether a handler may refuse it for another reason than its signature.
    pub debatable: bool,
}

fn event(name: &str, position: &str) -> String {
    PLAIN.replace("NAME", name).replace("POSITION", position)
}

/// How many shapes there are.
pub(super) const SHAPE_COUNT: usize = 9;

/// The plain event as programs lay JSON out: what is special, and the form that lays it out so. Nearly every
/// program that writes JSON leaves one of the first three alone.
const SHAPES: [(&str, &str); SHAPE_COUNT] = [
    ("compact", "json-minified"),
    ("compact, members sorted", "json-sorted"),
    ("with spaces, members sorted", "json-python-sorted"),
    ("with a space after each comma and colon", "json-spaced"),
    ("two spaces per level, members sorted", "json-pretty-2"),
    ("four spaces per level, members sorted", "json-pretty-4"),
    ("a tab per level, members sorted", "json-pretty-tab"),
    ("with a line feed at its end", "newline-added"),
    ("as a database orders it", "json-database"),
];

/// The plain event in every shape.
pub(super) fn build_shapes() -> Vec<ProbeBody> {
    // What is indented is sorted, too: so sorting or not makes no difference there.
    let body = |id: &str| match id.starts_with("json-pretty") {
        true => lay_out(&event("Probe", "1"), id),
        false => apply_form(event("Probe", "1").as_bytes(), id),
    };
    SHAPES.iter().map(|(what, id)| ProbeBody { what, bytes: body(id), debatable: false }).collect()
}

fn apply_form(body: &[u8], id: &str) -> Vec<u8> {
    if id == "json-minified" {
        return body.to_vec();
    }
    let text = decode_text(body);
    let form = FORMS.iter().find(|form| form.cause.id == id);
    let made = form.map(|form| form.make(&BodySource::new(body, &text))).unwrap_or_default();
    made.into_iter().next().unwrap_or_else(|| body.to_vec())
}

/// Single features, in the spelling that somebody leaves alone. A handler may want a position to be an integer.
const FEATURES: [(&str, &str, &str); 12] = [
    ("a non-ASCII letter, as it is", "Zo\u{eb}", "1"),
    ("a non-ASCII letter, escaped", "Zo\\u00eb", "1"),
    ("a slash, as it is", "A/B", "1"),
    ("a slash, escaped", "A\\/B", "1"),
    ("<, > and &, as they are", "<A> & B", "1"),
    ("an apostrophe and a plus", "O'N+", "1"),
    ("quotes", "A \\\"B\\\" C", "1"),
    ("a whole number with .0", "Probe", "1.0"),
    ("a large number with an exponent", "Probe", "1e+21"),
    ("a character beyond the Basic Multilingual Plane", "\u{1f680}", "1"),
    ("a letter and its accent apart", "Zoe\u{308}", "1"),
    ("white space around a text", " Probe ", "1"),
];

/// The features in one of the shapes.
pub(super) fn build_features(shape: usize) -> Vec<ProbeBody> {
    let id = SHAPES.get(shape).map_or("json-minified", |(_, id)| id);
    let one = |(what, name, position): &(&'static str, &str, &str)| {
        let bytes = lay_out(&event(name, position), id);
        ProbeBody { what, bytes, debatable: *position != "1" }
    };
    let indented = String::from_utf8(lay_out(&event("Probe", "1"), "json-pretty-2")).unwrap_or_default();
    let lines = indented.replace('\n', "\r\n").into_bytes();
    let windows = ProbeBody { what: "lines ending in CR and LF", bytes: lines, debatable: false };
    FEATURES.iter().map(one).chain([windows]).collect()
}

/// Only blanks and the order of members may change here, never a token.
fn lay_out(event: &str, id: &str) -> Vec<u8> {
    let indented = ["json-pretty-2", "json-pretty-4", "json-pretty-tab"];
    match (id, indented.iter().position(|shape| *shape == id)) {
        ("json-python-sorted", _) => apply_form(&apply_form(event.as_bytes(), "json-sorted"), "json-spaced"),
        (_, Some(level)) => {
            let sorted = apply_form(event.as_bytes(), "json-sorted");
            let text = decode_text(&sorted);
            let form = FORMS.iter().find(|form| form.cause.id == "json-indented");
            let made = form.map(|form| form.make(&BodySource::new(&sorted, &text))).unwrap_or_default();
            made.into_iter().nth(level).unwrap_or_else(|| sorted.clone())
        }
        _ => apply_form(event.as_bytes(), id),
    }
}

/// A body that every rewriting changes, and each in its own way.
pub(super) fn build_distinctive_body() -> Vec<u8> {
    let event = event("Zo\u{eb} \\u00e9 <A\\/B/C> & O'N+ \u{1f680}", "1.0");
    let event = event.replace(
        "\"timestamp\":",
        "\"10\":{},\"2\":[1e3,1e21,0.00000120] ,\"none\":null,\"sep\":\"\\u2028\", \"timestamp\" : ",
    );
    [event.as_bytes(), b"\n"].concat()
}

/// A body with a character of several bytes, and a place inside that character.
pub(super) fn build_divided_body() -> (Vec<u8>, usize) {
    let body = event("Probe \u{1f680} Zo\u{eb}", "1");
    let at = body.find('\u{1f680}').unwrap_or_default();
    (body.into_bytes(), at + 2)
}

/// A body beyond the limits of buffers and columns: 150 KiB, the length being that of a name.
pub(super) fn build_large_body() -> Vec<u8> {
    event(&"Probe".repeat(30 << 10), "1").into_bytes()
}
