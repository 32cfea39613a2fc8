//! Every target reached, every request as it was meant: header fields, paths, sockets, certificates. `reach/table.md`
//! lists the situations with what was seen before, what is seen now, and the test of each.

mod answers;
mod doctor;
mod exports;
mod headers;
pub mod odd_answers;
mod referralhero;
mod small;
mod table;
mod targets;
mod tls;
mod turned_away;

use crate::support::Scene;
use std::io::{Read, Write};
use std::net::TcpStream;
use url::Url;

/// Sends a request as it is written, `HOST` and `LENGTH` filled in; the whole answer.
pub fn send_raw(url: &str, head: &str, body: &str) -> String {
    let url = Url::parse(url).unwrap();
    let authority = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect(&authority).unwrap();
    let head = head.replace("HOST", &authority).replace("LENGTH", &body.len().to_string()).replace('\n', "\r\n");
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// One event in the store, received on a path, with header names in spellings of their own.
fn receive_one(scene: &Scene, arguments: &[&str], target: &str) {
    let listener = scene.listen(["--until", "1"].iter().chain(arguments));
    let head = format!(
        "POST {target} HTTP/1.1\nHost: HOST\nConnection: close\nX-WEBHOOK-odd: 1\ncontent-TYPE: application/json\n\
         x-webhook-ODD: 2\nContent-Length: LENGTH"
    );
    assert!(send_raw(&listener.url, &head, "{\"event_type\":\"signup.created\"}").starts_with("HTTP/1.1 200"));
    listener.finish().code(0);
}
