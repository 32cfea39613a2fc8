//! What goes wrong in a stream while it is used, and what others put there: nothing is lost, and everything is told.

use super::{Server, bodies, body, subscriber};
use crate::main_job::CREATED;
use crate::support::{Listener, Scene, free_port, post, until};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

fn have(listener: &Listener) -> Vec<String> {
    bodies(&listener.running().stdout.text())
}

fn wait_for(listener: &Listener, sent: &[String]) {
    until("every event", || (have(listener).len() >= sent.len()).then_some(()));
    assert_eq!(have(listener), sent, "each once, in order");
}

#[test]
fn a_listener_that_the_stream_forgot_goes_on_where_it_was() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let publishing = scene.listen(["--publish", &address, "--no-store"]);
    let (other, mut sent) = (Scene::new(), vec![body(0, 0)]);
    let listener = subscriber(&other, &address, &["--as", "alice"]);
    assert!(post(&publishing.url, &sent[0]).starts_with("HTTP/1.1 200"));
    wait_for(&listener, &sent);
    assert!(server.request("$JS.API.CONSUMER.DELETE.HOOKS.as-alice", "").contains("\"success\":true"));
    sent.push(body(0, 1));
    assert!(post(&publishing.url, &sent[1]).starts_with("HTTP/1.1 200"), "while it is forgotten");
    wait_for(&listener, &sent);
    // The stream itself: what comes in next makes another one, and whoever receives begins with it.
    assert!(server.request("$JS.API.STREAM.DELETE.HOOKS", "").contains("\"success\":true"));
    sent.push(body(0, 2));
    assert!(post(&publishing.url, &sent[2]).starts_with("HTTP/1.1 200"), "made again, and acknowledged by it");
    wait_for(&listener, &sent);
    let told = listener.stop().out();
    assert!(told.contains("had forgotten this listener") && told.contains("has a new stream"), "{told}");
    publishing.stop();
}

#[test]
fn a_name_is_one_listeners_at_a_time() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    scene.listen(["--publish", &address, "--no-store"]).stop();
    let other = Scene::new();
    let first = subscriber(&other, &address, &["--as", "alice"]);
    let line = ["listen", "--from", &address, "--as", "alice", "--for", "1ms"];
    let second = scene.run(line);
    assert!(second.code == Some(2) && second.stdout.is_empty(), "{second}");
    assert!(second.err().contains("alice is in use") && second.err().contains("--share NAME"), "{second}");
    first.stop();
    scene.run(line).code(0);
}

