//! Real sockets: slow, half-open, pipelined, chunked and hesitant senders.

use super::harness::{PATIENCE, ReceiverHarness, ReceiverTestServer, delivery, key, until};
use crate::receive::{ListenerSettings, ServerLimits};
use std::time::Duration;
use tokio::io::AsyncReadExt;

const SOON: Duration = Duration::from_millis(50);

fn bench(limits: ServerLimits) -> ReceiverHarness {
    ReceiverHarness::new(ListenerSettings { keys: vec![key()], limits, ..ListenerSettings::default() })
}

async fn served(limits: ServerLimits) -> (ReceiverHarness, ReceiverTestServer) {
    let bench = bench(limits);
    let server = bench.serve().await;
    (bench, server)
}

#[tokio::test]
async fn a_slow_head_is_cut_off() {
    let (_bench, server) = served(ServerLimits { head: SOON, ..ServerLimits::default() }).await;
    let mut slow = server.connect().await;
    slow.send("POST / HTTP/1.1\r\nHost:").await;
    slow.closed().await;
}

#[tokio::test]
async fn an_idle_connection_is_ended() {
    let (_bench, server) = served(ServerLimits { head: SOON, ..ServerLimits::default() }).await;
    let mut silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.send(delivery("a")).await;
    assert_eq!(idle.answer().await.0, 200);
    idle.closed().await;
    silent.closed().await;
}

