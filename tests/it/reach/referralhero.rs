//! The second service whole: its events by name everywhere, fabricated, signed in both forms, delivered by its own rules.

use crate::support::{Answer, Endpoint, KEY, Program, Scene, counterpart, free_port, program, until};
use std::net::TcpStream;
use std::path::Path;

const NAMES: [&str; 7] = [
    "new_registration",
    "subscriber_promoted",
    "subscriber_updated",
    "subscriber_deleted",
    "reward_unlocked",
    "reward_sent",
    "bonus_unlocked",
];

#[test]
fn a_receiver_written_from_its_page_accepts_what_is_fabricated() {
    let Some(python) = counterpart("python3") else { return };
    let scene = Scene::new();
    scene.write("secret.txt", "hero-secret");
    let port = free_port();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterparts/referralhero.py");
    let line = [script.to_str().unwrap().to_owned(), port.to_string(), "hero-secret".to_owned()];
    let receiver: Program = scene.command(&python, line).env("PATH", std::env::var_os("PATH").unwrap());
    let receiver = receiver.start();
    until("the receiver", || TcpStream::connect(("127.0.0.1", port)).ok());
    let url = format!("http://127.0.0.1:{port}/");
    for name in NAMES {
        for encoding in ["hex", "base64"] {
            let line = ["trigger", name, "--to", &url, "--secret-file", "secret.txt", "--encoding", encoding];
            scene.run(line).code(0);
        }
    }
    scene.run(["load", "new_registration", "--count", "50", "--to", &url, "--secret-file", "secret.txt"]).code(0);
    let line =
        ["rehearse", "--event", "new_registration", "--chaos", "reorder=3,drop=0.2", "--count", "10", "--to", &url];
    scene.run(line.iter().chain(&["--secret-file", "secret.txt", "--seed", "7"])).code(0);
    let line = ["replay", "1", "--to", &url, "--resign", "--secret-file", "secret.txt"];
    scene.run(line).code(0);
    // Another secret, and another form than the receiver knows.
    scene.run(["trigger", "new_registration", "--to", &url]).code(1);
    receiver.signal("TERM");
}

#[test]
fn two_hundred_alone_acknowledges_and_three_tries_are_made() {
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[201, 204, 202]));
    let told = scene.run(["trigger", "reward_sent", "--dry-run"]).code(0);
    assert!(told.out().contains("\nX-ReferralHero-Signature: "), "{told}");
    let ended = scene.run(["trigger", "reward_sent", "--to", &app.url("/"), "--speed", "instant", "--json"]).code(1);
    let attempts: Vec<_> = ended.records().into_iter().filter(|record| record["type"] == "attempt").collect();
    let told: Vec<_> = attempts.iter().map(|one| (one["scheduled_ms"].clone(), one["outcome"].clone())).collect();
    assert_eq!(
        told,
        [(0.into(), "rejected".into()), (150_000.into(), "rejected".into()), (300_000.into(), "rejected".into())]
    );
    assert_eq!(app.received().len(), 3);
    // The other service takes any 2xx.
    scene.run(["trigger", "created", "--to", &Endpoint::statuses(&[201]).url("/")]).code(0);
    let replayed = scene.run(["replay", "1", "--to", &Endpoint::statuses(&[201]).url("/")]);
    replayed.code(1);
}

#[test]
fn ten_bad_answers_in_a_row_are_told() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[200, 500, 500, 500, 500, 500, 500, 500, 500, 500, 201, 200]);
    let line = ["rehearse", "--event", "new_registration", "--count", "14", "--to", &app.url("/"), "--chaos", "drop=0"];
    let ended = scene.run(line);
    assert!(ended.err().contains("switched the webhook off after delivery 11: ten bad answers in a row"), "{ended}");
    let bad = Endpoint::new([Answer::Status(500)]);
    let line = ["load", "new_registration", "--count", "12", "--concurrency", "1", "--to", &bad.url("/"), "--json"];
    assert_eq!(scene.run(line).code(1).record("summary")["disabled_after"], 10);
    let never = ["load", "created", "--count", "12", "--to", &bad.url("/"), "--json"];
    assert!(scene.run(never).code(1).record("summary").get("disabled_after").is_none());
}

#[test]
fn its_names_filter_wherever_events_are_named() {
    let scene = Scene::new();
    let listener = scene.listen(["--events", "subscriber_*", "--json"]);
    for name in ["new_registration", "subscriber_promoted", "created"] {
        scene.run(["trigger", name, "--to", &listener.url]).code(0);
    }
    listener.wait_for("subscriber_promoted");
    let shown = listener.stop().code(0);
    let arrived: Vec<_> =
        shown.records().iter().filter(|one| one["type"] == "arrival").map(|one| one["event_type"].clone()).collect();
    assert_eq!(arrived, ["subscriber_promoted"]);
    let listed = |events: &str| scene.run(["events", "list", "--events", events, "--json"]).code(0).records().len();
    for (events, count) in
        [("new_registration", 1), ("*_promoted", 1), ("*", 3), ("created,new_*", 2), ("*_changed", 0)]
    {
        assert_eq!(listed(events), count, "{events}");
    }
    let line =
        ["expect", "new_registration", "--none", "reward_*", "--within", "1s", "--allow-unsigned", "--", "sh", "-c"];
    let command =
        format!("HOME={} {} trigger new_registration --unsigned", scene.home().display(), program().display());
    scene.run(line.iter().copied().chain([command.as_str()])).code(0);
    scene.run(["verify", "--event", "1"]).code(0);
    let unknown = scene.run(["events", "list", "--events", "new_registratoin"]).code(2);
    assert!(unknown.err().contains("did you mean \"new_registration\"?"), "{unknown}");
}

