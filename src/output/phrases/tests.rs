//! Quantities and states, in words.

use super::*;
use crate::protocol::attempt::AttemptPhase;
use jiff::tz::TimeZone;

#[test]
fn durations_have_two_units_at_most() {
    let cases = [
        (0, "0 ms"),
        (1, "0.1 ms"),
        (412, "0.4 ms"),
        (949, "0.9 ms"),
        (950, "1 ms"),
        (12_400, "12 ms"),
        (999_499, "999 ms"),
        (999_500, "1 s"),
        (2_500_000, "2.5 s"),
        (5_000_000, "5 s"),
        (9_949_999, "9.9 s"),
        (9_950_000, "10 s"),
        (61_222_000, "61 s"),
        (99_600_000, "1 min 40 s"),
        (300_000_000, "5 min"),
        (4_860_000_000, "1 h 21 min"),
        (86_400_000_000, "1 d"),
        (273_600_000_000, "3 d 4 h"),
    ];
    for (micros, expected) in cases {
        assert_eq!(format_duration(Duration::from_micros(micros)).as_str(), expected);
    }
    assert!(format_duration(Duration::MAX).as_str().ends_with(" h"));
}

#[test]
fn offsets_read_like_a_clock() {
    let offsets = [0, 60, 360, 4_860].map(|s| format_offset(Duration::from_secs(s)).to_string());
    assert_eq!(offsets, ["+0:00", "+1:00", "+6:00", "+1:21:00"]);
}

