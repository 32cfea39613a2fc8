//! Whether the endpoint gives away more than it must, judged by all answers so far.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use super::auth_quiet::{find_secret, find_stack_trace};
use super::{draft_with_change, draft_with_name};
use crate::protocol::check::CheckExchange;
use crate::protocol::check::CheckSeverity::{High, Info, Low, Medium};
use http::Method;
use serde_json::Value;
use std::sync::Arc;

/// Fewer requests than any group of checks has sent.
const ASKED_ALONE: usize = 8;

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_action("hygiene.stack-trace", Medium, 3, |stage| Box::pin(traces(stage))).with_texts(
        "no answer shows a stack trace or paths of the server",
        "it tells attackers which code and versions to look for weaknesses in",
        "answer errors with a constant; NODE_ENV=production in Express, debug off in Flask and Django",
    ),
    AuditCheck::from_action("hygiene.secret", High, 1, |stage| Box::pin(shows_secret(stage))).with_secret().with_texts(
        "no answer shows the secret",
        "answers end up in logs of senders and proxies, and whoever reads one can sign",
        "answer with a constant; never with settings, the environment or the text of an error",
    ),
    AuditCheck::from_action("hygiene.server-version", Info, 1, |stage| Box::pin(versions(stage))).with_texts(
        "no answer names the version of the server",
        "it tells attackers which weaknesses to try first",
        "switch the header off: server_tokens off, app.disable('x-powered-by')",
    ),
    AuditCheck::from_action("hygiene.no-cookies", Low, 1, |stage| Box::pin(cookies(stage))).with_texts(
        "an acknowledgement sets no cookie",
        "the sender keeps no cookies, so each event starts a session that nobody ends",
        "keep session middleware away from this route",
    ),
    AuditCheck::from_action("hygiene.no-echo", Low, 1, |stage| Box::pin(echo(stage))).with_texts(
        "an acknowledgement does not repeat the sign-up's address",
        "answers end up in logs of senders and proxies; personal data should not",
        "answer with a constant",
    ),
    AuditCheck::from_action("hygiene.other-path", Low, 1, |stage| Box::pin(other_path(stage))).with_texts(
        "another path is not acknowledged",
        "a subscription with a mistyped URL then seems to work",
        "answer 404 on paths that do not exist",
    ),
    AuditCheck::from_requests("hygiene.get", Low, AuditExpectation::Refused, 1, |stage| {
        vec![stage.draft_signup_created().with_method(Method::GET)]
    })
    .with_texts(
        "GET is not acknowledged",
        "who opens the URL, or lets a monitor ask for it, takes it for working whatever becomes of events",
        "answer 405 to anything but POST",
    ),
    AuditCheck::from_action("hygiene.no-cors", Info, 1, |stage| Box::pin(cors(stage))).with_texts(
        "scripts on other sites are not let in (CORS)",
        "browsers do not deliver events, so a webhook has no use for CORS",
        "keep CORS middleware away from this route",
    ),
];

async fn traces(stage: &CheckContext<'_>) -> CheckJudgement {
    let provocations = [
        stage.draft_signed("{\"event_type\":").with_label("cut-off JSON"),
        stage.draft_signed("[]").with_label("an array"),
        stage.draft_signup_created().with_method(Method::GET),
    ];
    for draft in provocations.into_iter().chain(provoke_more(stage)) {
        stage.send(draft).await;
    }
    // What refusals of forged events show is auth.quiet's affair.
    let ours = |one: &CheckExchange| stage.plan().secret.is_none() || !matches!(one.outcome.status(), Some(401 | 403));
    for one in stage.all_exchanges().iter().filter(|one| ours(one)) {
        if let Some(trace) = find_stack_trace(one.response_body()) {
            stage.show_exchanges([one.clone()]);
            return CheckJudgement::Fail(format!("{}: {trace}", describe_exchange(one)));
        }
    }
    CheckJudgement::Pass
}

/// Whether nothing but ordinary events has been sent: the check is asked by itself.
fn answers_alone(stage: &CheckContext<'_>) -> bool {
    stage.all_exchanges().len() < ASKED_ALONE
}

