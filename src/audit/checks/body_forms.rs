//! The same event written in many ways, each signed correctly: an endpoint that verifies the bytes takes all of them,
//! and one that verifies something else gives away what by those that it refuses.

use super::super::PROBE_REQUESTS;
use super::super::catalogue::{CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::{find_place, name_payload};
use crate::protocol::check::CheckExchange;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A way to write an event.
pub(super) struct AuditBodyForm {
    pub name: &'static str,
    pub write: fn(&Value) -> String,
}

const FORMS: [AuditBodyForm; 18] = [
    AuditBodyForm { name: "compact", write: Value::to_string },
    AuditBodyForm { name: "a space after each comma and colon", write: |event| blanks(&event.to_string()) },
    AuditBodyForm { name: "members sorted", write: sorted },
    AuditBodyForm { name: "members sorted, with spaces", write: |event| blanks(&sorted(event)) },
    AuditBodyForm { name: "two spaces per level", write: indented },
    AuditBodyForm { name: "four spaces per level", write: |event| deeper(&indented(event)) },
    AuditBodyForm { name: "lines ending in CR LF", write: |event| indented(event).replace('\n', "\r\n") },
    AuditBodyForm { name: "a line feed at the end", write: |event| event.to_string() + "\n" },
    AuditBodyForm { name: "a non-ASCII letter", write: |event| write_with_name(event, "Zoë") },
    AuditBodyForm {
        name: "the same letter escaped",
        write: |event| write_with_name(event, "Zoë").replace('ë', "\\u00eb"),
    },
    AuditBodyForm { name: "a slash", write: |event| write_with_name(event, "A/B") },
    AuditBodyForm { name: "a slash escaped", write: |event| write_with_name(event, "A/B").replace("A/B", "A\\/B") },
    AuditBodyForm { name: "<, > and &", write: |event| write_with_name(event, "<A> & B") },
    AuditBodyForm { name: "an apostrophe and a plus", write: |event| write_with_name(event, "O'N+") },
    AuditBodyForm { name: "a number written as 7.0", write: |event| numbered(event, "7.0") },
    AuditBodyForm { name: "a number written as 1e+21", write: |event| numbered(event, "1e+21") },
    AuditBodyForm { name: "an emoji", write: |event| write_with_name(event, "\u{1f680}") },
    AuditBodyForm { name: "members in another order", write: reordered },
];

/// Forms that programs make of what they have parsed, each unlike the compact one that is sent.
pub(super) const REBUILT: [AuditBodyForm; 3] = [
    AuditBodyForm { name: "signed with spaces", write: |event| blanks(&event.to_string()) },
    AuditBodyForm { name: "signed with its members sorted", write: sorted },
    AuditBodyForm { name: "signed sorted, with spaces", write: |event| blanks(&sorted(event)) },
];

/// No value of an event made here has a quote beside a comma or colon.
fn blanks(text: &str) -> String {
    text.replace("\":", "\": ").replace(",\"", ", \"")
}

fn indented(event: &Value) -> String {
    serde_json::to_string_pretty(event).unwrap_or_default()
}

/// Twice the indentation.
fn deeper(text: &str) -> String {
    let line = |line: &str| format!("{}{line}", " ".repeat(line.len() - line.trim_start().len()));
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn write_with_name(event: &Value, name: &str) -> String {
    name_payload(event.clone(), name.into()).to_string()
}

fn sorted(value: &Value) -> String {
    let Some(members) = value.as_object() else { return value.to_string() };
    let members: BTreeMap<&String, &Value> = members.iter().collect();
    let member = |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), sorted(value));
    format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
}

fn numbered(event: &Value, number: &str) -> String {
    let (member, place) = find_place(event);
    event.to_string().replace(&format!("\"{member}\":{place}"), &format!("\"{member}\":{number}"))
}

/// What an event is about goes to the front.
fn reordered(event: &Value) -> String {
    let mut payload = event.clone();
    if let Some(members) = payload.as_object_mut() {
        let name = if members.contains_key("data") { "data" } else { "email" };
        let moved = members.shift_remove(name);
        let mut front = serde_json::Map::new();
        front.extend(moved.map(|moved| (name.to_owned(), moved)));
        front.append(members);
        *members = front;
    }
    payload.to_string()
}

