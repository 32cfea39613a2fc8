//! A secret or a key that is known here and came in by mistake, in a path, a query or a body: no command prints it, in
//! none of its spellings, and no file holds it. And such files are their owner's alone.

use crate::inspector::client::Inspector;
use crate::reach::send_raw;
use crate::support::{Listener, Run, Scene, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

const SECRET: &str = "rlsec_Zq3v/Tr+8sK_canary";
const KEY: &str = "pk_test_0123456789abcdefCANARYxyz";

/// Five spellings of each.
fn spellings() -> Vec<String> {
    let of = |secret: &str| {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        // Without the digits that share a byte with what is around them.
        let base64 = STANDARD.encode(secret);
        [secret.to_owned(), hex, percent, url, base64[..secret.len() * 8 / 6].to_owned()]
    };
    [of(SECRET), of(KEY)].concat()
}

#[test]
fn a_password_in_a_url_is_refused_and_not_repeated() {
    let scene = Scene::new();
    for line in [
        &["listen", "http://me:hunter2canary@[::bad"][..],
        &["load", "https://hunter2canary@example.com/", "--json"],
        &["trigger", "created", "--to", "ftp://me:hunter2canary@example.com"],
        &["listen", "--public-url", "https://me:hunter2canary@[x"],
    ] {
        let refused = scene.run(line).code(2);
        let said = String::from_utf8_lossy(&[refused.stdout, refused.stderr].concat()).into_owned();
        assert!(!said.contains("hunter2canary"), "{line:?}: {said}");
    }
}

#[track_caller]
fn is_clean(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    assert!(text.contains("[redacted]"), "{what}: {text}");
    for spelling in spellings() {
        assert!(!text.contains(&spelling), "{what} has {spelling}: {text}");
    }
}

/// A scene whose store has each spelling in a query and in a body, and what the listener printed of them.
fn poisoned(arguments: &[&str]) -> (Scene, Vec<u8>) {
    let scene = Scene::new();
    scene.with(["secret", "set"]).stdin(SECRET).output().code(0);
    let listener = Listener::start(&scene, arguments.iter().copied(), |run| run.env("REFERRALLOOP_API_KEY", KEY));
    for spelling in spellings() {
        let body =
            format!(r#"{{"event":"signup.created","timestamp":"2026-01-02T03:04:05Z","data":{{"id":"{spelling}"}}}}"#);
        let head = format!("POST /?key={spelling} HTTP/1.1\nHost: HOST\nConnection: close\nContent-Length: LENGTH");
        let answer = send_raw(&listener.url, &head, &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let ask = format!("GET /other?key={KEY} HTTP/1.1\nHost: HOST\nConnection: close");
    send_raw(&listener.url, &ask, "");
    let ended = listener.stop().code(0);
    (scene, [ended.stdout, ended.stderr].concat())
}

#[test]
fn no_command_prints_a_secret_that_came_in() {
    for arguments in [&["--verbose"][..], &["--json"]] {
        let (_, printed) = poisoned(arguments);
        is_clean("listen", &printed);
    }
    let (scene, _) = poisoned(&["--quiet"]);
    let ask = |line: &str, terminal: bool| {
        let run = scene.with(line.split(' ')).env("REFERRALLOOP_API_KEY", KEY);
        let ended = if terminal { run.terminal(60) } else { run }.output().code(0);
        [ended.stdout, ended.stderr].concat()
    };
    // The key is its own spelling in a URL, and the same event twice is one.
    for number in 1..spellings().len() {
        for line in ["events show N", "events show N --json", "events show N --raw", "events export N --as curl"] {
            let line = line.replace('N', &number.to_string());
            is_clean(&line, &ask(&line, false));
            is_clean(&line, &ask(&line, true));
        }
    }
    for line in
        ["events list --json", "events export --all", "events export --all --as python", "events report --html -"]
    {
        is_clean(line, &ask(line, false));
    }
    for form in ["jsonl", "curl", "hurl", "node"] {
        let file = format!("export.{form}");
        ask(&format!("events export --all --as {form} --output {file}"), false);
        let file = scene.folder().join(file);
        is_clean(form, &fs::read(&file).unwrap());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{form}");
    }
    ask("events report --html report.html", false);
    is_clean("the report", &fs::read(scene.folder().join("report.html")).unwrap());
    for line in ["events export --all", "events export --all --force --output all.jsonl"] {
        let told = scene.run(line.split(' ')).code(0).err().replace("\n      ", "");
        assert!(told.contains("a secret that is known here was left out"), "{line}: {told}");
    }
    // What it is for is still done: the one command that shows the secret, and the body in the store.
    assert_eq!(scene.run(["secret", "show"]).code(0).out(), format!("{SECRET}\n"));
    let store = fs::read(scene.store()).unwrap();
    assert!(store.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "the body is kept as it came");
}

/// What is too long for a table loses its middle, and with it a part of what would have been left out.
#[test]
fn a_secret_that_is_cut_is_not_shown_in_part() {
    let scene = Scene::new();
    scene.with(["secret", "set"]).stdin(SECRET).output().code(0);
    let listener = Listener::start(&scene, ["--quiet"], |run| run.env("REFERRALLOOP_API_KEY", KEY));
    for secret in [SECRET, KEY] {
        let email = format!("somebody-with-a-name@example.com+{secret}");
        post(&listener.url, &format!(r#"{{"event_type":"signup.created","data":{{"id":"1","email":"{email}"}}}}"#));
    }
    listener.stop().code(0);
    let check = |run: Run, what: &str| {
        let text = run.env("REFERRALLOOP_API_KEY", KEY).output().code(0).out();
        let piece = [SECRET, KEY].into_iter().flat_map(|secret| secret.as_bytes().windows(12));
        let shown = piece.map(String::from_utf8_lossy).find(|piece| text.contains(&**piece));
        assert_eq!(shown, None, "{what}: {text}");
        text
    };
    for width in (40..140).step_by(6) {
        for line in ["events list", "replay 1 --dry-run --to 1"] {
            check(scene.with(line.split(' ')).terminal(width), line);
        }
    }
    // What a shell is offered is printed by that shell.
    let run = scene.with(["--", "referralloop", "replay", ""]).env("REFERRALLOOP_COMPLETE", "fish");
    assert!(check(run, "completion").contains("somebody-with"));
}

#[test]
fn the_records_of_the_page_have_none_either() {
    let (scene, _) = poisoned(&["--quiet"]);
    let line = ["--inspect", "--inspect-port", "0"];
    let listener = Listener::start(&scene, line, |run| run.env("REFERRALLOOP_API_KEY", KEY));
    let inspector = Inspector::from_ready(&listener.ready_file);
    for path in ["/api/events", "/api/events/1", "/api/events/1/body", "/api/events/1/as/curl", "/api/export?ids=1,2"] {
        let answer = inspector.ask("GET", path, &[], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        is_clean(path, answer.body.as_bytes());
    }
    listener.stop().code(0);
}

#[test]
fn no_command_writes_through_a_link_or_takes_permissions_away() {
    let scene = Scene::new();
    scene.run(["trigger", "created", "--to", "http://127.0.0.1:9/"]).code(1);
    let aim = scene.write("aim", "mine");
    symlink(&aim, scene.folder().join("link")).unwrap();
    let refused = scene.run(["events", "export", "--all", "--output", "link", "--force"]).code(5);
    let told = refused.err().replace("\n       ", " ");
    assert!(told.contains("it is a symbolic link; name the file itself"), "{refused}");
    assert_eq!(fs::read(&aim).unwrap(), b"mine");
    fs::set_permissions(&aim, PermissionsExt::from_mode(0o644)).unwrap();
    scene.run(["events", "export", "--all", "--output", "aim", "--force"]).code(0);
    assert_eq!(fs::metadata(&aim).unwrap().permissions().mode() & 0o777, 0o644);
    assert!(fs::read_to_string(&aim).unwrap().contains(r#""type":"event""#));
    // A configuration that would never answer is refused at once.
    let fifo = scene.folder().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let refused = scene.run(["whoami".into(), "--config".into(), fifo.into_os_string()]);
    assert!(refused.code == Some(3) && refused.err().contains("it is not an ordinary file"), "{refused}");
}

#[test]
fn a_secret_of_ones_own_can_be_given_up_again() {
    let scene = Scene::new();
    let before = scene.run(["secret", "show"]).code(0);
    scene.run(["secret", "new"]).code(0);
    assert_ne!(scene.run(["secret", "show"]).code(0).out(), before.out());
    scene.run(["config", "unset", "webhook_secret"]).code(0);
    assert_eq!(scene.run(["secret", "show"]).code(0).out(), before.out());
}
