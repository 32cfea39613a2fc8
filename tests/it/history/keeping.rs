//! Exporting, importing, replaying, comparing, reporting and removing.

use super::{export, hash};
use crate::support::{Answer, Endpoint, Scene, slow_tests};
use serde_json::Value;

fn bodies(lines: &str) -> Vec<Vec<u8>> {
    let body = |line: &str| serde_json::from_str::<Value>(line).unwrap()["body"].as_str().unwrap().as_bytes().to_vec();
    lines.lines().map(body).collect()
}

#[test]
fn what_is_exported_imported_and_replayed_is_the_same_bytes_in_the_same_order() {
    let scene = Scene::new();
    let count = if slow_tests() { 10_000 } else { 300 };
    let given = export(count);
    scene.write("given.jsonl", &given);
    scene.run(["events", "import", "given.jsonl"]).code(0);
    let out = scene.run(["events", "export"]).code(0).out();
    scene.write("out.jsonl", &out);
    let other = ["--store", "other.db"];
    let imported = scene.run(other.into_iter().chain(["events", "import", "out.jsonl", "--json"])).code(0);
    assert_eq!(imported.record("summary")["imported"], count);
    let again = scene.run(other.into_iter().chain(["events", "export"])).code(0).out();
    let app = Endpoint::good();
    let line = ["replay", "--all", "--to", &app.url("/"), "--json", "--yes"];
    let summary = scene.run(other.into_iter().chain(line)).code(0).record("summary");
    assert_eq!((&summary["acknowledged"], &summary["done"]), (&count.into(), &count.into()));
    let received = app.received();
    let wanted = hash(bodies(&given).iter().map(Vec::as_slice));
    assert_eq!(hash(bodies(&out).iter().map(Vec::as_slice)), wanted);
    assert_eq!(hash(bodies(&again).iter().map(Vec::as_slice)), wanted);
    assert_eq!(hash(received.iter().map(|request| request.body.as_slice())), wanted);
    let known = scene.run(other.into_iter().chain(["events", "import", "out.jsonl", "--json"])).code(0);
    assert_eq!(known.record("summary")["known"], count);
}

#[test]
fn a_replay_says_what_changed() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[500, 200, 200]);
    let url = app.url("/hook");
    let listener = scene.listen(["--forward-to", &url, "-q"]);
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    app.wait_for(1);
    listener.stop().code(0);
    let replayed = scene.run(["replay", "last"]).code(0);
    assert!(replayed.out().contains("was 500 Internal Server Error, now 200 OK"), "{replayed}");
    let again = scene.run(["replay", "1", "--json"]).code(0);
    assert!(again.record("replayed").get("changed").is_none(), "{again}");
    let received = app.received();
    assert!(received.iter().all(|request| request.body == received[0].body));
    assert_eq!(received[1].header("x-webhook-signature"), received[0].header("x-webhook-signature"));
    scene.run(["replay", "1", "--to", &Endpoint::nowhere()]).code(1);
    scene.run(["replay"]).code(2);
    let dry = scene.run(["replay", "1", "--dry-run"]).code(0);
    assert!(dry.out().contains(&format!("→ {url}")), "{dry}");
}

#[test]
fn many_to_another_machine_are_asked_about() {
    let scene = Scene::new();
    scene.write("given.jsonl", export(30));
    scene.run(["events", "import", "given.jsonl"]).code(0);
    let refused = scene.run(["replay", "--all", "--to", "https://app.example.com/hook"]).code(2);
    assert!(refused.err().contains("30 events would go to another machine"), "{refused}");
}

#[test]
fn what_is_pruned_is_gone_from_the_disk() {
    let scene = Scene::new();
    scene.write("given.jsonl", export(200));
    scene.run(["events", "import", "given.jsonl"]).code(0);
    assert!(on_disk(&scene).contains("p7@x.io"));
    scene.run(["events", "prune", "--keep", "10"]).code(2);
    let counted = scene.run(["events", "prune", "--keep", "10", "--dry-run", "--json"]).code(0);
    assert_eq!(counted.record("summary")["would_remove"], 190);
    let pruned = scene.run(["events", "prune", "--keep", "10", "--yes", "--json"]).code(0);
    assert_eq!(pruned.record("summary")["removed"], 190);
    let left = on_disk(&scene);
    assert!(!left.contains("p7@x.io") && left.contains("p199@x.io"));
    assert_eq!(scene.run(["events", "list", "-n", "100", "--json"]).code(0).records().len(), 10);
    // By their numbers, each of which counts once.
    let numbered = scene.run(["events", "prune", "191-193,192", "--yes", "--json"]).code(0);
    assert_eq!(numbered.record("summary")["removed"], 3);
    let left = scene.run(["events", "list", "-n", "100", "--json"]).code(0).records();
    assert_eq!(left.iter().map(|event| event["event"].as_u64().unwrap()).min(), Some(194));
    scene.run(["events", "prune", "191", "--yes"]).code(2);
    scene.run(["events", "prune", "194", "--keep", "1", "--yes"]).code(2);
    scene.run(["events", "prune", "194", "--failed", "--yes"]).code(2);
}

