//! The targets.

use super::screen::assert_calm;
use super::wire;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use referralloop::clock::{Clock, SystemClock};
use referralloop::context::{Context, GlobalOptions, InputStream, OutputStream, StopSource};
use referralloop::diagnose::{DiagnosisCase, HASHES, KnownSecret, diagnose_case};
use referralloop::protocol::json::pretty_print;
use referralloop::protocol::signature::{
    Secret, SignatureVerdict, parse_signature, verify_referralhero, verify_signature,
};
use referralloop::protocol::stringify::json_stringify;
use referralloop::shutdown;
use std::ffi::OsString;
use std::fs;
use std::future::{Future, ready};
use std::io::{self, Cursor, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// A target's name, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 11] = [
    ("request_head", wire::request_head),
    ("body_printer", body_printer),
    ("signature_header", signature_header),
    ("configuration", configuration),
    ("import", import),
    ("doctor", doctor),
    ("stringify", stringify),
    ("target_url", target_url),
    ("condition", condition),
    ("scenario", scenario),
    ("api_answer", wire::api_answer),
];

fn body_printer(body: &[u8]) {
    let _ = pretty_print(body);
    let file = STAGE.file("body", body);
    let data = [b"@", file.as_os_str().as_encoded_bytes()].concat();
    run(["trigger".into(), "--dry-run".into(), "--data".into(), OsString::from_vec(data)], b"");
    run(["verify".into(), file.into(), "--signature".into(), "sha256=00".into()], b"");
}

fn signature_header(bytes: &[u8]) {
    let secret = Secret::new("whsec_fuzz").unwrap();
    let keys = [secret.key()];
    let (value, body) = split(bytes);
    // Read or not, a value is valid for the one body that it was made for, and no other.
    let _ = parse_signature(value);
    let expected = keys[0].sign(body);
    let valid = matches!(verify_signature([value], body, &keys), SignatureVerdict::Valid(_));
    assert!(!valid || value.trim_ascii().eq_ignore_ascii_case(expected.as_bytes()), "accepted {value:?}");
    let _ = verify_referralhero([value], body, &keys);
}

fn configuration(bytes: &[u8]) {
    let file = STAGE.file("config.toml", bytes);
    for line in [&["config", "show"][..], &["config", "get", "port"], &["doctor", "--offline"]] {
        run(line.iter().map(OsString::from).chain(["--config".into(), file.clone().into()]), b"");
    }
}

fn import(bytes: &[u8]) {
    let file = STAGE.file("events.jsonl", bytes);
    run(["replay".into(), "--from".into(), file.clone().into(), "--dry-run".into()], b"");
    let store = STAGE.path("imported.db");
    run(["events".into(), "import".into(), file.into(), "--store".into(), store.clone().into()], b"");
    run(["events".into(), "list".into(), "--all".into(), "--store".into(), store.clone().into()], b"");
    for ending in ["", "-wal", "-shm"] {
        // What was refused left none.
        let _ = fs::remove_file(format!("{}{ending}", store.display()));
    }
}

fn doctor(bytes: &[u8]) {
    let (value, body) = split(bytes);
    let secret =
        KnownSecret { secret: Secret::new("whsec_fuzz").unwrap(), origin: "of a fuzzer".into(), current: true };
    let secrets = [secret];
    let case = DiagnosisCase::from_value(body, value, &secrets);
    let mut steps = 0_u32;
    let found = diagnose_case(&case, None, &mut || {
        steps += 1;
        steps < 2_000
    });
    assert!(found.hashes <= HASHES);
}

fn stringify(bytes: &[u8]) {
    let Some(text) = json_stringify(bytes) else { return };
    assert_eq!(json_stringify(text.as_bytes()).as_deref(), Some(text.as_str()), "what it wrote is written again alike");
}

