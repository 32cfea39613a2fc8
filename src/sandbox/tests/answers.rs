//! Each call of the contract: status, body, header, and the guesses that it admits.

use super::fixture::{ORIGIN, SandboxFixture, settings};
use crate::protocol::api::WorkspacePlan;
use crate::sandbox::{ASSUMPTIONS, SandboxLocation};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

const NOBODY: &str = "/waitlists/00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn waitlists_and_sign_ups_are_listed() {
    let bench = SandboxFixture::new(25).await;
    let lists = bench.call("GET", "/waitlists", "").await;
    assert_eq!((lists.status.as_u16(), lists.header("x-sandbox-assumption")), (200, "waitlists-body"));
    assert_eq!(lists.body["waitlists"].as_array().unwrap().len(), 2);
    assert_eq!(lists.body["waitlists"][0]["slug"], "early-access");
    let path = format!("/waitlists/{}/signups", bench.waitlist().await);
    let all = bench.call("GET", &path, "").await;
    let signups = all.body["signups"].as_array().unwrap();
    assert_eq!((signups.len(), all.header("x-sandbox-assumption")), (25, "signups-body"));
    let members: Vec<&String> = signups[0].as_object().unwrap().keys().collect();
    let documented = ["id", "email", "name", "position", "referral_code", "referral_url", "created_at"];
    assert_eq!(members[..7], documented);
    assert_eq!(members[7..], ["referral_count", "status", "metadata"]);
    let page = bench.call("GET", &format!("{path}?limit=3&offset=4"), "").await;
    assert_eq!(page.body["signups"].as_array().unwrap()[..], signups[4..7]);
    let cut = bench.call("GET", &format!("{path}?limit=1001"), "").await;
    assert_eq!((cut.status.as_u16(), cut.header("x-sandbox-assumption")), (200, "signups-body, page-limit"));
    let wrong = bench.call("GET", &format!("{path}?limit=0"), "").await;
    assert_eq!((wrong.status.as_u16(), wrong.header("x-sandbox-assumption")), (400, "page-numbers"));
    assert_eq!(wrong.text, r#"{"error":"limit must be a whole number from 1"}"#);
}