/// Sends every form, and names the cause where some are refused.
pub(super) async fn check_body_forms(stage: &CheckContext<'_>) -> CheckJudgement {
    let mut sent = Vec::with_capacity(FORMS.len());
    let mut refused = Vec::new();
    let (mut last, mut failed, mut silent) = (String::new(), None, false);
    for form in &FORMS {
        // Names made here may be in any script; what each form is about must be the only thing that differs.
        let body = (form.write)(&name_payload(stage.make_payload(), "Ada Archer".into()));
        let answer = stage.send(stage.draft_signed(body.clone()).with_label(form.name)).await;
        if matches!(answer.outcome.status(), Some(300..400)) {
            return CheckJudgement::Skip("it is redirected; see delivery.no-redirect".to_owned());
        }
        // A server that fails has not said that the signature is wrong.
        let Some(..500) = answer.outcome.status() else {
            silent = answer.outcome.status().is_none() && sent.is_empty();
            failed = Some(describe_exchange(&answer));
            // Who answers nothing for seconds is not asked eighteen times.
            if silent && answer.latency >= ATTEMPT_BUDGET {
                break;
            }
            continue;
        };
        sent.push((body.into_bytes(), answer.outcome.is_acknowledged()));
        if !answer.outcome.is_acknowledged() {
            last = describe_exchange(&answer);
            refused.push((form.name, answer));
        }
    }
    let others = take_other_refusals(stage, &mut sent, &mut refused).await;
    match failed {
        Some(failure) if sent.is_empty() => {
            let advice = "referralloop verify --probe URL   says why";
            return match explain_by_probe(stage, silent).await {
                Some(proved) => CheckJudgement::Fail(format!("every form fails ({failure}); {proved}")),
                None => CheckJudgement::Skip(format!("every form fails ({failure}); {advice}")),
            };
        }
        _ if !sent.iter().any(|(_, taken)| *taken) => {
            return match explain_by_probe(stage, false).await {
                Some(proved) => CheckJudgement::Fail(format!("every form is refused ({last}); {proved}")),
                None => CheckJudgement::Skip(format!("every form is refused ({last}); {}", cause(stage, &sent))),
            };
        }
        _ if refused.is_empty() && others.is_empty() => return CheckJudgement::Pass,
        _ if refused.is_empty() => {
            let names = others.join(", ");
            return CheckJudgement::Skip(format!("not refused as a wrong signature is: {names} ({last})"));
        }
        _ => {}
    }
    let (count, all) = (refused.len(), FORMS.len());
    let names = refused.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    CheckJudgement::Fail(format!("{count} of {all} forms are refused: {names} (last: {last}); {}", cause(stage, &sent)))
}

/// What is proved of an endpoint that accepts nothing; one that never answers is not asked any more.
async fn explain_by_probe(stage: &CheckContext<'_>, silent: bool) -> Option<String> {
    let plan = stage.plan();
    if silent || plan.hero.is_some() || stage.requests() + PROBE_REQUESTS > plan.limits.requests {
        return None;
    }
    let (proved, requests) = (plan.probe)(plan.clone()).await;
    stage.count_requests(requests);
    proved
}

/// Takes out what was refused for something else than its signature, a name with a slash or a number with an exponent:
/// it was answered otherwise than a wrong signature is. 401 and 403 speak for themselves.
async fn take_other_refusals(
    stage: &CheckContext<'_>,
    sent: &mut Vec<(Vec<u8>, bool)>,
    refused: &mut Vec<(&'static str, Arc<CheckExchange>)>,
) -> Vec<&'static str> {
    let plain = |one: &CheckExchange| matches!(one.outcome.status(), Some(401 | 403));
    if !sent.iter().any(|(_, taken)| *taken) || refused.iter().all(|(_, one)| plain(one)) {
        return Vec::new();
    }
    let wrong = stage.plan().write_digest(&"0".repeat(64));
    let draft = stage.draft_signup_created().with_header(&stage.plan().signature_header, wrong);
    let forged = stage.send(draft.with_label("a wrong signature, to compare with")).await;
    let is_like = |one: &CheckExchange| {
        one.outcome.status() == forged.outcome.status() && one.response_body() == forged.response_body()
    };
    let others: Vec<_> = refused.extract_if(.., |(_, one)| !plain(one) && !is_like(one)).collect();
    sent.retain(|(body, taken)| *taken || !others.iter().any(|(_, one)| one.body.as_bytes() == body));
    others.into_iter().map(|(name, _)| name).collect()
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
