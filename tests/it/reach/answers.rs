//! The hosted API as it may really be: odd rows, ids that are numbers, wrappers, compression, and what a call of which
//! nobody knows the outcome leaves behind.

use crate::support::{Answer, Api, KEY, Output, Scene, WAITLIST};
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};

pub(super) fn run(scene: &Scene, api: &Api, line: &[&str]) -> Output {
    let known = scene.with(line.iter().copied()).env("REFERRALLOOP_API_URL", api.url());
    known.env("REFERRALLOOP_API_KEY", KEY).columns(200).output()
}

fn answered(call: &str, status: u16, body: &str) -> (Scene, Api) {
    let api = Api::new();
    api.refuse(call, status, body);
    (Scene::new(), api)
}

const LIST: [&str; 4] = ["signups", "list", "-w", WAITLIST];

const SUBSCRIBE: [&str; 4] = ["subscribe", "created", "--url", "https://app.example.com/hook"];

#[test]
fn one_odd_row_does_not_take_the_others_away() {
    let rows = json!({ "signups": [
        { "id": "a", "email": "a@example.com" }, { "id": null, "email": "b@example.com" }, 7, null,
        { "id": 12, "email": "c@example.com", "shoe": [1] },
    ] });
    let (scene, api) = answered("GET", 200, &rows.to_string());
    let ended = run(&scene, &api, &LIST).code(0);
    assert!(ended.out().contains("a@example.com") && ended.out().contains("c@example.com"), "{ended}");
    assert!(ended.err().contains("3 rows of the answer to GET /api/v1/waitlists/"), "{ended}");
    api.refuse("GET", 200, &rows.to_string());
    let line = [&LIST[..], &["--json"]].concat();
    let ids: Vec<_> = run(&scene, &api, &line).code(0).records().iter().map(|record| record["id"].clone()).collect();
    assert_eq!(ids, ["a", "12"]);
}

