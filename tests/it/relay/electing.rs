//! Servers that have no leader yet: whoever begins waits for one, says so once, and a sender is answered meanwhile.

use super::{Cluster, Server};
use crate::main_job::CREATED;
use crate::support::{Running, Scene, free_port, post, slow_tests, until};
use referralloop::shutdown::StopSignal;
use std::net::TcpStream;
use std::time::{Duration, Instant};

const WAITING: &str = "has no leader at this moment";

fn wait_for_waiting(running: &Running) {
    let said = || running.stderr.text();
    until("the word that there is no leader", || {
        assert!(!said().contains("error:"), "it gave up: {}", said());
        said().contains(WAITING).then_some(())
    });
}

#[test]
fn a_cluster_that_elects_is_waited_for_and_the_sender_answered() {
    let scene = Scene::new();
    let Some(cluster) = Cluster::plan(&scene) else { return };
    let (address, port) = (cluster.address(), free_port());
    let _first = cluster.start(0);
    let (ready, url) = (scene.folder().join("ready.json"), format!("http://127.0.0.1:{port}/"));
    let line = ["listen", "--port", &port.to_string(), "--publish", &address, "--no-store", "--ready-file"];
    let publishing = scene.with(line.map(str::to_owned).into_iter().chain([ready.to_str().unwrap().into()])).start();
    until("the socket", || TcpStream::connect(("127.0.0.1", port)).ok());
    let began = Instant::now();
    let answer = post(&url, CREATED);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.to_lowercase().contains("retry-after: 1"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5), "within the service's patience: {:?}", began.elapsed());
    wait_for_waiting(&publishing);
    assert!(!ready.exists(), "it is not ready");
    let _others: Vec<Server> = [1, 2].map(|number| cluster.start(number)).into();
    until("the ready file", || ready.exists().then_some(()));
    let answer = post(&url, CREATED);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    publishing.signal(StopSignal::Interrupt);
    let told = publishing.finish().code(0);
    for words in [WAITING, "The relay has a leader, after"] {
        assert_eq!(told.err().matches(words).count(), 1, "{words}: {told}");
    }
    assert!(told.err().contains("Relay: 1 published."), "what was answered 503 was not published: {told}");
}

#[test]
fn whoever_receives_or_fills_a_stream_waits_as_well() {
    let scene = Scene::new();
    let Some(cluster) = Cluster::plan(&scene) else { return };
    let address = cluster.address();
    let servers: Vec<Server> = [0, 1, 2].map(|number| cluster.start(number)).into();
    let publishing = scene.listen(["--publish", &address]);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"));
    publishing.stop();
    // One that starts alone knows at once that it has no leader, and one that loses the others only after a while.
    drop(servers);
    let _alone = cluster.start(0);
    // A folder lives as long as its scene.
    let (other, filled, asked, asking) = (Scene::new(), Scene::new(), Scene::new(), Scene::new());
    let started: Vec<Running> = [
        scene.with(["events", "export", "--all", "--to", &address]),
        scene.with(["replay", "last", "--to", &address]),
        other.with(["listen", "--from", &address, "--as", "late", "--since", "first", "--until", "1"]),
        filled.with(["events", "import", &address]),
    ]
    .map(|run| run.start())
    .into();
    let stopped = [
        asked.with(["expect", "created", "--from", &address, "--", "true"]),
        asking.with(["listen", "--port", "0", "--publish", &address]),
        scene.with(["replay", "last", "--to", &address]),
    ]
    .map(|run| run.start());
    started.iter().chain(&stopped).for_each(wait_for_waiting);
    // Who waits can be stopped.
    for running in stopped {
        running.signal(StopSignal::Interrupt);
        running.finish_within(Duration::from_secs(10)).code(130);
    }
    let _others: Vec<Server> = [1, 2].map(|number| cluster.start(number)).into();
    for running in started {
        let told = running.finish_within(Duration::from_secs(120));
        assert!(told.code == Some(0) && told.err().contains(WAITING), "{told}");
    }
}

#[test]
fn nobody_waits_for_ever() {
    let scene = Scene::new();
    let Some(cluster) = Cluster::plan(&scene) else { return };
    if !slow_tests() {
        return;
    }
    let _alone = cluster.start(0);
    let began = Instant::now();
    let told = scene.run(["listen", "--port", "0", "--publish", &cluster.address(), "--no-store"]);
    assert!(told.code == Some(4) && told.err().contains("has no leader, so that nothing can be asked"), "{told}");
    assert!((29..60).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}
