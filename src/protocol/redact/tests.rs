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
fn whatever_an_address_consists_of_goes() {
    for address in [
        "jürgen.müller+🎉@exämple.de",
        "🎉@ex.de",
        r#""q q"@ex.de"#,
        r#""a\"b c"@ex.de"#,
        "用户@例子.公司",
        "o'brien@ex.ie",
        "a!#$%*^_`{|}~b@ex.de",
        "x@[192.168.0.1]",
        "i@❤.ws",
        "e\u{301}va@ex.de",
        "ada%2Btag%40ex.de",
    ] {
        let masked = Redactor::new().redact_text(&format!("to {address}, once"));
        assert_eq!(masked, "to person1@redacted.invalid, once", "{address}");
        let json = serde_json::json!({"note": format!("<{address}>"), "list": [address]}).to_string();
        let masked = Redactor::new().redact_body(&RawBody::new(json));
        let wanted = br#"{"note":"<person1@redacted.invalid>","list":["person1@redacted.invalid"]}"#;
        assert_eq!(masked.as_bytes(), wanted, "{address}");
    }
    assert_eq!(Redactor::new().redact_text("/hook?email=ada%40x.io&id=7"), "/hook?email=person1@redacted.invalid&id=7");
}

#[test]
fn what_members_say_about_a_person_goes_whatever_it_looks_like() {
    let text = r#"{"email":"not an address","Referrer_Email":"x","emailAddress":"y z","firstName":"Ada","extra_field":"+1 234","extra_field_2":"USA","phone":1234,"email_sent":"yes","mailing":"on","email2":null}"#;
    assert_eq!(
        body(&mut Redactor::new(), text),
        r#"{"email":"person1@redacted.invalid","Referrer_Email":"person2@redacted.invalid","emailAddress":"person3@redacted.invalid","firstName":"Person 1","extra_field":"[redacted]","extra_field_2":"[redacted]","phone":"[redacted]","email_sent":"yes","mailing":"on","email2":null}"#
    );
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

#[test]
fn a_large_text_of_odd_addresses_takes_no_time() {
    for text in ["a@[", "@", "\"@", "a@b@", "a@b ", "\\\"@b", "\\\"@"] {
        let large = text.repeat(50_000);
        Redactor::new().redact_text(&large);
    }
}
