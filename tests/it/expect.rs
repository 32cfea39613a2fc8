//! `expect`: verdicts and exit codes, what it leaves behind, and the recipes for continuous integration.

use crate::support::{Endpoint, Output, Scene, counterpart, slow_tests, until};
use std::path::Path;

fn shell(scene: &Scene, line: &str) -> Output {
    scene.shell(line).output()
}

const SEND: &str = "referralloop trigger created -q --no-retry";

#[test]
fn met_unmet_and_the_commands_own_code() {
    let scene = Scene::new();
    shell(&scene, &format!("referralloop expect created -- {SEND}")).code(0);
    shell(&scene, &format!("referralloop expect deleted --within 50ms -- {SEND}")).code(1);
    shell(&scene, &format!("referralloop expect created -- sh -c '{SEND}; exit 7'")).code(7);
    shell(&scene, "referralloop expect created --within 50ms -- sh -c 'exit 7'").code(1);
    shell(&scene, "referralloop expect created=0 --within 0 -- sh -c 'kill -KILL $$'").code(137);
    shell(&scene, "referralloop expect created -- no-such-program").code(2);
    shell(&scene, "referralloop expect creatd -- true").code(2);
    shell(&scene, "referralloop expect created created --in-order -- true").code(2);
}

#[test]
fn a_failure_names_what_came_and_why_it_did_not_count() {
    let scene = Scene::new();
    let unsigned = shell(&scene, &format!("referralloop expect created --within 50ms -- {SEND} --unsigned")).code(1);
    assert!(unsigned.out().contains("--allow-unsigned counts it"), "{unsigned}");
    shell(&scene, &format!("referralloop expect created --allow-unsigned -- {SEND} --unsigned")).code(0);
    let twice = format!("sh -c '{SEND} --seed 7; {SEND} --seed 7'");
    let repeated = shell(&scene, &format!("referralloop expect created=2 --within 50ms -- {twice}")).code(1);
    assert!(repeated.out().contains("--count-arrivals counts repeats"), "{repeated}");
    shell(&scene, &format!("referralloop expect created=2 --count-arrivals --within 50ms -- {twice}")).code(0);
    let other = format!("sh -c '{SEND} >/dev/null; echo done'");
    let json = shell(&scene, &format!("referralloop expect deleted --within 50ms --json -- {other}")).code(1);
    let kinds: Vec<String> = json
        .out()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["ready", "arrival", "expectation", "instead", "summary"], "{json}");
    assert!(json.err().contains("done"), "the command's output belongs to standard error: {json}");
}

#[test]
fn a_condition_decides_what_counts() {
    let scene = Scene::new();
    let expect = |condition: &str| {
        let send = format!("{SEND} --email a@example.com");
        shell(&scene, &format!("referralloop expect created --where '{condition}' --within 50ms -- {send}"))
    };
    expect(".data.email == \"a@example.com\"").code(0);
    let other = expect(".data.email == \"b@example.com\"").code(1);
    assert!(other.out().contains("it does not match --where"), "{other}");
    expect(".data.email ==").code(2);
    let endless = expect("last(repeat(1))").code(2);
    assert!(endless.err().contains("too long"), "{endless}");
}

#[test]
fn order_and_junit() {
    let scene = Scene::new();
    let both = |first: &str, second: &str| {
        format!("sh -c 'referralloop trigger {first} -q --no-retry; referralloop trigger {second} -q --no-retry'")
    };
    let expect = "referralloop expect created deleted --in-order --within 50ms --junit report.xml --";
    shell(&scene, &format!("{expect} {}", both("created", "deleted"))).code(0);
    shell(&scene, &format!("{expect} {}", both("deleted", "created"))).code(1);
    let report = std::fs::read_to_string(scene.folder().join("report.xml")).unwrap();
    assert!(report.contains("<testcase name=\"deleted\"") && report.contains("type=\"OutOfOrder\""), "{report}");
}

