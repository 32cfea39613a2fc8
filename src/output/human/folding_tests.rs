//! Arrivals on one line: what they say, how they fit, and when they are shown so.

use super::tests::{refused, screen, style};
use super::*;
use crate::output::fixtures::{answered_outcome, arrival_at, attempt, created_arrival, duplicate, report};
use crate::output::style::BodyDisplay;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::report::{ArrivalReport, KeptBack, RefusalExplanation, ReplayReport};
use std::time::Duration;

fn forwarded(event: u64) -> ArrivalReport {
    ArrivalReport { forwards: 1, ..created_arrival(event) }
}

fn forward(event: u64, outcome: AttemptOutcome) -> Report {
    let mut forward = attempt(outcome);
    forward.attempt.event = event;
    forward.of = 1;
    report("10:00:01.140", ReportKind::Forward(forward))
}

fn taken(event: u64) -> Report {
    forward(event, answered_outcome(200, "{}"))
}

fn renderer(bodies: BodyDisplay, width: usize) -> HumanRenderer {
    HumanRenderer::new(style(width).with_body_lines(Some(60)).with_bodies(bodies))
}

fn render(human: &mut HumanRenderer, reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        human.render(report, ReportDetail::Full, &mut out);
    }
    out
}

/// Who watches reads it at once, and once: the next attempt may be an hour away.
#[test]
fn a_hint_stands_below_the_first_attempt_that_needs_it() {
    let told = |number, outcome| {
        let mut told = attempt(outcome);
        told.attempt.number = number;
        report("10:00:01", ReportKind::Attempt(told))
    };
    let reports = [told(1, AttemptOutcome::Refused), told(2, AttemptOutcome::Refused)];
    let gave_up = report("10:00:02", ReportKind::GaveUp { event: 41, url: String::new(), attempts: 2, of: 5 });
    let shown = screen(&style(80), &[reports[0].clone(), reports[1].clone(), gave_up]);
    assert_eq!(shown.matches("hint: nothing is listening there: is the app running?\n").count(), 1, "{shown}");
    assert!(shown.lines().nth(1).unwrap().starts_with("    hint: "), "{shown}");
    assert!(shown.ends_with("gave up after 2 attempts\n"), "{shown}");
    let piped = style(80).with_whole_tables();
    assert_eq!(screen(&piped, &reports).lines().count(), 2, "a pipe gets what it always got");
}

/// What goes nowhere, or not yet, says why, and is not held for what does not come.
#[test]
fn what_is_kept_back_says_why_at_once() {
    let kept_back = |why| ArrivalReport { kept_back: Some(why), ..created_arrival(2) };
    let behind = kept_back(KeptBack::Behind { event: 1, target: None });
    for (arrival, words) in [(behind, "→ waits behind #1\n"), (kept_back(KeptBack::NoRoute), "→ no route fits it\n")]
    {
        let mut human = renderer(BodyDisplay::Never, 80);
        let line = render(&mut human, &[arrival_at("10:00:01.123", arrival.clone())]);
        assert!(line.ends_with(words) && line.lines().count() == 1, "{line}");
        assert_eq!(render(&mut human, &[taken(2)]), "10:00:01 #2 → 200 12 ms\n");
        let whole = render(&mut renderer(BodyDisplay::Full, 80), &[arrival_at("10:00:01.123", arrival)]);
        assert!(whole.ends_with(words) && whole.lines().count() > 2, "{whole}");
    }
}

#[test]
fn of_several_targets_each_is_named_and_one_may_wait() {
    let named = |event, name: &str, outcome| {
        let mut told = forward(event, outcome);
        let ReportKind::Forward(attempt) = &mut told.what else { unreachable!() };
        attempt.target = Some(name.into());
        told
    };
    let mut human = renderer(BodyDisplay::Never, 120);
    let both = ArrivalReport { forwards: 2, ..created_arrival(1) };
    assert_eq!(render(&mut human, &[arrival_at("10:00:01", both)]), "");
    assert_eq!(render(&mut human, &[named(1, ":1", answered_outcome(200, ""))]), "");
    let line = render(&mut human, &[named(1, ":2", answered_outcome(503, ""))]);
    assert!(line.starts_with("10:00:01 #1 ") && line.contains(" ✔ → :1 200 12 ms → :2 503 12 ms\n"), "{line}");
    // The other target's answer is waited for.
    let behind = Some(KeptBack::Behind { event: 1, target: Some(":2".into()) });
    let one = ArrivalReport { kept_back: behind, ..forwarded(2) };
    assert_eq!(render(&mut human, &[arrival_at("10:00:01", one)]), "");
    let line = render(&mut human, &[named(2, ":1", answered_outcome(200, ""))]);
    assert!(line.ends_with(" ✔ → :1 200 12 ms → :2 waits behind #1\n"), "{line}");
}

