//! The digests of addresses that are kept in memory, beside what the file says.

use super::*;

const ANN: &str = "Ann@Example.com";

/// Events of an index that has read what there is.
fn find(index: &mut EmailIndex, reader: &StoreReader, address: &str) -> Vec<u64> {
    index.catch_up(reader).unwrap();
    index.find_events(address)
}

#[tokio::test]
async fn an_address_is_found_newest_first_however_it_is_written() {
    let (bench, mut index) = (StoreFixture::new(), EmailIndex::default());
    for (at, body) in
        [event("created", "Ann", 1), event("created", "bob", 2), event("deleted", "Ann", 3)].iter().enumerate()
    {
        bench.record(body, at as i64).await;
    }
    let sent = bench.send(&event("position_changed", "Ann", 4), 9).await;
    let reader = bench.reader();
    for address in [ANN, "ann@example.com", "ANN@EXAMPLE.COM"] {
        assert_eq!(find(&mut index, &reader, address), [sent, 3, 1], "{address}");
    }
    assert_eq!(find(&mut index, &reader, "bob@example.com"), [2]);
    assert!(find(&mut index, &reader, "ann@example.org").is_empty());
}

#[tokio::test]
async fn what_is_added_is_read_once_and_what_has_no_address_is_passed_over() {
    let (bench, mut index) = (StoreFixture::new(), EmailIndex::default());
    let reader = bench.reader();
    assert!(find(&mut index, &reader, ANN).is_empty(), "nothing is there yet");
    bench.record(&event("created", "Ann", 1), 1).await;
    assert_eq!(find(&mut index, &reader, ANN), [1]);
    bench.record("no address", 2).await;
    assert_eq!(find(&mut index, &reader, ANN), [1]);
    // Comes in again: it is the same event.
    bench.record(&event("created", "Ann", 1), 3).await;
    bench.record(&event("deleted", "Ann", 4), 4).await;
    assert_eq!(find(&mut index, &reader, ANN), [3, 1]);
    assert_eq!(find(&mut index, &reader, ANN), [3, 1]);
}

#[tokio::test]
async fn of_another_store_at_the_same_path_nothing_old_is_known() {
    let (bench, mut index) = (StoreFixture::new(), EmailIndex::default());
    bench.record(&event("created", "Ann", 1), 1).await;
    bench.record(&event("created", "bob", 1), 2).await;
    assert_eq!(find(&mut index, &bench.reader(), ANN), [1]);
    let other = StoreFixture::new();
    other.record(&event("created", "bob", 1), 1).await;
    other.record(&event("created", "Ann", 1), 1).await;
    assert_eq!(find(&mut index, &other.reader(), ANN), [2]);
    assert_eq!(find(&mut index, &other.reader(), "bob@example.com"), [1]);
}

#[tokio::test]
async fn what_was_removed_may_be_named_but_is_not_read() {
    let (bench, mut index) = (StoreFixture::new(), EmailIndex::default());
    for second in 1..=3 {
        bench.record(&event("created", "Ann", second), i64::from(second)).await;
    }
    let reader = bench.reader();
    assert_eq!(find(&mut index, &reader, ANN), [3, 2, 1]);
    bench.store.remove_events(vec![2]).await.unwrap();
    let named = find(&mut index, &reader, ANN);
    let filter = StoreFilter { email: Some(ANN.into()), ..StoreFilter::default() };
    let mut read = Vec::new();
    reader
        .scan_among(&filter, &named, None, |row| {
            read.push(row.number);
            true
        })
        .unwrap();
    assert_eq!(read, [3, 1]);
}

#[tokio::test]
async fn it_finds_what_looking_at_every_body_finds() {
    let (bench, mut index) = (StoreFixture::new(), EmailIndex::default());
    for number in 0..200u32 {
        bench.record(&event("created", &format!("p{}", number % 7), number % 60), i64::from(number)).await;
    }
    let reader = bench.reader();
    for person in 0..7 {
        let address = format!("p{person}@example.com");
        let filter = StoreFilter { email: Some(address.clone()), ..StoreFilter::default() };
        let looked = numbers(&reader.list(&filter, 1_000, None).unwrap());
        assert!(!looked.is_empty());
        assert_eq!(find(&mut index, &reader, &address), looked, "{address}");
    }
}
