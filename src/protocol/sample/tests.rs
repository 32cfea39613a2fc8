//! Fabricated payloads: the same from the same seed, like the documented ones in form, and with room for what the
//! user gives.

use super::*;
use crate::protocol::body::RawBody;
use crate::protocol::facts::{EventFacts, WaitlistPosition};
use std::collections::HashSet;

fn noon() -> Timestamp {
    "2024-01-15T12:00:00.987Z".parse().unwrap()
}

fn fabricate(event: EventType, seed: u64, given: &SampleOverrides) -> String {
    generate_payload(event, &mut SeededRng::new(seed), noon(), given).to_string()
}

#[test]
fn a_seed_gives_the_same_bytes_for_ever() {
    let text = fabricate(EventType::SignupDeleted, 7, &SampleOverrides::default());
    assert_eq!(text, fabricate(EventType::SignupDeleted, 7, &SampleOverrides::default()));
    assert_ne!(text, fabricate(EventType::SignupDeleted, 8, &SampleOverrides::default()));
    assert_eq!(text, PINNED);
    assert_eq!(seeded_time(7).to_string(), "2024-05-04T06:43:47Z");
}

const PINNED: &str = r#"{"event_type":"signup.deleted","waitlist_id":"bb43d723-3453-4528-ba29-9b2ed359012b","data":{"id":"31952445-b970-4bb4-a33a-3e09b6b70bba","email":"asa.ostby9899@example.org"},"timestamp":"2024-01-15T12:00:00Z"}"#;

#[test]
fn payloads_fit_the_catalogue() {
    for seed in 0..300 {
        for event in EventType::ALL {
            let text = fabricate(event, seed, &SampleOverrides::default());
            let facts = EventFacts::from_body(&RawBody::new(text.clone()));
            assert_eq!(facts.drift, [], "{text}");
            assert_eq!(facts.event_type.as_deref(), Some(event.name()));
            assert_eq!(facts.occurred.unwrap().to_string(), "2024-01-15T12:00:00Z");
            match (event, facts.position) {
                (EventType::SignupCreated, Some(WaitlistPosition::At(at))) => assert!(at >= 1),
                (EventType::SignupPositionChanged, Some(WaitlistPosition::Moved { from, to })) => {
                    assert!(from != to && to >= 1 && from >= 1)
                }
                (EventType::SignupDeleted, None) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn members_stand_in_the_documented_order() {
    for event in EventType::ALL {
        let payload = generate_payload(event, &mut SeededRng::new(1), noon(), &SampleOverrides::default());
        let mut paths = Vec::new();
        for (key, value) in payload.as_object().unwrap() {
            paths.push(key.clone());
            paths.extend(value.as_object().iter().flat_map(|data| data.keys().map(|inner| format!("{key}.{inner}"))));
        }
        assert_eq!(paths, event.fields().map(|field| field.path).collect::<Vec<_>>());
    }
}

#[test]
fn details_look_like_the_documented_ones() {
    let mut names = HashSet::new();
    for seed in 0..300 {
        let signup = SampleSignup::generate(&mut SeededRng::new(seed), noon(), &SampleOverrides::default());
        assert_eq!(signup.id.get_version_num(), 4);
        assert!(signup.referral_code.len() == 6);
        assert!(signup.referral_code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        assert!(signup.email.is_ascii(), "{}", signup.email);
        assert!(signup.email.ends_with("example.com") || signup.email.contains("example."), "{}", signup.email);
        assert!(signup.created_at <= signup.told_at);
        names.insert(signup.name);
    }
    assert!(names.len() > 100);
    assert!(names.iter().any(|name| !name.is_ascii()) && names.iter().any(|name| !name.contains(' ')));
}

#[test]
fn what_is_given_replaces_nothing_else() {
    let given =
        SampleOverrides {
            waitlist: Some("w1".into()), email: Some("me@example.org".into()), name: Some("Zoë".into())
        };
    for event in EventType::ALL {
        let mut plain = generate_payload(event, &mut SeededRng::new(3), noon(), &SampleOverrides::default());
        let with = generate_payload(event, &mut SeededRng::new(3), noon(), &given);
        plain["waitlist_id"] = "w1".into();
        plain["data"]["email"] = "me@example.org".into();
        if event == EventType::SignupCreated {
            plain["data"]["name"] = "Zoë".into();
        }
        assert_eq!(plain, with);
    }
}

#[test]
fn an_address_is_made_from_a_given_name() {
    let email = |name: &str| {
        let given = SampleOverrides { name: Some(name.into()), ..SampleOverrides::default() };
        SampleSignup::generate(&mut SeededRng::new(1), noon(), &given).email
    };
    assert!(email("Zoë  O'Neill").starts_with("zoe.oneill"), "{}", email("Zoë  O'Neill"));
    assert!(email("李").starts_with("user"));
    assert!(email(&"x".repeat(500)).len() < 100);
}

#[test]
fn every_listed_name_has_an_ascii_form() {
    for seed in 0..2000 {
        let (name, ascii) = names::generate_name(&mut SeededRng::new(seed));
        assert!(ascii.len() >= 3 && ascii.bytes().all(|b| matches!(b, b'a'..=b'z' | b'.')), "{name}: {ascii}");
        assert_eq!(ascii.contains('.'), name.contains(' ') || !name.is_ascii(), "{name}: {ascii}");
    }
}

#[test]
fn one_signup_can_live_through_several_events() {
    let signup = SampleSignup::generate(&mut SeededRng::new(5), noon(), &SampleOverrides::default());
    let later = "2024-01-15T13:00:00Z".parse().unwrap();
    let payloads = [signup.build_created(), signup.build_moved(9, 4, later), signup.build_deleted(later)];
    assert!(payloads.iter().all(|payload| payload["data"]["id"] == payloads[0]["data"]["id"]));
    assert_eq!(payloads[1]["data"]["position_change"], -5);
    assert_eq!(payloads[2]["timestamp"], "2024-01-15T13:00:00Z");
}

#[test]
fn dice_stay_within_their_bounds() {
    let mut dice = SeededRng::new(0);
    let rolls: HashSet<i64> = (0..1000).map(|_| dice.between(-2, 2)).collect();
    assert_eq!(rolls, HashSet::from([-2, -1, 0, 1, 2]));
    assert_eq!((dice.below(0), dice.below(1), dice.between(5, 4), dice.pick(&[], 'x')), (0, 0, 5, 'x'));
    let _ = dice.between(i64::MIN, i64::MAX);
    assert!((0..1000).map(|_| dice.fraction()).all(|fraction| (0.0..1.0).contains(&fraction)));
    assert!(!dice.chance(0.0) && dice.chance(1.0));
    let lucky = (0..10_000).filter(|_| dice.chance(0.2)).count();
    assert!((1_800..2_200).contains(&lucky), "{lucky}");
    assert_ne!(SeededRng::for_stream(1, 1).below(u64::MAX), SeededRng::for_stream(1, 2).below(u64::MAX));
}

#[test]
fn seeded_times_are_whole_seconds_of_one_year() {
    for seed in 0..200 {
        assert!(seeded_time(seed).to_string().starts_with("2024-"));
        assert_eq!(seeded_time(seed).subsec_nanosecond(), 0);
    }
    assert_ne!(seeded_time(1), seeded_time(2));
}
