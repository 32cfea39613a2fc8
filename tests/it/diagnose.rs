//! The doctor, from outside: the right cause for every synthetic failure, no proof where there is none, never a secret.

mod canaries;
mod commands;
mod reported;
mod table;

use super::support::{slow_tests, vectors};
use canaries::{Dice, mismatch};
use referralloop::diagnose::{
    BODY_LIMIT, CauseFamily, DiagnosisCase, DiagnosisSubject, FRAMEWORKS, HASHES, MismatchCause, SearchStopReason,
    advise_on_cause, all_causes, diagnose_case, make_forms,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use table::trials;

/// Causes that are never the first of a list: they stand behind another that is likelier.
const SECOND: [&str; 6] =
    ["body-changed", "body-rebuilt", "body-preceded", "other-delivery", "body-too-large", "value-sum-appended"];

/// Causes that only a probe finds.
const PROBED: [&str; 14] = [
    "verifies-nothing",
    "rejects-everything",
    "throws",
    "fails-after-verifying",
    "no-such-route",
    "unreachable",
    "compares-bare-hex",
    "rewrites-body",
    "accepts-unsigned",
    "compares-contained",
    "compares-part",
    "rate-limited",
    "redirects",
    "redirects-away",
];

#[test]
fn names_the_right_cause_first() {
    let trials: Vec<_> = trials().into_iter().chain(reported::trials()).collect();
    let mut wrong = Vec::new();
    let mut proved = 0;
    let mut bodies: BTreeMap<&str, u32> = BTreeMap::new();
    for trial in &trials {
        let found = trial.diagnose(&mut || true);
        let first = found.findings.first().map(|finding| finding.cause.id);
        *bodies.entry(trial.cause).or_default() += 1;
        proved += usize::from(found.is_proved());
        let certain = found.is_proved() || found.findings.iter().all(|one| one.cause.family == CauseFamily::Unproved);
        if first != Some(trial.cause) || !certain {
            wrong.push(format!("{}: {first:?} for {}", trial.cause, String::from_utf8_lossy(&trial.body)));
        }
        assert!(found.hashes <= referralloop::diagnose::HASHES);
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), trials.len(), wrong.join("\n"));
    assert!(trials.len() >= 900, "{}", trials.len());
    let all: BTreeSet<&str> = referralloop::diagnose::all_causes().map(|cause| cause.id).collect();
    let untested: Vec<_> = all
        .iter()
        .filter(|id| !SECOND.contains(id) && !PROBED.contains(id) && bodies.get(**id).is_none_or(|n| *n < 3))
        .collect();
    assert!(untested.is_empty(), "fewer than three bodies: {untested:?}");
    println!("{} failures of {} causes, {proved} proved", trials.len(), bodies.len());
}

