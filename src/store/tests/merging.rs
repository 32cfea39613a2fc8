//! Recent events and those that were sorted into the trees answer alike, in one process and between two.

use super::index::RECENT;
use super::*;
use crate::protocol::arrival::RepeatKind;

/// Records enough other events for everything before them to be sorted into the trees. The writer sorts after it has
/// answered, so one more answer is waited for.
async fn push_out(bench: &Bench, name: &str) {
    for n in 0..=RECENT {
        bench.record(&event("created", &format!("{name}{n}"), 0), 0).await;
    }
    let ask = "SELECT merged FROM progress";
    let merged: i64 = rusqlite::Connection::open(bench.path()).unwrap().query_row(ask, [], |row| row.get(0)).unwrap();
    assert!(merged > 0, "the events were sorted into the trees");
}

#[tokio::test]
async fn duplicates_and_twins_of_merged_events() {
    let bench = Bench::new();
    let first = event("created", "a", 10);
    bench.record(&first, 1_000).await;
    push_out(&bench, "x").await;
    let again = bench.record(&first, 3_000).await;
    assert_eq!((again.event, again.repeat.unwrap().gap_ms), (1, 2_000));
    let twin = bench.record(&event("created", "a", 20), 5_000).await.repeat.unwrap();
    assert_eq!((twin.kind, twin.of, twin.gap_ms), (RepeatKind::ProbableRetry, 1, 4_000));
    let third = bench.record(&event("created", "a", 30), 6_000).await.repeat.unwrap();
    assert_eq!((third.of, third.gap_ms), (1, 5_000), "through a recent twin, the merged one is found");
}

#[tokio::test]
async fn order_within_a_sign_up_across_the_merge() {
    let bench = Bench::new();
    bench.record(&event("created", "a", 30), 0).await;
    push_out(&bench, "x").await;
    assert!(bench.record(&event("deleted", "a", 20), 0).await.out_of_order);
    assert!(!bench.record(&event("deleted", "a", 40), 0).await.out_of_order);
    push_out(&bench, "y").await;
    assert!(bench.record(&event("position_changed", "a", 39), 0).await.out_of_order);
}

#[tokio::test]
async fn a_merged_event_that_was_only_sent_arrives() {
    let bench = Bench::new();
    let (body, older) = (event("created", "a", 30), event("created", "a", 20));
    bench.send(&body, 0).await;
    push_out(&bench, "x").await;
    let first = bench.record(&body, 1_000).await;
    assert_eq!((first.event, first.repeat, first.out_of_order), (1, None, false));
    let late = bench.record(&older, 2_000).await;
    assert!(late.out_of_order);
    assert_eq!(late.repeat.unwrap().of, 1);
    assert_eq!(bench.send(&body, 9_000).await, 1);
}

#[tokio::test]
async fn the_events_of_a_sign_up_are_found_in_both_places() {
    let bench = Bench::new();
    bench.record(&event("created", "a", 1), 0).await;
    push_out(&bench, "x").await;
    bench.record(&event("deleted", "a", 2), 0).await;
    push_out(&bench, "y").await;
    let last = bench.record(&event("position_changed", "a", 3), 0).await.event;
    let filter = Filter { signup: Some("a".into()), ..Filter::default() };
    let reader = bench.reader();
    let found = numbers(&reader.list(&filter, 9, None).unwrap());
    assert_eq!((found.len(), found[0], found[2]), (3, last, 1));
    assert_eq!(reader.count(&filter).unwrap(), 3);
    assert_eq!(numbers(&reader.list(&filter, 2, None).unwrap()), found[..2]);
    assert_eq!(numbers(&reader.list(&filter, 9, Some(found[1])).unwrap()), [1]);
}

#[tokio::test]
async fn removing_merged_events() {
    let bench = Bench::new();
    let body = event("created", "a", 10);
    bench.record(&body, 0).await;
    push_out(&bench, "x").await;
    assert_eq!(bench.store.remove(vec![1]).await.unwrap(), 1);
    let anew = bench.record(&body, 0).await;
    assert_eq!(anew.repeat, None);
    push_out(&bench, "y").await;
    assert_eq!(bench.record(&body, 0).await.event, anew.event);
}

#[tokio::test]
async fn another_writer_sees_what_was_added_merged_and_removed() {
    let bench = Bench::new();
    let other = Store::open(bench.path(), Options::default()).unwrap();
    let other = other.recorder();
    let body = event("created", "a", 30);
    bench.record(&body, 0).await;
    assert_eq!(other.record(arrival(&body, 1)).await.unwrap().event, 1, "added");
    push_out(&bench, "x").await;
    assert_eq!(other.record(arrival(&body, 2)).await.unwrap().event, 1, "merged");
    assert!(other.record(arrival(&event("deleted", "a", 20), 3)).await.unwrap().out_of_order);
    bench.store.remove(vec![1]).await.unwrap();
    assert_eq!(other.record(arrival(&body, 4)).await.unwrap().repeat, None, "removed");
}

#[tokio::test]
async fn another_writer_sees_that_a_sent_event_arrived() {
    let bench = Bench::new();
    let other = Store::open(bench.path(), Options::default()).unwrap().recorder();
    let body = event("created", "a", 30);
    bench.send(&body, 0).await;
    other.record(arrival("anything", 1)).await.unwrap();
    bench.record(&body, 2).await;
    let late = other.record(arrival(&event("deleted", "a", 20), 3)).await.unwrap();
    assert!(late.out_of_order, "what it knew of the sign-up was replaced");
}

#[tokio::test]
async fn a_store_opened_anew_knows_its_recent_events() {
    let bench = Bench::new();
    let path = bench.path();
    bench.record(&event("created", "a", 30), 0).await;
    let Bench { folder: _folder, store, .. } = bench;
    store.close().await;
    let store = Store::open(&path, Options::default()).unwrap();
    let late = store.recorder().record(arrival(&event("created", "a", 20), 9)).await.unwrap();
    assert_eq!((late.event, late.out_of_order, late.repeat.unwrap().of), (2, true, 1));
}
