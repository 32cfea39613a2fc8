//! Forwarding to the local app: exact bytes, once, in order, and what is said when the app does not take them.

use super::{CREATED, DELETED, deliver, steady};
use crate::support::{Answer, Endpoint, Scene};

#[test]
fn bytes_and_the_headers_that_belong_to_them_go_on_as_they_came() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let forward = app.url("/webhooks?from=listen");
    let listener = scene.listen(["--forward-to", &forward, "-H", "X-Debug: a, b", "-H", "User-Agent: mine"]);
    let body = "{\"a\": 1.0, \"e\":\"\\u00e9\\/\"}\r\n\n";
    let more = ["-H", "X-Webhook-Extra: kept", "-H", "X-Other: dropped", "-H", "Cookie: dropped=1"];
    deliver(&scene, &listener.url, body, &more).code(0);
    let received = &app.wait_for(1)[0];
    assert!(received.head.starts_with("POST /webhooks?from=listen HTTP/1.1\r\n"), "{}", received.head);
    assert_eq!(received.body, body.as_bytes());
    for (name, value) in [
        ("content-type", Some("application/json")),
        ("user-agent", Some("mine")),
        ("x-webhook-extra", Some("kept")),
        ("x-debug", Some("a, b")),
        ("x-other", None),
        ("cookie", None),
    ] {
        assert_eq!(received.header(name), value, "{name}: {}", received.head);
    }
    let signature = received.header("x-webhook-signature").unwrap();
    scene.write("body", body);
    scene.run(["verify", "--signature", signature, "body"]).code(0);
    listener.wait_for("200 OK");
    let ended = listener.stop().code(0);
    assert!(steady(&ended.out()).ends_with(&format!("→ POST {forward}   200 OK   N ms of 5 s\n")), "{ended}");
    assert!(ended.err().ends_with("Received: 1 verified.\nForwarding: 1 forwarded.\n"), "{ended}");
}

#[test]
fn an_acknowledged_event_is_not_forwarded_again() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[500, 200]);
    let forward = app.url("/");
    let listener = scene.listen(["--forward-to", &forward, "--json"]);
    for round in 1..=2 {
        // The first forward fails, so the same bytes are forwarded again; the second one was acknowledged.
        deliver(&scene, &listener.url, CREATED, &[]).code(0);
        app.wait_for(round);
    }
    listener.wait_for("\"acknowledged\"");
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.wait_for("forward_skipped");
    let ended = listener.stop().code(0);
    assert_eq!(app.received().len(), 2);
    assert_eq!(ended.record("forward_skipped")["event"], 1);
    // A listener that starts later knows it from the store.
    let listener = scene.listen(["--forward-to", &forward, "--json"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.wait_for("forward_skipped");
    listener.stop().code(0);
    let listener = scene.listen(["--forward-to", &forward, "--forward-duplicates"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    app.wait_for(3);
    listener.stop().code(0);
}

#[test]
fn what_is_refused_for_its_signature_is_never_forwarded() {
    let scene = Scene::new();
    scene.write("other.txt", "another secret");
    let app = Endpoint::good();
    let forward = app.url("/");
    let listener = scene.listen(["--forward-to", &forward]);
    scene.run(["trigger", "created", "--secret-file", "other.txt"]).code(1);
    scene.run(["trigger", "deleted"]).code(0);
    listener.wait_for("200 OK");
    listener.stop().code(0);
    let received = app.received();
    assert_eq!(received.len(), 1);
    assert!(String::from_utf8_lossy(&received[0].body).contains("signup.deleted"));
}

#[test]
fn what_the_app_does_not_take_comes_with_a_hint() {
    for (answer, words, hint) in [
        (Answer::Status(401), "401 Unauthorized", "does it verify with the same secret, over the raw bytes?"),
        (Answer::Status(404), "404 Not Found", "no such route in the app: check the path of the URL"),
        (Answer::Status(500), "500 Internal Server Error", "the app failed: see its log"),
        (Answer::Hang, "timed out", "answer 2xx first and do the work afterwards"),
    ] {
        let scene = Scene::new();
        let timeout = if matches!(answer, Answer::Hang) { "400ms" } else { "0" };
        let app = Endpoint::new([answer]);
        let forward = app.url("/");
        let listener = scene.listen(["--forward-to", &forward, "--forward-timeout", timeout]);
        let sent = scene.run(["trigger", "created"]).code(0);
        assert!(sent.out().ends_with("delivered\n"), "the sender does not feel it: {sent}");
        listener.wait_for("hint: ");
        let ended = listener.stop().code(0);
        // Long hints go on in the next line.
        let out = ended.out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(words) && out.contains(hint), "{ended}");
        let end = "Forwarding: 1 attempt failed.\nSend the event that failed with: referralloop replay --failed\n";
        assert!(ended.err().ends_with(end), "{ended}");
    }
    let scene = Scene::new();
    let listener = scene.listen(["--forward-to", &Endpoint::nowhere()]);
    scene.run(["trigger", "created"]).code(0);
    listener.wait_for("hint: nothing is listening there: is the app running?");
    listener.stop().code(0);
}

#[test]
fn what_was_sent_again_is_no_longer_owed() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[500, 200]);
    let listener = scene.listen(["--forward-to", &app.url("/")]);
    scene.run(["trigger", "created"]).code(0);
    listener.wait_for("hint: ");
    scene.run(["replay", "1", "--to", &app.url("/")]).code(0);
    let ended = listener.stop().code(0);
    assert!(ended.err().ends_with("Forwarding: 1 attempt failed.\n"), "{ended}");
}

