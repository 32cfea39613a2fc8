//! The doctor's figures on this machine: `cargo bench --bench diagnose [-- N]`, N random mismatches (default 10,000).
//!
//! Prints, and fails only where something is wrong and not merely slow: a cause that is not the right one, a proof by
//! chance, a search beyond its bound, a secret in the output.

#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

#[path = "../tests/it/diagnose/canaries.rs"]
mod canaries;
#[path = "../tests/it/diagnose/reported.rs"]
mod reported;
#[path = "../tests/it/diagnose/table.rs"]
mod table;

use canaries::{Dice, leaks, mismatch};
use referralloop::diagnose::{Diagnosis, DiagnosisCase, HASHES, diagnose_case};
use std::time::{Duration, Instant};

/// What a command gives a search.
const BUDGET: Duration = referralloop::session::diagnosis::PATIENT;

#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn take(&mut self, work: impl FnOnce(&mut dyn FnMut() -> bool) -> Diagnosis) -> Diagnosis {
        let start = Instant::now();
        let found = work(&mut || start.elapsed() < BUDGET);
        self.0.push(start.elapsed());
        assert!(found.hashes <= HASHES, "{} hashes", found.hashes);
        found
    }

    fn show(&mut self, what: &str) {
        self.0.sort();
        let at = |share: usize| self.0[(self.0.len() - 1) * share / 100];
        println!("{what}: {} runs, median {:.1?}, p99 {:.1?}, worst {:.1?}", self.0.len(), at(50), at(99), at(100));
    }
}

fn main() {
    let count = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_000);
    synthetic();
    random(count);
    changed();
    watched(count);
    large();
}

fn synthetic() {
    let mut times = Times::default();
    let trials: Vec<_> = table::trials().into_iter().chain(reported::trials()).collect();
    let wrong: Vec<&str> = trials
        .iter()
        .filter(|trial| {
            let found = times.take(|go_on| trial.diagnose(go_on));
            found.findings.first().map(|finding| finding.cause.id) != Some(trial.cause)
        })
        .map(|trial| trial.cause)
        .collect();
    times.show("synthetic failures");
    println!("  right cause first: {} of {}", trials.len() - wrong.len(), trials.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn random(count: usize) {
    let mut times = Times::default();
    let mut dice = Dice(7);
    let (mut proofs, mut most) = (0, 0);
    for _ in 0..count {
        let trial = mismatch(&mut dice);
        let found = times.take(|go_on| trial.diagnose(go_on));
        proofs += usize::from(found.is_proved());
        most = most.max(found.hashes);
    }
    times.show("random mismatches");
    println!("  proofs: {proofs}; most hashes: {most} of {HASHES}");
    assert_eq!(proofs, 0);
}

fn changed() {
    let mut times = Times::default();
    let mut proofs = 0;
    for trial in [0x01, 0x02].into_iter().flat_map(|mask| reported::changed(1, mask)) {
        proofs += usize::from(times.take(|go_on| trial.diagnose(go_on)).is_proved());
    }
    times.show("bodies changed in one byte");
    println!("  proofs: {proofs}");
    assert_eq!(proofs, 0);
}

fn watched(count: usize) {
    let trials = table::trials();
    let mut dice = Dice(11);
    let mut runs = 0;
    while runs < count {
        let trial = canaries::with_canary(&trials[dice.below(trials.len())], &mut dice);
        let found = trial.diagnose(&mut || true);
        assert_eq!(leaks(&trial, &found), Vec::<String>::new(), "{}", trial.cause);
        runs += 1;
    }
    println!("canaries: {runs} runs, none leaked");
}

fn large() {
    for bytes in [256 << 10, 1 << 20, 8 << 20] {
        let body = [b"{\"a\":\"".as_slice(), &vec![b'x'; bytes - 8], b"\"}"].concat();
        let secrets = [table::known(table::SECRET, true)];
        let value = format!("sha256={}", "ab".repeat(32));
        let mut times = Times::default();
        let found = times
            .take(|go_on| diagnose_case(&DiagnosisCase::from_value(&body, value.as_bytes(), &secrets), None, go_on));
        times.show(&format!("a body of {} KiB, nothing found", bytes >> 10));
        println!("  {} hashes, {:?}", found.hashes, found.stopped);
    }
}
