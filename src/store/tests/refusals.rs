//! The ring of refused requests.

use super::*;
use crate::protocol::arrival::REFUSED_KEPT;
use crate::protocol::signature::SignatureFault;

fn refused(body: &str, reason: SignatureFault) -> RefusedRequest {
    let Arrival { at, target, content, .. } = arrival(body, 7_000);
    RefusedRequest { at, target, content, reason }
}

#[tokio::test]
async fn every_reason_comes_back() {
    let bench = StoreFixture::new();
    let reasons = [
        SignatureFault::Missing,
        SignatureFault::Empty,
        SignatureFault::NoPrefix,
        SignatureFault::WrongPrefix,
        SignatureFault::NotHex,
        SignatureFault::WrongLength,
        SignatureFault::DoubledHeader,
        SignatureFault::Mismatch,
    ];
    for (number, reason) in (1..).zip(reasons) {
        assert_eq!(bench.recorder.record_refused(refused("x", reason)).await.unwrap(), number);
        let row = bench.reader().find_refused(number).unwrap().unwrap();
        let sent = refused("x", reason);
        assert_eq!((row.number, row.refused.reason, row.refused.at), (number, reason, ms(7_000)));
        assert_eq!((row.refused.target, row.refused.content.headers), (sent.target, sent.content.headers));
        assert_eq!(row.refused.content.body, sent.content.body);
    }
}

#[tokio::test]
async fn the_ring_keeps_the_last_and_goes_on_counting() {
    let bench = StoreFixture::new();
    for number in 1..=REFUSED_KEPT + 7 {
        assert_eq!(bench.recorder.record_refused(refused("x", SignatureFault::Mismatch)).await.unwrap(), number);
    }
    let reader = bench.reader();
    let kept: Vec<u64> = reader.list_refused().unwrap().iter().map(|row| row.number).collect();
    assert_eq!(kept, (8..=REFUSED_KEPT + 7).rev().collect::<Vec<_>>());
    assert!(reader.find_refused(7).unwrap().is_none());
    let between = |after, until| -> Vec<u64> {
        reader.list_refused_between(after, until).unwrap().iter().map(|row| row.number).collect()
    };
    let last = REFUSED_KEPT + 7;
    assert_eq!(between(last - 2, last), [last, last - 1]);
    assert_eq!(between(last - 2, last - 1), [last - 1]);
    assert_eq!(
        (between(0, 8), between(last, last)),
        (vec![8], vec![]),
        "what is gone is not there, and nothing behind"
    );
    assert_eq!(reader.read_stats().unwrap().events, 0, "refused requests are no events");
}
