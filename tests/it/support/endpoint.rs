//! A scripted endpoint: takes requests on a thread of its own, writes down what came and when, and answers as told.

use super::{PATIENCE, until};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// What to do with one request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A status with a few words.
    Status(u16),
    /// A status with header lines and a body.
    Full(u16, Vec<String>, Vec<u8>),
    /// Nothing, and the connection stays open.
    Hang,
    /// Nothing, and the connection is closed.
    Close,
    /// What is no HTTP.
    Garbage,
    /// A head that promises a body, half of which never comes.
    HalfBody,
    /// These bytes as they are, and the connection is closed.
    Raw(Vec<u8>),
    /// The same a few at a time.
    Drip(Vec<u8>),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Request line and header lines.
    pub head: String,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
    /// When its last byte came.
    pub at: Instant,
}

impl Received {
    /// The value of a header, in whatever case its name is written.
    pub fn header(&self, name: &str) -> Option<&str> {
        let wanted = |line: &&str| line.split(':').next().is_some_and(|field| field.eq_ignore_ascii_case(name));
        self.head.lines().find(wanted).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }
}

/// What answers a request: its head and its body.
type Answering = Box<dyn Fn(&str, &[u8]) -> Answer + Send + Sync>;

struct Shared {
    answering: Answering,
    received: Mutex<Vec<Received>>,
    hanging: Mutex<Vec<TcpStream>>,
    over: AtomicBool,
}

/// The endpoint; dropping it ends it.
pub struct Endpoint {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.address)
    }
}

impl Endpoint {
    /// Answers requests in turn; the last answer repeats.
    pub fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        let script: Vec<Answer> = script.into_iter().collect();
        let served = AtomicUsize::new(0);
        Self::answering(move |_, _| script[served.fetch_add(1, Ordering::Relaxed).min(script.len() - 1)].clone())
    }

    /// Answers each request as a function says.
    pub fn answering(answering: impl Fn(&str, &[u8]) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            answering: Box::new(answering),
            received: Mutex::default(),
            hanging: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let behind = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if behind.over.load(Ordering::Relaxed) {
                    return;
                }
                serve(&behind, stream.unwrap());
            }
        });
        Self { address, shared }
    }

    /// Always 200, as documented.
    pub fn good() -> Self {
        Self::new([Answer::Status(200)])
    }

    /// Answers with statuses in turn.
    pub fn statuses(statuses: &[u16]) -> Self {
        Self::new(statuses.iter().map(|status| Answer::Status(*status)))
    }

    /// A URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Waits until so many requests came.
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} requests"), || Some(self.received()).filter(|received| received.len() >= count))
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Endpoint {
    /// Where every connection is refused: a port that was just free, on a loopback address that no other test uses, so
    /// that nobody takes it meanwhile. Where there is but one such address, that one.
    pub fn nowhere() -> String {
        let free = [Ipv4Addr::new(127, 0, 0, 77), Ipv4Addr::LOCALHOST].map(|address| TcpListener::bind((address, 0)));
        let listener = free.into_iter().find_map(Result::ok).unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    }
}

/// One request a connection: simple, and the arrival order is the order of the connections.
fn serve(shared: &Shared, mut stream: TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let Some((head, body)) = request(&mut stream) else { return };
    let answer = (shared.answering)(&head, &body);
    let mut received = shared.received.lock().unwrap();
    received.push(Received { head, body, at: Instant::now() });
    drop(received);
    match answer {
        Answer::Status(status) => respond(&mut stream, status, &[], format!("answer {status}").as_bytes()),
        Answer::Full(status, headers, body) => respond(&mut stream, status, &headers, &body),
        Answer::Hang => shared.hanging.lock().unwrap().push(stream),
        Answer::Close => {}
        Answer::Garbage => drop(stream.write_all(b"SSH-2.0-OpenSSH_9.7\r\n")),
        Answer::Raw(bytes) => drop(stream.write_all(&bytes)),
        Answer::Drip(bytes) => {
            for few in bytes.chunks(16) {
                let _ = stream.write_all(few);
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
        Answer::HalfBody => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it");
            shared.hanging.lock().unwrap().push(stream);
        }
    }
}

fn respond(stream: &mut TcpStream, status: u16, headers: &[String], body: &[u8]) {
    let mut answer = format!("HTTP/1.1 {status} As Told\r\nConnection: close\r\n");
    if status != 204 {
        answer.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for header in headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    // The sender may be gone by now, which is its business.
    let _ = stream.write_all(&answer);
}

/// Reads one request with a declared length.
fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = length(&head);
            if bytes.len() >= end + 4 + length {
                return Some((head, bytes[end + 4..end + 4 + length].to_vec()));
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

fn length(head: &str) -> usize {
    let field = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-length:"));
    field.map_or(0, |line| line.split_once(':').unwrap().1.trim().parse().unwrap())
}
