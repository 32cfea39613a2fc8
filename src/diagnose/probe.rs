//! Finding out from outside how an endpoint hashes.
//!
//! Bodies that are signed rightly, over the bytes that are sent, differ in exactly what programs change when they
//! read JSON and write it again. An endpoint that hashes what it received accepts them all; one that hashes its own
//! rewriting accepts just those that its rewriting leaves alone. So each known form predicts a pattern of answers, and
//! the observed pattern names the form. A form that fits is then proved: a body is sent that is signed over that form
//! of it, which nobody else accepts. What has been refused is never named.
//!
//! Pure: says what to send next and what the answers mean. Who sends is the caller.

mod beyond;
mod bodies;
mod causes;
mod guesses;
mod guessing;
mod language;
mod manners;
mod other_header;
mod prober;
mod reduced;
mod refusals;
mod rewriting;
#[cfg(test)]
mod tests;

pub(super) use causes::ALL;
pub(crate) use language::ServerLanguage;
pub(crate) use rewriting::guess_rewriting;

use super::cause::{CauseFamily, FindingCertainty, MismatchCause};
use super::difference::find_difference;
use super::findings::{CauseFinding, Diagnosis};
use crate::protocol::signature::Secret;
use causes::NOTHING;
use prober::EndpointProber;
use std::cell::Cell;
use url::Url;

/// The most requests that are made.
pub(crate) const REQUESTS: u32 = 40;

/// Whom the requests go to.
pub(crate) struct ProbedServer<'a> {
    /// Where to.
    pub url: &'a Url,
    /// In which language it is written, once an answer has told.
    pub language: Cell<Option<ServerLanguage>>,
}

/// A request to send.
#[derive(Debug, Clone)]
pub(crate) struct ProbeRequest {
    /// What is special about it, in a few words.
    pub what: &'static str,
    pub body: Vec<u8>,
    /// The header lines that carry a signature or what is signed along, names in lower case; none where it is sent
    /// without any.
    pub signatures: Vec<(&'static str, String)>,
    /// Where the body is cut into two packets; nowhere where it is sent at once.
    pub cut: Option<usize>,
}

/// What an endpoint did with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProbeResponse {
    /// 2xx.
    Accepted,
    /// Any other status below 500.
    Rejected(u16),
    /// 3xx, and where to.
    Redirected(u16, String),
    /// 429, and the pause that it asked for has been made.
    Limited,
    /// 5xx: the handler threw.
    Threw,
    /// No answer in time, or a broken connection.
    Silent,
    /// There is nobody.
    Unreachable,
}

/// What a probe found out.
#[derive(Debug)]
pub(crate) struct ProbeReport {
    /// The causes; empty where the endpoint does what it should.
    pub diagnosis: Diagnosis,
    /// What a forged signature got.
    pub refusal: ProbeResponse,
    /// Every request, in order, and what became of it.
    pub heard: Vec<(&'static str, ProbeResponse)>,
}

/// Probes an endpoint that should verify with this secret. `send` makes one request after the
/// other.
pub(crate) async fn probe_endpoint(
    secret: &Secret,
    server: &ProbedServer<'_>,
    send: impl AsyncFnMut(&ProbeRequest) -> ProbeResponse,
) -> ProbeReport {
    let mut prober = EndpointProber::new(secret.expose(), send);
    let (findings, place) = find_causes(&mut prober, server).await;
    let hashed = place.and_then(|(sent, hashed)| find_difference(&sent, &hashed));
    let diagnosis = Diagnosis { findings, difference: hashed, hashes: 0, stopped: None };
    ProbeReport { diagnosis, refusal: prober.refusal, heard: prober.heard }
}

/// Causes, and the body that proved the first with what was hashed in its place.
type ProbeFindings = (Vec<CauseFinding>, Option<(Vec<u8>, Vec<u8>)>);

/// A body that was signed over its own bytes, and whether that signature was accepted.
type ProbeEvidence = (Vec<u8>, bool);

async fn find_causes<S>(prober: &mut EndpointProber<S>, server: &ProbedServer<'_>) -> ProbeFindings
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let mut shapes = bodies::build_shapes();
    if prober.send_forged(&shapes[0].bytes).await == ProbeResponse::Accepted {
        return single_finding(&NOTHING);
    }
    let rest = shapes.split_off(3);
    let mut seen = prober.send_all(&shapes).await;
    if !any_accepted(&seen) {
        match refusals::explain_refusals(prober, &shapes, server).await {
            Ok(found) => return found,
            // The manner is known now, and what can be seen in it.
            Err(others) => seen = others,
        }
    }
    seen.extend(prober.send_all(&rest).await);
    let accepted = shapes.iter().chain(&rest).position(|shape| seen.contains(&(shape.bytes.clone(), true)));
    let mut manner: Vec<CauseFinding> = prober.manner_causes().collect();
    let shape = accepted.unwrap_or(0);
    let holes = match seen.iter().find(|(_, accepted)| *accepted) {
        Some((body, _)) => beyond::find_holes(prober, &body.clone()).await,
        None => Vec::new(),
    };
    let features = bodies::build_features(shape);
    seen.extend(prober.send_all(&features).await);
    let debatable: Vec<_> = features.into_iter().filter(|body| body.debatable).map(|body| body.bytes).collect();
    let (mut findings, place) = rewriting::explain_responses(prober, &seen, &debatable).await;
    if findings.is_empty() {
        findings.extend(beyond::find_limits(prober).await);
    }
    // A hole is what has to be closed first.
    findings.splice(0..0, holes);
    findings.append(&mut manner);
    (findings, place)
}

fn build_finding(cause: &'static MismatchCause, certainty: FindingCertainty) -> CauseFinding {
    let sentence = match cause.family {
        _ if ALL.contains(&cause) => cause.words.to_owned(),
        CauseFamily::Json | CauseFamily::Bytes | CauseFamily::Absent | CauseFamily::Framing => {
            format!("the endpoint hashes {}", cause.words)
        }
        CauseFamily::Hole | CauseFamily::Key | CauseFamily::Algorithm => format!("the endpoint uses {}", cause.words),
        CauseFamily::Header => format!("the endpoint wants a value that {}", cause.words),
        _ => cause.words.to_owned(),
    };
    CauseFinding { cause, certainty, sentence, also: Vec::new() }
}

fn single_finding(cause: &'static MismatchCause) -> ProbeFindings {
    (vec![build_finding(cause, FindingCertainty::Proof)], None)
}

fn any_accepted(seen: &[ProbeEvidence]) -> bool {
    seen.iter().any(|(_, accepted)| *accepted)
}
