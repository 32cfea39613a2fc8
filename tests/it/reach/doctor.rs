//! `doctor` goes through the documentation's troubleshooting, item by item, with what it found of each.

use crate::support::{Answer, Api, Endpoint, KEY, Output, Scene, post, until};
use serde_json::Value;

fn run(scene: &Scene, api: &Api, line: &[&str]) -> Output {
    let known = scene.with(line.iter().copied()).env("REFERRALLOOP_API_URL", api.url());
    known.env("REFERRALLOOP_API_KEY", KEY).columns(200).output()
}

/// Verdict and words of one finding.
fn finding(ended: &Output, id: &str) -> (String, String) {
    let found =
        ended.records().into_iter().find(|record| record["id"] == id).unwrap_or_else(|| panic!("{id}: {ended}"));
    assert_eq!(found["group"], id.split_once('.').unwrap().0);
    let words = found.get("seen").or(found.get("reason")).unwrap().as_str().unwrap().to_owned();
    (found["verdict"].as_str().unwrap().to_owned(), words)
}

#[track_caller]
fn found(ended: &Output, id: &str, verdict: &str, words: &str) {
    let (got, said) = finding(ended, id);
    assert!(got == verdict && said.contains(words), "{id}: {got}, {said}");
}

const CHAPTERS: [&str; 11] = [
    "arriving.subscription",
    "arriving.https",
    "arriving.endpoint",
    "arriving.logs",
    "arriving.by-hand",
    "duplicates.several",
    "duplicates.slow",
    "duplicates.repeats",
    "failures.answers",
    "failures.slowest",
    "failures.causes",
];

#[test]
fn an_empty_history_fails_no_item() {
    let (scene, api) = (Scene::new(), Api::new());
    scene.write("referralloop.toml", "port = 0\n");
    let ended = run(&scene, &api, &["doctor", "--json"]).code(0);
    for id in CHAPTERS {
        assert_ne!(finding(&ended, id).0, "failed", "{id}");
    }
    assert!(!scene.store().exists(), "nothing is made");
}

#[test]
fn what_is_subscribed_is_looked_at() {
    let (scene, api) = (Scene::new(), Api::new());
    for (event, url) in [("created", "https://app.example.com/hook"), ("deleted", "https://app.example.com/other")] {
        run(&scene, &api, &["subscribe", event, "--url", url]).code(0);
    }
    let ended = run(&scene, &api, &["doctor", "--json"]);
    found(&ended, "arriving.subscription", "passed", "2 active subscriptions: signup.created, signup.deleted");
    found(&ended, "arriving.https", "passed", "all are https");
}

#[test]
fn subscriptions_are_looked_at_and_their_urls_called_with_consent_alone() {
    let (scene, api) = (Scene::new(), Api::new());
    let app = Endpoint::new([Answer::Status(404), Answer::Status(502)]);
    run(&scene, &api, &["subscribe", "created", "deleted", "--url", &app.url("/hook")]).code(0);
    let before = run(&scene, &api, &["doctor", "--json"]);
    found(&before, "arriving.subscription", "passed", "2 active subscriptions: signup.created, signup.deleted");
    found(&before, "arriving.https", "passed", "2 with http, for an API that is not on the internet");
    found(&before, "arriving.endpoint", "skipped", "--yes sends a GET request");
    found(&before, "duplicates.several", "passed", "no event has more than one subscription");
    assert!(app.received().is_empty(), "no request without consent");
    let consented = run(&scene, &api, &["doctor", "--json", "--yes"]);
    found(&consented, "arriving.endpoint", "passed", "answers 404 Not Found to GET in ");
    assert!(finding(&consented, "arriving.endpoint").1.contains("usual where only POST is taken"));
    assert_eq!(app.received().len(), 1, "two subscriptions, one URL");
    assert!(app.received()[0].head.starts_with("GET /hook HTTP/1.1"));
    let failing = run(&scene, &api, &["doctor", "--json", "--yes"]).code(1);
    found(&failing, "arriving.endpoint", "failed", "answers 502 Bad Gateway");
    drop(app);
    let gone = run(&scene, &api, &["doctor", "--json", "--yes"]).code(1);
    found(&gone, "arriving.endpoint", "failed", "does not answer: connection refused");
}

