//! A server that does not know what its stream has, as one may after a network was parted: a way on which questions about a
//! consumer, and for its messages, reach others to which nothing ever comes looks the same.

use super::faults::put;
use super::{Server, bodies, body, subscriber};
use crate::support::{Scene, until};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// What is asked, and what instead: the one that is asked about is never asked for messages, since that moves it on.
const QUESTIONS: [(&[u8], &[u8]); 2] = [
    (b"CONSUMER.INFO.HOOKS.as-alice", b"CONSUMER.INFO.HOOKS.at-alice"),
    (b"NEXT.HOOKS.as-alice", b"NEXT.HOOKS.no-alice"),
];

/// Whether who asks for the one gets the other, and how often somebody did.
#[derive(Default)]
struct Misleading {
    on: AtomicBool,
    times: AtomicUsize,
}

impl Misleading {
    /// From now on, and until it holds: what was asked for before is answered as it was.
    fn begin(&self) {
        self.on.store(true, Ordering::Relaxed);
        until("somebody to be misled", || (self.times.load(Ordering::Relaxed) > 0).then_some(()));
    }

    fn change(&self, bytes: &mut [u8]) {
        for (asked, instead) in QUESTIONS {
            while let Some(at) = bytes.windows(asked.len()).position(|window| window == asked) {
                bytes[at..at + asked.len()].copy_from_slice(instead);
                self.times.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// A way to the server that may mislead.
fn misleading(port: u16, misleads: Arc<Misleading>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let (mut up, mut down) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let misleads = misleads.clone();
            thread::spawn(move || std::io::copy(&mut &server, &mut down));
            thread::spawn(move || pass_on(client, &mut up, &misleads));
        }
    });
    own
}

fn pass_on(mut client: TcpStream, server: &mut TcpStream, misleads: &Misleading) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        if misleads.on.load(Ordering::Relaxed) {
            misleads.change(&mut buffer[..read]);
        }
        if server.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

/// Consumers to which nothing comes, and that are as far as the stream is.
fn make_idle(server: &Server) {
    for name in ["at-alice", "no-alice"] {
        let config = format!(
            r#"{{"durable_name":"{name}","ack_policy":"explicit","deliver_policy":"new","filter_subject":"hooks.none"}}"#
        );
        let asked = format!(r#"{{"stream_name":"HOOKS","config":{config}}}"#);
        let made = server.request(&format!("$JS.API.CONSUMER.DURABLE.CREATE.HOOKS.{name}"), &asked);
        assert!(made.contains("num_pending"), "{made}");
    }
}

#[test]
fn what_a_consumer_does_not_know_of_is_fetched_and_comes_once() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    scene.listen(["--publish", &address, "--no-store"]).stop();
    let misleads = Arc::new(Misleading::default());
    let around = format!("nats://127.0.0.1:{}/hooks.created", misleading(server.port, misleads.clone()));
    let listener = subscriber(&scene, &around, &["--as", "alice"]);
    let sent: Vec<String> = (0..5).map(|number| body(1, number)).collect();
    let send = |number: usize| put(&server, "hooks.created.w", "", sent[number].as_bytes());
    let wait = |count| until("the events", || (bodies(&listener.running().stdout.text()).len() >= count).then_some(()));
    send(0);
    wait(1);
    make_idle(&server);
    misleads.begin();
    send(1);
    put(&server, "hooks.deleted.w", "", b"{\"of\": \"no interest\"}");
    send(2);
    wait(3);
    // Behind the last one of interest there is one that is not.
    put(&server, "hooks.deleted.w", "", b"{}");
    send(3);
    wait(4);
    misleads.on.store(false, Ordering::Relaxed);
    send(4);
    wait(5);
    let told = listener.stop();
    let got = bodies(&String::from_utf8_lossy(&told.stdout));
    assert!(got == sent, "in order, and each once: {told}");
}
