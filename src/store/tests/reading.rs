//! Lists, filters and single events.

use super::*;

/// Four received events and one that was only sent.
async fn filled() -> StoreFixture {
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 0), 1_000).await;
    bench.record(&event("created", "b", 0), 2_000).await;
    bench.recorder.record_arrival(unsigned(&event("position_changed", "a", 1), 3_000)).await.unwrap();
    bench.send(&event("deleted", "b", 9), 4_000).await;
    bench.recorder.record_arrival(unsigned(r#"{"response":"new_registration"}"#, 5_000)).await.unwrap();
    bench
}

fn listed(bench: &StoreFixture, filter: &StoreFilter) -> Vec<u64> {
    let reader = bench.reader();
    let rows = reader.list(filter, 100, None).unwrap();
    assert_eq!(reader.count(filter).unwrap(), rows.len() as u64);
    numbers(&rows)
}

#[tokio::test]
async fn directions() {
    let bench = filled().await;
    bench.send(&event("created", "a", 0), 6_000).await;
    let with = |direction| StoreFilter { direction, ..StoreFilter::default() };
    assert_eq!(listed(&bench, &StoreFilter::default()), [5, 3, 2, 1]);
    assert_eq!(listed(&bench, &with(EventDirection::Sent)), [4, 1]);
    assert_eq!(listed(&bench, &with(EventDirection::All)), [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn pages() {
    let bench = filled().await;
    let reader = bench.reader();
    let all = StoreFilter::default();
    assert_eq!(numbers(&reader.list(&all, 2, None).unwrap()), [5, 3]);
    assert_eq!(numbers(&reader.list(&all, 2, Some(3)).unwrap()), [2, 1]);
    assert!(numbers(&reader.list(&all, 2, Some(1)).unwrap()).is_empty());
    assert!(numbers(&reader.list(&all, 0, None).unwrap()).is_empty());
    assert_eq!(numbers(&reader.list(&all, 1, Some(u64::MAX)).unwrap()), [5]);
    assert_eq!(reader.find_last_event(&all).unwrap().unwrap().number, 5);
}

#[tokio::test]
async fn by_what_the_body_says() {
    let bench = filled().await;
    let all = StoreFilter { direction: EventDirection::All, ..StoreFilter::default() };
    let signup = |id: &str| StoreFilter { signup: Some(id.into()), ..all.clone() };
    assert_eq!(listed(&bench, &signup("a")), [3, 1]);
    assert_eq!(listed(&bench, &signup("b")), [4, 2]);
    assert!(listed(&bench, &signup("A")).is_empty());
    let late = StoreFilter { since: Some(ms(3_000)), ..signup("b") };
    assert_eq!(listed(&bench, &late), [4]);
    assert_eq!(listed(&bench, &StoreFilter { email: Some("A@example.COM".into()), ..all.clone() }), [3, 1]);
    assert_eq!(listed(&bench, &StoreFilter { waitlist: Some("w-b".into()), ..all.clone() }), [4, 2]);
    assert_eq!(numbers(&bench.reader().list(&signup("a"), 9, Some(3)).unwrap()), [1]);
}

#[tokio::test]
async fn by_event_type() {
    let bench = filled().await;
    let with = |names: &str| StoreFilter { events: names.parse().unwrap(), ..StoreFilter::default() };
    assert_eq!(listed(&bench, &with("created")), [2, 1]);
    assert_eq!(listed(&bench, &with("created,signup.position_changed")), [3, 2, 1]);
    assert_eq!(listed(&bench, &with("signup.*")), [3, 2, 1]);
    assert!(listed(&bench, &with("deleted")).is_empty());
    assert_eq!(listed(&bench, &with("all")), [5, 3, 2, 1]);
}

#[tokio::test]
async fn by_time() {
    let bench = filled().await;
    let from = |since, until| StoreFilter { since: Some(ms(since)), until: Some(ms(until)), ..StoreFilter::default() };
    assert_eq!(listed(&bench, &from(2_000, 5_000)), [3, 2], "from the first time on, up to the second");
    let sent = StoreFilter { direction: EventDirection::Sent, ..from(4_000, 4_001) };
    assert_eq!(listed(&bench, &sent), [4]);
    assert_eq!(listed(&bench, &StoreFilter { direction: EventDirection::All, ..from(4_000, 9_000) }), [5, 4]);
}

#[tokio::test]
async fn by_state_one_valid_signature_proves_the_body() {
    let bench = filled().await;
    let with = |state| StoreFilter { state: Some(state), ..StoreFilter::default() };
    assert_eq!(listed(&bench, &with(SignatureState::Valid)), [2, 1]);
    assert_eq!(listed(&bench, &with(SignatureState::Unsigned)), [5, 3]);
    bench.record(&event("position_changed", "a", 1), 9_000).await;
    bench.recorder.record_arrival(unsigned(&event("position_changed", "a", 1), 9_000)).await.unwrap();
    bench.recorder.record_arrival(unsigned(&event("created", "a", 0), 9_000)).await.unwrap();
    assert_eq!(listed(&bench, &with(SignatureState::Valid)), [3, 2, 1]);
    let own: Vec<_> = bench.reader().list_arrivals(1).unwrap().iter().map(|a| a.verification).collect();
    assert_eq!(own, [SignatureState::Valid, SignatureState::Unsigned]);
}

#[tokio::test]
async fn bodies_and_headers_come_back_byte_for_byte() {
    let bench = StoreFixture::new();
    let body = RawBody::new(&b"\xef\xbb\xbf{ \"a\":1.0,\xff\x00 }\r\n"[..]);
    let mut sent = arrival("", 1_234);
    sent.content.body = body.clone();
    bench.recorder.record_arrival(sent.clone()).await.unwrap();
    let reader = bench.reader();
    assert_eq!(reader.find_event(1).unwrap().unwrap().body, body);
    let [read] = reader.list_arrivals(1).unwrap().try_into().unwrap();
    assert_eq!((read.number, read.event, read.at), (1, 1, ms(1_234)));
    assert_eq!((read.target, read.headers), (sent.target, sent.content.headers));
}

#[tokio::test]
async fn a_mebibyte_body() {
    let bench = StoreFixture::new();
    let body = "x".repeat(1 << 20);
    bench.record(&body, 0).await;
    assert_eq!(bench.reader().find_event(1).unwrap().unwrap().body.as_bytes(), body.as_bytes());
}

#[tokio::test]
async fn what_is_not_there() {
    let bench = filled().await;
    let reader = bench.reader();
    assert!(reader.find_event(99).unwrap().is_none());
    assert!(reader.find_event(u64::MAX).unwrap().is_none());
    assert!(reader.list_arrivals(4).unwrap().is_empty());
    assert!(reader.list_attempts(1).unwrap().is_empty());
    assert!(reader.find_refused(1).unwrap().is_none());
}

#[tokio::test]
async fn the_facts_are_the_bodys() {
    let bench = filled().await;
    let row = bench.reader().find_event(3).unwrap().unwrap();
    assert_eq!(row.facts, EventFacts::from_body(&row.body));
    assert_eq!(row.facts.signup_id.as_deref(), Some("a"));
}

#[tokio::test]
async fn removed_events_leave_nothing_and_their_numbers_are_not_used_again() {
    let bench = filled().await;
    bench.store.record_attempt(attempt(5, "http://a", 1, answered(500))).await.unwrap();
    assert_eq!(bench.store.remove_events(vec![1, 5, 77]).await.unwrap(), 2);
    let reader = bench.reader();
    assert_eq!(listed(&bench, &StoreFilter { direction: EventDirection::All, ..StoreFilter::default() }), [4, 3, 2]);
    assert_eq!(listed(&bench, &StoreFilter { signup: Some("a".into()), ..StoreFilter::default() }), [3]);
    assert!(reader.list_arrivals(1).unwrap().is_empty() && reader.list_attempts(5).unwrap().is_empty());
    let again = bench.record(&event("created", "a", 0), 9_000).await;
    assert_eq!((again.event, again.arrival, again.repeat), (6, 5, None));
}

#[tokio::test]
async fn a_retry_of_an_event_that_was_removed_repeats_the_next_best() {
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 0), 1_000).await;
    bench.record(&event("created", "a", 1), 2_000).await;
    bench.store.remove_events(vec![1]).await.unwrap();
    let third = bench.record(&event("created", "a", 2), 5_000).await.repeat.unwrap();
    assert_eq!((third.of, third.gap_ms), (2, Some(3_000)));
}
