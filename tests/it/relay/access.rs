//! Who may enter, and what nobody sees: TLS, a credentials file for each, and canaries in what leaves the program.

use super::Server;
use crate::main_job::CREATED;
use crate::support::{Listener, Run, Scene, counterpart, free_port, post, until};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use referralloop::shutdown::StopSignal;
use std::path::{Path, PathBuf};

fn credentials(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/relay/credentials").join(name);
    path.to_str().unwrap().to_owned()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(credentials(name)).unwrap().trim().to_owned()
}

/// An authority, and a certificate of its own for this machine.
fn certify(scene: &Scene) -> [PathBuf; 3] {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.distinguished_name.push(DnType::CommonName, "relay CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let own = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let own_pem = own.signed_by(&key, &issuer).unwrap().pem();
    [("ca.pem", issuer.pem()), ("own.pem", own_pem), ("key.pem", key.serialize_pem())]
        .map(|(name, text)| scene.write(name, text))
}

/// A server with TLS that knows one account.
fn guarded(scene: &Scene) -> Option<(Server, PathBuf)> {
    counterpart("nats-server")?;
    let [authority, own, key] = certify(scene);
    let text = format!(
        "operator: {:?}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{ {}: {:?}, {}: {:?} }}\n\
         tls {{ cert_file: {own:?}, key_file: {key:?} }}\n",
        credentials("operator.jwt"),
        read("system.pub"),
        read("account.pub"),
        read("account.jwt"),
        read("system.pub"),
        read("system.jwt"),
    );
    let config = scene.write("server.conf", text).to_str().unwrap().to_owned();
    Some((Server::start(free_port(), &scene.folder().join("js"), &["-c".into(), config]), authority))
}

#[test]
fn credentials_and_certificates_are_held_to_and_nobody_sees_a_secret() {
    let scene = Scene::new();
    let Some((server, authority)) = guarded(&scene) else { return };
    let (authority, log) = (authority.to_str().unwrap().to_owned(), scene.folder().join("log.jsonl"));
    let address = format!("tls://localhost:{}/hooks", server.port);
    let with = |name: &str| ["--nats-creds".to_owned(), credentials(name), "--nats-ca".to_owned(), authority.clone()];
    let signed = |run: Run| {
        let run = run.env("REFERRALLOOP_WEBHOOK_SECRET", "canary-of-the-secret");
        run.env("REFERRALLOOP_LOG", "trace").env("REFERRALLOOP_LOG_FILE", &log)
    };
    // Neither without the authority nor as a stranger.
    let publish = ["listen", "--port", "0", "--no-store", "--for", "1ms", "--publish", &address].map(str::to_owned);
    for (more, code, words) in [
        (with("publisher.creds")[..2].to_vec(), 4, "--nats-ca"),
        (with("publisher.creds")[2..].to_vec(), 3, "asks for credentials"),
        (with("stranger.creds").to_vec(), 3, "refuses these credentials"),
    ] {
        let refused = scene.with(publish.iter().cloned().chain(more)).output();
        assert!(refused.code == Some(code) && format!("{refused}").contains(words), "{words}: {refused}");
    }
    // Each with the rights that the documentation names, and no others.
    let publishing = ["--json", "--no-store", "--publish", &address].map(str::to_owned);
    let publishing = Listener::start(&scene, publishing.into_iter().chain(with("publisher.creds")), signed);
    signed(scene.with(["trigger", "created", "--to", &publishing.url])).output().code(0);
    let other = Scene::new();
    let line = ["listen", "--from", &address, "--as", "eve", "--since", "first", "--until", "1", "--json"];
    let run = signed(other.with(line.map(str::to_owned).into_iter().chain(with("subscriber.creds")))).output();
    assert_eq!(run.code, Some(0), "{run}");
    let told = format!("{run}{}", publishing.stop());
    assert!(told.contains("\"published\"") && told.contains("\"arrival\""), "{told}");
    // What the server wrote to its disk has subjects and headers in it.
    let mut seen = told.into_bytes();
    gather(&server.folder, &mut seen);
    seen.extend(std::fs::read(&log).unwrap_or_default());
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("hooks.created.") && seen.contains("Referralloop-Line"), "the disk was read");
    for name in ["publisher.creds", "subscriber.creds"] {
        let text = read(name);
        let canaries = text.lines().filter(|line| line.len() > 40 && !line.starts_with('-'));
        canaries.for_each(|canary| assert!(!seen.contains(canary), "a line of {name}"));
    }
    assert!(!seen.contains("canary-of-the-secret"));
}

#[test]
fn a_right_that_is_missing_is_named() {
    let scene = Scene::new();
    let Some((server, authority)) = guarded(&scene) else { return };
    let address = format!("tls://localhost:{}/hooks", server.port);
    let publish = ["listen", "--port", "0", "--publish", &address].map(str::to_owned);
    let from = ["listen", "--from", &address, "--as", "eve", "--since", "first", "--until", "1"].map(str::to_owned);
    let doctor = ["doctor", "--relay", &address].map(str::to_owned);
    let line = |line: &[String], name: &str| {
        let more = ["--nats-creds".to_owned(), credentials(name), "--nats-ca".into(), authority.display().to_string()];
        line.iter().cloned().chain(more).collect::<Vec<_>>()
    };
    let refused = |arguments: &[String], name: &str, right: &str| {
        let run = scene.run(line(arguments, name));
        let told = format!("{run}").split_whitespace().collect::<Vec<_>>().join(" ");
        let words = format!("these credentials do not give the right to {right}");
        assert!(told.contains(&words) && told.contains("ask the relay's owner"), "{name}: {told}");
        run.code
    };
    // Nobody has made the stream; and who may not makes none.
    let code = refused(&publish, "without-create.creds", "publish to $JS.API.STREAM.CREATE.HOOKS");
    assert_eq!(code, Some(3));
    let publishing =
        Listener::start(&scene, line(&["--publish".to_owned(), address.clone()], "publisher.creds"), |run| run);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"));
    publishing.stop();
    assert_eq!(refused(&from, "publisher.creds", "publish to $JS.API.CONSUMER.INFO.HOOKS.as-eve"), Some(3));
    assert_eq!(refused(&from, "without-inbox.creds", "subscribe to _INBOX.>"), Some(3));
    refused(&doctor, "without-create.creds", "publish to $JS.API.STREAM.INFO.HOOKS");
    // Where only the end of it is missing, the rest goes on, and that is said.
    let kept = scene.with(line(&from[..7], "without-ack.creds")).start();
    until("the word about acknowledgements", || {
        kept.stderr.text().replace("\n      ", "").contains("the right to publish to $JS.ACK.HOOKS.>").then_some(())
    });
    kept.signal(StopSignal::Interrupt);
    assert!(kept.finish().code(0).err().contains("Received: 1 "));
    let publishing = ["--no-store", "--publish", &address].map(str::to_owned);
    let publishing = Listener::start(&scene, line(&publishing, "subscriber.creds"), |run| run);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 503"));
    let told = publishing.stop();
    assert!(told.out().contains("do not give the right to publish to hooks.created."), "{told}");
}

pub(super) fn gather(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path().is_dir() {
            true => gather(&entry.path(), into),
            false => into.extend(std::fs::read(entry.path()).unwrap()),
        }
    }
}
