//! The store's file: what is taken for one, who may read it, and what happens when it is taken away.

use crate::support::Scene;
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_store_that_is_taken_away_is_noticed_before_the_next_answer() {
    let scene = Scene::new();
    let listener = scene.listen::<&str>([]);
    scene.run(["trigger", "created"]).code(0);
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{ending}", scene.store().display())).unwrap();
    }
    let sent = scene.run(["trigger", "deleted", "--retry", "--speed", "instant", "--json"]).code(0);
    let attempts = sent.records().into_iter().filter(|record| record["type"] == "attempt");
    let statuses: Vec<_> = attempts.map(|attempt| attempt["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(503), Some(200)], "{sent}");
    let ended = listener.stop().code(0);
    let words = "! not stored: the store cannot be written: its file was moved, removed, replaced or \
                 emptied, and is being opened again";
    assert_eq!(ended.out().matches(words).count(), 1, "{ended}");
    let listed = scene.run(["events", "list", "--json"]).code(0);
    let deleted: Vec<_> =
        listed.records().into_iter().filter(|event| event["event_type"] == "signup.deleted").collect();
    assert_eq!(deleted.len(), 1, "{listed}");
    assert_eq!(deleted[0]["times"], 1, "{listed}");
}

#[test]
fn what_is_no_ordinary_file_is_no_store() {
    let scene = Scene::new();
    let fifo = scene.folder().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let words = "cannot be used as a store: it is not an ordinary file";
    for arguments in [["listen", "--store"], ["subscriptions", "--store"]] {
        let refused = scene.run(arguments.map(Into::into).into_iter().chain([fifo.clone().into_os_string()]));
        refused.is(5, "", &format!("error: {} {words}\n", fifo.display()));
    }
    let link = scene.folder().join("link");
    let aim = scene.write("aim", "");
    std::os::unix::fs::symlink(&aim, &link).unwrap();
    let refused = scene.run(["trigger".into(), "created".into(), "--store".into(), link.clone().into_os_string()]);
    let words = "cannot be used as a store: it is a symbolic link; name the file itself";
    let told = refused.err().replace("\n       ", " ");
    assert_eq!((refused.code, told), (Some(5), format!("error: {} {words}\n", link.display())));
    assert_eq!(fs::read(aim).unwrap(), b"", "nothing was written through it");
}

#[test]
fn files_that_others_can_read_are_taken_away_from_them() {
    let scene = Scene::new();
    scene.run(["trigger", "created", "--to", "http://127.0.0.1:9/"]).code(1);
    fs::set_permissions(scene.store(), PermissionsExt::from_mode(0o644)).unwrap();
    let told = scene.run(["trigger", "created", "--to", "http://127.0.0.1:9/"]).code(1);
    let words =
        format!("note: Others could access the store {} (mode 644); now only you can.\n", scene.store().display());
    assert!(told.err().replace("\n      ", " ").starts_with(&words), "{told}");
    assert_eq!(fs::metadata(scene.store()).unwrap().permissions().mode() & 0o777, 0o600);
    let quiet = scene.run(["trigger", "created", "--to", "http://127.0.0.1:9/"]).code(1);
    assert!(!quiet.err().contains("Others"), "{quiet}");
}

#[test]
fn a_file_that_may_not_grow_ends_no_command_but_answers_503() {
    let scene = Scene::new();
    let ready = scene.folder().join("ready.json");
    // 1,000 blocks of 512 bytes.
    let mut listener =
        scene.shell("ulimit -f 1000; exec referralloop listen --port 0 --ready-file ready.json --quiet").start();
    let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
    let url = record["url"].as_str().unwrap();
    let body = |number: usize| format!("{{\"event\":\"signup.created\",\"pad\":\"{number}{}\"}}", "x".repeat(60_000));
    let answers: Vec<String> =
        (0..20).map(|number| crate::support::post(url, &body(number))[9..12].to_owned()).collect();
    let refused = answers.iter().position(|answer| answer == "503").unwrap_or_else(|| panic!("{answers:?}"));
    assert!(refused > 2 && answers[..refused].iter().all(|answer| answer == "200"), "{answers:?}");
    listener.signal("INT");
    listener.finish().code(0);
    let listed = scene.run(["events", "list", "--json", "--limit", "100"]).code(0);
    let stored = listed.records().iter().filter(|record| record["type"] == "event").count();
    assert_eq!(stored, answers.iter().filter(|answer| *answer == "200").count(), "{answers:?}");
}

#[test]
fn a_limit_on_files_is_an_error_and_no_death() {
    let scene = Scene::new();
    for line in ["secret new --yes", "listen --port 0 --for 1s", "trigger created --to 9"] {
        let ended = scene.shell(&format!("ulimit -f 0; exec referralloop {line}")).output().code(5);
        assert!(ended.err().starts_with("error: ") || ended.err().contains("\nerror: "), "{line}: {ended}");
    }
    let few = scene.shell("ulimit -n 6; exec referralloop listen --port 0 --for 1s").output().code(5);
    assert!(few.err().contains("Too many open files"), "{few}");
}