#[test]
fn an_id_may_be_a_number_all_the_way() {
    let (scene, api) = answered("POST", 201, r#"{"subscription":{"id":42,"event_type":"signup.created"}}"#);
    run(&scene, &api, &SUBSCRIBE).code(0);
    let listed = run(&scene, &api, &["subscriptions", "--json"]).code(0).record("subscription");
    assert_eq!((&listed["id"], &listed["standing"]), (&json!("42"), &json!("active")));
    api.refuse("DELETE /api/v1/webhooks/unsubscribe/42", 200, "{}");
    run(&scene, &api, &["unsubscribe", "42"]).code(0);
}

#[test]
fn an_answer_that_is_not_understood_is_kept_and_shown() {
    let (scene, api) = answered("POST", 201, r#"{"ok":true,"ref":"sub_hidden_in_here"}"#);
    let ended = run(&scene, &api, &SUBSCRIBE).code(4);
    assert!(ended.err().contains(r#"it was: {"ok":true,"ref":"sub_hidden_in_here"}"#), "{ended}");
    assert!(!ended.err().contains("refused") && !ended.err().contains("not accepted"), "{ended}");
    let listed = run(&scene, &api, &["subscriptions"]).code(0);
    assert!(listed.err().contains("sub_hidden_in_here"), "{listed}");
    let record = run(&scene, &api, &["subscriptions", "--json"]).code(0).record("subscription");
    assert_eq!(
        (&record["standing"], &record["answer"]),
        (&json!("unknown"), &json!(r#"{"ok":true,"ref":"sub_hidden_in_here"}"#))
    );
}

/// Compressed by a program of another make.
pub(super) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut child = Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(plain).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn gzip_is_read_within_the_limit() {
    let (scene, api) = (Scene::new(), Api::new());
    let body = gzip(br#"{"waitlists":[{"id":"w1","name":"Zipped"}]}"#);
    api.instead("GET", Answer::Full(200, vec!["Content-Encoding: gzip".into()], body));
    assert!(run(&scene, &api, &["waitlists"]).code(0).out().contains("Zipped"));
    let bomb = gzip(format!("[{}]", " ".repeat(3 << 20)).as_bytes());
    api.instead("GET", Answer::Full(200, vec!["Content-Encoding: gzip".into()], bomb));
    let ended = run(&scene, &api, &["waitlists"]).code(4);
    assert!(ended.err().contains("is larger than 1.0 MiB"), "{ended}");
    let refusal = gzip(br#"{"error":"Invalid API key"}"#);
    api.instead("GET", Answer::Full(401, vec!["Content-Encoding: gzip".into()], refusal));
    assert!(run(&scene, &api, &["waitlists"]).code(3).err().contains("Invalid API key"));
}

#[test]
fn what_is_not_active_is_called_so() {
    let body = r#"{"subscription":{"id":"sub_1","is_active":false}}"#;
    let (scene, api) = answered("POST", 201, body);
    let made = run(&scene, &api, &SUBSCRIBE).code(0);
    assert!(made.out().contains("(inactive)") && made.err().contains("not active"), "{made}");
    let listed = run(&scene, &api, &["subscriptions"]).code(0);
    assert!(listed.out().contains("inactive at the service"), "{listed}");
    let record = run(&scene, &api, &["subscriptions", "--json"]).code(0).record("subscription");
    assert_eq!(record["inactive"], true);
    let doctor = run(&scene, &api, &["doctor"]);
    assert!(doctor.out().contains("1 that the service called inactive"), "{doctor}");
}

#[test]
fn a_reset_that_is_past_is_said_so() {
    let body = r#"{"error":"Rate limit exceeded","limit":"1000","reset_at":"2024-01-15T11:00:00Z"}"#;
    let (scene, api) = answered("GET", 429, body);
    let ended = run(&scene, &api, &["waitlists"]).code(4);
    assert!(ended.err().contains("since 2024-01-15 11:00:00: try again now"), "{ended}");
    assert!(ended.err().contains("1,000 calls an hour") && !ended.err().contains("(in 0"), "{ended}");
}

#[test]
fn what_the_service_cannot_reach_is_not_subscribed() {
    let scene = Scene::new();
    for (url, words) in [
        ("https://10.1.2.3/hook", "10.1.2.3 is known only in its own network"),
        ("https://192.168.0.9/hook", "192.168.0.9 is known"),
        ("https://app.internal/hook", "app.internal is known"),
        ("https://localhost/hook", "is this machine"),
        ("https://[::1]/hook", "is this machine"),
    ] {
        let line = ["subscribe", "created", "--url", url, "--api-url", "https://api.example.invalid/api/v1"];
        let ended = scene.with(line).env("REFERRALLOOP_API_KEY", KEY).output().code(2);
        assert!(ended.err().contains(words), "{ended}");
    }
}

#[test]
fn hints_repeat_the_options_that_were_given() {
    let scene = Scene::new();
    let line = ["events", "show", "99", "--store", "other.db", "--profile", "two"];
    let ended = scene.run(line).code(2);
    assert!(ended.err().contains("hint: referralloop --profile two --store other.db events list"), "{ended}");
    let record = scene.run(line.iter().chain(&["--json"])).code(2).record("error");
    assert!(record["hints"][0].as_str().unwrap().contains("--store other.db"), "{record}");
}

#[test]
fn a_key_is_not_called_refused_where_nobody_refused_it() {
    for (status, body, accepted, code) in [
        (200, "<html>", Some(true), 4),
        (200, r#"{"message":"hello"}"#, Some(true), 4),
        (401, "{}", Some(false), 3),
        (403, "{}", Some(false), 3),
        (404, "{}", None, 4),
        (429, "{}", None, 4),
    ] {
        let (scene, api) = answered("GET", status, body);
        let ended = run(&scene, &api, &["whoami", "--json"]).code(code);
        let said = ended.record("whoami")["accepted"].as_bool();
        assert_eq!(said, accepted, "{status} {body}");
    }
}
