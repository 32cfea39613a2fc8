//! Recent events and those that were sorted into the trees answer alike, in one process and between two.

use super::index::RECENT;
use super::*;
use crate::protocol::arrival::RepeatKind;

/// Records other events until all before them are sorted into the trees.
async fn push_out(bench: &StoreFixture, name: &str) {
    let before = ask(bench, "SELECT max(id) FROM events");
    push_out_until(bench, name, before).await;
}

async fn push_out_until(bench: &StoreFixture, name: &str, number: i64) {
    for n in 0.. {
        assert!(n < 3 * RECENT, "it ends some time");
        bench.record(&event("created", &format!("{name}{n}"), 0), 0).await;
        if ask(bench, "SELECT merged FROM progress") >= number {
            return;
        }
    }
}

/// Records other events until the trees hold this one, and not yet all of those that are sorted together.
async fn push_half_way(bench: &StoreFixture, number: u64) {
    for n in 0..3 * RECENT {
        bench.record(&event("created", &format!("h{n}"), 0), 0).await;
        assert_eq!(ask(bench, "SELECT merged FROM progress"), 0, "it goes by portions");
        if ask(bench, &format!("SELECT count(*) FROM signups WHERE event = {number}")) > 0 {
            return;
        }
    }
    panic!("it begins some time");
}

