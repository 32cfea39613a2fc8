//! A scene: a home and a folder of its own, in which the whole program runs inside the test.

use super::process::{another, program};
use super::{Capture, Listener, Output, PATIENCE, Program};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use referralloop::clock::{Clock, SharedClock, SystemClock};
use referralloop::context::{Context, EntropySource, GlobalOptions, InputStream, OutputStream, StopSource};
use referralloop::shutdown::{self, StopSender, StopSignal};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Cursor;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// A home and a folder of its own.
#[derive(Debug)]
pub struct Scene {
    root: TempDir,
    runs: AtomicU64,
}

impl Scene {
    /// An empty home, an empty folder.
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("scene").tempdir().unwrap();
        for folder in ["home", "work"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root, runs: AtomicU64::new(0) }
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// The current folder of what runs here.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Where the store of the default profile is.
    pub fn store(&self) -> PathBuf {
        self.data().join("events.db")
    }

    /// Where the default profile keeps its data.
    pub fn data(&self) -> PathBuf {
        self.home().join(".local/share/referralloop/default")
    }

    /// Where the user configuration is.
    pub fn config(&self) -> PathBuf {
        self.home().join(".config/referralloop/config.toml")
    }

    /// Writes a file into the current folder, or wherever the path leads.
    pub fn write(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }

    /// A number that no other run of this scene gets.
    pub fn next(&self) -> u64 {
        self.runs.fetch_add(1, Ordering::Relaxed)
    }

    /// A run of the program inside the test, to be shaped before it starts.
    pub fn with<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        let arguments = std::iter::once(OsString::from("referralloop")).chain(arguments.into_iter().map(Into::into));
        Run {
            arguments: arguments.collect(),
            environment: BTreeMap::from([("HOME".into(), self.home().into_os_string())]),
            folder: self.folder(),
            stdin: Vec::new(),
            terminal: false,
            piped: false,
            columns: None,
            clock: Arc::new(SystemClock::default()),
            // Each run rolls other events, and the same ones whenever the test is repeated.
            seed: self.next(),
            held: None,
        }
    }

    /// Runs the program inside the test to its end.
    pub fn run<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        self.with(arguments).output()
    }

    /// Starts a listener inside the test, on a free port.
    pub fn listen<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Listener {
        Listener::start(self, arguments, |run| run)
    }
}

/// A run before it starts.
pub struct Run {
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    folder: PathBuf,
    stdin: Vec<u8>,
    terminal: bool,
    piped: bool,
    columns: Option<usize>,
    clock: SharedClock,
    seed: u64,
    held: Option<TcpListener>,
}

impl Run {
    /// Says how wide the output is, terminal or not.
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Keeps a port taken while it runs, and puts its number in the place of `BUSY`.
    pub fn holding(mut self, listener: TcpListener) -> Self {
        let port = listener.local_addr().unwrap().port().to_string();
        self.arguments.iter_mut().filter(|part| *part == "BUSY").for_each(|part| *part = port.clone().into());
        self.held = Some(listener);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.insert(name.as_ref().into(), value.as_ref().into());
        self
    }

