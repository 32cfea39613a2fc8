//! The relay, with Debian's nats-server: every event once for everybody, byte for byte, and no acknowledgement that the
//! stream did not give.

mod access;
mod electing;
mod faults;
mod missed;
mod promises;
mod transfer;

use crate::main_job::CREATED;
use crate::support::{Listener, Run, Scene, counterpart, free_port, post, slow_tests, until};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

/// A server of its own; killed with its test.
struct Server {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Server {
    fn start(port: u16, folder: &Path, more: &[String]) -> Self {
        let child = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
            .arg(folder)
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port, folder: folder.to_path_buf() };
        until("the server", || TcpStream::connect(("127.0.0.1", port)).ok());
        server
    }

    fn alone(scene: &Scene) -> Option<Self> {
        counterpart("nats-server")?;
        Some(Self::start(free_port(), &scene.folder().join("js"), &[]))
    }

    /// Asks for something as any client may, and waits for the answer.
    fn request(&self, subject: &str, payload: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = payload.len();
        let words = format!("CONNECT {{}}\r\nSUB answer 1\r\nPUB {subject} answer {length}\r\n{payload}\r\n");
        stream.write_all(words.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.find(|line| line.starts_with("MSG answer")).unwrap();
        lines.next().unwrap()
    }

    /// Stops it for a while, as a network that is parted does.
    fn signal(&self, name: &str) {
        let ended = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(ended.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Three servers that know each other, and may be started one by one.
struct Cluster {
    folder: PathBuf,
    ports: Vec<(u16, u16)>,
}

impl Cluster {
    fn plan(scene: &Scene) -> Option<Self> {
        counterpart("nats-server")?;
        Some(Self { folder: scene.folder(), ports: (0..3).map(|_| (free_port(), free_port())).collect() })
    }

    fn start(&self, number: usize) -> Server {
        let (port, route) = self.ports[number];
        let routes: Vec<String> = self.ports.iter().map(|(_, route)| format!("nats://127.0.0.1:{route}")).collect();
        let more =
            ["-n", &format!("n{number}"), "-cluster_name", "c", "-cluster", &format!("nats://127.0.0.1:{route}")];
        let mut more: Vec<String> = more.map(str::to_owned).into();
        more.extend(["-routes".to_owned(), routes.join(",")]);
        Server::start(port, &self.folder.join(format!("js{number}")), &more)
    }

    fn address(&self) -> String {
        let hosts: Vec<String> = self.ports.iter().map(|(port, _)| format!("127.0.0.1:{port}")).collect();
        format!("nats://{}/hooks", hosts.join(","))
    }
}

fn body(signup: usize, number: usize) -> String {
    CREATED.replace("789e0123", &format!("{signup:08}")).replace("\"position\":1", &format!("\"position\": {number}.0"))
}

/// Bodies of the arrivals that a listener told, in order.
fn bodies(output: &str) -> Vec<String> {
    let records = output.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let arrivals = records.filter(|record| record["type"] == "arrival");
    arrivals.map(|record| record["body"].as_str().unwrap().to_owned()).collect()
}

fn everybody_gets_every_event(address: &str) {
    let publisher = Scene::new();
    let publishing = publisher.listen(["--publish", address, "--no-store", "--json"]);
    let names = [["--as", "alice"], ["--as", "bob"], ["--share", "apps"], ["--share", "apps"]];
    let scenes: Vec<Scene> = names.iter().map(|_| Scene::new()).collect();
    let listeners: Vec<Listener> =
        names.iter().zip(&scenes).map(|(name, scene)| subscriber(scene, address, name)).collect();
    let sent: Vec<String> = (0..40).map(|number| body(number % 4, number)).collect();
    for text in &sent {
        assert!(post(&publishing.url, text).starts_with("HTTP/1.1 200"), "acknowledged");
    }
    assert!(post(&publishing.url, &sent[0]).starts_with("HTTP/1.1 200"), "a repeat is no message of its own");
    let have = |which: usize| bodies(&listeners[which].running().stdout.text());
    until("everything everywhere", || {
        (have(0).len() == 40 && have(1).len() == 40 && have(2).len() + have(3).len() == 40).then_some(())
    });
    assert!(have(0) == sent && have(1) == sent, "byte for byte, in order");
    let mut shared = [have(2), have(3)].concat();
    shared.sort();
    let mut all = sent.clone();
    all.sort();
    assert_eq!(shared, all, "each to one of the two");
    let told = publishing.stop();
    let summary: Value = serde_json::from_slice(told.stdout.split(|b| *b == b'\n').rev().nth(1).unwrap()).unwrap();
    assert_eq!((&summary["published"], &summary["published_before"]), (&41.into(), &1.into()), "{told}");
    assert!(!publisher.store().exists(), "nothing is stored under --no-store");
    for listener in listeners {
        listener.stop();
    }
}

fn subscriber(scene: &Scene, address: &str, name: &[&str; 2]) -> Listener {
    let ready = scene.folder().join("from.json");
    let running = scene
        .with(
            ["listen", "--from", address, name[0], name[1], "--json", "--ready-file"]
                .map(std::ffi::OsString::from)
                .into_iter()
                .chain([ready.clone().into()]),
        )
        .start();
    Listener::adopt(running, ready)
}

#[test]
fn one_node_serves_two_developers_and_a_group() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    everybody_gets_every_event(&format!("nats://127.0.0.1:{}/hooks", server.port));
}

#[test]
fn three_nodes_serve_two_developers_and_a_group() {
    let scene = Scene::new();
    let Some(cluster) = Cluster::plan(&scene) else { return };
    // Some are not there yet when the listener starts, which waits for them.
    let _servers: Vec<Server> = (0..3).map(|number| cluster.start(number)).collect();
    everybody_gets_every_event(&cluster.address());
}

#[test]
fn header_lines_path_and_time_travel_and_the_history_is_filled() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let signed = |run: Run| run.env("REFERRALLOOP_WEBHOOK_SECRET", "canary-of-the-secret");
    let publishing = Listener::start(&scene, ["--publish", &address, "--json"], signed);
    let line = ["trigger", "created", "--to", &format!("{}x?y=1", publishing.url), "-H", "X-Webhook-Odd: a%b"];
    signed(scene.with(line)).output().code(0);
    publishing.wait_for("\"arrival\"");
    let other = Scene::new();
    let from = format!("{address}.created");
    let line = ["listen", "--from", &from, "--as", "eve", "--since", "first", "--until", "1", "--json"];
    let run = signed(other.with(line)).output();
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!format!("{run}").contains("canary"), "{run}");
    let told = [publishing.stop().stdout, run.stdout].map(|out| {
        let text = String::from_utf8(out).unwrap();
        let record =
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|r| r["type"] == "arrival");
        let record = record.unwrap();
        ["body", "headers", "target", "fingerprint"].map(|field| record[field].clone())
    });
    assert_eq!(told[0], told[1]);
}

