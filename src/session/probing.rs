//! Probing an endpoint: the requests that the doctor asks for, made one after the other.

use super::request;
use crate::audit::AuditPlan;
use crate::clock::Clock;
use crate::diagnose::{
    self, CauseFamily, FindingCertainty, ProbeReport, ProbeRequest, ProbeResponse, ProbedServer, ServerLanguage,
};
use crate::exchange::{BodyEncoding, HttpClient, RequestOverrides};
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::protocol::signature::Secret;
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, Method};
use std::cell::Cell;
use std::time::Duration;
use url::Url;

/// Time for a request once one has timed out: a handler that hangs once hangs again.
const IMPATIENT: Duration = Duration::from_secs(1);

/// The longest pause that a 429 may ask for, and the usual one.
const PAUSES: (u64, u64) = (60, 10);

/// Time between the two packets of a body that is cut.
const BETWEEN_PACKETS: Duration = Duration::from_millis(100);

/// Probes an endpoint that should verify with this secret; `finish` puts into a request what the user wants in it. Where
/// nobody is there from the start, how the first request ended.
pub(crate) async fn probe_endpoint(
    url: &Url,
    secret: &Secret,
    finish: impl Fn(&mut OutgoingRequest),
    exchange: &HttpClient,
    clock: &dyn Clock,
) -> Result<ProbeReport, AttemptOutcome> {
    let (mut budget, mut first) = (ATTEMPT_BUDGET, None);
    let server = ProbedServer { url, language: Cell::new(None) };
    let probed = diagnose::probe_endpoint(secret, &server, async |asked: &ProbeRequest| {
        let Some(mut request) = build_request(url, asked) else { return ProbeResponse::Unreachable };
        finish(&mut request);
        let cut = asked
            .cut
            .map(|at| RequestOverrides { method: Method::POST, manner: BodyEncoding::CutAt(at, BETWEEN_PACKETS) });
        let ended = exchange.send(&request, cut.as_ref(), Some(budget)).await;
        if matches!(ended.outcome, AttemptOutcome::TimedOut(_)) {
            budget = IMPATIENT;
        }
        if server.language.get().is_none() {
            let told = ["x-powered-by", "server", "keep-alive"].map(|name| ended.headers.get(name));
            let mut told = told.into_iter().flatten().filter_map(|value| value.to_str().ok());
            server.language.set(told.find_map(ServerLanguage::of_server));
        }
        first.get_or_insert_with(|| ended.outcome.clone());
        let reply = classify_outcome(ended.outcome);
        if reply == ProbeResponse::Limited {
            let told = ended.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            clock.sleep(Duration::from_secs(told.unwrap_or(PAUSES.1).min(PAUSES.0))).await;
        }
        reply
    })
    .await;
    match first.filter(AttemptOutcome::is_unreachable) {
        Some(outcome) => Err(outcome),
        None => Ok(probed),
    }
}

/// What is proved of an endpoint that an audit found to accept nothing, and how many requests that took.
pub(crate) async fn explain_refusals(plan: AuditPlan) -> (Option<String>, u32) {
    let Some(secret) = &plan.secret else { return (None, 0) };
    let exchange = HttpClient::without_pool(plan.trust.clone());
    let finish = |request: &mut OutgoingRequest| {
        for (name, value) in &plan.headers {
            request.headers.retain(|(given, _)| given != name);
            request.headers.push((name.clone(), value.clone()));
        }
    };
    let probing = probe_endpoint(&plan.url, secret, finish, &exchange, plan.clock.as_ref());
    let Ok(probed) = probing.await else { return (None, 0) };
    let findings = probed.diagnosis.findings.iter();
    let proved = findings.filter(|finding| {
        finding.certainty == FindingCertainty::Proof && finding.cause.family != CauseFamily::Unproved
    });
    let sentences: Vec<&str> = proved.map(|finding| finding.sentence.as_str()).collect();
    let requests = u32::try_from(probed.heard.len()).unwrap_or(u32::MAX);
    ((!sentences.is_empty()).then(|| sentences.join("; ")), requests)
}

fn build_request(url: &Url, asked: &ProbeRequest) -> Option<OutgoingRequest> {
    let body = RawBody::new(asked.body.clone());
    let mut request = request::build_event_request(url.clone(), &body, None).ok()?;
    for (name, value) in &asked.signatures {
        request.headers.push((HeaderName::from_static(name).into(), HeaderValue::from_str(value).ok()?));
    }
    Some(request)
}

fn classify_outcome(outcome: AttemptOutcome) -> ProbeResponse {
    match outcome {
        AttemptOutcome::Answered(answer) => match answer.status {
            200..300 => ProbeResponse::Accepted,
            300..400 => ProbeResponse::Redirected(answer.status, answer.location.unwrap_or_default()),
            429 => ProbeResponse::Limited,
            500.. => ProbeResponse::Threw,
            status => ProbeResponse::Rejected(status),
        },
        AttemptOutcome::TimedOut(_) | AttemptOutcome::Disconnected | AttemptOutcome::Malformed(_) => {
            ProbeResponse::Silent
        }
        AttemptOutcome::Refused | AttemptOutcome::UnknownHost | AttemptOutcome::Tls(_) | AttemptOutcome::Failed(_) => {
            ProbeResponse::Unreachable
        }
    }
}
