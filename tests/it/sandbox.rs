//! The sandbox as its user meets it: with nothing but its URL and key in the environment, the other commands talk to it,
//! and what they do arrives at a listener.

use crate::support::{Endpoint, Sandbox, Scene, until};
use referralloop::shutdown::StopSignal;
use serde_json::Value;

/// The one waitlist that people are on.
fn waitlist(sandbox: &Sandbox, scene: &Scene) -> String {
    let lists = sandbox.run(scene, ["waitlists", "--json"]).records();
    lists.iter().find(|list| list.to_string().contains("early-access")).unwrap()["id"].as_str().unwrap().to_owned()
}

/// Its deliveries, newest first.
fn deliveries(scene: &Scene, arguments: &[&str]) -> Vec<Value> {
    scene.run(["sandbox", "deliveries", "--json"].iter().chain(arguments)).code(0).records()
}

#[test]
fn what_happens_in_the_sandbox_arrives_verified() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--signups", "3"]);
    let listener = scene.listen(["--json"]);
    let list = waitlist(&sandbox, &scene);
    let whoami = sandbox.run(&scene, ["whoami"]);
    assert!(whoami.out().contains("10,000") || whoami.out().contains("growth"), "{whoami}");
    sandbox.run(&scene, ["subscribe", "all", "--url", &listener.url, "--waitlist", &list]);
    let made = sandbox.run(&scene, ["signups", "create", "--waitlist", &list, "--email", "ada@example.com", "--json"]);
    let ids: Vec<String> = made.records().iter().filter_map(id).collect();
    let first = sandbox.run(&scene, ["signups", "list", "--waitlist", &list, "--json"]).records();
    let front = id(&first[0]).unwrap();
    sandbox.run(&scene, ["signups", "delete", "--waitlist", &list, &front, "--yes"]);
    // Created; deleted; and three who moved up.
    until("five arrivals", || {
        (listener.running().stdout.text().matches("\"type\":\"arrival\"").count() == 5).then_some(())
    });
    let events = scene.run(["events", "list", "--json"]).records();
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event["verification"] == "valid"), "{events:?}");
    let kinds = |kind: &str| events.iter().filter(|event| event["event_type"] == kind).count();
    assert_eq!(["signup.created", "signup.position_changed", "signup.deleted"].map(kinds), [1, 3, 1]);
    assert!(!ids.is_empty());

    sandbox.run(&scene, ["unsubscribe", "--all", "--yes"]);
    sandbox.run(&scene, ["signups", "create", "--waitlist", &list, "--email", "bob@example.com"]);
    assert_eq!(deliveries(&scene, &[]).len(), 5, "nobody wants to know any more");
    listener.stop().code(0);
    let ended = sandbox.stop().code(0);
    assert!(ended.out().contains("POST /api/v1/webhooks/subscribe   201"), "{ended}");
}

fn id(record: &Value) -> Option<String> {
    record["id"].as_str().or_else(|| record["signup"]["id"].as_str()).map(str::to_owned)
}

#[test]
fn it_tells_where_it_is_and_keeps_its_key() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--speed", "60x"]);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&sandbox.ready_file), mode(&scene.data().join("sandbox.db"))), (0o600, 0o600));
    assert!(sandbox.key.starts_with("pk_test_") && sandbox.url.ends_with("/api/v1"), "{sandbox:?}");
    let (key, url, ready_file) = (sandbox.key.clone(), sandbox.url.clone(), sandbox.ready_file.clone());

    let second = scene.run(["sandbox", "--port", "0"]).code(5);
    assert!(second.err().contains("another sandbox is using"), "{second}");
    let ended = sandbox.stop().code(0);
    let told = [
        "plan growth (10,000 calls an hour)   retries 60x as fast".to_owned(),
        format!(
            "; for scripts: --ready-file FILE\nexport REFERRALLOOP_API_URL={url}\nexport REFERRALLOOP_API_KEY={key}\nReady. Ctrl-C stops.\n"
        ),
        "created with 25 sign-ups from seed 7\n".to_owned(),
    ];
    told.iter().for_each(|part| assert!(ended.err().contains(part), "{part} in {ended}"));
    assert_eq!((ended.out().as_str(), ready_file.exists()), ("", false));

    let again = Sandbox::start(&scene, ["--signups", "25", "--json"]);
    assert_eq!(again.key, key, "the data outlives the run");
    let record = again.stop().code(0).record("ready");
    assert_eq!((&record["api_key"], record["v"].as_u64()), (&Value::from(key), Some(1)));
    let other = scene.run(["sandbox", "--port", "0", "--signups", "26"]).code(2);
    assert!(other.err().contains("created with 25 sign-ups from seed 7"), "{other}");
}

