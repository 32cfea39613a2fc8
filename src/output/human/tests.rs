//! The screens, character by character.

use super::attempt::render_sending;
use super::*;
use crate::output::fixtures::{
    answered_outcome, arrival_at, attempt, created_arrival, duplicate, repeat, report, skipped_forward, waiting,
    with_body, with_facts,
};
use crate::protocol::arrival::{RepeatKind, SignatureState};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase, AttemptResponse};
use crate::protocol::facts::{DriftKind, EventFacts, PayloadDrift, WaitlistPosition};
use crate::protocol::report::{ArrivalNumber, ArrivalReport, RepeatReport, TurnedAwayReport};
use crate::protocol::signature::SignatureFault;
use jiff::tz::TimeZone;
use std::time::Duration;

pub(super) fn style(width: usize) -> OutputStyle {
    OutputStyle::new(false, width, TimeZone::UTC).with_body_lines(Some(0))
}

/// What all reports become, both streams in one.
pub(super) fn screen(style: &OutputStyle, reports: &[Report]) -> String {
    let mut human = HumanRenderer::new(style.clone());
    let mut out = String::new();
    for report in reports {
        human.render(report, ReportDetail::Full, &mut out);
    }
    out
}

fn moved() -> ArrivalReport {
    let facts = EventFacts {
        event_type: Some("signup.position_changed".into()),
        position: Some(WaitlistPosition::Moved { from: 10, to: 5 }),
        ..created_arrival(42).arrival.facts
    };
    with_body(with_facts(created_arrival(42), facts, SignatureState::Unsigned), vec![b'x'; 4608])
}

pub(super) fn refused() -> ArrivalReport {
    ArrivalReport {
        number: Some(ArrivalNumber::Refused(7)),
        reason: Some(SignatureFault::Mismatch),
        answer: 401,
        ..with_facts(created_arrival(0), deleted(), SignatureState::Invalid)
    }
}

fn deleted() -> EventFacts {
    EventFacts { event_type: Some("signup.deleted".into()), ..EventFacts::default() }
}

pub(super) fn session() -> Vec<Report> {
    let ready = ReportKind::Ready { url: "http://x".into(), pid: 1, inspect_url: None, secret_from: "".into() };
    vec![
        report("10:00:00", ready),
        arrival_at("10:00:01.123", created_arrival(41)),
        report("10:00:01.140", ReportKind::Forward(attempt(answered_outcome(200, "{}")))),
        arrival_at("10:01:02.345", duplicate()),
        arrival_at("10:01:05.001", moved()),
        arrival_at("10:01:07.222", refused()),
    ]
}

#[test]
fn a_listener_on_a_wide_terminal() {
    let expected = "\
Ready. Ctrl-C stops.
10:00:01.123  #41 signup.created           ✔ verified   user@example.com  position 1              291 B
              → POST http://localhost:3000/webhooks   200 OK   12 ms of 5 s
10:01:02.345  #41 signup.created           ↻ duplicate   61 s after the first: looks like retry 1
10:01:05.001  #42 signup.position_changed  ○ unsigned   user@example.com  10 → 5 (up 5)         4.5 KiB
10:01:07.222  !7  signup.deleted           ✘ invalid    the signature does not match these bytes   401
              why: referralloop verify --event r7
";
    assert_eq!(screen(&style(160), &session()), expected);
    assert_eq!(screen(&style(110), &session()), expected);
}

#[test]
fn a_listener_on_a_narrow_terminal() {
    let expected = "\
Ready. Ctrl-C stops.
10:00:01  #41  created  ✔ verified  user@example.com  position 1
              → POST http://localhost:3000/webhooks   200 OK   12 ms of 5 s
10:01:02  #41  created  ↻ duplicate   61 s after the first: looks like retry 1
10:01:05  #42  position_changed  ○ unsigned  user@example.com  10 → 5 (up 5)
10:01:07  !7  deleted  ✘ invalid   401
              the signature does not match these bytes
              why: referralloop verify --event r7
";
    let shown = screen(&style(80), &session());
    assert_eq!(shown, expected);
    assert!(shown.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80));
}

#[test]
fn a_body_stands_below_its_arrival() {
    let style = style(120).with_body_lines(Some(60));
    let shown = screen(&style, &[arrival_at("10:00:01.123", created_arrival(41))]);
    let expected = "
              │ {
              │   \"event_type\": \"signup.created\",
              │   \"waitlist_id\": \"123e4567-e89b-12d3-a456-426614174000\",
              │   \"data\": {
              │     \"id\": \"789e0123-e89b-12d3-a456-426614174000\",
              │     \"email\": \"user@example.com\",
              │     \"name\": \"John Doe\",
              │     \"position\": 1,
              │     \"referral_code\": \"ABC123\",
              │     \"created_at\": \"2024-01-15T10:00:00Z\"
              │   },
              │   \"timestamp\": \"2024-01-15T10:00:00Z\"
              │ }