#[test]
fn several_subscriptions_for_one_event_are_named_with_what_ends_them() {
    let (scene, api) = (Scene::new(), Api::new());
    let line = ["subscribe", "created", "--url", "https://app.example.com/hook"];
    run(&scene, &api, &line).code(0);
    run(&scene, &api, &[&line[..], &["--force"]].concat()).code(0);
    let ended = run(&scene, &api, &["doctor", "--json"]).code(1);
    found(&ended, "duplicates.several", "failed", "2 for signup.created");
    found(&ended, "arriving.https", "passed", "all are https");
    let records = ended.records();
    let record = records.iter().find(|record| record["id"] == "duplicates.several").unwrap();
    assert_eq!(record["fix"], "end those that are too many: referralloop unsubscribe sub_2");
    // Another waitlist's events are other events.
    let (scene, api) = (Scene::new(), Api::new());
    for waitlist in ["one", "two"] {
        run(&scene, &api, &[&line[..], &["--waitlist", waitlist]].concat()).code(0);
    }
    found(
        &run(&scene, &api, &["doctor", "--json"]),
        "duplicates.several",
        "passed",
        "no event has more than one subscription",
    );
}

#[test]
fn the_history_says_how_the_app_answers() {
    let (scene, api) = (Scene::new(), Api::new());
    // What the history tells is no failure of the command.
    scene.write("referralloop.toml", "port = 0\n");
    let app = Endpoint::new([Answer::Status(200), Answer::Status(500), Answer::Status(401), Answer::Hang]);
    let send = |code| {
        let line = ["trigger", "created", "--to", &app.url("/in"), "--timeout", "300ms"];
        scene.run(line).code(code);
    };
    send(0);
    let good = run(&scene, &api, &["doctor", "--json"]);
    found(
        &good,
        "failures.answers",
        "passed",
        "1 of 1 attempt in 7 days acknowledged, 100 % (sent by trigger or rehearse)",
    );
    found(&good, "arriving.by-hand", "passed", "the app's last answer, above, was to one");
    found(&good, "duplicates.slow", "passed", "none of 1 attempt took longer");
    for _ in 0..3 {
        send(1);
    }
    let ended = run(&scene, &api, &["doctor", "--json"]).code(0);
    found(
        &ended,
        "failures.answers",
        "failed",
        "1 of 4 attempts in 7 days acknowledged, 25 % (sent by trigger or rehearse); 3 events not acknowledged yet",
    );
    found(&ended, "failures.causes", "failed", "1 × timed out at http://");
    let causes = finding(&ended, "failures.causes").1;
    assert!(
        causes.contains("; 1 × 401 Unauthorized at ") && causes.contains("; 1 × 500 Internal Server Error at "),
        "{causes}"
    );
    // Each has its own remedy.
    let record = ended.records().into_iter().find(|record| record["id"] == "failures.causes").unwrap();
    let fix = record["fix"].as_str().unwrap();
    assert!(fix.contains("timed out: answer 2xx first") && fix.contains("500 Internal Server Error: the app"), "{fix}");
    assert!(fix.contains("401 Unauthorized: ") && !fix.contains("http://127.0.0.1:"), "what is said above: {fix}");
    found(&ended, "failures.slowest", "passed", "#");
    found(&ended, "duplicates.slow", "failed", "1 of 4 attempts had no answer in time (5 s), #4 the last one");
    found(&ended, "arriving.logs", "failed", "timed out");
    // Screen, counts and exit code say the same: nothing is wrong now.
    let summary = ended.record("summary");
    assert_eq!((&summary["failed"], &summary["faults"]), (&5.into(), &0.into()));
    let screen = run(&scene, &api, &["doctor"]).code(0);
    assert!(!screen.out().contains('✘') && screen.out().contains("! failures.answers"), "{screen}");
    assert!(screen.err().contains(" 0 failed, 5 to look at in the history (!), "), "{screen}");
    // What is told leads to where it is: the lines that it prints find the events.
    let open = scene.run(["events", "list", "--all", "--failed", "--json"]).code(0).records();
    assert_eq!(open.len(), 3);
}

