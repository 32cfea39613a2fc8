//! Tests of the parts that need no socket; what needs one is tested with the listener.

use super::accept::accept_connection;
use super::intake::{GrantedMemory, MemoryBudget, RequestIntake};
use super::places::PlaceTable;
use super::stream::WriteTimeoutStream;
use super::{CatchPanic, DetachOnDrop};
use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

#[tokio::test]
async fn errors_of_the_system_do_not_end_the_listener() {
    let too_many_files = || io::Error::from_raw_os_error(24);
    let mut results = vec![Err(too_many_files()), Err(io::ErrorKind::ConnectionAborted.into()), Err(too_many_files())];
    results.push(Ok(("a connection", "127.0.0.1:1".parse().unwrap())));
    results.reverse();
    let results = RefCell::new(results);
    let places = PlaceTable::new(1);
    let (connection, place) =
        accept_connection(&places, || std::future::ready(results.borrow_mut().pop().unwrap())).await;
    assert_eq!(connection, "a connection");
    drop(place);
}

#[tokio::test]
async fn memory_goes_from_who_waits_longest_to_who_comes() {
    let (places, memory) = (PlaceTable::new(4), MemoryBudget::new(100));
    let address = [127, 0, 0, 1].into();
    let [first, second] = [places.take_place(address).await, places.take_place(address).await].map(Arc::new);
    let [older, newer] = [&first, &second].map(|place| RequestIntake::new(Arc::clone(place), memory.clone()));
    let (mut held, mut wanted) = (GrantedMemory::default(), GrantedMemory::default());
    assert!(older.grant(&mut held, 80));
    let giving_way = async {
        first.wait_to_give_way().await;
        drop(held);
    };
    assert!(tokio::join!(newer.grant_with_room(&mut wanted, 60), giving_way).0);
    assert!(!newer.grant_with_room(&mut wanted, 60).await, "nobody else is left to give way");
}

#[tokio::test]
async fn a_panic_is_a_value() {
    assert_eq!(CatchPanic::new(async { 1 }, || 2).await, 1);
    let panics = async {
        tokio::task::yield_now().await;
        panic!("told to panic");
    };
    assert_eq!(CatchPanic::new(panics, || 2).await, 2);
}

#[tokio::test]
async fn dropped_work_is_finished_all_the_same() {
    let (go, gone) = oneshot::channel();
    let (done, finished) = oneshot::channel();
    let mut work = DetachOnDrop::new(async move {
        let _ = gone.await;
        let _ = done.send("finished");
    });
    assert!(futures_pending(&mut work).await);
    drop(work);
    go.send(()).unwrap();
    assert_eq!(finished.await, Ok("finished"));
}

#[tokio::test]
async fn a_write_that_nobody_takes_fails() {
    let (near, _far) = tokio::io::duplex(16);
    let mut stream = WriteTimeoutStream::new(near, Duration::from_millis(10));
    stream.write_all(&[0; 16]).await.unwrap();
    let error = stream.write_all(&[0; 1]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}

async fn futures_pending<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::time::timeout(Duration::from_millis(5), future).await.is_err()
}
