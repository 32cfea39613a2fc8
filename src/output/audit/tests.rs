//! Every format, literally, and foreign text in each of them.

use super::*;
use crate::output::style::OutputStyle;
use crate::protocol::attempt::{AttemptOutcome, AttemptResponse};
use crate::protocol::body::RawBody;
use crate::protocol::check::{CheckGroup, CheckReport, CheckSeverity, CheckVerdict};
use jiff::tz::TimeZone;

fn check(id: &'static str, severity: CheckSeverity, verdict: CheckVerdict) -> CheckReport {
    let answer = AttemptResponse {
        status: 200,
        location: None,
        body: "{\"received\":true}".into(),
        truncated: false,
        only_200: false,
    };
    let exchanged = CheckExchange {
        what: "one digit".into(),
        method: "POST".into(),
        target: "/hook".into(),
        headers: vec![("x-webhook-signature".into(), "sha256=a".into())],
        body: RawBody::new("{}"),
        outcome: AttemptOutcome::Answered(answer),
        answer_headers: Vec::new(),
        latency: Duration::from_millis(2),
    };
    CheckReport {
        id,
        group: CheckGroup::from_id(id).unwrap(),
        severity,
        title: "a title",
        why: "a reason",
        fix: "a remedy",
        verdict,
        exchanges: vec![exchanged],
        repeat: format!("referralloop test http://localhost:3000/hook --case {id}"),
        took: Duration::from_millis(12),
    }
}

fn report(what: &str) -> AuditReport {
    AuditReport {
        url: "http://localhost:3000/hook".into(),
        checks: vec![
            check("delivery.created", CheckSeverity::Critical, CheckVerdict::Passed),
            check("auth.truncated", CheckSeverity::Critical, CheckVerdict::Failed(what.into())),
            check("auth.uniform", CheckSeverity::Low, CheckVerdict::Failed("two refusals".into())),
            check(
                "auth.quiet",
                CheckSeverity::Medium,
                CheckVerdict::Accepted { what: "a trace".into(), reason: "staging # only".into() },
            ),
            check("semantics.once", CheckSeverity::High, CheckVerdict::Skipped("needs --state-cmd".into())),
        ],
        seed: 7,
        requests: 9,
        took: Duration::from_millis(1500),
        cut_short: None,
    }
}

fn style() -> OutputStyle {
    OutputStyle::new(false, 100, TimeZone::UTC)
}

#[test]
fn the_page() {
    let text = render_audit_page(&report("one digit: it was accepted"), CheckSeverity::Medium, false, &style());
    assert_eq!(
        text,
        "\
Delivery  1 passed

Authenticity  0 passed, 2 failed, 1 accepted
  ✘ auth.truncated                 critical  a title
      seen    one digit: it was accepted
      sent    POST /hook, x-webhook-signature: sha256=a, 2 bytes
      back    200 OK after 2 ms, \"{\"received\":true}\"
      why     a reason
      fix     a remedy
      repeat  referralloop test http://localhost:3000/hook --case auth.truncated
  ✘ auth.uniform                   low  a title
      seen    two refusals
      sent    POST /hook, x-webhook-signature: sha256=a, 2 bytes
      back    200 OK after 2 ms, \"{\"received\":true}\"
      why, fix as for auth.truncated
      repeat  referralloop test http://localhost:3000/hook --case auth.uniform
  ◐ auth.quiet                     medium  a title
      seen    a trace
      accepted staging # only

Delivery semantics  0 passed, 1 skipped
  ○ skipped: semantics.once (needs --state-cmd)

✘ http://localhost:3000/hook: 1 passed, 2 failed, 1 accepted, 1 skipped; 9 requests in 1.5 s, --seed
  7
  1 of the failed ones is below medium and does not count (--fail-on)
  worst: auth.truncated (critical)
"
    );
}

