//! Small things: orders, times, forms, hints.

use crate::support::{Answer, Api, Endpoint, KEY, SIGNUP, Scene, WAITLIST, post};
use serde_json::json;

#[test]
fn several_ids_are_replayed_in_the_order_in_which_they_came() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let listener = scene.listen::<&str>([]);
    for body in ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"] {
        post(&listener.url, body);
    }
    listener.stop().code(0);
    scene.run(["replay", "3", "1", "2", "--to", &app.url("/")]).code(0);
    let bodies: Vec<_> = app.wait_for(3).iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
    assert_eq!(bodies, ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
}

#[test]
fn times_are_written_as_people_write_them() {
    let scene = Scene::new();
    let listener = scene.listen::<&str>([]);
    post(&listener.url, "{}");
    listener.stop().code(0);
    let count = |line: &[&str]| scene.run(["events", "list", "--json"].iter().chain(line)).code(0).records().len();
    for (since, found) in
        [("2024-01-01", 1), ("2024-01-01 10:00", 1), ("today", 1), ("yesterday", 1), ("2h", 1), ("2999-01-01", 0)]
            .into_iter()
            .chain([
                ("2h ago", 1),
                ("3y", 1),
                ("Yesterday", 1),
                ("0:00", 1),
                ("1700000000", 1),
                ("1700000000000", 1),
                ("4102444800", 0),
            ])
    {
        assert_eq!(count(&["--since", since]), found, "--since {since}");
        assert_eq!(count(&["--until-time", since]), 1 - found, "--until-time {since}");
    }
    for wrong in ["tomorow", "2024-13-01", "25:00", "2024-01", "ago", "170000000", "99999999999y"] {
        let ended = scene.run(["events", "list", "--since", wrong]).code(2);
        assert!(ended.err().contains("is not a time") && ended.err().contains("yesterday"), "{ended}");
    }
}

#[test]
fn a_dry_run_writes_files_that_send_the_event() {
    let scene = Scene::new();
    let form = |form: &str| {
        let line = ["trigger", "created", "--seed", "7", "--to", "3000/hook", "--dry-run", "--as", form];
        scene.run(line).code(0).out()
    };
    assert!(form("hurl").contains("POST http://localhost:3000/hook\n") && form("hurl").contains("HTTP *"));
    assert!(form("python").contains("class Webhooks(unittest.TestCase)"));
    assert!(form("node").contains("import test from \"node:test\""));
    let socket = ["trigger", "created", "--to", "unix:/run/app.sock", "--dry-run", "--as", "python"];
    assert!(scene.run(socket).code(2).err().contains("which Python's urllib"));
    let curl = ["trigger", "created", "--to", "unix:/run/app.sock:/in", "--dry-run", "--as", "curl"];
    assert!(scene.run(curl).code(0).out().contains("--unix-socket '/run/app.sock'"));
}

#[test]
fn reconcile_with_one_odd_row_claims_no_deletion() {
    let (scene, api) = (Scene::new(), Api::new());
    let listener = scene.listen(["-q"]);
    let told = json!({ "event_type": "signup.created", "waitlist_id": WAITLIST, "data": { "id": "gone", "email": "g@x.io",
        "position": 2 }, "timestamp": "2024-01-15T10:00:00Z" });
    post(&listener.url, &told.to_string());
    listener.stop().code(0);
    let run = |api: &Api| {
        let known = scene.with(["reconcile", "-w", WAITLIST, "--json"]).env("REFERRALLOOP_API_URL", api.url());
        known.env("REFERRALLOOP_API_KEY", KEY).output().code(1)
    };
    let rows = json!({ "signups": [{ "id": SIGNUP, "email": "first@example.com" }, { "id": null }] });
    api.refuse("GET", 200, &rows.to_string());
    let odd = run(&api).record("summary");
    assert_eq!((&odd["missed_created"], &odd["missed_deleted"], &odd["left_out"]), (&json!(1), &json!(0), &json!(1)));
    let whole = run(&api).record("summary");
    assert_eq!(whole["missed_deleted"], 1);
}

#[test]
fn what_was_sent_unsigned_is_told_so_where_it_is_refused() {
    let scene = Scene::new();
    let listener = scene.listen(["--require-signature"]);
    let hint = |more: &[&str]| {
        let line = ["trigger", "created", "--to", &listener.url];
        scene.run(line.iter().chain(more)).code(1).out()
    };
    let unsigned = hint(&["--unsigned"]);
    assert!(unsigned.contains("hint: it carried no signature, and the endpoint requires one"), "{unsigned}");
    scene.write("other.txt", "another secret");
    assert!(hint(&["--secret-file", "other.txt"]).contains("does it verify with the same secret"));
    listener.stop().code(0);
}