#[tokio::test]
async fn the_same_seed_founds_the_same_people() {
    let (a, b) = (SandboxFixture::new(200).await, SandboxFixture::new(200).await);
    let (a, b) = (a.standing().await, b.standing().await);
    assert_eq!((a.len(), &a), (200, &b));
    assert_eq!(a.iter().map(|(_, position)| *position).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_sign_up_is_made_looked_at_and_removed() {
    let bench = SandboxFixture::new(2).await;
    let path = format!("/waitlists/{}/signups", bench.waitlist().await);
    let body = r#"{"email":"Ada@example.com","name":"Ada","metadata":{"a":1,"b":2},"customFields":{"b":3}}"#;
    let made = bench.call("POST", &path, body).await;
    assert_eq!((made.status.as_u16(), made.header("x-sandbox-assumption")), (201, "created-status, metadata-merge"));
    let signup = &made.body["signup"];
    let members: Vec<&String> = signup.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "email", "name", "position", "referral_code", "referral_url", "created_at"]);
    assert_eq!((&signup["position"], &signup["created_at"]), (&json!(3), &json!("2024-01-15T10:00:00Z")));
    let url = format!("{ORIGIN}/w/early-access?ref={}", signup["referral_code"].as_str().unwrap());
    assert_eq!(signup["referral_url"], url);

    let own = format!("{path}/{}", signup["id"].as_str().unwrap());
    let seen = bench.call("GET", &own, "").await;
    assert_eq!((seen.status.as_u16(), seen.header("x-sandbox-assumption")), (200, ""));
    assert_eq!(seen.body["signup"]["metadata"], json!({"a":1,"b":3}));
    assert_eq!(
        (&seen.body["signup"]["status"], &seen.body["signup"]["referral_count"]),
        (&json!("waiting"), &json!(0))
    );

    let again = bench.call("POST", &path, r#"{"email":"Ada@example.com"}"#).await;
    let (id, code) = (signup["id"].as_str().unwrap(), signup["referral_code"].as_str().unwrap());
    let documented = format!(
        r#"{{"error":"Email already exists on this waitlist","signup":{{"id":"{id}","position":3,"referral_code":"{code}"}}}}"#
    );
    assert_eq!((again.status.as_u16(), again.text, again.headers.get("x-sandbox-assumption")), (409, documented, None));
    let other_case = bench.call("POST", &path, r#"{"email":"ada@EXAMPLE.com"}"#).await;
    assert_eq!((other_case.status.as_u16(), other_case.header("x-sandbox-assumption")), (409, "email-case"));

    let gone = bench.call("DELETE", &own, "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    let missing = bench.call("GET", &own, "").await;
    assert_eq!((missing.status.as_u16(), missing.text.as_str()), (404, r#"{"error":"Signup not found"}"#));
    assert_eq!(bench.call("DELETE", &own, "").await.status, 404);
}

#[tokio::test]
async fn documented_refusals_are_exact() {
    let bench = SandboxFixture::new(0).await;
    let path = format!("/waitlists/{}/signups", bench.waitlist().await);
    for body in ["{}", r#"{"email":""}"#, r#"{"email":null}"#] {
        let answer = bench.call("POST", &path, body).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (400, r#"{"error":"Email is required"}"#), "{body}");
        assert_eq!(answer.header("x-sandbox-assumption"), "");
    }
    for (method, path) in [("GET", format!("{NOBODY}/signups")), ("DELETE", format!("{NOBODY}/signups/x"))] {
        let answer = bench.call(method, &path, "").await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (404, r#"{"error":"Waitlist not found"}"#));
    }
    let call = |value: Option<&str>| {
        let request = Request::builder().uri("/api/v1/waitlists");
        let request = value.into_iter().fold(request, |request, value| request.header("authorization", value));
        request.body(Body::empty()).unwrap()
    };
    let key = bench.key();
    for value in [None, Some("Basic abc"), Some("Bearer"), Some("Bearer "), Some(&key[7..]), Some("Bearer a b")] {
        let answer = bench.send(call(value)).await;
        let text = r#"{"error":"Missing or invalid authorization header"}"#;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (401, text), "{value:?}");
        assert_eq!(answer.header("x-ratelimit-remaining"), "9994", "not counted; six calls were made before");
    }
    for wrong in ["Bearer pk_live_abc", "bearer pk_test_abc"] {
        let answer = bench.send(call(Some(wrong))).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (401, r#"{"error":"Invalid API key"}"#));
    }
    assert_eq!(bench.send(call(Some(&key.replace("Bearer", "bearer")))).await.status, 200);
}

#[tokio::test]
async fn a_plan_has_its_limits() {
    let free = SandboxFixture::with(settings(WorkspacePlan::Free), &SandboxLocation::Memory, 1).await;
    let answer = free.call("GET", "/waitlists", "").await;
    let text = r#"{"error":"API access requires a paid subscription","message":"Upgrade your plan to use the API","upgrade_url":"https://www.referralloop.dev/dashboard/billing"}"#;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (403, text));

    let mut starter = settings(WorkspacePlan::Starter);
    starter.rate_limit = Some(2);
    let bench = SandboxFixture::with(starter, &SandboxLocation::Memory, 1).await;
    let told = |answer: &super::fixture::SandboxTestResponse| {
        ["limit", "remaining", "reset"].map(|name| answer.header(&format!("x-ratelimit-{name}")).to_owned())
    };
    let first = bench.call("GET", "/waitlists", "").await;
    assert_eq!(told(&first), ["2", "1", "2024-01-15T11:00:00Z"]);
    assert_eq!(told(&bench.call("GET", "/nowhere", "").await), ["2", "1", "2024-01-15T11:00:00Z"]);
    let second = bench.call("GET", &format!("{NOBODY}/signups"), "").await;
    assert_eq!((second.status.as_u16(), told(&second)), (404, ["2", "0", "2024-01-15T11:00:00Z"].map(String::from)));
    let third = bench.call("GET", "/waitlists", "").await;
    let text = r#"{"error":"Rate limit exceeded","limit":2,"reset_at":"2024-01-15T11:00:00Z"}"#;
    assert_eq!((third.status.as_u16(), third.text.as_str()), (429, text));
    assert_eq!(third.headers.get("retry-after"), None, "not documented");
    bench.clock.forward(3600);
    assert_eq!(bench.call("GET", "/waitlists", "").await.status, 200);
}

#[tokio::test]
async fn subscriptions_are_made_and_removed() {
    let bench = SandboxFixture::new(0).await;
    let id = bench.waitlist().await;
    let body = json!({ "event_type": "signup.created", "target_url": "https://app.example.com/x", "waitlist_id": id });
    let made = bench.call("POST", "/webhooks/subscribe", &body.to_string()).await;
    assert_eq!((made.status.as_u16(), made.header("x-sandbox-assumption")), (201, "created-status"));
    let own = made.body["subscription"]["id"].as_str().unwrap().to_owned();
    assert!(own.starts_with("sub_"), "{own}");
    let documented = json!({
        "subscription": {
            "id": own, "event_type": "signup.created", "target_url": "https://app.example.com/x", "is_active": true,
            "created_at": "2024-01-15T10:00:00Z",
        }
    });
    assert_eq!(made.text, documented.to_string(), "no secret, no waitlist_id");
    let gone = bench.call("DELETE", &format!("/webhooks/unsubscribe/{own}"), "").await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (200, r#"{"success":true}"#));
    let again = bench.call("DELETE", &format!("/webhooks/unsubscribe/{own}"), "").await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (404, r#"{"error":"Subscription not found"}"#));

    let refused = async |body: Value| {
        let answer = bench.call("POST", "/webhooks/subscribe", &body.to_string()).await;
        (answer.status.as_u16(), answer.header("x-sandbox-assumption").to_owned())
    };
    let url = "http://127.0.0.1:4242/";
    let fields = (400, "subscribe-fields".to_owned());
    assert_eq!(refused(json!({ "target_url": url })).await, fields);
    assert_eq!(refused(json!({ "event_type": "created", "target_url": url })).await, fields);
    assert_eq!(refused(json!({ "event_type": ["signup.created"], "target_url": url })).await, fields);
    assert_eq!(refused(json!({ "event_type": "signup.created" })).await, fields);
    let target = refused(json!({ "event_type": "signup.created", "target_url": "http://example.com/" })).await;
    assert_eq!(target, (400, "target-url".to_owned()));
    let unknown = refused(json!({ "event_type": "signup.created", "target_url": url, "waitlist_id": "x" })).await;
    assert_eq!(unknown, (404, String::new()));
    assert_eq!(refused(json!([])).await, (400, "invalid-body".to_owned()));
}

#[tokio::test]
async fn what_is_not_there_says_so_before_the_key_is_looked_at() {
    let bench = SandboxFixture::new(0).await;
    let plain = |method: &str, path: &str| Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    for path in ["/", "/api", "/api/v1", "/api/v1/", "/api/v1/waitlists/", "/api/v1x/waitlists", "/api/v2/waitlists"] {
        let answer = bench.send(plain("GET", path)).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (404, r#"{"error":"Not found"}"#), "{path}");
        assert_eq!(answer.header("x-sandbox-assumption"), "path-not-found");
    }
    for (method, path, allow) in [
        ("PUT", "/api/v1/waitlists", "GET"),
        ("DELETE", "/api/v1/waitlists/x/signups", "GET, POST"),
        ("PATCH", "/api/v1/waitlists/x/signups/y", "GET, DELETE"),
        ("GET", "/api/v1/webhooks/subscribe", "POST"),
        ("POST", "/api/v1/webhooks/unsubscribe/x", "DELETE"),
    ] {
        let answer = bench.send(plain(method, path)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allow), "{method} {path}");
        assert_eq!(answer.text, r#"{"error":"Method not allowed"}"#);
        assert_ne!(answer.header("x-ratelimit-limit"), "");
    }
}

#[tokio::test]
async fn bodies_are_bounded_and_must_be_objects() {
    let bench = SandboxFixture::new(0).await;
    let path = format!("/waitlists/{}/signups", bench.waitlist().await);
    let long = json!({ "email": "a@example.com", "name": "x".repeat(20_000) }).to_string();
    let answer = bench.call("POST", &path, &long).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-sandbox-assumption")), (413, "body-limits"));
    for body in ["", "{", "[]", "null", "\u{feff}{}", "{\"email\":\"a@example.com\"}x"] {
        let answer = bench.call("POST", &path, body).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (400, r#"{"error":"Invalid JSON body"}"#), "{body}");
    }
    assert!(bench.standing().await.is_empty());
}

#[tokio::test]
async fn own_pages_are_for_this_machine_alone() {
    let bench = SandboxFixture::new(0).await;
    let get = |path: &str, host: &str| Request::builder().uri(path).header("host", host).body(Body::empty()).unwrap();
    for host in ["127.0.0.1:4010", "localhost:4010", "[::1]:4010"] {
        let answer = bench.send(get("/_sandbox/", host)).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "0 deliveries"), "{host}");
    }
    for host in ["evil.example.com:4010", "127.0.0.1.example.com", ""] {
        assert_eq!(bench.send(get("/_sandbox/", host)).await.status, 403, "{host}");
        assert_eq!(bench.send(get("/w/early-access", host)).await.status, 403, "{host}");
    }
    assert_eq!(bench.send(get("/_sandbox/deliveries", "localhost")).await.text, "0");
    for wanted in ["state=failed", "limit=3&subscription=x", "state=pending&limit=99", "more=1"] {
        assert_eq!(
            bench.send(get(&format!("/_sandbox/deliveries?{wanted}"), "localhost")).await.status,
            200,
            "{wanted}"
        );
    }
    for odd in ["state=lost", "limit=0", "limit=all"] {
        assert_eq!(bench.send(get(&format!("/_sandbox/deliveries?{odd}"), "localhost")).await.status, 400, "{odd}");
    }
    assert_eq!(bench.send(get("/_sandbox/x", "localhost")).await.status, 404);
    let guesses = bench.send(get("/_sandbox/assumptions", "localhost")).await;
    assert_eq!(guesses.body["assumptions"].as_array().unwrap().len(), ASSUMPTIONS.len());
}

#[test]
fn every_guess_has_a_name_of_its_own() {
    let mut names: Vec<&str> = ASSUMPTIONS.iter().map(|guess| guess.id).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ASSUMPTIONS.len());
    assert!(ASSUMPTIONS.iter().all(|guess| !guess.what.ends_with('.')));
}
