//! No home, or one that cannot be written: a row of `reach/table.md` each.

use crate::support::{Endpoint, Output, Scene};

/// systemd, cron, containers: no home, or one that cannot be written. What needs nothing of it works, and what does is
/// told by its name.
const HOMELESS: [Option<&str>; 2] = [None, Some("/proc/self")];

fn homeless(scene: &Scene, line: &[&str], home: Option<&str>) -> Output {
    let program = scene.process(line);
    match home {
        None => program.without("HOME"),
        Some(home) => program.env("HOME", home),
    }
    .output()
}

/// A scene that has a secret in a file, and an app.
fn bare() -> (Scene, Endpoint) {
    let scene = Scene::new();
    scene.write("secret.txt", "a secret");
    (scene, Endpoint::good())
}

#[test]
fn without_a_home_a_dry_run_is_signed_with_a_secret_in_memory() {
    let (scene, _) = bare();
    for home in HOMELESS {
        for line in [
            &["trigger", "created", "--dry-run"][..],
            &["trigger", "created", "--dry-run", "--as", "curl"],
            &["rehearse", "lifecycle", "--dry-run"],
        ] {
            let ended = homeless(&scene, line, home).code(0);
            assert_eq!(ended.err().matches("no development secret can be kept here").count(), 1, "{ended}");
            assert!(!ended.out().is_empty(), "{ended}");
        }
    }
}

#[test]
fn without_a_home_what_names_its_files_complains_of_nothing() {
    let (scene, app) = bare();
    for home in HOMELESS {
        for line in [
            &["listen", "--port", "0", "--for", "1ms", "--store", "s.db", "--secret-file", "secret.txt"][..],
            &["sign", "secret.txt", "--secret-file", "secret.txt"],
            &["trigger", "created", "--dry-run", "--unsigned"],
            &["expect", "created=0", "--within", "1ms", "--", "true"],
            &["trigger", "created", "--store", "s.db", "--secret-file", "secret.txt", "--to", &app.url("/")],
            &["replay", "1", "--store", "s.db", "--resign", "--secret-file", "secret.txt", "--to", &app.url("/")],
            &["replay", "1", "--store", "s.db", "--dry-run"],
            &["events", "list", "--store", "s.db"],
            &["sandbox", "--help"],
        ] {
            let ended = homeless(&scene, line, home).code(0);
            assert!(!ended.err().contains("HOME") && !ended.err().contains("/proc/self"), "{ended}");
        }
    }
}

#[test]
fn without_a_home_settings_are_shown() {
    let (scene, _) = bare();
    for home in HOMELESS {
        let ended = homeless(&scene, &["config", "show"], home).code(0);
        assert!(!ended.err().contains("HOME") && !ended.err().contains("/proc/self"), "{ended}");
    }
}

#[test]
fn without_a_home_who_needs_a_secret_is_told_how_to_give_one() {
    let (scene, _) = bare();
    for home in HOMELESS {
        for line in [
            &["sign", "secret.txt"][..],
            &["listen", "--port", "0"],
            &["listen", "--port", "0", "--store", "s.db"],
            &["trigger", "created", "--to", "1"],
            &["load", "created", "--count", "1", "--to", "1"],
            &["test", "http://127.0.0.1:1/", "--yes"],
        ] {
            let ended = homeless(&scene, line, home).code(if home.is_some() { 5 } else { 3 });
            assert!(ended.err().contains("hint: give a secret of your own: REFERRALLOOP_WEBHOOK_SECRET"), "{ended}");
            assert_eq!(ended.err().contains("--store FILE"), !line.contains(&"--store"), "{ended}");
            assert!(!ended.err().contains("--config"), "{ended}");
        }
    }
}

#[test]
fn without_a_home_who_needs_a_file_is_told_which() {
    let (scene, _) = bare();
    for (line, words) in [
        (&["events", "list"][..], "hint: name the store: --store FILE, or REFERRALLOOP_STORE"),
        (&["replay", "last", "--resign", "--secret-file", "secret.txt"], "hint: name the store: --store FILE"),
        (&["config", "path"], "--config FILE, or REFERRALLOOP_CONFIG"),
    ] {
        let ended = homeless(&scene, line, None).code(3);
        assert!(ended.err().contains(words), "{ended}");
    }
}

#[test]
fn a_home_that_cannot_be_written_leads_to_what_can_be_named() {
    let (scene, app) = bare();
    let secret = homeless(&scene, &["trigger", "created", "--to", "1"], Some("/proc/self")).code(5);
    assert!(secret.err().contains("hint: give a secret of your own: REFERRALLOOP_WEBHOOK_SECRET"), "{secret}");
    let line = ["trigger", "created", "--secret-file", "secret.txt", "--to", &app.url("/")];
    let ended = homeless(&scene, &line, Some("/proc/self")).code(5);
    assert!(ended.err().contains("--store"), "{ended}");
}
