//! Small things: orders, times, forms, hints.

use crate::support::{Api, Endpoint, KEY, SIGNUP, Scene, WAITLIST, post};
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
    {
        assert_eq!(count(&["--since", since]), found, "--since {since}");
        assert_eq!(count(&["--until-time", since]), 1 - found, "--until-time {since}");
    }
    for wrong in ["tomorow", "2024-13-01", "25:00", "2024-01"] {
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
