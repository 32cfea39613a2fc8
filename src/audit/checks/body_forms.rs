//! The same event written in many ways, each signed correctly: an endpoint that verifies the bytes takes all of them,
//! and one that verifies something else gives away what by those that it refuses.

use super::super::catalogue::{CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use crate::protocol::sample::SampleSignup;
use serde_json::Value;
use std::collections::BTreeMap;

/// A way to write an event.
struct AuditBodyForm {
    name: &'static str,
    write: fn(&SampleSignup) -> String,
}

const FORMS: [AuditBodyForm; 18] = [
    AuditBodyForm { name: "compact", write: compact },
    AuditBodyForm { name: "a space after each comma and colon", write: |signup| blanks(&compact(signup)) },
    AuditBodyForm { name: "members sorted", write: |signup| sorted(&signup.build_created()) },
    AuditBodyForm { name: "members sorted, with spaces", write: |signup| blanks(&sorted(&signup.build_created())) },
    AuditBodyForm { name: "two spaces per level", write: indented },
    AuditBodyForm { name: "four spaces per level", write: |signup| deeper(&indented(signup)) },
    AuditBodyForm { name: "lines ending in CR LF", write: |signup| indented(signup).replace('\n', "\r\n") },
    AuditBodyForm { name: "a line feed at the end", write: |signup| compact(signup) + "\n" },
    AuditBodyForm { name: "a non-ASCII letter", write: |signup| write_with_name(signup, "Zoë") },
    AuditBodyForm {
        name: "the same letter escaped",
        write: |signup| write_with_name(signup, "Zoë").replace('ë', "\\u00eb"),
    },
    AuditBodyForm { name: "a slash", write: |signup| write_with_name(signup, "A/B") },
    AuditBodyForm { name: "a slash escaped", write: |signup| write_with_name(signup, "A/B").replace("A/B", "A\\/B") },
    AuditBodyForm { name: "<, > and &", write: |signup| write_with_name(signup, "<A> & B") },
    AuditBodyForm { name: "an apostrophe and a plus", write: |signup| write_with_name(signup, "O'N+") },
    AuditBodyForm { name: "a number written as 7.0", write: |signup| numbered(signup, "7.0") },
    AuditBodyForm { name: "a number written as 1e+21", write: |signup| numbered(signup, "1e+21") },
    AuditBodyForm { name: "an emoji", write: |signup| write_with_name(signup, "\u{1f680}") },
    AuditBodyForm { name: "members in another order", write: reordered },
];

fn compact(signup: &SampleSignup) -> String {
    signup.build_created().to_string()
}

/// No value of an event made here has a quote beside a comma or colon.
fn blanks(text: &str) -> String {
    text.replace("\":", "\": ").replace(",\"", ", \"")
}

fn indented(signup: &SampleSignup) -> String {
    serde_json::to_string_pretty(&signup.build_created()).unwrap_or_default()
}

/// Twice the indentation.
fn deeper(text: &str) -> String {
    let line = |line: &str| format!("{}{line}", " ".repeat(line.len() - line.trim_start().len()));
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn write_with_name(signup: &SampleSignup, name: &str) -> String {
    compact(&SampleSignup { name: name.into(), ..signup.clone() })
}

fn sorted(value: &Value) -> String {
    let Some(members) = value.as_object() else { return value.to_string() };
    let members: BTreeMap<&String, &Value> = members.iter().collect();
    let member = |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), sorted(value));
    format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
}

fn numbered(signup: &SampleSignup, number: &str) -> String {
    let position = format!("\"position\":{}", signup.position);
    compact(signup).replace(&position, &format!("\"position\":{number}"))
}

fn reordered(signup: &SampleSignup) -> String {
    let mut payload = signup.build_created();
    if let Some(members) = payload.as_object_mut() {
        let data = members.shift_remove("data");
        let mut front = serde_json::Map::new();
        front.extend(data.map(|data| ("data".to_owned(), data)));
        front.append(members);
        *members = front;
    }
    payload.to_string()
}

/// Sends every form, and names the cause where some are refused.
pub(super) async fn check_body_forms(stage: &CheckContext<'_>) -> CheckJudgement {
    let mut sent = Vec::with_capacity(FORMS.len());
    let mut refused = Vec::new();
    let (mut last, mut failed) = (String::new(), None);
    for form in &FORMS {
        // Names made here may be in any script; what each form is about must be the only thing that differs.
        let signup = SampleSignup { name: "Ada Archer".into(), ..stage.make_signup() };
        let body = (form.write)(&signup);
        let answer = stage.send(stage.draft_signed(body.clone()).with_label(form.name)).await;
        if matches!(answer.outcome.status(), Some(300..400)) {
            return CheckJudgement::Skip("it is redirected; see delivery.no-redirect".to_owned());
        }
        // A server that fails has not said that the signature is wrong.
        let Some(..500) = answer.outcome.status() else {
            failed = Some(describe_exchange(&answer));
            continue;
        };
        sent.push((body.into_bytes(), answer.outcome.is_acknowledged()));
        if !answer.outcome.is_acknowledged() {
            last = describe_exchange(&answer);
            refused.push(form.name);
        }
    }
    match failed {
        Some(failure) if sent.is_empty() => {
            let advice = "referralloop verify --probe URL   says why";
            return CheckJudgement::Skip(format!("every form fails ({failure}); {advice}"));
        }
        _ if refused.is_empty() => return CheckJudgement::Pass,
        _ => {}
    }
    let (count, all, names) = (refused.len(), FORMS.len(), refused.join(", "));
    CheckJudgement::Fail(format!("{count} of {all} forms are refused: {names} ({last}); {}", cause(stage, &sent)))
}

/// What is verified in the place of the bytes, as far as the refusals tell.
fn cause(stage: &CheckContext<'_>, seen: &[(Vec<u8>, bool)]) -> String {
    if !seen.iter().any(|(_, taken)| *taken) {
        return "no form is accepted: it may use another secret, header or algorithm, or not accept signed events at all; \
            referralloop verify --probe URL   says which"
            .to_owned();
    }
    let refused = |is: &dyn Fn(&[u8]) -> bool| seen.iter().filter(|(_, taken)| !taken).all(|(body, _)| is(body));
    (stage.plan().explain)(seen).unwrap_or_else(|| {
        let cause = if refused(&|body| body.ends_with(b"\n")) {
            "it verifies the body without its final line feed"
        } else if refused(&|body| !body.is_ascii()) {
            "it decodes the body and encodes it differently before it verifies"
        } else {
            "it verifies something derived from the body, not the bytes"
        };
        cause.to_owned()
    })
}
