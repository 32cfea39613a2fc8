//! Fabricated bodies of the second service's events.

use super::{SampleOverrides, SampleSignup, SeededRng};
use crate::protocol::referralhero::HeroEvent;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The members of a body, in the order of the documented example.
#[derive(Serialize)]
struct HeroPayload {
    list_uuid: String,
    subscriber_id: String,
    response: &'static str,
    name: String,
    first_name: String,
    last_name: String,
    email: String,
    extra_field: &'static str,
    extra_field_2: &'static str,
    code: String,
    source: &'static str,
    referred: bool,
    referral: HeroReferral,
    referral_link: String,
    people_ahead: i64,
    created_at: i64,
}

/// Who referred somebody: nobody, somebody who is gone, or a subscriber.
#[derive(Serialize)]
#[serde(untagged)]
enum HeroReferral {
    Word(&'static str),
    Friend { name: String, email: String, code: String, people_referred: i64, points: i64 },
}

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

fn roll(dice: &mut SeededRng, from: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(dice.pick(from, b'A'))).collect()
}

/// A fabricated body's members, in the order of the documented example. What other events than `new_registration`
/// carry is not documented: they get the same.
pub(crate) fn generate_hero_payload(
    event: HeroEvent,
    dice: &mut SeededRng,
    now: Timestamp,
    given: &SampleOverrides,
) -> Value {
    let person = SampleSignup::generate(dice, now, given);
    let list = given.waitlist.clone().unwrap_or_else(|| format!("MF{}", roll(dice, UPPER, 4)));
    let first = person.name.split(' ').next().unwrap_or_default().to_owned();
    let code = roll(dice, LOWER, 9);
    let referred = dice.chance(0.4);
    let friend = SampleSignup::generate(dice, now, &SampleOverrides::default());
    let referral = match (referred, dice.chance(0.2)) {
        (false, _) => HeroReferral::Word(""),
        (true, true) => HeroReferral::Word("subscriber_deleted"),
        (true, false) => HeroReferral::Friend {
            name: friend.name,
            email: friend.email,
            code: roll(dice, LOWER, 9),
            people_referred: dice.between(1, 40),
            points: dice.between(1, 60),
        },
    };
    let payload = HeroPayload {
        list_uuid: list,
        subscriber_id: format!("sub_{}", roll(dice, UPPER, 6)),
        response: event.name(),
        first_name: first,
        last_name: person.name.split(' ').skip(1).collect::<Vec<_>>().join(" "),
        name: person.name,
        email: person.email,
        extra_field: "",
        extra_field_2: "",
        source: "facebook",
        referred,
        referral,
        referral_link: format!("https://example.com/?ref={code}"),
        code,
        people_ahead: person.position,
        created_at: person.created_at.as_second(),
    };
    // Strings and numbers alone: it cannot fail.
    serde_json::to_value(payload).unwrap_or_default()
}

/// The same about this sign-up, whom nobody referred: a friend's name could be in any script.
pub(crate) fn generate_unreferred_payload(event: HeroEvent, dice: &mut SeededRng, signup: SampleSignup) -> Value {
    let given = SampleOverrides { waitlist: None, email: Some(signup.email), name: Some(signup.name) };
    let mut payload = generate_hero_payload(event, dice, signup.created_at, &given);
    (payload["referred"], payload["referral"]) = (Value::from(false), Value::from(""));
    payload
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::body::RawBody;
    use crate::protocol::facts::EventFacts;
    use crate::protocol::referralhero::NAMES;

    #[test]
    fn what_is_fabricated_has_the_members_of_the_documented_example() {
        let example = r#"{"list_uuid":"MFXXXX","subscriber_id":"sub_123ABC","response":"new_registration","name":"John Doe","first_name":"John","last_name":"Doe","email":"john.doe@example.com","extra_field":"+1 2348891123","extra_field_2":"USA","code":"2hg36dvs","source":"facebook","referred":true,"referral":{"name":"Mark","email":"mark@example.com","code":"hxgs6csgy","people_referred":26,"points":27},"referral_link":"http://mywebsite.com/LINK_PLAIN","people_ahead":2873,"created_at":1234567889}"#;
        let example: Value = serde_json::from_str(example).unwrap();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut shapes = std::collections::BTreeSet::new();
        for seed in 0..60 {
            let now = Timestamp::from_second(1_700_000_000).unwrap();
            let event = HeroEvent::from_name(NAMES[seed as usize % NAMES.len()]).unwrap();
            let body = generate_hero_payload(event, &mut SeededRng::new(seed), now, &SampleOverrides::default());
            assert_eq!(names(&body), names(&example));
            let facts = EventFacts::from_body(&RawBody::new(body.to_string()));
            assert_eq!(facts.event_type.as_deref(), Some(event.name()));
            shapes.insert(match &body["referral"] {
                Value::Object(friend) => format!("{:?}", friend.keys().collect::<Vec<_>>()),
                text => text.to_string(),
            });
        }
        let friend = format!("{:?}", example["referral"].as_object().unwrap().keys().collect::<Vec<_>>());
        assert_eq!(shapes, ["\"\"".to_owned(), "\"subscriber_deleted\"".to_owned(), friend].into());
    }
}
