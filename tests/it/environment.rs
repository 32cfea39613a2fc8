//! Hostile surroundings: no home, nothing writable, names that are not UTF-8, closed streams, narrow terminals, others
//! who do the same at the same time.

mod homeless;

use crate::support::{Answer, Endpoint, Scene, heard, until};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

const NOT_UTF8: &[u8] = b"caf\xe9\x9b";

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_are_private_from_the_start() {
    let scene = Scene::new();
    let listener = scene.listen([""; 0]);
    scene.run(["trigger", "created"]).code(0);
    assert_eq!(mode(&listener.ready_file), 0o600);
    let mut kept = 0;
    for entry in fs::read_dir(scene.data()).unwrap() {
        let path = entry.unwrap().path();
        let private = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), private, "{}", path.display());
        kept += 1;
    }
    assert!(kept >= 3, "the store, its log, the secret, the list of listeners");
    listener.stop().code(0);
    scene.run(["secret", "new"]).code(0);
    scene.run(["config", "set", "port", "4300"]).code(0);
    assert_eq!(mode(&scene.config()), 0o600);
    assert_eq!(mode(scene.config().parent().unwrap()), 0o700);
}

#[test]
fn without_a_home_everything_can_still_be_named() {
    let scene = Scene::new();
    scene.write("secret.txt", "a secret");
    let url = Endpoint::good();
    let line = ["trigger", "created", "--store", "s.db", "--secret-file", "secret.txt", "--to"];
    let line: Vec<String> = line.into_iter().map(str::to_owned).chain([url.url("/")]).collect();
    scene.process(&line).without("HOME").output().code(0);
    let relative = scene.process(["secret", "show"]).env("HOME", "relative").output().code(3);
    assert!(relative.err().starts_with("error: cannot find the home folder"), "{relative}");
    let elsewhere = scene.folder().join("data");
    scene.process(["secret", "show"]).without("HOME").env("XDG_DATA_HOME", &elsewhere).output().code(0);
    assert!(elsewhere.join("referralloop/default/development-secret").exists());
}

#[test]
fn a_configuration_that_cannot_be_written_may_lie_elsewhere() {
    let scene = Scene::new();
    for unwritable in [&["config", "set", "port", "4000"][..], &["secret", "new"]] {
        let ended = scene.process(unwritable).env("HOME", "/proc/self").output().code(5);
        assert!(ended.err().contains("hint: name another configuration: --config FILE"), "{ended}");
    }
}

#[test]
fn where_nothing_can_be_written_it_says_so() {
    let scene = Scene::new();
    // Permissions would not stop root; this file system stops everybody.
    let home = "/proc/self";
    for line in [
        &["secret", "show"][..],
        &["secret", "new"],
        &["listen", "--port", "0"],
        &["trigger", "created", "--to", "1"],
        &["config", "set", "port", "1"],
        &["config", "set", "--project", "port", "1", "--config", "/proc/self/c.toml"],
    ] {
        let run = scene.process(line).env("HOME", home);
        let ended = if line.contains(&"--project") { run.within("/proc/self") } else { run }.output();
        assert_eq!((ended.code, ended.out().as_str()), (Some(5), ""), "{ended}");
        assert!(ended.err().starts_with("error: cannot write /proc/"), "{ended}");
        assert!(!ended.err().contains("os error") && !ended.err().contains(".tmp"), "{ended}");
    }
    scene.process(["events", "list"]).env("HOME", home).output().is(
        0,
        "",
        "note: nothing is stored yet; start with: referralloop listen\n",
    );
    // A file in the place of the folder.
    let home = scene.write("home", "");
    let ended = scene.process(["secret", "show"]).env("HOME", &home).output().code(3);
    assert!(ended.err().ends_with("config.toml: Not a directory\n"), "{ended}");
}

