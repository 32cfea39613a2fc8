//! Several targets: what one app answered says nothing about another. What failed at one is found, is owed to that one
//! alone, and goes there alone; what is sent again as such goes to all.

use crate::main_job::{CREATED, DELETED, MOVED, deliver};
use crate::support::{Answer, Endpoint, Output, Scene, until};
use std::time::Duration;

/// An app that answers 200, but only when the others have long answered.
fn late() -> Endpoint {
    Endpoint::answering(|_, _| {
        std::thread::sleep(Duration::from_millis(150));
        Answer::Status(200)
    })
}

/// Waits until so many attempts of the last event are stored.
fn wait_for_attempts(scene: &Scene, count: usize) {
    until("the attempts", || {
        let event = scene.run(["events", "show", "last", "--json"]).code(0).record("event");
        event["attempts"].as_array().filter(|attempts| attempts.len() >= count).map(|_| ())
    });
}

fn failed(scene: &Scene) -> Vec<serde_json::Value> {
    scene.run(["events", "list", "--failed", "--json"]).code(0).records()
}

/// Where a replay says that it sends: `#1 URL`, line by line.
fn sent(replayed: &Output) -> Vec<String> {
    let lines = replayed.out();
    let line = |line: &str| {
        let (number, rest) = line.split_once("  ")?;
        let url = rest.split_once("→ ")?.1.split_whitespace().next()?;
        Some(format!("{number} {url}"))
    };
    lines.lines().filter_map(line).collect()
}

