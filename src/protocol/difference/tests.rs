//! Tests.

use super::*;
use serde_json::json;

fn compared(a: &'static str, b: &'static str) -> BodyComparison {
    compare_bodies(&RawBody::new(a), &RawBody::new(b))
}

#[test]
fn documents_are_compared_member_by_member() {
    let found = compared(r#"{"a":1,"d":{"x":[1,2],"gone":null}}"#, r#"{"d":{"x":[1,3,4],"new":"n"},"a":1}"#);
    let change = |path: &str, from: Option<Value>, to: Option<Value>| DocumentChange { path: path.into(), from, to };
    assert_eq!(
        found,
        BodyComparison::Documents(vec![
            change("d.x[1]", Some(json!(2)), Some(json!(3))),
            change("d.x[2]", None, Some(json!(4))),
            change("d.gone", Some(Value::Null), None),
            change("d.new", None, Some(json!("n"))),
        ])
    );
}

#[test]
fn spelling_and_bytes_are_told_apart() {
    assert_eq!(compared("{}", "{}"), BodyComparison::Same);
    assert_eq!(compared(r#"{"a":1}"#, r#"{"a": 1}"#), BodyComparison::Spelling(5));
    assert_eq!(compared("hello", "hell"), BodyComparison::Bytes(4));
}
