//! Tests.

use super::*;
use crate::protocol::attempt::OutgoingRequest;
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
