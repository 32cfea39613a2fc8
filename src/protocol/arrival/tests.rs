//! Header lines: kept in order, credentials left out, the same after storing.

use super::*;
use proptest::prelude::*;

fn lines() -> HeaderLines {
    HeaderLines::collect([
        ("Host", &b"localhost"[..]),
        ("authorization", b"Bearer pk_live_1"),
        ("X-Webhook-Signature", b"one"),
        ("Cookie", b"a=b"),
        ("x-webhook-signature", b"two: 2"),
        ("X-Empty", b""),
        ("X-Bytes", b"\xff"),
    ])
}

#[test]
fn lines_keep_their_order_and_case() {
    let lines = lines();
    let names: Vec<_> = lines.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
    let expected =
        ["Host", "authorization", "X-Webhook-Signature", "Cookie", "x-webhook-signature", "X-Empty", "X-Bytes"];
    assert_eq!(names, expected);
    assert_eq!(lines.values("x-Webhook-Signature").collect::<Vec<_>>(), [&b"one"[..], b"two: 2"]);
    assert_eq!(lines.values("x-empty").collect::<Vec<_>>(), [b""]);
    assert_eq!(lines.values("x-bytes").collect::<Vec<_>>(), [b"\xff"]);
    assert_eq!(lines.values("x-none").count(), 0);
}

#[test]
fn credentials_are_redacted_on_the_way_in() {
    let block = lines().as_block().to_vec();
    let text = String::from_utf8_lossy(&block);
    assert!(!text.contains("pk_live") && !text.contains("a=b"), "{text}");
    let credentials = [
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "SET-COOKIE",
        "X-Api-Key",
        "Api-Key",
        "apikey",
        "X_Auth_Token",
        "X-Amz-Security-Token",
        "X-Forwarded-Authorization",
        "CF-Access-Client-Secret",
        "Ocp-Apim-Subscription-Key",
        "X-Functions-Key",
        "X-Goog-Api-Key",
        "X-Auth",
        "X-Session-Id",
        "Access-Key",
        "X-Csrf-Token",
    ];
    let plain = ["Idempotency-Key", "X-Hub-Signature-256", "Signature", "Digest", "X-Author", "X-Request-Id", "Host"];
    for name in plain {
        let lines = HeaderLines::collect([(name, &b"shown"[..])]);
        assert_eq!(lines.values(name).collect::<Vec<_>>(), [b"shown"], "{name}");
    }
    for name in credentials {
        let lines = HeaderLines::collect([(name, &b"secret"[..])]);
        assert_eq!(lines.values(name).collect::<Vec<_>>(), [REDACTED]);
    }
}

#[test]
fn a_stored_block_gives_the_same_lines() {
    let again = HeaderLines::from_block(lines().as_block().to_vec());
    assert_eq!(again, lines());
    assert_eq!(HeaderLines::default().iter().count(), 0);
}

#[test]
fn a_block_from_elsewhere_is_read_as_far_as_it_makes_sense() {
    let pairs = |block: &'static [u8]| {
        let lines = HeaderLines::from_block(block);
        lines.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect::<Vec<_>>()
    };
    assert_eq!(pairs(b"a: 1\r\nb: 2"), [(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2".to_vec())]);
    assert_eq!(pairs(b"a:1\r\nb"), [(b"a:1".to_vec(), vec![]), (b"b".to_vec(), vec![])]);
}

#[test]
fn verdicts_become_states() {
    assert_eq!(SignatureState::from(SignatureVerdict::Unsigned), SignatureState::Unsigned);
    assert_eq!(SignatureState::from(SignatureVerdict::Invalid(SignatureFault::Empty)), SignatureState::Invalid);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_http_allows_comes_back(fields in proptest::collection::vec(("[a-z-]{1,8}", "[\t -~\u{80}-\u{ff}]{0,12}"), 0..6)) {
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| !carries_credentials(name)).collect();
        let lines = HeaderLines::collect(fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
        let read: Vec<_> = lines.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
        let sent: Vec<_> = fields.into_iter().map(|(name, value)| (name.into_bytes(), value.into_bytes())).collect();
        prop_assert_eq!(read, sent);
    }
}
