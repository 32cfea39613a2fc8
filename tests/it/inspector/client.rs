//! A client of the inspector that sends exactly what a test wants, forged fields included.

use crate::support::PATIENCE;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }
}

/// Sends these fields and no others but the length.
pub fn ask_raw(port: u16, method: &str, path: &str, fields: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    fields.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// An inspector that runs.
pub struct Inspector {
    pub port: u16,
    pub token: String,
}

impl Inspector {
    /// Reads where it is from a ready file.
    pub fn from_ready(file: &Path) -> Self {
        let record: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let url = url::Url::parse(record["inspect_url"].as_str().unwrap()).unwrap();
        let token = url.fragment().unwrap().strip_prefix("token=").unwrap().to_owned();
        Self { port: url.port().unwrap(), token }
    }

    /// Asks with the token.
    pub fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)], body: &str) -> Answer {
        let (host, bearer) = (format!("127.0.0.1:{}", self.port), format!("Bearer {}", self.token));
        let own = [("Host", host.as_str()), ("Authorization", bearer.as_str())];
        ask_raw(self.port, method, path, &[&own, fields].concat(), body)
    }

    fn records(&self, answer: &Answer) -> Vec<Value> {
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn get(&self, path: &str) -> Vec<Value> {
        self.records(&self.ask("GET", path, &[], ""))
    }

    pub fn post(&self, path: &str, body: &str) -> Vec<Value> {
        self.records(&self.ask("POST", path, &[("X-ReferralLoop-Inspector", "1")], body))
    }
}

/// The stream, message by message.
pub struct Stream {
    lines: BufReader<TcpStream>,
    /// The last place that was told.
    pub place: String,
}

impl Stream {
    /// One that is let in, if it is.
    pub fn try_open(inspector: &Inspector) -> Option<Self> {
        let mut stream = Self::open(inspector, None);
        let mut status = String::new();
        stream.lines.read_line(&mut status).unwrap();
        status.starts_with("HTTP/1.1 200").then_some(stream)
    }

    /// What comes as it comes.
    pub fn into_reader(self) -> impl Read {
        self.lines
    }

    pub fn open(inspector: &Inspector, place: Option<&str>) -> Self {
        Self::ask(inspector, TcpStream::connect(("127.0.0.1", inspector.port)).unwrap(), place)
    }

    /// One that has next to no buffer for what it does not read.
    pub fn open_narrow(inspector: &Inspector) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let socket = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(2048).unwrap();
            socket.connect(([127, 0, 0, 1], inspector.port).into()).await.unwrap().into_std().unwrap()
        });
        socket.set_nonblocking(false).unwrap();
        Self::ask(inspector, socket, None)
    }

    fn ask(inspector: &Inspector, mut stream: TcpStream, place: Option<&str>) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let last = place.map(|place| format!("Last-Event-ID: {place}\r\n")).unwrap_or_default();
        let (port, token) = (inspector.port, &inspector.token);
        let head = format!(
            "GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self { lines: BufReader::new(stream), place: String::new() }
    }

    /// The data of the next message of a kind; others are passed over.
    pub fn wait_for(&mut self, kind: &str) -> Value {
        let (mut line, mut is_wanted) = (String::new(), false);
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "no {kind} came");
            line.clear();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the stream ended");
            if let Some(place) = line.strip_prefix("id: ") {
                self.place = place.trim().to_owned();
            } else if let Some(name) = line.strip_prefix("event: ") {
                is_wanted = name.trim() == kind;
            } else if let (true, Some(data)) = (is_wanted, line.strip_prefix("data: ")) {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}
