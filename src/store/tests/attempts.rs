//! Attempts: every outcome comes back as it went in, and what counts as forwarded.

use super::*;
use crate::protocol::attempt::{AttemptPhase, AttemptResponse};

const URL: &str = "http://localhost:3000/hook";

#[tokio::test]
async fn many_are_recorded_together_or_not_at_all() {
    let bench = StoreFixture::new();
    let (first, second) = (bench.send("x", 0).await, bench.send("y", 1).await);
    let failed = |event| attempt(event, URL, 1, AttemptOutcome::Refused);
    bench.store.record_attempts(vec![failed(first), failed(second)]).await.unwrap();
    let count = |event| bench.reader().list_attempts(event).unwrap().len();
    assert_eq!((count(first), count(second)), (1, 1));
    bench.store.record_attempts(Vec::new()).await.unwrap();
}

#[tokio::test]
async fn every_outcome_comes_back() {
    let bench = StoreFixture::new();
    let event = bench.send("x", 0).await;
    let redirect = AttemptResponse {
        status: 302,
        location: Some("/else".into()),
        body: "".into(),
        truncated: true,
        only_200: false,
    };
    let outcomes = [
        answered(200),
        AttemptOutcome::Answered(redirect),
        AttemptOutcome::Answered(AttemptResponse {
            status: 201,
            location: None,
            body: "".into(),
            truncated: false,
            only_200: true,
        }),
        AttemptOutcome::TimedOut(AttemptPhase::Connect),
        AttemptOutcome::TimedOut(AttemptPhase::Head),
        AttemptOutcome::TimedOut(AttemptPhase::Body),
        AttemptOutcome::Refused,
        AttemptOutcome::UnknownHost,
        AttemptOutcome::Tls("expired".into()),
        AttemptOutcome::Disconnected,
        AttemptOutcome::Malformed("odd".into()),
        AttemptOutcome::Failed("broken".into()),
    ];
    for (number, outcome) in (1..).zip(&outcomes) {
        bench.store.record_attempt(attempt(event, URL, number, outcome.clone())).await.unwrap();
    }
    let read = bench.reader().list_attempts(event).unwrap();
    assert_eq!(read.iter().map(|a| a.outcome.clone()).collect::<Vec<_>>(), outcomes);
    assert_eq!(read.iter().map(|a| a.number).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    let first = &read[0];
    assert_eq!((first.event, first.url.as_str(), first.purpose), (event, URL, DeliveryPurpose::Forward));
    assert_eq!((first.at, first.latency), (ms(1_000), Duration::from_micros(1_234)));
}

#[tokio::test]
async fn only_an_acknowledged_forward_to_the_same_url_counts() {
    let bench = StoreFixture::new();
    let event = bench.record("x", 0).await.event;
    assert!(!bench.recorder.was_forwarded(event, URL).await.unwrap());
    bench.recorder.record_attempt(attempt(event, URL, 1, answered(500))).await.unwrap();
    bench.recorder.record_attempt(attempt(event, "http://else", 1, answered(200))).await.unwrap();
    let triggered = Attempt { purpose: DeliveryPurpose::Trigger, ..attempt(event, URL, 1, answered(200)) };
    bench.recorder.record_attempt(triggered).await.unwrap();
    assert!(!bench.recorder.was_forwarded(event, URL).await.unwrap());
    bench.recorder.record_attempt(attempt(event, URL, 2, answered(204))).await.unwrap();
    bench.recorder.record_attempt(attempt(event, URL, 3, AttemptOutcome::Refused)).await.unwrap();
    assert!(bench.recorder.was_forwarded(event, URL).await.unwrap());
    assert!(!bench.recorder.was_forwarded(event + 1, URL).await.unwrap());
}

#[tokio::test]
async fn failed_is_what_the_last_attempt_was() {
    let bench = StoreFixture::new();
    for body in ["a", "b", "c", "d"] {
        bench.record(body, 0).await;
    }
    for (event, outcome) in [
        (1, answered(500)),
        (2, answered(500)),
        (2, answered(200)),
        (3, answered(200)),
        (3, AttemptOutcome::Refused),
        (1, AttemptOutcome::Refused),
    ] {
        bench.store.record_attempt(attempt(event, URL, 1, outcome)).await.unwrap();
    }
    let failed = StoreFilter { failed: true, ..StoreFilter::default() };
    let reader = bench.reader();
    assert_eq!(numbers(&reader.list(&failed, 9, None).unwrap()), [3, 1]);
    assert_eq!(numbers(&reader.list(&failed, 9, Some(3)).unwrap()), [1]);
    assert_eq!(reader.count(&failed).unwrap(), 2);
    assert_eq!(reader.find_event(3).unwrap().unwrap().last_attempt.unwrap().outcome, AttemptOutcome::Refused);
    assert!(reader.find_event(4).unwrap().unwrap().last_attempt.is_none());
}

#[tokio::test]
async fn what_a_listener_answers_to_trigger_hides_no_failed_forward() {
    let bench = StoreFixture::new();
    for body in ["a", "b"] {
        bench.record(body, 0).await;
    }
    // The forward ends before trigger has written down what the listener answered; or the other way round.
    for event in [1, 2] {
        let triggered =
            Attempt { purpose: DeliveryPurpose::Trigger, ..attempt(event, "http://127.0.0.1:4242/", 1, answered(200)) };
        let mut both = [attempt(event, URL, 1, AttemptOutcome::Refused), triggered];
        if event == 2 {
            both.reverse();
        }
        for one in both {
            bench.store.record_attempt(one).await.unwrap();
        }
    }
    let failed = StoreFilter { failed: true, ..StoreFilter::default() };
    let reader = bench.reader();
    assert_eq!(numbers(&reader.list(&failed, 9, None).unwrap()), [2, 1]);
    assert_eq!(reader.count(&failed).unwrap(), 2);
    for event in [1, 2] {
        let last = reader.find_event(event).unwrap().unwrap().last_attempt.unwrap();
        assert_eq!((last.url.as_str(), last.outcome), (URL, AttemptOutcome::Refused));
        bench.store.record_attempt(attempt(event, URL, 2, answered(200))).await.unwrap();
    }
    assert_eq!(bench.reader().count(&failed).unwrap(), 0);
}

#[tokio::test]
async fn each_target_stands_for_itself() {
    let bench = StoreFixture::new();
    let (one, two, other) = ("http://localhost:1/", "http://localhost:2/", "http://localhost:3/");
    let replayed = |event, url, second, outcome| Attempt {
        purpose: DeliveryPurpose::Replay,
        at: ms(second * 1_000_i64),
        ..attempt(event, url, 1, outcome)
    };
    let (good, bad) = (|| answered(200), || answered(500));
    // What happened to an event, and who is owed it.
    let cases: [(Vec<Attempt>, &[&str]); 8] = [
        (vec![attempt(1, one, 1, bad()), attempt(1, two, 1, good())], &[one]),
        (vec![attempt(2, one, 1, bad()), attempt(2, two, 1, bad())], &[one, two]),
        (vec![attempt(3, one, 1, bad()), attempt(3, two, 1, bad()), replayed(3, two, 2, good())], &[one]),
        // Elsewhere, in the place of all.
        (vec![attempt(4, one, 1, bad()), attempt(4, two, 1, bad()), replayed(4, other, 2, good())], &[]),
        // To the listener, which passed it on afterwards.
        (vec![attempt(5, one, 1, bad()), replayed(5, other, 0, good())], &[one]),
        // An exception that failed, and was made up for.
        (vec![attempt(6, one, 1, good()), replayed(6, other, 2, bad())], &[other]),
        (vec![attempt(7, one, 1, good()), replayed(7, other, 2, bad()), replayed(7, one, 3, good())], &[]),
        (vec![attempt(8, one, 1, good()), attempt(8, two, 1, good()), attempt(8, one, 2, bad())], &[one]),
    ];
    let mut owing = Vec::new();
    for (attempts, owed) in cases {
        let event = bench.record(&attempts[0].event.to_string(), 0).await.event;
        for one in attempts {
            bench.store.record_attempt(one).await.unwrap();
        }
        let row = bench.reader().find_event(event).unwrap().unwrap();
        let urls: Vec<&str> = row.list_owed().map(|attempt| attempt.url.as_str()).collect();
        assert_eq!(urls, owed, "#{event}");
        owing.extend((!owed.is_empty()).then_some(event));
    }
    owing.reverse();
    let failed = StoreFilter { failed: true, ..StoreFilter::default() };
    let reader = bench.reader();
    assert_eq!(numbers(&reader.list(&failed, 99, None).unwrap()), owing);
    assert_eq!(reader.count(&failed).unwrap(), owing.len() as u64);
    assert_eq!(numbers(&reader.list(&failed, 2, Some(8)).unwrap()), [6, 5]);
}
