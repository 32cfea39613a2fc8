//! Deliveries of the second service, ReferralHero: no envelope, the event's name in `response`, no event id.
//!
//! They are recognised and shown by their own names instead of being called malformed; the catalogue does not apply to
//! them, so nothing in them departs from it.

use super::EventFacts;
use crate::protocol::referralhero::NAMES;
use serde::Deserialize;

#[derive(Deserialize)]
struct ReferralheroPayload {
    response: String,
    list_uuid: Option<String>,
    subscriber_id: Option<String>,
    email: Option<String>,
}

/// What such a body says; `None` if it is none.
pub(super) fn read_facts(text: &[u8]) -> Option<EventFacts> {
    let payload: ReferralheroPayload = serde_json::from_slice(text).ok()?;
    NAMES.contains(&payload.response.as_str()).then(|| EventFacts {
        event_type: Some(payload.response),
        waitlist_id: payload.list_uuid,
        signup_id: payload.subscriber_id,
        email: payload.email,
        ..EventFacts::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::protocol::body::RawBody;
    use crate::protocol::facts::EventFacts;
    use crate::protocol::signature::{Secret, SignatureVerdict, verify_referralhero};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    const BODY: &str = r#"{"list_uuid":"MFXXXX","subscriber_id":"sub_123ABC","response":"new_registration","name":"John Doe","email":"john.doe@example.com","referral":"","people_ahead":2873,"created_at":1234567889}"#;

    #[test]
    fn it_is_recognised_by_its_own_name() {
        let facts = EventFacts::from_body(&RawBody::new(BODY));
        assert_eq!(facts.event_type.as_deref(), Some("new_registration"));
        assert_eq!((facts.signup_id.as_deref(), facts.waitlist_id.as_deref()), (Some("sub_123ABC"), Some("MFXXXX")));
        assert!(facts.drift.is_empty());
        assert!(!EventFacts::from_body(&RawBody::new(BODY.replace("new_registration", "else"))).drift.is_empty());
    }

    #[test]
    fn hexadecimal_and_base64_both_verify() {
        let key = Secret::new("s").unwrap().key();
        let hex = key.sign(BODY.as_bytes())[7..].to_owned();
        let tag: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        let valid = |value: &str| {
            matches!(
                verify_referralhero([value.as_bytes()], BODY.as_bytes(), std::slice::from_ref(&key)),
                SignatureVerdict::Valid(_)
            )
        };
        let base64 = STANDARD.encode(&tag);
        for value in [hex.clone(), hex.to_uppercase(), format!("sha256={hex}"), base64.clone(), format!(" {base64} ")] {
            assert!(valid(&value), "{value}");
        }
        for value in ["", "abc", &hex[1..], &STANDARD.encode(&tag[..31]), &STANDARD.encode([0; 32])] {
            assert!(!valid(value), "{value}");
        }
        assert!(matches!(verify_referralhero(std::iter::empty(), b"", &[key]), SignatureVerdict::Unsigned));
    }
}
