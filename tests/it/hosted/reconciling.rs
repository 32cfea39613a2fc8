//! reconcile and doctor.

use super::{run, with};
use crate::support::{Answer, Api, Endpoint, SIGNUP, Scene, WAITLIST, post, until};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener};

/// Delivers what the service would, to a listener.
fn deliver(url: &str, kind: &str, data: Value) {
    let body =
        json!({ "event_type": kind, "waitlist_id": WAITLIST, "data": data, "timestamp": "2024-01-15T10:00:00Z" });
    let answer = post(url, &body.to_string());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn first(position: i64) -> Value {
    json!({ "id": SIGNUP, "email": "first@example.com", "name": "First", "position": position,
            "referral_code": "ABC123", "created_at": "2024-01-15T10:00:00Z" })
}

#[test]
fn what_was_fabricated_here_or_elsewhere_is_no_sign_up() {
    let (scene, api) = (Scene::new(), Api::new());
    let listener = scene.listen(["-q"]);
    deliver(&listener.url, "signup.created", first(1));
    let to = ["--to", &listener.url, "--waitlist", WAITLIST];
    for line in [
        &["trigger", "created"][..],
        // Of this, the listener's store knows nothing but what came in.
        &["trigger", "created", "--store", "other.db"],
        &["load", "created", "--count", "3"],
        &["rehearse", "--chaos", "duplicate=0.5", "--count", "3", "--store", "other.db"],
    ] {
        scene.run(line.iter().chain(&to).copied()).code(0);
    }
    listener.stop().code(0);
    let compared = run(&scene, &api, ["reconcile", "-w", WAITLIST]);
    compared.is(0, "", "note: Nothing was missed: 1 sign-up compared.\n");
}

#[test]
fn what_was_missed_is_found_delivered_and_then_not_missed_any_more() {
    let (scene, api) = (Scene::new(), Api::new());
    let listener = scene.listen(["-q"]);
    deliver(&listener.url, "signup.created", first(1));
    let gone = json!({ "id": "gone", "email": "gone@example.com", "name": "G", "position": 2, "referral_code": "GONE12",
                       "created_at": "2024-01-15T10:00:00Z" });
    deliver(&listener.url, "signup.created", gone);
    listener.stop().code(0);
    // What was fabricated here is no word of the service's.
    let other = scene.listen(["-q"]);
    scene.run(["trigger", "created", "--to", &other.url, "--waitlist", WAITLIST]).code(0);
    other.stop().code(0);
    run(&scene, &api, ["signups", "create", "-w", WAITLIST, "--email", "late@example.com"]).code(0);
    api.change(|signups| signups[0]["position"] = 3.into());

    let missed = run(&scene, &api, ["reconcile", "-w", WAITLIST, "--json"]).code(1);
    let told: Vec<(Value, Value)> = missed
        .records()
        .into_iter()
        .filter(|record| record["type"] == "missed")
        .map(|record| (record["event_type"].clone(), record["signup_id"].clone()))
        .collect();
    let expected = [("signup.created", "made-1"), ("signup.position_changed", SIGNUP), ("signup.deleted", "gone")];
    assert_eq!(told, expected.map(|(kind, id)| (kind.into(), id.into())));
    let summary = missed.record("summary");
    assert_eq!((&summary["signups"], &summary["missed"]), (&2.into(), &3.into()));
    let table = run(&scene, &api, ["reconcile", "-w", WAITLIST]).code(1);
    assert!(table.out().contains("signup.position_changed  first@example.com  1 → 3 (down 2)"), "{table}");
    assert!(table.err().contains("Missed 3 (1 created, 1 moved, 1 deleted); 2 sign-ups compared."), "{table}");
    assert!(!table.err().contains("has ever arrived"), "{table}");

    let handler = Endpoint::good();
    let failing = Endpoint::statuses(&[500]);
    let unmended = run(&scene, &api, ["reconcile", "-w", WAITLIST, "--deliver", "--to", &failing.url("/h")]).code(1);
    assert!(unmended.err().contains("Delivered: 0 acknowledged, 3 not."), "{unmended}");
    let mended = run(&scene, &api, ["reconcile", "-w", WAITLIST, "--deliver", "--to", &handler.url("/h"), "--json"]);
    assert_eq!(mended.code(0).record("summary")["acknowledged"], 3);
    let bodies: Vec<Value> = handler.received().iter().map(|got| serde_json::from_slice(&got.body).unwrap()).collect();
    assert_eq!(bodies[0]["data"]["email"], "late@example.com");
    assert_eq!((&bodies[1]["data"]["old_position"], &bodies[1]["data"]["new_position"]), (&1.into(), &3.into()));
    assert_eq!(
        bodies[2],
        json!({ "event_type": "signup.deleted", "waitlist_id": WAITLIST,
        "data": { "id": "gone", "email": "gone@example.com" }, "timestamp": bodies[2]["timestamp"] })
    );
    assert!(handler.received().iter().all(|got| got.header("x-webhook-signature").is_some()));
    let clean = run(&scene, &api, ["reconcile", "-w", WAITLIST]);
    clean.is(0, "", "note: Nothing was missed: 2 sign-ups compared.\n");
}

#[test]
fn the_running_listener_gets_it_unless_told_otherwise() {
    let (scene, api) = (Scene::new(), Api::new());
    let listener = scene.listen(["-q"]);
    // A store that has heard of nothing says so, and what delivering means then.
    let (strange, again) =
        ("nothing of this waitlist has ever arrived in this store", "the same events in other bytes");
    let told = run(&scene, &api, ["reconcile", "-w", WAITLIST]).code(1);
    assert!(told.err().contains(strange) && !told.err().contains(again), "{told}");
    let told = run(&scene, &api, ["reconcile", "-w", WAITLIST, "--deliver"]).code(0);
    assert!(told.err().contains(strange) && told.err().contains(again), "{told}");
    until("its arrival", || (scene.run(["events", "list", "--json"]).records().len() == 1).then_some(()));
    listener.stop().code(0);
    run(&scene, &api, ["reconcile", "-w", WAITLIST]).code(0);
}

#[test]
fn sign_ups_from_before_are_taken_as_known_on_request() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["reconcile", "-w", WAITLIST, "--since", "2h"]).code(0);
    run(&scene, &api, ["reconcile", "-w", WAITLIST, "--since", "2024-01-01T00:00:00Z"]).code(1);
}

