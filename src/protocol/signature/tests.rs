//! Secrets, the header's grammar, and signatures that others have published.

use super::*;
use proptest::prelude::*;

fn key(secret: impl Into<Vec<u8>>) -> HmacKey {
    Secret::new(secret).unwrap().key()
}

fn check(value: &str) -> SignatureVerdict {
    verify_signature([value.as_bytes()], b"{}", &[key("s")])
}

/// RFC 4231, section 4: key, data and HMAC-SHA256. Case 5 is about truncation, which nobody does here.
fn rfc_4231() -> Vec<(Vec<u8>, Vec<u8>, &'static str)> {
    let longer =
        b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
                   be hashed before being used by the HMAC algorithm.";
    vec![
        (vec![0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (vec![0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ((1..=25).collect(), vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (vec![0xaa; 131], longer.to_vec(), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]
}

#[test]
fn the_vectors_of_rfc_4231_hold() {
    for (secret, data, tag) in rfc_4231() {
        let (key, value) = (key(secret), format!("sha256={tag}"));
        assert_eq!(key.sign(&data), value);
        assert!(matches!(verify_signature([value.as_bytes()], &data, &[key]), SignatureVerdict::Valid(_)));
    }
}

#[test]
fn the_vector_that_github_documents_holds() {
    let value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(key("It's a Secret to Everybody").sign(b"Hello, World!"), value);
}

#[test]
fn every_fault_of_a_header_is_told_apart() {
    let digits = key("s").sign(b"{}").split_off(7);
    let cases = [
        (String::new(), SignatureFault::Empty),
        (" \t".to_owned(), SignatureFault::Empty),
        ("sha256=".to_owned(), SignatureFault::WrongLength),
        (digits.clone(), SignatureFault::NoPrefix),
        (digits[..40].to_owned(), SignatureFault::WrongLength),
        ("ungültig".to_owned(), SignatureFault::NotHex),
        ("dGhpcyBpcyBub3QgaGV4YWRlY2ltYWwgYXQgYWxsISE=".to_owned(), SignatureFault::NotHex),
        ("dGhpcyBpcyBub3QgaGV4YWRlY2ltYWwgYXQgYWxsIQ==".to_owned(), SignatureFault::NotHex),
        (format!("={digits}"), SignatureFault::NotHex),
        (format!("sha1={digits}"), SignatureFault::WrongPrefix),
        (format!("SHA256={digits}"), SignatureFault::WrongPrefix),
        (format!("sha256:{digits}"), SignatureFault::WrongPrefix),
        (format!("t=1,v1={digits}"), SignatureFault::WrongPrefix),
        (format!("sha256= {digits}"), SignatureFault::NotHex),
        (format!("sha256=0x{digits}"), SignatureFault::NotHex),
        (format!("sha256={digits},sha256={digits}"), SignatureFault::NotHex),
        (format!("sha256={}", &digits[..32]), SignatureFault::WrongLength),
        (format!("sha256={}", &digits[..63]), SignatureFault::WrongLength),
        (format!("sha256={digits}00"), SignatureFault::WrongLength),
        (format!("sha256={}", "0".repeat(64)), SignatureFault::Mismatch),
    ];
    for (value, reason) in cases {
        assert_eq!(check(&value), SignatureVerdict::Invalid(reason), "{value:?}");
    }
}

#[test]
fn reasons_are_explained_each_in_its_own_words() {
    use SignatureFault::*;
    let all = [Missing, Empty, NoPrefix, WrongPrefix, NotHex, WrongLength, DoubledHeader, Mismatch];
    let mut words: Vec<&str> = all.into_iter().map(SignatureFault::explain).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), all.len());
    assert_eq!(serde_json::to_string(&DoubledHeader).unwrap(), "\"doubled_header\"");
}

#[test]
fn blanks_around_and_either_case_are_allowed() {
    let value = key("s").sign(b"{}");
    let upper = format!("sha256={}", value[7..].to_uppercase());
    for value in [&value, &upper, &format!(" \t{value}\t "), &format!("{upper} ")] {
        assert!(matches!(check(value), SignatureVerdict::Valid(_)), "{value:?}");
    }
}

#[test]
fn no_header_is_unsigned_and_two_are_a_fault() {
    let (key, value) = (key("s"), key("s").sign(b"{}"));
    assert_eq!(verify_signature([], b"{}", std::slice::from_ref(&key)), SignatureVerdict::Unsigned);
    let twice = [value.as_bytes(), value.as_bytes()];
    assert_eq!(verify_signature(twice, b"{}", &[key]), SignatureVerdict::Invalid(SignatureFault::DoubledHeader));
}

#[test]
fn one_of_several_secrets_is_enough_and_named() {
    let keys = [key("old"), key("new")];
    for (index, key) in keys.iter().enumerate() {
        let value = key.sign(b"x");
        match verify_signature([value.as_bytes()], b"x", &keys) {
            SignatureVerdict::Valid(proof) => assert_eq!(proof.secret_index(), index),
            other => panic!("{other:?}"),
        }
    }
    let value = key("other").sign(b"x");
    assert_eq!(verify_signature([value.as_bytes()], b"x", &keys), SignatureVerdict::Invalid(SignatureFault::Mismatch));
    assert_eq!(verify_signature([value.as_bytes()], b"x", &[]), SignatureVerdict::Invalid(SignatureFault::Mismatch));
}

#[test]
fn secrets_are_taken_as_they_are() {
    assert_eq!(Secret::new(""), Err(EmptySecret));
    assert_eq!(Secret::new(" s ").unwrap().expose(), b" s ");
    let read = |contents: &[u8]| Secret::from_file_contents(contents).map(|secret| secret.expose().to_vec());
    assert_eq!(read(b"s\n"), Ok(b"s".to_vec()));
    assert_eq!(read(b"s\r\n"), Ok(b"s".to_vec()));
    assert_eq!(read(b"s\n\n"), Ok(b"s\n".to_vec()));
    assert_eq!(read(b"s\r"), Ok(b"s\r".to_vec()));
    assert_eq!(read(b"s "), Ok(b"s ".to_vec()));
    assert_eq!(read(b"\r\n"), Err(EmptySecret));
    assert_eq!(read(b""), Err(EmptySecret));
}

#[test]
fn nothing_secret_is_printed() {
    let secret = Secret::new("hunter2").unwrap();
    assert_eq!(format!("{secret:?} {:?}", secret.key()), "Secret(…) Key(…)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_header_is_survived(value in proptest::collection::vec(any::<u8>(), 0..80)) {
        let verdict = verify_signature([&value[..]], b"{}", &[key("s")]);
        prop_assert!(!matches!(verdict, SignatureVerdict::Valid(_)));
    }

    #[test]
    fn a_changed_body_or_signature_is_refused(body in proptest::collection::vec(any::<u8>(), 1..80), at in any::<usize>()) {
        let key = key("s");
        let value = key.sign(&body);
        let keys = [key];
        prop_assert!(matches!(verify_signature([value.as_bytes()], &body, &keys), SignatureVerdict::Valid(_)));
        let mut changed = body.clone();
        changed[at % body.len()] ^= 1;
        prop_assert_eq!(verify_signature([value.as_bytes()], &changed, &keys), SignatureVerdict::Invalid(SignatureFault::Mismatch));
    }
}
