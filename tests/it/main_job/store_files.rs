//! The store's file: what is taken for one, who may read it, and what happens when it is taken away.

use crate::support::{Answer, Endpoint, Scene};
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
    let words =
        "! not stored: the store cannot be written: its file was moved, removed or replaced, and is being opened again";
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
fn a_configuration_with_secrets_is_taken_away_from_others() {
    let scene = Scene::new();
    for (text, secret) in [("webhook_secret = \"whsec_0123456789abcdef\"\n", true), ("port = 4300\n", false)] {
        let file = scene.write("own.toml", text);
        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let told = scene.run(["config", "show", "--config", "own.toml"]).code(0);
        assert_eq!(told.err().contains("Others could access the configuration"), secret, "{told}");
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if secret { 0o600 } else { 0o644 }, "{text}");
    }
}

#[test]
fn what_is_no_ordinary_file_is_no_configuration() {
    let scene = Scene::new();
    let aim = scene.write("aim.toml", "port = 4300\n");
    std::os::unix::fs::symlink(&aim, scene.folder().join("link.toml")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(scene.folder().join("socket")).unwrap();
    scene.command("mkfifo".as_ref(), ["fifo"]).output().code(0);
    fs::create_dir(scene.folder().join("dir")).unwrap();
    for (name, words) in [
        ("fifo", "it is not an ordinary file"),
        ("socket", "it is not an ordinary file"),
        ("dir", "directory"),
        ("/dev/zero", "it is not an ordinary file"),
    ] {
        for line in [&["config", "show"][..], &["config", "set", "port", "4301"]] {
            let ended = scene.run(line.iter().chain(&["--config", name]).copied()).code(3);
            assert!(ended.err().to_lowercase().contains(words), "{name}: {ended}");
        }
    }
    let ended = scene.run(["config", "set", "port", "4301", "--config", "link.toml"]);
    assert!(matches!(ended.code, Some(3 | 5)) && ended.err().contains("it is a symbolic link"), "{ended}");
    assert!(scene.folder().join("link.toml").is_symlink(), "the link is still one");
    assert_eq!(fs::read_to_string(aim).unwrap(), "port = 4300\n", "nothing was written through it");
    scene.run(["config", "show", "--config", "link.toml"]).code(0);
}

#[test]
fn what_is_written_for_the_user_is_the_users_alone() {
    let (scene, app) = (Scene::new(), Endpoint::new([Answer::Status(200)]));
    let url = app.url("/hook");
    scene.run(["trigger", "created", "--to", url.as_str()]).code(0);
    let lines: [&[&str]; 5] = [
        &["events", "export", "--all", "--force", "--output"],
        &["events", "report", "--all", "--force", "--html"],
        &["doctor", "--force", "--bundle"],
        &["test", &url, "--only", "delivery.created", "--junit"],
        &["test", &url, "--only", "delivery.created", "--markdown"],
    ];
    let aim = scene.write("aim", "held");
    for (number, line) in lines.iter().enumerate() {
        let (new, there) = (format!("new{number}"), format!("there{number}"));
        let there_file = scene.write(&there, "");
        fs::set_permissions(&there_file, PermissionsExt::from_mode(0o640)).unwrap();
        let mode = |name: &str| fs::metadata(scene.folder().join(name)).unwrap().permissions().mode() & 0o777;
        let ended = scene.run(line.iter().copied().chain([new.as_str()]));
        assert_eq!(mode(&new), 0o600, "{ended}");
        let ended = scene.run(line.iter().copied().chain([there.as_str()]));
        assert_eq!(mode(&there), 0o640, "what is there keeps its mode: {ended}");
        assert!(!fs::read(&there_file).unwrap().is_empty(), "{ended}");
        let link = format!("link{number}");
        std::os::unix::fs::symlink(&aim, scene.folder().join(&link)).unwrap();
        let ended = scene.run(line.iter().copied().chain([link.as_str()])).code(5);
        assert!(ended.err().contains("it is a symbolic link; name the file itself"), "{ended}");
        assert_eq!(fs::read(&aim).unwrap(), b"held", "{ended}");
    }
}