#[test]
fn a_hangup_that_is_ignored_at_the_start_stays_ignored() {
    let (scene, silent) = (Scene::new(), Endpoint::new([Answer::Hang]));
    scene.write("event.json", "{}");
    let ready = scene.folder().join("ready.json");
    let mut sent = 0;
    for line in [
        "listen --port 0 --ready-file ready.json",
        "sandbox --port 0 --memory --ready-file ready.json",
        "inspect --inspect-port 0 --ready-file ready.json",
        "expect created --within 60s -- sh -c 'touch ready.json; sleep 60'",
        "trigger created --to SILENT --timeout 60s",
        "load created --count 1 --to SILENT --timeout 60s",
        "replay --from event.json --to SILENT --timeout 60s",
        "rehearse lifecycle --to SILENT --timeout 60s",
    ] {
        let told = line.replace("SILENT", &silent.url("/"));
        let mut ignoring = scene.shell(&format!("trap '' HUP; exec referralloop {told}")).start();
        if told == line {
            ignoring.wait_for_file(&ready);
        } else {
            sent += 1;
            silent.wait_for(sent);
        }
        let status = fs::read_to_string(format!("/proc/{}/status", ignoring.id())).unwrap();
        let bit = |name: &str| {
            let mask = status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
            u64::from_str_radix(mask, 16).unwrap() & 1
        };
        assert_eq!((bit("SigIgn:"), bit("SigCgt:")), (1, 0), "{line}: {status}");
        ignoring.signal("HUP");
        ignoring.signal("TERM");
        drop(ignoring.finish());
        let _ = fs::remove_file(&ready);
    }
    let mut listener = scene.process(["listen", "--port", "0", "--ready-file", "ready.json"]).start();
    listener.wait_for_file(&ready);
    listener.signal("HUP");
    listener.finish().code(0);
}

#[test]
fn names_below_localhost_need_no_resolver() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let url = app.url("/x").replace("127.0.0.1", "App.localhost");
    scene.run(["trigger", "created", "--to", &url]).code(0);
    let checked = scene.run(["doctor", "--app", &url]);
    assert!(checked.out().contains("/x accepts connections"), "{checked}");
}

#[test]
fn a_full_disk_under_stdout_is_5() {
    let scene = Scene::new();
    for line in ["--help", "completions bash", "man", "config show", "demo", "trigger created --dry-run", "secret show"]
    {
        let ended = scene.shell(&format!("exec referralloop {line} >/dev/full")).output();
        assert_eq!(ended.code, Some(5), "{line}: {ended}");
        assert!(ended.err().contains("error: cannot write the output: No space left on device\n"), "{line}: {ended}");
    }
}

#[test]
fn closed_streams_do_no_harm() {
    let scene = Scene::new();
    for (line, code) in [
        ("config show >&-", 0),
        ("--help >&-", 0),
        ("config show 2>&-", 0),
        ("config show <&-", 0),
        ("frobnicate 2>&-", 2),
        ("frobnicate --json >&- 2>&-", 2),
        ("sign - <&-", 0),
        ("listen --port 0 --for 1ms >&- 2>&- <&-", 0),
        ("demo 2>&-", 0),
        ("trigger created --to NOWHERE >&- 2>&- <&-", 1),
    ] {
        let line = line.replace("NOWHERE", &Endpoint::nowhere());
        let ended = scene.shell(&format!("exec referralloop {line}")).output();
        assert_eq!(ended.code, Some(code), "{line}: {ended}");
        assert!(!ended.err().contains("panicked"), "{line}: {ended}");
    }
}

