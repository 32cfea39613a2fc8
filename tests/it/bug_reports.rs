//! What goes into a report of a fault: the version, a bundle and a log, and that no secret ever does.

use crate::support::{Endpoint, Sandbox, Scene, until};
use std::os::unix::fs::PermissionsExt;

const SECRET: &str = "canary-secret-0123456789";
const KEY: &str = "pk_test_canary0123456789";
const PERSON: &str = "canary.person@example.com";

/// None of what only its owner may know.
#[track_caller]
fn keeps_quiet(text: &str) {
    for canary in [SECRET, KEY, PERSON, "canary", "sha256=", "signup.created"] {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
}

#[test]
fn the_version_tells_what_was_built() {
    let scene = Scene::new();
    let short = concat!("referralloop ", env!("CARGO_PKG_VERSION"));
    scene.run(["-V"]).is(0, &format!("{short}\n"), "");
    let long = scene.run(["--version"]).code(0).out();
    let mut lines = long.lines();
    assert_eq!(lines.next(), Some(short));
    let told: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).map(|(a, b)| (a, b.trim())).collect();
    let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["commit", "target", "profile", "compiler", "features", "SQLite", "rustls"]);
    let value = |name: &str| told.iter().find(|(known, _)| *known == name).unwrap().1;
    assert!(value("target").contains(std::env::consts::ARCH) && value("compiler").starts_with("rustc 1."), "{long}");
    assert!(value("SQLite").starts_with("3.") && value("rustls").starts_with("0."), "{long}");
    assert!(["debug", "release", "dist"].contains(&value("profile")) && !value("commit").is_empty(), "{long}");
}

#[test]
fn a_bundle_holds_what_helps_and_nothing_that_harms() {
    let scene = Scene::new();
    let nowhere = Endpoint::nowhere();
    let place = nowhere.trim_start_matches("http://").trim_end_matches('/');
    scene.run(["config", "set", "forward_to", &format!("{nowhere}canary-path?token=canary")]).code(0);
    scene.run(["config", "set", "path", "/canary"]).code(0);
    let listener = scene.listen(["--json"]);
    let trigger = ["trigger", "created", "--email", PERSON, "--no-retry", "--to", &listener.url];
    scene.with(trigger).env("REFERRALLOOP_WEBHOOK_SECRET", SECRET).output();
    listener.stop();
    let doctor = |line: &[&str]| {
        scene.with(line).env("REFERRALLOOP_WEBHOOK_SECRET", SECRET).env("REFERRALLOOP_API_KEY", KEY).output()
    };
    let line = ["doctor", "--bundle", "report.md", "--api-url", "http://127.0.0.1:9/api"];
    let told = doctor(&line).code(1);
    assert!(told.err().contains("Written to report.md: look through it"), "{told}");
    let bundle = std::fs::read_to_string(scene.folder().join("report.md")).unwrap();
    keeps_quiet(&bundle);
    assert!(!bundle.contains(scene.home().to_str().unwrap()), "{bundle}");
    for part in [
        "version         0.",
        "SQLite          3.",
        &format!("forward_to      {nowhere}…  (~/.config/referralloop/config.toml)"),
        "path            set, not shown  (~/.config",
        &format!("setup.app              FAILED: nothing is listening at {place}"),
        "webhook_secret  set, not shown  (REFERRALLOOP_WEBHOOK_SECRET)",
        "api_key         set, not shown  (REFERRALLOOP_API_KEY)",
        "refused       1\n",
        "REFERRALLOOP_API_KEY         set\n",
        "setup.api              FAILED: ",
    ] {
        assert!(bundle.contains(part), "{part} in {bundle}");
    }
    let again = doctor(&line).code(2);
    assert!(again.err().contains("report.md exists and was left as it is"), "{again}");
    doctor(&[&line[..], &["--force"]].concat()).code(1);
    // What is broken is most of all to be reported.
    scene.write("referralloop.toml", "port = \n");
    doctor(&["doctor", "--bundle", "broken.md"]).code(1);
    let broken = std::fs::read_to_string(scene.folder().join("broken.md")).unwrap();
    assert!(broken.contains("setup.configuration  FAILED: ") && broken.contains("is not valid TOML"), "{broken}");
}

#[test]
fn a_log_tells_what_is_done_and_no_secret() {
    let scene = Scene::new();
    let log = scene.folder().join("log.txt");
    let sandbox = Sandbox::start(&scene, ["--memory"]);
    let run = |line: &[&str]| {
        let run = scene.process(line).env("REFERRALLOOP_LOG", "trace").env("REFERRALLOOP_LOG_FILE", &log);
        let run = run.env("REFERRALLOOP_WEBHOOK_SECRET", SECRET).env("REFERRALLOOP_API_URL", &sandbox.url);
        run.env("REFERRALLOOP_API_KEY", &sandbox.key)
    };
    let ready = scene.folder().join("ready.json");
    let line = ["listen", "--port", "0", "--path", "/canary-path", "--until", "2", "--ready-file", "ready.json"];
    let mut listener = run(&line).start();
    let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
    let url = format!("{}?token=canary", record["url"].as_str().unwrap());
    run(&["trigger", "created", "--email", PERSON, "--no-retry", "--to", &url]).output().code(0);
    run(&["trigger", "deleted", "--email", PERSON, "--no-retry", "-H", "X-Token: canary", "--to", &url]).output();
    listener.finish().code(0);
    run(&["waitlists"]).output().code(0);
    run(&["signups", "list", "--waitlist", "canary"]).output().code(4);
    let told = until("the log", || std::fs::read_to_string(&log).ok());
    keeps_quiet(&told);
    assert!(!told.contains(&sandbox.key), "{told}");
    for part in [
        "INFO start version=",
        "command=listen",
        "command=trigger",
        "INFO listening on=http://127.0.0.1:",
        "DEBUG stored bytes=",
        "DEBUG request to=http://127.0.0.1:",
        "outcome=acknowledged status=200",
        "DEBUG database kind=store file=",
        "INFO end code=0",
        "INFO end code=4",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);

    // On standard error where no file is named, and nowhere by itself.
    let shown = scene.process(["secret", "show"]).env("REFERRALLOOP_LOG", "info").output().code(0);
    assert!(shown.err().contains("INFO start") && !shown.err().contains(shown.out().trim()), "{shown}");
    scene.process(["events", "list", "--json"]).env("REFERRALLOOP_LOG", "off").output().code(0);
    let quiet = scene.process(["secret", "show"]).output().code(0);
    assert!(!quiet.err().contains("INFO"), "{quiet}");
    let told = "error: REFERRALLOOP_LOG: 'loud' is not a level\n  hint: use error, warn, info, debug or trace; off, or \
                nothing, switches it off\n";
    scene.with(["secret", "show"]).env("REFERRALLOOP_LOG", "loud").output().is(3, "", told);
}