#[test]
fn a_stream_that_takes_nothing_more_is_a_503() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    for (name, limit, words) in [
        ("full", r#""max_msgs":1,"discard":"new""#, "maximum messages exceeded"),
        ("small", r#""max_msg_size":1400"#, "message size exceeds maximum allowed"),
        ("part", r#""max_bytes":100000"#, "no stream takes part.deleted."),
    ] {
        let subjects = if name == "part" { "part.created.>".to_owned() } else { format!("{name}.>") };
        let config = format!(r#"{{"name":"{name}","subjects":["{subjects}"],{limit}}}"#);
        server.request(&format!("$JS.API.STREAM.CREATE.{name}"), &config);
        let address = format!("nats://127.0.0.1:{}/{name}", server.port);
        let publishing = scene.listen(["--publish", &address, "--no-store"]);
        assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"), "{name}");
        let more = match name {
            "small" => CREATED.replace("2024", &"2024".repeat(400)),
            "part" => CREATED.replace("signup.created", "signup.deleted"),
            _ => body(1, 1),
        };
        assert!(post(&publishing.url, &more).starts_with("HTTP/1.1 503"), "{name}");
        let told = publishing.stop();
        assert!(told.out().contains(words) && told.err().contains("1 not taken (answered 503)"), "{name}: {told}");
    }
}

/// Publishes as any other program may.
pub(super) fn put(server: &Server, subject: &str, headers: &str, payload: &[u8]) {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let headers = format!("NATS/1.0\r\n{headers}\r\n");
    let (head, all) = (headers.len(), headers.len() + payload.len());
    let words = format!(
        "CONNECT {{\"headers\":true,\"verbose\":false}}\r\nSUB answer 1\r\nHPUB {subject} answer {head} {all}\r\n{headers}"
    );
    stream.write_all(&[words.as_bytes(), payload, b"\r\n"].concat()).unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.find(|line| line.starts_with("MSG answer")).unwrap();
}

#[test]
fn what_others_put_there_is_an_event_and_no_danger() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    scene.listen(["--publish", &address, "--no-store"]).stop();
    let lines = [
        "Referralloop-Line: nocolon",
        "Referralloop-Line: X-Red: %1B[31mred%0D%0AX-More: 1",
        "Referralloop-Line: %zz%",
        "Referralloop-Line: Content-Length: 99999",
        "Referralloop-Line: Transfer-Encoding: chunked",
        "Referralloop-Target: http://elsewhere/%0d%0a",
        "Referralloop-Arrived: nonsense",
    ];
    put(&server, "hooks.x", &format!("{}\r\n", lines.join("\r\n")), CREATED.as_bytes());
    put(&server, "hooks.x", "", b"");
    put(&server, "hooks.x", "", b"\x1b]0;title\x07\xff not JSON");
    for at in ["9999-12-30T22:00:00Z", "-009999-01-02T02:00:00Z"] {
        put(&server, "hooks.x", &format!("Referralloop-Arrived: {at}\r\n"), at.as_bytes());
    }
    put(&server, "hooks.x", "", &vec![b'x'; 1_000_000]);
    let line = ["listen", "--from", &address, "--as", "eve", "--since", "first", "--until", "6", "--for", "30s"];
    let run = scene.run(line);
    assert!(run.code == Some(0) && run.err().contains("Received: 6 unsigned"), "{run}");
    let seen = [run.stdout.clone(), run.stderr.clone()].concat();
    assert!(!seen.contains(&0x1b) && !seen.contains(&0x07), "{run}");
    let again = scene.run(["events", "import", &address]);
    assert!(again.code == Some(0) && again.err().contains("0 events imported, 6 already here"), "{again}");
}

#[test]
fn files_that_are_no_credentials_or_certificates_are_told_before_anything_is_opened() {
    let scene = Scene::new();
    let file = scene.write("file", "nonsense");
    let file = file.to_str().unwrap();
    let address = format!("nats://127.0.0.1:{}/hooks", free_port());
    for (option, value, words) in [
        ("--nats-creds", "none", "cannot read credentials file"),
        ("--nats-creds", file, "the credentials file cannot be used"),
        ("--nats-ca", "none", "cannot read CA file"),
        ("--nats-ca", file, "there is no certificate in it"),
    ] {
        let output = scene.run(["listen", "--port", "0", "--publish", &address, option, value]);
        let told = output.err().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(output.code == Some(2) && output.stdout.is_empty() && told.contains(words), "{output}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o640)).unwrap();
        let output = scene.run(["listen", "--port", "0", "--publish", &address, "--nats-creds", file]);
        assert!(output.err().contains("Others can read the credentials file"), "{output}");
    }
}

#[test]
fn a_stream_that_is_not_there_says_who_makes_it() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    for line in [
        &["listen", "--from", &address, "--as", "alice"][..],
        &["expect", "created", "--from", &address, "--", "true"],
        &["events", "import", &address],
    ] {
        let output = scene.run(line.iter().copied());
        let told =
            output.code == Some(4) && output.stdout.is_empty() && output.err().contains("no stream keeps hooks.>");
        assert!(told && output.err().contains("listen --publish with this subject makes one"), "{output}");
    }
}

/// Something that greets like this, and answers what keeps a connection alive.
fn greeting(words: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let mut answers = client.try_clone().unwrap();
            let _ = answers.write_all(words.as_bytes());
            std::thread::spawn(move || {
                let lines = BufReader::new(client).lines().map_while(Result::ok);
                lines.filter(|line| line == "PING").for_each(|_| drop(answers.write_all(b"PONG\r\n")));
            });
        }
    });
    port
}