fn ask(bench: &StoreFixture, sql: &str) -> i64 {
    rusqlite::Connection::open(bench.path()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Names of sign-ups in the order of their tree, from its beginning or up to its end.
fn signups(count: usize, stands: fn(i64) -> bool) -> Vec<String> {
    let mut names: Vec<String> =
        (0..).map(|n| format!("a{n}")).filter(|n| stands(key::digest_64(n))).take(count).collect();
    names.sort_by_key(|name| key::digest_64(name));
    names
}

fn among_the_first(digest: i64) -> bool {
    digest < i64::MIN + (1 << 57)
}

fn among_the_last(digest: i64) -> bool {
    digest > i64::MAX - (1 << 57)
}

#[tokio::test]
async fn nothing_changes_while_portions_are_sorted() {
    let bench = StoreFixture::new();
    let names: Vec<String> = (1..RECENT).map(|n| format!("s{n}")).collect();
    for name in &names {
        bench.record(&event("created", name, 50), 1_000).await;
    }
    let reader = bench.reader();
    let mut expected: Vec<Vec<u64>> = (1..RECENT as u64).map(|n| vec![n]).collect();
    for n in 0..4 * RECENT {
        let at = n % names.len();
        let again = bench.record(&event("created", &names[at], 50), 2_000).await;
        assert_eq!((again.event, again.repeat.unwrap().gap_ms), (at as u64 + 1, Some(1_000)));
        let twin = bench.record(&event("created", &names[at], 49 - n as u32), 5_000).await;
        assert!(twin.out_of_order);
        assert_eq!(twin.repeat.unwrap().of, at as u64 + 1);
        expected[at].insert(0, twin.event);
        for (name, expected) in names.iter().zip(&expected) {
            let filter = StoreFilter { signup: Some(name.clone()), ..StoreFilter::default() };
            assert_eq!(numbers(&reader.list(&filter, 99, None).unwrap()), *expected, "each once, newest first");
        }
    }
    assert!(ask(&bench, "SELECT merged FROM progress") > 2 * RECENT as i64, "it happened more than once");
}

#[tokio::test]
async fn closing_finishes_what_was_half_sorted() {
    let bench = StoreFixture::new();
    let body = event("created", &signups(1, among_the_first)[0], 30);
    bench.record(&body, 0).await;
    push_half_way(&bench, 1).await;
    let bench = bench.reopen().await;
    assert!(ask(&bench, "SELECT merged FROM progress") > 0);
    assert_eq!(bench.record(&body, 9).await.event, 1);
}

#[tokio::test]
async fn a_store_opened_anew_finishes_what_a_crash_left_half_sorted() {
    let crashed = StoreFixture::new();
    let body = event("created", &signups(1, among_the_first)[0], 30);
    crashed.record(&body, 0).await;
    push_half_way(&crashed, 1).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("store.db").display().to_string();
    rusqlite::Connection::open(crashed.path()).unwrap().execute("VACUUM INTO ?1", [copy]).unwrap();
    let bench = StoreFixture::within(folder, StoreOptions::default());
    assert_eq!(ask(&bench, "SELECT merged FROM progress"), 0);
    assert_eq!(bench.record(&body, 9).await.event, 1);
    push_out(&bench, "y").await;
    assert_eq!(bench.record(&body, 10).await.event, 1);
    let missing = "SELECT count(*) FROM events WHERE id <= (SELECT merged FROM progress)
        AND id NOT IN (SELECT event FROM identity)";
    assert_eq!(ask(&bench, missing), 0);
}

#[tokio::test]
async fn an_event_that_was_sent_arrives_before_it_is_sorted() {
    let bench = StoreFixture::new();
    let (first, last) = (&signups(1, among_the_first)[0], &signups(1, among_the_last)[0]);
    bench.record(&event("created", first, 30), 0).await;
    bench.send(&event("created", last, 30), 0).await;
    push_half_way(&bench, 1).await;
    bench.record(&event("created", last, 30), 0).await;
    push_out(&bench, "y").await;
    assert!(bench.record(&event("deleted", last, 20), 0).await.out_of_order);
}

#[tokio::test]
async fn what_was_written_of_a_sorted_event_is_not_believed_for_ever() {
    let bench = StoreFixture::new();
    let (first, last) = (&signups(1, among_the_first)[0], &signups(1, among_the_last)[0]);
    let (newer, older) = (event("created", last, 40), event("position_changed", last, 30));
    bench.record(&event("created", first, 30), 0).await;
    bench.send(&newer, 0).await;
    bench.send(&older, 0).await;
    push_half_way(&bench, 1).await;
    bench.record(&older, 0).await;
    push_out_until(&bench, "y", 3).await;
    let filter = StoreFilter { signup: Some(last.clone()), ..StoreFilter::default() };
    assert_eq!(numbers(&bench.reader().list(&filter, 9, None).unwrap()), [3], "once");
    bench.record(&newer, 0).await;
    let bench = bench.reopen().await;
    assert!(bench.record(&event("deleted", last, 35), 0).await.out_of_order);
}

#[tokio::test]
async fn two_writers_on_a_file_that_one_of_them_sorts() {
    let bench = StoreFixture::new();
    let other = Store::open(bench.path(), StoreOptions::default()).unwrap().recorder();
    let names = signups(3, among_the_first);
    // The other one sorts too: what it begins with is not what this is about.
    bench.record(&event("created", &names[0], 30), 0).await;
    bench.record(&event("created", &names[1], 30), 0).await;
    let body = event("created", &names[2], 30);
    bench.send(&body, 0).await;
    push_half_way(&bench, 3).await;
    assert_eq!(other.record_arrival(arrival(&body, 1)).await.unwrap().event, 3, "its first arrival");
    push_out(&bench, "y").await;
    let late = bench.record(&event("deleted", &names[2], 20), 2).await;
    assert!(late.out_of_order, "what the other one learnt of the sign-up was kept");
    for n in 0..2 * RECENT {
        other.record_arrival(arrival(&event("created", &format!("o{n}"), 0), 0)).await.unwrap();
        bench.record(&event("created", &format!("b{n}"), 0), 0).await;
    }
    assert_eq!(other.record_arrival(arrival(&body, 3)).await.unwrap().event, 3);
    assert!(bench.record(&event("position_changed", &names[2], 25), 0).await.out_of_order);
}

#[tokio::test]
async fn duplicates_and_twins_of_merged_events() {
    let bench = StoreFixture::new();
    let first = event("created", "a", 10);
    bench.record(&first, 1_000).await;
    push_out(&bench, "x").await;
    let again = bench.record(&first, 3_000).await;
    assert_eq!((again.event, again.repeat.unwrap().gap_ms), (1, Some(2_000)));
    let twin = bench.record(&event("created", "a", 20), 5_000).await.repeat.unwrap();
    assert_eq!((twin.kind, twin.of, twin.gap_ms), (RepeatKind::ProbableRetry, 1, Some(4_000)));
    let third = bench.record(&event("created", "a", 30), 6_000).await.repeat.unwrap();
    assert_eq!((third.of, third.gap_ms), (1, Some(5_000)), "through a recent twin, the merged one is found");
}

#[tokio::test]
async fn order_within_a_sign_up_across_the_merge() {
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 30), 0).await;
    push_out(&bench, "x").await;
    assert!(bench.record(&event("deleted", "a", 20), 0).await.out_of_order);
    assert!(!bench.record(&event("deleted", "a", 40), 0).await.out_of_order);
    push_out(&bench, "y").await;
    assert!(bench.record(&event("position_changed", "a", 39), 0).await.out_of_order);
}