/// Every byte that the store has on the disk.
fn on_disk(scene: &Scene) -> String {
    let store = scene.store();
    let name = store.file_name().unwrap().to_str().unwrap().to_owned();
    let files = std::fs::read_dir(store.parent().unwrap()).unwrap().map(Result::unwrap);
    let ours = files.filter(|file| file.file_name().to_str().unwrap().starts_with(&name) && file.path().is_file());
    ours.map(|file| String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned()).collect()
}

#[test]
fn conditions_choose_and_a_faulty_one_is_refused() {
    let scene = Scene::new();
    scene.write("given.jsonl", export(50));
    scene.run(["events", "import", "given.jsonl"]).code(0);
    let found = scene.run(["events", "list", "--where", ".data.position >= 48", "--json"]).code(0);
    assert_eq!(found.records().len(), 2);
    scene.run(["events", "list", "--where", ".data.["]).code(2);
}

#[test]
fn differences_are_told_member_by_member() {
    let scene = Scene::new();
    scene.write("given.jsonl", export(4));
    scene.run(["events", "import", "given.jsonl"]).code(0);
    let differ = scene.run(["events", "diff", "1", "4"]).code(0);
    assert!(differ.out().contains("- data.id: \"0\"\n+ data.id: \"3\"\n"), "{differ}");
    assert_eq!(scene.run(["events", "diff", "2", "2", "--json"]).code(0).record("difference")["same"], true);
}

#[test]
fn what_is_shared_names_nobody() {
    let scene = Scene::new();
    scene.write("given.jsonl", export(5));
    scene.run(["events", "import", "given.jsonl"]).code(0);
    for line in [
        ["events", "export", "--redact"].as_slice(),
        &["events", "export", "--redact", "--as", "python"],
        &["events", "show", "1", "--redact"],
        &["events", "report", "--html", "-", "--redact"],
    ] {
        let shared = scene.run(line.iter().copied()).code(0);
        assert!(!shared.out().contains("p0@x.io") && shared.out().contains("redacted"), "{shared}");
    }
}

#[test]
fn recipes_send_the_same_bytes_and_fail_where_the_app_does() {
    let scene = Scene::new();
    scene.write("given.jsonl", export(4));
    scene.run(["events", "import", "given.jsonl"]).code(0);
    let app = Endpoint::good();
    for (form, file, program, more) in [
        ("curl", "send.sh", "sh", vec![]),
        ("python", "test_send.py", "python3", vec![]),
        ("node", "send.test.mjs", "node", vec!["--test"]),
    ] {
        // The script of curl is run by sh, which everybody has and which need not know --version.
        if crate::support::counterpart(if form == "curl" { form } else { program }).is_none() {
            continue;
        }
        let before = app.received().len();
        scene.run(["events", "export", "--as", form, "--to", &app.url("/"), "--output", file]).code(0);
        let ended =
            std::process::Command::new(program).args(more).arg(file).current_dir(scene.folder()).output().unwrap();
        assert!(ended.status.success(), "{form}: {}", String::from_utf8_lossy(&ended.stderr));
        let sent: Vec<Vec<u8>> = app.received().drain(before..).map(|request| request.body).collect();
        let mut wanted = bodies(&export(4));
        let mut found = sent.clone();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "{form}");
    }
}

#[test]
fn an_archive_has_every_attempt_with_its_answer() {
    let (scene, app) = (Scene::new(), Endpoint::new([Answer::Status(500), Answer::Status(200)]));
    let to = app.url("/in?key=a%20b");
    scene.run(["trigger", "created", "--to", &to]).code(1);
    scene.run(["replay", "1", "--to", &to]).code(0);
    scene.run(["trigger", "created", "--data", "caf\u{e9}", "--to", &Endpoint::nowhere()]).code(1);
    scene.run(["events", "export", "--sent", "--as", "har", "--output", "all.har"]).code(0);
    let text = std::fs::read_to_string(scene.folder().join("all.har")).unwrap();
    let log = serde_json::from_str::<serde_json::Value>(&text).unwrap()["log"].clone();
    assert_eq!((&log["version"], &log["creator"]["name"]), (&"1.2".into(), &"referralloop".into()));
    let entries = log["entries"].as_array().unwrap();
    let statuses: Vec<_> = entries.iter().map(|entry| entry["response"]["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [500, 200, 0]);
    assert_eq!(entries[0]["response"]["content"]["text"], "answer 500");
    assert_eq!(entries[2]["response"]["_error"], "refused");
    let request = &entries[0]["request"];
    assert_eq!((&request["method"], &request["url"]), (&"POST".into(), &to.into()));
    assert_eq!(request["queryString"][0], serde_json::json!({ "name": "key", "value": "a b" }));
    assert_eq!(request["postData"]["mimeType"], "application/json");
    assert_eq!(request["postData"]["text"].as_str().unwrap().as_bytes(), app.received()[0].body);
    let length = request["headers"].as_array().unwrap().iter().find(|pair| pair["name"] == "Content-Length");
    assert_eq!(length.unwrap()["value"].as_str(), app.received()[0].header("content-length"));
    // Masked like every other form.
    let masked = scene.run(["events", "export", "1", "--as", "har", "--redact"]).code(0).out();
    let email = serde_json::from_slice::<serde_json::Value>(&app.received()[0].body).unwrap()["data"]["email"].clone();
    assert!(!masked.contains(email.as_str().unwrap()), "{masked}");
}