";
    assert!(shown.ends_with(expected), "{shown}");
}

#[test]
fn a_long_body_says_how_to_see_the_rest() {
    let style = style(120).with_body_lines(Some(3));
    let shown = screen(&style, &[arrival_at("10:00:01.123", created_arrival(41))]);
    assert!(shown.ends_with("\n              │ … 10 more lines: referralloop events show 41\n"), "{shown}");
    assert_eq!(shown.lines().count(), 5);
}

#[test]
fn repeats_and_refusals_and_brief_arrivals_show_no_body() {
    let mut human = HumanRenderer::new(OutputStyle::new(false, 120, TimeZone::UTC));
    // The first refused one is followed by the command that explains it.
    for (arrival, detail, lines) in [
        (duplicate(), ReportDetail::Full, 1),
        (refused(), ReportDetail::Full, 2),
        (refused(), ReportDetail::Full, 1),
        (created_arrival(41), ReportDetail::Brief, 1),
    ] {
        let mut out = String::new();
        human.render(&arrival_at("10:00:01", arrival), detail, &mut out);
        assert_eq!(out.lines().count(), lines, "{out}");
    }
    let nothing_kept = screen(&style(120).without_commands(), &[arrival_at("10:00:01", refused())]);
    assert!(!nothing_kept.contains("verify"), "{nothing_kept}");
}

#[test]
fn what_is_odd_is_named_below() {
    let mut arrival = created_arrival(41);
    arrival.out_of_order = true;
    let kinds = [DriftKind::Missing, DriftKind::Unknown, DriftKind::Mistyped];
    arrival.arrival.facts.drift =
        (0..7).map(|n| PayloadDrift { path: format!("data.f{n}"), kind: kinds[n % 3] }).collect();
    arrival.answer = 500;
    let expected = "\
10:00:01.123  #41 signup.created           ✔ verified   user@example.com  position 1   500        291 B
              ! out of order: a newer event of this sign-up had already arrived
              ! not as documented: data.f0 is missing
              ! not as documented: data.f1 is not documented
              ! not as documented: data.f2 does not have the documented type or format
              ! not as documented: data.f3 is missing
              ! not as documented: data.f4 is not documented
              ! not as documented: … and 2 more
";
    assert_eq!(screen(&style(120), &[arrival_at("10:00:01.123", arrival)]), expected);
}

#[test]
fn a_probable_retry_names_what_it_repeats() {
    let arrival =
        ArrivalReport { repeat: Some(repeat(RepeatKind::ProbableRetry, 300_000, None)), ..created_arrival(43) };
    let expected = "\
10:05:01.123  #43 signup.created           ↻ retry?     5 min after #41, the same except for its timestamp
";
    assert_eq!(screen(&style(120), &[arrival_at("10:05:01.123", arrival)]), expected);
}

#[test]
fn a_repeat_of_which_nobody_knows_the_time_names_what_came_before() {
    for (kind, words) in
        [(RepeatKind::Duplicate, ""), (RepeatKind::ProbableRetry, ", the same except for its timestamp")]
    {
        let unknown = RepeatReport { gap: None, ..repeat(kind, 0, None) };
        let arrival = ArrivalReport { repeat: Some(unknown), ..created_arrival(43) };
        let shown = screen(&style(120), &[arrival_at("10:05:01.123", arrival)]);
        assert!(shown.contains(&format!("came before, as #41{words}\n")), "{shown}");
    }
}

#[test]
fn what_could_not_be_stored_says_so() {
    let arrival = ArrivalReport {
        number: None,
        answer: 507,
        not_stored: Some("the store has reached its quota of 1024 bytes".into()),
        ..with_facts(created_arrival(0), EventFacts::default(), SignatureState::Valid)
    };
    let expected = "\
10:00:01.123  –   (no event type)          ✔ verified   507                                       291 B
              ! not stored: the store has reached its quota of 1024 bytes
";
    assert_eq!(screen(&style(120), &[arrival_at("10:00:01.123", arrival)]), expected);
}

