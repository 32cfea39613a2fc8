//! What a terminal makes of the screens: hostile text in every place that foreign text can reach.

use super::tests::{screen, session};
use super::*;
use crate::output::fixtures::{arrival_at, attempt, created_arrival, report, with_body};
use crate::output::sanitise::is_unsafe;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::{AttemptOutcome, AttemptResponse};
use crate::protocol::body::RawBody;
use crate::protocol::facts::{DriftKind, PayloadDrift};
use crate::protocol::report::{ExposureReach, ExposureReport, TurnedAwayReport};
use jiff::tz::TimeZone;

#[test]
fn colours_add_sequences_and_nothing_else() {
    let colours = OutputStyle { colour: true, ..OutputStyle::new(false, 120, TimeZone::UTC) };
    let coloured = screen(&colours, &session());
    let plain = screen(&OutputStyle { colour: false, ..colours }, &session());
    assert_ne!(coloured, plain);
    let seen = TerminalActions::read(&coloured);
    assert_eq!(seen.printed, plain);
    assert!(seen.other.iter().all(|action| action == "m"), "{:?}", seen.other);
}

/// What a terminal makes of text: what it prints, and every other action.
#[derive(Default)]
pub(super) struct TerminalActions {
    pub(super) printed: String,
    pub(super) other: Vec<String>,
}

impl TerminalActions {
    pub(super) fn read(shown: &str) -> Self {
        let mut seen = Self::default();
        vte::Parser::new().advance(&mut seen, shown.as_bytes());
        seen
    }
}

impl vte::Perform for TerminalActions {
    fn print(&mut self, character: char) {
        self.printed.push(character);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => self.printed.push('\n'),
            other => self.other.push(format!("execute {other:x}")),
        }
    }

    fn csi_dispatch(&mut self, _: &vte::Params, _: &[u8], _: bool, action: char) {
        self.other.push(action.to_string());
    }

    fn esc_dispatch(&mut self, _: &[u8], _: bool, byte: u8) {
        self.other.push(format!("esc {byte:x}"));
    }

    fn osc_dispatch(&mut self, _: &[&[u8]], _: bool) {
        self.other.push("osc".into());
    }

    fn hook(&mut self, _: &vte::Params, _: &[u8], _: bool, _: char) {
        self.other.push("dcs".into());
    }
}

/// Everything that a terminal could act upon, reorder or hide, in one text.
fn hostile() -> String {
    let unsafe_ones = ('\0'..=char::MAX).filter(|c| is_unsafe(*c) && *c < '\u{e0080}');
    let sequences =
        "\x1b]0;owned\x07\x1b[2J\x1b[1;1H\u{9b}31m\x1b]8;;http://evil\x1b\\\x1bP+q\x1b\\\u{9d}0;x\u{9c}\r\x08";
    sequences.chars().chain(unsafe_ones).collect()
}

fn hostile_exposure(state: ExposureReach, text: &str) -> Report {
    let (by, url, message) = (text.to_owned(), Some(text.to_owned()), Some(format!("{text}\n{text}")));
    report("10:00:02", ReportKind::Exposure(ExposureReport { state, by, url, message, again_in: None }))
}

fn hostile_request(text: &str) -> Report {
    let (method, path, why) = (text.to_owned(), text.to_owned(), text.to_owned());
    report("10:00:02", ReportKind::TurnedAway(TurnedAwayReport { method, path, status: 404, why, untold: 1 }))
}

fn hostile_reports() -> Vec<Report> {
    let text = hostile();
    let bytes: Vec<u8> = text.bytes().chain([0xff, 0xc3, 0x1b]).collect();
    let mut arrival = created_arrival(41);
    arrival.arrival.target = text.clone();
    arrival.arrival.facts.email = Some(text.clone());
    arrival.arrival.facts.event_type = Some(text.clone());
    arrival.arrival.facts.drift = vec![PayloadDrift { path: text.clone(), kind: DriftKind::Unknown }];
    arrival.not_stored = Some(text.clone());
    let answer = |status| {
        let body = bytes.clone().into();
        AttemptOutcome::Answered(AttemptResponse {
            status,
            location: Some(text.clone()),
            body,
            truncated: true,
            only_200: false,
        })
    };
    let raw = |part: &[u8]| RawBody::new([b"{\"\x9b", part, b"\":\"", part, b"\"}"].concat());
    // Controls below U+0020 end a JSON string, so they come in a body of another kind.
    let printable: Vec<u8> = bytes.iter().copied().filter(|b| *b >= 0x20 && *b != b'\\' && *b != b'"').collect();
    let bodies =
        [raw(&printable), RawBody::new([b"text ".repeat(9000), bytes.clone()].concat()), RawBody::new(bytes.clone())];
    let mut reports: Vec<Report> =
        bodies.into_iter().map(|body| arrival_at("10:00:00", with_body(arrival.clone(), body.bytes()))).collect();
    let outcomes = [
        answer(500),
        answer(302),
        AttemptOutcome::Tls(text.clone()),
        AttemptOutcome::Malformed(text.clone()),
        AttemptOutcome::Failed(text.clone()),
    ];
    for outcome in outcomes {
        let mut told = attempt(outcome);
        told.attempt.url = text.clone();
        reports.push(report("10:00:01", ReportKind::Forward(told.clone())));
        reports.push(report("10:00:01", ReportKind::Attempt(told)));
    }
    let (url, why) = (text.clone(), text.clone());
    reports.push(report("10:00:02", ReportKind::ForwardSkipped { event: 1, url, target: None, why }));
    reports.push(hostile_request(&text));
    reports.push(report("10:00:02", ReportKind::GaveUp { event: 41, url: text.clone(), attempts: 5, of: 5 }));
    reports.extend([ExposureReach::Up, ExposureReach::Lost].map(|state| hostile_exposure(state, &text)));
    reports.push(report("10:00:02", ReportKind::Notice { message: text }));
    reports
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    for width in [20, 80, 160, 100_000] {
        let style = OutputStyle::new(false, width, TimeZone::UTC);
        let mut shown = screen(&style, &hostile_reports());
        let text = hostile();
        let headers = HeaderLines::collect([(text.as_str(), text.as_bytes()), ("a", &[0x9b, 0xff, 0x1b])]);
        write_lines(&mut shown, &render_headers(&headers, &style));
        for report in hostile_reports() {
            if let ReportKind::Arrival(arrival) = report.what {
                write_lines(&mut shown, &render_body(&arrival.arrival.content.body, &style, None, None));
            }
        }
        let seen = TerminalActions::read(&shown);
        assert_eq!(seen.other, Vec::<String>::new(), "at {width}");
        assert_eq!(seen.printed, shown, "at {width}");
        assert!(shown.chars().all(|c| c == '\n' || !is_unsafe(c)), "at {width}");
    }
}
