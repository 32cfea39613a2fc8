//! The first thing a new user does: no account, no network, no configuration.

use super::{CREATED, steady};
use crate::support::{Endpoint, Listener, Scene, wall};

const BLOCK: &str = r#"              │ {
              │   "event_type": "signup.created",
              │   "waitlist_id": "123e4567-e89b-12d3-a456-426614174000",
              │   "data": {
              │     "id": "789e0123-e89b-12d3-a456-426614174000",
              │     "email": "user@example.com",
              │     "name": "John Doe",
              │     "position": 1,
              │     "referral_code": "ABC123",
              │     "created_at": "2024-01-15T10:00:00Z"
              │   },
              │   "timestamp": "2024-01-15T10:00:00Z"
              │ }
"#;

#[test]
fn signed_verified_stored_and_shown() {
    let scene = Scene::new();
    scene.write("body.json", CREATED);
    let clock = || wall("2024-01-15T10:00:01.123Z");
    let listener = Listener::start(&scene, ["--until", "1"], |run| run.clock(clock()));
    let url = listener.url.clone();

    let sent = scene.with(["trigger", "--data", "@body.json"]).clock(clock()).output();
    assert_eq!(sent.code, Some(0), "{sent}");
    assert_eq!(
        steady(&sent.out()),
        format!(
            "signup.created  user@example.com  position 1   → {url}\n  attempt 1/1  +0:00      200 OK   N ms\ndelivered\n"
        )
    );
    assert_eq!(sent.err(), "");

    let ready_file = listener.ready_file.clone();
    let ended = listener.finish();
    let arrival =
        "10:00:01.123  #1  signup.created           ✔ verified   user@example.com  position 1           291 B\n";
    ended.is(
        0,
        &format!("{arrival}{BLOCK}"),
        &format!(
            "Listening on {}   secret: development (profile default)\nReady. Ctrl-C stops.\nReceived: 1 verified.\n",
            url.trim_end_matches('/')
        ),
    );
    assert!(!ready_file.exists(), "the ready file is removed at the end");

    let list = scene.with(["events", "list"]).terminal(120).env("NO_COLOR", "1").output().code(0);
    assert_eq!(
        list.out(),
        "#   WHEN                 EVENT    SIGNUP            POS  STATE     TIMES  LAST DELIVERY\n\
         #1  2024-01-15 10:00:01  created  user@example.com    1  verified      1\n",
        "the 200 is the listener's own"
    );
    assert_eq!(list.err(), "");
    assert_eq!(scene.run(["events", "show", "1", "--raw"]).out(), CREATED);
    scene
        .run(["verify", "--event", "1"])
        .says("✔ valid: signed with this secret (development (profile default)), 291 bytes\n");
}

#[test]
fn each_event_by_its_short_name() {
    let scene = Scene::new();
    let listener = scene.listen(["--until", "3", "--json"]);
    for name in ["created", "position_changed", "deleted"] {
        let sent = scene.run(["trigger", name, "--json"]).code(0);
        assert_eq!(sent.err(), "");
        assert_eq!(sent.record("sending")["event_type"], format!("signup.{name}"));
        assert_eq!(sent.record("delivered")["attempts"], 1);
    }
    let ended = listener.finish().code(0);
    let arrivals: Vec<_> = ended.records().into_iter().filter(|record| record["type"] == "arrival").collect();
    assert_eq!(arrivals.len(), 3);
    for arrival in arrivals {
        assert_eq!(arrival["verification"], "valid");
        assert_eq!(arrival["drift"], serde_json::json!([]), "{arrival}");
        assert_eq!(arrival["answer"], 200);
    }
}

#[test]
fn the_real_binary_does_the_same() {
    let scene = Scene::new();
    let ready = scene.folder().join("ready.json");
    let mut listener = scene.process(["listen", "--port", "0", "--ready-file", "ready.json", "--until", "1"]).start();
    let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
    assert_eq!(record["pid"], listener.id());
    let sent = scene.process(["trigger", "created"]).output().code(0);
    assert!(sent.out().ends_with("delivered\n") && sent.err().is_empty(), "{sent}");
    let ended = listener.finish().code(0);
    assert!(ended.out().contains("  #1  signup.created  "), "{ended}");
    assert!(ended.err().ends_with("Ready. Ctrl-C stops.\nReceived: 1 verified.\n"), "{ended}");
    assert!(!ready.exists());
}

