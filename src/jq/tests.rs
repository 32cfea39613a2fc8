//! Tests.

use super::*;

fn holds(expression: &str, body: &'static str) -> bool {
    JqCondition::new(expression).unwrap().matches(&RawBody::new(body)).unwrap()
}

#[test]
fn any_result_that_is_neither_false_nor_null_counts() {
    let body = r#"{"event_type":"signup.created","data":{"position":5,"email":"a@x.io"}}"#;
    for yes in [".data.position < 10", "select(.data.position == 5)", ".data.email | test(\"@x.io$\")", "false, 1", "."]
    {
        assert!(holds(yes, body), "{yes}");
    }
    for no in [".data.position > 10", "select(false)", ".missing", "empty", ".data.email + 1", "null, false"] {
        assert!(!holds(no, body), "{no}");
    }
}

#[test]
fn a_body_that_is_no_json_meets_nothing() {
    assert!(!holds("true", "hello"));
}

#[test]
fn what_is_no_jq_or_acts_on_the_process_is_refused() {
    for bad in [".data.", "nothing(", "unknown_filter", "halt", "env", "$ENV", "input", "import \"x\" as x; 1"] {
        assert_eq!(JqCondition::new(bad).unwrap_err(), JqError::Syntax(bad.into()), "{bad}");
    }
}

#[test]
fn a_condition_that_takes_too_long_is_given_up_for_good() {
    // Not endless: what is left behind would keep a processor from the other tests.
    let slow = JqCondition::with_limit("last(range(3000000)) == 1", Duration::from_millis(20)).unwrap();
    assert_eq!(slow.matches(&RawBody::new("{}")), Err(JqError::TooSlow));
    assert_eq!(slow.matches(&RawBody::new("{}")), Err(JqError::TooSlow));
}

/// Reading what is no number or no JSON fails again and again where nobody stops at the first time.
#[test]
fn a_condition_that_fails_ends_there_and_says_why() {
    let body = RawBody::new(r#"{"email":"a@example.com"}"#);
    for failing in [".email | tonumber", ".email | fromjson", ".email.first", "error(\"why\"), true"] {
        let condition = JqCondition::new(failing).unwrap();
        assert_eq!(condition.matches(&body), Ok(false), "{failing}");
        assert!(condition.take_fault().is_some_and(|fault| !fault.is_empty()), "{failing}");
        assert_eq!(condition.take_fault(), None, "{failing}");
    }
}