#[test]
fn fields_are_changed_by_what_stands_there() {
    let scene = Scene::new();
    let line =
        ["trigger", "new_registration", "--dry-run", "--seed", "7", "--set", "people_ahead=5", "--set", "code=7"];
    let body = scene.run(line).code(0).out();
    assert!(body.contains("\"people_ahead\":5") && body.contains("\"code\":\"7\""), "{body}");
    let wrong = scene.run(["trigger", "new_registration", "--dry-run", "--set", "peeple=5"]).code(2);
    assert!(wrong.err().contains("new_registration has no field \"peeple\""), "{wrong}");
}

#[test]
fn it_cannot_be_subscribed_here() {
    let scene = Scene::new();
    let line = ["subscribe", "new_registration", "--url", "https://app.example.com/"];
    let ended = scene.with(line).env("REFERRALLOOP_API_KEY", KEY).output().code(2);
    assert!(ended.err().contains("new_registration is an event of ReferralHero"), "{ended}");
    let wrong = scene.run(["trigger", "created", "--encoding", "base64"]).code(2);
    assert!(wrong.err().contains("--encoding base64 is for ReferralHero's events"), "{wrong}");
}

#[test]
fn a_listener_forwards_and_tries_again_by_its_rules() {
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[201, 204, 202]));
    let told = scene.run(["trigger", "reward_sent", "--dry-run"]).code(0);
    assert!(told.out().contains("\nX-ReferralHero-Signature: "), "{told}");
    let url = app.url("/");
    let listener = scene.listen(["--forward-to", &url, "--forward-retry", "--speed", "3000x", "--json"]);
    scene.run(["trigger", "new_registration", "--to", &listener.url]).code(0);
    listener.wait_for("gave_up");
    let shown = listener.stop().code(0).records();
    let tries: Vec<_> = shown.iter().filter(|one| one["type"] == "forward").map(|one| one["outcome"].clone()).collect();
    assert_eq!(tries, ["rejected", "rejected", "rejected"]);
    let gave_up = shown.iter().find(|one| one["type"] == "gave_up").unwrap();
    assert_eq!((&gave_up["attempts"], &gave_up["of"]), (&3.into(), &3.into()));
    // What was judged when it came is judged so when it is read back.
    let kept = scene.run(["events", "show", "1", "--json"]).code(0);
    let kept = kept.record("event")["attempts"].clone();
    let kept: Vec<_> = kept.as_array().unwrap().iter().filter(|one| one["purpose"] == "forward").collect();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|one| one["outcome"] == "rejected"), "{kept:?}");
    assert_eq!(scene.run(["events", "list", "--failed", "--json"]).code(0).records().len(), 1);
    // Without retries its rules hold as well.
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[201]));
    let listener = scene.listen(["--forward-to", &app.url("/"), "--json"]);
    scene.run(["trigger", "new_registration", "--to", &listener.url]).code(0);
    listener.wait_for("\"forward\"");
    assert_eq!(listener.stop().code(0).record("forward")["outcome"], "rejected");
}

#[test]
fn a_receiver_is_audited_by_its_rules() {
    let Some(python) = counterpart("python3") else { return };
    let scene = Scene::new();
    scene.write("secret.txt", "hero-secret");
    let port = free_port();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterparts/referralhero.py");
    let line = [script.to_str().unwrap().to_owned(), port.to_string(), "hero-secret".to_owned()];
    let receiver = scene.command(&python, line).env("PATH", std::env::var_os("PATH").unwrap()).start();
    until("the receiver", || TcpStream::connect(("127.0.0.1", port)).ok());
    let url = format!("http://127.0.0.1:{port}/");
    for encoding in ["hex", "base64"] {
        let line =
            ["test", &url, "--as-service", "referralhero", "--encoding", encoding, "--secret-file", "secret.txt"];
        let ended = scene.run(line.iter().chain(&["--only", "delivery,auth", "--json"])).code(1);
        // It takes its events in whatever order, but refuses a body without people_ahead and names it does not know;
        // that nothing else is wrong with it shows that everything was signed and judged as it should be.
        let failed: Vec<_> = ended
            .records()
            .into_iter()
            .filter(|one| one["type"] == "check" && one["verdict"] == "failed")
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        let wanted = ["delivery.referralhero-no-waiting-list", "delivery.referralhero-unknown-event"];
        assert_eq!(failed, wanted, "{ended}");
    }
    receiver.signal("TERM");
    // 200 alone acknowledges, and a line repeats the check by the same rules.
    let (scene, created) = (Scene::new(), Endpoint::new([Answer::Status(201)]));
    let url = created.url("/");
    let audit = ["test", &url, "--as-service", "referralhero", "--only", "delivery", "--no-secret"];
    let found = scene.with(audit).columns(2000).output().code(1);
    assert!(found.out().contains("answered 201, and 200 alone acknowledges"), "{found}");
    assert!(found.out().contains("disables a webhook after ten bad answers"), "{found}");
    assert!(found.out().contains("--no-secret --as-service referralhero"), "{found}");
    scene.run(["test", &url, "--only", "delivery", "--no-secret"]).code(0);
    let listed = scene.run(["test", "--list", "--as-service", "referralhero"]).code(0);
    assert!(
        listed.out().contains("delivery.referralhero-events") && !listed.out().contains("semantics.age"),
        "{listed}"
    );
    assert!(!scene.run(["test", "--list"]).code(0).out().contains("referralhero"));
    let other = scene.run(["test", &url, "--case", "delivery.referralhero-events"]).code(2);
    assert!(other.err().contains("--as-service referralhero"), "{other}");
    let wrong = scene.run(["test", &url, "--encoding", "base64"]).code(2);
    assert!(wrong.err().contains("--as-service referralhero"), "{wrong}");
}
