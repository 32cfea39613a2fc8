//! Tests.

use super::*;

fn body(redactor: &mut Redactor, text: &'static str) -> String {
    String::from_utf8(redactor.redact_body(&RawBody::new(text)).as_bytes().to_vec()).unwrap()
}

#[test]
fn addresses_and_names_go_and_all_other_bytes_stay() {
    let mut redactor = Redactor::new();
    let text = r#"{ "data" : {"email":"Ada@x.io","name":"Ad\u0061 L","position":1.0, "name":null},"note":"mail bob@y.org, or ada@x.io!"}"#;
    assert_eq!(
        body(&mut redactor, text),
        r#"{ "data" : {"email":"person1@redacted.invalid","name":"Person 1","position":1.0, "name":null},"note":"mail person2@redacted.invalid, or person1@redacted.invalid!"}"#
    );
    assert_eq!(redactor.redact_text("Ada L <ada@x.io> is known"), "Person 1 <person1@redacted.invalid> is known");
}

#[test]
fn what_is_no_json_is_searched_or_left_out() {
    let mut redactor = Redactor::new();
    assert_eq!(body(&mut redactor, "to: a@b.c @ once"), "to: person1@redacted.invalid @ once");
    assert_eq!(redactor.redact_body(&RawBody::new(vec![0xff, b'@', 0xfe])).as_bytes(), MASK.as_bytes());
}

#[test]
fn header_values_go_but_for_those_about_the_body() {
    let headers =
        HeaderLines::from_block("Content-Type: application/json\r\nX-Webhook-Signature: sha256=00\r\n".as_bytes());
    let masked = Redactor::new().redact_headers(&headers);
    assert_eq!(masked.as_block(), b"Content-Type: application/json\r\nX-Webhook-Signature: [redacted]\r\n");
}
