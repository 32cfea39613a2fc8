//! What docs/teams.md promises of order, of names, and of what is in a message.

use super::access::gather;
use super::faults::put;
use super::{Server, bodies, body, subscriber};
use crate::main_job::CREATED;
use crate::support::{Listener, Run, Scene, post};

const SECRET: &str = "canary-of-the-secret";

fn signed(run: Run) -> Run {
    run.env("REFERRALLOOP_WEBHOOK_SECRET", SECRET)
}

/// What was broken into lines for the screen.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn alone(scene: &Scene) -> Option<(Server, String)> {
    let server = Server::alone(scene)?;
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    Some((server, address))
}

#[test]
fn a_backlog_comes_in_the_order_of_the_stream() {
    let scene = Scene::new();
    let Some((server, address)) = alone(&scene) else { return };
    scene.listen(["--publish", &address, "--no-store"]).stop();
    let sent: Vec<String> = (0..400).map(|number| body(number % 5, number)).collect();
    sent.iter().for_each(|text| put(&server, "hooks.created.w", "", text.as_bytes()));
    let line = ["listen", "--from", &address, "--as", "eve", "--since", "first", "--until", "400", "--json"];
    let run = scene.run(line);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(bodies(&run.out()) == sent, "in order");
}

#[test]
fn of_two_listeners_of_one_name_one_ends_and_says_so() {
    let scene = Scene::new();
    let Some((_server, address)) = alone(&scene) else { return };
    scene.listen(["--publish", &address, "--no-store"]).stop();
    let (one, other) = (Scene::new(), Scene::new());
    let ready = one.folder().join("ready");
    let line = ["listen", "--from", &address, "--as", "alice", "--ready-file", ready.to_str().unwrap()];
    let mut first = one.process(line).start();
    first.wait_for_file(&ready);
    // Asleep, as a laptop is, while the name is taken up elsewhere.
    first.signal("STOP");
    let second = subscriber(&other, &address, &["--as", "alice"]);
    first.signal("CONT");
    let ended = first.finish();
    assert!(ended.code == Some(2) && ended.err().contains("alice is in use"), "{ended}");
    second.stop();
}

#[test]
fn an_unsigned_copy_does_not_keep_the_signed_one_from_anybody() {
    let scene = Scene::new();
    let Some((_server, address)) = alone(&scene) else { return };
    let publishing = Listener::start(&scene, ["--publish", &address, "--no-store", "--json"], signed);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"), "unsigned");
    let file = scene.write("body", CREATED);
    let data = format!("@{}", file.display());
    for _ in 0..2 {
        signed(scene.with(["trigger", "--data", &data, "--to", &publishing.url])).output().code(0);
    }
    let other = Scene::new();
    let line = ["listen", "--from", &address, "--as", "eve", "--since", "first", "--require-signature", "--json"];
    let line = line.into_iter().chain(["--until", "1", "--for", "30s"]);
    let run = signed(other.with(line)).output();
    assert!(run.code == Some(0) && run.out().contains("\"verification\":\"valid\""), "{run}");
    assert!(run.out().contains("events import brings what was refused"), "{run}");
    let told = publishing.stop();
    let sequences = told.out().matches("\"sequence\":2").count();
    assert!(sequences == 2 && !told.out().contains("\"sequence\":3"), "signed once more it is a repeat: {told}");
}

#[test]
fn a_known_secret_in_path_or_headers_does_not_get_into_the_stream() {
    let scene = Scene::new();
    let Some((server, address)) = alone(&scene) else { return };
    let publishing = Listener::start(&scene, ["--publish", &address, "--no-store"], signed);
    let target = format!("{}?token={SECRET}", publishing.url);
    signed(scene.with(["trigger", "created", "--to", &target, "-H", &format!("X-My: {SECRET}")])).output().code(0);
    publishing.stop();
    let mut seen = Vec::new();
    gather(&server.folder, &mut seen);
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("?token=[redacted]") && seen.contains("X-My: [redacted]"), "the disk was read: {seen}");
    assert!(!seen.contains(SECRET));
}

#[test]
fn what_a_stream_does_with_events_is_told_before_they_are_lost() {
    let scene = Scene::new();
    let Some((server, _)) = alone(&scene) else { return };
    for (name, config, words) in [
        ("interest", r#""retention":"interest""#, "keeps an event only for who receives at that moment"),
        ("queue", r#""retention":"workqueue""#, "lets go of an event once one receiver has it"),
        ("sealed", r#""max_msgs":5"#, "is sealed"),
    ] {
        let made = format!(r#"{{"name":"{name}","subjects":["{name}.>"],{config}}}"#);
        server.request(&format!("$JS.API.STREAM.CREATE.{name}"), &made);
        if name == "sealed" {
            let sealed = format!(r#"{{"name":"{name}","subjects":["{name}.>"],"sealed":true}}"#);
            server.request(&format!("$JS.API.STREAM.UPDATE.{name}"), &sealed);
        }
        let address = format!("nats://127.0.0.1:{}/{name}", server.port);
        let told = scene.listen(["--publish", &address, "--no-store"]).stop();
        assert!(told.code == Some(0) && unwrapped(&told.err()).contains(words), "{name}: {told}");
        let told = scene.run(["doctor", "--relay", &address]);
        assert!(unwrapped(&told.out()).contains(words), "{name}: {told}");
    }
}

#[test]
fn a_new_name_says_what_it_does_not_bring() {
    let scene = Scene::new();
    let Some((server, address)) = alone(&scene) else { return };
    scene.listen(["--publish", &address, "--no-store"]).stop();
    put(&server, "hooks.created.w", "", CREATED.as_bytes());
    let line = |name| ["listen", "--from", address.as_str(), "--as", name, "--for", "1ms"];
    let told = scene.run(line("eve"));
    assert!(told.code == Some(0) && told.err().contains("1 earlier event is left out (--since first"), "{told}");
    let told = scene.run(line("eve"));
    assert!(told.code == Some(0) && !told.err().contains("left out"), "{told}");
}

#[test]
fn what_does_not_fit_a_stream_is_refused() {
    let scene = Scene::new();
    for (line, words) in [
        (vec!["listen", "--port", "0", "--as", "alice"], "--as works only with --from"),
        (vec!["listen", "--port", "0", "--share", "apps", "--since", "first"], "--share works only with --from"),
        (
            vec!["events", "export", "--all", "--redact", "--to", "nats://127.0.0.1/hooks"],
            "--redact leaves out signatures",
        ),
    ] {
        let told = scene.run(line);
        assert!(told.code == Some(2) && told.stdout.is_empty() && told.err().contains(words), "{told}");
    }
}