#[test]
fn an_unsigned_request_refused_keeps_its_state() {
    let unsigned = with_facts(refused(), deleted(), SignatureState::Unsigned);
    let arrival = ArrivalReport { reason: Some(SignatureFault::Missing), ..unsigned };
    let expected = "\
10:00:01.123  !7  signup.deleted           ○ unsigned   there is no X-Webhook-Signature header   401
";
    assert_eq!(screen(&style(120), &[arrival_at("10:00:01.123", arrival)]), expected);
}

#[test]
fn forwards_come_with_hints() {
    let redirect = AttemptResponse {
        status: 302,
        location: Some("/new".into()),
        body: "".into(),
        truncated: false,
        only_200: false,
    };
    let mut slow = attempt(answered_outcome(204, ""));
    slow.attempt.latency = Duration::from_millis(4_200);
    let mut retried = attempt(answered_outcome(500, "boom"));
    (retried.attempt.number, retried.budget, retried.attempt.event) = (2, None, 40);
    let reports = [
        attempt(AttemptOutcome::Refused),
        attempt(answered_outcome(401, "")),
        attempt(answered_outcome(404, "Cannot POST\r\n/webhooks")),
        attempt(AttemptOutcome::Answered(redirect)),
        attempt(AttemptOutcome::TimedOut(AttemptPhase::Head)),
        slow,
        retried,
    ]
    .map(|forward| report("10:00:02", ReportKind::Forward(forward)));
    let mut human = HumanRenderer::new(style(80));
    let mut out = String::new();
    human.render(&arrival_at("10:00:01.123", created_arrival(41)), ReportDetail::Brief, &mut String::new());
    reports.iter().for_each(|report| {
        human.render(report, ReportDetail::Full, &mut out);
    });
    let expected = r#"              → POST http://localhost:3000/webhooks   connection refused   12 ms
                hint: nothing is listening there: is the app running?
              → POST http://localhost:3000/webhooks   401 Unauthorized   12 ms
                hint: the endpoint refused it: does it verify with the same
                      secret, over the raw bytes?
              → POST http://localhost:3000/webhooks   404 Not Found   12 ms
                "Cannot POST  /webhooks"
                hint: no such route in the app: check the path of the URL
              → POST http://localhost:3000/webhooks   302 Found   12 ms of 5 s
                hint: redirects are never followed: use /new itself
              → POST http://localhost:3000/webhooks   timed out   12 ms of 5 s
                no answer in time
                hint: answer 2xx first and do the work afterwards: the service
                      does not wait longer
              → POST http://localhost:3000/webhooks   204 No Content   4.2 s
                hint: that was close to the limit of 5 s: answer first and work
                      afterwards
              → #40 POST http://localhost:3000/webhooks
                attempt 2/5   500 Internal Server Error   12 ms
                "boom"
                hint: the app failed: see its log
"#;
    assert_eq!(out, expected);
}

#[test]
fn a_delivery_with_a_retry() {
    let mut second = attempt(answered_outcome(200, "ok"));
    (second.attempt.number, second.scheduled, second.attempt.latency) =
        (2, Duration::from_secs(60), Duration::from_millis(9));
    let reports = [
        report("10:00:01", ReportKind::Attempt(attempt(answered_outcome(500, "database is down\n")))),
        waiting(),
        report("10:01:01", ReportKind::Attempt(second)),
        report("10:01:01", ReportKind::Delivered { event: 41, url: String::new(), attempts: 2 }),
    ];
    let expected = "  attempt 1/5  +0:00      500 Internal Server Error   12 ms   \"database is down\"
    hint: the app failed: see its log
  attempt 2 in 60 s, at 10:01:01
  attempt 2/5  +1:00      200 OK                       9 ms
delivered on attempt 2 of 5
";
    assert_eq!(screen(&style(80), &reports), expected);
    assert_eq!(screen(&style(160), &reports), expected);
}

#[test]
fn giving_up_says_why() {
    let gave_up = |attempts, of| report("10:00:02", ReportKind::GaveUp { event: 41, url: String::new(), attempts, of });
    let failed = report("10:00:01", ReportKind::Attempt(attempt(AttemptOutcome::Refused)));
    let shown = screen(&style(80), &[failed, gave_up(5, 5)]);
    assert!(shown.ends_with("    hint: nothing is listening there: is the app running?\ngave up after 5 attempts\n"));
    assert_eq!(screen(&style(80), &[gave_up(1, 1)]), "not delivered\n");
}

#[test]
fn one_attempt_is_not_counted() {
    let mut only = attempt(answered_outcome(200, ""));
    only.of = 1;
    let delivered = ReportKind::Delivered { event: 41, url: String::new(), attempts: 1 };
    let shown = screen(&style(80), &[report("10:00:01", ReportKind::Attempt(only)), report("10:00:01", delivered)]);
    assert!(shown.ends_with("\ndelivered\n"));
}

