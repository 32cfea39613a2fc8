//! Requests that are no deliveries: each is told, with what this listener takes.

use super::send_raw;
use crate::support::Scene;
use std::io::{Read, Write};
use std::net::TcpStream;
use url::Url;

/// Bytes to a listener's socket; the answer.
fn send_bytes(url: &str, bytes: &[u8]) -> String {
    let url = Url::parse(url).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // What is cut off was answered before.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &str = "GET /hook HTTP/1.1\nHost: HOST\nConnection: close";

#[test]
fn another_path_and_another_method_are_told_in_a_line_each() {
    let scene = Scene::new();
    let listener = scene.listen(["--path", "/hook"]);
    let head = "POST /webhooks HTTP/1.1\nHost: HOST\nConnection: close\nContent-Length: LENGTH";
    assert!(send_raw(&listener.url, head, "{}").starts_with("HTTP/1.1 404"));
    assert!(send_raw(&listener.url, GET, "").starts_with("HTTP/1.1 405"));
    let shown = &listener.running().stderr;
    shown.wait_for("  POST /webhooks   404: this listener takes /hook only\n");
    shown.wait_for("  GET /hook   405: this listener takes POST only\n");
    let ended = listener.stop().code(0);
    assert_eq!(ended.out(), "", "no arrival");
    assert!(ended.err().ends_with("Received: 2 turned away.\n"), "{ended}");
}

#[test]
fn what_is_turned_away_is_a_record() {
    let scene = Scene::new();
    let listener = scene.listen(["--path", "/hook", "--json"]);
    send_raw(&listener.url, GET, "");
    listener.wait_for("turned_away");
    let told = listener.stop().code(0).record("turned_away");
    assert_eq!((&told["method"], &told["path"], &told["status"]), (&"GET".into(), &"/hook".into(), &405.into()));
}

#[test]
fn what_is_no_request_is_told_too() {
    let scene = Scene::new();
    let listener = scene.listen(["--json"]);
    assert!(send_bytes(&listener.url, b"SSH-2.0-OpenSSH_9.7\r\n\r\n").starts_with("HTTP/1.1 400"));
    listener.wait_for("it is not HTTP/1.1");
    // The beginning of a TLS connection: somebody wrote https.
    send_bytes(&listener.url, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n");
    listener.wait_for("it is TLS, and this listener speaks http");
    send_bytes(&listener.url, format!("GET /{} HTTP/1.1\r\n", "x".repeat(70_000)).as_bytes());
    listener.wait_for("its head is longer than the limit");
    listener.stop().code(0);
}

#[test]
fn a_body_that_is_not_read_is_told_with_its_path() {
    let scene = Scene::new();
    let listener = scene.listen::<&str>([]);
    let head = "POST /in HTTP/1.1\nHost: HOST\nExpect: 100-continue\nConnection: close\nContent-Length: 2000000";
    assert!(send_raw(&listener.url, head, "").starts_with("HTTP/1.1 413"));
    listener.running().stderr.wait_for("  POST /in   413: its body is longer than the limit\n");
    listener.stop().code(0);
}

#[test]
fn a_flood_at_an_exposed_listener_is_told_in_part() {
    let scene = Scene::new();
    let listener = scene.listen(["--public-url", "https://hooks.example.invalid/base", "--json", "--path", "/hook"]);
    for _ in 0..40 {
        send_raw(&listener.url, "GET / HTTP/1.1\nHost: HOST\nConnection: close", "");
    }
    let ended = listener.stop().code(0);
    let told = ended.records().iter().filter(|record| record["type"] == "turned_away").count();
    assert!((5..40).contains(&told), "{told} of 40 in {ended}");
    assert_eq!(ended.record("summary")["turned_away"], 40);
}