#[test]
fn what_the_stream_does_not_acknowledge_is_answered_503() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", withholding(server.port));
    let publishing = scene.listen(["--publish", &address, "--no-store"]);
    let began = std::time::Instant::now();
    let answer = post(&publishing.url, CREATED);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(began.elapsed().as_millis() < 5_000, "within the service's patience: {:?}", began.elapsed());
    publishing.stop();
}

#[test]
fn a_repeat_without_a_store_names_what_it_repeats_and_claims_no_time() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    for (number, more) in [&["--json"][..], &[]].into_iter().enumerate() {
        let line = [&["--publish", &address, "--no-store"], more].concat();
        let publishing = scene.listen(line);
        for _ in 0..2 {
            assert!(post(&publishing.url, &body(number, number)).starts_with("HTTP/1.1 200"));
        }
        let told = publishing.stop().code(0);
        if more.is_empty() {
            assert!(told.out().contains("came before, as #2") && !told.out().contains("0 ms after"), "{told}");
            continue;
        }
        let records = told.records();
        let arrivals: Vec<&Value> = records.iter().filter(|record| record["type"] == "arrival").collect();
        assert_eq!((&arrivals[1]["duplicate_of"], &arrivals[1]["gap_ms"]), (&1.into(), &Value::Null), "{told}");
    }
}

/// A way to the server on which acknowledgements of publishing get lost.
fn withholding(port: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let (mut up, mut from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut up));
            thread::spawn(move || pass_on_without_acknowledgements(server, client));
        }
    });
    own
}