#[test]
fn what_is_no_relay_is_told_for_what_it_is() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let port = free_port();
    let without_streams = Command::new("nats-server")
        .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-l"])
        .arg(scene.folder().join("log"))
        .spawn();
    let _without_streams = Server { child: without_streams.unwrap(), port, folder: scene.folder() };
    until("the server", || TcpStream::connect(("127.0.0.1", port)).ok());
    server.request("$JS.API.STREAM.CREATE.TAKEN", r#"{"name":"TAKEN","subjects":["other.>"]}"#);
    let old = r#"INFO {"server_id":"x","version":"2.1.9","proto":1,"host":"h","port":1,"max_payload":1048576}"#
        .to_owned()
        + "\r\n";
    for (scheme, port, subject, words) in [
        ("nats", port, "hooks", "has no JetStream: that server keeps no streams"),
        ("nats", greeting(""), "hooks", "nothing there answers as a NATS server does"),
        ("nats", greeting(old.leak()), "hooks", "version 2.1.9, which knows no headers"),
        ("tls", server.port, "hooks", "does not speak TLS on this port; is it nats:// instead"),
        ("nats", server.port, "taken", "one of the name TAKEN that keeps other subjects is there already"),
    ] {
        let address = format!("{scheme}://127.0.0.1:{port}/{subject}");
        let run = scene.run(["listen", "--port", "0", "--publish", &address]);
        let told = run.err().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code == Some(4) && told.contains(words), "{words}: {run}");
        let doctor = scene.run(["doctor", "--relay", &address]);
        let told = doctor.out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("\u{2718} setup.relay") && told.contains(words), "{words}: {doctor}");
    }
}

#[test]
fn what_is_odd_about_an_address_or_a_stream_is_told_at_the_start() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    server.request("$JS.API.STREAM.CREATE.part", r#"{"name":"part","subjects":["part.created.>"]}"#);
    for (subject, words) in [
        ("part", "keeps only a part of part.>: what it leaves out is answered 503"),
        ("hooks.creatd", "names no event, but a longer subject; did you mean .created?"),
    ] {
        let address = format!("nats://127.0.0.1:{}/{subject}", server.port);
        let run = scene.run(["listen", "--port", "0", "--publish", &address, "--for", "1ms"]);
        let told = run.err().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code == Some(0) && told.matches(words).count() == 1, "{words}: {run}");
    }
    let address = format!("nats://127.0.0.1:{}/team.hooks", server.port);
    let run = scene.run(["listen", "--port", "0", "--publish", &address, "--for", "1ms"]);
    assert!(run.code == Some(0) && !run.err().contains("note:"), "{run}");
}

#[test]
fn what_senders_gave_up_does_not_pile_up_while_servers_are_away() {
    const SENT: usize = 400;
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let publishing = scene.listen(["--publish", &address, "--no-store", "--json"]);
    server.signal("STOP");
    // Larger than what the system holds for a connection, together.
    let padding = format!("{{\"note\":\"{}\",", "x".repeat(100_000));
    let large = |number| body(1, number).replacen('{', &padding, 1);
    thread::scope(|scope| {
        for number in 1..=SENT {
            let (url, body) = (&publishing.url, large(number));
            scope.spawn(move || assert!(post(url, &body).starts_with("HTTP/1.1 503")));
        }
    });
    server.signal("CONT");
    until("the way back", || post(&publishing.url, CREATED).starts_with("HTTP/1.1 200").then_some(()));
    let info: Value = serde_json::from_str(&server.request("$JS.API.STREAM.INFO.HOOKS", "")).unwrap();
    let arrived = info["state"]["messages"].as_u64().unwrap();
    assert!(arrived < SENT as u64 * 3 / 4, "{arrived} of {SENT} that nobody waited for any more");
    publishing.stop();
}
