//! Positions after any sequence of sign-ups, referrals and removals, and what is told of them.

use super::fixture::SandboxFixture;
use axum::body::Body;
use http::Request;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl SandboxFixture {
    /// Somebody signs up by a referral.
    async fn refer(&self, email: &str, code: &str) -> u16 {
        let request = Request::builder().method("POST").uri(format!("/w/early-access?ref={code}"));
        let body = Body::from(json!({ "email": email }).to_string());
        self.send(request.header("host", "localhost").body(body).unwrap()).await.status.as_u16()
    }

    /// Bodies of deliveries, oldest first.
    async fn delivered_events(&self) -> Vec<Value> {
        let deliveries = self.deliveries().await;
        deliveries.iter().map(|delivery| serde_json::from_slice(delivery.body.as_bytes()).unwrap()).collect()
    }
}

#[tokio::test]
async fn everybody_behind_moves_up() {
    let bench = SandboxFixture::new(0).await;
    let mut signups = Vec::new();
    for name in ["a", "b", "c", "d"] {
        signups.push(bench.create(&format!("{name}@example.com")).await);
    }
    // Nothing listens there; what was told is in the book all the same.
    for event in ["signup.created", "signup.position_changed", "signup.deleted"] {
        bench.subscribe(event, "http://127.0.0.1:1/").await;
    }
    let path = format!("/waitlists/{}/signups/{}", bench.waitlist().await, signups[1]["id"].as_str().unwrap());
    bench.call("DELETE", &path, "").await;
    let names = |standing: Vec<(String, i64)>| standing.iter().map(|(name, at)| (name[..1].to_owned(), *at)).collect();
    let standing: Vec<(String, i64)> = names(bench.standing().await);
    assert_eq!(standing, [("a", 1), ("c", 2), ("d", 3)].map(|(name, at)| (name.to_owned(), at)));
    let told = bench.delivered_events().await;
    assert_eq!(told.len(), 3);
    let waitlist = bench.waitlist().await;
    assert_eq!(
        told[0],
        json!({
            "event_type": "signup.deleted", "waitlist_id": waitlist,
            "data": { "id": signups[1]["id"], "email": "b@example.com" }, "timestamp": "2024-01-15T10:00:00Z",
        })
    );
    let moved = json!({
        "id": signups[2]["id"], "email": "c@example.com", "old_position": 3, "new_position": 2, "position_change": -1,
    });
    assert_eq!((&told[1]["event_type"], &told[1]["data"]), (&json!("signup.position_changed"), &moved));
    assert_eq!(told[2]["data"]["email"], "d@example.com");
}

#[tokio::test]
async fn a_referral_moves_the_referrer_up() {
    let bench = SandboxFixture::new(0).await;
    let mut last = Value::Null;
    for number in 1..=7 {
        last = bench.create(&format!("{number}@example.com")).await;
    }
    bench.subscribe("signup.position_changed", "http://127.0.0.1:1/").await;
    assert_eq!(bench.refer("new@example.com", last["referral_code"].as_str().unwrap()).await, 201);
    let order: Vec<String> = bench.standing().await.into_iter().map(|(email, _)| email).collect();
    assert_eq!(
        order,
        [1, 7, 2, 3, 4, 5, 6]
            .map(|n| format!("{n}@example.com"))
            .into_iter()
            .chain(["new@example.com".into()])
            .collect::<Vec<_>>()
    );
    let told = bench.delivered_events().await;
    assert_eq!(told.len(), 6);
    assert_eq!((&told[0]["data"]["old_position"], &told[0]["data"]["position_change"]), (&json!(7), &json!(-5)));
    assert!(told[1..].iter().all(|moved| moved["data"]["position_change"] == 1));
    let path = format!("/waitlists/{}/signups/{}", bench.waitlist().await, last["id"].as_str().unwrap());
    assert_eq!(bench.call("GET", &path, "").await.body["signup"]["referral_count"], 1);
    assert_eq!(bench.refer("other@example.com", "NOBODY").await, 201, "an unknown code counts for nobody");
    assert_eq!(bench.refer("other@example.com", "NOBODY").await, 409);
}

