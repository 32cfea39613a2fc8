//! Names, groups and the order of a report.

use super::*;

fn check(id: &'static str, severity: CheckSeverity, verdict: CheckVerdict) -> CheckReport {
    CheckReport {
        id,
        group: CheckGroup::from_id(id).unwrap(),
        severity,
        title: "",
        why: "",
        fix: "",
        verdict,
        exchanges: Vec::new(),
        repeat: String::new(),
        took: Duration::ZERO,
    }
}

#[test]
fn severities_have_names_and_an_order() {
    assert!(CheckSeverity::ALL.is_sorted());
    for severity in CheckSeverity::ALL {
        assert_eq!(severity.name().parse(), Ok(severity));
    }
    assert!("grave".parse::<CheckSeverity>().unwrap_err().contains("medium"));
}

#[test]
fn groups_are_read_off_ids() {
    assert_eq!(CheckGroup::from_id("auth.missing"), Some(CheckGroup::Auth));
    assert_eq!(CheckGroup::from_id("nothing.missing"), None);
}

#[test]
fn failures_come_first_and_the_gravest_in_front() {
    let failed = || CheckVerdict::Failed(String::new());
    let report = AuditReport {
        url: String::new(),
        checks: vec![
            check("auth.a", CheckSeverity::Low, CheckVerdict::Skipped(String::new())),
            check("auth.b", CheckSeverity::High, CheckVerdict::Passed),
            check("auth.c", CheckSeverity::Low, failed()),
            check("auth.d", CheckSeverity::Critical, failed()),
            check("load.e", CheckSeverity::Critical, failed()),
        ],
        seed: 7,
        requests: 0,
        took: Duration::ZERO,
        cut_short: None,
    };
    let ids: Vec<&str> = report.checks_in_group(CheckGroup::Auth).iter().map(|check| check.id).collect();
    assert_eq!(ids, ["auth.d", "auth.c", "auth.b", "auth.a"]);
    assert_eq!(report.counts(), CheckCounts { passed: 1, failed: 3, accepted: 0, skipped: 1 });
    assert!(report.fails_at(CheckSeverity::High));
}
