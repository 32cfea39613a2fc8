//! The catalogue as a whole; what the doctor finds is tested in `tests/it/diagnose.rs`.

use super::*;
use std::collections::BTreeSet;

#[test]
fn every_cause_has_an_id_of_its_own() {
    let mut seen = BTreeSet::new();
    for cause in all_causes() {
        assert!(seen.insert(cause.id), "{} twice", cause.id);
        assert!(cause.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    }
    assert!(seen.len() > 150, "{}", seen.len());
}
