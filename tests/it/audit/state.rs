//! `test --state-cmd`: what is judged by the effects that events have on an app.

use super::shell;
use crate::support::{Answer, Endpoint, Scene};
use std::io::Write;

/// An app that writes a line to `effects` for every arrival, a repetition too.
fn counting(scene: &Scene) -> Endpoint {
    let effects = scene.write("effects", "");
    Endpoint::answering(move |_, _| {
        std::fs::OpenOptions::new().append(true).open(&effects).unwrap().write_all(b"x\n").unwrap();
        Answer::Status(200)
    })
}

/// What is judged by effects is repeated with the command that counts them.
#[test]
fn one_check_of_effects_is_repeated_with_its_command() {
    let scene = Scene::new();
    let endpoint = counting(&scene);
    let url = endpoint.url("/hook");
    let state = "wc -l < effects";
    let audit = ["test", &url, "--only", "semantics.once", "--state-cmd", state];
    let whole = scene.with(audit).columns(2000).output().code(1);
    let repeat = format!("referralloop test {url} --case semantics.once --state-cmd '{state}'");
    assert!(whole.out().contains(&repeat), "{whole}");
    let again = shell(&scene, &repeat).code(1);
    assert!(again.out().contains("✘ semantics.once") && again.out().contains("POST /hook"), "{again}");
}

/// Addresses that differ in case alone may be one person's; those that differ in a tag are told apart.
#[test]
fn who_merges_addresses_that_differ_in_case_is_right() {
    for (script, found) in [("tr A-Z a-z", false), ("sed s/+tag//", true)] {
        let scene = Scene::new();
        let effects = scene.write("effects", "");
        let endpoint = Endpoint::answering(move |_, body| {
            let event: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
            let mut file = std::fs::OpenOptions::new().append(true).open(&effects).unwrap();
            writeln!(file, "{}", event["data"]["email"].as_str().unwrap_or_default()).unwrap();
            Answer::Status(200)
        });
        let state = format!("{script} < effects | sort -u | wc -l");
        let audit = ["test", &endpoint.url("/hook"), "--only", "semantics.each-address", "--no-secret"];
        let ended = scene.run(audit.into_iter().chain(["--state-cmd", &state])).code(i32::from(found));
        assert_eq!(ended.out().contains("✘ semantics.each-address"), found, "{script}: {ended}");
    }
}

/// A database is locked for a moment: the command is run again. Where it goes on failing its own words are told, and
/// nothing is sent where it fails from the start: checks that are skipped would pass for a verdict.
#[test]
fn a_state_command_that_fails_is_tried_again() {
    let scene = Scene::new();
    let endpoint = counting(&scene);
    let url = endpoint.url("/hook");
    let audit = |state: &str| scene.run(["test", &url, "--only", "semantics.effect", "--json", "--state-cmd", state]);
    let locked =
        audit("if mkdir tried 2>/dev/null; then echo database is locked >&2; exit 5; fi; wc -l < effects").code(0);
    assert_eq!(locked.records()[0]["verdict"], "passed", "{locked}");
    let later = audit("if mkdir once 2>/dev/null; then echo 1; else echo database is locked >&2; exit 5; fi").code(1);
    let reason = later.records()[0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("failed three times") && reason.ends_with("database is locked"), "{later}");
    let sent = endpoint.received().len();
    for (state, words) in [("echo is locked >&2; exit 5", "times (exit status: 5): is locked"), ("echo x", "printed")] {
        let never = audit(state).code(2);
        assert!(never.records()[0]["message"].as_str().unwrap().contains(words), "{never}");
    }
    assert_eq!(endpoint.received().len(), sent);
}
