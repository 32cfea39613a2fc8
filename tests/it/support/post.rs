//! One unsigned delivery by hand, as the service sends them today: what `trigger` fabricates is known to be that.

use std::io::{Read, Write};
use std::net::TcpStream;
use url::Url;

/// Posts a body; the whole answer.
pub fn post(url: &str, body: &str) -> String {
    let url = Url::parse(url).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let head =
        format!("POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}", url.path(), body.len());
    stream.write_all(format!("{head}\r\nContent-Type: application/json\r\n\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
