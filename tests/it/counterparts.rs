//! Programs of another make: the documentation's own samples as targets, and the HMAC of Node and of Python.
//!
//! `tests/counterparts/install` installs what is missing here; what stays missing is skipped with a line.

use crate::support::{INSTALL, Program, Scene, Started, counterpart, free_port, note_skipped, until};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use referralloop::protocol::signature::{Secret, SignatureFault, SignatureVerdict, verify_signature};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

/// A file beside the counterparts.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterparts").join(name)
}

/// Where `tests/counterparts/install` puts things.
fn installed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("counterparts").join(name)
}

/// A program with the search path of the tests.
fn foreign<const N: usize>(scene: &Scene, program: &Path, arguments: [&str; N]) -> Program {
    scene.command(program, arguments).env("PATH", std::env::var_os("PATH").unwrap_or_default())
}

/// The Python that `tests/counterparts/install` made, or the machine's.
fn python() -> Option<PathBuf> {
    let own = installed("python/bin/python");
    if own.exists() { Some(own) } else { counterpart("python3") }
}

/// One of the documentation's samples, running.
struct Sample {
    process: Started,
    url: String,
}

impl Sample {
    /// Runs a copy of the sample in which 3000 is a free port.
    fn start(scene: &Scene, name: &str, run: impl FnOnce(&Path) -> Program) -> Self {
        let port = free_port();
        let text = std::fs::read_to_string(file("samples").join(name)).unwrap();
        assert_eq!(text.matches("3000").count(), 1, "{name}");
        let copy = scene.write(name, text.replace("3000", &port.to_string()));
        let process = run(&copy).start();
        until("the sample to listen", || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { process, url: format!("http://127.0.0.1:{port}/webhooks/referralloop") }
    }

    fn express(scene: &Scene) -> Option<Self> {
        let node = counterpart("node")?;
        let modules = installed("node_modules");
        if !modules.join("express").is_dir() {
            note_skipped("Express", INSTALL);
            return None;
        }
        let run = |copy: &Path| foreign(scene, &node, [copy.to_str().unwrap()]).env("NODE_PATH", modules);
        Some(Self::start(scene, "express.js", run))
    }

    fn flask(scene: &Scene) -> Option<Self> {
        let python = python()?;
        if foreign(scene, &python, ["-c", "import flask"]).output().code != Some(0) {
            note_skipped("Flask", INSTALL);
            return None;
        }
        let run = |copy: &Path| foreign(scene, &python, [copy.to_str().unwrap()]).env("PYTHONUNBUFFERED", "1");
        Some(Self::start(scene, "flask_app.py", run))
    }

    /// The sample prints what it received: a new sign-up's address, and all of a change of position.
    fn received(&self, emails: [&str; 2]) {
        self.process.stdout.wait_for(&format!("New signup: {}", emails[0]));
        self.process.stdout.wait_for("Position changed: ");
        self.process.stdout.wait_for(emails[1]);
    }
}

const EVENTS: [&str; 3] = ["created", "position_changed", "deleted"];

/// `trigger` delivers every event to it.
fn takes_deliveries(scene: &Scene, sample: &Sample) {
    for event in EVENTS {
        let email = format!("{event}@example.com");
        let sent = scene.run(["trigger", event, "--email", &email, "--to", &sample.url, "--json"]);
        assert_eq!((sent.code, sent.err().as_str()), (Some(0), ""), "{sent}");
        assert_eq!(sent.record("attempt")["status"], 200, "{sent}");
    }
    sample.received(["created@example.com", "position_changed@example.com"]);
}

/// `listen` forwards every event to it, and shows its answer.
fn takes_forwards(scene: &Scene, sample: &Sample) {
    let listener = scene.listen(["--forward-to", &sample.url]);
    for event in EVENTS {
        let email = format!("{event}.forwarded@example.com");
        let sent = scene.run(["trigger", event, "--email", &email, "--to", &listener.url]);
        assert_eq!(sent.code, Some(0), "{sent}");
    }
    // Whether the event's number stands before it depends on what came in meanwhile.
    let forward = format!("POST {}   200 OK", sample.url);
    until("three forwards", || (listener.running().stdout.text().matches(&forward).count() == 3).then_some(()));
    sample.received(["created.forwarded@example.com", "position_changed.forwarded@example.com"]);
    listener.stop().code(0);
}

#[test]
fn the_express_sample() {
    let scene = Scene::new();
    let Some(sample) = Sample::express(&scene) else { return };
    takes_deliveries(&scene, &sample);
    takes_forwards(&scene, &sample);
}

#[test]
fn the_flask_sample() {
    let scene = Scene::new();
    let Some(sample) = Sample::flask(&scene) else { return };
    takes_deliveries(&scene, &sample);
    takes_forwards(&scene, &sample);
}

/// A secret and a body.
struct Case {
    secret: Vec<u8>,
    body: Vec<u8>,
}

/// Random bytes, most of them no UTF-8; every fourth body is text. Lengths around the hash's block size are common.
fn cases(count: usize) -> Vec<Case> {
    let mut dice = ChaCha8Rng::seed_from_u64(20_240_115);
    let mut bytes = |length: usize| {
        let mut bytes = vec![0; length];
        dice.fill_bytes(&mut bytes);
        bytes
    };
    let case = |number: usize| {
        let size = bytes(3);
        let body = bytes(usize::from(size[0]) * if size[1] < 32 { 64 } else { 1 });
        let secret = bytes(1 + usize::from(size[2]) % 150);
        let text = body.iter().map(|byte| char::from(byte % 95 + 32)).collect::<String>() + "é✓";
        Case { secret, body: if number.is_multiple_of(4) { text.into_bytes() } else { body } }
    };
    (0..count).map(case).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a counterpart computes for all cases, in one process.
fn theirs(scene: &Scene, program: &Path, script: &str, cases: &[Case]) -> Vec<String> {
    let lines: Vec<String> = cases.iter().map(|case| format!("{} {}\n", hex(&case.secret), hex(&case.body))).collect();
    // The input is larger than a pipe holds, and the answers come while it is read: it goes by way of a file.
    let input = scene.write("cases", lines.concat());
    let line = format!("exec {} {} < {}", program.display(), file(script).display(), input.display());
    let output = foreign(scene, Path::new("sh"), ["-c", &line]).output();
    assert_eq!(output.code, Some(0), "{output}");
    output.out().lines().map(str::to_owned).collect()
}

fn agrees_with(program: &Path, script: &str) {
    let scene = Scene::new();
    let cases = cases(1_000);
    let theirs = theirs(&scene, program, script, &cases);
    assert_eq!(theirs.len(), cases.len());
    assert!(cases.iter().filter(|case| std::str::from_utf8(&case.body).is_err()).count() > 500);
    for (case, value) in cases.iter().zip(&theirs) {
        let key = Secret::new(case.secret.clone()).unwrap().key();
        assert_eq!(key.sign(&case.body), *value);
        let verdict = |body: &[u8]| verify_signature([value.as_bytes()], body, std::slice::from_ref(&key));
        assert!(matches!(verdict(&case.body), SignatureVerdict::Valid(_)));
        assert_eq!(verdict(&[&case.body[..], b"\n"].concat()), SignatureVerdict::Invalid(SignatureFault::Mismatch));
    }
    for (case, value) in cases.iter().zip(&theirs).step_by(20) {
        scene.write("secret", [&case.secret[..], b"\n"].concat());
        scene.write("body", &case.body);
        scene.process(["sign", "body", "--secret-file", "secret"]).output().says(&format!("{value}\n"));
        let verified = scene.process(["verify", "--signature", value, "body", "--secret-file", "secret"]).output();
        assert_eq!(verified.code, Some(0), "{verified}");
        scene.write("body", [&case.body[..], b"\n"].concat());
        let refused = scene.process(["verify", "--signature", value, "body", "--secret-file", "secret"]).output();
        assert_eq!(refused.code, Some(1), "{refused}");
    }
}

#[test]
fn node_signs_a_thousand_bodies_alike() {
    let Some(node) = counterpart("node") else { return };
    agrees_with(&node, "sign.mjs");
}

#[test]
fn python_signs_a_thousand_bodies_alike() {
    let Some(python) = python() else { return };
    agrees_with(&python, "sign.py");
}