/// A load run that is refused from end to end has the hints that a single event has.
#[test]
fn a_load_that_is_refused_is_told_about_the_secret() {
    let scene = Scene::new();
    scene.write("other.txt", "another secret");
    let listener = scene.listen(["--require-signature"]);
    let told = |url: &str, more: &[&str], code| {
        let line = ["load", "created", "--count", "3", "--concurrency", "1", "--to", url];
        let ended = scene.with(line.iter().chain(more)).columns(2000).output().code(code);
        ended.err()
    };
    let secret = "hint: the endpoint refused it: does it verify with the same secret, over the raw bytes?\n";
    let own = "hint: the listener of this profile refused it, so its secret is another one; why: referralloop verify --event r";
    let refused = told(&listener.url, &["--secret-file", "other.txt"], 1);
    assert!(refused.contains(secret) && refused.contains(own), "{refused}");
    let unsigned = told(&listener.url, &["--unsigned"], 1);
    assert!(unsigned.contains("hint: it carried no signature") && !unsigned.contains(own), "{unsigned}");
    assert!(!told(&listener.url, &[], 0).contains("hint:"));
    listener.stop().code(0);
    let app = Endpoint::statuses(&[401]);
    let refused = told(&app.url("/"), &[], 1);
    assert!(refused.contains(secret) && !refused.contains(own), "{refused}");
    // A load under which some get through has another trouble.
    let overrun = Endpoint::new([Answer::Status(200), Answer::Status(401), Answer::Status(401)]);
    assert!(!told(&overrun.url("/"), &[], 1).contains("hint:"));
}

#[test]
fn a_condition_that_fails_is_told_once() {
    let scene = Scene::new();
    let listener = scene.listen(["--where", ".data | keys | length > 9"]);
    for body in ["{\"data\":1}", "{\"data\":2}", "{\"data\":3}"] {
        post(&listener.url, body);
    }
    let ended = listener.stop().code(0);
    assert_eq!(ended.err().matches("--where fails on some bodies").count(), 1, "{ended}");
    let listed = scene.run(["events", "list", "--where", ".data | keys | length > 9"]).code(0);
    assert_eq!(listed.err().matches("--where fails on #3 and perhaps on others").count(), 1, "{listed}");
}

/// The oldest go, what was not forwarded stays, and the banner says what is kept.
#[test]
fn a_listener_keeps_what_it_was_told_to() {
    let (scene, app) = (
        Scene::new(),
        Endpoint::answering(|_, body| {
            Answer::Status(if String::from_utf8_lossy(body).contains("signup.deleted") { 500 } else { 200 })
        }),
    );
    let fill = |listener: &str| {
        scene.run(["trigger", "deleted", "--to", listener]).code(0);
        scene.run(["load", "created", "--count", "40", "--concurrency", "1", "--to", listener]).code(0);
    };
    let numbers = || {
        let listed = scene.run(["events", "list", "--limit", "100", "--json"]).code(0).records();
        listed.iter().map(|one| one["event"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let listener =
        scene.listen(["--forward-to", &app.url("/"), "--keep-events", "5", "--keep-for", "30d", "--quota", "64MiB"]);
    fill(&listener.url);
    app.wait_for(41);
    let ended = listener.stop().code(0);
    assert!(ended.err().contains("keeping the newest 5 events, events of the last 30 d, up to 64.0 MiB"), "{ended}");
    assert!(ended.err().contains("older ones are removed once forwarded"), "{ended}");
    assert_eq!(numbers(), [41, 40, 39, 38, 37, 1]);
    // From the settings as well; by default nothing goes.
    scene.run(["config", "set", "keep_events", "3"]).code(0);
    let wrong = scene.run(["config", "set", "quota", "500"]).code(2);
    assert!(wrong.err().contains("500MiB"), "{wrong}");
    let refused = scene.run(["config", "set", "--project", "keep_events", "3"]).code(2);
    assert!(refused.err().contains("keep_events"), "{refused}");
    scene.listen::<&str>([]).stop().code(0);
    assert_eq!(numbers(), [41, 40, 39, 1]);
    scene.run(["config", "unset", "keep_events"]).code(0);
    let plain = scene.listen::<&str>([]);
    fill(&plain.url);
    assert!(!plain.stop().code(0).err().contains("keeping"));
    assert_eq!(numbers().len(), 45);
    let without = scene.run(["listen", "--no-store", "--publish", "nats://127.0.0.1:1/x", "--quota", "1GiB"]).code(2);
    assert!(without.err().contains("--quota is about the history"), "{without}");
}
