//! What a listener answers: as told, as verified, as filtered.

use super::{CREATED, DELETED, MOVED, deliver};
use crate::support::{Endpoint, Output, Scene};
use std::time::{Duration, Instant};

fn statuses(output: &Output) -> Vec<u64> {
    let attempts = output.records().into_iter().filter(|record| record["type"] == "attempt");
    attempts.map(|record| record["status"].as_u64().unwrap_or_default()).collect()
}

#[test]
fn a_failing_endpoint_is_played_for_each_delivery_anew() {
    let scene = Scene::new();
    let listener = scene.listen(["--respond", "500x2,302,204"]);
    for body in [CREATED, DELETED] {
        let sent = deliver(&scene, &listener.url, body, &["--speed", "instant", "--json"]).code(0);
        assert_eq!(statuses(&sent), [500, 500, 302, 204]);
    }
    // The last one repeats.
    let sent = deliver(&scene, &listener.url, CREATED, &["--json"]).code(0);
    assert_eq!(statuses(&sent), [204]);
    let ended = listener.stop().code(0);
    assert!(ended.err().ends_with("Received: 9 verified, 7 of these duplicates.\n"), "{ended}");
    let out = ended.out();
    assert_eq!(out.matches("↻ duplicate").count(), 7, "{ended}");
}

#[test]
fn an_answer_is_held_back_as_long_as_told() {
    let scene = Scene::new();
    let listener = scene.listen(["--respond-delay", "2s"]);
    let began = Instant::now();
    scene.run(["trigger", "created"]).code(0);
    assert!(began.elapsed() >= Duration::from_secs(2));
    let late = scene.run(["trigger", "created", "--timeout", "1s", "--json"]).code(1);
    assert_eq!(late.record("attempt")["outcome"], "timeout");
    listener.stop().code(0);
    let stored = scene.run(["events", "list", "--json"]).records().len();
    assert_eq!(stored, 2, "it was stored, although the sender did not wait for the answer");
}

