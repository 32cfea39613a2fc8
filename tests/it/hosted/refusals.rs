//! Every way in which the service can refuse or fail: one sentence, what to do, the documented exit code.

use super::{run, with};
use crate::support::{Answer, Api, Endpoint, Scene, WAITLIST, wall};

/// Has `waitlists` answered with this; what is told, and the exit code.
#[track_caller]
fn told(answer: Answer) -> (i32, String) {
    let (scene, api) = (Scene::new(), Api::new());
    api.instead("GET", answer);
    let ended = with(&scene, &api, ["waitlists"]).clock(wall("2024-01-15T10:48:00Z")).output();
    assert_eq!(ended.out(), "", "{ended}");
    let url = api.url();
    (ended.code.unwrap(), ended.err().replace(&url, "BASE"))
}

fn json(status: u16, body: &str) -> Answer {
    Answer::Full(status, Vec::new(), body.into())
}

const WHENCE: &str = "  hint: the API URL is BASE, from REFERRALLOOP_API_URL\n";

#[test]
fn documented_errors_are_told_with_what_to_do() {
    for (answer, code, error, hints) in [
        (
            json(400, r#"{"error":"Email is required"}"#),
            4,
            "the service refused GET /api/v1/waitlists with 400: Email is required",
            String::new(),
        ),
        (
            json(401, r#"{"error":"Invalid API key"}"#),
            3,
            "the service refused the test API key from REFERRALLOOP_API_KEY: Invalid API key",
            format!("  hint: store another one with: referralloop login\n{WHENCE}"),
        ),
        (
            json(
                403,
                r#"{"error":"API access requires a paid subscription","message":"Upgrade your plan to use the API","upgrade_url":"https://www.referralloop.dev/dashboard/billing"}"#,
            ),
            3,
            "the service refused the call: API access requires a paid subscription",
            "  hint: Upgrade your plan to use the API: https://www.referralloop.dev/dashboard/billing\n".into(),
        ),
        (
            json(404, r#"{"error":"Waitlist not found"}"#),
            4,
            "the service did not find it: Waitlist not found",
            // The list of waitlists is always there: it was asked for in the wrong place.
            WHENCE.into(),
        ),
        (
            json(429, r#"{"error":"Rate limit exceeded","limit":1000,"reset_at":"2024-01-15T11:00:00Z"}"#),
            4,
            "the service is not accepting calls for now: Rate limit exceeded (1,000 calls an hour)",
            "  hint: calls are accepted again at 2024-01-15 11:00:00 (in 12 min)\n".into(),
        ),
    ] {
        assert_eq!(told(answer), (code, format!("error: {error}\n{hints}")));
    }
}

#[test]
fn answers_that_are_none_are_told_apart() {
    for (answer, words) in [
        (json(200, "<html>"), "the answer 200 to GET /api/v1/waitlists cannot be used: it is a web page, not JSON"),
        (json(200, "{"), "the answer 200 to GET /api/v1/waitlists cannot be used: it is not JSON"),
        (json(200, "{}"), "the answer 200 to GET /api/v1/waitlists cannot be used: it has no waitlists"),
        (
            json(200, &format!("[\"{}\"]", "x".repeat(1 << 20))),
            "the answer to GET /api/v1/waitlists is larger than 1.0 MiB",
        ),
        (Answer::Close, "the connection ended before GET /api/v1/waitlists was answered"),
        (Answer::Garbage, "127.0.0.1 did not answer with HTTP"),
        (
            Answer::Full(302, vec!["Location: https://evil.example/".into()], Vec::new()),
            "the service answered 302 with a redirect to https://evil.example/; redirects are never followed",
        ),
    ] {
        let (code, said) = told(answer);
        assert!(code == 4 && said.starts_with(&format!("error: {words}")), "{said}");
    }
}

#[test]
fn a_service_that_fails_is_asked_again_and_then_told() {
    let (scene, api) = (Scene::new(), Api::new());
    (0..2).for_each(|_| api.refuse("GET", 502, "<html>bad gateway"));
    let ended = run(&scene, &api, ["waitlists", "--json"]).code(0);
    assert_eq!(ended.records().len(), 1);
    assert_eq!(
        ended.err(),
        "note: GET /api/v1/waitlists  502; trying again in 500 ms\nnote: GET /api/v1/waitlists  502; trying again in \
        1 s\n"
    );

    (0..4).for_each(|_| api.refuse("GET", 500, r#"{"error":"oops"}"#));
    let ended = run(&scene, &api, ["waitlists", "-q"]).code(4);
    assert_eq!(ended.err(), "error: the service failed with 500, 4 times in a row: oops\n  hint: try again later\n");
    api.refuse("POST", 500, r#"{"error":"oops"}"#);
    let once = run(&scene, &api, ["signups", "create", "-w", WAITLIST, "--email", "a@x.io"]).code(4);
    assert!(once.err().starts_with("error: the service failed with 500: oops\n"), "{once}");
    assert!(once.err().contains("it may have been created"), "{once}");
    assert_eq!(api.calls().iter().filter(|call| call.starts_with("POST")).count(), 1, "never twice");
}

#[test]
fn a_place_where_nothing_listens_is_told_with_who_named_it() {
    let scene = Scene::new();
    let nowhere = Endpoint::nowhere();
    let line = ["waitlists", "--api-url", nowhere.as_str()];
    let ended = scene.with(line).env("REFERRALLOOP_API_KEY", "pk_test_x").columns(400).output().code(4);
    let origin = nowhere.trim_end_matches('/');
    assert_eq!(
        ended.err(),
        format!("error: nothing is listening at {origin}\n  hint: the API URL is {origin}/api/v1, from --api-url\n")
    );
    let records = scene.with(line.into_iter().chain(["--json"])).env("REFERRALLOOP_API_KEY", "pk_test_x").output();
    assert_eq!(records.record("error")["kind"], "network");
}

#[test]
fn what_the_service_says_cannot_act_upon_a_terminal() {
    let (scene, api) = (Scene::new(), Api::new());
    api.refuse("GET", 400, "{\"error\":\"\\u001b[31mred\\u202e\"}");
    let ended = run(&scene, &api, ["waitlists"]).code(4);
    assert!(ended.err().contains("\\u{1b}[31mred\\u{202e}") && !ended.err().contains('\u{1b}'), "{ended}");
    api.instead("GET", Answer::Full(200, vec![], b"[{\"id\":\"\\u001b[2J\",\"name\":\"\\u009b2J\"}]".to_vec()));
    let shown = run(&scene, &api, ["waitlists"]).code(0);
    assert!(!shown.out().contains('\u{1b}') && !shown.out().contains('\u{9b}'), "{shown}");
}

#[test]
fn limits_are_told_on_request() {
    let (scene, api) = (Scene::new(), Api::new());
    let ended = run(&scene, &api, ["waitlists", "-v"]).code(0);
    assert!(ended.err().contains("GET /api/v1/waitlists  200  "), "{ended}");
    assert!(ended.err().contains("; 9,998 of 10,000 calls left until 2030-01-15 11:00:00\n"), "{ended}");
}
