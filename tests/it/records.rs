//! Records: every line of every command under `--json` is one of the types in `docs/records.md`, with the fields that
//! the page promises and no others.

use crate::exposure::stage::Stage;
use crate::main_job::{CREATED, DELETED, MOVED};
use crate::support::{
    Answer, Api, Endpoint, INSTALL, KEY, Listener, Output, Run, SIGNUP, SUBSCRIPTION, Sandbox, Scene, WAITLIST,
    note_skipped, post,
};
use referralloop::store::{SubscriptionIntent, SubscriptionJournal};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

/// A field as the page promises it.
struct Field {
    kind: &'static str,
    always: bool,
}

type Page = BTreeMap<&'static str, BTreeMap<&'static str, Field>>;

/// Type to field, from the page's tables.
fn page() -> Page {
    let records = DOCUMENT.split("\n# Summaries").next().unwrap();
    let sections = records.split("\n## `").skip(1);
    let fields = |section: &'static str| {
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        rows.map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`'), Field { kind: cells[2], always: cells[3] == "always" })
        })
        .collect()
    };
    sections.map(|section| (section.split('`').next().unwrap(), fields(section))).collect()
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "boolean" => value.is_boolean(),
        "true" => value == true,
        "any" => true,
        _ => panic!("the page knows no type {kind}"),
    }
}

const DOCUMENT: &str = include_str!("../../docs/records.md");

/// What is wrong with one record, and which of its fields were seen.
fn check(line: &str, page: &Page, seen: &mut BTreeSet<(String, String)>) -> Result<(), String> {
    let record: Map<String, Value> = serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
    let keys: Vec<&str> = record.keys().map(String::as_str).collect();
    if keys[..3] != ["type", "at", "v"] || record["v"] != 1 {
        return Err("another envelope".into());
    }
    let kind = record["type"].as_str().unwrap();
    let fields = page.get(kind).ok_or("the type is not documented")?;
    for (name, value) in record.iter().skip(3) {
        match fields.get(name.as_str()) {
            Some(field) if has_type(value, field.kind) => drop(seen.insert((kind.to_owned(), name.clone()))),
            Some(field) => return Err(format!("{name} is no {}", field.kind)),
            // What a summary counts is named in the text.
            // What a summary counts stands in a table for each command; the schema holds it to that.
            None if kind == "summary" && DOCUMENT.contains(&format!("\n| `{name}` |")) => {}
            None => return Err(format!("{name} is not documented")),
        }
    }
    let missing = fields.iter().find(|(name, field)| field.always && !record.contains_key(**name));
    seen.insert((kind.to_owned(), String::new()));
    missing.map_or(Ok(()), |(name, _)| Err(format!("{name} is missing")))
}

/// What single commands are asked once something is stored.
const ASKED: &[&[&str]] = &[
    &["events", "list", "--all", "--limit", "50"],
    &["events", "show", "1"],
    &["events", "show", "2"],
    &["events", "show", "last"],
    &["events", "show", "!1"],
    &["events", "show", "!2"],
    &["events", "show", "!3"],
    &["verify", "--event", "1"],
    &["verify", "--event", "!1"],
    &["verify", "--signature", "", "body.json"],
    &["verify", "--event", "!4"],
    &["verify", "--got", "sha256=00", "body.json"],
    &["test", "--list"],
    &["sign", "body.json"],
    &["trigger", "created", "--dry-run"],
    &["trigger", "--data", "@odd.txt", "--dry-run"],
    &["secret", "show"],
    &["secret", "new", "--yes"],
    &["secret", "set", "--secret-file", "other.txt", "--yes"],
    &["config", "set", "port", "4300"],
    &["config", "unset", "port"],
    &["config", "show"],
    &["config", "path"],
    &["config", "profiles"],
    &["demo"],
    &["frobnicate"],
    &["events", "show", "99"],
];