#[test]
fn unsigned_is_accepted_unless_a_signature_is_required() {
    let scene = Scene::new();
    let listener = scene.listen(["--require-signature", "--json"]);
    let sent = scene.run(["trigger", "created", "--unsigned", "--json"]).code(1);
    let attempt = sent.record("attempt");
    assert_eq!(
        (attempt["status"].as_u64(), attempt["body"].as_str()),
        (Some(401), Some(r#"{"error":"invalid signature"}"#))
    );
    scene.run(["trigger", "created"]).code(0);
    let ended = listener.stop().code(0);
    let arrivals: Vec<_> = ended.records().into_iter().filter(|record| record["type"] == "arrival").collect();
    let refused = arrivals.iter().find(|arrival| arrival["refused"] == 1).unwrap();
    assert_eq!(
        (refused["verification"].as_str(), refused["reason"].as_str()),
        (Some("unsigned"), Some("missing")),
        "{refused}"
    );
    assert!(arrivals.iter().any(|arrival| arrival["verification"] == "valid"));
}

#[test]
fn every_401_has_the_same_body_whatever_is_wrong() {
    let scene = Scene::new();
    let listener = scene.listen(["--require-signature"]);
    let body = "signed, and nothing else";
    let right = scene.with(["sign", "-"]).stdin(body).output().out().trim().to_owned();
    let digits = right.strip_prefix("sha256=").unwrap().to_owned();
    let with_digit = |at: usize| {
        let other = if &digits[at..=at] == "0" { "1" } else { "0" };
        format!("sha256={}{other}{}", &digits[..at], &digits[at + 1..])
    };
    let wrong = [
        String::new(),
        "sha256=".into(),
        format!("sha1={digits}"),
        digits.clone(),
        format!("sha256={}", &digits[1..]),
        // Right but for one digit, at either end and in the middle.
        with_digit(0),
        with_digit(31),
        with_digit(32),
        with_digit(63),
        format!("sha256={}", "z".repeat(64)),
        format!("sha256={}", "0".repeat(64)),
        format!("{right},{right}"),
    ];
    for value in wrong {
        let header = format!("X-Webhook-Signature: {value}");
        let sent = deliver(&scene, &listener.url, body, &["--unsigned", "-H", &header, "--json"]).code(1);
        let attempt = sent.record("attempt");
        assert_eq!(attempt["status"], 401, "{value}");
        assert_eq!(attempt["body"], r#"{"error":"invalid signature"}"#, "{value}");
    }
    let header = format!("X-Webhook-Signature:  {} ", right.to_uppercase().replace("SHA256", "sha256"));
    deliver(&scene, &listener.url, body, &["--unsigned", "-H", &header]).code(0);
    listener.stop().code(0);
}

#[test]
fn one_path_is_served_where_one_is_named() {
    let scene = Scene::new();
    let listener = scene.listen(["--path", "/hook"]);
    assert!(listener.url.ends_with("/hook"));
    scene.run(["trigger", "created"]).code(0);
    let origin = listener.url.strip_suffix("/hook").unwrap();
    for path in ["", "/", "/hook/", "/HOOK", "/hook2"] {
        let sent = scene.run(["trigger", "created", "--json", "--to", &format!("{origin}{path}")]).code(1);
        assert_eq!(sent.record("attempt")["status"], 404, "{path}");
    }
    scene.run(["trigger", "created", "--to", &format!("{origin}/hook?query=1")]).code(0);
    let ended = listener.stop().code(0);
    assert!(ended.err().ends_with("Received: 2 verified, 5 turned away.\n"), "{ended}");
}

#[test]
fn an_automatic_path_cannot_be_guessed() {
    let scene = Scene::new();
    let (one, other) = (scene.listen(["--path", "auto"]), scene.listen(["--path", "auto"]));
    let path = |url: &str| url::Url::parse(url).unwrap().path().to_owned();
    assert_eq!(path(&one.url).len(), 33);
    assert_ne!(path(&one.url), path(&other.url));
    scene.run(["trigger", "created", "--to", &one.url]).code(0);
}

#[test]
fn filters_decide_what_is_shown_and_never_what_is_stored() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let forward = app.url("/");
    let listener = scene.listen(["--events", "created", "--waitlist", "here", "--forward-to", &forward]);
    for (event, waitlist) in [("created", "here"), ("created", "there"), ("deleted", "here")] {
        scene.run(["trigger", event, "--set", &format!("waitlist_id={waitlist}"), "--force"]).code(0);
    }
    app.wait_for(1);
    listener.wait_for("200 OK");
    let ended = listener.stop().code(0);
    assert_eq!((ended.out().matches("✔").count(), app.received().len()), (1, 1), "{ended}");
    assert!(ended.err().contains("Received: 3 verified, 2 not shown (filtered).\n"), "{ended}");
    assert_eq!(scene.run(["events", "list", "--json"]).records().len(), 3);
}

/// A setting is forgotten, and a listener that hides events and keeps them from the app looks broken.
#[test]
fn the_banner_says_what_is_left_out_and_by_what() {
    let scene = Scene::new();
    scene.run(["config", "set", "waitlist", "here"]).code(0);
    let line = ["listen", "--port", "0", "--for", "1ms", "--events", "created", "--where", ".data.position < 9"];
    let ended = scene.run(line).code(0);
    let told = ended.err().split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "shows and forwards only: signup.created (--events), waitlist here (the setting waitlist), \
                 .data.position < 9 (--where)";
    assert!(ended.stdout.is_empty() && told.contains(words), "{ended}");
    scene.run(["config", "unset", "waitlist"]).code(0);
    let ended = scene.run(["listen", "--port", "0", "--for", "1ms", "--events", "all"]).code(0);
    assert!(!ended.err().contains("only"), "{ended}");
}

/// While it runs nothing else says that events come at all.
#[test]
fn the_first_event_that_is_left_out_is_told_once() {
    let app = Endpoint::good();
    let forward = app.url("/");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cases: [(&[&str], _); 2] = [
        (&["--forward-to", &forward], "acknowledged and stored, but neither shown nor forwarded"),
        (&["--where", "true"], "acknowledged and stored, but not shown"),
    ];
    for (more, told) in cases {
        let scene = Scene::new();
        scene.run(["config", "set", "events", "deleted"]).code(0);
        let listener = scene.listen(more);
        for _ in 0..2 {
            scene.run(["trigger", "created"]).code(0);
        }
        let ended = listener.stop().code(0);
        let err = words(&ended.err());
        let note =
            format!("note: an event was {told}, as this listener shows only: signup.deleted (the setting events)");
        assert_eq!(err.matches("an event was").count(), 1, "{ended}");
        assert!(err.contains(&note) && err.contains("See it with: referralloop events list"), "{ended}");
        assert!(ended.stdout.is_empty(), "{ended}");
    }
    let scene = Scene::new();
    let listener = scene.listen(["--json", "--events", "deleted"]);
    scene.run(["trigger", "created"]).code(0);
    let ended = listener.stop().code(0);
    let kinds: Vec<_> = ended.records().iter().map(|record| record["type"].clone()).collect();
    assert_eq!(
        (kinds, ended.err().as_str()),
        (vec!["ready".into(), "summary".into()], ""),
        "records say what they said"
    );
}

#[test]
fn stored_events_are_found_by_what_they_are() {
    let scene = Scene::new();
    let listener = scene.listen([""; 0]);
    for body in [CREATED, MOVED, DELETED] {
        deliver(&scene, &listener.url, body, &[]).code(0);
    }
    scene.run(["trigger", "created", "--unsigned", "--email", "else@example.com"]).code(0);
    scene.run(["trigger", "created", "--to", &Endpoint::nowhere()]).code(1);
    let numbers = |filter: &[&str]| -> Vec<u64> {
        let line = ["events", "list", "--json"].iter().chain(filter);
        scene.run(line.copied()).code(0).records().iter().map(|record| record["event"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&[]), [4, 3, 2, 1]);
    assert_eq!(numbers(&["--all"]), [5, 4, 3, 2, 1]);
    assert_eq!(numbers(&["--events", "created,deleted"]), [4, 3, 1]);
    assert_eq!(numbers(&["--signup", "789e0123-e89b-12d3-a456-426614174000"]), [3, 2, 1]);
    assert_eq!(numbers(&["--email", "else@example.com"]), [4]);
    assert_eq!(numbers(&["--state", "unsigned"]), [4]);
    assert_eq!(numbers(&["--all", "--failed"]), [5]);
    assert_eq!(numbers(&["--limit", "1", "--before", "3"]), [2]);
    assert_eq!(numbers(&["--since", "1h"]).len(), 4);
    assert_eq!(numbers(&["--until-time", "2020-01-01T00:00:00Z"]), [0u64; 0]);
    listener.stop().code(0);
}
