//! What happens when there is no room: full is said, nothing is half stored, and removing makes room again.

use super::*;

fn small() -> StoreOptions {
    StoreOptions { quota_bytes: 256 * 1024, ..StoreOptions::default() }
}

/// Fills a store and gives the number of events that found room.
async fn fill(bench: &StoreFixture, body: &str) -> u64 {
    for number in 0.. {
        match bench.recorder.record_arrival(arrival(&format!("{number} {body}"), 0)).await {
            Ok(recorded) => assert_eq!(recorded.event, number + 1),
            Err(error) => {
                assert_eq!(error, ArrivalRecordError::Full { quota: 256 * 1024 });
                return number;
            }
        }
    }
    unreachable!("the quota ends it")
}

#[tokio::test]
async fn a_full_store_says_so_and_keeps_to_its_quota() {
    let bench = StoreFixture::with(small());
    let stored = fill(&bench, &"x".repeat(1_000)).await;
    let stats = bench.reader().read_stats().unwrap();
    assert_eq!((stats.events, stats.arrivals), (stored, stored));
    assert!((100..250).contains(&stored), "{stored} events in a quarter of a mebibyte");
    assert!(stats.used_bytes <= 256 * 1024 + 16 * 1024, "{} bytes", stats.used_bytes);
    assert!(matches!(
        bench.store.record_sent(RawBody::new(vec![b'y'; 999]), &EventFacts::default(), ms(0)).await,
        Err(ArrivalRecordError::Full { .. })
    ));
}

#[tokio::test]
async fn one_group_cannot_jump_over_the_quota() {
    let bench = StoreFixture::with(small());
    let jobs: Vec<_> = (0..64)
        .map(|n| {
            let recorder = bench.recorder.clone();
            tokio::spawn(
                async move { recorder.record_arrival(arrival(&format!("{n}{}", "x".repeat(20_000)), 0)).await },
            )
        })
        .collect();
    let mut stored = 0;
    for job in jobs {
        stored += u64::from(job.await.unwrap().is_ok());
    }
    let stats = bench.reader().read_stats().unwrap();
    assert_eq!(stats.events, stored);
    assert!((5..13).contains(&stored), "{stored} bodies of 20,000 bytes in a quarter of a mebibyte");
}

#[tokio::test]
async fn refusals_are_kept_all_the_same() {
    let bench = StoreFixture::with(small());
    fill(&bench, &"x".repeat(1_000)).await;
    let Arrival { at, target, content, .. } = arrival("x", 0);
    let reason = crate::protocol::signature::SignatureFault::Mismatch;
    assert_eq!(bench.recorder.record_refused(RefusedRequest { at, target, content, reason }).await.unwrap(), 1);
}

#[tokio::test]
async fn removing_makes_room() {
    let bench = StoreFixture::with(small());
    let stored = fill(&bench, &"x".repeat(1_000)).await;
    bench.store.remove_events((1..=stored / 2).collect()).await.unwrap();
    assert!(bench.recorder.record_arrival(arrival("new", 0)).await.is_ok());
}
