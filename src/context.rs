//! The process as the rest of the program sees it: arguments, environment, folder, streams, clock, dice and signals.
//!
//! This is the only reader of the real process. A test builds its own context, and then the whole program runs inside
//! the test, hermetically.

use crate::clock::{SharedClock, SystemClock};
use crate::protocol::secrecy::{SecretMask, SharedMask};
use crate::protocol::signature::Secret;
use crate::shutdown::{self, StopReceiver};
use crate::terminal;
use clap::ValueEnum;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Everything that a command may know of the process.
pub struct Context {
    /// The command line, program name first.
    pub arguments: Vec<OsString>,
    /// A snapshot of the environment.
    pub environment: Environment,
    /// The current folder.
    pub directory: PathBuf,
    /// Standard input.
    pub stdin: InputStream,
    /// Standard output: data.
    pub stdout: OutputStream,
    /// Standard error: everything else.
    pub stderr: OutputStream,
    /// Columns of the terminal, where there is one.
    pub columns: Option<usize>,
    /// The time zone in which times are shown.
    pub time_zone: TimeZone,
    /// The clock.
    pub clock: SharedClock,
    /// Source of random bytes.
    pub entropy: EntropySource,
    /// Where the wish to stop comes from.
    pub signals: StopSource,
    /// This program's own file, for starting it once more.
    pub program: PathBuf,
    /// This process's id.
    pub pid: u32,
    /// The id of the process that started this one, as it is now: it changes when that one ends.
    pub parent: fn() -> u32,
    /// The options that every command has; filled in once the command line is parsed.
    pub globals: GlobalOptions,
}

/// Fills a buffer with random bytes.
pub type EntropySource = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Where the wish to stop comes from.
#[derive(Debug, Clone)]
pub enum StopSource {
    /// The signals of the process.
    Process,
    /// Somebody else, a test for instance.
    Given(StopReceiver),
}

/// The options that every command has.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// Use this profile: its own secret, settings and store
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Read the user configuration from this file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep events in this file instead of the profile's store
    #[arg(long, global = true, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// Call the hosted API at this URL, for instance a sandbox
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<String>,
    /// How to print: for people, or one JSON object per line
    #[arg(long, global = true, value_enum, value_name = "FORMAT", conflicts_with = "json")]
    pub format: Option<OutputFormat>,
    /// Short for --format json
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorMode,
    /// Print no banner, note, progress or summary; what was asked for stays
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more: header lines, where values came from, causes of errors
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Never prompt; a missing value is an error
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Answer every confirmation with yes
    #[arg(short, long, global = true)]
    pub yes: bool,
}

impl GlobalOptions {
    /// The format asked for.
    pub fn format(&self) -> OutputFormat {
        if self.json { OutputFormat::Json } else { self.format.unwrap_or_default() }
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorMode {
    /// On a terminal that can, unless NO_COLOR says otherwise.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// A snapshot of the environment. Values that are not Unicode are kept.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// A variable's value; an empty one counts as absent, as POSIX programs treat it.
    pub fn get(&self, name: &str) -> Option<&std::ffi::OsStr> {
        self.0.get(std::ffi::OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Whether a variable is set, be it to nothing.
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(std::ffi::OsStr::new(name))
    }

    /// A variable's value as text; `None` also where it is not Unicode.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.to_str().map(str::to_owned)
    }

    /// A variable that names a file or folder.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Standard input. Cloning shares it.
#[derive(Clone)]
pub struct InputStream {
    reader: Arc<Mutex<Box<dyn Read + Send>>>,
    /// Whether a person types there.
    pub is_terminal: bool,
}

impl InputStream {
    /// Reads from anything.
    pub fn new(reader: impl Read + Send + 'static, is_terminal: bool) -> Self {
        Self { reader: Arc::new(Mutex::new(Box::new(reader))), is_terminal }
    }

    /// Everything up to the end, but at most `limit` bytes and one more, so that the caller sees an excess.
    pub fn read_up_to(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.by_ref().take(limit + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// One line, or `None` at the end. Read byte by byte, so that nothing behind it is taken.
    pub fn read_line(&self) -> io::Result<Option<String>> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = Vec::new();
        let mut byte = [0];
        while reader.read(&mut byte)? == 1 {
            if byte[0] == b'\n' {
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
            line.push(byte[0]);
        }
        Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned()))
    }
}

impl Read for InputStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).read(buffer)
    }
}

/// Standard output or standard error. Cloning shares it. What a write has of a known secret does not come out.
#[derive(Clone)]
pub struct OutputStream {
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    /// What it leaves out, for who lays bytes out before they come here.
    pub(crate) mask: SharedMask,
    has_masked: Arc<AtomicBool>,
    /// Whether a person reads there.
    pub is_terminal: bool,
}

impl OutputStream {
    /// Writes to anything.
    pub fn new(writer: impl Write + Send + 'static, is_terminal: bool) -> Self {
        Self {
            writer: Arc::new(Mutex::new(Box::new(writer))),
            mask: SharedMask::default(),
            has_masked: Arc::default(),
            is_terminal,
        }
    }

    /// The same stream with a buffer, for who writes much. What is secret is left out before, so that no end of the
    /// buffer cuts through it.
    pub(crate) fn buffered(&self) -> Self {
        let plain = Self { mask: SharedMask::default(), ..self.clone() };
        Self::new(BufWriter::new(plain), self.is_terminal).masked_as(self)
    }

    /// Whether something secret was left out of what was written here: bytes that came out are not those that went in.
    pub(crate) fn has_masked(&self) -> bool {
        self.has_masked.load(Ordering::Relaxed)
    }