/// Each profile has a secret of its own; a 401 that the listener was told to answer is none for a signature.
#[test]
fn who_refused_is_named_where_it_is_a_listener_of_another_profile() {
    let scene = Scene::new();
    let listener = scene.listen([""; 0]);
    let other = ["trigger", "created", "--to", &listener.url, "--profile", "work", "--no-retry"];
    let sent = scene.with(other).columns(2000).output().code(1);
    let words = "hint: profile default listens there, and it has another secret than profile work; with that one: --profile default";
    assert!(sent.err().contains(words), "{sent}");
    listener.stop().code(0);
    let listener = scene.listen(["--respond", "401"]);
    let other = ["trigger", "created", "--to", &listener.url, "--no-retry"];
    scene.run(other).code(1).err().is_empty().then_some(()).unwrap();
    listener.stop().code(0);
}

#[test]
fn a_wrong_secret_is_refused_with_401_and_exit_1() {
    let scene = Scene::new();
    scene.write("other.txt", "another secret\n");
    let listener = scene.listen([""; 0]);
    let wrong = ["trigger", "created", "--secret-file", "other.txt", "--no-retry"];
    let sent = scene.with(wrong).columns(2000).output().code(1);
    let lines: Vec<String> = steady(&sent.out()).lines().map(str::to_owned).collect();
    assert_eq!(
        lines[1..],
        [
            r#"  attempt 1/1  +0:00      401 Unauthorized   N ms   "{"error":"invalid signature"}""#,
            "not delivered",
            "  hint: the endpoint refused it: does it verify with the same secret, over the raw bytes?",
        ]
    );
    let own = "hint: the listener of this profile refused it, so its secret is another one; why: referralloop verify \
        --event r1\n";
    assert_eq!(sent.err(), own);
    listener.wait_for("✘ invalid");
    let led = scene.run(["verify", "--event", "1"]).code(2);
    let words = "error: event #1 was sent from here, and the listener refused it as !1\n  hint: referralloop verify --event r1\n";
    assert_eq!(led.err(), words);
    let ended = listener.stop().code(0);
    let out = ended.out();
    assert!(out.contains("!1  signup.created ") && out.contains("✘ invalid"), "{ended}");
    assert!(out.trim_end().ends_with("401"), "{ended}");
    assert_eq!(out.lines().count(), 1, "a refused body is not shown: {ended}");
    assert!(ended.err().ends_with("Received: 1 refused for their signature.\n"), "{ended}");
    // Not among the events, and kept for looking at.
    scene.run(["events", "list"]).is(0, "", "note: nothing received matches; --all lists what was sent, too\n");
    let none = scene.run(["replay", "--events", "created", "--to", "1"]).code(0);
    assert!(none.err().contains("nothing received matches, so nothing was sent; --all takes"), "{none}");
    let kept = scene.run(["verify", "--event", "!1", "--secret-file", "other.txt"]).code(0);
    assert!(kept.out().starts_with("✔ valid: signed with this secret (other.txt)"), "{kept}");
}

#[test]
fn what_arrives_without_a_signature_is_neither_valid_nor_invalid() {
    let scene = Scene::new();
    let listener = scene.listen([""; 0]);
    scene.run(["trigger", "created", "--unsigned"]).code(0);
    listener.wait_for("○ unsigned");
    assert!(listener.stop().err().ends_with("Received: 1 unsigned.\n"));
    let verified = scene.run(["verify", "--event", "1"]).code(1);
    assert!(verified.out().starts_with("○ unsigned:"), "{verified}");
}

#[test]
fn old_and_new_secret_both_verify_while_rotating() {
    let scene = Scene::new();
    for name in ["old.txt", "new.txt", "other.txt"] {
        scene.write(name, format!("the secret of {name}\r\n"));
    }
    let listener = scene.listen(["--secret-file", "new.txt", "--secret-file", "old.txt"]);
    for (name, code) in [("new.txt", 0), ("old.txt", 0), ("other.txt", 1)] {
        scene.run(["trigger", "created", "--secret-file", name]).code(code);
    }
    let ended = listener.stop().code(0);
    assert!(ended.err().ends_with("Received: 2 verified, 1 refused for their signature.\n"), "{ended}");
}

#[test]
fn trigger_finds_the_newest_running_listener() {
    let scene = Scene::new();
    let first = scene.listen(["--json"]);
    let second = scene.listen(["--json"]);
    assert_eq!(scene.run(["trigger", "created", "--json"]).record("delivered")["url"], second.url);
    second.stop().code(0);
    assert_eq!(scene.run(["trigger", "created", "--json"]).record("delivered")["url"], first.url);
    first.stop().code(0);
    // Nobody is left: the default is tried, which on this machine may be anything.
    let dry = scene.run(["trigger", "created", "--dry-run", "--json"]).code(0);
    assert_eq!(dry.record("request")["url"], "http://127.0.0.1:4242/");
}

