//! What the inspector's page does with a sandbox.

use super::fixture::{SandboxFixture, SandboxTestResponse, settings};
use crate::protocol::api::WorkspacePlan;
use crate::protocol::delivery::{SandboxDelivery, SandboxDeliveryAttempt};
use crate::sandbox::SandboxLocation;
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

impl SandboxFixture {
    async fn control(&self, action: Value) -> SandboxTestResponse {
        self.control_as("127.0.0.1:4010", "Bearer token", action).await
    }

    async fn control_as(&self, host: &str, bearer: &str, action: Value) -> SandboxTestResponse {
        let request = Request::post("/_sandbox/control").header("host", host).header("authorization", bearer);
        self.send(request.body(Body::from(action.to_string())).unwrap()).await
    }

    /// Position, address, id and referrals of everybody.
    async fn people(&self, query: &str) -> Vec<Value> {
        let action = json!({"action": "signups", "waitlist": self.waitlist().await, "query": query});
        self.control(action).await.body.as_array().unwrap().clone()
    }
}

fn ids(people: &[Value]) -> Vec<String> {
    people.iter().map(|one| one[2].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn nobody_else_is_let_in() {
    let site = SandboxFixture::new(3).await;
    let look = || json!({"action": "look"});
    assert_eq!(site.control(look()).await.status, 200);
    for (host, bearer, status) in [
        ("127.0.0.1:4010", "Bearer other", 401),
        ("127.0.0.1:4010", "token", 401),
        ("127.0.0.1:4010", &*site.key(), 401),
        ("evil.example:4010", "Bearer token", 403),
    ] {
        assert_eq!(site.control_as(host, bearer, look()).await.status, status, "{host} {bearer}");
    }
    let asked =
        Request::get("/_sandbox/control").header("host", "127.0.0.1:4010").header("authorization", "Bearer token");
    assert_eq!(site.send(asked.body(Body::empty()).unwrap()).await.status, 405);
    let answer = site.control(json!({"action": "burn"})).await;
    assert!(answer.status == 400 && answer.text.contains("the request cannot be understood"), "{}", answer.text);
}

#[tokio::test]
async fn looking_uses_up_nothing() {
    let site = SandboxFixture::with(settings(WorkspacePlan::Starter), &SandboxLocation::Memory, 3).await;
    for _ in 0..5 {
        assert_eq!(site.control(json!({"action": "look"})).await.body["calls"], json!([1000, 1000]));
    }
    site.call("GET", "/waitlists", "").await;
    assert_eq!(site.control(json!({"action": "look"})).await.body["calls"], json!([1000, 999]));
}

#[tokio::test]
async fn people_join_move_refer_and_leave() {
    let site = SandboxFixture::new(8).await;
    let list = site.waitlist().await;
    let before = ids(&site.people("").await);
    let act = async |action: Value| site.control(action).await.status.as_u16();
    assert_eq!(act(json!({"action": "move", "waitlist": list, "signup": before[4], "position": 2})).await, 200);
    let moved = ids(&site.people("").await);
    assert_eq!((&moved[1], &moved[2..5]), (&before[4], &before[1..4]), "whoever is passed moves by one");
    assert_eq!(act(json!({"action": "move", "waitlist": list, "signup": before[4], "position": 5})).await, 200);
    assert_eq!(ids(&site.people("").await), before, "and back");
    assert_eq!(act(json!({"action": "move", "waitlist": list, "signup": before[0], "position": 99})).await, 200);
    assert_eq!(ids(&site.people("").await)[7], before[0], "no further than the end");
    assert_eq!(act(json!({"action": "delete", "waitlist": list, "signup": before[0]})).await, 200);
    assert_eq!(act(json!({"action": "delete", "waitlist": list, "signup": before[0]})).await, 404);
    let made = json!({"action": "create", "waitlist": list, "email": " new@example.org ", "name": ""});
    assert_eq!(act(made.clone()).await, 200);
    assert_eq!(act(made).await, 409);
    assert_eq!(act(json!({"action": "create", "waitlist": list, "email": "nothing"})).await, 400);
    let found = site.people("NEW@").await;
    assert_eq!((found.len(), found[0][0].as_u64()), (1, Some(8)));
    // Somebody who is made up joins through a code.
    let code =
        site.call("GET", &format!("/waitlists/{list}/signups/{}", before[7]), "").await.body["signup"]["referral_code"]
            .clone();
    assert_eq!(act(json!({"action": "create", "waitlist": list, "referral": code})).await, 200);
    let referrer = site.people("").await.into_iter().find(|one| one[2] == before[7]).unwrap();
    assert_eq!((referrer[0].as_u64(), site.people("").await.len()), (Some(2), 9), "from the seventh place up by five");
}

#[tokio::test]
async fn what_waits_is_delivered_now() {
    let site = SandboxFixture::new(3).await;
    let list = site.waitlist().await;
    // Nothing listens there.
    let order = json!({"action": "subscribe", "event_type": "signup.created", "target_url": "http://127.0.0.1:9/"});
    let subscribed = site.control(order).await;
    let id = subscribed.body["subscriptions"][0].clone();
    assert_eq!(
        site.control(
            json!({"action": "subscribe", "event_type": "signup.created", "target_url": "http://example.org/"})
        )
        .await
        .status,
        400
    );
    site.control(json!({"action": "create", "waitlist": list})).await;
    let ended = |number: usize| {
        move |told: &[SandboxDelivery]| {
            let ended = |one: &&SandboxDeliveryAttempt| one.end.name() != "under_way";
            told.first().is_some_and(|first| first.attempts.iter().filter(ended).count() == number)
        }
    };
    site.until(ended(1)).await;
    let now = json!({"action": "deliver", "deliveries": [1]});
    assert_eq!(site.control(now.clone()).await.status, 200);
    site.until(ended(2)).await;
    assert_eq!(site.control(json!({"action": "deliver", "deliveries": [7]})).await.status, 409);
    let ended = site.control(json!({"action": "unsubscribe", "subscription": id})).await;
    assert_eq!(ended.body["deliveries"], json!([[1, "cancelled"]]));
    assert_eq!(site.control(now).await.status, 409, "it waits no longer");
    assert_eq!(site.control(json!({"action": "unsubscribe", "subscription": id})).await.status, 404);
}
