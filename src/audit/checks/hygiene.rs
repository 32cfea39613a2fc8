//! Whether the endpoint gives away more than it must, judged by all answers so far.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::auth_quiet::{find_secret, find_stack_trace};
use crate::protocol::check::CheckExchange;
use crate::protocol::check::CheckSeverity::{High, Info, Low, Medium};
use http::Method;
use std::sync::Arc;

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
    for draft in provocations {
        stage.send(draft).await;
    }
    // What refusals of forged events show is auth.quiet's affair.
    let ours = |one: &CheckExchange| stage.plan().secret.is_none() || !matches!(one.outcome.status(), Some(401 | 403));
    for one in stage.all_exchanges().iter().filter(|one| ours(one)) {
        if let Some(trace) = find_stack_trace(one.response_body()) {
            return CheckJudgement::Fail(format!("{}: {trace}", describe_exchange(one)));
        }
    }
    CheckJudgement::Pass
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
            return CheckJudgement::Fail(format!("{}: the answer {what}", describe_exchange(&one)));
        }
    }
    CheckJudgement::Pass
}

async fn versions(stage: &CheckContext<'_>) -> CheckJudgement {
    for one in answers(stage).await {
        for name in ["server", "x-powered-by", "x-aspnet-version"] {
            if let Some(value) = one.response_header_values(name).find(|value| name != "server" || has_version(value)) {
                return CheckJudgement::Fail(format!("{name}: {value}"));
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
        Some(_) => CheckJudgement::Fail("an answer has Set-Cookie".to_owned()),
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

async fn other_path(stage: &CheckContext<'_>) -> CheckJudgement {
    let mut url = stage.plan().url.clone();
    url.set_path(&format!("{}-no-such-path-{:x}", url.path().trim_end_matches('/'), stage.plan().seed & 0xffff));
    let sent = stage.send(stage.draft_signup_created().with_url(url)).await;
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
