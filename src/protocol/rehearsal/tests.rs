//! Tests.

use super::*;

fn faults(text: &str) -> FaultRates {
    text.parse().unwrap()
}

#[test]
fn faults_are_read_and_what_is_none_is_named() {
    let read = faults("duplicate=0.2,drop=0.1,reorder=5,delay=50ms..2s,corrupt=0.01");
    assert_eq!((read.duplicate, read.drop, read.reorder, read.corrupt), (0.2, 0.1, 5, 0.01));
    assert_eq!(read.delay, Some((Duration::from_millis(50), Duration::from_secs(2))));
    assert_eq!(faults("late").late, 0.1);
    for bad in ["", "duplicate=2", "drop=-1", "reorder=x", "delay=2s..1s", "delay=x", "loss=0.1", "drop=0.1,,"] {
        assert!(bad.parse::<FaultRates>().is_err(), "{bad}");
    }
}

#[test]
fn the_same_seed_decides_the_same_and_another_does_not() {
    let all = faults("duplicate=0.3,together=0.2,drop=0.1,reorder=4,delay=1ms..9ms,corrupt=0.2,late=0.2");
    assert_eq!(plan_rehearsal(200, &all, 7), plan_rehearsal(200, &all, 7));
    assert_ne!(plan_rehearsal(200, &all, 7), plan_rehearsal(200, &all, 8));
}

#[test]
fn every_event_is_sent_as_often_as_decided() {
    let plain = plan_rehearsal(50, &FaultRates::default(), 1);
    assert!(plain.dropped.is_empty());
    assert!(plain.steps.iter().enumerate().all(|(at, step)| *step == RehearsalStep::one(at, CopyMode::Plain)));
    assert_eq!(plan_rehearsal(50, &faults("drop=1"), 1).dropped.len(), 50);
    let twice = plan_rehearsal(50, &faults("duplicate=1"), 1);
    assert_eq!(twice.steps.len(), 100);
    assert!(plan_rehearsal(50, &faults("together=1"), 1).steps.iter().all(|step| step.shots.len() == 2));
    let late = plan_rehearsal(50, &faults("late=1"), 1);
    assert!(
        late.steps.chunks(2).all(|two| two[0].shots[0].how == CopyMode::Late && two[1].shots[0].how == CopyMode::Again)
    );
}

#[test]
fn disorder_stays_within_its_bound() {
    let order: Vec<usize> =
        plan_rehearsal(300, &faults("reorder=5"), 3).steps.iter().map(|step| step.shots[0].event).collect();
    assert!(!order.is_sorted());
    assert!(order.iter().enumerate().all(|(at, event)| at.abs_diff(*event) <= 5));
}

#[test]
fn damage_is_one_bit() {
    assert_eq!(CopyMode::Corrupt(9).apply(&[0, 0]), [0, 2]);
    assert_eq!(CopyMode::Corrupt(16).apply(&[0, 0]), [1, 0]);
    assert_eq!(CopyMode::Plain.apply(b"x"), b"x");
    assert!(CopyMode::Corrupt(3).apply(b"").is_empty());
}
