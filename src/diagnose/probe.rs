//! Finding out from outside how an endpoint hashes.
//!
//! Bodies that are signed rightly, over the bytes that are sent, differ in exactly what programs change when they
//! read JSON and write it again. An endpoint that hashes what it received accepts them all; one that hashes its own
//! rewriting accepts just those that its rewriting leaves alone. So each known form predicts a pattern of answers, and
//! the observed pattern names the form. A form that fits is then proved: a body is sent that is signed over that form
//! of it, which nobody else accepts.
//!
//! Pure: says what to send next and what the answers mean. Who sends is the caller.

mod bodies;
mod causes;
#[cfg(test)]
mod tests;

pub(super) use causes::ALL;

use super::cause::{CauseFamily, FindingCertainty, MismatchCause};
use super::difference::find_difference;
use super::findings::{CauseFinding, Diagnosis};
use super::forms::{BodySource, FORMS, decode_text};
use crate::protocol::signature::{HmacKey, Secret};
use bodies::ProbeBody;
use causes::{BARE, NO_ROUTE, NOTHING, PARTLY, REJECTS_ALL, THROWS, UNREACHABLE};

/// The most requests that are made.
pub(crate) const REQUESTS: u32 = 40;

/// Forms that are tried for proof.
const PROOFS: usize = 6;

/// A request to send.
#[derive(Debug, Clone)]
pub(crate) struct ProbeRequest {
    /// What is special about it, in a few words.
    pub what: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// The signature header's value.
    pub signature: String,
}

/// What an endpoint did with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProbeResponse {
    /// 2xx.
    Accepted,
    /// Any other status below 500.
    Rejected(u16),
    /// 5xx, no answer in time, or a broken connection: the handler threw.
    Threw,
    /// There is nobody.
    Unreachable,
}

/// What a probe found out.
#[derive(Debug)]
pub(crate) struct ProbeReport {
    /// The causes; empty where the endpoint does what it should.
    pub diagnosis: Diagnosis,
    /// Every request, in order, and what became of it.
    pub heard: Vec<(&'static str, ProbeResponse)>,
}

/// Probes an endpoint that should verify with this secret. `send` makes one request after the other.
pub(crate) async fn probe_endpoint(
    secret: &Secret,
    send: impl AsyncFnMut(&ProbeRequest) -> ProbeResponse,
) -> ProbeReport {
    let mut prober = EndpointProber { key: secret.key(), send, bare: false, heard: Vec::new() };
    let (findings, place) = prober.find_causes().await;
    let hashed = place.and_then(|hashed| find_difference(&bodies::build_distinctive_body(), &hashed));
    let diagnosis = Diagnosis { findings, difference: hashed, hashes: 0, stopped: None };
    ProbeReport { diagnosis, heard: prober.heard }
}

struct EndpointProber<S> {
    key: HmacKey,
    send: S,
    /// Whether signatures are sent without their prefix.
    bare: bool,
    heard: Vec<(&'static str, ProbeResponse)>,
}

type ProbeFindings = (Vec<CauseFinding>, Option<Vec<u8>>);

fn build_finding(cause: &'static MismatchCause, certainty: FindingCertainty) -> CauseFinding {
    let sentence = match cause.family {
        CauseFamily::Json | CauseFamily::Bytes | CauseFamily::Absent if !ALL.contains(&cause) => {
            format!("the endpoint hashes {}", cause.words)
        }
        CauseFamily::Hole if !ALL.contains(&cause) => format!("the endpoint uses {}", cause.words),
        _ => cause.words.to_owned(),
    };
    CauseFinding { cause, certainty, sentence, also: Vec::new() }
}

fn single_finding(cause: &'static MismatchCause) -> ProbeFindings {
    (vec![build_finding(cause, FindingCertainty::Proof)], None)
}

impl<S: AsyncFnMut(&ProbeRequest) -> ProbeResponse> EndpointProber<S> {
    async fn find_causes(&mut self) -> ProbeFindings {
        let shapes = bodies::build_shapes();
        if self.send_forged(&shapes[0]).await == ProbeResponse::Accepted {
            return single_finding(&NOTHING);
        }
        let mut seen = self.send_all(shapes).await;
        if !any_accepted(&seen) {
            if let Some(cause) = find_missing_endpoint(&self.heard) {
                return single_finding(cause);
            }
            // A comparison with the prefix refuses everything, or throws; without it, what lies behind can be seen.
            self.bare = true;
            seen = self.send_all(bodies::build_shapes()).await;
            if !any_accepted(&seen) {
                return self.diagnose_refusals().await;
            }
        }
        let shape = seen.iter().position(|(_, accepted)| *accepted).unwrap_or(0);
        seen.extend(self.send_all(bodies::build_features(shape)).await);
        let (mut findings, hashed) = self.explain_responses(&seen).await;
        findings.extend(self.bare.then(bare_finding));
        (findings, hashed)
    }

