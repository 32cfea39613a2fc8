//! Tests.

use super::*;
use crate::protocol::body::RawBody;
use crate::protocol::facts::{EventFacts, WaitlistPosition};
use std::collections::HashSet;

fn now() -> Timestamp {
    "2024-01-15T10:00:00.5Z".parse().unwrap()
}

fn payload(stream: &PayloadStream, number: u64) -> RawBody {
    let mut out = Vec::new();
    stream.write_payload(number, &mut out);
    RawBody::new(out)
}

#[test]
fn every_payload_fits_the_catalogue_and_is_another_one() {
    for event in EventType::ALL {
        let stream = PayloadStream::new(PayloadPattern::One(event), 7, now(), &SampleOverrides::default());
        let mut seen = HashSet::new();
        for number in 0..2000 {
            let body = payload(&stream, number);
            let facts = EventFacts::from_body(&body);
            assert!(facts.drift.is_empty(), "{:?} {:?}", facts.drift, body.as_bytes());
            assert_eq!(facts.event_type.as_deref(), Some(event.name()));
            assert!(seen.insert(body.fingerprint()) && !facts.email.unwrap().is_empty());
        }
    }
}

#[test]
fn a_number_gives_the_same_bytes_whatever_was_written_before() {
    let stream = |seed| PayloadStream::new(PayloadPattern::Lives, seed, now(), &SampleOverrides::default());
    let forwards: Vec<RawBody> = (0..30).map(|number| payload(&stream(7), number)).collect();
    let backwards: Vec<RawBody> = (0..30).rev().map(|number| payload(&stream(7), number)).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
    assert!((0..30).all(|number| payload(&stream(8), number) != forwards[number as usize]));
}

#[test]
fn a_life_is_of_one_sign_up() {
    let stream = PayloadStream::new(PayloadPattern::Lives, 1, now(), &SampleOverrides::default());
    let facts: Vec<EventFacts> = (0..6).map(|number| EventFacts::from_body(&payload(&stream, number))).collect();
    let names: Vec<_> = facts.iter().map(|facts| facts.event_type.clone().unwrap()).collect();
    assert_eq!(names[..3], ["signup.created", "signup.position_changed", "signup.deleted"]);
    assert!(facts[1].signup_id == facts[0].signup_id && facts[2].signup_id == facts[0].signup_id);
    assert!(facts[1].email == facts[0].email && facts[3].signup_id != facts[0].signup_id);
    assert!(matches!(facts[1].position, Some(WaitlistPosition::Moved { from, to }) if to < from));
}

#[test]
fn what_was_given_stands_in_every_payload() {
    let given = SampleOverrides {
        waitlist: Some("w\"1".into()),
        email: Some("a\"b@x.io".into()),
        name: Some("Ada \\ L".into()),
    };
    let stream = PayloadStream::new(PayloadPattern::One(EventType::SignupCreated), 1, now(), &given);
    let value: Value = serde_json::from_slice(payload(&stream, 3).as_bytes()).unwrap();
    assert_eq!(
        (&value["waitlist_id"], &value["data"]["email"], &value["data"]["name"]),
        (&"w\"1".into(), &"a\"b@x.io".into(), &"Ada \\ L".into())
    );
}