#[test]
fn arguments_and_variables_need_not_be_utf_8() {
    let scene = Scene::new();
    let odd = OsStr::from_bytes(NOT_UTF8);
    fs::write(scene.folder().join(odd), b"{}").unwrap();
    let signed = scene.process([OsStr::new("sign"), odd]).output().code(0);
    assert!(signed.out().starts_with("sha256="), "{signed}");
    for line in [
        &[OsStr::new("trigger"), odd][..],
        &[OsStr::new("trigger"), OsStr::new("created"), OsStr::new("--to"), odd],
        &[odd],
        &[OsStr::new("listen"), OsStr::new("--respond"), odd],
    ] {
        let ended = scene.process(line).output();
        assert_eq!((ended.code, ended.out().as_str()), (Some(2), ""), "{ended}");
        assert!(heard(&ended.stderr).acts.is_empty(), "{ended}");
    }
    let path = scene.process(["config", "path", "--json"]).env("HOME", scene.home().join(odd)).output().code(0);
    assert!(path.record("config_path")["path"].as_str().unwrap().ends_with(".config/referralloop/config.toml"));
    // A secret is bytes: what signs here verifies there.
    let by_variable = scene.process(["sign", "-"]).env("REFERRALLOOP_WEBHOOK_SECRET", odd).output().code(0);
    fs::write(scene.folder().join("secret"), NOT_UTF8).unwrap();
    let by_file = scene.process(["sign", "-", "--secret-file", "secret"]).output().code(0);
    assert_eq!(by_variable.out(), by_file.out());
    // A store may be called anything.
    let store = scene.process(["config", "show"]).env("REFERRALLOOP_STORE", odd).output().code(0);
    assert!(store.out().contains("REFERRALLOOP_STORE") && store.out().contains("work/caf"), "{store}");
    assert!(heard(&store.stdout).acts.is_empty(), "{store}");
    let profile = scene.process(["config", "show"]).env("REFERRALLOOP_PROFILE", odd).output();
    profile.is(3, "", "error: REFERRALLOOP_PROFILE: the value is not valid UTF-8\n");
    let nowhere = Endpoint::nowhere();
    let line = ["trigger", "created", "--to", &nowhere, "--store"].map(OsStr::new);
    scene.process(line.into_iter().chain([OsStr::from_bytes(b"odd\xff.db")])).output().code(1);
    assert!(scene.folder().join(OsStr::from_bytes(b"odd\xff.db")).exists());
}

