//! Targets behind a socket: a request at the listener, an answer of the hosted API.

use super::program::run;
use referralloop::clock::SystemClock;
use referralloop::protocol::arrival::{Arrival, ArrivalRecordError, ArrivalRecorder, RecordedArrival, RefusedRequest};
use referralloop::protocol::attempt::Attempt;
use referralloop::protocol::report::Report;
use referralloop::protocol::signature::Secret;
use referralloop::receive::{ListenerSettings, ReportSink, ServerLimits, WebhookReceiver, router, serve};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

/// Says that everything is new and stored.
#[derive(Clone)]
struct Nowhere;

impl ArrivalRecorder for Nowhere {
    async fn record_arrival(&self, _: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        Ok(RecordedArrival { event: 1, arrival: 1, repeat: None, out_of_order: false })
    }

    async fn record_refused(&self, _: RefusedRequest) -> Result<u64, ArrivalRecordError> {
        Ok(1)
    }

    async fn record_attempt(&self, _: Attempt) -> Result<(), ArrivalRecordError> {
        Ok(())
    }

    async fn was_forwarded(&self, _: u64, _: &str) -> Result<bool, ArrivalRecordError> {
        Ok(false)
    }
}

struct Unseen;

impl ReportSink for Unseen {
    fn emit_report(&self, _: Report) {}
}

/// A listener for the life of this process.
static LISTENER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let socket = tokio::net::TcpListener::from_std(socket).unwrap();
            let keys = vec![Secret::new("whsec_fuzz").unwrap().key()];
            let settings = ListenerSettings { keys, ..ListenerSettings::default() };
            let clock = Arc::new(SystemClock::default());
            let receiver = WebhookReceiver::start(settings, Nowhere, clock, Arc::new(Unseen));
            serve(socket, router(receiver), ServerLimits::default(), std::future::pending()).await;
        });
    });
    address
});

/// Sends bytes to the listener and reads until it hangs up, which it does once no more can come.
pub fn request_head(bytes: &[u8]) {
    let mut stream = TcpStream::connect(*LISTENER).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // It may hang up while more is on the way.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!("the listener waits for what cannot come")
        }
        _ => assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."), "no answer of HTTP: {answer:?}"),
    }
}

/// What the API answers next, and where it is.
struct Api {
    address: SocketAddr,
    answer: Arc<Mutex<Vec<u8>>>,
}

static API: LazyLock<Api> = LazyLock::new(|| {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, answer) = (socket.local_addr().unwrap(), Arc::<Mutex<Vec<u8>>>::default());
    let told = Arc::clone(&answer);
    std::thread::spawn(move || {
        for stream in socket.incoming() {
            let (mut stream, mut read) = (stream.unwrap(), Vec::new());
            let mut buffer = [0; 4096];
            while !read.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(count @ 1..) => read.extend_from_slice(&buffer[..count]),
                    _ => break,
                }
            }
            // The client may have seen enough.
            let _ = stream.write_all(&told.lock().unwrap());
        }
    });
    Api { address, answer }
});

/// The first byte chooses the command; the others are the whole answer, status line and all, or only a body.
pub fn api_answer(bytes: &[u8]) {
    const COMMANDS: [&[&str]; 8] = [
        &["whoami"],
        &["waitlists"],
        &["signups", "list", "--waitlist", "wl_1"],
        &["signups", "get", "su_1", "--waitlist", "wl_1"],
        &["signups", "create", "--waitlist", "wl_1", "--email", "a@example.com"],
        &["subscribe", "created", "--url", "http://127.0.0.1:9/hook", "--waitlist", "wl_1", "--force"],
        &["unsubscribe", "sub_1", "--yes"],
        &["reconcile", "--waitlist", "wl_1"],
    ];
    let Some((choice, answer)) = bytes.split_first() else { return };
    let whole = if answer.starts_with(b"HTTP/") {
        answer.to_vec()
    } else {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answer.len()
        );
        [head.as_bytes(), answer].concat()
    };
    *API.answer.lock().unwrap() = whole;
    let base = format!("http://{}/api/v1", API.address);
    let line = COMMANDS[usize::from(*choice) % COMMANDS.len()];
    let key = KEY.as_os_str().to_owned();
    run(line.iter().map(OsString::from).chain(["--api-url".into(), base.into(), "--config".into(), key]), b"");
}

/// A configuration with a key of the test kind.
static KEY: LazyLock<std::path::PathBuf> =
    LazyLock::new(|| super::program::keep("key.toml", b"api_key = \"pk_test_0123456789abcdefghijklmnopqrstuvwxyz\"\n"));