#[test]
fn what_stands_below_is_not_said_above() {
    let mut report = report("there was no secret to sign with");
    report.checks.retain(|check| check.group == CheckGroup::Auth && check.id != "auth.quiet");
    report.checks[0].id = crate::protocol::check::AUTHENTICITY_CHECK;
    let text = render_audit_page(&report, CheckSeverity::Medium, false, &style());
    assert!(text.starts_with("Authenticity\n"), "the counts of one group are those of the whole: {text}");
    assert_eq!(text.matches("2 failed").count(), 1, "{text}");
    assert_eq!(text.matches("there was no secret").count(), 1, "{text}");
    assert!(text.contains("\n  authenticity not checked\n"), "{text}");
}

#[test]
fn the_tap_stream() {
    assert_eq!(
        render_tap(&report("it \"was\" accepted"), CheckSeverity::Medium, false),
        r#"TAP version 14
1..5
ok 1 - delivery.created: a title
not ok 2 - auth.truncated: a title
  ---
  message: "it \"was\" accepted"
  severity: "critical"
  sent: "POST /hook, x-webhook-signature: sha256=a, 2 bytes"
  back: "200 OK after 2 ms, \"{\"received\":true}\""
  why: "a reason"
  fix: "a remedy"
  repeat: "referralloop test http://localhost:3000/hook --case auth.truncated"
  duration_ms: 12
  ...
not ok 3 - auth.uniform: a title # TODO only low
  ---
  message: "two refusals"
  severity: "low"
  sent: "POST /hook, x-webhook-signature: sha256=a, 2 bytes"
  back: "200 OK after 2 ms, \"{\"received\":true}\""
  why: "a reason"
  fix: "a remedy"
  repeat: "referralloop test http://localhost:3000/hook --case auth.uniform"
  duration_ms: 12
  ...
not ok 4 - auth.quiet: a title # TODO accepted: staging \# only
ok 5 - semantics.once: a title # SKIP needs --state-cmd
"#
        .replace("\\\"{\"received\":true}\\\"", "\\\"{\\\"received\\\":true}\\\"")
    );
}

#[test]
fn annotations_name_findings_alone() {
    assert_eq!(
        render_annotations(&report("100 %\n::error::x"), CheckSeverity::Medium),
        "::error title=auth.truncated (critical)::a title: 100 %25\\u{a}::error::x. Fix: a remedy\n\
         ::warning title=auth.uniform (low)::a title: two refusals. Fix: a remedy\n"
    );
}

#[test]
fn the_markdown_has_a_row_for_each_finding() {
    let text = render_audit_markdown(&report("a | b <script> @all"), CheckSeverity::Medium);
    assert!(text.starts_with("## ❌ Webhook audit of http://localhost:3000/hook\n\n1 passed, 2 failed"));
    assert!(text.contains("| `auth.truncated` a title | critical | a \\| b &lt;script&gt; &#64;all |\n"));
    assert!(text.contains("(accepted: staging \\# only)"));
    assert!(text.ends_with("Skipped: `semantics.once`.\n"));
}

#[test]
fn junit_counts_what_counts() {
    let text = render_audit_junit(&report("it was accepted"), CheckSeverity::Medium, jiff::Timestamp::UNIX_EPOCH);
    assert!(text.contains("tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    assert!(text.contains("<failure type=\"critical\" message=\"a title: it was accepted\">"));
}

#[test]
fn foreign_text_stays_harmless_in_every_format() {
    let hostile: String = ('\0'..='\u{2fff}').collect();
    let report = report(&hostile);
    let all = [
        render_audit_page(&report, CheckSeverity::Medium, true, &style()),
        render_tap(&report, CheckSeverity::Medium, true),
        render_audit_markdown(&report, CheckSeverity::Medium),
        render_annotations(&report, CheckSeverity::Medium),
        render_audit_junit(&report, CheckSeverity::Medium, jiff::Timestamp::UNIX_EPOCH),
    ];
    for text in all {
        assert!(!text.replace('\n', "").chars().any(crate::output::sanitise::is_unsafe));
    }
}
