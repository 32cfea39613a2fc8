//! Whether the endpoint gives away more than it must, judged by all answers so far.

use super::super::catalogue::{Check, Judgement, seen};
use super::super::stage::Stage;
use crate::protocol::check::Exchanged;
use crate::protocol::check::Severity::{Info, Low, Medium};
use http::Method;
use std::sync::Arc;

pub const CHECKS: &[Check] = &[
    Check::acts("hygiene.stack-trace", Medium, 3, |stage| Box::pin(traces(stage))).says(
        "no answer shows a stack trace or paths of the server",
        "it tells visitors which code and which versions to look for holes in",
        "answer errors with a constant; NODE_ENV=production in Express, debug off in Flask and Django",
    ),
    Check::acts("hygiene.server-version", Info, 1, |stage| Box::pin(versions(stage))).says(
        "no answer names the version of the server",
        "it tells visitors which holes to try first",
        "switch the header off: server_tokens off, app.disable('x-powered-by')",
    ),
    Check::acts("hygiene.no-cookies", Low, 1, |stage| Box::pin(cookies(stage))).says(
        "an acknowledgement sets no cookie",
        "the sender keeps none; each event then begins a session that nobody ends",
        "keep session middleware away from this route",
    ),
    Check::acts("hygiene.no-echo", Low, 1, |stage| Box::pin(echo(stage))).says(
        "an acknowledgement does not repeat the sign-up's address",
        "answers end up in logs of senders and proxies; personal data should not",
        "answer with a constant",
    ),
    Check::acts("hygiene.other-path", Low, 1, |stage| Box::pin(other_path(stage))).says(
        "another path is not acknowledged",
        "a subscription with a mistyped URL then seems to work",
        "answer 404 to paths that are none",
    ),
    Check::acts("hygiene.no-cors", Info, 1, |stage| Box::pin(cors(stage))).says(
        "browsers of other sites are not let in",
        "no browser delivers events; CORS for every origin belongs to no webhook",
        "keep CORS middleware away from this route",
    ),
];

/// What stack traces and paths look like, in lower case.
const TRACES: [&str; 16] = [
    "traceback (most recent call last)",
    "    at ",
    "&nbsp;at ",
    "node:internal",
    "node_modules/",
    "site-packages/",
    ".js:",
    ".ts:",
    ".py\", line",
    ".rb:",
    ".php on line",
    ".go:",
    "goroutine ",
    "stack trace",
    "sqlstate",
    "werkzeug debugger",
];

/// The part of a body that looks like a stack trace.
pub(super) fn stack_trace(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let at = TRACES.iter().filter_map(|mark| lower.find(mark)).min()?;
    Some(text[at..].trim_start().chars().take(60).collect())
}

async fn traces(stage: &Stage<'_>) -> Judgement {
    let provocations = [
        stage.post("{\"event_type\":").called("cut-off JSON"),
        stage.post("[]").called("an array"),
        stage.created().by(Method::GET),
    ];
    for draft in provocations {
        stage.send(draft).await;
    }
    // What refusals of forged events show is auth.quiet's affair.
    let ours = |one: &Exchanged| stage.plan().secret.is_none() || !matches!(one.outcome.status(), Some(401 | 403));
    for one in stage.of_all().iter().filter(|one| ours(one)) {
        if let Some(trace) = stack_trace(one.answer_body()) {
            return Judgement::Fail(format!("{}: {trace}", seen(one)));
        }
    }
    Judgement::Pass
}

/// All answers so far; when asked alone, one is fetched.
async fn answers(stage: &Stage<'_>) -> Vec<Arc<Exchanged>> {
    stage.send(stage.created()).await;
    stage.of_all()
}

async fn versions(stage: &Stage<'_>) -> Judgement {
    for one in answers(stage).await {
        for name in ["server", "x-powered-by", "x-aspnet-version"] {
            if let Some(value) = one.answered_with(name).find(|value| name != "server" || tells_version(value)) {
                return Judgement::Fail(format!("{name}: {value}"));
            }
        }
    }
    Judgement::Pass
}

fn tells_version(server: &str) -> bool {
    server.contains('/') && server.bytes().any(|byte| byte.is_ascii_digit())
}

async fn cookies(stage: &Stage<'_>) -> Judgement {
    let found = answers(stage).await.into_iter().find(|one| one.answered_with("set-cookie").next().is_some());
    match found {
        None => Judgement::Pass,
        Some(_) => Judgement::Fail("an answer has Set-Cookie".to_owned()),
    }
}

async fn echo(stage: &Stage<'_>) -> Judgement {
    let signup = stage.signup();
    let sent = stage.send(stage.post(signup.created().to_string())).await;
    match String::from_utf8_lossy(sent.answer_body()).contains(&signup.email) {
        true => Judgement::Fail("the answer has the sign-up's e-mail address in it".to_owned()),
        false => Judgement::Pass,
    }
}

async fn other_path(stage: &Stage<'_>) -> Judgement {
    let mut url = stage.plan().url.clone();
    url.set_path(&format!("{}-no-such-path-{:x}", url.path().trim_end_matches('/'), stage.plan().seed & 0xffff));
    let sent = stage.send(stage.created().to(url)).await;
    if sent.outcome.acknowledged() { Judgement::Fail(seen(&sent)) } else { Judgement::Pass }
}

async fn cors(stage: &Stage<'_>) -> Judgement {
    let sent = stage.send(stage.created().with(&http::header::ORIGIN, "https://example.org")).await;
    match sent.answered_with("access-control-allow-origin").next() {
        Some(origin @ ("*" | "https://example.org")) => {
            Judgement::Fail(format!("Access-Control-Allow-Origin: {origin}"))
        }
        _ => Judgement::Pass,
    }
}
