//! Changes by path: what the catalogue allows, what it refuses and in which words, and what force lets through.

use super::*;
use serde_json::json;

const CREATED: EventType = EventType::SignupCreated;

fn payload() -> Value {
    json!({
        "event_type": "signup.created",
        "data": {"id": "1", "email": "a@example.com", "name": "A", "position": 1},
        "timestamp": "2024-01-15T10:00:00Z",
    })
}

fn moved() -> Value {
    json!({"data": {"old_position": 10, "new_position": 5, "position_change": -5}})
}

fn set(given: &str, force: bool) -> Result<Value, String> {
    let mut payload = payload();
    let edit = PayloadEdit::set(given).map_err(|error| error.to_string())?;
    edit.apply(&mut payload, CREATED, force).map_err(|error| error.to_string())?;
    Ok(payload)
}

#[test]
fn values_are_read_as_the_catalogue_says() {
    assert_eq!(set("data.position=-5", false).unwrap()["data"]["position"], json!(-5));
    assert_eq!(set("data.name=5", false).unwrap()["data"]["name"], json!("5"));
    assert_eq!(set("data.name=null", false).unwrap()["data"]["name"], Value::Null);
    assert_eq!(set("data.name=", false).unwrap()["data"]["name"], json!(""));
    assert_eq!(set("data.referral_code=null", false).unwrap()["data"]["referral_code"], json!("null"));
    assert_eq!(set("data.name=a=b", false).unwrap()["data"]["name"], json!("a=b"));
}

#[test]
fn an_unknown_path_is_an_error_with_a_suggestion() {
    let told = r#"signup.created has no field "data.postion"; did you mean "data.position"?"#;
    assert_eq!(set("data.postion=5", false).unwrap_err(), told);
    assert_eq!(set("colour=red", false).unwrap_err(), r#"signup.created has no field "colour""#);
    assert!(set("data.old_position=5", false).unwrap_err().starts_with("signup.created has no field"));
}

#[test]
fn a_value_that_does_not_fit_is_an_error() {
    let told = |given: &str| set(given, false).unwrap_err();
    assert_eq!(told("data.position=first"), r#"data.position must be a whole number, not "first""#);
    assert_eq!(told("data.position=null"), r#"data.position must be a whole number, not "null""#);
    assert_eq!(told("data.position=1.0"), r#"data.position must be a whole number, not "1.0""#);
    assert_eq!(told("data.email=nobody"), r#"data.email must be an e-mail address, not "nobody""#);
    assert_eq!(told("data.id="), r#"data.id must be a non-empty id, not """#);
    assert!(told("timestamp=now").starts_with("timestamp must be an RFC 3339 date and time like"));
    assert_eq!(told("data={}"), r#"data must be a JSON object, not "{}""#);
}

#[test]
fn force_takes_what_was_typed() {
    assert_eq!(set("data.position=first", true).unwrap()["data"]["position"], json!("first"));
    assert_eq!(set("data.position=7", true).unwrap()["data"]["position"], json!(7));
    assert_eq!(set("data.extra.colour=5", true).unwrap()["data"]["extra"], json!({"colour": "5"}));
    let told = "data.email.domain cannot be reached: data.email is not an object";
    assert_eq!(set("data.email.domain=x", true).unwrap_err(), told);
}

#[test]
fn json_values_keep_their_type() {
    let mut payload = payload();
    let mut apply = |given: &str, force| PayloadEdit::set_json(given).unwrap().apply(&mut payload, CREATED, force);
    apply("data.position=4", false).unwrap();
    apply("data.name=null", false).unwrap();
    let told = "data.position must be a whole number, not 4.5";
    assert_eq!(apply("data.position=4.5", false).unwrap_err().to_string(), told);
    let told = "data.name must be text or null, not [1]";
    assert_eq!(apply("data.name=[1]", false).unwrap_err().to_string(), told);
    apply("data.name=[1]", true).unwrap();
    assert_eq!(payload["data"]["name"], json!([1]));
    let told = PayloadEdit::set_json("data.name=[1").unwrap_err().to_string();
    assert!(told.starts_with("the value for data.name is not JSON: "), "{told}");
}

#[test]
fn fields_are_taken_out_and_the_rest_keeps_its_order() {
    let mut payload = payload();
    let unset = |path: &str| PayloadEdit::unset(path).unwrap();
    unset("data.email").apply(&mut payload, CREATED, false).unwrap();
    unset("data.email").apply(&mut payload, CREATED, false).unwrap();
    assert_eq!(payload["data"].to_string(), r#"{"id":"1","name":"A","position":1}"#);
    unset("event_type").apply(&mut payload, CREATED, false).unwrap();
    assert_eq!(payload.as_object().unwrap().keys().next().unwrap(), "data");
    assert!(unset("data.mail").apply(&mut payload, CREATED, false).unwrap_err().to_string().contains("data.email"));
    unset("data.no.such").apply(&mut payload, CREATED, true).unwrap();
}

#[test]
fn a_malformed_change_says_how_to_write_one() {
    let told = r#""data.position" is not a change: write PATH=VALUE, like data.position=5"#;
    assert_eq!(PayloadEdit::set("data.position").unwrap_err().to_string(), told);
    for path in ["", ".", "data.", "data..x"] {
        assert!(matches!(PayloadEdit::unset(path), Err(PayloadEditError::BadPath { .. })), "{path:?}");
    }
    assert!(matches!(PayloadEdit::set("=5"), Err(PayloadEditError::BadPath { .. })));
}

#[test]
fn a_move_stays_consistent_unless_told_otherwise() {
    let event = EventType::SignupPositionChanged;
    let apply = |edits: &[PayloadEdit]| {
        let mut payload = moved();
        apply_edits(&mut payload, event, edits, false).map(|()| payload["data"]["position_change"].clone())
    };
    assert_eq!(apply(&[PayloadEdit::set("data.new_position=12").unwrap()]), Ok(json!(2)));
    let wrong =
        [PayloadEdit::set("data.new_position=12").unwrap(), PayloadEdit::set("data.position_change=7").unwrap()];
    assert_eq!(apply(&wrong), Ok(json!(7)));
    let without =
        [PayloadEdit::set("data.new_position=12").unwrap(), PayloadEdit::unset("data.position_change").unwrap()];
    assert_eq!(apply(&without), Ok(Value::Null));
    assert_eq!(apply(&[PayloadEdit::unset("data.old_position").unwrap()]), Ok(json!(-5)));
    assert!(apply(&[PayloadEdit::set("data.position=1").unwrap()]).is_err());
}
