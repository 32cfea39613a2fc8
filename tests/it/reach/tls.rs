//! https on this machine: certificates made on the spot, and what is said of each.

use crate::support::{Answer, Endpoint, Output, Scene};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

/// An authority that nobody trusts yet.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        Self::named(&[], false)
    }

    /// One that may be a server, too, for names: what `openssl req -x509 -addext subjectAltName=…` makes.
    fn named(names: &[&str], expired: bool) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut params = CertificateParams::new(names).unwrap();
        if expired {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        params.distinguished_name.push(DnType::CommonName, "dev CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server's certificate for names, in time or long past.
    fn issue(&self, names: &[&str], expired: bool) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        if expired {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }

    /// The authority's own certificate as a server's: what `openssl req -x509` makes.
    fn own(&self) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        (self.issuer.der().clone(), PrivatePkcs8KeyDer::from(self.issuer.key().serialize_der()).into())
    }
}

/// Serves https on a free port for as long as the test lives, answering 200; its port.
fn serve(identity: (CertificateDer<'static>, PrivateKeyDer<'static>)) -> u16 {
    serve_head(identity, "200 OK")
}

/// The same with a status line and more header lines of one's own.
fn serve_head((certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>), head: &str) -> u16 {
    let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            let mut buffer = [0; 16 * 1024];
            let mut read = Vec::new();
            // Who does not trust the certificate hangs up.
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                read.extend_from_slice(&buffer[..count]);
                if read.windows(4).any(|end| end == b"\r\n\r\n") && read.ends_with(b"}") {
                    let _ = stream.write_all(answer.as_bytes());
                    break;
                }
            }
        }
    });
    port
}

const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "::1", "app.localhost"];

/// A scene with the authority's file in it, and a server for these names.
fn stage(expired: bool) -> (Scene, Authority, PathBuf, u16) {
    let (scene, authority) = (Scene::new(), Authority::new());
    let file = scene.write("ca.pem", authority.pem());
    let port = serve(authority.issue(&NAMES, expired));
    (scene, authority, file, port)
}

/// The real binary: the machine's trust is read from the environment.
fn trigger(scene: &Scene, url: &str, more: &[&str]) -> Output {
    scene.process(["trigger", "created", "--to", url].iter().chain(more)).output()
}

#[test]
fn a_private_authority_is_trusted_by_the_environment() {
    let (scene, _, file, port) = stage(false);
    let url = format!("https://localhost:{port}/");
    let process = scene.process(["trigger", "created", "--to", &url]).env("SSL_CERT_FILE", &file);
    process.output().code(0);
}

#[test]
fn a_private_authority_is_trusted_by_file() {
    let (scene, _, _, port) = stage(false);
    for host in ["localhost", "127.0.0.1", "app.localhost"] {
        let url = format!("https://{host}:{port}/");
        let refused = trigger(&scene, &url, &[]).code(1);
        assert!(refused.out().contains("TLS failed") && refused.out().contains("--ca-file"), "{refused}");
        trigger(&scene, &url, &["--ca-file", "ca.pem"]).code(0);
    }
}

#[test]
fn whatever_this_machine_shows_is_taken_when_told_so() {
    let (scene, _, _, port) = stage(true);
    for host in ["app.localhost", "localhost", "127.0.0.1"] {
        trigger(&scene, &format!("https://{host}:{port}/"), &["-k"]).code(0);
        trigger(&scene, &format!("https://{host}:{port}/"), &["--insecure"]).code(0);
    }
}

/// Trusted by the environment, so that the fault alone is left.
#[track_caller]
fn check_fault(scene: &Scene, port: u16, words: &str) {
    let url = format!("https://localhost:{port}/");
    let process = scene.process(["trigger", "created", "--to", &url]);
    let ended = process.env("SSL_CERT_FILE", scene.folder().join("ca.pem")).output().code(1);
    let said = ended.out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(words) && !said.contains("OtherError"), "{ended}");
}

#[test]
fn a_certificate_that_has_expired_is_told_so() {
    let (scene, _, _, port) = stage(true);
    check_fault(&scene, port, "has expired");
}

#[test]
fn a_certificate_for_another_name_is_told_so() {
    let (scene, authority, _, _) = stage(false);
    check_fault(&scene, serve(authority.issue(&["other.example"], false)), "is for another name");
}

#[test]
fn a_certificate_that_is_its_own_authority_is_told_so() {
    let (scene, ..) = stage(false);
    check_fault(&scene, serve(Authority::named(&NAMES, false).own()), "self-signed and marked as a CA");
}