    async fn send_signed(
        &mut self,
        what: &'static str,
        body: &[u8],
        over: &[u8],
        key: Option<&HmacKey>,
    ) -> ProbeResponse {
        if self.heard.len() >= REQUESTS as usize {
            return ProbeResponse::Rejected(0);
        }
        let signature = key.unwrap_or(&self.key).sign(over);
        let signature = if self.bare { signature.trim_start_matches("sha256=").to_owned() } else { signature };
        let reply = (self.send)(&ProbeRequest { what, body: body.to_vec(), signature }).await;
        self.heard.push((what, reply));
        reply
    }

    /// A value that no secret gives.
    async fn send_forged(&mut self, body: &ProbeBody) -> ProbeResponse {
        let signature = format!("sha256={}", "0123456789abcdef".repeat(4));
        let shot = ProbeRequest { what: "a forged signature", body: body.bytes.clone(), signature };
        let reply = (self.send)(&shot).await;
        self.heard.push((shot.what, reply));
        reply
    }

    /// Sends bodies signed rightly; each with whether it was accepted.
    async fn send_all(&mut self, bodies: Vec<ProbeBody>) -> Vec<(Vec<u8>, bool)> {
        let mut seen = Vec::with_capacity(bodies.len());
        for body in bodies {
            let reply = self.send_signed(body.what, &body.bytes, &body.bytes, None).await;
            seen.push((body.bytes, reply == ProbeResponse::Accepted));
            if reply == ProbeResponse::Unreachable {
                break;
            }
        }
        seen
    }

    /// Nothing signed rightly was accepted: what else may be hashed, and with what?
    async fn diagnose_refusals(&mut self) -> ProbeFindings {
        let body = bodies::build_shapes().remove(0).bytes;
        for bare in [false, true] {
            self.bare = bare;
            for cause in ["body-empty", "empty-object", "object-object", "body-base64", "json-string", "buffer-json"] {
                let Some((cause, made)) = make_form(cause, &body) else { continue };
                if self.send_signed("signed over a stand-in for the body", &body, &made, None).await
                    == ProbeResponse::Accepted
                {
                    return (with_bare(vec![build_finding(cause, FindingCertainty::Proof)], bare), None);
                }
            }
            for (cause, text) in
                super::keys::guessable_keys().filter(|(_, text)| matches!(*text, "undefined" | "secret"))
            {
                let Ok(key) = Secret::new(text) else { continue };
                if self.send_signed("signed with a guessable key", &body, &body, Some(&key.key())).await
                    == ProbeResponse::Accepted
                {
                    return (with_bare(vec![build_finding(cause, FindingCertainty::Proof)], bare), None);
                }
            }
        }
        let threw = self.heard.iter().filter(|(_, reply)| *reply == ProbeResponse::Threw).count();
        single_finding(if threw * 2 > self.heard.len() { &THROWS } else { &REJECTS_ALL })
    }