/// Whatever `events list --failed` finds is a failure here, too, with the word that it was sent in bulk.
#[test]
fn what_load_pressed_through_a_listener_fails_here_as_in_the_list() {
    let (scene, api) = (Scene::new(), Api::new());
    scene.write("referralloop.toml", "port = 0\n");
    let app = Endpoint::statuses(&[500]);
    let listener = scene.listen(["--forward-to", &app.url("/in")]);
    scene.run(["load", "created", "--count", "3", "--to", &listener.url]);
    app.wait_for(3);
    // The app has it before its answer is stored.
    until("the attempts", || {
        let listed = scene.run(["events", "list", "--failed", "--json"]).code(0).records();
        (listed.len() == 3).then_some(())
    });
    let ended = run(&scene, &api, &["doctor", "--json"]).code(0);
    found(
        &ended,
        "failures.answers",
        "failed",
        "0 of 3 attempts in 7 days acknowledged, 0 % (from load or rehearse through listen); 3 events not",
    );
    found(&ended, "arriving.logs", "failed", "500 Internal Server Error");
    scene.run(["trigger", "created", "--to", &listener.url]);
    let ended = until("the attempt", || {
        let ended = run(&scene, &api, &["doctor", "--json"]).code(0);
        finding(&ended, "failures.answers").1.contains("of 4 attempts").then_some(ended)
    });
    let url = app.url("/in");
    let one = format!("1 × 500 Internal Server Error at {url} (forwarded by listen), last #4 at ");
    let bulk = format!("; 3 × 500 Internal Server Error at {url} (from load or rehearse through listen), last #");
    found(&ended, "failures.causes", "failed", &one);
    found(&ended, "failures.causes", "failed", &bulk);
    found(&ended, "setup.app", "passed", &url);
}

/// A delivery to one's own listener says nothing about an app, and a replay to it is no news.
#[test]
fn repeats_are_counted_unless_they_were_sent_from_here() {
    let (scene, api) = (Scene::new(), Api::new());
    scene.write("referralloop.toml", "port = 0\n");
    let listener = scene.listen::<&str>([]);
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    post(&listener.url, "{\"a\":1}");
    scene.run(["replay", "2", "--to", &listener.url]).code(0);
    let own = run(&scene, &api, &["doctor", "--json"]);
    found(&own, "duplicates.repeats", "passed", "none in 7 days");
    found(&own, "failures.answers", "passed", "1 of 1");
    for _ in 0..2 {
        post(&listener.url, "{\"b\":1}");
    }
    listener.stop().code(0);
    let ended = run(&scene, &api, &["doctor", "--json"]).code(0);
    found(&ended, "duplicates.repeats", "failed", "1 arrival in 7 days with the bytes of an earlier one, #3 the last");
    let fix = ended.records().into_iter().find(|record: &Value| record["id"] == "duplicates.repeats").unwrap();
    assert!(fix["fix"].as_str().unwrap().contains("referralloop events show 3"), "{fix}");
}

#[test]
fn the_chapters_are_read_on_a_screen_too() {
    let (scene, api) = (Scene::new(), Api::new());
    let ended = run(&scene, &api, &["doctor"]);
    for id in CHAPTERS {
        assert!(ended.out().lines().any(|line| line.contains(id)), "{id}: {ended}");
    }
}

#[test]
fn a_path_stays_whole_on_a_narrow_screen() {
    let (scene, api) = (Scene::new(), Api::new());
    let deep = format!("{}/store.db", "folder-of-a-long-name/".repeat(3));
    let line = ["doctor", "--store", &deep];
    let known = scene.with(line).env("REFERRALLOOP_API_URL", api.url()).env("REFERRALLOOP_API_KEY", KEY);
    let ended = known.columns(60).output();
    assert!(ended.out().lines().any(|line| line.contains(&deep)), "{ended}");
}
