//! Lists, filters and single events.

use super::*;

/// Four received events and one that was only sent.
async fn filled() -> Bench {
    let bench = Bench::new();
    bench.record(&event("created", "a", 0), 1_000).await;
    bench.record(&event("created", "b", 0), 2_000).await;
    bench.recorder.record(unsigned(&event("position_changed", "a", 1), 3_000)).await.unwrap();
    bench.send(&event("deleted", "b", 9), 4_000).await;
    bench.recorder.record(unsigned(r#"{"response":"new_registration"}"#, 5_000)).await.unwrap();
    bench
}

fn listed(bench: &Bench, filter: &Filter) -> Vec<u64> {
    let reader = bench.reader();
    let rows = reader.list(filter, 100, None).unwrap();
    assert_eq!(reader.count(filter).unwrap(), rows.len() as u64);
    numbers(&rows)
}

#[tokio::test]
async fn directions() {
    let bench = filled().await;
    bench.send(&event("created", "a", 0), 6_000).await;
    let with = |direction| Filter { direction, ..Filter::default() };
    assert_eq!(listed(&bench, &Filter::default()), [5, 3, 2, 1]);
    assert_eq!(listed(&bench, &with(Direction::Sent)), [4, 1]);
    assert_eq!(listed(&bench, &with(Direction::All)), [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn pages() {
    let bench = filled().await;
    let reader = bench.reader();
    let all = Filter::default();
    assert_eq!(numbers(&reader.list(&all, 2, None).unwrap()), [5, 3]);
    assert_eq!(numbers(&reader.list(&all, 2, Some(3)).unwrap()), [2, 1]);
    assert!(numbers(&reader.list(&all, 2, Some(1)).unwrap()).is_empty());
    assert!(numbers(&reader.list(&all, 0, None).unwrap()).is_empty());
    assert_eq!(numbers(&reader.list(&all, 1, Some(u64::MAX)).unwrap()), [5]);
    assert_eq!(reader.last(&all).unwrap().unwrap().number, 5);
}

#[tokio::test]
async fn by_what_the_body_says() {
    let bench = filled().await;
    let all = Filter { direction: Direction::All, ..Filter::default() };
    let signup = |id: &str| Filter { signup: Some(id.into()), ..all.clone() };
    assert_eq!(listed(&bench, &signup("a")), [3, 1]);
    assert_eq!(listed(&bench, &signup("b")), [4, 2]);
    assert!(listed(&bench, &signup("A")).is_empty());
    let late = Filter { since: Some(ms(3_000)), ..signup("b") };
    assert_eq!(listed(&bench, &late), [4]);
    assert_eq!(listed(&bench, &Filter { email: Some("A@example.COM".into()), ..all.clone() }), [3, 1]);
    assert_eq!(listed(&bench, &Filter { waitlist: Some("w-b".into()), ..all.clone() }), [4, 2]);
    assert_eq!(numbers(&bench.reader().list(&signup("a"), 9, Some(3)).unwrap()), [1]);
}

#[tokio::test]
async fn by_event_type() {
    let bench = filled().await;
    let with = |names: &str| Filter { events: names.parse().unwrap(), ..Filter::default() };
    assert_eq!(listed(&bench, &with("created")), [2, 1]);
    assert_eq!(listed(&bench, &with("created,signup.position_changed")), [3, 2, 1]);
    assert_eq!(listed(&bench, &with("signup.*")), [3, 2, 1]);
    assert!(listed(&bench, &with("deleted")).is_empty());
    assert_eq!(listed(&bench, &with("all")), [5, 3, 2, 1]);
}

#[tokio::test]
async fn by_time() {
    let bench = filled().await;
    let from = |since, until| Filter { since: Some(ms(since)), until: Some(ms(until)), ..Filter::default() };
    assert_eq!(listed(&bench, &from(2_000, 5_000)), [3, 2], "from the first time on, up to the second");
    let sent = Filter { direction: Direction::Sent, ..from(4_000, 4_001) };
    assert_eq!(listed(&bench, &sent), [4]);
    assert_eq!(listed(&bench, &Filter { direction: Direction::All, ..from(4_000, 9_000) }), [5, 4]);
}

#[tokio::test]
async fn by_state_one_valid_signature_proves_the_body() {
    let bench = filled().await;
    let with = |state| Filter { state: Some(state), ..Filter::default() };
    assert_eq!(listed(&bench, &with(Verification::Valid)), [2, 1]);
    assert_eq!(listed(&bench, &with(Verification::Unsigned)), [5, 3]);
    bench.record(&event("position_changed", "a", 1), 9_000).await;
    bench.recorder.record(unsigned(&event("position_changed", "a", 1), 9_000)).await.unwrap();
    bench.recorder.record(unsigned(&event("created", "a", 0), 9_000)).await.unwrap();
    assert_eq!(listed(&bench, &with(Verification::Valid)), [3, 2, 1]);
    let own: Vec<_> = bench.reader().arrivals(1).unwrap().iter().map(|a| a.verification).collect();
    assert_eq!(own, [Verification::Valid, Verification::Unsigned]);
}

#[tokio::test]
async fn bodies_and_headers_come_back_byte_for_byte() {
    let bench = Bench::new();
    let body = RawBody::new(&b"\xef\xbb\xbf{ \"a\":1.0,\xff\x00 }\r\n"[..]);
    let sent = Arrival { body: body.clone(), ..arrival("", 1_234) };
    bench.recorder.record(sent.clone()).await.unwrap();
    let reader = bench.reader();
    assert_eq!(reader.event(1).unwrap().unwrap().body, body);
    let [read] = reader.arrivals(1).unwrap().try_into().unwrap();
    assert_eq!((read.number, read.event, read.at), (1, 1, ms(1_234)));
    assert_eq!((read.target, read.headers), (sent.target, sent.headers));
}

#[tokio::test]
async fn a_mebibyte_body() {
    let bench = Bench::new();
    let body = "x".repeat(1 << 20);
    bench.record(&body, 0).await;
    assert_eq!(bench.reader().event(1).unwrap().unwrap().body.as_bytes(), body.as_bytes());
}

#[tokio::test]
async fn what_is_not_there() {
    let bench = filled().await;
    let reader = bench.reader();
    assert!(reader.event(99).unwrap().is_none());
    assert!(reader.event(u64::MAX).unwrap().is_none());
    assert!(reader.arrivals(4).unwrap().is_empty());
    assert!(reader.attempts(1).unwrap().is_empty());
    assert!(reader.refused(1).unwrap().is_none());
}

#[tokio::test]
async fn the_facts_are_the_bodys() {
    let bench = filled().await;
    let row = bench.reader().event(3).unwrap().unwrap();
    assert_eq!(row.facts, Facts::of(&row.body));
    assert_eq!(row.facts.signup_id.as_deref(), Some("a"));
}

#[tokio::test]
async fn removed_events_leave_nothing_and_their_numbers_are_not_used_again() {
    let bench = filled().await;
    bench.store.attempt(attempt(5, "http://a", 1, answered(500))).await.unwrap();
    assert_eq!(bench.store.remove(vec![1, 5, 77]).await.unwrap(), 2);
    let reader = bench.reader();
    assert_eq!(listed(&bench, &Filter { direction: Direction::All, ..Filter::default() }), [4, 3, 2]);
    assert_eq!(listed(&bench, &Filter { signup: Some("a".into()), ..Filter::default() }), [3]);
    assert!(reader.arrivals(1).unwrap().is_empty() && reader.attempts(5).unwrap().is_empty());
    let again = bench.record(&event("created", "a", 0), 9_000).await;
    assert_eq!((again.event, again.arrival, again.repeat), (6, 5, None));
}

#[tokio::test]
async fn a_retry_of_an_event_that_was_removed_repeats_the_next_best() {
    let bench = Bench::new();
    bench.record(&event("created", "a", 0), 1_000).await;
    bench.record(&event("created", "a", 1), 2_000).await;
    bench.store.remove(vec![1]).await.unwrap();
    let third = bench.record(&event("created", "a", 2), 5_000).await.repeat.unwrap();
    assert_eq!((third.of, third.gap_ms), (2, 3_000));
}
