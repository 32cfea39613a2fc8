//! Both readings of the retry schedule, and the guess which retry a gap is.

use super::*;

fn seconds(from: RetryFrom) -> Vec<u64> {
    RetrySchedule::new(from).map(|due| due.as_secs()).collect()
}

#[test]
fn both_readings_have_five_attempts() {
    assert_eq!(seconds(RetryFrom::Previous), [0, 60, 360, 1260, 4860]);
    assert_eq!(seconds(RetryFrom::First), [0, 60, 300, 900, 3600]);
    assert_eq!(seconds(RetryFrom::default()).len(), MAX_ATTEMPTS as usize);
}

#[test]
fn a_finished_schedule_stays_finished() {
    let mut schedule = RetrySchedule::new(RetryFrom::Previous);
    assert_eq!(schedule.by_ref().count(), 5);
    assert_eq!((schedule.next(), schedule.next()), (None, None));
}

#[test]
fn any_2xx_acknowledges_and_nothing_else() {
    for status in 0..1000 {
        assert_eq!(is_acknowledgement(status), (200..=299).contains(&status), "{status}");
    }
}

#[test]
fn gaps_are_taken_for_the_retry_they_are_near() {
    let guess = |seconds: u64| guess_retry(Duration::from_secs(seconds));
    for (retry, gaps) in [(1, [60, 61, 65]), (2, [300, 360, 366]), (3, [900, 1260, 1270]), (4, [3600, 4860, 4900])] {
        for gap in gaps {
            assert_eq!(guess(gap), Some(retry), "{gap}");
        }
    }
    for gap in [0, 1, 30, 53, 67, 180, 500, 2000, 10_000, u64::MAX] {
        assert_eq!(guess(gap), None, "{gap}");
    }
}
