//! Requests byte by byte, and what the listener, the sandbox and the inspector make of each: a frozen table, so that no
//! other version of a library reads one of them in another way unnoticed.

use crate::inspector::client::Inspector;
use crate::support::{Sandbox, Scene};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use url::Url;

const TABLE: &str = include_str!("raw_requests/table.txt");

/// `\r` and its kind, and `(70000*x)`.
fn unescape(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.bytes().next() {
        let (bytes, used) = match (first, rest.as_bytes().get(1)) {
            (b'\\', Some(b'r')) => (vec![b'\r'], 2),
            (b'\\', Some(b'n')) => (vec![b'\n'], 2),
            (b'\\', Some(b'0')) => (vec![0], 2),
            (b'\\', Some(b'x')) => (vec![u8::from_str_radix(&rest[2..4], 16).unwrap()], 4),
            (b'(', _) => {
                let (count, text) = rest[1..].split_once('*').unwrap();
                let text = text.split_once(')').unwrap().0;
                (text.repeat(count.parse().unwrap()).into_bytes(), count.len() + text.len() + 3)
            }
            _ => (vec![first], 1),
        };
        out.extend(bytes);
        rest = &rest[used..];
    }
    out
}

/// The statuses of all answers to a request and an ordinary one behind it, `-` where there is none.
fn ask(port: u16, path: &str, raw: &str) -> String {
    let host = format!("127.0.0.1:{port}");
    let mut bytes = unescape(&raw.replace("PATH", path).replace("HOST", &host));
    let next = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
    bytes.extend(next.bytes());
    let mut stream = TcpStream::connect(&host).unwrap();
    let mut writing = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || {
        // Who answers early and closes does not read the rest.
        let _ = writing.write_all(&bytes);
    });
    let mut answers = Vec::new();
    // What was read before a reset is there.
    let _ = stream.read_to_end(&mut answers);
    let _ = stream.shutdown(Shutdown::Both);
    writer.join().unwrap();
    let answers = String::from_utf8_lossy(&answers);
    let statuses = answers.match_indices("HTTP/1.").map(|(at, _)| answers[at + 9..at + 12].to_owned());
    let statuses: Vec<String> = statuses.collect();
    if statuses.is_empty() { "-".to_owned() } else { statuses.join(" ") }
}

#[test]
fn every_raw_request_is_read_as_the_table_demands() {
    let scene = Scene::new();
    let listener = scene.listen(["--inspect", "--inspect-port", "0"]);
    let sandbox = Sandbox::start(&scene, [] as [&str; 0]);
    let port = |url: &str| Url::parse(url).unwrap().port().unwrap();
    let servers = [
        (port(&listener.url), "/"),
        (port(&sandbox.url), "/api/v1/webhooks/subscribe"),
        (Inspector::from_ready(&listener.ready_file).port, "/api/events"),
    ];
    let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rows.len(), 45);
    let mut wrong = Vec::new();
    for row in rows {
        let parts: Vec<&str> = row.splitn(5, " | ").collect();
        let got: Vec<String> = servers.iter().map(|(port, path)| ask(*port, path, parts[4])).collect();
        if got != parts[1..4] {
            wrong.push(format!("{}: {got:?} in place of {:?}", parts[0], &parts[1..4]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    listener.stop().code(0);
}