/// A little of everything, as records.
fn everything() -> Vec<Output> {
    let scene = Scene::new();
    scene.write("other.txt", "another secret");
    scene.write("odd.txt", b"\xff\xfe");
    scene.write("body.json", CREATED);
    let app = Endpoint::new([
        Answer::Full(302, vec!["Location: /x".into()], vec![0xff; 20_000]),
        Answer::Full(500, vec![], b"no".to_vec()),
        Answer::Status(200),
    ]);
    let forward = app.url("/");
    let listener =
        scene.listen(["--json", "--inspect", "--inspect-port", "0", "--forward-to", &forward, "--respond", "500,200"]);
    let url = listener.url.clone();
    let mut outputs = Vec::new();
    let mut run = |line: &[&str]| outputs.push(scene.run(line.iter().copied().chain(["--json"])));
    for (count, body) in (1..).zip([CREATED, MOVED, DELETED, CREATED, r#"{"id":"evt_1","data":{"position":"x"}}"#]) {
        run(&["trigger", "--data", body, "--to", &url, "--speed", "100000x"]);
        app.wait_for(count.min(3));
    }
    run(&["trigger", "--data", &CREATED.replace("\"timestamp\":\"2024", "\"timestamp\":\"2023"), "--to", &url]);
    run(&["trigger", "--data", "@odd.txt", "--to", &url, "--unsigned"]);
    run(&["trigger", "--data", "@odd.txt", "--to", &url, "--secret-file", "other.txt"]);
    let numbered = CREATED.replacen('{', "{\"event_id\":\"evt_2\",", 1);
    run(&["trigger", "--data", &numbered, "--to", &url, "--secret-file", "other.txt"]);
    run(&["trigger", "position_changed", "--to", &url, "--secret-file", "other.txt"]);
    run(&["trigger", "--data", r#"{"a": 1.0}"#, "--sign", "json-stringify", "--to", &url]);
    run(&["trigger", "created", "--to", &Endpoint::nowhere(), "--timeout", "0"]);
    run(&["trigger", "created", "--to", &forward, "--speed", "instant"]);
    let answers = Endpoint::new([Answer::Full(307, vec!["Location: /x".into()], vec![0xff; 20_000]), Answer::Garbage]);
    run(&["trigger", "created", "--to", &answers.url("/"), "--speed", "instant"]);
    listener.wait_for("\"forward_skipped\"");
    for body in [r#"{"same":1}"#, r#"{"same": 1}"#] {
        run(&["trigger", "--data", body, "--to", &forward]);
    }
    let newest = scene.run(["events", "list", "--sent", "-n", "2", "--json"]).records();
    let [b, a] = [0, 1].map(|at: usize| newest[at]["event"].to_string());
    run(&["events", "diff", &a, &b]);
    run(&["events", "diff", "1", &b]);
    let strange = Endpoint::new([Answer::Full(307, vec!["Location: /x".into()], vec![0xff; 20_000])]);
    let odd_answers = strange.url("/");
    for to in [&forward, &forward, &odd_answers, &odd_answers, &Endpoint::nowhere()] {
        run(&["replay", "1", "--to", to]);
    }
    let changing = Endpoint::statuses(&[500, 200]);
    (0..2).for_each(|_| run(&["replay", "1", "--to", &changing.url("/")]));
    run(&["rehearse", "lifecycle", "--to", &forward]);
    run(&["verify", "--probe", &Endpoint::good().url("/")]);
    ASKED.iter().for_each(|line| run(line));
    outputs.extend(sandbox(&scene));
    outputs.push(scene.with(["secret", "show", "--json"]).env("REFERRALLOOP_WEBHOOK_SECRET", odd()).output());
    outputs.push(scene.with(["trigger", "created", "--speed", "step", "--json"]).env("HOME", scene.home()).output());
    turn_away(&listener);
    outputs.push(listener.stop());
    outputs.extend(of_the_service());
    outputs.push(of_a_tunnel());
    outputs.push(of_two_apps());
    outputs
}

/// What a listener prints that waits to try one of two apps again.
fn of_two_apps() -> Output {
    let scene = Scene::new();
    let (good, bad) = (Endpoint::good().url("/"), Endpoint::statuses(&[500]).url("/"));
    let listener = scene.listen(["--json", &good, &bad, "--forward-retry"]);
    scene.run(["trigger", "--data", CREATED, "--to", &listener.url]);
    listener.wait_for("\"wait\"");
    listener.stop()
}

/// A request that is no delivery.
fn turn_away(listener: &Listener) {
    let url = url::Url::parse(&listener.url).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    listener.wait_for("\"turned_away\"");
}

/// What a listener prints whose tunnel is lost.
fn of_a_tunnel() -> Output {
    let stage = Stage::new();
    let command = stage.tunnel("echo $1 > port; echo RELAY; while ! [ -e die ]; do sleep 0.05; done; exit 1");
    let start = |run: Run| run.env("PATH", stage.path()).env("REFERRALLOOP_API_URL", "http://127.0.0.1:9/api/v1");
    let listener = Listener::start(&stage.scene, ["--json", "--tunnel", &command], start);
    listener.wait_for("\"state\":\"up\"");
    stage.scene.write("die", "");
    listener.wait_for("\"state\":\"lost\"");
    listener.stop()
}

/// What the commands of the hosted API print.
fn of_the_service() -> Vec<Output> {
    let (scene, api) = (Scene::new(), Api::new());
    let url = api.url();
    let mut outputs = Vec::new();
    let mut run = |line: &[&str]| {
        let line = line.iter().copied().chain(["--json", "--api-url", &url]);
        outputs.push(scene.with(line).env("REFERRALLOOP_API_KEY", KEY).output());
    };
    let target = "https://app.example.com/hook";
    let subscribe = ["subscribe", "created", "deleted", "-w", WAITLIST, "--url", target];
    api.after(1, "POST", 400, "{}");
    run(&subscribe);
    run(&subscribe);
    run(&subscribe);
    run(&["subscribe", "position_changed", "--url", target]);
    api.instead("POST", Answer::Close);
    run(&["subscribe", "created", "--url", target]);
    let journal = SubscriptionJournal::open(scene.store()).unwrap();
    let wish =
        SubscriptionIntent { api: &url, event: "signup.created", url: target, waitlist: None, run: Some("gone") };
    let line = journal.record_intent(&wish, "2024-01-15T10:00:00Z".parse().unwrap()).unwrap();
    journal.mark_active(line, SUBSCRIPTION, "{}").unwrap();
    api.refuse("POST", 201, r#"{"ok":true}"#);
    run(&["subscribe", "created", "--url", "https://odd.example.com/"]);
    api.refuse("POST", 201, r#"{"id":7,"is_active":false}"#);
    run(&["subscribe", "created", "--url", "https://quiet.example.com/"]);
    run(&["subscriptions", "--ended"]);
    let odd = journal.list_entries(false).unwrap().into_iter().find(|entry| entry.url.contains("odd")).unwrap();
    run(&["subscriptions", "--forget", &odd.number.to_string()]);
    run(&["subscriptions", "--cleanup"]);
    run(&["unsubscribe", "sub_unheard_of"]);
    let unknown = journal.list_entries(false).unwrap().into_iter().find(|entry| entry.id.is_none()).unwrap();
    run(&["subscriptions", "--forget", &unknown.number.to_string()]);
    run(&["unsubscribe", "--all", "--yes"]);
    for line in [&["whoami"][..], &["waitlists"], &["doctor"]] {
        run(line);
    }
    run(&["signups", "create", "-w", WAITLIST, "--email", "ada@example.com"]);
    run(&["signups", "list", "-w", WAITLIST]);
    let told = r#"{"event_type":"signup.created","waitlist_id":"W","data":{"id":"S","position":9}}"#;
    let imported = told.replace('W', WAITLIST).replace('S', SIGNUP);
    let listener = scene.listen(["-q"]);
    let sent = post(&listener.url, &imported);
    assert!(sent.starts_with("HTTP/1.1 200"), "{sent}");
    listener.stop();
    run(&["reconcile", "-w", WAITLIST]);
    run(&["signups", "delete", SIGNUP, "-w", WAITLIST]);
    let login = scene.with(["login", "--json", "--api-url", &url]).stdin(KEY).output();
    outputs.extend([login, scene.run(["logout", "--json"])]);
    outputs
}

/// A sandbox whose deliveries fail in two ways, wait, and are looked at.
fn sandbox(scene: &Scene) -> Vec<Output> {
    let strange = Endpoint::new([
        Answer::Full(302, vec!["Location: /x".into()], vec![0xff; 20_000]),
        Answer::Full(500, vec![], b"no".to_vec()),
    ]);
    let sandbox = Sandbox::start(scene, ["--json"]);
    let lists = sandbox.run(scene, ["waitlists", "--json"]).records();
    let list = lists[0]["id"].as_str().unwrap();
    let create = |email| drop(sandbox.run(scene, ["signups", "create", "--waitlist", list, "--email", email]));
    sandbox.run(scene, ["subscribe", "created", "--url", &strange.url("/"), "--waitlist", list]);
    create("a@example.com");
    sandbox.running().stdout.wait_for("\"next_at\"");
    create("b@example.com");
    sandbox.running().stdout.wait_for("\"status\":500");
    let asked = scene.run(["sandbox", "deliveries", "--json"]);
    let kept = vec![asked, scene.run(["sandbox", "--assumptions", "--json"]), sandbox.stop()];
    let given = Sandbox::start_as(scene, ["--json", "--memory"], |run| {
        run.without("HOME").env("REFERRALLOOP_API_KEY", "pk_test_given")
    });
    kept.into_iter().chain([given.stop()]).collect()
}

/// What is sent, received and listed when hundreds of events come.
fn many(scene: &Scene) -> Vec<Output> {
    let listener = scene.listen(["--json"]);
    let line = ["rehearse", "--chaos", "duplicate=0.2,reorder=5", "--seed", "7", "--count", "300", "--json", "--to"];
    let sent = scene.run(line.iter().chain([&listener.url.as_str()]).copied());
    let received = listener.stop();
    vec![sent, received, scene.run(["events", "list", "--json", "--limit", "1000"])]
}

fn odd() -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(b"\xff\xfe".to_vec())
}

#[test]
fn every_record_of_every_command_is_documented() {
    let page = page();
    let mut seen = BTreeSet::new();
    for output in everything() {
        assert!(!output.stdout.is_empty(), "{output}");
        for line in output.out().lines() {
            let checked = check(line, &page, &mut seen);
            assert!(checked.is_ok(), "{}: {line}\nin {output}", checked.unwrap_err());
        }
    }
    // The other way round: nothing is promised that nobody prints. What needs a full disk, a relay, a slow reader, an endpoint
    // to audit, a kill or a child process is left to the unit tests of the records.
    let elsewhere = [
        "skipped",
        "not_stored",
        "untold",
        "retry_guess",
        "value_base64",
        "check",
        "expectation",
        "instead",
        "again",
        "published",
        "lag",
    ];
    for (kind, fields) in &page {
        if elsewhere.contains(kind) {
            continue;
        }
        assert!(seen.contains(&((*kind).to_owned(), String::new())), "nobody printed a {kind}");
        // A probe shows where bodies part as `verify` does; that takes an endpoint that rewrites.
        // The sandbox's own events are always text.
        let never = [("probe", "difference"), ("delivery", "body_base64")];
        let rare = |name: &&&str| elsewhere.contains(name) || never.contains(&(*kind, **name));
        for name in fields.keys().filter(|name| !rare(name)) {
            assert!(seen.contains(&((*kind).to_owned(), (*name).to_owned())), "nobody printed {name} of {kind}");
        }
    }
    println!("{} record types, {} fields", page.len(), seen.len() - page.len());
}

#[test]
fn what_is_printed_obeys_the_schema() {
    let python = Command::new("python3").args(["-c", "import jsonschema"]).stderr(Stdio::null()).status();
    if !python.is_ok_and(|status| status.success()) {
        note_skipped("jsonschema", INSTALL);
        return;
    }
    let scene = Scene::new();
    let lines: String = everything().iter().chain(&many(&scene)).map(|output| output.out()).collect();
    assert!(lines.lines().count() >= 1_000, "{} records", lines.lines().count());
    let path = scene.write("records.jsonl", &lines);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let validator = root.join("tests/counterparts/records.py");
    let output = Command::new("python3").arg(validator).arg(root.join("docs/schemas/record.json")).arg(path).output();
    let output = output.unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("{told}");
    assert!(output.status.success(), "{told}");
}

#[test]
fn streams_hold_nothing_else() {
    for output in everything() {
        let err = output.err();
        let plain =
            |line: &str| line.starts_with("error: ") || line.starts_with("  hint: ") || line.starts_with("hint: ");
        let wrapped = |line: &str| line.starts_with("      ");
        assert!(err.lines().all(|line| plain(line) || wrapped(line)), "{output}");
    }
}
