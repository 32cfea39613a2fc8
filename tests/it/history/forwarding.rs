//! Forwarding to several targets, by event, and again after a restart; the second service; conditions.

use crate::main_job::{CREATED, DELETED, MOVED, deliver};
use crate::support::{Endpoint, Scene};

#[test]
fn each_target_gets_its_events() {
    let scene = Scene::new();
    let (all, made, changed) = (Endpoint::good(), Endpoint::good(), Endpoint::good());
    let made_url = format!("created={}", made.url("/"));
    let changed_url = format!("*_changed,deleted={}", changed.url("/"));
    let listener =
        scene.listen(["--forward-to", &all.url("/"), "--forward-to", &made_url, "--forward-to", &changed_url]);
    for body in [CREATED, MOVED, DELETED] {
        deliver(&scene, &listener.url, body, &[]).code(0);
    }
    let bodies = |app: &Endpoint, count| {
        app.wait_for(count).into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(bodies(&all, 3), [CREATED, MOVED, DELETED]);
    assert_eq!(bodies(&changed, 2), [MOVED, DELETED]);
    assert_eq!(bodies(&made, 1), [CREATED]);
    listener.stop().code(0);
}

#[test]
fn a_failed_forward_is_tried_again_after_a_restart_and_the_next_one_waits_for_it() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[500, 200]);
    let url = app.url("/");
    let line = ["--forward-to", &url, "--forward-retry", "--speed", "60x"];
    let listener = scene.listen(line);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &listener.url, DELETED, &[]).code(0);
    listener.running().stderr.wait_for("attempt 2");
    listener.stop().code(0);
    assert_eq!(app.received().len(), 1);
    let again = scene.listen(line);
    let bodies: Vec<_> = app.wait_for(3).into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect();
    assert_eq!(bodies, [CREATED, CREATED, DELETED]);
    again.stop().code(0);
    let third = scene.listen(line);
    deliver(&scene, &third.url, MOVED, &[]).code(0);
    assert_eq!(app.wait_for(4)[3].body, MOVED.as_bytes());
    third.stop().code(0);
    scene.run(["listen", "--forward-retry"]).code(2);
    scene.run(["listen", "--forward-retry", "--forward-to", "3000", "--ack", "mirror"]).code(2);
}

#[test]
fn deliveries_of_the_second_service_are_verified_and_shown_by_their_names() {
    let scene = Scene::new();
    let body =
        r#"{"list_uuid":"MFXXXX","subscriber_id":"sub_1","response":"new_registration","email":"j@example.com"}"#;
    let listener = scene.listen(Vec::<String>::new());
    scene.write("body", body);
    let signature = scene.run(["sign", "body"]).code(0).out();
    let hero = format!("X-ReferralHero-Signature: {}", signature.trim().trim_start_matches("sha256="));
    deliver(&scene, &listener.url, body, &["--unsigned", "-H", &hero]).code(0);
    deliver(&scene, &listener.url, body, &["--unsigned", "-H", "X-ReferralHero-Signature: AAAA"]).code(1);
    listener.wait_for("invalid");
    let ended = listener.stop().code(0);
    assert!(ended.out().contains("new_registration") && ended.out().contains("✔ verified"), "{ended}");
    assert!(!ended.out().contains("missing"), "{ended}");
}

#[test]
fn a_condition_says_what_is_shown_and_forwarded() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let listener = scene.listen(["--where", ".data.new_position == 5", "--forward-to", &app.url("/")]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    assert_eq!(app.wait_for(1)[0].body, MOVED.as_bytes());
    let ended = listener.stop().code(0);
    assert!(!ended.out().contains("signup.created") && ended.err().contains("1 not shown"), "{ended}");
    scene.run(["listen", "--where", "("]).code(2);
}