#[test]
fn sizes_are_binary() {
    let cases = [
        (0, "0 B"),
        (312, "312 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1_048_575, "1.0 MiB"),
        (1_048_576, "1.0 MiB"),
        (1 << 30, "1.0 GiB"),
        (u64::MAX, "16777216.0 TiB"),
    ];
    for (count, expected) in cases {
        assert_eq!(format_bytes(count).as_str(), expected);
    }
}

#[test]
fn counts_are_grouped() {
    let groups = [0, 999, 1_000, 1_234_567].map(|n| format_count(n).to_string());
    assert_eq!(groups, ["0", "999", "1,000", "1,234,567"]);
    assert_eq!(format_quantity(1, "report", "reports").as_str(), "1 report");
    assert_eq!(format_quantity(2_000, "report", "reports").as_str(), "2,000 reports");
}

#[test]
fn positions_say_which_way() {
    let moved = |from, to| format_position(WaitlistPosition::Moved { from, to }, false).to_string();
    assert_eq!(moved(10, 5), "10 → 5 (up 5)");
    assert_eq!(moved(5, 10), "5 → 10 (down 5)");
    assert_eq!(moved(5, 5), "5 → 5 (unchanged)");
    assert!(moved(i64::MIN, i64::MAX).ends_with("(down 18446744073709551615)"));
    assert_eq!(format_position(WaitlistPosition::At(1), true).as_str(), "position 1");
}

#[test]
fn statuses_have_their_phrases() {
    let statuses = [200, 418, 599, 99].map(|code| format_status(code).to_string());
    assert_eq!(statuses, ["200 OK", "418 I'm a teapot", "599", "99"]);
}

#[test]
fn badges_are_signs_and_words() {
    let style = OutputStyle::new(false, 80, TimeZone::UTC);
    let badges =
        [SignatureState::Valid, SignatureState::Unsigned, SignatureState::Invalid].map(|v| render_badge(v, &style));
    assert_eq!(badges.map(|b| b.to_string()), ["✔ verified", "○ unsigned", "✘ invalid"]);
    assert_eq!(render_repeat_badge(RepeatKind::ProbableRetry, &style).as_str(), "↻ retry?");
}

#[test]
fn nothing_where_a_listener_listens_by_default_leads_to_the_listener() {
    let hint = |url: &str, outcome| {
        let mut report = crate::output::fixtures::attempt(outcome);
        report.attempt.url = url.into();
        attempt_hint(&report).map(|hint| hint.as_str().to_owned()).unwrap_or_default()
    };
    for url in ["http://127.0.0.1:4242/", "http://localhost:4242/hook"] {
        assert!(hint(url, AttemptOutcome::Refused).contains("referralloop listen"), "{url}");
    }
    assert!(hint("http://127.0.0.1:3000/", AttemptOutcome::Refused).contains("is the app running?"));
    assert!(!hint("http://127.0.0.1:4242/", AttemptOutcome::Disconnected).contains("referralloop listen"));
}

#[test]
fn what_went_without_a_signature_is_not_told_to_look_for_a_secret() {
    let refusal = AttemptOutcome::Answered(AttemptResponse {
        status: 401,
        location: None,
        body: "".into(),
        truncated: false,
        only_200: false,
    });
    let mut report = crate::output::fixtures::attempt(refusal);
    assert!(attempt_hint(&report).unwrap().as_str().contains("the same secret"));
    report.signed = false;
    assert_eq!(attempt_hint(&report).unwrap().as_str(), "it carried no signature, and the endpoint requires one");
}

#[test]
fn every_daily_failure_has_a_hint() {
    let answer = |status| {
        AttemptOutcome::Answered(AttemptResponse {
            status,
            location: None,
            body: "".into(),
            truncated: false,
            only_200: false,
        })
    };
    for status in [301, 401, 403, 404, 405, 413, 500, 503] {
        assert!(outcome_hint(&answer(status)).is_some(), "{status}");
    }
    assert!(outcome_hint(&answer(200)).is_none() && outcome_hint(&answer(201)).is_none());
    let AttemptOutcome::Answered(created) = answer(201) else { unreachable!() };
    let strict = outcome_hint(&AttemptOutcome::Answered(AttemptResponse { only_200: true, ..created }));
    assert!(strict.is_some_and(|hint| hint.as_str().contains("200 alone")));
    for outcome in [
        AttemptOutcome::Refused,
        AttemptOutcome::TimedOut(AttemptPhase::Body),
        AttemptOutcome::Tls("x".into()),
        AttemptOutcome::UnknownHost,
    ] {
        assert!(outcome_hint(&outcome).is_some(), "{outcome:?}");
    }
}

#[test]
fn what_a_framework_says_when_it_refuses_is_understood() {
    for (status, body, words) in [
        (400, "<center>The plain HTTP request was sent to HTTPS port</center>", "this port speaks TLS"),
        (400, "Client sent an HTTP request to an HTTPS server.\n", "this port speaks TLS"),
        (403, "<p>CSRF verification failed. Request aborted.</p>", "CSRF"),
        (403, "invalid csrf token", "CSRF"),
        (419, "<title>Page Expired</title>", "CSRF"),
        (422, "ActionController::InvalidAuthenticityToken", "CSRF"),
        (403, "no", "the same secret"),
    ] {
        let answer = AttemptResponse { status, location: None, body: body.into(), truncated: false, only_200: false };
        let hint = outcome_hint(&AttemptOutcome::Answered(answer)).unwrap();
        assert!(hint.as_str().contains(words), "{status} {body}: {hint}");
    }
    let answer = AttemptResponse { status: 400, location: None, body: "no".into(), truncated: false, only_200: false };
    assert!(outcome_hint(&AttemptOutcome::Answered(answer)).is_none());
}

#[test]
fn an_excerpt_is_one_line() {
    let quote = |body: &[u8], columns| excerpt_body(body, columns).map(|quote| quote.to_string());
    assert_eq!(quote(b" \n", 60), None);
    assert_eq!(quote(b"", 60), None);
    assert_eq!(quote(b"  a\r\n\tb \n", 60).as_deref(), Some("a   b"));
    assert_eq!(quote(b"abcdefgh", 4).as_deref(), Some("abc…"));
    assert_eq!(quote(&[b'a'; 100_000], 60).map(|quote| quote.chars().count()), Some(60));
    assert_eq!(quote(b"\xffa", 60).as_deref(), Some("\\xffa"));
}