    /// Names the forms that predict what was seen, and proves one.
    async fn explain_responses(&mut self, seen: &[(Vec<u8>, bool)]) -> ProbeFindings {
        if seen.iter().all(|(_, accepted)| *accepted) {
            return (Vec::new(), None);
        }
        let ranked = rank_candidates(seen);
        let telling = bodies::build_distinctive_body();
        let mut tried: Vec<Vec<u8>> = Vec::new();
        for candidate in &ranked {
            let Some(made) = candidate.variant(&telling) else { continue };
            if made == telling || tried.contains(&made) || tried.len() == PROOFS {
                continue;
            }
            if self.send_signed("signed over a rewriting of it", &telling, &made, None).await == ProbeResponse::Accepted
            {
                let mut proof = build_finding(candidate.cause, FindingCertainty::Proof);
                let same = ranked.iter().filter(|other| other.variant(&telling).as_ref() == Some(&made));
                proof.also = same.map(|other| other.cause).filter(|cause| *cause != candidate.cause).collect();
                proof.also.dedup();
                return (vec![proof], Some(made));
            }
            tried.push(made);
        }
        match ranked.iter().find(|candidate| candidate.misses == 0) {
            Some(best) => (vec![build_finding(best.cause, FindingCertainty::Consistent)], None),
            None => (vec![build_finding(&PARTLY, FindingCertainty::Consistent)], None),
        }
    }
}

/// The commonest rewriting that predicts which bodies, each signed rightly over its bytes, an endpoint accepted.
pub(crate) fn guess_rewriting(seen: &[(Vec<u8>, bool)]) -> Option<String> {
    if seen.iter().all(|(_, accepted)| *accepted) || !any_accepted(seen) {
        return None;
    }
    let ranked = rank_candidates(seen);
    let best = ranked.iter().find(|candidate| candidate.misses == 0)?;
    Some(build_finding(best.cause, FindingCertainty::Consistent).sentence)
}

fn any_accepted(seen: &[(Vec<u8>, bool)]) -> bool {
    seen.iter().any(|(_, accepted)| *accepted)
}

fn bare_finding() -> CauseFinding {
    build_finding(&BARE, FindingCertainty::Proof)
}

fn with_bare(mut findings: Vec<CauseFinding>, is_bare: bool) -> Vec<CauseFinding> {
    findings.extend(is_bare.then(bare_finding));
    findings
}

/// A form of a body by its id: the first variant.
fn make_form(id: &str, body: &[u8]) -> Option<(&'static MismatchCause, Vec<u8>)> {
    let text = decode_text(body);
    let form = FORMS.iter().find(|form| form.cause.id == id)?;
    let made = form.make(&BodySource::new(body, &text)).into_iter().next()?;
    Some((&form.cause, made))
}

/// A variant of a form, and how many of the answers it does not predict.
struct FormCandidate {
    cause: &'static MismatchCause,
    at: usize,
    form: usize,
    misses: usize,
}

impl FormCandidate {
    fn variant(&self, body: &[u8]) -> Option<Vec<u8>> {
        let text = decode_text(body);
        FORMS.get(self.form)?.make(&BodySource::new(body, &text)).into_iter().nth(self.at)
    }
}

/// Every variant of every form that rewrites, the best predictions first, the commonest among equals.
fn rank_candidates(seen: &[(Vec<u8>, bool)]) -> Vec<FormCandidate> {
    let rewrites = |family: CauseFamily| matches!(family, CauseFamily::Json | CauseFamily::Bytes);
    let mut candidates = Vec::new();
    for (at_form, form) in FORMS.iter().enumerate().filter(|(_, form)| rewrites(form.cause.family) && form.tier < 3) {
        let made: Vec<Vec<Vec<u8>>> = seen
            .iter()
            .map(|(body, _)| {
                let text = decode_text(body);
                form.make(&BodySource::new(body, &text))
            })
            .collect();
        let variants = made.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..variants {
            let predicted = |index: usize| made[index].get(at) == Some(&seen[index].0);
            let misses = (0..seen.len()).filter(|&index| predicted(index) != seen[index].1).count();
            candidates.push(FormCandidate { cause: &form.cause, at, form: at_form, misses });
        }
    }
    candidates.sort_by_key(|candidate| candidate.misses);
    candidates
}

/// Answers that say that there is nothing to probe.
fn find_missing_endpoint(heard: &[(&'static str, ProbeResponse)]) -> Option<&'static MismatchCause> {
    let all = |reply: fn(&ProbeResponse) -> bool| heard.iter().all(|(_, heard)| reply(heard));
    if heard.iter().any(|(_, reply)| *reply == ProbeResponse::Unreachable) {
        Some(&UNREACHABLE)
    } else {
        all(|reply| matches!(reply, ProbeResponse::Rejected(404 | 405))).then_some(&NO_ROUTE)
    }
}
