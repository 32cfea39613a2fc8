//! Public addresses for a local port: programs of other makers, run as child processes and read.
//!
//! A [`TunnelProvider`] knows how its program is started and what its output says; a [`Tunnel`] is one that runs. Between
//! this program and the tunnel's stands a [`supervisor`]: this program once more, which holds the reading end of a pipe
//! and ends everything below it as soon as the writing end is gone, however this program ended.
//!
//! May know `protocol`, `exchange` (an agent's local API) and `child`. It does not decide whether an address is good
//! enough, nor what is registered where.

mod agent;
mod hints;
mod last_words;
mod lines;
mod provider;
pub(crate) mod supervisor;

pub(crate) use provider::TunnelProvider;

use crate::child::{ChildExit, ChildOptions, ProcessGroup};
use crate::clock::SharedClock;
use crate::system::split_search_path;
use hints::{TunnelHint, TunnelHintParser};
use lines::TunnelLines;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, PipeWriter};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// The word that makes a supervisor of this program.
pub(crate) const SUPERVISE: &str = "__supervise";

/// How long a tunnel has until it says where it can be reached.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(30);

/// Lines of output that are kept, to be shown when the tunnel ends early: more than a backtrace has.
const LAST_LINES: usize = 200;

/// Addresses that are kept of one tunnel: the first one is right nearly always.
const MOST_ADDRESSES: usize = 8;

/// What a tunnel's program does not inherit: it has no use for them.
const NOT_INHERITED: [&str; 2] = ["REFERRALLOOP_API_KEY", "REFERRALLOOP_WEBHOOK_SECRET"];

/// Hears every line that a tunnel's program writes, as it is.
pub(crate) type TunnelLineSink = Arc<dyn Fn(&str) + Send + Sync>;

/// What a tunnel is started with.
#[derive(Clone)]
pub(crate) struct TunnelOptions<'a> {
    /// This program's own file.
    pub program: &'a Path,
    /// The folder in which it runs.
    pub directory: &'a Path,
    /// Where its program is looked for.
    pub path: Option<&'a OsStr>,
    /// Where it leads to.
    pub local: SocketAddr,
    /// Whether its public address may be one of this machine, as in a rehearsal.
    pub loopback: bool,
    /// Who hears its output.
    pub ear: TunnelLineSink,
    /// For waiting.
    pub clock: SharedClock,
}

/// A running tunnel. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Tunnel {
    group: Option<ProcessGroup>,
    addresses: watch::Receiver<Vec<Url>>,
    last: Arc<Mutex<VecDeque<String>>>,
    reader: JoinHandle<()>,
    clock: OpaqueClock,
    /// Closed by the system when this process ends, which is what the supervisor waits for.
    _lifeline: PipeWriter,
}

/// The clock has nothing to say about itself.
struct OpaqueClock(SharedClock);

impl std::fmt::Debug for OpaqueClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Tunnel {
    /// Starts a tunnel. Called on a runtime.
    ///
    /// # Errors
    /// The operating system starts no process.
    pub(crate) fn start(provider: &TunnelProvider, beginning: &TunnelOptions<'_>) -> io::Result<Self> {
        let (stdin, lifeline) = io::pipe()?;
        let (output, stdout) = io::pipe()?;
        let stderr = stdout.try_clone()?;
        let mut command = vec![beginning.program.as_os_str().to_owned(), SUPERVISE.into()];
        let mut words = provider.command(beginning.local).into_iter();
        let program = words.next().unwrap_or_default();
        let found = program.to_str().and_then(|name| find_program(name, beginning.path));
        command.push(found.map_or(program, PathBuf::into_os_string));
        command.extend(words);
        let environment: Vec<_> =
            beginning.path.map(|path| (OsStr::new("PATH"), path.to_owned())).into_iter().collect();
        let start = ChildOptions {
            directory: beginning.directory,
            environment: &environment,
            without: &NOT_INHERITED,
            stdin: Stdio::from(stdin),
            stdout: Stdio::from(stdout),
            stderr: Stdio::from(stderr),
            guarded_by: None,
        };
        let group = ProcessGroup::start(&command, start)?;
        let output = open_output(output)?;
        let (found, addresses) = watch::channel(Vec::new());
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let reading = TunnelReader {
            finder: TunnelHintParser::new(provider.clone(), beginning.local, beginning.loopback),
            found,
            last: Arc::clone(&last),
            ear: Arc::clone(&beginning.ear),
            local: beginning.local,
            clock: Arc::clone(&beginning.clock),
        };
        let reader = tokio::spawn(reading.read(TunnelLines::new(output)));
        let clock = OpaqueClock(Arc::clone(&beginning.clock));
        Ok(Self { group: Some(group), addresses, last, reader, clock, _lifeline: lifeline })
    }