#[test]
fn the_answer_may_mirror_the_app() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[500, 401, 201]);
    let forward = app.url("/");
    let listener = scene.listen(["--forward-to", &forward, "--ack", "mirror"]);
    let sent = deliver(&scene, &listener.url, CREATED, &["--speed", "instant", "--json"]).code(0);
    let attempts = sent.records().into_iter().filter(|record| record["type"] == "attempt");
    let statuses: Vec<_> = attempts.map(|record| record["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(500), Some(401), Some(201)]);
    listener.stop().code(0);
    let down = scene.listen(["--forward-to", &Endpoint::nowhere(), "--ack", "mirror"]);
    let sent = deliver(&scene, &down.url, DELETED, &["--json"]).code(1);
    assert_eq!(sent.record("attempt")["status"], 502);
    down.stop().code(0);
    let hanging = Endpoint::new([Answer::Hang]);
    let slow = scene.listen(["--forward-to", &hanging.url("/"), "--ack", "mirror", "--forward-timeout", "200ms"]);
    let sent = deliver(&scene, &slow.url, DELETED, &["--json"]).code(1);
    assert_eq!(sent.record("attempt")["status"], 504);
    slow.stop().code(0);
    assert_eq!(scene.run(["events", "list", "--json"]).records().len(), 2, "stored, whatever the app says");
}

#[test]
fn events_reach_the_app_in_the_order_in_which_they_came() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let forward = app.url("/");
    let listener = scene.listen(["--forward-to", &forward]);
    for number in 0..20 {
        deliver(&scene, &listener.url, &format!("{{\"n\":{number}}}"), &[]).code(0);
    }
    let bodies: Vec<_> = app.wait_for(20).into_iter().map(|received| received.body).collect();
    let expected: Vec<_> = (0..20).map(|number| format!("{{\"n\":{number}}}").into_bytes()).collect();
    assert_eq!(bodies, expected);
    listener.stop().code(0);
}

#[test]
fn options_that_need_a_target_say_so() {
    let scene = Scene::new();
    for (option, value) in [("--ack", "mirror"), ("-H", "X-A: b")] {
        let ended = scene.run(["listen", "--port", "0", option, value]);
        assert_eq!((ended.code, ended.out().as_str()), (Some(2), ""), "{ended}");
        assert!(
            ended.err().contains("needs a target\n  hint: name it, for instance: referralloop listen 3000/webhooks"),
            "{ended}"
        );
    }
}
