//! What goes along with a delivery: fields that were given, fields that came, path and query, and what a dry run says.

use super::{receive_one, send_raw};
use crate::support::{Answer, Api, Endpoint, KEY, Scene, WAITLIST, program};
use serde_json::{Value, json};

/// A guarded app: 401 without the credential.
fn guarded() -> Endpoint {
    Endpoint::answering(|head, _| match head.contains("\r\nAuthorization: Basic YTpi") {
        true => Answer::Status(200),
        false => Answer::Status(401),
    })
}

const CREDENTIAL: [&str; 2] = ["-H", "Authorization: Basic YTpi"];

#[test]
fn a_replay_takes_a_header_for_the_app() {
    let (scene, app) = (Scene::new(), guarded());
    receive_one(&scene, &["--forward-to", &app.url("/in"), "-H", "Authorization: Basic YTpi"], "/");
    app.wait_for(1);
    let without = scene.run(["replay", "last"]).code(1);
    assert!(without.out().contains("401 Unauthorized   N ms") || without.out().contains("401"), "{without}");
    scene.run(["replay", "last"].iter().chain(&CREDENTIAL)).code(0);
    // It is sent and not kept.
    let shown = scene.run(["events", "show", "last", "--json"]).code(0);
    assert!(!shown.out().contains("YTpi"), "{shown}");
}

#[test]
fn a_forward_of_expect_takes_a_header_and_the_path() {
    let (scene, app) = (Scene::new(), guarded());
    let target = app.url("/base");
    let line = ["expect", "created", "--forward-to", &target, "--forward-path", "--"];
    let (program, url) = (program().display(), "${REFERRALLOOP_WEBHOOK_URL}");
    let home = scene.home();
    let command = format!("HOME={} {program} trigger created --to \"{url}in?t=1\"", home.display());
    let ended = scene.run(line[..5].iter().chain(&CREDENTIAL).chain(&["--", "sh", "-c", &command]).copied());
    ended.code(0);
    let seen = &app.wait_for(1)[0];
    assert!(seen.head.starts_with("POST /base/in?t=1 HTTP/1.1\r\n"), "{}", seen.head);
    let refused = scene.run(["expect", "created", "-H", "X-A: b", "--", "true"]).code(2);
    assert!(refused.err().contains("--forward-to"), "{refused}");
}

#[test]
fn a_probe_takes_a_header() {
    let (scene, app) = (Scene::new(), guarded());
    let url = app.url("/");
    let ended = scene.run(["verify", "--probe", &url].iter().chain(&CREDENTIAL)).code(1);
    assert!(app.received().iter().all(|one| one.header("authorization") == Some("Basic YTpi")), "{ended}");
    assert!(ended.out().contains("accepted"), "{ended}");
    let refused = scene.run(["verify", "--event", "1", "-H", "X-A: b"]).code(2);
    assert!(refused.err().contains("--probe"), "{refused}");
}

#[test]
fn what_reconcile_delivers_takes_a_header() {
    let (scene, app, api) = (Scene::new(), guarded(), Api::new());
    let target = app.url("/");
    let line = ["reconcile", "-w", WAITLIST, "--deliver", "--to", &target];
    let known = scene.with(line.iter().chain(&CREDENTIAL)).env("REFERRALLOOP_API_URL", api.url());
    let ended = known.env("REFERRALLOOP_API_KEY", KEY).output().code(0);
    assert!(ended.err().contains("1 acknowledged"), "{ended}");
    scene.run(["reconcile", "-w", WAITLIST, "-H", "X-A: b"]).code(2);
}

#[test]
fn a_bound_header_reaches_its_target_alone() {
    let (scene, first, second) = (Scene::new(), Endpoint::good(), Endpoint::good());
    let (one, other) = (format!("created={}", first.url("/a")), second.url("/b"));
    let bound = format!("{other}=X-Only: second");
    let listener = scene.listen([
        "--forward-to",
        &one,
        "--forward-to",
        &other,
        "-H",
        "X-All: both",
        "-H",
        "created=X-Only: first",
        "-H",
        &bound,
    ]);
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    for (app, only) in [(&first, "first"), (&second, "second")] {
        let seen = &app.wait_for(1)[0];
        assert_eq!((seen.header("x-all"), seen.header("x-only")), (Some("both"), Some(only)), "{}", seen.head);
    }
    listener.stop().code(0);
    let refused = scene.run(["listen", "--forward-to", "3000", "-H", "delted=Authorization: hush"]).code(2);
    assert!(refused.err().contains("unknown target 'delted'") && !refused.err().contains("hush"), "{refused}");
    assert_eq!(refused.out(), "");
}

#[test]
fn a_host_of_its_own_goes_along_everywhere() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let url = app.url("/");
    let host = ["-H", "Host: old.example", "-H", "Host: shop.example"];
    scene.run(["trigger", "created", "--to", &url].iter().chain(&host)).code(0);
    scene.run(["replay", "1", "--to", &url].iter().chain(&host)).code(0);
    scene.run(["load", "created", "--count", "1", "--to", &url].iter().chain(&host)).code(0);
    let listener = scene.listen(["--forward-to", &url].iter().chain(&host));
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    for seen in app.wait_for(4) {
        assert_eq!(seen.head.matches("ost: ").count(), 1, "{}", seen.head);
        assert_eq!(seen.header("host"), Some("shop.example"));
    }
    listener.stop().code(0);
}