#[test]
fn what_failed_at_one_target_is_found_and_goes_to_that_one_alone() {
    let scene = Scene::new();
    let (good, bad) = (late(), Endpoint::statuses(&[503, 200]));
    let (good_url, bad_url) = (good.url("/"), bad.url("/"));
    let listener = scene.listen([&good_url, &bad_url]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    wait_for_attempts(&scene, 2);
    let ended = listener.stop().code(0);
    // Its line says which answered what.
    let name = |url: &str| url.trim_end_matches('/').rsplit_once(':').map(|(_, port)| format!(":{port}")).unwrap();
    assert!(ended.out().contains(&bad_url) && ended.out().contains(&good_url), "{ended}");
    let found = failed(&scene);
    assert_eq!(found.len(), 1);
    // The last attempt of all was acknowledged.
    assert_eq!(
        (&found[0]["last_attempt"]["status"], &found[0]["owed_to"]),
        (&200.into(), &[bad_url.as_str()][..].into())
    );
    assert_eq!(found[0]["last_attempts"].as_array().unwrap().len(), 2);
    let listed = scene.run(["events", "list"]).code(0);
    assert!(listed.out().ends_with("503 Service Unavailable (1 of 2 targets)\n"), "{listed}");
    let shown = scene.run(["events", "show", "1"]).code(0);
    assert!(shown.out().contains(&format!("owed to      {bad_url}: 503 Service Unavailable\n")), "{shown}");
    assert_eq!(sent(&scene.run(["replay", "--failed", "--dry-run"]).code(0)), [format!("#1 {bad_url}")]);
    // Twice, as it was settled before the first: the app that had it gets it neither time.
    let replayed = scene.run(["replay", "--failed", "--times", "2"]).code(0);
    assert_eq!(sent(&replayed), [format!("#1 {bad_url}"), format!("#1 {bad_url}")]);
    assert_eq!((good.received().len(), bad.received().len()), (1, 3));
    assert!(failed(&scene).is_empty());
    // On one line, the two are told from each other.
    let listener = scene.listen([&good_url, &bad_url, "--body", "none"]);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    listener.wait_for(&format!("→ {} 200", name(&good_url)));
    let ended = listener.stop().code(0);
    assert!(ended.out().contains(&format!("→ {} 200", name(&bad_url))), "{ended}");
}

#[test]
fn what_is_sent_again_goes_to_every_target_and_says_so() {
    let scene = Scene::new();
    let [one, two, other] = [Endpoint::good(), Endpoint::good(), Endpoint::good()];
    let (one_url, two_url, other_url) = (one.url("/"), two.url("/"), other.url("/"));
    let listener = scene.listen([&one_url, &two_url]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    wait_for_attempts(&scene, 2);
    listener.stop().code(0);
    for which in ["1", "last"] {
        let replayed = scene.run(["replay", which]).code(0);
        let mut all = sent(&replayed);
        all.sort();
        let mut wanted = [format!("#1 {one_url}"), format!("#1 {two_url}")];
        wanted.sort();
        assert_eq!(all, wanted, "{replayed}");
        let told = replayed.err();
        assert!(told.contains("Replayed 2 of 2 in ") && told.contains(&format!("1 to {one_url}")), "{replayed}");
    }
    let replayed = scene.run(["replay", "1", "--to", &other_url]).code(0);
    assert_eq!(sent(&replayed), [format!("#1 {other_url}")]);
    assert!(replayed.err().ends_with(": 1 acknowledged.\n"), "{replayed}");
    // An exception remains one.
    assert_eq!(sent(&scene.run(["replay", "1", "--dry-run"]).code(0)).len(), 2);
    assert_eq!([&one, &two, &other].map(|app| app.received().len()), [3, 3, 1]);
}

#[test]
fn what_a_listener_left_is_owed_to_the_target_that_waited() {
    for ends_by in ["Ctrl-C", "KILL"] {
        let scene = Scene::new();
        let (good, slow) = (Endpoint::good(), Endpoint::new([Answer::Hang, Answer::Status(200)]));
        let (good_url, slow_url) = (good.url("/"), slow.url("/"));
        let ready = scene.folder().join("ready");
        let line = ["listen", &slow_url, &good_url, "--port", "0", "--forward-timeout", "0", "--ready-file", "ready"];
        let mut listener = scene.process(line).start();
        let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
        for body in [CREATED, MOVED, DELETED] {
            deliver(&scene, record["url"].as_str().unwrap(), body, &[]).code(0);
        }
        good.wait_for(3);
        slow.wait_for(1);
        wait_for_attempts(&scene, 1);
        let pid = listener.id();
        listener.signal(if ends_by == "KILL" { "KILL" } else { "INT" });
        let ended = listener.finish();
        if ends_by == "Ctrl-C" {
            assert!(ended.err().contains("Forwarding: 3 forwarded, 3 not forwarded in time.\n"), "{ended}");
            assert!(ended.err().contains("Send these with: referralloop replay --failed\n"), "{ended}");
        } else {
            // As though it had been killed before it noted that the other app had answered.
            let notes = scene.store().with_file_name(format!("events.db.listeners/{}.waiting", pid));
            let left = std::fs::read_to_string(&notes).unwrap();
            std::fs::write(&notes, format!("{left}+ 1 {good_url}\n")).unwrap();
            // Whoever sends one again by its number sends it to all, that to which it never got among them.
            let both = sent(&scene.run(["replay", "3", "--dry-run"]).code(0));
            assert!(both.len() == 2 && both.contains(&format!("#3 {slow_url}")), "{both:?}");
        }
        assert_eq!(failed(&scene).len(), 3, "{ends_by}");
        let replayed = scene.run(["replay", "--failed"]).code(0);
        assert_eq!(sent(&replayed), [1, 2, 3].map(|number| format!("#{number} {slow_url}")), "{replayed}");
        assert_eq!((good.received().len(), slow.received().len()), (3, 4), "{ends_by}");
        assert!(failed(&scene).is_empty(), "{ends_by}");
    }
}

#[test]
fn the_hint_says_what_else_it_sends() {
    let scene = Scene::new();
    let bad = Endpoint::statuses(&[500]);
    let listener = scene.listen([bad.url("/")]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    wait_for_attempts(&scene, 1);
    listener.stop().code(0);
    let (slow, other) = (Endpoint::new([Answer::Hang]), Endpoint::new([Answer::Hang]));
    let listener = scene.listen([&slow.url("/"), &other.url("/"), "--forward-timeout", "0"]);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    slow.wait_for(1);
    other.wait_for(1);
    let ended = listener.stop().code(0);
    assert!(ended.err().contains("Forwarding: 2 not forwarded in time.\n"), "{ended}");
    let hint = "Send these, and 1 other event that failed, with: referralloop replay --failed\n";
    assert!(ended.err().contains(hint), "{ended}");
    assert_eq!(sent(&scene.run(["replay", "--failed", "--dry-run"]).code(0)).len(), 3);
}

#[test]
fn one_target_is_told_as_ever() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[503, 200]);
    let listener = scene.listen([&app.url("/"), "--body", "none"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    wait_for_attempts(&scene, 1);
    let ended = listener.stop().code(0);
    assert!(ended.out().contains("→ 503 "), "{ended}");
    let found = failed(&scene);
    assert!(found.len() == 1 && found[0].get("last_attempts").is_none() && found[0].get("owed_to").is_none());
    let listed = scene.run(["events", "list"]).code(0);
    assert!(listed.out().ends_with("  503 Service Unavailable\n"), "{listed}");
    assert!(!scene.run(["events", "show", "1"]).code(0).out().contains("owed to"));
    assert!(scene.run(["replay", "--failed"]).code(0).err().ends_with(": 1 acknowledged; 1 different from before.\n"));
    assert!(failed(&scene).is_empty());
}

#[test]
fn what_waits_is_counted_again_after_a_restart() {
    let scene = Scene::new();
    let (good, bad) = (Endpoint::good(), Endpoint::statuses(&[500]));
    let (good_url, bad_url) = (good.url("/"), bad.url("/"));
    let line = [&good_url, &bad_url, "--forward-retry", "--body", "none"];
    let listener = scene.listen(line);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.running().stderr.wait_for("attempt 2 in ");
    for body in [MOVED, DELETED] {
        deliver(&scene, &listener.url, body, &[]).code(0);
    }
    good.wait_for(3);
    wait_for_attempts(&scene, 1);
    let ended = listener.stop().code(0);
    assert!(ended.err().contains("3 waiting for the next start"), "{ended}");
    // The one target gets it, the other one keeps it back.
    let name = bad_url.trim_end_matches('/').rsplit_once(':').unwrap().1;
    assert!(ended.out().contains(" 200 ") && ended.out().contains(&format!("→ :{name} waits behind #1")), "{ended}");
    assert!(ended.err().contains(&format!(":{name} attempt 2 in ")), "{ended}");
    let again = scene.listen(line);
    again.running().stderr.wait_for("attempt 2 in ");
    let ended = again.stop().code(0);
    assert!(ended.err().contains("Forwarding: 3 waiting for the next start.\n"), "{ended}");
}

/// An event that went to a listener alone is owed to no app, and does not hold up those that are.
#[test]
fn what_no_app_is_owed_is_left_out_of_what_failed() {
    let scene = Scene::new();
    let listener = scene.listen(["--respond", "500"]);
    scene.run(["trigger", "created", "--no-retry", "--to", &listener.url]).code(1);
    listener.stop().code(0);
    let alone = scene.run(["replay", "--failed"]).code(2);
    assert!(alone.err().contains("was never sent to an app"), "{alone}");
    let bad = Endpoint::statuses(&[500, 200]);
    let url = bad.url("/");
    let listener = scene.listen([&url]);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    wait_for_attempts(&scene, 1);
    listener.stop().code(0);
    let replayed = scene.run(["replay", "--failed"]).code(0);
    assert_eq!(sent(&replayed), [format!("#2 {url}")]);
    assert!(replayed.err().contains("1 event was never sent to an app: left out (#1)"), "{replayed}");
}

/// A mistyped address would be owed its events for ever.
#[test]
fn what_went_to_a_wrong_address_is_settled_by_sending_it_elsewhere() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let listener = scene.listen([Endpoint::nowhere()]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.stop().code(0);
    let failed = scene.run(["replay", "--failed"]).code(1);
    assert!(failed.err().contains("--to sends it there, and it counts as failed no more"), "{failed}");
    let sent = scene.run(["replay", "--failed", "--to", &app.url("/")]).code(0);
    assert!(!sent.err().contains("--to"), "{sent}");
    let left = scene.run(["events", "list", "--failed"]).code(0);
    assert!(left.err().contains("no event matches"), "{left}");
}
