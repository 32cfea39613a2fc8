//! Every way in which listen and trigger may end, and what they leave behind.

use super::{CREATED, deliver};
use crate::support::{Answer, Endpoint, Listener, Sandbox, Scene, until};
use referralloop::shutdown::StopSignal;
use std::net::{Ipv4Addr, TcpListener};

#[test]
fn until_counts_distinct_events() {
    let scene = Scene::new();
    let listener = scene.listen(["--until", "2"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    scene.run(["trigger", "deleted"]).code(0);
    let ended = listener.finish().code(0);
    assert!(ended.err().ends_with("Received: 3 verified, 1 of these duplicates.\n"), "{ended}");
}

#[test]
fn until_unmet_is_a_no() {
    let scene = Scene::new();
    let ended = scene.run(["listen", "--port", "0", "--until", "2", "--for", "1ms"]);
    assert_eq!((ended.code, ended.out().as_str()), (Some(1), ""), "{ended}");
    assert!(ended.err().ends_with("Ready. Ctrl-C stops.\nNothing arrived.\n"), "{ended}");
}

#[test]
fn its_time_is_up() {
    let scene = Scene::new();
    let ended = scene.run(["listen", "--port", "0", "--for", "1ms", "--json"]).code(0);
    assert_eq!(ended.err(), "");
    let kinds: Vec<_> = ended.records().iter().map(|record| record["type"].clone()).collect();
    assert_eq!(kinds, ["ready", "summary"]);
}

#[test]
fn ctrl_c_and_sigterm_end_a_listener_with_0() {
    for signal in [StopSignal::Interrupt, StopSignal::Terminate] {
        let scene = Scene::new();
        let listener = scene.listen([""; 0]);
        let ready_file = listener.ready_file.clone();
        listener.running().signal(signal);
        let ended = listener.finish().code(0);
        assert!(ended.err().ends_with("Nothing arrived.\n"), "{ended}");
        assert!(!ready_file.exists());
    }
}

#[test]
fn the_process_hears_its_signals() {
    for (signal, listen, trigger) in [("INT", 0, 130), ("TERM", 0, 143), ("HUP", 0, 143)] {
        let scene = Scene::new();
        let ready = scene.folder().join("ready.json");
        let mut listener = scene.process(["listen", "--port", "0", "--ready-file", "ready.json"]).start();
        listener.wait_for_file(&ready);
        listener.signal(signal);
        let ended = listener.finish().code(listen);
        assert!(ended.out().is_empty() && ended.err().ends_with("Nothing arrived.\n"), "{ended}");
        assert!(!ready.exists(), "{signal}");

        let endpoint = Endpoint::new([Answer::Hang]);
        let sender = scene.process(["trigger", "created", "--to", &endpoint.url("/")]).start();
        endpoint.wait_for(1);
        sender.signal(signal);
        let ended = sender.finish().code(trigger);
        assert!(ended.out().starts_with("signup.created") && ended.err().is_empty(), "{ended}");
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_loop_of_a_shell_as_well() {
    let scene = Scene::new();
    // Who started the tests in the background of a script has every shell below ignore the signal.
    let ignored = scene.shell("kill -INT $$; echo ignored").start().finish();
    if ignored.out().contains("ignored") {
        return println!("skipped: SIGINT is ignored here");
    }
    let endpoint = Endpoint::new([Answer::Hang]);
    // A job of its own, as a terminal's are, which gets the signal whole. Its shell goes on with the loop unless the command
    // died of the signal.
    let round = format!("referralloop trigger created --no-retry --timeout 2s --to {}", endpoint.url("/"));
    scene.write("rounds.sh", format!("for round in 1 2; do echo round $round; {round}; done"));
    scene.write("job.sh", "set -m; bash rounds.sh & echo $! > job.part; mv job.part job; wait $!; echo ended with $?");
    let mut shell = scene.shell("bash job.sh").start();
    let job = shell.wait_for_file(&scene.folder().join("job"));
    endpoint.wait_for(1);
    let job = format!("-{}", String::from_utf8_lossy(&job).trim());
    assert!(std::process::Command::new("kill").args(["-INT", "--", &job]).status().unwrap().success());
    let ended = shell.finish();
    assert!(ended.out().contains("ended with 130") && !ended.out().contains("round 2"), "{ended}");
}

#[test]
fn an_interrupted_wait_between_attempts_ends_at_once() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500]);
    for (signal, code) in [(StopSignal::Interrupt, 130), (StopSignal::Terminate, 143)] {
        let running = scene.with(["trigger", "created", "--retry", "--to", &endpoint.url("/")]).start();
        running.stderr.wait_for("attempt 2 in 60 s, at ");
        running.signal(signal);
        let ended = running.finish().code(code);
        assert!(!ended.out().contains("attempt 2/5"), "{ended}");
    }
}

#[test]
fn the_first_signal_drains_and_the_second_aborts() {
    let scene = Scene::new();
    // The app hangs, so the mirrored answer waits and the drain has something to wait for.
    let app = Endpoint::new([Answer::Hang]);
    let forward = app.url("/");
    let listener = scene.listen(["--forward-to", &forward, "--ack", "mirror"]);
    let sender = scene.with(["trigger", "created", "--no-retry", "--to", &listener.url]).start();
    app.wait_for(1);
    listener.running().signal(StopSignal::Interrupt);
    listener.running().signal(StopSignal::Interrupt);
    let ready_file = listener.ready_file.clone();
    let ended = listener.finish().code(130);
    assert!(ended.err().contains("Received: 1 verified."), "{ended}");
    assert!(!ready_file.exists());
    sender.finish().code(1);
    assert_eq!(scene.run(["events", "list", "--json"]).records().len(), 1, "what was stored stays stored");
}

#[test]
fn what_is_under_way_is_finished_on_the_first_signal() {
    let scene = Scene::new();
    let listener = scene.listen(["--respond-delay", "300ms", "--json"]);
    let sender = scene.with(["trigger", "created", "--no-retry", "--to", &listener.url]).start();
    listener.wait_for("\"arrival\"");
    listener.running().signal(StopSignal::Interrupt);
    sender.finish().code(0);
    listener.finish().code(0);
}

#[test]
fn a_closed_pipe_ends_silently_with_0() {
    let scene = Scene::new();
    let ready = scene.folder().join("ready.json");
    let line = "{ referralloop listen --json --port 0 --ready-file ready.json; echo \"exit $?\" >&2; } | head -1";
    let mut shell = scene.shell(line).start();
    shell.wait_for_file(&ready);
    // The reader is gone with the ready record; the next record finds that out.
    shell.stdout.wait_for("\"ready\"");
    until("the listener to notice", || {
        scene.process(["trigger", "created"]).output();
        shell.stderr.text().contains("exit").then_some(())
    });
    let ended = shell.finish().code(0);
    assert_eq!((ended.out().lines().count(), ended.err().as_str()), (1, "exit 0\n"), "{ended}");
    assert!(!ready.exists());
    for line in ["events list --json", "completions bash", "man", "--help", "config show"] {
        let piped = scene.shell(&format!("{{ referralloop {line}; echo \"exit $?\" >&2; }} | true")).output();
        assert_eq!((piped.code, piped.out().as_str(), piped.err().as_str()), (Some(0), "", "exit 0\n"), "{piped}");
    }
}

#[test]
fn a_listener_ends_with_its_parent() {
    let scene = Scene::new();
    let ready = scene.folder().join("ready.json");
    // The shell goes when its input ends; the listener in its background then has another parent.
    let line = "referralloop listen --port 0 --ready-file ready.json --exit-with-parent >out 2>err </dev/null & \
                while ! test -e ready.json; do :; done; echo ready";
    let shell = scene.shell(line).output().code(0);
    assert_eq!(shell.out(), "ready\n");
    until("the listener to end", || (!ready.exists()).then_some(()));
    until("its summary", || {
        let told = std::fs::read_to_string(scene.folder().join("err")).unwrap();
        told.ends_with("Nothing arrived.\n").then_some(())
    });
}

#[test]
fn a_port_that_a_listener_holds_is_said_to_be_so() {
    let scene = Scene::new();
    let running = scene.listen(["-q"]);
    let port = url::Url::parse(&running.url).unwrap().port().unwrap().to_string();
    let busy = scene.run(["listen", "--port", &port]).code(5);
    let told = format!("error: port {port} is in use by another referralloop listen (process ");
    assert!(busy.out().is_empty() && busy.err().starts_with(&told), "{busy}");
    let hints = "  hint: end that one with Ctrl-C where it runs; in a shell where it is stopped, fg brings it back\n  \
                 hint: or run this one beside it: --port 0 picks a free one\n";
    assert!(busy.err().ends_with(hints), "{busy}");
    let neighbour = scene.run(["listen", "--port", &port, "--profile", "tut"]).code(5);
    let told = format!("error: port {port} is in use by referralloop listen of profile default (process ");
    assert!(neighbour.err().starts_with(&told) && neighbour.err().contains("--profile default"), "{neighbour}");
    let sandbox = Sandbox::start(&scene, ["--memory"]);
    let taken = url::Url::parse(&sandbox.url).unwrap().port().unwrap().to_string();
    let second = scene.run(["sandbox", "--port", &taken]).code(5);
    assert!(second.err().contains("with data of its own: --port 0 --memory"), "{second}");
    // One on a store elsewhere is nobody that could be named.
    scene.run(["listen", "--port", &port, "--store", "other.db"]).is(
        5,
        "",
        &format!("error: port {port} is in use\n  hint: --port 0 picks a free one\n"),
    );
}

#[test]
fn a_busy_port_is_5() {
    let scene = Scene::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let busy = scene.run(["listen", "--port", &port]);
    busy.is(5, "", &format!("error: port {port} is in use\n  hint: --port 0 picks a free one\n"));
    let busy = scene.run(["listen", "--port", &port, "-v"]);
    assert!(
        busy.err().ends_with("hint: --port 0 picks a free one\n  caused by: Address already in use\n"),
        "{}",
        busy.err()
    );
    let busy = scene.run(["listen", "--port", &port, "--json"]);
    assert_eq!(busy.code, Some(5));
    let record = busy.record("error");
    assert_eq!(
        (record["kind"].as_str(), record["hints"][0].as_str()),
        (Some("machine"), Some("--port 0 picks a free one"))
    );
}

#[test]
fn a_ready_file_that_cannot_be_written_is_5() {
    let scene = Scene::new();
    scene.write("file", "");
    let ended = scene.run(["listen", "--port", "0", "--ready-file", "file/ready.json"]);
    assert_eq!((ended.code, ended.out().as_str()), (Some(5), ""), "{ended}");
    assert!(ended.err().starts_with("error: cannot write "), "{ended}");
}

#[test]
fn quiet_leaves_only_data() {
    let scene = Scene::new();
    let listener = Listener::start(&scene, ["-q", "--until", "1"], |run| run);
    let sent = scene.run(["trigger", "created", "-q"]).code(0);
    assert_eq!(sent.err(), "");
    let ended = listener.finish().code(0);
    assert!(ended.out().contains("✔ verified") && ended.err().is_empty(), "{ended}");
}