#[test]
fn of_several_targets_the_one_that_was_given_up_is_named() {
    let mut told = forward(1, answered_outcome(503, ""));
    let ReportKind::Forward(attempt) = &mut told.what else { unreachable!() };
    attempt.target = Some(":2".into());
    let url = attempt.attempt.url.clone();
    let gave_up = |attempts| report("10:00:02", ReportKind::GaveUp { event: 1, url: url.clone(), attempts, of: 3 });
    let mut human = renderer(BodyDisplay::Never, 120);
    render(&mut human, &[told]);
    assert!(render(&mut human, &[gave_up(3)]).starts_with("gave up on :2 after 3 attempts\n"));
    assert!(render(&mut human, &[gave_up(1)]).starts_with("not delivered to :2\n"));
}

#[test]
fn failures_only_hides_what_another_target_acknowledged_later() {
    let mut human = renderer(BodyDisplay::Never, 100);
    human.set_view(ArrivalView { failed: true, bodies: BodyDisplay::Never, ..ArrivalView::default() });
    assert_eq!(render(&mut human, &[arrival_at("10:00:01", forwarded(41))]), "");
    let mut out = String::new();
    human.release_held(&mut out);
    assert_eq!(out + &render(&mut human, &[taken(41)]), "");
    let late = render(&mut human, &[forward(41, answered_outcome(500, "down"))]);
    assert!(late.starts_with("10:00:01 #41 → 500 12 ms \"down\"\n"), "{late}");
}

#[test]
fn one_line_has_the_forward_in_it() {
    let mut human = renderer(BodyDisplay::Never, 80);
    assert_eq!(render(&mut human, &[arrival_at("10:00:01.123", forwarded(41))]), "", "it waits for its forward");
    assert_eq!(human.hold_time(), Some(HoldTime::Short));
    let line = "10:00:01 #41 created user@example.com position 1 ✔ → 200 12 ms\n";
    assert_eq!(render(&mut human, &[taken(41)]), line);
    assert_eq!(human.hold_time(), None);
    let alone = "10:00:01 #42 created user@example.com position 1 ✔\n";
    assert_eq!(render(&mut human, &[arrival_at("10:00:01.123", created_arrival(42))]), alone);
}

#[test]
fn a_forward_that_takes_long_names_its_event() {
    let mut human = renderer(BodyDisplay::Never, 80);
    render(&mut human, &[arrival_at("10:00:01.123", forwarded(41))]);
    let mut out = String::new();
    human.release_held(&mut out);
    assert_eq!(out, "10:00:01 #41 created user@example.com position 1 ✔ → …\n");
    assert_eq!(render(&mut human, &[taken(41)]), "10:00:01 #41 → 200 12 ms\n");
}

#[test]
fn failures_are_quoted_and_advised_once() {
    let mut human = renderer(BodyDisplay::Never, 100);
    let failing = |event| [arrival_at("10:00:01", forwarded(event)), forward(event, answered_outcome(500, "down"))];
    let said = render(&mut human, &failing(1));
    let line = "10:00:01 #1 created user@example.com position 1 ✔ → 500 12 ms \"down\"\n";
    assert_eq!(said, format!("{line}         hint: the app failed: see its log\n"));
    assert_eq!(render(&mut human, &failing(2)), line.replace("#1", "#2"));
    assert!(
        render(&mut human, &[arrival_at("10:00:01", duplicate())])
            .contains(" ↻ 200 61 s after the first, like retry 1\n")
    );
}

#[test]
fn a_line_fits_the_terminal() {
    let mut arrival = forwarded(41);
    arrival.arrival.facts.email = Some(format!("{}@example.com", "abcdefgh".repeat(12)));
    for width in [60, 80, 120, 160] {
        let mut human = renderer(BodyDisplay::Never, width);
        let shown = render(&mut human, &[arrival_at("10:00:01", arrival.clone()), taken(41)]);
        assert_eq!(shown.lines().count(), 1, "{shown}");
        assert!(unicode_width::UnicodeWidthStr::width(shown.trim_end()) <= width, "{shown}");
        assert!(shown.contains("abcd") && shown.contains('…') && shown.ends_with("→ 200 12 ms\n"), "{shown}");
    }
}

