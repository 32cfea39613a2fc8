//! Two servers: the one that is called points to the other. Whatever the status and wherever it points, the key goes no
//! further, and nothing else either.

use crate::support::{Answer, Endpoint, Run, Scene};
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KEY: &str = "pk_live_0123456789abcdefghijklmnopqrstuvwxyz";

/// A server that writes down every byte of every connection, and answers nothing.
struct Ear {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Ear {
    fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let told = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut bytes) = (stream.unwrap(), vec![0; 4096]);
                stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
                let read = stream.read(&mut bytes).unwrap_or(0);
                bytes.truncate(read);
                told.lock().unwrap().push(bytes);
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

/// Every command that calls, with what it needs. Those that read take the key to the service as those that write do.
const CALLS: [&[&str]; 12] = [
    &["whoami"],
    &["waitlists"],
    &["signups", "list", "--waitlist", "wl_1"],
    &["signups", "get", "su_1", "--waitlist", "wl_1"],
    &["signups", "create", "--waitlist", "wl_1", "--email", "a@example.com"],
    &["signups", "delete", "su_1", "--waitlist", "wl_1", "--yes"],
    &["subscribe", "created", "--url", "http://127.0.0.1:9/hook", "--waitlist", "wl_1"],
    &["unsubscribe", "sub_1", "--yes"],
    &["reconcile", "--waitlist", "wl_1"],
    &["login"],
    &["doctor"],
    &["listen", "--port", "0", "--subscribe", "created"],
];

fn run(scene: &Scene, line: &[&str], api: &Endpoint) -> Run {
    let base = api.url("/api/v1");
    let run = scene.with(["--api-url", base.as_str()].into_iter().chain(line.iter().copied()));
    if line == ["login"] { run.stdin(KEY) } else { run.env("REFERRALLOOP_API_KEY", KEY) }
}

#[test]
fn the_key_stays_where_it_was_sent() {
    let ear = Ear::new();
    let port = ear.address.port();
    let mut calls = 0;
    for status in [301, 302, 303, 307, 308] {
        for (to, what) in [
            (format!("http://127.0.0.1:{port}/api/v1/waitlists"), "another port"),
            (format!("http://localhost:{port}/api/v1/waitlists"), "another host"),
            (format!("https://127.0.0.1:{port}/api/v1/waitlists"), "another scheme"),
            (format!("//127.0.0.1:{port}/api/v1/waitlists"), "no scheme"),
        ] {
            let api = Endpoint::new([Answer::Full(status, vec![format!("Location: {to}")], Vec::new())]);
            let scene = Scene::new();
            for line in CALLS {
                let before = api.received().len();
                let ended = run(&scene, line, &api).columns(2000).output();
                assert_ne!(ended.code, Some(0), "{status} to {what}: {ended}");
                let said = ended.out() + &ended.err();
                assert!(
                    !said.contains(KEY) && said.contains("redirects are never followed"),
                    "{status} {what}: {ended}"
                );
                let received = api.received();
                assert!(received.len() > before, "it was called: {ended}");
                for request in &received[before..] {
                    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()), "{ended}");
                    assert_eq!((request.header("referer"), request.header("cookie")), (None, None));
                }
                calls += received.len() - before;
            }
        }
    }
    assert_eq!(ear.heard(), 0, "{:?}", ear.heard.lock().unwrap());
    println!("{calls} calls were redirected, none was made elsewhere");
}