#[test]
fn what_an_app_says_of_its_failure_stands_below_where_it_does_not_fit_beside() {
    let words = "a rather long message that will not fit beside the rest on eighty columns, with a link behind it";
    let failed = report("10:00:01", ReportKind::Attempt(attempt(answered_outcome(500, words))));
    for (width, head) in [(64, "12 ms\n    \"a rather"), (80, "12 ms\n    \"a rather"), (300, "12 ms   \"a rather")] {
        let shown = screen(&style(width), std::slice::from_ref(&failed));
        assert!(shown.contains(head) && shown.replace("\n    ", "").contains(&format!("\"{words}\"")), "{shown}");
        assert!(shown.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= width), "{shown}");
    }
}

#[test]
fn skipped_reports_and_notices_are_asides() {
    let mut human = HumanRenderer::new(style(80));
    let mut out = String::new();
    let stream = human.render(&report("10:00:01", ReportKind::Skipped { count: 1234 }), ReportDetail::Full, &mut out);
    assert_eq!(stream, ScreenStream::Err);
    human.render(&report("10:00:01", ReportKind::Skipped { count: 1 }), ReportDetail::Full, &mut out);
    human.render(
        &report("10:00:01", ReportKind::Notice { message: "two\nlines".into() }),
        ReportDetail::Full,
        &mut out,
    );
    let expected = "… 1,234 reports not shown (the screen could not keep up); all are stored
… 1 report not shown (the screen could not keep up); it is stored
note: two
      lines
";
    assert_eq!(out, expected);
}

#[test]
fn a_forward_left_out_says_why() {
    let skipped = skipped_forward("http://a/", "it had been acknowledged");
    let shown = screen(&style(80), &[report("10:00:01", skipped)]);
    assert_eq!(shown, "              → #41 not sent to http://a/: it had been acknowledged\n");
}

#[test]
fn what_is_turned_away_says_what_is_taken() {
    let told = |method: &str, path: &str, untold| TurnedAwayReport {
        method: method.into(),
        path: path.into(),
        status: 404,
        why: "this listener takes /hook only".into(),
        untold,
    };
    let mut human = HumanRenderer::new(style(80));
    let mut out = String::new();
    for told in [told("POST", "/x", 0), told("GET", "/y", 3), told("", "", 0)] {
        let stream = human.render(&report("10:00:01", ReportKind::TurnedAway(told)), ReportDetail::Full, &mut out);
        assert_eq!(stream, ScreenStream::Err);
    }
    let expected = "10:00:01  POST /x   404: this listener takes /hook only
10:00:01  GET /y   404: this listener takes /hook only (and 3 before it)
10:00:01  (no request)   404: this listener takes /hook only
";
    assert_eq!(out, expected);
}

#[test]
fn the_head_of_a_delivery() {
    let facts = created_arrival(1).arrival.facts;
    let line = |width| {
        let mut out = String::new();
        write_lines(&mut out, &render_sending(41, &facts, "http://localhost:3000/webhooks", &style(width)));
        out
    };
    let wide = "#41  signup.created  user@example.com  position 1   → http://localhost:3000/webhooks\n";
    assert_eq!(line(90), wide);
    assert_eq!(line(60), "#41  signup.created  user@example.com  position 1\n  → http://localhost:3000/webhooks\n");
}

#[test]
fn the_banner_breaks_between_its_parts() {
    let parts = ["Listening on http://127.0.0.1:4242", "", "secret: development (profile default)", "forwarding to x"];
    let parts = parts.map(Sanitised::text);
    let wide = "Listening on http://127.0.0.1:4242   secret: development (profile default)   forwarding to x\n";
    assert_eq!(render_banner(&parts, &style(120)), wide);
    let narrow = "Listening on http://127.0.0.1:4242   secret: development (profile default)\n  forwarding to x\n";
    assert_eq!(render_banner(&parts, &style(80)), narrow);
}

#[test]
fn long_foreign_text_is_cut() {
    let mut arrival = created_arrival(41);
    arrival.arrival.facts.email = Some(format!("{}@example.com", "a".repeat(100_000)));
    arrival.arrival.facts.event_type = Some("x".repeat(100_000));
    for width in [20, 80, 160, 1000] {
        let shown = screen(&style(width), &[arrival_at("10:00:01.123", arrival.clone())]);
        assert!(shown.len() < 400, "{width}: {shown}");
    }
}
