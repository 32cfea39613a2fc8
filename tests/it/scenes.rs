//! A person at a terminal: what stands on the screen, scene by scene, and what is left when keys were typed at random.

use crate::support::{counterpart, slow_tests};
use std::process::Command;

/// Runs a program of `tests/terminal/`, where Python is there.
fn run(script: &str, more: &[&str]) {
    let Some(python) = counterpart("python3") else { return };
    let script = format!("{}/tests/terminal/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script).arg(env!("CARGO_BIN_EXE_referralloop")).args(more);
    let played = command.output().unwrap();
    let said = String::from_utf8_lossy(&played.stdout).into_owned() + &String::from_utf8_lossy(&played.stderr);
    assert!(played.status.success(), "{said}");
    println!("{said}");
}

#[test]
fn scenes_are_as_they_were() {
    run("scenes.py", &[]);
}

#[test]
fn a_key_opens_the_inspector() {
    run("inspector.py", &[]);
}

#[test]
fn an_open_editor_keeps_the_listener_from_nothing() {
    run("editor.py", &[]);
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    run("interrupt.py", &[]);
}

#[test]
fn keys_in_the_countdown_leave_nothing_behind() {
    run("countdown.py", &[if slow_tests() { "100" } else { "5" }]);
}

#[test]
fn keys_while_listening_lose_nothing() {
    run("listen.py", &[if slow_tests() { "200" } else { "4" }]);
}

#[test]
fn keys_mean_every_target() {
    run("targets.py", &[]);
}