#[test]
fn in_memory_it_leaves_nothing_behind() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--memory", "--unsigned", "-q"]);
    waitlist(&sandbox, &scene);
    scene.run(["sandbox", "deliveries"]).code(0).is(0, "", "note: no delivery matches\n");
    let ended = sandbox.stop().code(0);
    assert_eq!(ended.err(), "");
    assert!(!scene.data().join("sandbox.db").exists());
    let none = scene.run(["sandbox", "deliveries"]).code(0);
    none.is(0, "", "note: there is no sandbox yet; start with: referralloop sandbox\n");
}

/// Somebody signs up where `url` wants to know.
fn sign_up(sandbox: &Sandbox, scene: &Scene, (url, email): (&str, &str)) {
    let list = waitlist(sandbox, scene);
    sandbox.run(scene, ["subscribe", "created", "--url", url, "--waitlist", &list]);
    sandbox.run(scene, ["signups", "create", "--waitlist", &list, "--email", email]);
}

#[test]
fn the_deliveries_are_those_of_the_sandbox_that_is_meant() {
    let (scene, elsewhere) = (Scene::new(), Scene::new());
    let app = Endpoint::statuses(&[200]);
    // One that ended and left its file, and one that belongs to another home, in its memory.
    let old = Sandbox::start(&scene, ["-q"]);
    sign_up(&old, &scene, (&app.url("/old"), "old@example.com"));
    app.wait_for(1);
    old.stop().code(0);
    let meant = Sandbox::start(&elsewhere, ["-q", "--memory"]);
    sign_up(&meant, &elsewhere, (&app.url("/new"), "new@example.com"));
    app.wait_for(2);

    let emails = |run: crate::support::Output| -> Vec<String> {
        run.records().iter().map(|record| record["email"].as_str().unwrap().to_owned()).collect()
    };
    let line = ["sandbox", "deliveries", "--json"];
    let asked = until("the acknowledgement", || {
        let asked = meant.with(&scene, line.into_iter().chain(["--state", "delivered"])).output().code(0);
        (!asked.records().is_empty()).then_some(asked)
    });
    assert_eq!((asked.err().as_str(), emails(asked)), ("", vec!["new@example.com".to_owned()]));
    let none = meant.with(&scene, line.into_iter().chain(["--subscription", "other"])).output().code(0);
    assert!(none.records().is_empty(), "{none}");

    let file = scene.data().join("sandbox.db");
    let path = file.to_str().unwrap();
    let given = meant.with(&scene, line.into_iter().chain(["--data", path])).output().code(0);
    assert_eq!((given.err().as_str(), emails(given)), ("", vec!["old@example.com".to_owned()]));
    let left = scene.with(line).columns(2000).output().code(0);
    assert!(left.err().starts_with(&format!("note: no sandbox is running; read from {path}, last written ")), "{left}");
    assert!(left.err().ends_with(" ago\n"), "{left}");
    assert_eq!(emails(left), ["old@example.com"]);

    let gone = meant.url.clone();
    meant.stop().code(0);
    let left = scene.with(line).env("REFERRALLOOP_API_URL", &gone).columns(2000).output().code(0);
    let origin = gone.trim_end_matches("/api/v1");
    let words = format!("note: no sandbox answers at {origin} (REFERRALLOOP_API_URL): nothing is listening there\n");
    assert!(left.err().starts_with(&words) && left.err().contains(path), "{left}");
    assert_eq!(emails(left), ["old@example.com"]);
    // What is no sandbox is not believed.
    let other = scene.with(line).env("REFERRALLOOP_API_URL", app.url("/api/v1")).columns(2000).output().code(0);
    assert!(other.err().contains("does not show the deliveries of a sandbox"), "{other}");
}

