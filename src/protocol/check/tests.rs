//! Names, groups and the order of a report.

use super::*;

fn check(id: &'static str, severity: Severity, verdict: CheckVerdict) -> CheckReport {
    CheckReport {
        id,
        group: Group::of(id).unwrap(),
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
    assert!(Severity::ALL.is_sorted());
    for severity in Severity::ALL {
        assert_eq!(severity.name().parse(), Ok(severity));
    }
    assert!("grave".parse::<Severity>().unwrap_err().contains("medium"));
}

#[test]
fn groups_are_read_off_ids() {
    assert_eq!(Group::of("auth.missing"), Some(Group::Auth));
    assert_eq!(Group::of("nothing.missing"), None);
}

#[test]
fn failures_come_first_and_the_gravest_in_front() {
    let failed = || CheckVerdict::Failed(String::new());
    let report = AuditReport {
        url: String::new(),
        checks: vec![
            check("auth.a", Severity::Low, CheckVerdict::Skipped(String::new())),
            check("auth.b", Severity::High, CheckVerdict::Passed),
            check("auth.c", Severity::Low, failed()),
            check("auth.d", Severity::Critical, failed()),
            check("load.e", Severity::Critical, failed()),
        ],
        requests: 0,
        took: Duration::ZERO,
        cut_short: None,
    };
    let ids: Vec<&str> = report.of_group(Group::Auth).iter().map(|check| check.id).collect();
    assert_eq!(ids, ["auth.d", "auth.c", "auth.b", "auth.a"]);
    assert_eq!(report.counts(), CheckCounts { passed: 1, failed: 3, accepted: 0, skipped: 1 });
    assert!(report.fails_at(Severity::High));
}
