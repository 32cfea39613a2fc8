//! Tests.

use super::*;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const SECRET: &str = r#"rlsec_a/b+c "d'\e?f>~~g"#;

fn mask(secrets: &[&str]) -> SecretMask {
    let mut mask = SecretMask::default();
    secrets.iter().for_each(|secret| mask.add(&Secret::new(*secret).unwrap()));
    mask
}

fn masked(text: &str) -> String {
    String::from_utf8(mask(&[SECRET]).apply(text.as_bytes()).into_owned()).unwrap()
}

#[test]
fn a_secret_is_found_however_it_is_written() {
    let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let json = serde_json::to_string(SECRET).unwrap();
    let twice = serde_json::to_string(&json).unwrap();
    let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let html = SECRET.replace('&', "&amp;").replace('"', "&quot;").replace('>', "&gt;").replace('\'', "&#39;");
    let unicode: String = SECRET.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let broken = format!("{}\n    {}", &SECRET[..9], &SECRET[9..]);
    for written in [
        SECRET.to_owned(),
        percent.to_lowercase(),
        percent.replace('%', "%25"),
        percent,
        json[1..json.len() - 1].to_owned(),
        twice[3..twice.len() - 3].to_owned(),
        form,
        hex.to_uppercase(),
        hex,
        html,
        unicode,
        broken,
        SECRET.to_lowercase(),
        SECRET.bytes().map(|byte| format!("&#{byte};")).collect(),
        SECRET.bytes().map(|byte| format!("&#x0{byte:X};")).collect(),
    ] {
        assert_eq!(masked(&format!("/hook?key={written}&x=1")), "/hook?key=[redacted]&x=1", "{written}");
    }
    for before in ["", "a", "ab", "abc"] {
        for encoded in
            [STANDARD.encode(format!("{before}{SECRET}z")), URL_SAFE_NO_PAD.encode(format!("{before}{SECRET}z"))]
        {
            let left = masked(&encoded);
            assert!(left.contains("[redacted]") && left.len() < 10 + 10 + before.len(), "{before}: {encoded}: {left}");
        }
    }
}

#[test]
fn a_cut_secret_is_found_and_everything_else_stays() {
    assert_eq!(masked("/?k=rlsec_a/b+c \"…  201"), "/?k=[redacted]…  201");
    assert_eq!(masked("a@x.io…ec_a/b+c \"d'\\e?f>~~g  201"), "a@x.io…[redacted]  201");
    assert_eq!(masked("a@x.io…ec_a/b+c \"d'\\e…"), "a@x.io…[redacted]…");
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(masked(&format!("…{}", &hex[7..])), "…[redacted]");
    assert_eq!(masked("…?f>~~g"), "…?f>~~g", "too little of it");
    for other in [
        "c_a/b+c \"d'\\e?f>~~g",
        "rlsec_a/b+c",
        "",
        "rlsec_",
        "%",
        "\\",
        "&",
        "rlsec_a/b+c \"d'\\e?f>~~h",
        "plain\\u00",
    ] {
        assert!(matches!(mask(&[SECRET]).apply(other.as_bytes()), Cow::Borrowed(_)), "{other}");
    }
    // Bytes that are no text stay as they are.
    let odd = [b"\xff\xfe".as_slice(), SECRET.as_bytes(), b"\x9b"].concat();
    assert_eq!(mask(&[SECRET]).apply(&odd).as_ref(), b"\xff\xfe[redacted]\x9b");
}

#[test]
fn what_is_too_short_or_a_name_of_ours_is_no_secret_to_find() {
    assert_eq!(mask(&["short", "123456789"]).apply(b"short 123456789").as_ref(), b"short 123456789");
    assert_eq!(
        mask(&["waitlist_id"]).apply(br#"{"waitlist_id":"waitlist_id"}"#).as_ref(),
        br#"{"waitlist_id":"[redacted]"}"#
    );
}

#[test]
fn two_secrets_are_two_and_one_may_be_shown_again() {
    let mut both = mask(&["first-secret", "second-secret"]);
    assert_eq!(both.apply(b"first-secretsecond-secret").as_ref(), b"[redacted][redacted]");
    both.remove(&Secret::new("first-secret").unwrap());
    assert_eq!(both.apply(b"first-secret second-secret").as_ref(), b"first-secret [redacted]");
    assert!(!format!("{both:?}").contains("second"));
}
