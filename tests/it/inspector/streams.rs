//! How many may follow the store at one time, and what becomes of those that do not read.

use super::client::{Inspector, Stream, ask_raw};
use super::listening;
use crate::support::{Listener, Scene, until};
use std::io::Read;
use std::time::Duration;

const STREAMS: usize = 16;

/// Readers of the store that wait for the next request.
const KEPT_READERS: usize = 4;

/// A message of this length is unread before the buffers of a connection are full of it.
const LARGE: usize = 400_000;

fn post(listener: &str, body: &str) {
    let url = url::Url::parse(listener).unwrap();
    let host = format!("127.0.0.1:{}", url.port().unwrap());
    assert_eq!(ask_raw(url.port().unwrap(), "POST", url.path(), &[("Host", &host)], body).status, 200);
}

fn open(inspector: &Inspector) -> Stream {
    let mut stream = Stream::open(inspector, None);
    stream.wait_for("hello");
    stream
}

fn turned_away(inspector: &Inspector) {
    // A stream that is let in would not end.
    assert_eq!(inspector.ask("HEAD", "/api/stream", &[], "").status, 503);
    let answer = inspector.ask("GET", "/api/stream", &[], "");
    assert_eq!((answer.status, answer.header("retry-after").as_deref()), (503, Some("2")), "{}", answer.body);
    assert!(answer.body.contains(r#""type":"error""#) && answer.body.contains("close one of them"), "{}", answer.body);
}

#[test]
fn so_many_follow_and_the_place_of_one_that_ends_is_free() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    let mut streams: Vec<_> = (0..STREAMS).map(|_| open(&inspector)).collect();
    turned_away(&inspector);
    post(&listener.url, r#"{"n":1}"#);
    for stream in &mut streams {
        assert_eq!(stream.wait_for("event")["event"], 1);
    }
    drop(streams.pop());
    streams.push(until("a free place", || Stream::try_open(&inspector)));
    turned_away(&inspector);
    listener.stop().code(0);
}

#[test]
fn who_reads_nothing_gives_way_and_leaves_nothing() {
    let (scene, line) = (Scene::new(), ["listen", "--port", "0", "--inspect", "--inspect-port", "0", "--ready-file"]);
    let mut process = scene.process(line.into_iter().chain(["ready.json"])).start();
    let ready = scene.folder().join("ready.json");
    let record: serde_json::Value = serde_json::from_slice(&process.wait_for_file(&ready)).unwrap();
    let (url, inspector) = (record["url"].as_str().unwrap(), Inspector::from_ready(&ready));
    // Connections and what readers of the store have open, but for the store itself: that file is kept for the next readers.
    let files = || {
        let open = std::fs::read_dir(format!("/proc/{}/fd", process.id())).into_iter().flatten().flatten();
        let named = open.filter_map(|file| std::fs::read_link(file.path()).ok());
        named.filter(|name| !name.to_string_lossy().ends_with(".db")).count()
    };
    let before = files();
    let streams: Vec<_> = (0..STREAMS).map(|_| Stream::open_narrow(&inspector)).collect();
    until("all of them", || (inspector.ask("HEAD", "/api/stream", &[], "").status == 503).then_some(()));
    let (mut number, text) = (0, "x".repeat(LARGE));
    let mut next = until("one that gives way", || {
        number += 1;
        std::thread::sleep(Duration::from_millis(40));
        post(url, &format!(r#"{{"n":{number},"text":"{text}"}}"#));
        Stream::try_open(&inspector)
    });
    // It tells what happens from there on.
    next.wait_for("hello");
    post(url, r#"{"n":"last"}"#);
    while next.wait_for("event")["body"] != r#"{"n":"last"}"# {}
    drop((streams, next));
    until("what they had open to be closed", || (files() <= before + KEPT_READERS).then_some(()));
    let again = open(&inspector);
    drop(again);
    process.signal("INT");
    process.finish().code(0);
}

#[test]
fn a_secret_is_found_where_a_message_is_cut() {
    const SECRET: &str = "whsec_0123456789-canary";
    let scene = Scene::new();
    let line = ["--inspect", "--inspect-port", "0"];
    let listener = Listener::start(&scene, line, |run| run.env("REFERRALLOOP_WEBHOOK_SECRET", SECRET));
    let inspector = Inspector::from_ready(&listener.ready_file);
    let stream = open(&inspector);
    post(&listener.url, &format!(r#"{{"text":"{}"}}"#, SECRET.repeat(LARGE / SECRET.len())));
    let mut told = Vec::new();
    let mut reader = stream.into_reader();
    while !told.ends_with(b"\n\n\r\n") || !String::from_utf8_lossy(&told).contains("event: place") {
        let mut bytes = [0; 4096];
        let read = reader.read(&mut bytes).unwrap();
        assert_ne!(read, 0);
        told.extend_from_slice(&bytes[..read]);
    }
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("[redacted]"));
    for part in [&SECRET[..8], &SECRET[SECRET.len() - 8..]] {
        assert!(!told.contains(part), "{part}");
    }
    listener.stop().code(0);
}