#[test]
fn many_to_another_machine_are_asked_about() {
    let (scene, api) = (Scene::new(), Api::new());
    api.change(|signups| {
        for number in 0..21 {
            signups.push(json!({ "id": format!("s{number}"), "email": "a@x.io", "position": number }));
        }
    });
    let line = ["reconcile", "-w", WAITLIST, "--deliver", "--to", "https://app.example.invalid/h"];
    let refused = run(&scene, &api, line).code(2);
    assert!(refused.err().contains("needs confirmation"), "{refused}");
}

fn finding(records: &[Value], id: &str) -> (String, String) {
    let found = records.iter().find(|record| record["id"] == id).unwrap_or_else(|| panic!("{id}: {records:?}"));
    let words = found.get("seen").or(found.get("reason")).unwrap();
    (found["verdict"].as_str().unwrap().into(), words.as_str().unwrap().into())
}

#[test]
fn a_healthy_place_has_no_findings() {
    let (scene, api) = (Scene::new(), Api::new());
    let app = Endpoint::good();
    scene.write("referralloop.toml", "port = 0\n");
    let records = run(&scene, &api, ["doctor", "--app", &app.url("/"), "--json"]).code(0).records();
    for (id, verdict) in [
        ("setup.configuration", "passed"),
        ("setup.private", "skipped"),
        ("setup.secret", "skipped"),
        ("setup.store", "passed"),
        ("setup.subscriptions", "passed"),
        ("setup.port", "passed"),
        ("setup.app", "passed"),
        ("setup.api", "passed"),
        ("setup.limits", "passed"),
        ("setup.clock", "skipped"),
    ] {
        assert_eq!(finding(&records, id).0, verdict, "{id}");
    }
    assert_eq!(records.last().unwrap()["failed"], 0);
    assert!(!scene.store().exists(), "nothing is made");
    assert!(app.received().is_empty(), "the app gets no request");
    let human = scene.with(["doctor"]).columns(200).output().code(0);
    assert!(human.out().contains("○ setup.api") && human.err().ends_with("skipped.\n"), "{human}");
}

#[test]
fn each_fault_is_found_with_what_to_do() {
    let (scene, api) = (Scene::new(), Api::new());
    let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    scene.write("referralloop.toml", format!("port = {}\n", busy.local_addr().unwrap().port()));
    scene.write("config.toml", "webhook_secret = \"short\"\n");
    scene.write(
        "old.db",
        "this is no store at all, and longer than the header of one, so that it can be told from it ....",
    );
    let late = "Date: Mon, 15 Jan 2024 10:00:00 GMT".to_owned();
    let spent = "X-RateLimit-Remaining: 0".to_owned();
    api.instead("GET", Answer::Full(401, vec![late, spent], br#"{"error":"Invalid API key"}"#.to_vec()));
    let nowhere = Endpoint::nowhere();
    let line = ["doctor", "--app", nowhere.as_str(), "--json", "--store", "old.db"];
    let ended = with(&scene, &api, line).env("REFERRALLOOP_CONFIG", "config.toml").output().code(1);
    let records = ended.records();
    for (id, words) in [
        ("setup.private", "has mode 6"),
        ("setup.secret", "shorter than 16 bytes"),
        ("setup.store", "is not a ReferralLoop store"),
        ("setup.port", "is in use by another program"),
        ("setup.app", "nothing is listening at"),
        ("setup.api", "the service refused the test API key from"),
        ("setup.limits", "0 calls left"),
        ("setup.clock", "ahead of the service's"),
    ] {
        let (verdict, seen) = finding(&records, id);
        assert!(verdict == "failed" && seen.contains(words), "{id}: {seen}");
        let record = records.iter().find(|record| record["id"] == id).unwrap();
        assert!(!record["fix"].as_str().unwrap().is_empty(), "{id}");
    }
    scene.write("config.toml", "prot = 1\n");
    let broken = with(&scene, &api, ["doctor"]).env("REFERRALLOOP_CONFIG", "config.toml").output().code(1);
    assert!(
        broken.out().contains("✘ setup.configuration") && broken.out().contains("→ did you mean port?"),
        "{broken}"
    );
}
