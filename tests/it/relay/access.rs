//! Who may enter, and what nobody sees: TLS, a credentials file for each, and canaries in what leaves the program.

use super::Server;
use crate::support::{Listener, Run, Scene, counterpart, free_port};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
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
        (with("publisher.creds")[..2].to_vec(), 4, "cannot be reached"),
        (with("publisher.creds")[2..].to_vec(), 3, "refuses these credentials"),
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

fn gather(folder: &Path, into: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path().is_dir() {
            true => gather(&entry.path(), into),
            false => into.extend(std::fs::read(entry.path()).unwrap()),
        }
    }
}