    /// The same stream without the secrets that another one leaves out.
    pub(crate) fn masked_as(&self, other: &Self) -> Self {
        Self { mask: other.mask.clone(), ..self.clone() }
    }
}

impl Write for OutputStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        match self.mask.read().apply(bytes) {
            Cow::Borrowed(bytes) => writer.write(bytes),
            Cow::Owned(masked) => {
                self.has_masked.store(true, Ordering::Relaxed);
                writer.write_all(&masked).map(|()| bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// The time zone of whoever runs this. Asking jiff takes longer than most commands do, since it looks through the
/// whole database of zones for a name that nobody here wants to know; the zone's own file says enough.
fn local_time(environment: &Environment) -> TimeZone {
    let file = match environment.path("TZ") {
        Some(zone) => Path::new("/usr/share/zoneinfo").join(zone),
        None => PathBuf::from("/etc/localtime"),
    };
    let known = std::fs::read(file).ok().and_then(|bytes| TimeZone::tzif("", &bytes).ok());
    known.unwrap_or_else(TimeZone::system)
}

/// Why the process cannot hear when it is to stop.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for signals: {0}")]
pub struct SignalError(#[source] io::Error);

impl Context {
    /// The real process.
    pub fn from_process() -> io::Result<Self> {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let environment: Environment = std::env::vars_os().collect();
        let columns = terminal_size::terminal_size_of(&stdout).or_else(|| terminal_size::terminal_size_of(&stderr));
        Ok(Self {
            arguments: std::env::args_os().collect(),
            time_zone: local_time(&environment),
            environment,
            directory: std::env::current_dir()?,
            stdin: InputStream::new(io::stdin(), io::stdin().is_terminal()),
            stdout: OutputStream { is_terminal: stdout.is_terminal(), ..OutputStream::new(stdout, false) },
            stderr: OutputStream { is_terminal: stderr.is_terminal(), ..OutputStream::new(stderr, false) },
            columns: columns.map(|(width, _)| usize::from(width.0)),
            clock: Arc::new(SystemClock::default()),
            entropy: Arc::new(|buffer| {
                // Linux gives random bytes or the machine is beyond help; a predictable secret would be worse.
                getrandom::fill(buffer)
                    .unwrap_or_else(|e| panic!("cannot get random bytes from the operating system: {e}"));
            }),
            signals: StopSource::Process,
            program: std::env::current_exe().unwrap_or_else(|_| "referralloop".into()),
            pid: std::process::id(),
            #[cfg(unix)]
            parent: std::os::unix::process::parent_id,
            // Nobody can be asked without unsafe code; what needs it says so.
            #[cfg(not(unix))]
            parent: || 0,
            globals: GlobalOptions::default(),
        })
    }

    /// Keeps secrets out of everything that is printed from now on.
    pub(crate) fn hide_secrets<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret> + Clone) {
        for stream in [&self.stdout, &self.stderr] {
            let mut mask = stream.mask.write();
            secrets.clone().into_iter().for_each(|secret| mask.add(secret));
        }
    }

    /// Lets one secret be printed from now on: one that was made for this run, to be copied.
    pub(crate) fn show_secret(&self, secret: &Secret) {
        for stream in [&self.stdout, &self.stderr] {
            stream.mask.write().remove(secret);
        }
    }

    /// What is kept out, for what goes another way than the two streams.
    pub(crate) fn secret_mask(&self) -> SecretMask {
        self.stdout.mask.read().clone()
    }

    /// A path as the user wrote it, seen from the current folder.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// Whether somebody sits there and may be asked.
    pub fn may_prompt(&self) -> bool {
        self.is_interactive() && !self.globals.no_input
    }

    /// The time in the user's zone.
    pub(crate) fn local_now(&self) -> jiff::Zoned {
        self.clock.now().to_zoned(self.time_zone.clone())
    }

    /// Whether a person watches: both ends of the conversation are a terminal.
    pub fn is_interactive(&self) -> bool {
        self.stdin.is_terminal && self.stderr.is_terminal
    }

    /// Whether something that moves may be drawn on stderr.
    pub fn shows_progress(&self) -> bool {
        self.stderr.is_terminal && !self.globals.quiet
    }

    /// Whether the terminal can place its cursor: TERM names one that can. Windows has no need of it.
    pub(crate) fn has_capable_terminal(&self) -> bool {
        self.environment.text("TERM").map_or(cfg!(windows), |term| term != "dumb" && !term.is_empty())
    }

    /// This process's standard error for a child to write its standard output to.
    pub fn stderr_for_child(&self) -> std::process::Stdio {
        io::stderr().into()
    }

    /// Whether the locale says that nothing but ASCII can be shown, as `LANG=C` does. Without any word the terminal is
    /// taken to be a usual one of today. The order of the variables is that of POSIX.
    pub fn wants_ascii(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| self.environment.text(name));
        locale.is_some_and(|locale| matches!(locale.as_str(), "C" | "POSIX" | "C.ASCII"))
    }

    /// A random number.
    pub fn random_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        (self.entropy)(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// The wish to stop. Called on a runtime, which then handles the signals of the process.
    pub fn subscribe_stop(&self) -> Result<StopReceiver, SignalError> {
        match &self.signals {
            StopSource::Given(stop) => Ok(stop.clone()),
            StopSource::Process => {
                let (stopper, stop) = shutdown::channel();
                let places_cursor = self.has_capable_terminal();
                let heard = move || terminal::erase_interrupt_echo(places_cursor);
                stopper.listen_to_process(heard).map_err(SignalError)?;
                Ok(stop)
            }
        }
    }
}
