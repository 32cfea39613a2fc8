//! What is missed, and what is not.

use super::*;
use crate::protocol::api::read_list;
use crate::protocol::body::RawBody;
use serde_json::json;

fn signups(rows: &[(&str, i64, &str)]) -> Vec<ApiSignup> {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(id, position, made)| {
            json!({ "id": id, "email": format!("{id}@x.io"), "name": null, "position": position, "referral_code": "ABC123",
                    "created_at": format!("2024-01-15T{made}:00Z"), "referral_url": "https://x" })
        })
        .collect();
    read_list(serde_json::to_string(&rows).unwrap().as_bytes(), "signups").unwrap().items
}

fn at(text: &str) -> Timestamp {
    format!("2024-01-15T{text}:00Z").parse().unwrap()
}

fn heard(events: &[(&str, &str, Value, &str)]) -> ObservedWaitlist {
    let mut heard = ObservedWaitlist::default();
    for (kind, id, data, when) in events {
        let mut data = data.clone();
        data["id"] = json!(id);
        data["email"] = json!(format!("{id}@x.io"));
        let event = json!({ "event_type": format!("signup.{kind}"), "waitlist_id": "w", "data": data, "timestamp": at(when).to_string() });
        heard.observe_event(&EventFacts::from_body(&RawBody::new(event.to_string())), at("12:00"));
    }
    heard
}

fn told(missed: &[MissedEvent]) -> Vec<(Option<&'static str>, &str)> {
    missed.iter().map(|missed| (missed.event_type(), missed.id())).collect()
}

#[test]
fn what_was_told_is_not_missed() {
    let heard = heard(&[
        ("created", "a", json!({ "position": 1 }), "10:00"),
        ("created", "b", json!({ "position": 2 }), "10:01"),
        ("position_changed", "b", json!({ "old_position": 2, "new_position": 1 }), "10:02"),
        ("created", "c", json!({ "position": 3 }), "10:03"),
        ("deleted", "c", json!({}), "10:04"),
    ]);
    assert_eq!(heard.find_missed(signups(&[("a", 1, "10:00"), ("b", 1, "10:01")]), at("13:00"), None), []);
    assert_eq!(heard.len(), 3);
}

#[test]
fn each_sort_of_gap_is_found_in_its_order() {
    let heard = heard(&[
        ("created", "kept", json!({ "position": 4 }), "10:00"),
        ("position_changed", "kept", json!({ "old_position": 4, "new_position": 2 }), "10:05"),
        ("created", "gone", json!({ "position": 2 }), "10:00"),
        ("position_changed", "half", json!({ "old_position": 9, "new_position": 3 }), "10:00"),
        ("created", "undead", json!({ "position": 6 }), "10:00"),
        ("deleted", "undead", json!({}), "10:01"),
    ]);
    let there = [
        ("kept", 1, "09:00"),
        ("late", 5, "10:30"),
        ("early", 4, "10:20"),
        ("half", 3, "09:30"),
        ("undead", 6, "09:40"),
    ];
    let missed = heard.find_missed(signups(&there), at("13:00"), None);
    assert_eq!(
        told(&missed),
        [
            (Some("signup.created"), "half"),
            (Some("signup.created"), "early"),
            (Some("signup.created"), "late"),
            (Some("signup.position_changed"), "kept"),
            (None, "undead"),
            (Some("signup.deleted"), "gone"),
        ]
    );
    assert!(matches!(&missed[3], MissedEvent::Moved { from: 2, to: 1, .. }));
    assert_eq!(
        told(&heard.find_missed(signups(&there), at("13:00"), Some(at("10:25"))))[0],
        (Some("signup.created"), "late")
    );
}

#[test]
fn the_position_that_was_told_last_counts_whatever_came_last() {
    let heard = heard(&[
        ("position_changed", "a", json!({ "old_position": 5, "new_position": 2 }), "10:05"),
        ("created", "a", json!({ "position": 5 }), "10:00"),
    ]);
    assert_eq!(heard.find_missed(signups(&[("a", 2, "10:00")]), at("13:00"), None), []);
}

#[test]
fn payloads_are_the_documented_ones() {
    let signup = signups(&[("a", 3, "10:00")]).remove(0);
    let text = |missed: MissedEvent| missed.build_payload("w", at("12:00")).map(|payload| payload.to_string());
    assert_eq!(
        text(MissedEvent::Created(signup.clone())).unwrap(),
        r#"{"event_type":"signup.created","waitlist_id":"w","data":{"id":"a","email":"a@x.io","name":null,"position":3,"referral_code":"ABC123","created_at":"2024-01-15T10:00:00Z"},"timestamp":"2024-01-15T10:00:00Z"}"#
    );
    assert_eq!(
        text(MissedEvent::Moved { signup: signup.clone(), from: 5, to: 3 }).unwrap(),
        r#"{"event_type":"signup.position_changed","waitlist_id":"w","data":{"id":"a","email":"a@x.io","old_position":5,"new_position":3,"position_change":-2},"timestamp":"2024-01-15T12:00:00Z"}"#
    );
    assert_eq!(
        text(MissedEvent::Deleted { id: "a".into(), email: Some("a@x.io".into()) }).unwrap(),
        r#"{"event_type":"signup.deleted","waitlist_id":"w","data":{"id":"a","email":"a@x.io"},"timestamp":"2024-01-15T12:00:00Z"}"#
    );
    for missed in [MissedEvent::Created(signup.clone()), MissedEvent::Moved { signup: signup.clone(), from: 5, to: 3 }]
    {
        let body = RawBody::new(missed.build_payload("w", at("12:00")).unwrap().to_string());
        assert_eq!(EventFacts::from_body(&body).drift, [], "{missed:?}");
    }
    assert_eq!(text(MissedEvent::StillThere(signup)), None);
}

#[test]
fn what_came_while_the_sign_ups_were_read_is_not_judged() {
    let heard = heard(&[
        ("created", "new", json!({ "position": 9 }), "10:00"),
        ("created", "moved", json!({ "position": 5 }), "10:00"),
    ]);
    let there = || signups(&[("moved", 6, "09:00")]);
    assert_eq!(heard.find_missed(there(), at("12:00"), None), []);
    assert_eq!(heard.find_missed(there(), at("12:01"), None).len(), 2);
}

#[test]
fn within_one_second_what_came_later_counts() {
    let position = |from: i64, to: i64| {
        let data = json!({ "id": "a", "old_position": from, "new_position": to });
        let event =
            json!({ "event_type": "signup.position_changed", "data": data, "timestamp": "2024-01-15T10:00:00Z" });
        EventFacts::from_body(&RawBody::new(event.to_string()))
    };
    let created = EventFacts::from_body(&RawBody::new(
        r#"{"event_type":"signup.created","data":{"id":"a","position":5},"timestamp":"2024-01-15T10:00:00Z"}"#,
    ));
    // Newest first, as a store is read.
    let mut heard = ObservedWaitlist::default();
    heard.observe_event(&position(5, 2), at("10:02"));
    heard.observe_event(&created, at("10:01"));
    assert_eq!(heard.find_missed(signups(&[("a", 2, "10:00")]), at("13:00"), None), []);
}
