//! What the store makes of an arrival: new, duplicate, probable retry, out of order.

use super::*;

fn duplicate(of: u64, gap_ms: i64) -> Option<ArrivalRepeat> {
    Some(ArrivalRepeat { kind: RepeatKind::Duplicate, of, gap_ms: Some(gap_ms) })
}

fn retry(of: u64, gap_ms: i64) -> Option<ArrivalRepeat> {
    Some(ArrivalRepeat { kind: RepeatKind::ProbableRetry, of, gap_ms: Some(gap_ms) })
}

use crate::protocol::arrival::{ArrivalRepeat, RepeatKind};

#[tokio::test]
async fn a_new_event_gets_the_next_numbers() {
    let bench = StoreFixture::new();
    let first = bench.record(&event("created", "a", 0), 0).await;
    let second = bench.record(&event("created", "b", 0), 0).await;
    assert_eq!(first, RecordedArrival { event: 1, arrival: 1, repeat: None, out_of_order: false });
    assert_eq!(second, RecordedArrival { event: 2, arrival: 2, repeat: None, out_of_order: false });
}

#[tokio::test]
async fn the_same_bytes_are_a_duplicate_with_the_gap_since_the_first() {
    let bench = StoreFixture::new();
    let body = event("created", "a", 0);
    bench.record(&body, 1_000).await;
    bench.record(&event("created", "b", 0), 1_500).await;
    let second = bench.record(&body, 62_000).await;
    let third = bench.record(&body, 362_000).await;
    assert_eq!(second, RecordedArrival { event: 1, arrival: 3, repeat: duplicate(1, 61_000), out_of_order: false });
    assert_eq!(third.repeat, duplicate(1, 361_000));
    assert_eq!(bench.reader().find_event(1).unwrap().unwrap().arrivals, 3);
}

#[tokio::test]
async fn an_event_that_comes_through_two_processes_is_counted_on() {
    let bench = StoreFixture::new();
    let other = Store::open(bench.path(), StoreOptions::default()).unwrap();
    let recorders = [bench.recorder.clone(), other.recorder()];
    for turn in 0..3 {
        for recorder in &recorders {
            let arrival = if turn == 0 { unsigned("x", turn) } else { arrival("x", turn) };
            assert_eq!(recorder.record_arrival(arrival).await.unwrap().event, 1);
        }
    }
    let row = bench.reader().find_event(1).unwrap().unwrap();
    assert_eq!((row.arrivals, row.verification), (6, Some(SignatureState::Valid)));
}

#[tokio::test]
async fn a_repeat_that_could_not_be_entered_is_not_counted() {
    let bench = StoreFixture::new();
    bench.record("x", 0).await;
    let other = locked_with_trap(&bench, "arrivals", "new.at_ms = 3");
    let record = |at_ms| bench.recorder.record_arrival(arrival("x", at_ms));
    let unlock = async { other.execute_batch("COMMIT").unwrap() };
    let (first, second, trapped, ()) = tokio::join!(record(1), record(2), record(3), unlock);
    assert_eq!([first, second, trapped].map(|answer| answer.is_ok()), [true, true, false]);
    bench.record("x", 4).await;
    assert_eq!(bench.reader().find_event(1).unwrap().unwrap().arrivals, 4);
}

#[tokio::test]
async fn a_clock_that_was_set_back_gives_no_negative_gap() {
    let bench = StoreFixture::new();
    bench.record("x", 5_000).await;
    assert_eq!(bench.record("x", 1_000).await.repeat, duplicate(1, 0));
}

#[tokio::test]
async fn an_event_that_was_only_sent_is_no_duplicate_when_it_arrives() {
    let bench = StoreFixture::new();
    let body = event("created", "a", 0);
    assert_eq!(bench.send(&body, 1_000).await, 1);
    let first = bench.record(&body, 2_000).await;
    assert_eq!(first, RecordedArrival { event: 1, arrival: 1, repeat: None, out_of_order: false });
    assert_eq!(bench.record(&body, 3_000).await.repeat, duplicate(1, 1_000));
    let row = bench.reader().find_event(1).unwrap().unwrap();
    assert_eq!((row.sent_at, row.first_at, row.last_at), (Some(ms(1_000)), Some(ms(2_000)), Some(ms(3_000))));
}

#[tokio::test]
async fn an_event_that_was_received_keeps_its_number_when_it_is_sent() {
    let bench = StoreFixture::new();
    bench.record("x", 1_000).await;
    assert_eq!(bench.send("x", 2_000).await, 1);
    assert_eq!(bench.send("x", 9_000).await, 1);
    let row = bench.reader().find_event(1).unwrap().unwrap();
    assert_eq!((row.sent_at, row.first_at), (Some(ms(2_000)), Some(ms(1_000))), "the first sending counts");
}

