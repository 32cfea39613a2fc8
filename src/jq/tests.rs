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
        assert!(matches!(JqCondition::new(bad).unwrap_err(), JqError::Syntax { .. }), "{bad}");
    }
}

#[test]
fn what_is_no_jq_says_what_stands_where() {
    for (bad, why) in [
        ("", "a value is missing at its end"),
        (".data.position <", "a value is missing at its end"),
        (".data.position = = 3", "a value is missing at '='"),
        (".data.[", "closing bracket is missing at its end"),
        ("positon < 10", "nothing is called 'positon' there"),
        ("test(1; 2; 3; 4)", "nothing is called 'test' there with so many arguments: 4"),
        ("$position", "there is no variable '$position'"),
        ("'.data'", "token is missing at ''.data''"),
        (".data )", "token is missing at ')'"),
    ] {
        let message = JqCondition::new(bad).unwrap_err().to_string();
        assert_eq!(message, format!("'{bad}' is not a condition in jq syntax: {why}"));
    }
}

/// Values live on the call stack, and a stack that overflows ends the process.
#[test]
fn a_body_that_is_nested_too_deeply_is_not_asked() {
    let nested = |open: &str, close: &str, levels: usize| {
        let (open, close) = (open.repeat(levels), close.repeat(levels));
        RawBody::new(format!("{{\"data\":{open}1{close}}}"))
    };
    let quoted = |text: String| RawBody::new(format!("{{\"data\":\"{text}\"}}"));
    let all = JqCondition::new("([.. | tojson] | length) > 0 and ((.data | tostring | fromjson) != null)").unwrap();
    assert_eq!(all.matches(&nested("[", "]", DEEPEST - 2)), Ok(true));
    assert_eq!(all.take_fault(), None);
    for deep in [
        nested("[", "]", 400_000),
        nested("{\"a\":", "}", 100_000),
        nested("[\"]\",", "]", 100_000),
        nested("[\"\\\"]\",", "]", 100_000),
        RawBody::new("[".repeat(1_000_000)),
        quoted("[".repeat(400_000)),
        quoted("[]".repeat(DEEPEST + 1)),
        quoted("\\u005B".repeat(100_000)),
    ] {
        assert_eq!(all.matches(&deep), Ok(false));
        assert_eq!(all.take_fault().as_deref(), Some("it is nested more than 1000 levels deep"));
    }
}

#[test]
fn what_a_condition_says_when_it_fails_is_cut() {
    let condition = JqCondition::new(".a | error").unwrap();
    assert_eq!(condition.matches(&RawBody::new(format!("{{\"a\":\"{}\"}}", "ä".repeat(100_000)))), Ok(false));
    assert_eq!(condition.take_fault().unwrap().chars().count(), LONGEST_FAULT + 1);
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

#[test]
fn many_bodies_are_answered_in_their_order() {
    let condition = JqCondition::new(".n | if . == 3 then error(\"three\") else . > 1 end").unwrap();
    let bodies = (0..5).map(|n| RawBody::new(format!("{{\"n\":{n}}}")));
    let answers = condition.judge(bodies.chain([RawBody::new("no JSON")]).collect()).unwrap();
    let met: Vec<Option<bool>> = answers.into_iter().map(Result::ok).collect();
    assert_eq!(met, [Some(false), Some(false), Some(true), None, Some(true), Some(false)]);
    assert_eq!(condition.judge(Vec::new()), Ok(Vec::new()));
}

/// The limit is for one body: many that take a while each are waited for.
#[test]
fn a_batch_may_take_longer_than_one_body() {
    let limit = Duration::from_millis(400);
    let slow = JqCondition::with_limit("last(range(100000)) > 1", limit).unwrap();
    let began = std::time::Instant::now();
    let mut asked = 0;
    while began.elapsed() < limit * 2 {
        assert_eq!(slow.judge(vec![RawBody::new("{}"); 8]), Ok(vec![Ok(true); 8]));
        asked += 1;
    }
    let whole = slow.judge(vec![RawBody::new("{}"); 8 * asked]);
    assert!(whole.is_ok_and(|answers| answers.len() == 8 * asked));
}
