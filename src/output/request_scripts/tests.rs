//! Tests.

use super::*;
use crate::protocol::body::RawBody;
use http::{HeaderName, HeaderValue};
use url::Url;

fn written(language: ScriptLanguage, body: &[u8]) -> String {
    let url = Url::parse("http://localhost:3000/hook").unwrap();
    let headers = vec![(HeaderName::from_static("x-webhook-signature").into(), HeaderValue::from_static("sha256=00"))];
    let body = RawBody::new(body.to_vec());
    let request = OutgoingRequest { url, headers, body };
    render_script(language, [NamedRequest { name: "event_1".into(), request: RequestRendition(&request) }])
}

#[test]
fn hurl_takes_one_line_of_text_and_base64_of_all_else() {
    assert_eq!(
        written(ScriptLanguage::Hurl, br#"{"a":1}"#),
        "# event_1\nPOST http://localhost:3000/hook\nX-Webhook-Signature: sha256=00\n`{\"a\":1}`\nHTTP *\n[Asserts]\nstatus >= 200\nstatus < 300\n\n"
    );
    for hard in [b"a`b".as_slice(), b"{{x}}", b"a\nb", b"\xff", b"\\u00e9"] {
        assert!(written(ScriptLanguage::Hurl, hard).contains("\nbase64,"), "{hard:?}");
    }
}

#[test]
fn texts_are_quoted_and_what_is_unsafe_is_encoded() {
    let text = written(ScriptLanguage::Python, br#"{"a":"it's \" x"}"#);
    assert!(text.contains(r#"body = "{\"a\":\"it's \\\" x\"}".encode()"#), "{text}");
    for language in [ScriptLanguage::Python, ScriptLanguage::Node] {
        let text = written(language, "\u{202e}".as_bytes());
        assert!(text.contains("4oCu") && !text.contains('\u{202e}'), "{text}");
    }
}

#[test]
fn header_values_are_sent_byte_for_byte_and_shown_harmless() {
    let url = Url::parse("http://localhost:3000/hook").unwrap();
    let name = || HeaderName::from_static("x-webhook-odd").into();
    let write = |language, value: &[u8]| {
        let headers = vec![(name(), HeaderValue::from_bytes(value).unwrap())];
        let request = OutgoingRequest { url: url.clone(), headers, body: RawBody::new("{}") };
        render_script(language, [NamedRequest { name: "event_1".into(), request: RequestRendition(&request) }])
    };
    for language in [ScriptLanguage::Python, ScriptLanguage::Node] {
        let text = write(language, b"\xc3\xa9\x9b##vso[ \"q\" \\");
        assert!(text.contains(r#""\u00c3\u00a9\u009b\u0023\u0023vso[ \"q\" \\""#), "{text}");
    }
    let text = write(ScriptLanguage::Hurl, "caf\u{e9} \u{9b} \u{202e}".as_bytes());
    assert!(text.contains("X-Webhook-Odd: café \\u{9b} \\u{202e}\n"), "{text}");
    let text = write(ScriptLanguage::Hurl, b"a\x9b");
    assert!(text.contains("# X-Webhook-Odd has bytes that are not UTF-8, which hurl cannot send\n"), "{text}");
}
