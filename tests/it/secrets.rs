//! A secret or a key that is known here and came in by mistake, in a path, a query or a body: no command prints it, in
//! none of its spellings, and no file holds it. And such files are their owner's alone.

use crate::inspector::client::Inspector;
use crate::reach::send_raw;
use crate::support::{Endpoint, Listener, Run, Scene, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io::{Read, Write};
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

/// What a dump shows, without its layout: what it has in hexadecimal, and the characters beside it. Other lines as they are.
fn strip_layout(text: &str) -> (Vec<u8>, String) {
    let (mut bytes, mut characters) = (Vec::new(), String::new());
    let mut pieces = text.split("\x1b[");
    let plain = pieces.next().unwrap().to_owned();
    let text = pieces.fold(plain, |text, piece| text + piece.split_once('m').unwrap().1);
    for line in text.lines().map(|line| line.trim_start_matches([' ', '│'])) {
        let offset =
            line.get(..10).filter(|start| start.ends_with("  ") && u32::from_str_radix(&start[..8], 16).is_ok());
        let Some(row) = offset.map(|_| &line[10..]) else {
            characters.push_str(line);
            continue;
        };
        let (digits, beside) = row.split_once("  ").unwrap();
        bytes.extend(digits.split(' ').filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
        characters.push_str(beside.trim_start());
    }
    (bytes, characters)
}

/// Rows break what is left out whole everywhere else.
#[test]
fn no_dump_shows_a_piece_of_a_secret() {
    let scene = Scene::new();
    scene.with(["secret", "set"]).stdin(SECRET).output().code(0);
    let listener = Listener::start(&scene, ["--verbose"], |run| run.env("REFERRALLOOP_API_KEY", KEY));
    let wide = |secret: &str| secret.bytes().flat_map(|byte| [char::from(byte), '\0']).collect::<String>();
    let digits: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded = [STANDARD.encode(format!("user:{SECRET}")), digits, wide(SECRET)].map(|text| STANDARD.encode(text));
    let spellings = [spellings(), vec![wide(SECRET), STANDARD.encode(format!("a{KEY}b"))], encoded.to_vec()].concat();
    for spelling in &spellings {
        let body = [b"\0\x01binary\xff\xff\xff", spelling.as_bytes(), &[0, 0xfe].repeat(40)].concat();
        let answer = send_bytes(&listener.url, &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let check = |what: &str, text: &str, dumps: bool| {
        let (bytes, characters) = strip_layout(text);
        assert!(bytes.is_empty() != dumps && text.contains("[redacted]"), "{what}: {text}");
        let plain = [SECRET, KEY].into_iter().flat_map(|secret| secret.as_bytes().windows(12).map(<[u8]>::to_vec));
        for piece in plain.chain(spellings.iter().flat_map(|word| word.as_bytes().windows(20).map(<[u8]>::to_vec))) {
            let shown = String::from_utf8_lossy(&piece);
            assert!(!bytes.windows(piece.len()).any(|window| window == piece), "{what} dumps {shown}: {text}");
            assert!(!characters.contains(&*shown), "{what} has {shown}: {text}");
        }
    };
    let ended = listener.stop().code(0);
    check("listen", &ended.out(), true);
    let forms = ["curl", "hurl", "python", "node", "har", "jsonl"].map(|form| format!("events export N --as {form}"));
    let lines = ["events show N --hex", "events show N", "events show N --raw", "events show N --json"];
    // The key is its own spelling in a URL, and the same event twice is one.
    for number in 1..spellings.len() {
        for line in lines.map(str::to_owned).iter().chain(&forms) {
            for columns in [None, Some(60), Some(120)] {
                let run =
                    scene.with(line.replace('N', &number.to_string()).split(' ')).env("REFERRALLOOP_API_KEY", KEY);
                let run = columns.into_iter().fold(run, Run::terminal);
                let shown = run.output().code(0).stdout;
                check(line, &String::from_utf8_lossy(&shown), line.ends_with("hex") || line.ends_with('N'));
            }
        }
    }
}

fn send_bytes(url: &str, body: &[u8]) -> String {
    let authority = url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = std::net::TcpStream::connect(authority).unwrap();
    let head =
        format!("POST / HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
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

/// A pipe without a reader is told at once; whoever reads it gets all of it.
#[test]
fn a_report_waits_for_nobody_to_read_a_pipe() {
    let scene = Scene::new();
    scene.run(["trigger", "created", "--to", "http://127.0.0.1:9/"]).code(1);
    let fifo = scene.folder().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let expect = ["expect", "created", "--within", "1ms", "--junit", "fifo", "--", "true"];
    let endpoint = Endpoint::good();
    let test = ["test", &endpoint.url("/"), "--only", "delivery.created", "--no-secret", "--junit", "fifo"];
    let exports = [&["events", "export", "--all", "--output", "fifo"][..], &["events", "report", "--html", "fifo"]];
    for line in [&["doctor", "--bundle", "fifo"][..], &expect, &test].into_iter().chain(exports) {
        let refused = scene.run(line.iter().copied()).code(5);
        let told = refused.err().replace("\n       ", " ");
        assert!(told.contains("fifo: it is a pipe that nobody reads"), "{line:?}: {refused}");
        // One that is there, and one that comes a little later.
        for late in [false, true] {
            let (fifo, read) = (fifo.clone(), std::sync::mpsc::channel());
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(if late { 300 } else { 0 }));
                read.0.send(fs::read_to_string(fifo).unwrap()).unwrap();
            });
            scene.run(line.iter().copied());
            assert!(read.1.recv().unwrap().len() > 100, "{line:?}");
        }
    }
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