#[test]
fn forwards_that_do_not_fit_stand_below_their_line() {
    let mut human = renderer(BodyDisplay::Never, 60);
    let arrival = ArrivalReport { forwards: 2, ..created_arrival(41) };
    let ends = [forward(41, AttemptOutcome::Refused), forward(41, AttemptOutcome::Refused)];
    let shown = render(&mut human, &[arrival_at("10:00:01", arrival), ends[0].clone(), ends[1].clone()]);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("10:00:01 #41 created user@example.com") && lines[0].ends_with('✔'), "{shown}");
    assert_eq!(lines[1..3], ["         → connection refused 12 ms"; 2], "{shown}");
}

#[test]
fn a_calm_arrival_keeps_its_body_and_its_forward_below() {
    let mut human = renderer(BodyDisplay::Auto, 100);
    let mut shown = render(&mut human, &[arrival_at("10:00:01.123", forwarded(41)), taken(41)]);
    assert_eq!((shown.as_str(), human.hold_time()), ("", Some(HoldTime::Instant)));
    human.release_held(&mut shown);
    assert_eq!(shown.lines().count(), 15, "{shown}");
    assert!(shown.ends_with("  → POST http://localhost:3000/webhooks   200 OK   12 ms of 5 s\n"), "{shown}");
}

#[test]
fn a_burst_takes_a_line_each_and_says_so_once() {
    let mut human = renderer(BodyDisplay::Auto, 100);
    let mut all: Vec<Report> = (1..=200).map(|event| arrival_at("10:00:01.123", forwarded(event))).collect();
    all.extend((1..=200).map(taken));
    let mut shown = render(&mut human, &all);
    human.release_held(&mut shown);
    assert_eq!(shown.lines().filter(|line| line.ends_with("→ 200 12 ms")).count(), 200);
    assert!(shown.lines().count() <= 202, "{shown}");
    assert_eq!(shown.matches("note: events come faster").count(), 1);
    // It is calm again: bodies come back. A second burst needs no words.
    let mut calm = render(&mut human, &[arrival_at("10:00:09", created_arrival(201))]);
    human.release_held(&mut calm);
    assert!(calm.contains("│ {"), "{calm}");
    let burst: Vec<Report> = (202..=220).map(|event| arrival_at("10:00:20", created_arrival(event))).collect();
    let again = render(&mut human, &burst);
    assert_eq!(again.lines().count(), 19, "{again}");
}

#[test]
fn the_first_alone_has_a_body_in_a_story() {
    let mut human = renderer(BodyDisplay::First, 100);
    let shown =
        render(&mut human, &[arrival_at("10:00:01", created_arrival(1)), arrival_at("10:00:09", created_arrival(2))]);
    assert_eq!((shown.lines().count(), shown.matches("│ {").count()), (15, 1), "{shown}");
}

#[test]
fn a_view_leaves_out_what_is_not_looked_for() {
    let mut human = renderer(BodyDisplay::Never, 100);
    human.set_view(ArrivalView { bodies: BodyDisplay::Never, failed: true, ..ArrivalView::default() });
    let both = [
        arrival_at("10:00:01", forwarded(1)),
        arrival_at("10:00:01", forwarded(2)),
        taken(1),
        forward(2, answered_outcome(500, "")),
    ];
    let shown = render(&mut human, &both);
    assert!(shown.starts_with("10:00:01 #2 created ") && !shown.contains("#1 "), "{shown}");
    human.set_view(ArrivalView { bodies: BodyDisplay::Never, filter: "NOBODY@".into(), ..ArrivalView::default() });
    assert_eq!(render(&mut human, &[arrival_at("10:00:01", forwarded(3)), taken(3)]), "");
    human.set_view(ArrivalView { bodies: BodyDisplay::Never, filter: "user@".into(), ..ArrivalView::default() });
    assert_eq!(render(&mut human, &[arrival_at("10:00:01", forwarded(4)), taken(4)]).lines().count(), 1);
}