#[tokio::test]
async fn a_slow_body_is_answered_408() {
    let (bench, server) = served(ServerLimits { body: SOON, ..ServerLimits::default() }).await;
    let mut slow = server.connect().await;
    slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc").await;
    assert_eq!(slow.answer().await, (408, r#"{"error":"the body came too slowly"}"#.to_owned()));
    slow.closed().await;
    assert!(bench.memory.bodies().is_empty());
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_before_its_time() {
    let limits = ServerLimits { body: PATIENCE * 10, grace: SOON, ..ServerLimits::default() };
    let (bench, server) = served(limits).await;
    let mut slow = server.connect().await;
    slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc").await;
    assert_eq!(slow.answer().await.0, 408);
    // Whoever sent a good deal has time for the rest.
    let body = "x".repeat(50_000);
    let whole = delivery(&body);
    let mut brisk = server.connect().await;
    brisk.send(&whole.as_bytes()[..40_000]).await;
    tokio::time::sleep(SOON * 4).await;
    brisk.send(&whole.as_bytes()[40_000..]).await;
    assert_eq!(brisk.answer().await.0, 200);
    assert_eq!(bench.memory.bodies().len(), 1);
}

#[tokio::test]
async fn half_open_connections_hold_nobody_up() {
    let (_bench, server) = served(ServerLimits::default()).await;
    let mut half = Vec::new();
    for _ in 0..100 {
        let mut client = server.connect().await;
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab").await;
        half.push(client);
    }
    let mut whole = server.connect().await;
    whole.send(delivery("a")).await;
    assert_eq!(whole.answer().await.0, 200);
}

#[tokio::test]
async fn who_sends_nothing_gives_way() {
    let (_bench, server) = served(ServerLimits { connections: 3, ..ServerLimits::default() }).await;
    let mut held = Vec::new();
    for begun in ["", "POST / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"] {
        let mut client = server.connect().await;
        client.send(begun).await;
        held.push(client);
    }
    for (body, gone) in ["a", "b", "c"].into_iter().zip(&mut held) {
        let mut whole = server.connect().await;
        whole.send(delivery(body)).await;
        assert_eq!(whole.answer().await.0, 200);
        gone.closed().await;
    }
}

#[tokio::test]
async fn whoever_is_being_answered_keeps_the_place() {
    let limits = ServerLimits { connections: 1, ..ServerLimits::default() };
    let delay = SOON * 4;
    let settings = ListenerSettings { keys: vec![key()], respond_delay: delay, limits, ..ListenerSettings::default() };
    let bench = ReceiverHarness::new(settings);
    let server = bench.serve().await;
    let mut first = server.connect().await;
    first.send(delivery("a")).await;
    until(|| bench.told.arrivals().len() == 1).await;
    let mut second = server.connect().await;
    second.send(delivery("b")).await;
    let early = tokio::time::timeout(SOON, second.0.readable()).await;
    assert!(early.is_err(), "the place is taken");
    assert_eq!(first.answer().await.0, 200);
    assert_eq!(second.answer().await.0, 200);
}

#[tokio::test]
async fn bodies_beyond_the_memory_are_put_off() {
    let (bench, server) = served(ServerLimits { memory: 100_000, ..ServerLimits::default() }).await;
    let mut large = server.connect().await;
    large.send(delivery(&"x".repeat(70_000))).await;
    assert_eq!(large.answer().await, (503, r#"{"error":"too many bodies at once"}"#.to_owned()));
    assert!(bench.memory.bodies().is_empty());
}

#[tokio::test]
async fn no_memory_is_held_on_a_senders_word() {
    let (bench, server) = served(ServerLimits { memory: 50_000, ..ServerLimits::default() }).await;
    let mut held = Vec::new();
    for length in ["Transfer-Encoding: chunked\r\n\r\n1\r\nx", "Content-Length: 1000000\r\n\r\nx"].repeat(20) {
        let mut client = server.connect().await;
        client.send(format!("POST / HTTP/1.1\r\nHost: x\r\n{length}")).await;
        held.push(client);
    }
    let mut whole = server.connect().await;
    whole.send(delivery(&"x".repeat(20_000))).await;
    assert_eq!(whole.answer().await.0, 200);
    assert_eq!(bench.memory.bodies().len(), 1);
}

#[tokio::test]
async fn a_request_names_one_host() {
    let (bench, server) = served(ServerLimits::default()).await;
    for lines in ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n"] {
        let mut client = server.connect().await;
        client.send(format!("POST / HTTP/1.1\r\n{lines}Content-Length: 2\r\n\r\n{{}}")).await;
        let error = r#"{"error":"the request must have one Host header"}"#;
        assert_eq!(client.answer().await, (400, error.to_owned()), "{lines:?}");
        client.closed().await;
    }
    assert!(bench.memory.bodies().is_empty());
    let mut old = server.connect().await;
    old.send("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}").await;
    assert_eq!(old.answer().await.0, 200);
}

#[tokio::test]
async fn a_connection_carries_many_requests() {
    let (bench, server) = served(ServerLimits::default()).await;
    let mut client = server.connect().await;
    for body in ["a", "b", "c"] {
        client.send(delivery(body)).await;
        assert_eq!(client.answer().await.0, 200);
    }
    client.send([delivery("d"), delivery("e"), delivery("f")].concat()).await;
    for _ in 0..3 {
        assert_eq!(client.answer().await.0, 200);
    }
    assert_eq!(bench.memory.bodies(), [b"a", b"b", b"c", b"d", b"e", b"f"]);
}

#[tokio::test]
async fn a_chunked_body_is_put_together() {
    let (bench, server) = served(ServerLimits { body_bytes: 10, ..ServerLimits::default() }).await;
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        key().sign(b"hello wor")
    );
    let mut client = server.connect().await;
    client.send(format!("{head}5\r\nhello\r\n4\r\n wor\r\n0\r\n\r\n")).await;
    assert_eq!(client.answer().await.0, 200);
    client.send(format!("{head}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")).await;
    assert_eq!(client.answer().await.0, 413);
    // Cut at the limit, since nobody knows how much more would come.
    client.closed().await;
    let mut client = server.connect().await;
    client.send(format!("{head}6\r\nhello \r\n6\r\nworld\n\r\n")).await;
    assert_eq!(client.answer().await.0, 413);
    let mut client = server.connect().await;
    client.send(format!("{head}zz\r\nhello\r\n")).await;
    assert_eq!(client.answer().await.0, 400);
    assert_eq!(bench.memory.bodies(), [b"hello wor"]);
}

#[tokio::test]
async fn whoever_asks_first_is_told_to_go_on() {
    let (bench, server) = served(ServerLimits::default()).await;
    let mut client = server.connect().await;
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").await;
    assert_eq!(client.answer().await.0, 100);
    client.send("{}").await;
    assert_eq!(client.answer().await.0, 200);
    assert_eq!(bench.memory.bodies(), [b"{}"]);
}

#[tokio::test]
async fn whoever_asks_first_with_too_much_is_spared_the_sending() {
    let (_bench, server) = served(ServerLimits::default()).await;
    let mut client = server.connect().await;
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n").await;
    assert_eq!(client.answer().await.0, 413);
}

#[tokio::test]
async fn whoever_sends_too_much_can_still_read_the_answer() {
    let (_bench, server) = served(ServerLimits::default()).await;
    let mut client = server.connect().await;
    client.send(format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", 3 << 20)).await;
    client.send(vec![b'x'; 3 << 20]).await;
    assert_eq!(client.answer().await.0, 413);
    client.send(delivery("a")).await;
    assert_eq!(client.answer().await.0, 200);
}

#[tokio::test]
async fn a_body_of_the_full_length_is_stored_exactly() {
    let (bench, server) = served(ServerLimits::default()).await;
    let body = "\r\n\u{0}é".repeat((1 << 20) / 5);
    let mut client = server.connect().await;
    client.send(delivery(&body)).await;
    assert_eq!(client.answer().await.0, 200);
    assert_eq!(bench.memory.bodies(), [body.into_bytes()]);
}

#[tokio::test]
async fn a_delayed_answer_delays_nobody_else() {
    let settings = ListenerSettings { keys: vec![key()], respond_delay: PATIENCE * 10, ..ListenerSettings::default() };
    let bench = ReceiverHarness::new(settings);
    let server = bench.serve().await;
    let mut clients = Vec::new();
    for body in ["a", "b"] {
        let mut client = server.connect().await;
        client.send(delivery(body)).await;
        clients.push(client);
    }
    // Both are stored and told while both answers are held back; a refusal is never held back.
    until(|| bench.told.arrivals().len() == 2).await;
    let mut refused = server.connect().await;
    refused.send("POST / HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: x\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(refused.answer().await.0, 401);
}

#[tokio::test]
async fn a_head_beyond_all_measure_is_refused() {
    let (_bench, server) = served(ServerLimits::default()).await;
    let mut client = server.connect().await;
    client.send(format!("POST / HTTP/1.1\r\nHost: x\r\nX-Long: {}", "x".repeat(64 << 10))).await;
    assert_eq!(client.answer().await.0, 431);
}

#[tokio::test]
async fn what_is_not_http_is_answered_400() {
    let (_bench, server) = served(ServerLimits::default()).await;
    let mut client = server.connect().await;
    client.send("\u{16}\u{3}\u{1} hello\r\n\r\n").await;
    assert_eq!(client.answer().await.0, 400);
    assert_eq!(client.0.read_u8().await.ok(), None);
}
