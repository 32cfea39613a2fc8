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
        SECRET.bytes().map(|byte| format!("\\u{{{byte:x}}}")).collect(),
        SECRET.bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        SECRET
            .bytes()
            .map(|byte| format!("{}\0", char::from(byte)))
            .collect::<String>()
            .trim_end_matches('\0')
            .to_owned(),
        SECRET.replace('\'', r"'\''"),
        SECRET.replace(' ', "\n  "),
        format!("{}\\r\\n{}", &SECRET[..9], &SECRET[9..]),
        format!("{}\x1b[0m\n  \x1b[2m{}", &SECRET[..3], &SECRET[3..]),
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

/// A body that is shown in Base64 may hold a secret in any spelling.
#[test]
fn a_secret_is_found_in_any_spelling_within_base64() {
    let json = serde_json::to_string(SECRET).unwrap();
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let wide: String = SECRET.bytes().flat_map(|byte| [char::from(byte), '\0']).collect();
    let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for written in [json, hex.to_uppercase(), hex, wide, percent, STANDARD.encode(SECRET)] {
        for before in ["", "\u{ff}", "ab\u{1}"] {
            let encoded = STANDARD.encode(format!("{before}{written}\0the rest of it, which stays"));
            let lines: Vec<_> = encoded.as_bytes().chunks(16).map(|line| std::str::from_utf8(line).unwrap()).collect();
            for shown in [
                encoded.clone(),
                format!("/{encoded}"),
                format!("\"{}\"", encoded.replace('/', "\\/")),
                lines.join("\n"),
                lines.join("\\r\\n"),
                URL_SAFE_NO_PAD.encode(format!("{before}{written}\0the rest of it, which stays")),
            ] {
                let left = masked(&shown);
                assert!(left.contains("[redacted]") && left.len() < 80, "{before}{written} in {shown}: {left}");
            }
        }
    }
    let harmless = STANDARD.encode("a long text that has nothing of it, nor rlsec_a, in any way");
    assert_eq!(masked(&harmless), harmless);
}

#[test]
fn a_cut_secret_is_found_and_everything_else_stays() {
    assert_eq!(masked("/?k=rlsec_a/b+c \"…  201"), "/?k=[redacted]…  201");
    assert_eq!(masked("a@x.io…ec_a/b+c \"d'\\e?f>~~g  201"), "a@x.io…[redacted]  201");
    assert_eq!(masked("a@x.io…ec_a/b+c \"d'\\e…"), "a@x.io…[redacted]…");
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(masked(&format!("…{}", &hex[7..])), "…[redacted]");
    assert_eq!(masked("…?f>~~g"), "…?f>~~g", "too little of it");
    assert_eq!(masked("a@x.io~ec_a/b+c \"d'\\e?~"), "a@x.io~[redacted]~", "where there is nothing but ASCII");
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

#[test]
fn an_excerpt_has_stars_in_their_place() {
    let blot = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        mask(&["Zq7topsecretVALUE"]).blot(&mut bytes);
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(
        blot("psecretVALUE and Zq7topsecretVALUE, Zq7topsecretV"),
        "************ and *****************, *************"
    );
    assert_eq!(blot("secretVALUE, Zq7topsecre"), "secretVALUE, Zq7topsecre", "too little of it");
    assert_eq!(blot(""), "");
}

/// Everything that a sender sends goes through here before it is printed: eight times as much takes about eight times as
/// long, and not 64 times.
#[test]
fn no_text_takes_long() {
    let mask = mask(&[SECRET, "pk_test_0123456789abcdefCANARYxyz"]);
    let random = STANDARD.encode((0..=255).cycle().take(9000).collect::<Vec<u8>>());
    for part in ["\\", "~r", "…%72", "%25", "r\n", "r\x1b[", "r\x1b[m", "&#114;", "r\\n", &random, "r"] {
        let fastest = |length: usize| {
            let text = part.repeat((length / part.len()).max(1));
            let times = (0..3).map(|_| {
                let begun = std::time::Instant::now();
                assert!(matches!(mask.apply(text.as_bytes()), Cow::Borrowed(_)), "{part}");
                begun.elapsed()
            });
            times.min().unwrap()
        };
        let (short, long) = (fastest(12_000), fastest(96_000));
        assert!(long < short * 32, "{part}: {short:?}, and {long:?} for eight times as much");
    }
}
