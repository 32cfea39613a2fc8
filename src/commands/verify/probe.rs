//! Probing an endpoint: the requests that the doctor asks for, made one after the other, and its answer told.

use super::diagnosis;
use crate::clock::Clock;
use crate::context::Context;
use crate::diagnose::{DiagnosisSubject, ProbeReport, ProbeRequest, ProbeResponse, REQUESTS, WebFramework};
use crate::error::Error;
use crate::exchange::{BodyEncoding, HttpClient, RequestOverrides, is_loopback};
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::prompt;
use crate::output::records::{DiagnosisFields, ProbeRecord, ProbeRequestFields};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::protocol::signature::Secret;
use crate::session::arguments::HeaderArgument;
use crate::session::diagnosis::diagnosis_fields;
use crate::session::request;
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use url::Url;

/// Time for a request once one has timed out: a handler that hangs once hangs again.
const IMPATIENT: Duration = Duration::from_secs(1);

/// Asks before anything is sent to another machine.
pub(super) fn confirm_probe(url: &Url, context: &Context) -> Result<(), Error> {
    let host = url.host_str().unwrap_or_default();
    let question = format!("Send up to {REQUESTS} test deliveries to {host}?");
    if is_loopback(url) || prompt::confirm(context, &question)? {
        return Ok(());
    }
    Err(Error::usage(format!("{host} is not this machine, so probing it needs confirmation"))
        .hint(format!("--yes confirms it: up to {REQUESTS} requests are sent, and the endpoint may act on the events")))
}

/// The longest pause that a 429 may ask for, and the usual one.
const PAUSES: (u64, u64) = (60, 10);

/// Time between the two packets of a body that is cut.
const BETWEEN_PACKETS: Duration = Duration::from_millis(100);

/// Probes an endpoint that should verify with this secret.
pub(super) async fn probe_endpoint(
    url: &Url,
    secret: &Secret,
    headers: &[HeaderArgument],
    exchange: &HttpClient,
    clock: &dyn Clock,
) -> ProbeReport {
    let mut budget = ATTEMPT_BUDGET;
    crate::diagnose::probe_endpoint(secret, async |asked: &ProbeRequest| {
        let Some(request) = build_request(url, asked, headers) else { return ProbeResponse::Unreachable };
        let cut = asked
            .cut
            .map(|at| RequestOverrides { method: Method::POST, manner: BodyEncoding::CutAt(at, BETWEEN_PACKETS) });
        let ended = exchange.send(&request, cut.as_ref(), Some(budget)).await;
        if matches!(ended.outcome, AttemptOutcome::TimedOut(_)) {
            budget = IMPATIENT;
        }
        let reply = classify_outcome(ended.outcome);
        if reply == ProbeResponse::Limited {
            let told = ended.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            clock.sleep(Duration::from_secs(told.unwrap_or(PAUSES.1).min(PAUSES.0))).await;
        }
        reply
    })
    .await
}

fn build_request(url: &Url, asked: &ProbeRequest, headers: &[HeaderArgument]) -> Option<OutgoingRequest> {
    let body = RawBody::new(asked.body.clone());
    let mut request = request::build_event_request(url.clone(), &body, None).ok()?;
    for (name, value) in &asked.signatures {
        request.headers.push((HeaderName::from_static(name).into(), HeaderValue::from_str(value).ok()?));
    }
    request::replace_headers(&mut request.headers, headers);
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
            ProbeResponse::Threw
        }
        AttemptOutcome::Refused | AttemptOutcome::UnknownHost | AttemptOutcome::Tls(_) | AttemptOutcome::Failed(_) => {
            ProbeResponse::Unreachable
        }
    }
}

/// Whether the endpoint does what it should.
pub(super) fn is_correct(probed: &ProbeReport) -> bool {
    probed.diagnosis.findings.is_empty()
}

/// Tells what was found out.
pub(super) fn show_probe(
    url: &Url,
    probed: &ProbeReport,
    framework: Option<&WebFramework>,
    console: &Console,
) -> Result<(), Error> {
    let asks = DiagnosisSubject::Code(b"");
    if console.is_json() {
        let DiagnosisFields { causes, difference, .. } = diagnosis_fields(&probed.diagnosis, asks, framework);
        let heard = probed.heard.iter();
        let requests = heard.map(|(sent, reply)| ProbeRequestFields { sent, answer: describe_reply(reply) }).collect();
        let (url, raw_body) = (url.as_str(), is_correct(probed));
        return Ok(console.write_record(&ProbeRecord { causes, difference, url, raw_body, requests })?);
    }
    let style = &console.out;
    for (what, reply) in &probed.heard {
        let line =
            StyledLine::indented(style, 2).put(TextRole::Plain, Sanitised::text(&describe_reply(reply))).pad_to(15);
        console.write_lines(&[line.put(TextRole::Faint, *what)])?;
    }
    let count = probed.heard.len();
    let line = StyledLine::new(style);
    console.write_lines(&[match is_correct(probed) {
        true => line.put(TextRole::Good, "✔ right:").add_gap(1).put(
            TextRole::Plain,
            Sanitised::text(&format!(
                "consistent with the raw bytes: what was sent is verified as it came, and forgeries are refused \
                ({count} requests)"
            )),
        ),
        false => line
            .put(TextRole::Bad, "✘ wrong:")
            .add_gap(1)
            .put(TextRole::Plain, Sanitised::text(&format!("{count} requests"))),
    }])?;
    Ok(console.write_lines(&diagnosis::render_diagnosis(&probed.diagnosis, asks, framework, style))?)
}

fn describe_reply(reply: &ProbeResponse) -> String {
    match reply {
        ProbeResponse::Accepted => "accepted".into(),
        ProbeResponse::Rejected(status) => format!("refused {status}"),
        ProbeResponse::Redirected(status, _) => format!("redirected {status}"),
        ProbeResponse::Limited => "refused 429".into(),
        ProbeResponse::Threw => "threw".into(),
        ProbeResponse::Unreachable => "unreachable".into(),
    }
}