#[test]
fn a_failing_endpoint_is_tried_five_times() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--speed", "instant", "--unsigned", "--json"]);
    let app = Endpoint::statuses(&[500, 503]);
    let list = waitlist(&sandbox, &scene);
    let url = app.url("/hook");
    sandbox.run(&scene, ["subscribe", "created", "--url", &url, "--waitlist", &list]);
    sandbox.run(&scene, ["signups", "create", "--waitlist", &list, "--email", "ada@example.com"]);
    let heard = app.wait_for(5);
    assert!(heard.iter().all(|one| one.body == heard[0].body && one.header("x-webhook-signature").is_none()));
    assert_eq!(heard[0].header("content-type"), Some("application/json"));
    assert_eq!(heard[0].header("user-agent"), Some(concat!("referralloop-cli/", env!("CARGO_PKG_VERSION"))));
    until("the end of the delivery", || (!deliveries(&scene, &["--state", "failed"]).is_empty()).then_some(()));
    let failed = deliveries(&scene, &["--state", "failed"]).remove(0);
    let told: Vec<(u64, u64)> = failed["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| (attempt["attempt"].as_u64().unwrap(), attempt["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(told, [(1, 500), (2, 503), (3, 503), (4, 503), (5, 503)]);
    assert_eq!((failed["email"].as_str(), failed["url"].as_str()), (Some("ada@example.com"), Some(url.as_str())));
    assert!(deliveries(&scene, &["--state", "pending"]).is_empty());
    let ended = sandbox.stop().code(0);
    let attempts = ended.records().into_iter().filter(|record| record["type"] == "delivery_attempt").count();
    assert_eq!(attempts, 5);
    let table = scene.with(["sandbox", "deliveries"]).columns(120).output().code(0);
    assert!(table.out().contains("failed") && table.out().contains("503 Service Unavailable"), "{table}");
}

#[test]
fn a_second_ctrl_c_does_not_wait() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--signups", "0"]);
    let app = Endpoint::new([crate::support::Answer::Hang]);
    let list = waitlist(&sandbox, &scene);
    sandbox.run(&scene, ["subscribe", "created", "--url", &app.url("/"), "--waitlist", &list]);
    sandbox.run(&scene, ["signups", "create", "--waitlist", &list, "--email", "ada@example.com"]);
    app.wait_for(1);
    sandbox.running().signal(StopSignal::Interrupt);
    sandbox.running().signal(StopSignal::Interrupt);
    sandbox.stop().code(130);
    let again = Sandbox::start(&scene, ["--json"]);
    until("the attempt made again", || {
        let attempts = deliveries(&scene, &[]).remove(0)["attempts"].as_array().unwrap().clone();
        let told: Vec<_> = attempts.iter().map(|a| (a["attempt"].as_u64(), a["again"] == true)).collect();
        let interrupted = attempts[0]["outcome"] == "interrupted";
        (interrupted && told == [(Some(1), false), (Some(1), true)]).then_some(())
    });
    drop(again);
}

#[test]
fn guesses_are_listed() {
    let scene = Scene::new();
    let list = scene.with(["sandbox", "--assumptions"]).columns(200).output().code(0);
    assert!(list.out().contains("created-status") && list.out().contains("is answered 201"), "{list}");
    let records = scene.run(["sandbox", "--assumptions", "--json"]).code(0).records();
    assert_eq!(2 * records.len(), list.out().lines().count());
    assert!(records.iter().all(|record| record["type"] == "assumption"));
}

#[test]
fn the_description_is_that_of_the_answers() {
    let page = include_str!("../../docs/openapi.yaml");
    let known: Vec<String> = Scene::new()
        .run(["sandbox", "--assumptions", "--json"])
        .records()
        .iter()
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect();
    let named = page.lines().filter_map(|line| line.trim().strip_prefix("x-assumption: "));
    named.for_each(|id| assert!(known.iter().any(|known| known == id), "{id}"));
}

#[test]
fn it_closes_with_a_summary_for_people_and_for_programs() {
    let scene = Scene::new();
    let records = Sandbox::start(&scene, ["--json"]).stop().code(0);
    let summary = records.record("summary");
    let counts = ["command", "attempts", "delivered", "failed", "pending"].map(|name| summary[name].clone());
    assert_eq!(counts, ["sandbox".into(), 0.into(), 0.into(), 0.into(), Value::from(0)], "{records}");
    assert_eq!(records.err(), "");
    let told = Sandbox::start(&scene, [] as [&str; 0]).stop().code(0);
    assert!(told.err().contains("The sandbox ended; there was nothing to deliver."), "{told}");
}

/// An attempt that was refused has failed, though its delivery has not yet.
#[test]
fn its_last_words_count_attempts_and_deliveries_apart() {
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[200, 401, 401]));
    let sandbox = Sandbox::start(&scene, ["--memory"]);
    let list = waitlist(&sandbox, &scene);
    sandbox.run(&scene, ["subscribe", "created", "--url", &app.url("/"), "--waitlist", &list]).code(0);
    for (email, count) in [("ada@example.com", 1), ("bob@example.com", 2)] {
        sandbox.run(&scene, ["signups", "create", "--email", email, "--waitlist", &list]).code(0);
        app.wait_for(count);
    }
    let told = sandbox.stop().code(0).err().split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "The sandbox ended after 2 attempts, 1 of which failed: 1 delivered, 0 given up; 1 pending, lost with its memory.";
    assert!(told.contains(words), "{told}");
}
