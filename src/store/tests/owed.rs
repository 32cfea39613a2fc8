//! What a target is owed: what failed there or was never tried, until it has it, and in the order in which it came.

use super::*;
use crate::protocol::arrival::UnmadeForwards;

const URL: &str = "http://localhost:3000/hook";
const OTHER: &str = "http://localhost:4000/hook";

fn unmade(events: &[u64], duplicates: bool) -> UnmadeForwards {
    UnmadeForwards { url: URL.into(), events: events.to_vec(), at: ms(9), why: "the listener ended", duplicates }
}

async fn try_forward(bench: &StoreFixture, event: u64, url: &str, (number, status): (u32, u16)) {
    bench.store.record_attempt(attempt(event, url, number, answered(status))).await.unwrap();
}

async fn owed(bench: &StoreFixture) -> Vec<(u64, u64, u32)> {
    let owed = bench.recorder.load_owed(URL).await.unwrap();
    owed.events.iter().map(|one| (one.arrival, one.event, one.attempts)).collect()
}

#[tokio::test]
async fn what_is_owed_is_entered_once_and_settled_by_an_acknowledgement() {
    let bench = StoreFixture::new();
    for name in ["a", "b", "c", "d", "e"] {
        bench.record(name, 0).await;
    }
    try_forward(&bench, 1, URL, (1, 200)).await;
    try_forward(&bench, 2, URL, (1, 500)).await;
    try_forward(&bench, 3, OTHER, (1, 500)).await;
    assert_eq!(owed(&bench).await, [(2, 2, 1)]);
    // The first has it, and there is no ninth.
    assert_eq!(bench.recorder.record_owed(unmade(&[4, 1, 2, 9], false)).await.unwrap(), [4, 2]);
    assert_eq!(owed(&bench).await, [(2, 2, 1), (4, 4, 0)]);
    let failed = bench.reader().list(&StoreFilter { failed: true, ..StoreFilter::default() }, 9, None).unwrap();
    assert_eq!(failed.iter().map(|event| event.number).collect::<Vec<_>>(), [4, 3, 2]);
    // Where duplicates are forwarded, one more is owed.
    assert_eq!(bench.recorder.record_owed(unmade(&[1], true)).await.unwrap(), [1]);
    assert_eq!(owed(&bench).await, [(1, 1, 0), (2, 2, 1), (4, 4, 0)]);
    try_forward(&bench, 1, URL, (1, 200)).await;
    try_forward(&bench, 2, URL, (2, 200)).await;
    bench.recorder.settle_owed(4, URL).await.unwrap();
    assert!(owed(&bench).await.is_empty());
    let since = |at| bench.recorder.was_acknowledged(2, URL, at);
    assert!(since(Timestamp::UNIX_EPOCH).await.unwrap() && !since(Timestamp::MAX).await.unwrap());
}

#[tokio::test]
async fn the_place_of_a_retry_comes_back_and_a_former_one_is_told_from_it() {
    let bench = StoreFixture::new();
    bench.record("a", 0).await;
    assert!(bench.recorder.load_owed(URL).await.unwrap().progress.is_none());
    let progress = ForwardProgress { arrival: 0, attempts: 2, first: ms(5), due: ms(7) };
    bench.recorder.save_progress(URL, progress).await.unwrap();
    let bench = bench.reopen().await;
    let owed = bench.recorder.load_owed(URL).await.unwrap();
    assert_eq!((owed.progress, owed.is_former, owed.newest), (Some(progress), false, 1));
    assert_eq!(bench.reader().list_pending_forwards().unwrap(), [(URL.to_owned(), progress)]);
    Connection::open(bench.path()).unwrap().execute("UPDATE targets SET arrival = 0", []).unwrap();
    let owed = bench.recorder.load_owed(URL).await.unwrap();
    assert_eq!((owed.progress, owed.is_former), (Some(progress), true));
    bench.recorder.save_progress(URL, ForwardProgress { attempts: 0, ..progress }).await.unwrap();
    assert!(bench.recorder.load_owed(URL).await.unwrap().progress.is_none());
}
