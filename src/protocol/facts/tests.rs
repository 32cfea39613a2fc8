//! Reading bodies: the documented examples, every departure from them, and bodies that mean harm.

use super::*;
use proptest::prelude::*;

const CREATED: &str = r#"{"event_type":"signup.created","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com","name":"John Doe","position":1,"referral_code":"ABC123","created_at":"2024-01-15T10:00:00Z"},"timestamp":"2024-01-15T10:00:00Z"}"#;
const MOVED: &str = r#"{"event_type":"signup.position_changed","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com","old_position":10,"new_position":5,"position_change":-5},"timestamp":"2024-01-15T10:00:00Z"}"#;
const DELETED: &str = r#"{"event_type":"signup.deleted","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com"},"timestamp":"2024-01-15T10:00:00Z"}"#;

fn facts(text: impl AsRef<[u8]>) -> EventFacts {
    EventFacts::from_body(&RawBody::new(text.as_ref().to_vec()))
}

/// The drift as `path kind` words.
fn drift_of(text: impl AsRef<[u8]>) -> Vec<String> {
    facts(text).drift.iter().map(|drift| format!("{} {:?}", drift.path, drift.kind)).collect()
}

/// The documented creation with one part of its text replaced.
fn changed(from: &str, to: &str) -> String {
    assert!(CREATED.contains(from), "{from}");
    CREATED.replacen(from, to, 1)
}

#[test]
fn the_documented_examples_are_read_in_full() {
    let created = facts(CREATED);
    assert_eq!(created.event_type.as_deref(), Some("signup.created"));
    assert_eq!(created.waitlist_id.as_deref(), Some("123e4567-e89b-12d3-a456-426614174000"));
    assert_eq!(created.signup_id.as_deref(), Some("789e0123-e89b-12d3-a456-426614174000"));
    assert_eq!(created.email.as_deref(), Some("user@example.com"));
    assert_eq!(created.position, Some(WaitlistPosition::At(1)));
    assert_eq!(created.occurred.unwrap().to_string(), "2024-01-15T10:00:00Z");
    assert_eq!(facts(MOVED).position, Some(WaitlistPosition::Moved { from: 10, to: 5 }));
    assert_eq!(facts(DELETED).position, None);
    for text in [CREATED, MOVED, DELETED] {
        assert_eq!(facts(text).drift, [], "{text}");
    }
}

#[test]
fn blanks_escapes_and_order_do_not_matter() {
    let text = " {\n\"timestamp\" : \"2024-01-15T10:00:00Z\", \"data\":{\"em\\u0061il\":\"\\u0075ser@example.com\", \
                \"id\":\"\\ud800\"},\"waitlist_id\":\"w\",\"\\u0065vent_type\":\"signup.deleted\"}\r\n";
    let facts = facts(text);
    assert_eq!(facts.drift, []);
    assert_eq!(facts.email.as_deref(), Some("user@example.com"));
    assert_eq!(facts.signup_id.as_deref(), Some("\u{fffd}"));
}

