//! Where arrivals stand: the first in the row of its event, the others beside; whoever reads them sees no difference.

use super::*;

/// Number and event of each arrival, as one asks for the next behind the last.
async fn walk(bench: &StoreFixture) -> Vec<(u64, u64)> {
    let mut found: Vec<(u64, u64)> = Vec::new();
    let last = |found: &[(u64, u64)]| found.last().map_or(0, |last| last.0);
    while let Some(next) = bench.recorder.find_arrival_after(last(&found)).await.unwrap() {
        found.push((next.arrival, next.event));
    }
    found
}

#[tokio::test]
async fn the_next_arrival_wherever_it_stands() {
    let bench = StoreFixture::new();
    bench.record("a", 0).await;
    bench.send("b", 0).await;
    bench.record("a", 0).await;
    bench.record("c", 0).await;
    bench.record("b", 0).await;
    bench.send("d", 0).await;
    bench.record("a", 0).await;
    bench.record("e", 0).await;
    bench.send("f", 0).await;
    assert_eq!(walk(&bench).await, [(1, 1), (2, 1), (3, 3), (4, 2), (5, 1), (6, 5)]);
    bench.store.remove_events(vec![2, 3]).await.unwrap();
    assert_eq!(walk(&bench).await, [(1, 1), (2, 1), (5, 1), (6, 5)]);
    bench.store.remove_events(vec![1]).await.unwrap();
    assert_eq!(walk(&bench).await, [(6, 5)], "behind an event that is only sent, whose number is of a removed arrival");
}

#[tokio::test]
async fn what_waits_has_its_own_headers_and_knows_whether_it_repeats() {
    let bench = StoreFixture::new();
    let (first, later) = (event("created", "a", 0), event("created", "a", 1));
    let lines = |text: &'static str| HeaderLines::collect([("X-Try", text.as_bytes())]);
    for (body, headers) in [(&first, lines("1")), (&first, lines("1")), (&first, lines("2")), (&later, lines("3"))] {
        bench.recorder.record_arrival(with_headers(arrival(body, 0), headers)).await.unwrap();
    }
    let mut found = Vec::new();
    for number in 0..4 {
        let next = bench.recorder.find_arrival_after(number).await.unwrap().unwrap();
        found.push((next.content.headers, next.repeats, next.retry_of, next.content.body.len() == first.len()));
    }
    let expected = [("1", false, None), ("1", true, None), ("2", true, None), ("3", true, Some(1))];
    assert_eq!(found, expected.map(|(text, repeats, of)| (lines(text), repeats, of, true)));
}

#[tokio::test]
async fn repeats_come_back_with_their_own_target_and_headers() {
    let mut bench = StoreFixture::new();
    let first = arrival("x", 1_000);
    let other_target = Arrival { target: "/other".into(), ..arrival("x", 3_000) };
    let other_headers = with_headers(unsigned("x", 4_000), HeaderLines::collect([("X-Try", &b"4"[..])]));
    let sent = [first, arrival("x", 2_000), other_target, other_headers, arrival("x", 5_000), arrival("x", 6_000)];
    for arrival in &sent {
        bench.recorder.record_arrival(arrival.clone()).await.unwrap();
        if arrival.at > ms(2_000) {
            // What is remembered of an event is what the tables tell of it.
            bench = bench.reopen().await;
        }
    }
    let read = bench.reader().list_arrivals(1).unwrap();
    assert_eq!(read.len(), sent.len());
    for (number, (read, sent)) in (1..).zip(read.iter().zip(&sent)) {
        assert_eq!((read.number, read.event, read.at, read.verification), (number, 1, sent.at, sent.verification));
        assert_eq!((&read.target, &read.headers), (&sent.target, &sent.content.headers));
    }
    let row = bench.reader().find_event(1).unwrap().unwrap();
    assert_eq!((row.arrivals, row.first_at, row.last_at), (6, Some(ms(1_000)), Some(ms(6_000))));
    assert_eq!(row.verification, Some(SignatureState::Valid));
    assert_eq!(bench.reader().read_stats().unwrap().arrivals, 6);
    let shared = "SELECT group_concat(id, ' ') FROM arrivals WHERE target IS NULL AND headers IS NULL";
    let file = rusqlite::Connection::open(bench.path()).unwrap();
    assert_eq!(file.query_row(shared, [], |row| row.get::<_, String>(0)).unwrap(), "2 5 6", "written once");
}
