//! What is said of a secret that looks like a slip.

use super::*;

#[test]
fn what_looks_like_a_slip_is_told() {
    for (secret, words) in [
        ("abc", "only 3 characters"),
        ("'0123456789abcdef'", "a quotation mark"),
        ("0123456789abcdef ", "white space"),
        (" ", "white space"),
        ("\"", "only 1 character and"),
    ] {
        let told = doubt_secret(secret.as_bytes()).unwrap();
        assert!(told.contains(words), "{secret}: {told}");
    }
    assert_eq!(doubt_secret(b"0123456789abcdef"), None);
}
