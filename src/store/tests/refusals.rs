//! The ring of refused requests.

use super::*;
use crate::protocol::arrival::REFUSED_KEPT;
use crate::protocol::signature::Reason;

fn refused(body: &str, reason: Reason) -> Refused {
    let Arrival { at, target, headers, body, .. } = arrival(body, 7_000);
    Refused { at, target, headers, body, reason }
}

#[tokio::test]
async fn every_reason_comes_back() {
    let bench = Bench::new();
    let reasons = [
        Reason::Missing,
        Reason::Empty,
        Reason::NoPrefix,
        Reason::WrongPrefix,
        Reason::NotHex,
        Reason::WrongLength,
        Reason::DoubledHeader,
        Reason::Mismatch,
    ];
    for (number, reason) in (1..).zip(reasons) {
        assert_eq!(bench.recorder.refuse(refused("x", reason)).await.unwrap(), number);
        let row = bench.reader().refused(number).unwrap().unwrap();
        let sent = refused("x", reason);
        assert_eq!((row.number, row.refused.reason, row.refused.at), (number, reason, ms(7_000)));
        assert_eq!((row.refused.target, row.refused.headers), (sent.target, sent.headers));
        assert_eq!(row.refused.body, sent.body);
    }
}

#[tokio::test]
async fn the_ring_keeps_the_last_and_goes_on_counting() {
    let bench = Bench::new();
    for number in 1..=REFUSED_KEPT + 7 {
        assert_eq!(bench.recorder.refuse(refused("x", Reason::Mismatch)).await.unwrap(), number);
    }
    let reader = bench.reader();
    let kept: Vec<u64> = reader.refused_list().unwrap().iter().map(|row| row.number).collect();
    assert_eq!(kept, (8..=REFUSED_KEPT + 7).rev().collect::<Vec<_>>());
    assert!(reader.refused(7).unwrap().is_none());
    assert_eq!(reader.stats().unwrap().events, 0, "refused requests are no events");
}