#[test]
fn a_seed_makes_everything_reproducible() {
    let (one, other) = (Scene::new(), Scene::new());
    let request = |scene: &Scene, seed: &str| {
        scene.write("s.txt", "secret");
        let line = ["trigger", "created", "--to", "1/x", "--dry-run", "--secret-file", "s.txt", "--seed", seed];
        scene.run(line).code(0).out()
    };
    assert_eq!(request(&one, "7"), request(&other, "7"));
    assert_ne!(request(&one, "7"), request(&one, "8"));
}

#[test]
fn what_is_sent_is_what_the_service_sends() {
    let scene = Scene::new();
    scene.write("s.txt", "It's a Secret to Everybody");
    let endpoint = Endpoint::good();
    let line = ["trigger", "--data", "Hello, World!", "--secret-file", "s.txt", "-H", "X-Extra: a, b", "--to"];
    scene.run(line.into_iter().chain([endpoint.url("/hook?x=1").as_str()])).code(0);
    let received = &endpoint.received()[0];
    assert!(received.head.starts_with("POST /hook?x=1 HTTP/1.1\r\n"), "{}", received.head);
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(
        received.header("user-agent"),
        Some(concat!("referralloop-cli/", env!("CARGO_PKG_VERSION"), " (fabricated)"))
    );
    assert_eq!(received.header("x-extra"), Some("a, b"));
    // The vector of GitHub's documentation.
    assert_eq!(
        received.header("x-webhook-signature"),
        Some("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    );
    assert_eq!(received.body, b"Hello, World!");
}

#[test]
fn a_body_that_may_not_be_meant_is_sent_and_said() {
    let scene = Scene::new();
    let endpoint = Endpoint::good();
    let url = endpoint.url("/");
    let not_json =
        "note: the body that --data gives is not JSON; it is sent as it is (a file needs an @: --data @FILE)\n";
    let ignored = "note: 'signup.created' is ignored: --data gives the whole body, and that is sent as it is\n";
    scene.write("ok.json", "{}");
    for (event, data, told) in [
        (None, "nofile.json", not_json.to_owned()),
        (None, "", not_json.to_owned()),
        (Some("created"), "{", format!("{not_json}{ignored}")),
        (Some("created"), "@ok.json", ignored.to_owned()),
        (Some("created"), CREATED, String::new()),
        (None, CREATED, String::new()),
    ] {
        let line = ["trigger", "--dry-run", "--data", data, "--to", &url].into_iter().chain(event);
        let sent = scene.run(line).code(0);
        let body = if data.starts_with('@') { "{}" } else { data };
        assert!(sent.out().ends_with(&format!("\r\n\r\n{body}")), "{sent}");
        assert_eq!(sent.err(), told);
    }
    let many = scene.run(["load", "all", "--data", "{", "--count", "1", "--to", &url]).code(0);
    assert_eq!(many.err(), not_json.to_owned() + &ignored.replace("signup.created", "all"));
}

#[test]
fn a_body_may_pass_through_the_editor() {
    let scene = Scene::new();
    let endpoint = Endpoint::good();
    let url = endpoint.url("/");
    let line = ["trigger", "--data", CREATED, "--edit", "--no-retry", "--to", &url];
    let edit = |editor: &str| scene.with(line).terminal(100).env("EDITOR", editor).env("NO_COLOR", "1").output();
    let sent = edit("sed -i s/John/Jane/");
    assert_eq!((sent.code, sent.err().as_str()), (Some(0), ""), "{sent}");
    let received = endpoint.received();
    let value = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap();
    assert_eq!(value(&received[0].body), value(CREATED.replace("John", "Jane").as_bytes()));
    let signature = received[0].header("x-webhook-signature").unwrap();
    scene.write("body", &received[0].body);
    scene.run(["verify", "--signature", signature, "body"]).code(0);
    let refused = edit("false");
    assert_eq!((refused.code, refused.out().as_str()), (Some(2), ""), "{refused}");
    assert!(refused.err().starts_with("error: the editor 'false' ended with"), "{refused}");
    let blind = scene.run(line);
    assert_eq!((blind.code, blind.out().as_str()), (Some(2), ""), "{blind}");
    assert_eq!(endpoint.received().len(), 1, "nothing was sent by the other two");
    let slip = edit("sed -i s/,$//");
    assert!(
        slip.err().starts_with("note: the edited body is not JSON: line 3, column 3: expected `,` or `}`; it is sent"),
        "{slip}"
    );
    let again =
        scene.with(["replay", "1", "--edit", "--to", &url]).terminal(100).env("EDITOR", "sed -i s/,$//").output();
    assert!(again.err().contains("the edited body is not JSON: line 3, column 3: "), "{again}");
}