#[test]
fn a_command_that_never_ends_fails_and_is_reported() {
    let scene = Scene::new();
    let hangs = "sh -c 'sleep 600 & echo $! >pid; wait'";
    let ended =
        shell(&scene, &format!("referralloop expect created --timeout 300ms --junit report.xml -- {hangs}")).code(1);
    assert!(ended.err().contains("its time was up (--timeout)"), "{ended}");
    let report = std::fs::read_to_string(scene.folder().join("report.xml")).unwrap();
    assert!(report.contains("<failure type=\"timeout\""), "{report}");
    // The suite's time is the run's, however many expectations there are.
    let times: Vec<&str> = report.split("skipped=\"0\" time=\"").skip(1).map(|rest| &rest[..5]).collect();
    assert_eq!(times[0], times[1], "{report}");
    // What the command has started is gone with it.
    shell(&scene, "! kill -0 $(cat pid) 2>/dev/null || grep -q '^State:.Z' /proc/$(cat pid)/status").code(0);
}

#[test]
fn records_and_reports_tell_why_nothing_counted() {
    let scene = Scene::new();
    let json = shell(&scene, "referralloop expect created=0 --within 0 --timeout 50ms --json -- sleep 60").code(1);
    assert!(json.out().contains("\"timed_out\":true"), "{json}");
    let failing = "referralloop expect created --where '.data.email | tonumber' --within 50ms --junit report.xml --";
    shell(&scene, &format!("{failing} {SEND}")).code(1);
    let report = std::fs::read_to_string(scene.folder().join("report.xml")).unwrap();
    assert!(report.contains("--where fails on some bodies, which do not count: "), "{report}");
}

/// The hint has the user's own line, wherever the command begins in it.
#[test]
fn forgotten_dashes_are_put_into_the_line() {
    let scene = Scene::new();
    for (typed, meant) in [
        ("created --within 2s pytest -x", "created --within 2s -- pytest -x"),
        ("--none created ./run 'a b'", "--none created -- ./run 'a b'"),
        ("created=2", "created=2 -- npm test"),
    ] {
        let ended = shell(&scene, &format!("referralloop expect {typed}")).code(2);
        let told = ended.err().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!("follows --: referralloop expect {meant} ")), "{typed}: {ended}");
    }
}

#[test]
fn what_cannot_work_is_told_before_the_command_runs() {
    let scene = Scene::new();
    let refused = shell(&scene, "referralloop expect created --junit missing/report.xml -- touch ran").code(5);
    assert!(refused.err().contains("cannot write missing/report.xml"), "{refused}");
    assert!(!scene.folder().join("ran").exists());
    let forgotten = shell(&scene, "referralloop expect created=2 true one").code(2);
    assert!(forgotten.err().contains("follows --: referralloop expect created=2 -- true one"), "{forgotten}");
    let option = shell(&scene, "referralloop expect created sh -c true").code(2);
    assert!(option.err().contains("the command to run follows --"), "{option}");
    assert_eq!(option.out() + &forgotten.out(), "");
}

#[test]
fn a_condition_that_fails_says_so_and_why_once() {
    let scene = Scene::new();
    let twice = format!("sh -c '{SEND}; {SEND}'");
    let line = format!("referralloop expect created --where '.data.email.first == 1' --within 50ms -- {twice}");
    let failed = shell(&scene, &line).code(1);
    assert_eq!(failed.err().matches("--where fails on some bodies").count(), 1, "{failed}");
    assert!(failed.err().contains("cannot index"), "{failed}");
}

/// Neither the profile's store nor a development secret comes into being.
#[test]
fn the_profile_is_not_touched() {
    let scene = Scene::new();
    shell(&scene, "referralloop expect created=0 --within 0 -- true").code(0);
    assert!(!scene.data().exists());
}

/// Every ending, exit codes, ports and children: `tests/ci/expect-rounds.sh`.
#[test]
fn every_ending_leaves_nothing_behind() {
    if counterpart("bash").is_none() {
        return;
    }
    let rounds = if slow_tests() { 50 } else { 1 };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ci/expect-rounds.sh");
    let scene = Scene::new();
    let ended = shell(&scene, &format!("{} {} {rounds}", script.display(), env!("CARGO_BIN_EXE_referralloop")));
    println!("{ended}");
    ended.code(0);
}

/// The shell of each recipe in `docs/ci.md`, as a runner would execute it, against an app that sends and receives.
mod recipes {
    use super::*;
    use crate::support::Endpoint;

