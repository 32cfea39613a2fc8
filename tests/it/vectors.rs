//! The floor of facts against public test data, which is not part of the project: it is found through
//! `REFERRALLOOP_TEST_VECTORS`, and without it these tests say that they skip.

use crate::support::note_skipped;
use referralloop::protocol::json::{check_syntax, pretty_print, scan_tokens};
use referralloop::protocol::signature::{Secret, SignatureVerdict, verify_signature};
use referralloop::protocol::stringify::json_stringify;
use serde_json::Value;
use std::path::PathBuf;

/// The test data of that name. Without the variable `None`; with it the data must be there, rather than pass untested.
fn vectors(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("REFERRALLOOP_TEST_VECTORS");
    if folder.is_none() {
        note_skipped("test vectors", &format!("are not there: REFERRALLOOP_TEST_VECTORS names no folder with {name}"));
    }
    folder.map(|folder| PathBuf::from(folder).join(name))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

/// Exactly the valid tags of full length hold. A truncated tag is refused even where it is right: half a tag is half
/// the work for whoever forges one.
#[test]
fn wycheproof_hmac_sha256() {
    let Some(path) = vectors("hmac_sha256.json") else { return };
    let suite: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in suite["testGroups"].as_array().unwrap() {
        for case in group["tests"].as_array().unwrap() {
            let field = |name: &str| case[name].as_str().unwrap();
            let (secret, message) = (Secret::new(bytes(field("key"))).unwrap(), bytes(field("msg")));
            let header = format!("sha256={}", field("tag"));
            let valid =
                matches!(verify_signature([header.as_bytes()], &message, &[secret.key()]), SignatureVerdict::Valid(_));
            assert_eq!(valid, field("result") == "valid" && group["tagSize"] == 256, "{case}");
            *if valid { &mut accepted } else { &mut refused } += 1;
        }
    }
    assert_eq!((accepted, refused), (33, 141));
}

/// A document's name tells whether it must be accepted (`y_`), refused (`n_`) or merely survived.
#[test]
fn json_test_suite() {
    let Some(folder) = vectors("json") else { return };
    let folders = ["test_parsing", "test_transform"].map(|part| std::fs::read_dir(folder.join(part)).unwrap());
    let mut count = 0;
    for file in folders.into_iter().flatten().map(Result::unwrap) {
        let (name, text) = (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap());
        judge(&name, &text);
        count += 1;
    }
    assert_eq!(count, 340);
}

fn judge(name: &str, text: &[u8]) {
    let fine = check_syntax(text).is_ok();
    assert!(fine || !name.starts_with("y_"), "{name} was refused");
    assert!(!fine || !name.starts_with("n_"), "{name} was accepted");
    let laid_out = pretty_print(text);
    assert_eq!(token_bytes(text), token_bytes(&laid_out), "{name} has other tokens when laid out");
    assert!(fine || *laid_out == *text, "{name} is no JSON and was changed");
    assert_eq!(json_stringify(text).is_some(), fine, "{name} is read differently as JavaScript");
}

fn token_bytes(text: &[u8]) -> Vec<&[u8]> {
    scan_tokens(text).map_while(Result::ok).map(|token| token.bytes).collect()
}