/// What `openssl req -x509` makes is its own authority and a server at once, and curl takes it.
#[test]
fn a_certificate_that_was_given_is_taken_though_it_is_marked_as_an_authority() {
    let scene = Scene::new();
    let serve_own = |names: &[&str], expired| {
        let own = Authority::named(names, expired);
        scene.write("own.pem", own.pem());
        serve(own.own())
    };
    let port = serve_own(&NAMES, false);
    for host in ["localhost", "127.0.0.1", "app.localhost"] {
        trigger(&scene, &format!("https://{host}:{port}/"), &["--ca-file", "own.pem"]).code(0);
    }
    let app = format!("https://localhost:{port}/");
    let looked = scene.process(["doctor", "--app", &app, "--ca-file", "own.pem"]).output();
    assert!(looked.out().contains(&format!("✔ setup.app             {app}")), "{looked}");
    scene.write("own.pem", Authority::named(&NAMES, false).pem());
    let refused = trigger(&scene, &app, &["--ca-file", "own.pem"]).code(1);
    assert!(refused.out().contains("TLS failed"), "another one of the same name: {refused}");
    for (names, expired, words) in [(&["other.example"][..], false, "another name"), (&NAMES, true, "expired")] {
        let app = format!("https://localhost:{}/", serve_own(names, expired));
        let refused = trigger(&scene, &app, &["--ca-file", "own.pem"]).code(1);
        assert!(refused.out().contains(words), "{refused}");
    }
}

/// The client of https is another one than that of plain loopback targets.
#[test]
fn a_redirect_from_https_is_told_and_not_followed() {
    let (scene, authority, elsewhere) = (Scene::new(), Authority::new(), Endpoint::new([Answer::Status(200)]));
    let to = elsewhere.url("/other");
    for status in [301, 302, 303, 307, 308] {
        let head = format!("{status} Elsewhere\r\nLocation: {to}");
        let port = serve_head(authority.issue(&NAMES, false), &head);
        let ended = trigger(&scene, &format!("https://localhost:{port}/"), &["-k", "--no-retry"]).code(1);
        assert!(ended.out().contains(&status.to_string()), "{ended}");
    }
    assert_eq!(elsewhere.received().len(), 0);
}

#[test]
fn insecure_is_for_this_machine_alone() {
    let scene = Scene::new();
    for line in [
        &["trigger", "created", "--to", "https://app.example.com/"][..],
        &["listen", "--forward-to", "https://shop.test/"],
        &["verify", "--probe", "https://app.example.com/", "-y"],
        &["test", "https://app.example.com/", "-y"],
        &["doctor", "--app", "https://app.example.com/"],
        &["expect", "created", "--forward-to", "https://app.example.com/", "--", "true"],
    ] {
        let (before, after) =
            line.iter().position(|word| *word == "--").map_or((line, &[][..]), |at| line.split_at(at));
        let ended = scene.run(before.iter().chain(&["-k"]).chain(after).copied()).code(2);
        assert!(ended.err().contains("--insecure works only for this machine's own names"), "{ended}");
    }
}

#[test]
fn a_file_without_certificates_is_refused() {
    let scene = Scene::new();
    scene.write("empty.pem", "no certificate");
    let line = ["trigger", "created", "--to", "https://localhost:1/", "--ca-file", "empty.pem"];
    scene.run(line).is(2, "", "error: empty.pem cannot be used as CA file: there is no certificate in it\n");
    let ended = scene.run(["trigger", "created", "--ca-file", "absent.pem"]).code(2);
    assert!(ended.err().starts_with("error: cannot read CA file absent.pem"), "{ended}");
    let idle = scene.run(["listen", "--ca-file", "empty.pem"]).code(2);
    assert!(idle.err().contains("--ca-file works only with --forward-to"), "{idle}");
}

#[test]
fn doctor_makes_the_handshake() {
    let (scene, _, _, port) = stage(false);
    let url = format!("https://localhost:{port}/");
    let doctor = |more: &[&str]| scene.run(["doctor", "--app", &url].iter().chain(more)).out();
    assert!(doctor(&[]).contains("✘ setup.app"), "{}", doctor(&[]));
    assert!(doctor(&["--ca-file", "ca.pem"]).contains("accepts TLS connections"));
    assert!(doctor(&["-k"]).contains("✔ setup.app"));
}

#[test]
fn an_audit_stops_with_one_sentence_where_no_connection_comes_about() {
    let (scene, _, _, port) = stage(false);
    let url = format!("https://localhost:{port}/");
    let ended = scene.run(["test", &url, "--only", "delivery", "--yes"]).code(4);
    assert!(ended.err().contains(&format!("error: no TLS connection to {url} can be made")), "{ended}");
    assert_eq!(ended.out(), "");
    let through = scene.run(["test", &url, "--only", "delivery", "--yes", "--ca-file", "ca.pem", "--json"]);
    let repeat = through.records().iter().find_map(|record| record["repeat"].as_str().map(str::to_owned)).unwrap();
    assert!(repeat.contains(" --ca-file ca.pem"), "{repeat}");
}

