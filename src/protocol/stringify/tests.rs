//! The round trip of `JSON.stringify(JSON.parse(text))`, by literals. The comparison with Node is among the
//! integration tests.

use super::*;

fn rebuilt(text: &str) -> String {
    json_stringify(text.as_bytes()).unwrap()
}

#[test]
fn numbers_go_through_a_double() {
    let cases = [
        ("1.0", "1"),
        ("1e3", "1000"),
        ("-0", "0"),
        ("-0.0e-5", "0"),
        ("1e400", "null"),
        ("-1e400", "null"),
        ("1e-400", "0"),
        ("1e21", "1e+21"),
        ("123456789012345678901", "123456789012345680000"),
        ("0.1e-6", "1e-7"),
        ("9007199254740993", "9007199254740992"),
        ("5e-324", "5e-324"),
    ];
    for (text, expected) in cases {
        assert_eq!(rebuilt(text), expected, "{text}");
    }
}

#[test]
fn strings_keep_only_the_escapes_they_need() {
    assert_eq!(rebuilt(r#""\u00e9\/\u003c""#), "\"é/<\"");
    assert_eq!(rebuilt(r#""\u0008\u000C\u000a\u000d\u0009\u0001\u001F""#), r#""\b\f\n\r\t\u0001\u001f""#);
    assert_eq!(rebuilt(r#""\u0022\u005c\u007f\u2028""#), "\"\\\"\\\\\u{7f}\u{2028}\"");
    assert_eq!(rebuilt(r#""\uD83D\uDE00 \uDE00\uD83D""#), "\"😀 \\ude00\\ud83d\"");
}

#[test]
fn members_are_ordered_as_javascript_orders_them() {
    assert_eq!(rebuilt(r#"{"b":1,"10":2,"a":3,"9":4,"b":5}"#), r#"{"9":4,"10":2,"b":5,"a":3}"#);
    assert_eq!(rebuilt(r#"{"x":0,"01":1,"-1":2,"1.0":3,"":4}"#), r#"{"x":0,"01":1,"-1":2,"1.0":3,"":4}"#);
    assert_eq!(rebuilt(r#"{"a":0,"4294967295":1,"4294967294":2}"#), r#"{"4294967294":2,"a":0,"4294967295":1}"#);
    assert_eq!(rebuilt(r#"{"a":0,"\u0030":1,"\u0061":[{"b":{}}]}"#), r#"{"0":1,"a":[{"b":{}}]}"#);
    assert_eq!(rebuilt(r#"{"__proto__":{"a":1},"x":1}"#), r#"{"__proto__":{"a":1},"x":1}"#);
}

#[test]
fn a_key_may_be_empty() {
    assert_eq!(rebuilt(r#"[{"":[]},[],{}, 1]"#), r#"[{"":[]},[],{},1]"#);
}

#[test]
fn what_javascript_cannot_parse_is_none() {
    for text in ["", "\u{feff}{}", "[1,]", "{'a':1}", "NaN", "\u{a0}1"] {
        assert_eq!(json_stringify(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_become_replacement_characters() {
    assert_eq!(json_stringify(b"\"a\xff\xe2\x82z\"").unwrap(), "\"a\u{fffd}\u{fffd}z\"");
}

#[test]
fn depth_and_width_cost_no_stack_and_no_square() {
    let depth = 200_000;
    let deep = format!("{}{}", "{\"1\":[".repeat(depth), "]}".repeat(depth));
    assert_eq!(rebuilt(&deep), deep);
    let wide: Vec<String> = (0..100_000).rev().map(|i| format!("\"{i}\":{{}}")).collect();
    let wide = rebuilt(&format!("{{{}}}", wide.join(",")));
    assert!(wide.starts_with(r#"{"0":{},"1":{},"#) && wide.ends_with(r#""99999":{}}"#));
}
