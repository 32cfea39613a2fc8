//! When what happened, counted and sampled.

use super::*;

fn times(points: &[TimelinePoint]) -> Vec<i64> {
    let mut times: Vec<i64> = points.iter().map(|point| point.at_ms).collect();
    times.sort_unstable();
    times
}

#[tokio::test]
async fn arrivals_are_counted_once_and_attempts_with_their_ends() {
    let bench = StoreFixture::new();
    let sent = bench.send(&event("created", "a", 1), 1_000).await;
    bench.record(&event("created", "a", 1), 2_000).await;
    let came = bench.record(&event("created", "b", 2), 3_000).await;
    bench.record(&event("created", "b", 2), 4_000).await;
    for (number, event, outcome) in [(1, sent, answered(200)), (2, came.event, AttemptOutcome::Refused)] {
        let attempt =
            Attempt { at: ms(1_000 * i64::from(number)), ..attempt(event, "http://127.0.0.1:1/", number, outcome) };
        bench.recorder.record_attempt(attempt).await.unwrap();
    }
    let all = bench.reader().sample_timeline(None, None).unwrap();
    assert_eq!(times(&all.arrivals), [2_000, 3_000, 4_000], "what was sent from here has not come in by that");
    let ends: Vec<_> =
        all.attempts.iter().map(|point| (point.at_ms, point.failed, point.latency_us.is_some())).collect();
    assert_eq!(ends, [(1_000, false, true), (2_000, true, false)]);
    let part = bench.reader().sample_timeline(Some(ms(2_000)), Some(ms(4_000))).unwrap();
    assert_eq!((times(&part.arrivals), times(&part.attempts)), (vec![2_000, 3_000], vec![2_000]));
}

#[tokio::test]
async fn many_rows_are_sampled_and_a_span_of_them_is_exact() {
    let bench = StoreFixture::new();
    bench.record(&event("created", "a", 1), 0).await;
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
        INSERT INTO arrivals (id, event, nth, state, at_ms) SELECT i + 10, 1, i + 1, 4, i * 10 FROM n";
    rusqlite::Connection::open(bench.path()).unwrap().execute_batch(rows).unwrap();
    let all = bench.reader().sample_timeline(None, None).unwrap();
    let weight: u64 = all.arrivals.iter().map(|point| point.weight).sum();
    assert!(all.arrivals.len() < 6_000 && weight.abs_diff(50_001) <= 20, "{} for {weight}", all.arrivals.len());
    let part = bench.reader().sample_timeline(Some(ms(100_000)), Some(ms(200_000))).unwrap();
    assert_eq!((part.arrivals.len(), part.arrivals[0].at_ms), (10_000, 100_000));
    assert!(part.arrivals.iter().all(|point| point.weight == 1));
}