#[test]
fn every_command_that_delivers_takes_the_file() {
    let (scene, _, _, port) = stage(false);
    let url = format!("https://localhost:{port}/");
    trigger(&scene, &url, &["-k"]).code(0);
    scene.run(["replay", "1", "--to", &url, "--ca-file", "ca.pem"]).code(0);
    scene.run(["rehearse", "lifecycle", "--to", &url, "--ca-file", "ca.pem"]).code(0);
    let probed = scene.run(["verify", "--probe", &url, "--ca-file", "ca.pem"]).code(1);
    assert!(probed.out().contains("accepted"), "{probed}");
    let listener = scene.listen(["--forward-to", &url, "--ca-file", "ca.pem"]);
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    listener.wait_for(&format!("→ POST {url}   200 OK"));
    listener.stop().code(0);
}

/// Runs a line under strace; its end, and whether it looked for this machine's certificates. None without strace.
fn traced(scene: &Scene, line: &[&str]) -> Option<(Output, bool)> {
    let strace = crate::support::counterpart("strace")?;
    let program = crate::support::program().to_str().unwrap();
    let words = ["-f", "-e", "trace=openat,open,stat,statx,newfstatat", "-o", "trace", program];
    let ended = scene.command(&strace, words.iter().chain(line)).env("PATH", std::env::var("PATH").unwrap()).output();
    let trace = std::fs::read_to_string(scene.folder().join("trace")).unwrap();
    let marks = ["ca-certificates", "/etc/ssl", "/usr/lib/ssl", "/etc/pki"];
    Some((ended, marks.iter().any(|mark| trace.contains(mark))))
}

#[test]
fn who_has_no_https_target_never_reads_the_certificates() {
    let (scene, app) = (Scene::new(), crate::support::Endpoint::good());
    let url = app.url("/");
    for line in [
        &["trigger", "created", "--to", &url][..],
        &["replay", "1", "--to", &url],
        &["rehearse", "lifecycle", "--to", &url],
        &["load", "created", "--count", "3", "--to", &url],
        &["listen", "--port", "0", "--for", "1ms", "--forward-to", &url],
        &["expect", "created=0", "--within", "1ms", "--forward-to", &url, "--", "true"],
        &["verify", "--probe", &url],
        &["test", &url, "--only", "delivery"],
        &["doctor", "--app", &url],
        &["sandbox", "--port", "0", "--memory", "--help"],
        &["events", "list"],
    ] {
        let Some((ended, looked)) = traced(&scene, line) else { return };
        assert!(!looked, "{line:?} reads certificates");
        assert!(ended.code.is_some_and(|code| code < 2), "{ended}");
    }
}

#[test]
fn who_has_an_https_target_reads_the_certificates_of_this_machine() {
    let Some((_, looked)) = traced(&Scene::new(), &["trigger", "created", "--to", "https://localhost:1/"]) else {
        return;
    };
    assert!(looked, "an https target reads them");
}

#[test]
fn an_app_on_a_socket_is_reached() {
    let scene = Scene::new();
    let path = scene.folder().join("app.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let seen = std::thread::spawn(move || {
        let mut heads = Vec::new();
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
            while !read.ends_with(b"}") {
                let count = stream.read(&mut buffer).unwrap();
                read.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            heads.push(String::from_utf8_lossy(&read).split("\r\n\r\n").next().unwrap().to_owned());
        }
        heads
    });
    let target = format!("unix:{}:/hooks", path.display());
    scene.run(["trigger", "created", "--to", &target]).code(0);
    let forwarding = scene.listen(["--forward-to", &target]);
    scene.run(["trigger", "created", "--to", &forwarding.url]).code(0);
    forwarding.wait_for(&format!("→ POST {target}   200 OK"));
    forwarding.stop().code(0);
    scene.run(["replay", "last"]).code(0);
    for head in seen.join().unwrap() {
        assert!(head.starts_with("POST /hooks HTTP/1.1\r\nHost: localhost\r\n"), "{head}");
    }
    let gone = scene.run(["trigger", "created", "--to", "unix:/nowhere/app.sock"]).code(1);
    assert!(gone.out().contains("connection refused"), "{gone}");
    let load = scene.run(["load", "created", "--count", "1", "--to", &target]).code(2);
    assert!(load.err().contains("load"), "{load}");
}

#[test]
fn a_sandbox_delivers_to_a_private_authority() {
    let (scene, _, _, port) = stage(false);
    let url = format!("https://localhost:{port}/");
    for more in [&["--ca-file", "ca.pem"][..], &["-k"], &[]] {
        let sandbox = crate::support::Sandbox::start(&scene, ["--memory", "--json"].iter().chain(more));
        sandbox.run(&scene, ["subscribe", "created", "--url", url.as_str(), "--force"]);
        let waitlists = sandbox.run(&scene, ["waitlists", "--json"]).records();
        let waitlist = waitlists[0]["id"].as_str().unwrap();
        sandbox.run(&scene, ["signups", "create", "--email", "a@example.com", "-w", waitlist]);
        let wanted = if more.is_empty() { "\"outcome\":\"tls\"" } else { "\"outcome\":\"acknowledged\"" };
        sandbox.running().stdout.wait_for(wanted);
        sandbox.stop().code(0);
    }
    let load = scene.run(["load", "created", "--count", "1", "--to", &url]).code(2);
    assert!(load.err().contains("load speaks plain http"), "{load}");
}