#[tokio::test]
async fn a_merged_event_that_was_only_sent_arrives() {
    let bench = StoreFixture::new();
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
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 1), 0).await;
    push_out(&bench, "x").await;
    bench.record(&event("deleted", "a", 2), 0).await;
    push_out(&bench, "y").await;
    let last = bench.record(&event("position_changed", "a", 3), 0).await.event;
    let filter = StoreFilter { signup: Some("a".into()), ..StoreFilter::default() };
    let reader = bench.reader();
    let found = numbers(&reader.list(&filter, 9, None).unwrap());
    assert_eq!((found.len(), found[0], found[2]), (3, last, 1));
    assert_eq!(reader.count(&filter).unwrap(), 3);
    assert_eq!(numbers(&reader.list(&filter, 2, None).unwrap()), found[..2]);
    assert_eq!(numbers(&reader.list(&filter, 9, Some(found[1])).unwrap()), [1]);
}

#[tokio::test]
async fn removing_merged_events() {
    let bench = StoreFixture::new();
    let body = event("created", "a", 10);
    bench.record(&body, 0).await;
    push_out(&bench, "x").await;
    assert_eq!(bench.store.remove_events(vec![1]).await.unwrap(), 1);
    let anew = bench.record(&body, 0).await;
    assert_eq!(anew.repeat, None);
    push_out(&bench, "y").await;
    assert_eq!(bench.record(&body, 0).await.event, anew.event);
}

#[tokio::test]
async fn another_writer_sees_what_was_added_merged_and_removed() {
    let bench = StoreFixture::new();
    let other = Store::open(bench.path(), StoreOptions::default()).unwrap();
    let other = other.recorder();
    let body = event("created", "a", 30);
    bench.record(&body, 0).await;
    assert_eq!(other.record_arrival(arrival(&body, 1)).await.unwrap().event, 1, "added");
    push_out(&bench, "x").await;
    assert_eq!(other.record_arrival(arrival(&body, 2)).await.unwrap().event, 1, "merged");
    assert!(other.record_arrival(arrival(&event("deleted", "a", 20), 3)).await.unwrap().out_of_order);
    bench.store.remove_events(vec![1]).await.unwrap();
    assert_eq!(other.record_arrival(arrival(&body, 4)).await.unwrap().repeat, None, "removed");
}

#[tokio::test]
async fn another_writer_sees_that_a_sent_event_arrived() {
    let bench = StoreFixture::new();
    let other = Store::open(bench.path(), StoreOptions::default()).unwrap().recorder();
    let body = event("created", "a", 30);
    bench.send(&body, 0).await;
    other.record_arrival(arrival("anything", 1)).await.unwrap();
    bench.record(&body, 2).await;
    let late = other.record_arrival(arrival(&event("deleted", "a", 20), 3)).await.unwrap();
    assert!(late.out_of_order, "what it knew of the sign-up was replaced");
}

#[tokio::test]
async fn a_store_opened_anew_knows_its_recent_events() {
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 30), 0).await;
    let late = bench.reopen().await.record(&event("created", "a", 20), 9).await;
    assert_eq!((late.event, late.out_of_order, late.repeat.unwrap().of), (2, true, 1));
}
