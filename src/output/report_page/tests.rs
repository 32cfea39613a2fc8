//! Tests.

use super::*;
use crate::output::fixtures::{answered_outcome, at};
use crate::output::sanitise::is_unsafe;
use jiff::tz::TimeZone;

fn panel(body: &str) -> EventPanel {
    let body = RawBody::new(body.to_owned());
    let attempt = Attempt {
        event: 1,
        url: "http://localhost:3000/<b>".into(),
        purpose: DeliveryPurpose::Forward,
        number: 1,
        at: at("10:00:01"),
        latency: Duration::from_millis(12),
        outcome: answered_outcome(500, "<script>alert(1)</script>"),
    };
    let headers = HeaderLines::collect([("X-<i>", b"\"><script>x</script>\xff".as_slice())]);
    EventPanel {
        refused: None,
        number: 1,
        facts: EventFacts::from_body(&body),
        body,
        sent: None,
        verification: Some(SignatureState::Valid),
        arrivals: vec![
            (at("10:00:00"), SignatureState::Valid, "/<img src=x>".into(), headers.clone()),
            (at("10:01:01"), SignatureState::Valid, "/".into(), headers),
        ],
        attempts: vec![attempt],
    }
}

fn written(panels: &[EventPanel]) -> String {
    let heading = ReportHeading { at: at("11:00:00"), of: panels.len() as u64, redacted: false, loads: Vec::new() };
    render_report_page(&heading, panels, &OutputStyle::new(false, 100, TimeZone::UTC))
}

#[test]
fn payload_text_never_becomes_markup() {
    let hostile = r#"{"event_type":"<script>alert(1)</script>","data":{"email":"</pre><img src=x onerror=alert(1)>"}}"#;
    let page = written(&[panel(hostile), panel("</pre></details><script>alert(2)</script>"), panel("")]);
    let body = page.split("<body>").nth(1).unwrap();
    assert!(!body.contains("<script") && !body.contains("<img") && !body.contains("<i>") && !body.contains("<b>\""));
    assert!(body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_eq!(body.matches("<pre ").count(), body.matches("</pre>").count());
    assert!(page.chars().all(|c| c == '\n' || !is_unsafe(c)));
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let page = written(&[panel("{}")]);
    assert!(page.contains("default-src 'none'"));
    for word in ["src=\"", "http-equiv=\"refresh", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn it_tells_what_happened() {
    let page = written(&[panel(r#"{"event_type":"signup.created"}"#)]);
    for words in [
        "looks like retry 1",
        "500 Internal Server Error",
        "✔ verified",
        "<dt>p50</dt><dd>12 ms</dd>",
        "data is missing",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(written(&[]).contains("No event matches."));
}