    /// The code blocks of a language.
    fn blocks(language: &str) -> Vec<String> {
        let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).unwrap();
        let opening = format!("```{language}\n");
        page.split(opening.as_str()).skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
    }

    /// The lines below `run: |` or `script:`, which runners hand to a shell one after another.
    fn steps(yaml: &str, key: &str) -> String {
        let mut lines = yaml.lines().skip_while(|line| !line.trim_start().trim_start_matches("- ").starts_with(key));
        let first = lines.next().unwrap();
        let depth = first.len() - first.trim_start().len();
        let deeper = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > depth;
        let step = |line: &str| line.trim().trim_start_matches("- ").to_owned();
        lines.take_while(deeper).map(step).collect::<Vec<_>>().join("\n")
    }

    /// Runs a recipe in a project whose app listens where the recipe expects it and whose tests send one event.
    fn runs(script: &str) -> Output {
        let (scene, app) = (Scene::new(), Endpoint::good());
        let port = app.url("/").trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
        scene.write("start-app", "#!/bin/sh\nexec sleep 60\n");
        scene.write("end-to-end-tests", "#!/bin/sh\nreferralloop trigger created -q --no-retry\n");
        let script = script.replace("3000", &port);
        let script = format!("chmod +x start-app end-to-end-tests\nGITHUB_STEP_SUMMARY=summary.md\n{script}");
        scene.write("recipe", script);
        let line = "REFERRALLOOP_WEBHOOK_SECRET=s GITHUB_STEP_SUMMARY=summary.md bash -eo pipefail recipe";
        let ended = shell(&scene, line).code(0);
        for report in ["expect.xml", "audit.xml"] {
            assert!(scene.folder().join(report).exists(), "{report}\n{ended}");
        }
        ended
    }

    #[test]
    fn a_plain_shell_script() {
        runs(blocks("sh").first().unwrap());
    }

    #[test]
    fn github_actions() {
        runs(&steps(blocks("yaml").first().unwrap(), "run: |"));
    }

    #[test]
    fn gitlab() {
        runs(&steps(blocks("yaml").get(1).unwrap(), "script:"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_ends_with_an_expect_that_is_killed() {
    let scene = Scene::new();
    let line = "echo $$ > started; (trap '' TERM; while :; do sleep 0.1; done) & echo $! > stubborn; wait";
    let expecting = scene.process(["expect", "created", "--", "sh", "-c", line]).start();
    let read = |name: &str| {
        let path = scene.folder().join(name);
        until(name, || std::fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n')))
    };
    let processes = [read("started"), read("stubborn")];
    expecting.signal("KILL");
    for process in processes {
        let status = format!("/proc/{}/stat", process.trim());
        // Nobody may have taken notice of its end yet.
        until("its end", || {
            std::fs::read_to_string(&status).map_or(Some(()), |stat| stat.contains(") Z ").then_some(()))
        });
    }
}

/// The verdict is on what arrived; what the app made of it stands beside it.
#[test]
fn an_app_that_fails_is_named_beside_the_verdict() {
    let (scene, word) = (Scene::new(), "1 forward failed at the app");
    for (status, failed) in [(200, false), (500, true)] {
        let app = Endpoint::statuses(&[status]);
        let line = |more: &str| format!("referralloop expect created --forward-to {} {more} -- {SEND}", app.url("/"));
        let told = shell(&scene, &line("")).code(0);
        assert_eq!(told.err().contains(word), failed, "{told}");
        let junit = shell(&scene, &line("--junit -")).code(0);
        assert_eq!(junit.out().contains(&format!("<system-out>{word}")), failed, "{junit}");
    }
}

/// The report alone is on standard output: what the command prints is not, either.
#[test]
fn a_report_on_standard_output_is_alone_there() {
    let scene = Scene::new();
    let line = "referralloop expect created --within 50ms --junit - -- echo hello";
    let told = shell(&scene, line).code(1);
    assert!(told.out().starts_with("<?xml") && told.out().trim_end().ends_with("</testsuites>"), "{told}");
    assert!(!told.out().contains("hello\n") && told.err().contains("hello"), "{told}");
    assert!(told.err().contains("none came") && !scene.folder().join("-").exists(), "{told}");
    let both = shell(&scene, "referralloop expect created --json --junit - -- true").code(2);
    assert!(both.err().contains("--junit - and --json both write to standard output"), "{both}");
}