#[tokio::test]
async fn the_same_but_for_the_timestamp_is_a_probable_retry_of_the_earliest() {
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 0), 1_000).await;
    let second = bench.record(&event("created", "a", 1), 2_000).await;
    let third = bench.record(&event("created", "a", 2), 5_000).await;
    assert_eq!((second.event, second.repeat), (2, retry(1, 1_000)));
    assert_eq!((third.event, third.repeat), (3, retry(1, 4_000)));
    let again = bench.record(&event("created", "a", 2), 6_000).await;
    assert_eq!(again.repeat, duplicate(3, 1_000), "the same bytes say more than nearly the same");
    assert_eq!(bench.reader().find_event(3).unwrap().unwrap().retry_of, Some(1));
}

/// Once all retries have ended, a move between the same places is another one; its own retries are told apart from those
/// of the first. Nobody signs up twice.
#[tokio::test]
async fn a_move_that_comes_long_after_the_retries_is_a_new_one() {
    const MINUTE: i64 = 60_000;
    // Up to so many events are looked up in memory, and all others in the trees.
    for others in [0, 40] {
        let bench = StoreFixture::new();
        bench.record(&event("position_changed", "a", 0), 0).await;
        for other in 0..others {
            bench.record(&event("created", &format!("other-{other}"), 0), 0).await;
        }
        let retry_of_first = bench.record(&event("position_changed", "a", 1), 80 * MINUTE).await;
        assert_eq!(retry_of_first.repeat, retry(1, 80 * MINUTE));
        let second = bench.record(&event("position_changed", "a", 2), 100 * MINUTE).await;
        assert_eq!(second.repeat, None, "after {others} others");
        let retry_of_second = bench.record(&event("position_changed", "a", 3), 105 * MINUTE).await;
        assert_eq!(retry_of_second.repeat, retry(second.event, 5 * MINUTE), "after {others} others");
        bench.record(&event("created", "a", 0), 0).await;
        assert!(bench.record(&event("created", "a", 1), 600 * MINUTE).await.repeat.is_some());
    }
}

#[tokio::test]
async fn an_event_id_says_more_than_the_bytes() {
    let bench = StoreFixture::new();
    let with = |id: &str, second: u32| event("created", "a", second).replacen('{', &format!("{{\"id\":\"{id}\","), 1);
    bench.record(&with("evt_1", 0), 1_000).await;
    assert_eq!(bench.record(&with("evt_2", 1), 2_000).await.repeat, None, "another id is another event");
    let changed = with("evt_1", 2).replace("\"data\":{", "\"data\":{\"attempt\":2,");
    assert_eq!(bench.record(&changed, 5_000).await.repeat, retry(1, 4_000));
}

#[tokio::test]
async fn a_twin_that_was_only_sent_is_nothing_to_retry() {
    let bench = StoreFixture::new();
    bench.send(&event("created", "a", 0), 500).await;
    let second = bench.record(&event("created", "a", 1), 1_000).await;
    assert_eq!(second.repeat, None);
    let first = bench.record(&event("created", "a", 0), 3_000).await;
    assert_eq!((first.event, first.repeat), (1, retry(2, 2_000)), "arrival counts, not the number");
}

#[tokio::test]
async fn bodies_without_a_timestamp_have_no_twins() {
    let bench = StoreFixture::new();
    assert_eq!(bench.record("not json", 0).await.repeat, None);
    assert_eq!(bench.record("not json either", 0).await.repeat, None);
    assert_eq!(bench.record("", 0).await.repeat, None);
    assert_eq!(bench.record("", 0).await.repeat, duplicate(3, 0));
}

#[tokio::test]
async fn older_than_the_newest_of_its_sign_up_is_out_of_order() {
    let bench = StoreFixture::new();
    assert!(!bench.record(&event("created", "a", 10), 0).await.out_of_order);
    assert!(!bench.record(&event("position_changed", "a", 30), 0).await.out_of_order);
    assert!(bench.record(&event("deleted", "a", 20), 0).await.out_of_order);
    assert!(!bench.record(&event("deleted", "b", 5), 0).await.out_of_order, "another sign-up");
    assert!(!bench.record(&event("deleted", "a", 30), 0).await.out_of_order, "as old as the newest");
    assert!(!bench.record(&event("created", "a", 10), 0).await.out_of_order, "a duplicate");
    assert!(bench.record(&event("deleted", "a", 29), 0).await.out_of_order, "the newest stays the newest");
}

#[tokio::test]
async fn what_was_only_sent_does_not_make_others_late() {
    let bench = StoreFixture::new();
    let (early, middle, late) = (event("created", "a", 1), event("deleted", "a", 2), event("position_changed", "a", 3));
    bench.send(&late, 0).await;
    bench.send(&early, 0).await;
    assert!(!bench.record(&middle, 0).await.out_of_order);
    assert!(!bench.record(&late, 0).await.out_of_order);
    assert!(bench.record(&early, 0).await.out_of_order);
}