#[test]
fn keys_turn_the_view() {
    let mut view = ArrivalView { bodies: BodyDisplay::Auto, ..ArrivalView::default() };
    let turned = [(); 3].map(|()| {
        assert!(view.toggle('b'));
        view.bodies
    });
    assert_eq!(turned, [BodyDisplay::Full, BodyDisplay::Never, BodyDisplay::Auto]);
    assert!(view.toggle('f') && view.failed && view.toggle('p') && view.paused && !view.toggle('x'));
}

#[test]
fn an_address_is_whole_as_long_as_anything_else_can_give_way() {
    let named = |number: u32| {
        let mut arrival = created_arrival(41);
        arrival.arrival.facts.email = Some(format!("chidi.okonkwobello{number}@students.example.org"));
        arrival_at("10:00:01.123", arrival)
    };
    let shown = |columns, number| screen(&style(columns), &[named(number)]).lines().next().unwrap().to_owned();
    let whole = "10:00:01  #41  created  ✔ verified  chidi.okonkwobello4125@students.example.org";
    assert_eq!(shown(80, 4125), whole);
    assert_eq!(shown(60, 4125), "10:00:01  #41  created  ✔ verified  chidi.okonkwobello4125@…");
    assert_eq!(shown(48, 4125), "10:00:01  #41  created  ✔  chidi.oko…bello4125@…");
    for columns in 38..120 {
        assert_ne!(shown(columns, 4125), shown(columns, 4126), "{columns}");
    }
}

#[test]
fn a_replay_that_fails_says_what_to_do_once() {
    let replayed = |event, outcome: &AttemptOutcome, url: &str| {
        let told = ReplayReport {
            event,
            event_type: Some("signup.created".into()),
            url: url.into(),
            attempts: 1,
            outcome: outcome.clone(),
            latency: Duration::from_millis(1),
            was: None,
        };
        report("10:00:01", ReportKind::Replayed(Box::new(told)))
    };
    let (app, listener) = ("http://localhost:3000/", "http://127.0.0.1:4242/");
    let refused = AttemptOutcome::Refused;
    let reports = [(1, app), (2, app), (3, listener)].map(|(event, url)| replayed(event, &refused, url));
    let shown = screen(&style(120), &reports);
    assert_eq!(shown.matches("hint: nothing is listening there: is the app running?\n").count(), 1, "{shown}");
    assert_eq!(shown.matches("referralloop listen\n").count(), 1, "{shown}");
    assert!(!screen(&style(120), &[replayed(1, &answered_outcome(200, "ok"), app)]).contains("hint"));
}

#[test]
fn in_a_file_columns_stay_below_each_other() {
    let body = String::from_utf8_lossy(created_arrival(41).arrival.content.body.as_bytes()).into_owned();
    let long = body.replace("user@example.com", &format!("{}@example.com", "user".repeat(14)));
    let mut arrival = created_arrival(42);
    arrival.arrival.facts = crate::protocol::facts::EventFacts::from_body(&crate::protocol::body::RawBody::new(long));
    let reports = [arrival_at("10:00:01", created_arrival(41)), arrival_at("10:00:02", arrival)];
    let column = |shown: String| -> Vec<usize> { shown.lines().map(|line| line.find('✔').unwrap()).collect() };
    let style = || style(100).with_body_lines(Some(0));
    assert_eq!(column(screen(&style().with_whole_tables(), &reports)), [43, 43]);
    let fitted = column(screen(&style(), &reports));
    assert_ne!(fitted[0], fitted[1], "a terminal's line has to fit");
}

#[test]
fn what_was_wrong_stands_below_an_address_that_needs_the_room() {
    let mut refused = refused();
    refused.arrival.facts.email = Some("user@example.com".into());
    refused.explanation =
        Some(RefusalExplanation { cause: None, proved: false, words: "perhaps another secret".into() });
    let mut wide = renderer(BodyDisplay::Never, 100);
    let told = render(&mut wide, &[arrival_at("10:00:01", refused.clone())]);
    assert!(told.starts_with("10:00:01 !7 deleted user@example.com ✘ 401 perhaps another secret\n"), "{told}");
    let mut narrow = renderer(BodyDisplay::Never, 60);
    let told = render(&mut narrow, &[arrival_at("10:00:01", refused)]);
    let below = "10:00:01 !7 deleted user@example.com ✘ 401\n         perhaps another secret\n         why: referralloop verify --event r7\n";
    assert_eq!(told, below);
}
