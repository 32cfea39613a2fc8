//! The doctor, from outside: the right cause for every synthetic failure, no proof where there is none, never a secret.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use table::trials;

/// Causes that are never the first of a list: they stand behind another that is likelier.
const SECOND: [&str; 3] = ["body-changed", "body-rebuilt", "body-too-large"];

#[test]
fn names_the_right_cause_first() {
    let trials = trials();
    let mut wrong = Vec::new();
    let mut bodies: BTreeMap<&str, u32> = BTreeMap::new();
    for trial in &trials {
        let found = trial.diagnose(&mut || true);
        let first = found.findings.first().map(|finding| finding.cause.id);
        *bodies.entry(trial.cause).or_default() += 1;
        if first != Some(trial.cause) {
            wrong.push(format!("{}: {first:?} for {}", trial.cause, String::from_utf8_lossy(&trial.body)));
        }
        assert!(found.hashes <= referralloop::diagnose::HASHES);
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), trials.len(), wrong.join("\n"));
    assert!(trials.len() >= 150, "{}", trials.len());
    let all: BTreeSet<&str> = referralloop::diagnose::causes().map(|cause| cause.id).collect();
    let untested: Vec<_> =
        all.iter().filter(|id| !SECOND.contains(id) && bodies.get(**id).is_none_or(|n| *n < 3)).collect();
    assert!(untested.is_empty(), "fewer than three bodies: {untested:?}");
    println!("{} failures of {} causes", trials.len(), bodies.len());
}