/// What other checks have sent before, and may be what the answer was that showed something.
fn provoke_more(stage: &CheckContext<'_>) -> Vec<RequestDraft> {
    if !answers_alone(stage) {
        return Vec::new();
    }
    let changed = |what: &str, change: fn(&mut Value)| draft_with_change(stage, change).with_label(what);
    vec![
        changed("no data", |payload| {
            payload.as_object_mut().and_then(|members| members.shift_remove("data"));
        }),
        changed("data is null", |payload| payload["data"] = Value::Null),
        changed("data is text", |payload| payload["data"] = Value::from("text")),
        changed("an unknown event type", |payload| payload["event_type"] = Value::from("signup.approved")),
        changed("email is a list", |payload| payload["data"]["email"] = Value::from(["a"])),
        changed("a timestamp that is none", |payload| payload["timestamp"] = Value::from("yesterday")),
        stage.draft_signed("").with_label("an empty body"),
        stage.draft_signed("{}").with_label("the body {}"),
        draft_with_name(stage, Value::Null).with_label("a name that is null"),
        draft_to_another_path(stage).with_label("another path"),
    ]
}

/// All answers so far; when asked alone, one is fetched.
async fn answers(stage: &CheckContext<'_>) -> Vec<Arc<CheckExchange>> {
    stage.send(stage.draft_signup_created()).await;
    stage.all_exchanges()
}

async fn shows_secret(stage: &CheckContext<'_>) -> CheckJudgement {
    let Some(secret) = &stage.plan().secret else { return CheckJudgement::Pass };
    for one in answers(stage).await {
        if let Some(what) = find_secret(&one, secret) {
            let seen = format!("{}: the answer {what}", describe_exchange(&one));
            stage.show_exchanges([one]);
            return CheckJudgement::Fail(seen);
        }
    }
    CheckJudgement::Pass
}

async fn versions(stage: &CheckContext<'_>) -> CheckJudgement {
    if answers_alone(stage) {
        stage.send(stage.draft_signup_created().with_method(Method::GET).with_label("GET")).await;
        stage.send(draft_to_another_path(stage).with_label("another path")).await;
    }
    for one in answers(stage).await {
        for name in ["server", "x-powered-by", "x-aspnet-version"] {
            let told = one.response_header_values(name).find(|value| name != "server" || has_version(value));
            if let Some(seen) = told.map(|value| format!("{name}: {value}")) {
                stage.show_exchanges([one]);
                return CheckJudgement::Fail(seen);
            }
        }
    }
    CheckJudgement::Pass
}

fn has_version(server: &str) -> bool {
    server.contains('/') && server.bytes().any(|byte| byte.is_ascii_digit())
}

async fn cookies(stage: &CheckContext<'_>) -> CheckJudgement {
    let found = answers(stage).await.into_iter().find(|one| one.response_header_values("set-cookie").next().is_some());
    match found {
        None => CheckJudgement::Pass,
        Some(one) => {
            stage.show_exchanges([one]);
            CheckJudgement::Fail("an answer has Set-Cookie".to_owned())
        }
    }
}

async fn echo(stage: &CheckContext<'_>) -> CheckJudgement {
    let payload = stage.make_payload();
    let sent = stage.send(stage.draft_signed(payload.to_string())).await;
    let email = payload.pointer("/data/email").or(payload.get("email")).and_then(serde_json::Value::as_str);
    match email.is_some_and(|email| String::from_utf8_lossy(sent.response_body()).contains(email)) {
        true => CheckJudgement::Fail("the answer contains the sign-up's e-mail address".to_owned()),
        false => CheckJudgement::Pass,
    }
}

fn draft_to_another_path(stage: &CheckContext<'_>) -> RequestDraft {
    let mut url = stage.plan().url.clone();
    url.set_path(&format!("{}-no-such-path-{:x}", url.path().trim_end_matches('/'), stage.plan().seed & 0xffff));
    stage.draft_signup_created().with_url(url)
}

async fn other_path(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(draft_to_another_path(stage)).await;
    if sent.outcome.is_acknowledged() { CheckJudgement::Fail(describe_exchange(&sent)) } else { CheckJudgement::Pass }
}

async fn cors(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(stage.draft_signup_created().with_header(&http::header::ORIGIN, "https://example.org")).await;
    match sent.response_header_values("access-control-allow-origin").next() {
        Some(origin @ ("*" | "https://example.org")) => {
            CheckJudgement::Fail(format!("Access-Control-Allow-Origin: {origin}"))
        }
        _ => CheckJudgement::Pass,
    }
}