#[test]
fn missing_fields_are_named() {
    assert_eq!(drift_of(changed(r#","position":1"#, "")), ["data.position Missing"]);
    assert_eq!(drift_of(changed(r#","timestamp":"2024-01-15T10:00:00Z"}"#, "}")), ["timestamp Missing"]);
    assert_eq!(drift_of(r#"{"event_type":"signup.deleted","waitlist_id":"w"}"#), ["data Missing", "timestamp Missing"]);
    let all = ["event_type Missing", "waitlist_id Missing", "data Missing", "timestamp Missing"];
    assert_eq!(drift_of("{}"), all);
}

#[test]
fn a_name_may_be_absent_or_null() {
    assert_eq!(drift_of(changed(r#""name":"John Doe","#, "")), [""; 0]);
    assert_eq!(drift_of(changed(r#""John Doe""#, "null")), [""; 0]);
    assert_eq!(drift_of(changed(r#""John Doe""#, "7")), ["data.name Mistyped"]);
}

#[test]
fn unknown_fields_are_named_once() {
    let text = changed(r#""position":1"#, r#""position":1,"rank":{"x":1},"old_position":1,"rank":2"#);
    assert_eq!(drift_of(text), ["data.old_position Unknown", "data.rank Unknown"]);
    assert_eq!(drift_of(changed("{", r#"{"id":"evt_1","data.id":1,"#)), ["id Unknown", "data.id Unknown"]);
}

/// Should the service begin to number its events, a repeat is known by that and not by its bytes.
#[test]
fn an_event_id_at_the_top_identifies_the_event() {
    let with = |members: &str| facts(changed("{", &format!("{{{members},")));
    let id = |members: &str| with(members).event_id;
    assert_eq!(id(r#""event_id":"evt_1""#).as_deref(), Some("evt_1"));
    assert_eq!(id(r#""id":"evt_\u0031","event_id":"""#).as_deref(), Some("evt_1"));
    assert_eq!(id(r#""id":"other","event_id":7"#).as_deref(), Some("7"));
    assert_eq!((id(r#""id":null"#), id(r#""id":{"id":"x"}"#), facts(CREATED).event_id), (None, None, None));
    let (one, later) = (with(r#""id":"evt_1""#), with(r#""id":"evt_1","attempt":2"#));
    assert!(one.twin.is_some() && one.twin == later.twin);
    assert_ne!(one.twin, with(r#""id":"evt_2""#).twin);
    let moved = facts(MOVED.replacen('{', r#"{"id":"evt_1","#, 1));
    assert_ne!(one.twin, moved.twin, "an id of another kind of event");
    let other = changed("789e0123", "00000000").replacen('{', r#"{"id":"evt_1","#, 1);
    assert_ne!(one.twin, facts(other).twin, "an id that every event has is none");
}

/// What is called `id` may be the sign-up's, or one and the same in every event.
#[test]
fn an_id_that_several_events_share_makes_none_of_them_a_repeat() {
    for (name, id) in [("id", "evt"), ("event_id", "evt"), ("id", "789e0123-e89b-12d3-a456-426614174000")] {
        let twin = |text: &str| facts(text.replacen('{', &format!("{{\"{name}\":\"{id}\","), 1)).twin.unwrap();
        let later = |text: &str| text.replace("\"timestamp\":\"2024", "\"timestamp\":\"2025");
        let again = MOVED
            .replace("\"old_position\":10", "\"old_position\":5")
            .replace("\"new_position\":5", "\"new_position\":2");
        assert_ne!(twin(MOVED), twin(&again), "two moves of one sign-up");
        assert_eq!(twin(MOVED), twin(&later(MOVED)), "a move that is told again");
        let unknown = CREATED.replace("signup.created", "signup.rewarded");
        let second = unknown.replace("\"position\":1", "\"reward\":\"mug\"");
        assert_ne!(twin(&unknown), twin(&second), "of an event that is not known nobody knows what may happen twice");
        assert_eq!(twin(&unknown), twin(&later(&unknown)));
        let placeless = MOVED.replace("\"old_position\":10,", "");
        assert_ne!(twin(&placeless), twin(&placeless.replace("-5", "-3")), "a move without its places");
        let nobody = CREATED.replace("\"id\":", "\"key\":");
        assert_ne!(twin(&nobody), twin(&nobody.replace("user@", "other@")), "a sign-up that is not named");
    }
}

#[test]
fn an_unknown_event_is_compared_by_its_envelope_only() {
    let text = changed("signup.created", "signup.approved").replace("\"position\"", "\"rank\"");
    assert_eq!(drift_of(&text), ["event_type Unknown"]);
    assert_eq!(facts(&text).event_type.as_deref(), Some("signup.approved"));
    assert_eq!(drift_of(changed("signup.created", "created")), ["event_type Unknown"]);
    assert_eq!(drift_of(changed("\"signup.created\"", "[]")), ["event_type Mistyped"]);
}

#[test]
fn mistyped_fields_are_named() {
    for value in ["\"1\"", "1.0", "1e0", "true", "null", "{}", "[1]"] {
        let text = changed("\"position\":1", &format!("\"position\":{value}"));
        assert_eq!(drift_of(text), ["data.position Mistyped"], "{value}");
    }
    assert_eq!(drift_of(changed("user@example.com", "user")), ["data.email Mistyped"]);
    assert_eq!(drift_of(changed("789e0123-e89b-12d3-a456-426614174000", "")), ["data.id Mistyped"]);
    assert_eq!(drift_of(changed("789e0123-e89b-12d3-a456-426614174000", "sub_1")), [""; 0]);
    assert_eq!(
        drift_of(CREATED.replace("2024-01-15T10:00:00Z", "1705312800")),
        ["data.created_at Mistyped", "timestamp Mistyped"]
    );
    let data = r#"{"event_type":"signup.deleted","waitlist_id":"w","data":["id"],"timestamp":"2024-01-15T10:00:00Z"}"#;
    assert_eq!(drift_of(data), ["data Mistyped"]);
}

#[test]
fn whole_numbers_are_read_however_they_are_written() {
    let at = |number: &str| facts(changed("\"position\":1", &format!("\"position\":{number}"))).position;
    assert_eq!(at("5.0"), Some(WaitlistPosition::At(5)));
    assert_eq!(at("5e2"), Some(WaitlistPosition::At(500)));
    assert_eq!(at("5.5"), None);
    assert_eq!(at("1e300"), None);
    assert_eq!(at("-9223372036854775808"), Some(WaitlistPosition::At(i64::MIN)));
}

#[test]
fn a_change_that_contradicts_its_positions_is_named() {
    let text = MOVED.replace("\"position_change\":-5", "\"position_change\":5");
    assert_eq!(drift_of(text), ["data.position_change Inconsistent"]);
    let extreme = MOVED.replace("\"old_position\":10", "\"old_position\":-9223372036854775808");
    assert_eq!(drift_of(extreme), ["data.position_change Inconsistent"]);
}

#[test]
fn what_is_no_json_object_has_no_facts() {
    for text in ["", "[]", "1", "\"x\"", "null", "{", "{}{}", "not json", "[{\"event_type\":\"x\"}]", "\u{feff}{}"] {
        let expected = EventFacts { drift: vec![drift(BODY, DriftKind::Mistyped)], ..EventFacts::default() };
        assert_eq!(facts(text), expected, "{text}");
    }
    assert_eq!(drift_of(CREATED.strip_suffix('}').unwrap()), ["body Mistyped"]);
}

#[test]
fn the_last_of_several_members_counts() {
    let text = changed(r#""data":"#, r#""data":{"email":"first@example.com","old":1,"old_position":3},"data":"#);
    let read = facts(&text);
    assert_eq!((read.email.as_deref(), read.drift.len()), (Some("user@example.com"), 0));
    let text = changed(r#","timestamp""#, r#","data":7,"event_type":"signup.deleted","timestamp""#);
    let read = facts(&text);
    assert_eq!((read.email, read.event_type.as_deref()), (None, Some("signup.deleted")));
    assert_eq!(drift_of(&text), ["data Mistyped"]);
}

#[test]
fn only_the_two_upper_levels_are_read() {
    let text = changed(r#""position":1"#, r#""position":1,"x":{"email":"no@example.com","y":[{"id":"no"}]}"#);
    assert_eq!(facts(&text).email.as_deref(), Some("user@example.com"));
    assert_eq!(drift_of(&text), ["data.x Unknown"]);
    let text = changed(r#""data":"#, r#""meta":{"id":"no","email":[{"event_type":"no"}]},"data":"#);
    assert_eq!(facts(&text).event_type.as_deref(), Some("signup.created"));
    assert_eq!(drift_of(&text), ["meta Unknown"]);
}

#[test]
fn twins_differ_in_their_timestamp_alone() {
    let twin = |text: &str| facts(text).twin.unwrap();
    let later = CREATED.replace(r#""timestamp":"2024-01-15T10:00:00Z""#, r#""timestamp":"2024-01-15T10:01:00.5Z""#);
    assert_eq!(twin(CREATED), twin(&later));
    assert_eq!(twin(CREATED), twin(&changed(r#","timestamp":"#, r#", "timestamp" : "#)), "blanks go with the member");
    assert_ne!(twin(CREATED), twin(&changed("\"position\":1", "\"position\":2")));
    assert_ne!(twin(CREATED), twin(&changed("10:00:00Z\"},", "10:00:01Z\"},")), "another time than the envelope's");
    assert_eq!(facts(r#"{"data":{"timestamp":1}}"#).twin, None);
}

#[test]
fn a_member_is_cut_with_exactly_one_comma() {
    let cut = |text: &str| {
        let range = BodyWalk::parse(text.as_bytes()).unwrap().without_timestamp.unwrap();
        format!("{}{}", &text[..range.start], &text[range.end..])
    };
    assert_eq!(cut(r#"{"a":1,"timestamp":"x","b":2}"#), r#"{"a":1,"b":2}"#);
    assert_eq!(cut(r#"{"timestamp":{"x":[1,2]},"b":2}"#), r#"{"b":2}"#);
    assert_eq!(cut(r#"{"a":{"b":1},"timestamp":[1,[2]]}"#), r#"{"a":{"b":1}}"#);
    assert_eq!(cut(r#"{ "timestamp":1 }"#), "{  }");
    assert_eq!(cut(r#"{"timestamp":1,"timestamp":2}"#), r#"{"timestamp":1}"#);
}

#[test]
fn harm_is_bounded() {
    let many: Vec<String> = (0..50_000).map(|i| format!("\"k{i}\":1")).collect();
    assert_eq!(drift_of(format!("{{{}}}", many.join(","))).len(), UNKNOWN_KEPT + 4);
    let long = drift_of(format!("{{\"{}\":1}}", "é".repeat(10_000))).pop().unwrap();
    assert_eq!(long, format!("{}… Unknown", "é".repeat(100)));
    let deep = format!("{{\"data\":{}1{}}}", "[".repeat(300_000), "]".repeat(300_000));
    assert_eq!(drift_of(deep).len(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damaged_bodies_are_survived(at in 0..CREATED.len(), byte in any::<u8>(), cut in 0..CREATED.len()) {
        let mut text = CREATED.as_bytes().to_vec();
        text[at] = byte;
        facts(&text);
        facts(&text[..cut]);
        facts(&text[cut..]);
    }

    #[test]
    fn fields_are_read_as_serde_reads_them(email in any::<String>(), position in any::<i64>()) {
        let text = serde_json::json!({"data": {"email": email, "position": position}}).to_string();
        let read = facts(text);
        prop_assert_eq!(read.email, Some(email));
        prop_assert_eq!(read.position, Some(WaitlistPosition::At(position)));
    }
}