    /// The addresses that it has named so far, in the order in which it did.
    pub(crate) fn addresses(&self) -> watch::Receiver<Vec<Url>> {
        self.addresses.clone()
    }

    /// Ready when the program has ended.
    ///
    /// # Errors
    /// The operating system lost it.
    pub(crate) async fn wait(&mut self) -> io::Result<ChildExit> {
        let ended = match &mut self.group {
            Some(group) => group.wait().await?,
            None => return Ok(ChildExit::Code(0)),
        };
        // What it said last may still be in the pipe; a descendant of its own may hold that open for ever.
        let _ = tokio::time::timeout(Duration::from_millis(200), &mut self.reader).await;
        Ok(ended)
    }

    /// What it said last that helps.
    pub(crate) fn last_words(&self) -> Vec<String> {
        let lines = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last_words::choose_last_words(lines.iter().map(String::as_str))
    }

    /// Ends it and everything that it started.
    pub(crate) async fn close(mut self) {
        if let Some(group) = self.group.take() {
            group.terminate(&self.clock.0).await;
        }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.reader.abort();
        // The supervisor reaches what a signal to the group does not. It needs no more than the end of its pipe.
        if let Some(group) = &mut self.group {
            group.detach_leader();
        }
    }
}

/// What reads a tunnel's output for as long as there is any: a full pipe would stop the program.
struct TunnelReader {
    finder: TunnelHintParser,
    found: watch::Sender<Vec<Url>>,
    last: Arc<Mutex<VecDeque<String>>>,
    ear: TunnelLineSink,
    local: SocketAddr,
    clock: SharedClock,
}

impl TunnelReader {
    async fn read(mut self, mut lines: TunnelLines<impl AsyncRead + Unpin>) {
        let mut agents = JoinSet::new();
        loop {
            let line = tokio::select! {
                line = lines.next_line() => line,
                Some(Ok(Some(url))) = agents.join_next() => {
                    self.add_address(url);
                    continue;
                }
            };
            let Some(line) = line else { return };
            (self.ear)(&line);
            for clue in self.finder.parse_line(&line) {
                match clue {
                    TunnelHint::Address(url) => self.add_address(url),
                    TunnelHint::Agent(address) => {
                        drop(agents.spawn(agent::poll_agent(address, self.local, self.clock.clone())));
                    }
                }
            }
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.push_back(line);
            let surplus = last.len().saturating_sub(LAST_LINES);
            last.drain(..surplus);
        }
    }

    fn add_address(&self, url: Url) {
        self.found.send_if_modified(|known| {
            let new = !known.contains(&url) && known.len() < MOST_ADDRESSES;
            if new {
                known.push(url);
            }
            new
        });
    }
}

/// The helpful end of what a program said, to follow a sentence about it.
pub(crate) fn choose_last_words(lines: &[String]) -> String {
    let words = last_words::choose_last_words(lines.iter().map(String::as_str));
    words.iter().fold(String::new(), |words, line| words + "\n" + line)
}

/// How long to wait before each new start of a tunnel that was lost: longer and longer, at most half a minute.
pub(crate) fn restart_delays() -> impl Iterator<Item = Duration> {
    (0..).map(|n: u32| Duration::from_secs(1 << n.min(5)).min(Duration::from_secs(30)))
}

/// What a tunnel's program writes.
#[cfg(unix)]
fn open_output(output: io::PipeReader) -> io::Result<impl AsyncRead + Send + Unpin + 'static> {
    tokio::net::unix::pipe::Receiver::from_owned_fd(output.into())
}

/// The same, read on threads of the runtime: anonymous pipes know no other way here.
#[cfg(windows)]
fn open_output(output: io::PipeReader) -> io::Result<impl AsyncRead + Send + Unpin + 'static> {
    Ok(tokio::fs::File::from_std(std::fs::File::from(std::os::windows::io::OwnedHandle::from(output))))
}

/// Looks for a program as the shell would.
pub(crate) fn find_program(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let path = path.unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin"));
    // A name is completed on Windows alone, and there may already be complete.
    let endings: &[&str] = if cfg!(windows) { &["", ".exe", ".cmd", ".bat"] } else { &[""] };
    let folders = split_search_path(path).into_iter();
    folders
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|file| runs(file))
}

/// Whether a file is there and may be started.
fn runs(file: &Path) -> bool {
    #[cfg(unix)]
    let may = |found: &std::fs::Metadata| std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may = |_: &std::fs::Metadata| file.extension().is_some();
    file.metadata().is_ok_and(|found| found.is_file() && may(&found))
}