#[tokio::test]
async fn people_sign_up_on_the_page() {
    let bench = SandboxFixture::new(1).await;
    let page = |method: &str, body: &'static str| {
        let request = Request::builder().method(method).uri("/w/early-access?ref=X").header("host", "localhost");
        request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).unwrap()
    };
    let form = bench.send(page("GET", "")).await;
    assert!(form.status == 200 && form.text.contains("Early access") && form.text.contains("\"X\""), "{}", form.text);
    assert_eq!(form.header("content-type"), "text/html; charset=utf-8");
    let done = bench.send(page("POST", "email=ada%40example.com&name=")).await;
    assert!(done.status == 201 && done.text.contains("Ok((2, "), "{}", done.text);
    let again = bench.send(page("POST", "email=ada%40example.com")).await;
    assert!(again.status == 409 && again.text.contains("already"), "{}", again.text);
    assert_eq!(bench.send(page("POST", "name=x")).await.status, 400);
    let nowhere = Request::builder().uri("/w/none").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(bench.send(nowhere).await.status, 404);
}

/// What may be done to a waitlist.
#[derive(Debug, Clone)]
enum WaitlistAction {
    Create,
    Refer(usize),
    Delete(usize),
}

fn deeds() -> impl Strategy<Value = Vec<WaitlistAction>> {
    let deed = prop_oneof![
        3 => Just(WaitlistAction::Create),
        2 => (0..20usize).prop_map(WaitlistAction::Refer),
        2 => (0..20usize).prop_map(WaitlistAction::Delete),
    ];
    proptest::collection::vec(deed, 1..25)
}

/// Plays deeds, and has the events alone lead from each standing to the next.
async fn play(deeds: Vec<WaitlistAction>) {
    let bench = SandboxFixture::new(4).await;
    let waitlist = bench.waitlist().await;
    for event in ["signup.created", "signup.position_changed", "signup.deleted"] {
        bench.subscribe(event, "http://127.0.0.1:1/").await;
    }
    let mut believed: BTreeMap<String, i64> = bench.standing().await.into_iter().collect();
    let mut heard = 0;
    for (number, deed) in deeds.into_iter().enumerate() {
        let list = bench.call("GET", &format!("/waitlists/{waitlist}/signups"), "").await;
        let signups = list.body["signups"].as_array().unwrap().clone();
        let chosen = |at: usize| signups.get(at % signups.len().max(1));
        let email = format!("{number}@example.com");
        match deed {
            WaitlistAction::Create => drop(bench.create(&email).await),
            WaitlistAction::Refer(at) => {
                let code = chosen(at).map_or("NOBODY", |signup| signup["referral_code"].as_str().unwrap());
                bench.refer(&email, code).await;
            }
            WaitlistAction::Delete(at) => {
                let Some(id) = chosen(at).map(|signup| signup["id"].as_str().unwrap()) else { continue };
                bench.call("DELETE", &format!("/waitlists/{waitlist}/signups/{id}"), "").await;
            }
        }
        let told = bench.delivered_events().await;
        told[heard..].iter().for_each(|event| follow(&mut believed, event));
        heard = told.len();
        let standing = bench.standing().await;
        assert_eq!(
            standing.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
            (1..=standing.len() as i64).collect::<Vec<_>>()
        );
        assert_eq!(believed, standing.into_iter().collect::<BTreeMap<_, _>>());
    }
}

fn follow(believed: &mut BTreeMap<String, i64>, event: &Value) {
    let data = &event["data"];
    let email = data["email"].as_str().unwrap().to_owned();
    match event["event_type"].as_str().unwrap() {
        "signup.created" => drop(believed.insert(email, data["position"].as_i64().unwrap())),
        "signup.deleted" => drop(believed.remove(&email).unwrap()),
        _ => {
            let was = believed.insert(email, data["new_position"].as_i64().unwrap());
            assert_eq!(was, data["old_position"].as_i64(), "{event}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn events_alone_tell_the_whole_standing(deeds in deeds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(deeds));
    }
}