#[test]
fn colours_come_when_they_are_wanted() {
    let scene = Scene::new();
    let coloured = |terminal: bool, more: &[&str], variables: &[(&str, &str)]| {
        let mut run = scene.with(["config", "show"].iter().chain(more).copied());
        if terminal {
            run = run.terminal(100);
        }
        for (name, value) in variables {
            run = run.env(name, value);
        }
        run.output().code(0).out().contains('\u{1b}')
    };
    assert!(coloured(true, &[], &[]) && !coloured(false, &[], &[]));
    assert!(!coloured(true, &[], &[("NO_COLOR", "1")]) && coloured(true, &[], &[("NO_COLOR", "")]));
    assert!(coloured(false, &[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(false, &[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(true, &[], &[("TERM", "dumb")]));
    assert!(coloured(false, &["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(true, &["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn narrow_terminals_are_kept_to() {
    let scene = Scene::new();
    let listener = crate::support::Listener::start(&scene, [""; 0], |run| run.terminal(40).env("NO_COLOR", "1"));
    scene.run(["trigger", "created", "--email", "user@example.com"]).code(0);
    scene.run(["trigger", "deleted", "--unsigned", "--email", "user@example.com"]).code(0);
    listener.wait_for("#2");
    let shown = listener.stop().code(0).out();
    let listed = scene.with(["events", "list"]).terminal(40).env("NO_COLOR", "1").output().code(0).out();
    let columns = |line: &str| line.chars().count();
    // Time, number, event and badge of an arrival are never cut, nor a list's columns below eight.
    let heads = shown.lines().filter(|line| line.contains('#'));
    heads.for_each(|line| assert!(columns(line) <= 54, "{} columns: {line}", columns(line)));
    listed.lines().for_each(|line| assert!(columns(line) <= 60, "{} columns: {line}", columns(line)));
    let wrong = scene.with(["trigger", "creatd"]).terminal(40).env("NO_COLOR", "1").output().code(2).err();
    wrong.lines().for_each(|line| assert!(columns(line) <= 40, "{line}"));
}

#[test]
fn two_listeners_share_a_store() {
    let scene = Scene::new();
    let ready = |name: &str| scene.folder().join(name);
    let start = |name: &str| scene.process(["listen", "--port", "0", "--json", "--ready-file", name]).start();
    let (mut one, mut other) = (start("one.json"), start("other.json"));
    let url = |bytes: Vec<u8>| {
        let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        record["url"].as_str().unwrap().to_owned()
    };
    let urls = [url(one.wait_for_file(&ready("one.json"))), url(other.wait_for_file(&ready("other.json")))];
    let senders: Vec<_> =
        (0..20).map(|number| scene.with(["trigger", "created", "--json", "--to", &urls[number % 2]]).start()).collect();
    senders.into_iter().for_each(|sender| drop(sender.finish().code(0)));
    for listener in [one, other] {
        until("its ten events", || (listener.stdout.text().matches("\"arrival\"").count() >= 10).then_some(()));
        listener.signal("INT");
        assert_eq!(listener.finish().code(0).err(), "");
    }
    let mut numbers: Vec<u64> = scene
        .run(["events", "list", "--limit", "100", "--json"])
        .records()
        .iter()
        .map(|record| record["event"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<u64>>());
}

#[test]
fn processes_that_start_at_once_agree_on_the_development_secret() {
    let scene = Scene::new();
    let started: Vec<_> = (0..12).map(|_| scene.process(["secret", "show", "-q"]).start()).collect();
    let secrets: Vec<String> = started.into_iter().map(|process| process.finish().code(0).out()).collect();
    assert!(secrets[0].starts_with("rlsec_") && secrets[0].trim_end().len() == 49, "{}", secrets[0]);
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    let other = scene.run(["secret", "show", "-q", "--profile", "other"]).code(0).out();
    assert_ne!(other, secrets[0], "each profile has its own");
}

/// Any name makes a profile, with a secret that no app knows: one that looks mistyped is asked about.
#[test]
fn a_profile_that_looks_mistyped_is_asked_about() {
    let scene = Scene::new();
    scene.run(["config", "set", "port", "5000", "--profile", "staging"]).code(0);
    let said = |line: &[&str]| scene.run(line.iter().copied()).code(0).err();
    let asked = "note: profile stagng is new; did you mean --profile staging? There are: default, staging\n";
    assert_eq!(said(&["config", "show", "--profile", "stagng"]), asked);
    for name in ["staging", "default", "production"] {
        assert_eq!(said(&["config", "show", "--profile", name]), "", "{name}");
    }
    // Used once it is one of them.
    said(&["secret", "show", "--profile", "stagng"]);
    assert_eq!(said(&["config", "show", "--profile", "stagng"]), "");
}

#[test]
fn secrets_are_printed_by_nobody_else() {
    let scene = Scene::new();
    let secret = "correct-horse-battery-staple";
    scene.with(["secret", "set"]).stdin(secret).output().code(0);
    let listener = scene.listen(["-v"]);
    let mut said = String::new();
    for line in [
        &["trigger", "created", "-v"][..],
        &["trigger", "created", "--dry-run"],
        &["trigger", "created", "--dry-run", "--as", "curl"],
        &["config", "show"],
        &["config", "show", "--json"],
        &["config", "show", "-v"],
        &["events", "show", "1"],
        &["verify", "--event", "1", "--json"],
        &["secret", "new", "--no-input"],
        &["demo"],
    ] {
        let ended = scene.run(line.iter().copied());
        said.push_str(&(ended.out() + &ended.err()));
    }
    let ended = listener.stop();
    said.push_str(&(ended.out() + &ended.err()));
    assert!(!said.contains(secret), "{said}");
    assert!(fs::read_to_string(scene.config()).unwrap().contains(secret));
    let database = fs::read(scene.store()).unwrap();
    assert!(!database.windows(secret.len()).any(|window| window == secret.as_bytes()));
}
