//! `test` against endpoints that do not survive it: the check that ends them is a finding of its own, whatever else was found
//! before, and the one that is named by all that comes after it.

use crate::support::{Scene, counterpart, free_port, until};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

fn find<'a>(checks: &'a [Value], id: &str) -> &'a Value {
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn list_failed(checks: &[Value]) -> Vec<&str> {
    let failed = checks.iter().filter(|check| check["verdict"] == "failed");
    failed.map(|check| check["id"].as_str().unwrap()).collect()
}

#[test]
fn what_killed_the_endpoint_does_not_follow_from_anything() {
    let Some(node) = counterpart("node") else { return };
    let (scene, port, secret) = (Scene::new(), free_port(), "a secret of the zoo");
    let deadly = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zoo/deadly.mjs");
    let server = scene.command(&node, [deadly.to_str().unwrap()]);
    let _running = server.env("PORT", port.to_string()).env("WEBHOOK_SECRET", secret).start();
    until("the server to listen", || TcpStream::connect(("127.0.0.1", port)).ok());
    scene.write("secret.txt", secret);
    let url = format!("http://127.0.0.1:{port}/webhooks/referralloop");
    let checks = scene.run(["test", &url, "--secret-file", "secret.txt", "--json"]).code(1).records();
    assert_eq!(list_failed(&checks), ["auth.body-forms", "robust.deep-nesting", "load.alive"]);
    let gone = "nothing is listening there any more since robust.deep-nesting";
    let alive = find(&checks, "load.alive");
    assert_eq!(alive["seen"], format!("{gone}; the last requests before that are shown"));
    assert!(alive["exchanges"].to_string().contains("disconnected"), "{alive}");
    assert_eq!(find(&checks, "load.abort")["reason"], gone);
}

/// A body that came whole, where its length was told.
fn read_body(client: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut part) = (Vec::new(), [0; 65536]);
    loop {
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let told = |line: &str| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned);
            let length: usize = head.lines().find_map(told).map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return body.as_bytes().to_vec();
            }
        }
        match client.read(&mut part) {
            Ok(count) if count > 0 => all.extend(&part[..count]),
            _ => return all,
        }
    }
}

/// The answer came before the end, so the next check is the first that finds nobody: it has not killed anything.
#[test]
fn who_answers_and_dies_was_ended_by_the_check_before() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let serving = std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            if read_body(&mut client).starts_with(b"{'event_type'") {
                drop(listener);
                client
                    .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .unwrap();
                return;
            }
            let good = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            // Who only looks whether somebody listens wants no answer.
            let _ = client.write_all(good);
        }
    });
    let only = "robust.invalid-json,robust.hostile-strings,robust.lone-surrogate,load.alive";
    let checks = Scene::new().run(["test", &url, "--only", only, "--json", "--no-secret"]).code(1).records();
    serving.join().unwrap();
    assert_eq!(list_failed(&checks), ["load.alive"]);
    let gone = "nothing is listening there any more since robust.invalid-json";
    assert_eq!(find(&checks, "robust.hostile-strings")["reason"], gone);
    assert_eq!(find(&checks, "load.alive")["seen"], format!("{gone}; the last requests before that are shown"));
}
