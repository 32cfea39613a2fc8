//! What ends a listener: at the stop, what is under way finishes and what hangs
//! is cut off.

use super::harness::{PATIENCE, ReceiverHarness, ReceiverTestServer, delivery, key, until};
use crate::receive::{DrainResult, ListenerSettings, ServerLimits};
use std::time::Duration;
use tokio::net::TcpStream;

async fn served(drain: Duration) -> (ReceiverHarness, ReceiverTestServer) {
    let limits = ServerLimits { drain, ..ServerLimits::default() };
    let bench = ReceiverHarness::new(ListenerSettings { keys: vec![key()], limits, ..ListenerSettings::default() });
    let server = bench.serve().await;
    (bench, server)
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_the_stop() {
    let (bench, server) = served(PATIENCE).await;
    let gate = bench.memory.closed_gate();
    let mut client = server.connect().await;
    client.send(delivery("a")).await;
    until(|| bench.memory.bodies().len() == 1).await;
    let address = server.address;
    let end = server.stop();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    assert_eq!(client.answer().await.0, 200);
    assert_eq!(end.await.unwrap(), DrainResult { finished: 1, cut: 0 });
}

#[tokio::test]
async fn a_request_that_hangs_is_cut_off() {
    let (bench, server) = served(Duration::from_millis(50)).await;
    let gate = bench.memory.closed_gate();
    let mut client = server.connect().await;
    client.send(delivery("a")).await;
    until(|| bench.memory.bodies().len() == 1).await;
    assert_eq!(server.stop().await.unwrap(), DrainResult { finished: 0, cut: 1 });
    client.closed().await;
    // What the store had been handed is told all the same.
    gate.add_permits(1);
    until(|| bench.told.arrivals().len() == 1).await;
}

#[tokio::test]
async fn idle_connections_do_not_hold_the_stop_up() {
    let (_bench, server) = served(PATIENCE).await;
    let _silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.send(delivery("a")).await;
    assert_eq!(idle.answer().await.0, 200);
    let drained = tokio::time::timeout(PATIENCE / 2, server.stop()).await.unwrap().unwrap();
    assert_eq!(drained.cut, 0);
    idle.closed().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_free_place() {
    let limits = ServerLimits { connections: 1, drain: Duration::from_millis(50), ..ServerLimits::default() };
    let bench = ReceiverHarness::new(ListenerSettings { keys: vec![key()], limits, ..ListenerSettings::default() });
    let _gate = bench.memory.closed_gate();
    let server = bench.serve().await;
    let mut client = server.connect().await;
    client.send(delivery("a")).await;
    until(|| bench.memory.bodies().len() == 1).await;
    assert_eq!(server.stop().await.unwrap().cut, 1);
}