    /// Removes an environment variable.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(OsStr::new(name));
        self
    }

    /// Runs in another folder.
    pub fn within(mut self, folder: PathBuf) -> Self {
        self.folder = folder;
        self
    }

    /// Puts bytes on standard input, which is empty otherwise.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Makes a terminal of all three streams.
    pub fn terminal(mut self, columns: usize) -> Self {
        self.terminal = true;
        self.columns = Some(columns);
        self
    }

    /// Takes standard output off the terminal, as a pipe does.
    pub fn piped(mut self) -> Self {
        self.piped = true;
        self
    }

    /// Replaces the clock.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts: inside the test, or as a process of the program that is named in its place.
    pub fn start(self) -> Running {
        match another() {
            None => self.start_inside(),
            Some(other) => self.start_process(other),
        }
    }

    fn start_process(self, other: &Path) -> Running {
        assert!(!self.terminal, "this needs the program inside the test");
        let mut program = Program::new(other, &self.arguments[1..], &self.folder).stdin(self.stdin);
        for (name, value) in &self.environment {
            program = program.env(name, value);
        }
        if let Some(columns) = self.columns {
            program = program.env("COLUMNS", columns.to_string());
        }
        let (started, held) = (program.start(), self.held);
        let (stdout, stderr) = (started.stdout.clone(), started.stderr.clone());
        let (stopper, line) = (Stopper::Process(started.id()), started.line().to_owned());
        let (sender, ended) = channel();
        std::thread::spawn(move || {
            let code = started.finish_within(2 * PATIENCE).code;
            drop(held);
            // Nobody may be waiting any more.
            let _ = sender.send(code.map_or(255, |code| u8::try_from(code).unwrap()));
        });
        Running { line, stdout, stderr, stopper, ended }
    }

    fn start_inside(self) -> Running {
        let (stdout, stderr) = (Capture::default(), Capture::default());
        let (stopper, stop) = shutdown::channel();
        let line: Vec<String> = self.arguments.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let context = Context {
            arguments: self.arguments,
            environment: self.environment.into_iter().collect(),
            directory: self.folder,
            stdin: InputStream::new(Cursor::new(self.stdin), self.terminal),
            stdout: OutputStream::new(stdout.clone(), self.terminal && !self.piped),
            stderr: OutputStream::new(stderr.clone(), self.terminal),
            columns: self.columns,
            time_zone: TimeZone::UTC,
            clock: self.clock,
            entropy: dice(self.seed),
            signals: StopSource::Given(stop),
            program: program().to_owned(),
            pid: std::process::id(),
            parent: || 1,
            globals: GlobalOptions::default(),
        };
        let (sender, ended) = channel();
        let held = self.held;
        std::thread::spawn(move || {
            let code = referralloop::run(context);
            drop(held);
            // Nobody may be waiting any more.
            let _ = sender.send(code);
        });
        Running { line: line.join(" "), stdout, stderr, stopper: Stopper::Inside(stopper), ended }
    }

    /// Runs to the end.
    #[track_caller]
    pub fn output(self) -> Output {
        self.start().finish()
    }
}

/// What ends a run.
#[derive(Debug)]
enum Stopper {
    Inside(StopSender),
    Process(u32),
}

/// A run under way.
#[derive(Debug)]
pub struct Running {
    line: String,
    /// Standard output so far.
    pub stdout: Capture,
    /// Standard error so far.
    pub stderr: Capture,
    stopper: Stopper,
    ended: Receiver<u8>,
}

impl Running {
    /// Ctrl-C, or SIGTERM.
    pub fn signal(&self, signal: StopSignal) {
        match &self.stopper {
            Stopper::Inside(sender) => sender.request_stop(signal),
            Stopper::Process(id) => {
                let name = if signal == StopSignal::Interrupt { "-INT" } else { "-TERM" };
                // It may have ended already.
                let _ = Command::new("kill").args([name, &id.to_string()]).stderr(Stdio::null()).status();
            }
        }
    }

    /// Whether it ended already.
    pub fn has_ended(&mut self) -> Option<u8> {
        let code = self.ended.try_recv().ok()?;
        // Put back, for whoever waits for the end.
        let (sender, ended) = channel();
        sender.send(code).unwrap();
        self.ended = ended;
        Some(code)
    }

    /// Waits for the end.
    #[track_caller]
    pub fn finish(self) -> Output {
        self.finish_within(PATIENCE)
    }

    /// Waits so long for the end.
    #[track_caller]
    pub fn finish_within(self, patience: Duration) -> Output {
        let code = self.ended.recv_timeout(patience);
        let output = Output {
            line: self.line,
            code: code.as_ref().ok().map(|code| i32::from(*code)),
            stdout: self.stdout.bytes(),
            stderr: self.stderr.bytes(),
        };
        assert!(code.is_ok(), "it panicked or does not end: {output}");
        output
    }
}

/// Reproducible random bytes: splitmix64.
fn dice(seed: u64) -> EntropySource {
    let state = Mutex::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    Arc::new(move |buffer| {
        let mut state = state.lock().unwrap();
        for chunk in buffer.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
        }
    })
}

/// A wall clock that stands still, for screens that are compared literally; waiting and measuring are real.
pub fn wall(at: &str) -> SharedClock {
    struct Wall(Timestamp, SystemClock);
    impl Clock for Wall {
        fn now(&self) -> Timestamp {
            self.0
        }
        fn monotonic(&self) -> Duration {
            self.1.monotonic()
        }
        fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            self.1.sleep(duration)
        }
    }
    Arc::new(Wall(at.parse().unwrap(), SystemClock::default()))
}