#[test]
fn proves_nothing_by_chance_and_keeps_its_bound() {
    let mut dice = Dice(7);
    let count = if slow_tests() { 10_000 } else { 40 };
    let trials: Vec<_> = (0..count).map(|_| mismatch(&mut dice)).collect();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let share = |trials: &[table::Trial]| {
        let one = |trial: &table::Trial| {
            let began = Instant::now();
            let found = trial.diagnose(&mut || true);
            assert!(!found.is_proved(), "{:?}", found.findings);
            (found.hashes, began.elapsed())
        };
        trials.iter().map(one).collect::<Vec<_>>()
    };
    let mut told: Vec<_> = std::thread::scope(|scope| {
        let shares = trials.chunks(trials.len().div_ceil(workers)).map(|part| scope.spawn(move || share(part)));
        shares.collect::<Vec<_>>().into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let median = told.len() / 2;
    told.sort_by_key(|(_, took)| *took);
    let (half, longest) = (told[median].1, told[told.len() - 1].1);
    told.sort_by_key(|(hashes, _)| *hashes);
    let most = told[told.len() - 1].0;
    println!(
        "{count} mismatches, none proved: median {} hashes and {half:?}, worst {most} and {longest:?}",
        told[median].0
    );
    assert!(most <= HASHES, "{most}");
}

#[test]
fn a_body_changed_in_one_byte_proves_nothing() {
    let masks: &[u8] = if slow_tests() { &[0x01, 0x02] } else { &[0x01] };
    let step = if slow_tests() { 1 } else { 61 };
    for trial in masks.iter().flat_map(|mask| reported::changed(step, *mask)) {
        let found = trial.diagnose(&mut || true);
        assert!(!found.is_proved(), "{:?} in {}", found.findings, String::from_utf8_lossy(&trial.body));
        assert!(found.hashes <= HASHES);
    }
}

#[test]
fn a_smaller_edit_comes_first_whatever_the_framework() {
    let secrets = [table::known(table::SECRET, true)];
    let compact = r#"{"event_type":"signup.created","a":1}"#;
    let signed = secrets[0].secret.key().sign(compact.as_bytes());
    let file = format!("{compact}\n");
    for framework in FRAMEWORKS.iter().map(Some).chain([None]) {
        let case = DiagnosisCase::from_value(file.as_bytes(), signed.as_bytes(), &secrets);
        let found = diagnose_case(&case, framework, &mut || true);
        let first = &found.findings[0];
        assert_eq!(first.cause.id, "newline-removed", "{framework:?}");
        assert!(first.also.iter().any(|cause| cause.id == "json-stringify"), "{:?}", first.also);
    }
}

#[test]
fn unproved_causes_are_told_of_the_users_own_code() {
    let value = format!("sha256={}", "ab".repeat(32));
    let secrets = [table::known(table::SECRET, true)];
    let case = DiagnosisCase::from_value(b"{}", value.as_bytes(), &secrets);
    let sentences = |asks| {
        let found = diagnose_case(&DiagnosisCase { asks, ..case.clone() }, None, &mut || true);
        found.findings.iter().map(|finding| finding.sentence.clone()).collect::<Vec<_>>()
    };
    let code = sentences(DiagnosisSubject::Code(value.as_bytes()));
    assert!(code.len() == 4 && code.iter().all(|sentence| sentence.starts_with("your code ")), "{code:?}");
    let sender = sentences(DiagnosisSubject::Sender);
    assert!(sender.iter().all(|sentence| !sentence.contains("your code")), "{sender:?}");
}

#[test]
fn many_secrets_do_not_break_the_bound() {
    let mut trial = mismatch(&mut Dice(3));
    trial.secrets = (0..40).map(|n| table::known(&format!("whsec_secret-{n}"), n < 20)).collect();
    let found = trial.diagnose(&mut || true);
    assert_eq!((found.hashes, found.stopped), (HASHES, Some(SearchStopReason::Hashes)));
}

#[test]
fn stops_when_there_is_no_more_time() {
    let trial = mismatch(&mut Dice(3));
    let mut asked = 0;
    let found = trial.diagnose(&mut || {
        asked += 1;
        asked < 100
    });
    assert_eq!(found.stopped, Some(SearchStopReason::Time));
    assert_eq!(asked, 100, "it is asked no more once it said no");
    assert!(found.hashes < 100);
}

#[test]
fn tells_no_secret_and_no_expected_signature() {
    let trials = trials();
    let mut dice = Dice(11);
    for index in 0..if slow_tests() { 10_000 } else { trials.len() } {
        let trial = canaries::with_canary(&trials[index % trials.len()], &mut dice);
        let found = trial.diagnose(&mut || true);
        assert_eq!(canaries::leaks(&trial, &found), Vec::<String>::new(), "{}", trial.cause);
    }
}

#[test]
fn a_body_beyond_the_limits_is_left_alone() {
    let secrets = [table::known(table::SECRET, true)];
    let value = format!("sha256={}", "ab".repeat(32));
    let huge = vec![b' '; BODY_LIMIT + 1];
    let found = diagnose_case(&DiagnosisCase::from_value(&huge, value.as_bytes(), &secrets), None, &mut || true);
    assert_eq!(found.hashes, 0);
    assert!(found.findings.iter().any(|finding| finding.cause.id == "body-too-large"));
    // Beyond 256 KiB nothing is rewritten, but a line end is still found.
    let large = [vec![b' '; 300 << 10], b"\n".to_vec()].concat();
    let signed = secrets[0].secret.key().sign(&large[..large.len() - 1]);
    let found = diagnose_case(&DiagnosisCase::from_value(&large, signed.as_bytes(), &secrets), None, &mut || true);
    assert_eq!(found.findings[0].cause.id, "newline-removed");
    assert!(referralloop::diagnose::make_forms("json-stringify", &large).is_empty());
}

#[test]
fn every_framework_has_a_fix_for_every_cause() {
    for cause in all_causes() {
        for framework in FRAMEWORKS.iter().map(Some).chain([None]) {
            for asks in [DiagnosisSubject::Sender, DiagnosisSubject::File, DiagnosisSubject::Code(b"")] {
                let advice = advise_on_cause(cause, asks, framework);
                assert!(!advice.fix.is_empty(), "{}", cause.id);
                let code = framework.is_some() && cause.family != CauseFamily::Unproved;
                assert_eq!(code, !advice.code.is_empty(), "{} {framework:?}", cause.id);
            }
        }
    }
}

#[test]
fn the_document_lists_every_cause() {
    let document = include_str!("../../docs/doctor.md");
    let row = |cause: &MismatchCause| format!("| `{}` | {} |", cause.id, cause.words.replace('|', "\\|"));
    let missing: Vec<_> = all_causes().map(row).filter(|row| !document.contains(row)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let (_, list) = document.split_once("## Causes").unwrap();
    let listed = list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let gone: Vec<_> = listed.filter(|id| !all_causes().any(|cause| cause.id == *id)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn canonical_json_is_that_of_the_public_vectors() {
    let Some(folder) = vectors().map(|folder| folder.join("jcs/testdata")) else { return };
    let mut compared = 0;
    for entry in std::fs::read_dir(folder.join("input")).unwrap() {
        let input = entry.unwrap().path();
        let wanted = std::fs::read(folder.join("output").join(input.file_name().unwrap())).unwrap();
        let made = make_forms("json-canonical", &std::fs::read(&input).unwrap());
        assert_eq!(String::from_utf8_lossy(&made[0]), String::from_utf8_lossy(&wanted), "{}", input.display());
        compared += 1;
    }
    assert_eq!(compared, 6);
}