#[test]
fn the_query_of_an_arrival_is_carried_on() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    receive_one(&scene, &["--forward-to", &app.url("/base?own=1")], "/in/a?t=x%20y");
    assert!(app.wait_for(1)[0].head.starts_with("POST /base?own=1&t=x%20y HTTP/1.1\r\n"));
    scene.run(["replay", "1"]).code(0);
    assert!(app.wait_for(2)[1].head.starts_with("POST /base?own=1&t=x%20y HTTP/1.1\r\n"));
}

#[test]
fn path_and_query_are_carried_on_by_forward_and_replay() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let target = app.url("/base?own=1");
    receive_one(&scene, &["--forward-to", &target], "/in/a?t=x%20y");
    app.wait_for(1);
    receive_one(&scene, &["--forward-to", &target, "--forward-path", "--forward-duplicates"], "/in/a?t=x%20y");
    app.wait_for(2);
    scene.run(["replay", "1"]).code(0);
    scene.run(["replay", "1", "--forward-path"]).code(0);
    let lines: Vec<String> = app.received().iter().map(|one| one.head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "POST /base?own=1&t=x%20y HTTP/1.1",
            "POST /base/in/a?own=1&t=x%20y HTTP/1.1",
            "POST /base?own=1&t=x%20y HTTP/1.1",
            "POST /base/in/a?own=1&t=x%20y HTTP/1.1"
        ]
    );
    // Recorded under the target, so that an acknowledged event is known to be one.
    let shown = scene.run(["events", "show", "1", "--json"]).code(0).record("event");
    let urls: Vec<&Value> = shown["attempts"].as_array().unwrap().iter().map(|one| &one["url"]).collect();
    assert!(urls.iter().all(|url| **url == json!(target)), "{urls:?}");
}

#[test]
fn names_keep_their_spelling_in_store_forward_and_replay() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    receive_one(&scene, &["--forward-to", &app.url("/")], "/");
    app.wait_for(1);
    scene.run(["replay", "last"]).code(0);
    let shown = scene.run(["events", "show", "1", "--json"]).code(0).record("event");
    let stored: Vec<&str> =
        shown["arrivals"][0]["headers"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(
        stored,
        ["Host", "Connection", "X-WEBHOOK-odd", "content-TYPE", "x-webhook-ODD", "Content-Length"],
        "{shown}"
    );
    for seen in app.wait_for(2) {
        let head = "X-WEBHOOK-odd: 1\r\nx-webhook-ODD: 2\r\ncontent-TYPE: application/json\r\n";
        assert!(seen.head.contains(head), "{}", seen.head);
    }
}

#[test]
fn a_dry_run_is_what_goes_over_the_wire_to_the_letter() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let url = app.url("/hook?x=1");
    let given = ["--seed", "7", "-H", "X-ODD-name: 1", "-H", "x-odd-NAME: 2", "-H", "X-Empty:", "--to", &url];
    let said = scene.run(["trigger", "created", "--dry-run"].iter().chain(&given)).code(0);
    scene.run(["trigger", "created"].iter().chain(&given)).code(0);
    let seen = &app.wait_for(1)[0];
    let (head, body) = said.out().split_once("\r\n\r\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(head, seen.head.trim_end(), "the head");
    assert_eq!(body.as_bytes(), seen.body, "the body");
    let record =
        scene.run(["trigger", "created", "--dry-run", "--json"].iter().chain(&given)).code(0).record("request");
    let names: Vec<&str> = record["headers"].as_array().unwrap().iter().map(|one| one[0].as_str().unwrap()).collect();
    let wire: Vec<&str> = seen.head.lines().skip(1).filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, wire.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>());
}

#[test]
fn an_empty_body_says_that_it_is_empty() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let url = app.url("/");
    scene.run(["trigger", "--data", "", "--to", &url]).code(0);
    let seen = &app.wait_for(1)[0];
    assert!(seen.head.contains("\r\nContent-Length: 0"), "{}", seen.head);
    let said = scene.run(["trigger", "--data", "", "--to", &url, "--dry-run"]).code(0);
    assert!(said.out().ends_with("Content-Length: 0\r\n\r\n"), "{said}");
}

#[test]
fn who_does_not_wait_for_answers_is_still_read_rightly() {
    let scene = Scene::new();
    let listener = scene.listen(["--until", "2", "--json"]);
    let one = "POST / HTTP/1.1\nHost: HOST\nX-ONE: 1\nContent-Length: 2\n\n{}\
               POST / HTTP/1.1\nHost: HOST\nConnection: close\nX-TWO: 2\nContent-Length: LENGTH";
    assert_eq!(send_raw(&listener.url, one, "[]").matches("200 OK").count(), 2);
    let ended = listener.finish().code(0);
    let names = |at: usize| ended.records()[at]["headers"].to_string();
    let arrivals: Vec<usize> =
        (0..ended.records().len()).filter(|at| ended.records()[*at]["type"] == "arrival").collect();
    assert!(names(arrivals[0]).contains("X-ONE") && !names(arrivals[0]).contains("x-two"), "{ended}");
    assert!(names(arrivals[1]).contains("x-two") && !names(arrivals[1]).contains("X-ONE"), "{ended}");
}
