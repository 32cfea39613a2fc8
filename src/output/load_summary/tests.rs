//! Tests.

use super::*;
use jiff::tz::TimeZone;
use serde_json::json;

fn sum() -> LoadTotals {
    LoadTotals {
        counts: LoadCounts {
            events: 2000,
            acknowledged: 1999,
            in_time: 1999,
            attempts: 2000,
            late: 3,
            sent: 2048,
            received: 1024,
        },
        elapsed: Duration::from_millis(500),
        disabled_after: None,
        outcomes: vec![("200".into(), 1999, true), ("refused".into(), 1, false)],
        latencies: vec![
            ("p50", Duration::from_micros(213)),
            ("p99.9", Duration::from_micros(20_140)),
            ("max", Duration::from_millis(5000)),
        ],
    }
}

fn setting() -> LoadParameters {
    LoadParameters { url: "http://localhost:3000/".into(), connections: 16, rate: None, signed: true, seed: 7 }
}

#[test]
fn the_table_says_what_was_counted() {
    let text = render_load_table(&sum(), &setting(), &OutputStyle::new(false, 160, TimeZone::UTC));
    assert_eq!(
        text,
        "2,000 events to http://localhost:3000/ in 500 ms: 4,000 events/s   (16 connections, a payload and a signature each, seed 7)

OUTCOME             ATTEMPTS    SHARE
200 OK                 1,999  99.95 %
connection refused         1   0.05 %

LATENCY
p50      0.213 ms
p99.9     20.1 ms
max      5,000 ms

acknowledged within 5 s: 99.95 %   late starts: 3   sent 2.0 KiB, received 1.0 KiB
"
    );
}

#[test]
fn what_was_not_measured_is_not_shown_as_zero() {
    let style = OutputStyle::new(false, 160, TimeZone::UTC);
    let stopped = LoadTotals { counts: LoadCounts::default(), outcomes: vec![], ..sum() };
    assert_eq!(
        render_load_table(&stopped, &setting(), &style),
        "Nothing was answered yet: what was under way to http://localhost:3000/ may have arrived.\n"
    );
    let refused = LoadTotals { latencies: vec![("p50", Duration::ZERO), ("max", Duration::ZERO)], ..sum() };
    let text = render_load_table(&refused, &setting(), &style);
    assert!(text.contains("OUTCOME") && !text.contains("LATENCY") && !text.contains("p50"), "{text}");
}

#[test]
fn the_table_fits_a_usual_terminal() {
    let text = render_load_table(&sum(), &setting(), &OutputStyle::new(false, 80, TimeZone::UTC));
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    assert!(text.contains("4,000 events/s\n  (16 connections, a payload and a signature each, seed 7)\n"), "{text}");
    assert!(text.ends_with("late starts: 3\n  sent 2.0 KiB, received 1.0 KiB\n"), "{text}");
}

#[test]
fn the_record_says_the_same_in_numbers() {
    let setting = setting();
    let fields = serde_json::to_value(summary_fields(&sum(), &setting)).unwrap();
    assert_eq!(fields["outcomes"], json!({ "200": 1999, "refused": 1 }));
    assert_eq!(fields["latency_us"], json!({ "p50": 213, "p99_9": 20140, "max": 5_000_000 }));
    assert_eq!((&fields["share_in_5s"], &fields["events_per_second"]), (&json!(0.9995), &json!(4000.0)));
    assert!(fields.get("rate").is_none());
}