fn pass_on_without_acknowledgements(server: TcpStream, mut client: TcpStream) {
    let mut server = BufReader::new(server);
    let mut line = String::new();
    while server.read_line(&mut line).is_ok_and(|read| read > 0) {
        let length: Option<usize> =
            line.starts_with("MSG ").then(|| line.trim().rsplit(' ').next().unwrap().parse().unwrap());
        let mut payload = vec![0; length.map_or(0, |length| length + 2)];
        std::io::Read::read_exact(&mut server, &mut payload).unwrap();
        let text = String::from_utf8_lossy(&payload);
        if !(text.contains("\"stream\":") && text.contains("\"seq\":") && !text.contains("\"type\"")) {
            let _ = client.write_all(line.as_bytes()).and_then(|()| client.write_all(&payload));
        }
        line.clear();
    }
}

#[test]
fn a_server_that_comes_back_is_told_once_and_nothing_is_lost() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let (port, address) = (server.port, format!("nats://127.0.0.1:{}/hooks", server.port));
    let publishing = scene.listen(["--publish", &address, "--no-store", "--json"]);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"));
    drop(server);
    assert!(post(&publishing.url, &body(1, 1)).starts_with("HTTP/1.1 503"));
    let _server = Server::start(port, &scene.folder().join("js"), &[]);
    until("the way back", || post(&publishing.url, &body(1, 1)).starts_with("HTTP/1.1 200").then_some(()));
    let told = publishing.stop();
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    assert_eq!(text.matches("is lost").count(), 1, "{told}");
    assert_eq!(text.matches("connected again, after").count(), 1, "{told}");
    let other = Scene::new();
    let line = ["listen", "--from", &address, "--as", "late", "--since", "first", "--until", "2", "--json"];
    let run = other.run(line);
    let mut count: HashMap<String, usize> = HashMap::new();
    bodies(&String::from_utf8_lossy(&run.stdout)).into_iter().for_each(|body| *count.entry(body).or_default() += 1);
    assert_eq!((run.code, count.len(), count.values().sum::<usize>()), (Some(0), 2, 2), "{run}");
}

#[test]
fn a_parted_network_is_answered_503_in_time_and_heals_without_a_restart() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let publishing = scene.listen(["--publish", &address, "--no-store", "--json"]);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"));
    server.signal("STOP");
    let (rounds, began) = (if slow_tests() { 17 } else { 2 }, std::time::Instant::now());
    for number in 0..rounds {
        let asked = std::time::Instant::now();
        let answer = post(&publishing.url, &body(1, number));
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(asked.elapsed().as_millis() < 5_000, "within the service's patience: {:?}", asked.elapsed());
    }
    assert!(!slow_tests() || began.elapsed().as_secs() > 50);
    server.signal("CONT");
    for number in 0..rounds {
        until("the way back", || post(&publishing.url, &body(1, number)).starts_with("HTTP/1.1 200").then_some(()));
    }
    publishing.stop();
    let until = (rounds + 1).to_string();
    let line = ["listen", "--from", &address, "--as", "late", "--since", "first", "--until", &until, "--json"];
    let run = Scene::new().run(line);
    let mut got = bodies(&String::from_utf8_lossy(&run.stdout));
    got.sort();
    got.dedup();
    assert_eq!((run.code, got.len()), (Some(0), rounds + 1), "each once, none lost: {run}");
}

#[test]
fn what_does_not_fit_together_is_said_before_anything_is_opened() {
    let scene = Scene::new();
    for (line, words) in [
        (&["listen", "--from", "nats://h/x"][..], "--from needs a name"),
        (&["listen", "--publish", "nats://h/x.created"], "names a single event"),
        (&["listen", "--nats-creds", "f"], "--nats-creds works only with --publish or --from"),
        (&["listen", "--publish", "nats://me:canary@h/x"], "--nats-creds"),
        (&["listen", "--no-store"], "--publish"),
        (&["listen", "--from", "nats://h/x", "--as", "a", "--port", "1"], "--port"),
    ] {
        let output = scene.run(line.iter().copied());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.code == Some(2) && output.stdout.is_empty() && told.contains(words), "{output}");
        assert!(!told.replace("nats://me:canary@h/x", "").contains("canary") || line.contains(&"x"), "{output}");
    }
    let output = scene.run(["listen", "--publish", "nats://127.0.0.1:1/x", "--port", "0"]);
    assert!(
        output.code == Some(4) && String::from_utf8_lossy(&output.stderr).contains("cannot be reached"),
        "{output}"
    );
}
