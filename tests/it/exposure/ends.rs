//! Nothing outlives the run: not after Ctrl-C, not after kill -9, whatever the tunnel's program does about it.

use super::stage::Stage;
use crate::support::{Started, until};
use std::process::Command;

/// Starts a process of its own, and waits until so many of the tunnel's processes run.
fn start(stage: &Stage, script: &str, count: usize) -> Started {
    let command = stage.tunnel(script);
    let process = stage.scene.process(["listen", "--port", "0", "--tunnel", &command, "-v"]);
    let process = process.env("PATH", stage.path()).env("REFERRALLOOP_API_URL", "http://127.0.0.1:9/api/v1");
    let started =
        process.env("REFERRALLOOP_WEBHOOK_SECRET", SECRET).env("REFERRALLOOP_API_KEY", super::stage::KEY).start();
    until("a public address", || {
        assert!(!started.stderr.text().contains("error:"), "{}", started.stderr.text());
        started.stderr.text().contains("Reachable at ").then_some(())
    });
    until("the tunnel's processes", || (stage.alive() >= count).then_some(()));
    started
}

const SECRET: &str = "a-secret-that-no-tunnel-needs";

fn none_left(stage: &Stage) {
    until("the end of every process", || (stage.alive() == 0).then_some(()));
}

/// A program that heeds no signal, has a child in its group, one in a session of its own, and one whose parent is gone.
const STUBBORN: &str = "trap '' TERM INT HUP
echo $1 > port
sleep MARK &
setsid sleep MARK &
(setsid sh -c 'trap \"\" TERM HUP; sleep MARK; :' & )
echo RELAY
while :; do sleep MARK; done";

#[test]
fn ctrl_c_and_sigterm_take_the_tunnel_along() {
    for signal in ["INT", "TERM", "HUP"] {
        let stage = Stage::new();
        let listener = start(&stage, STUBBORN, 4);
        listener.signal(signal);
        let ended = listener.finish().code(0);
        assert!(ended.err().ends_with("Nothing arrived.\n"), "{ended}");
        assert_eq!(stage.alive(), 0, "{signal}");
    }
}

#[test]
fn kill_9_of_the_listener_takes_the_tunnel_along() {
    for script in ["echo $1 > port; echo RELAY; exec sleep MARK", STUBBORN] {
        let stage = Stage::new();
        let listener = start(&stage, script, 1);
        listener.signal("KILL");
        assert_eq!(listener.finish().code, None);
        none_left(&stage);
    }
}

/// Children of a process.
fn children(of: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    text.split_whitespace().map(|id| id.parse().unwrap()).collect()
}

#[test]
fn kill_9_of_the_supervisor_takes_the_tunnel_along() {
    let stage = Stage::new();
    let listener = start(&stage, "echo $1 > port; echo RELAY; sleep MARK & wait", 1);
    let all = |id: u32| std::fs::read_dir(format!("/proc/{id}/task")).unwrap().flatten();
    let supervisors: Vec<u32> = all(listener.id())
        .flat_map(|task| {
            let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            text.split_whitespace().map(|id| id.parse::<u32>().unwrap()).collect::<Vec<_>>()
        })
        .collect();
    let [supervisor] = supervisors[..] else { panic!("{supervisors:?}") };
    assert!(!children(supervisor).is_empty());
    Command::new("kill").args(["-KILL", &supervisor.to_string()]).status().unwrap();
    listener.stderr.wait_for("lost: the tunnel was killed by signal 9; again in 1 s");
    until("another tunnel", || (listener.stderr.text().matches("Reachable at ").count() == 2).then_some(()));
    // The first one's child is gone, and the second one's is there.
    assert!(stage.alive() <= 2, "{}", stage.alive());
    listener.signal("INT");
    listener.finish().code(0);
    none_left(&stage);
}

#[test]
fn the_tunnel_learns_no_key_and_no_secret() {
    let stage = Stage::new();
    let listener = start(&stage, "env > environment; echo $1 > port; echo RELAY; exec sleep MARK", 1);
    listener.signal("INT");
    let ended = listener.finish().code(0);
    let seen = std::fs::read_to_string(stage.scene.folder().join("environment")).unwrap();
    assert!(seen.contains("PATH=") && !seen.contains(SECRET) && !seen.contains(super::stage::KEY), "{seen}");
    assert!(ended.err().contains("the tunnel: http://127.0.0.1:"), "-v shows what it says: {ended}");
}

#[test]
fn a_lost_tunnel_is_started_again_and_told() {
    let stage = Stage::new();
    let listener = start(
        &stage,
        "echo $1 > port; echo RELAY; [ -e again ] && exec sleep MARK; touch again; sleep 1; echo tired; exit 9",
        0,
    );
    listener.stderr.wait_for("lost: the tunnel ended with 9; again in 1 s\n");
    until("another tunnel", || (listener.stderr.text().matches("Reachable at ").count() == 2).then_some(()));
    listener.signal("INT");
    let ended = listener.finish().code(0);
    assert!(ended.err().contains("\n      tired\n"), "{ended}");
    assert!(!ended.err().contains("has changed"), "the address is the same: {ended}");
    assert_eq!(stage.alive(), 0);
}