fn target_url(bytes: &[u8]) {
    let url = word(bytes);
    run(["trigger".into(), "created".into(), "--dry-run".into(), "--to".into(), url.clone()], b"");
    run(["config".into(), "set".into(), "forward_to".into(), url], b"");
}

fn condition(bytes: &[u8]) {
    run(
        [
            "events".into(),
            "list".into(),
            "--all".into(),
            "--where".into(),
            word(bytes),
            "--store".into(),
            HISTORY.clone().into(),
        ],
        b"",
    );
}

fn scenario(bytes: &[u8]) {
    let file = STAGE.file("scenario.toml", bytes);
    run(["rehearse".into(), file.into(), "--dry-run".into()], b"");
}

/// The bytes up to the first line feed, and those behind it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    (&bytes[..at], bytes.get(at + 1..).unwrap_or_default())
}

/// Bytes as one word of a command line, which holds no NUL and at most as much as the kernel passes.
fn word(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.iter().copied().filter(|byte| *byte != 0).take(4096).collect())
}

/// A folder of this process alone.
struct Stage(TempDir);

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    Stage(tempfile::Builder::new().prefix("fuzz").tempdir_in(folder).unwrap())
});

impl Stage {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Writes a file of this process alone.
pub fn keep(name: &str, bytes: &[u8]) -> PathBuf {
    STAGE.file(name, bytes)
}

/// A store with a few events, for what reads one.
static HISTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let bodies = [
        r#"{"event_type":"signup.created","data":{"id":"su_1","position":9,"email":"ada@example.com","metadata":{"a":[1,null]}}}"#,
        r#"{"event_type":"signup.position_changed","data":{"id":"su_1","old_position":9,"new_position":3}}"#,
        r#"{"event_type":"signup.deleted","data":{"id":"su_2","email":"bob@example.com"}}"#,
    ];
    let lines: Vec<String> = bodies
        .iter()
        .map(|body| {
            format!(
                r#"{{"type":"event","at":"2024-01-15T10:00:00Z","sent_at":"2024-01-15T10:00:00Z","body":{}}}"#,
                serde_json::json!(body)
            )
        })
        .collect();
    let (file, store) = (STAGE.file("history.jsonl", lines.join("\n").as_bytes()), STAGE.path("history.db"));
    let code = run(["events".into(), "import".into(), file.into(), "--store".into(), store.clone().into()], b"");
    assert_eq!(code, 0, "the history that the conditions read cannot be imported");
    store
});

/// Time that nobody waits for.
struct NoWait(SystemClock);

impl Clock for NoWait {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(ready(()))
    }
}

/// What a stream was given.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs the program on a terminal of 80 columns; its exit code, which is a documented one.
pub fn run(arguments: impl IntoIterator<Item = OsString>, stdin: &'static [u8]) -> u8 {
    let (out, err) = (Kept::default(), Kept::default());
    let (_stopper, stop) = shutdown::channel();
    let context = Context {
        arguments: std::iter::once("referralloop".into()).chain(arguments).chain(["--no-input".into()]).collect(),
        environment: [("HOME", STAGE.0.path().as_os_str()), ("NO_COLOR", "1".as_ref())].into_iter().collect(),
        directory: STAGE.0.path().to_owned(),
        stdin: InputStream::new(Cursor::new(stdin), false),
        stdout: OutputStream::new(out.clone(), true),
        stderr: OutputStream::new(err.clone(), true),
        columns: Some(80),
        time_zone: TimeZone::UTC,
        clock: Arc::new(NoWait(SystemClock::default())),
        entropy: Arc::new(|bytes: &mut [u8]| bytes.fill(7)),
        signals: StopSource::Given(stop),
        program: "/bin/false".into(),
        pid: std::process::id(),
        parent: || 1,
        globals: GlobalOptions::default(),
    };
    let code = referralloop::run(context);
    assert!(code <= 5, "exit code {code}");
    assert_calm(&out.0.lock().unwrap());
    assert_calm(&err.0.lock().unwrap());
    code
}
