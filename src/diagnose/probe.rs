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

pub use causes::ALL;

use super::cause::{Cause, Certainty, Family};
use super::difference::difference;
use super::forms::{FORMS, Source, text};
use super::verdict::{Diagnosis, Finding};
use crate::protocol::signature::{Key, Secret};
use bodies::Body;
use causes::{BARE, NO_ROUTE, NOTHING, PARTLY, REJECTS_ALL, THROWS, UNREACHABLE};

/// The most requests that are made.
pub const REQUESTS: u32 = 40;

/// Forms that are tried for proof.
const PROOFS: usize = 6;

/// A request to send.
#[derive(Debug, Clone)]
pub struct Shot {
    /// What is special about it, in a few words.
    pub what: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// The signature header's value.
    pub signature: String,
}

/// What an endpoint did with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
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
pub struct Probed {
    /// The causes; empty where the endpoint does what it should.
    pub diagnosis: Diagnosis,
    /// Every request, in order, and what became of it.
    pub heard: Vec<(&'static str, Reply)>,
}

/// Probes an endpoint that should verify with this secret. `send` makes one request after the other.
pub async fn probe(secret: &Secret, send: impl AsyncFnMut(&Shot) -> Reply) -> Probed {
    let mut prober = Prober { key: secret.key(), send, bare: false, heard: Vec::new() };
    let (findings, place) = prober.find_out().await;
    let hashed = place.and_then(|hashed| difference(&bodies::telling(), &hashed));
    let diagnosis = Diagnosis { findings, difference: hashed, hashes: 0, stopped: None };
    Probed { diagnosis, heard: prober.heard }
}

struct Prober<S> {
    key: Key,
    send: S,
    /// Whether signatures are sent without their prefix.
    bare: bool,
    heard: Vec<(&'static str, Reply)>,
}

type Found = (Vec<Finding>, Option<Vec<u8>>);

fn finding(cause: &'static Cause, certainty: Certainty) -> Finding {
    let sentence = match cause.family {
        Family::Json | Family::Bytes | Family::Absent if !ALL.contains(&cause) => {
            format!("the endpoint hashes {}", cause.words)
        }
        Family::Hole if !ALL.contains(&cause) => format!("the endpoint uses {}", cause.words),
        _ => cause.words.to_owned(),
    };
    Finding { cause, certainty, sentence, also: Vec::new() }
}

fn only(cause: &'static Cause) -> Found {
    (vec![finding(cause, Certainty::Proof)], None)
}

impl<S: AsyncFnMut(&Shot) -> Reply> Prober<S> {
    async fn find_out(&mut self) -> Found {
        let shapes = bodies::shapes();
        if self.forged(&shapes[0]).await == Reply::Accepted {
            return only(&NOTHING);
        }
        let mut seen = self.send_all(shapes).await;
        if !any_accepted(&seen) {
            if let Some(cause) = nobody(&self.heard) {
                return only(cause);
            }
            // A comparison with the prefix refuses everything, or throws; without it, what lies behind can be seen.
            self.bare = true;
            seen = self.send_all(bodies::shapes()).await;
            if !any_accepted(&seen) {
                return self.refused_all().await;
            }
        }
        let shape = seen.iter().position(|(_, accepted)| *accepted).unwrap_or(0);
        seen.extend(self.send_all(bodies::features(shape)).await);
        let (mut findings, hashed) = self.explained(&seen).await;
        findings.extend(self.bare.then(bare));
        (findings, hashed)
    }

    async fn shoot(&mut self, what: &'static str, body: &[u8], over: &[u8], key: Option<&Key>) -> Reply {
        if self.heard.len() >= REQUESTS as usize {
            return Reply::Rejected(0);
        }
        let signature = key.unwrap_or(&self.key).sign(over);
        let signature = if self.bare { signature.trim_start_matches("sha256=").to_owned() } else { signature };
        let reply = (self.send)(&Shot { what, body: body.to_vec(), signature }).await;
        self.heard.push((what, reply));
        reply
    }

    /// A value that no secret gives.
    async fn forged(&mut self, body: &Body) -> Reply {
        let signature = format!("sha256={}", "0123456789abcdef".repeat(4));
        let shot = Shot { what: "a forged signature", body: body.bytes.clone(), signature };
        let reply = (self.send)(&shot).await;
        self.heard.push((shot.what, reply));
        reply
    }

    /// Sends bodies signed rightly; each with whether it was accepted.
    async fn send_all(&mut self, bodies: Vec<Body>) -> Vec<(Vec<u8>, bool)> {
        let mut seen = Vec::with_capacity(bodies.len());
        for body in bodies {
            let reply = self.shoot(body.what, &body.bytes, &body.bytes, None).await;
            seen.push((body.bytes, reply == Reply::Accepted));
            if reply == Reply::Unreachable {
                break;
            }
        }
        seen
    }

    /// Nothing signed rightly was accepted: what else may be hashed, and with what?
    async fn refused_all(&mut self) -> Found {
        let body = bodies::shapes().remove(0).bytes;
        for bare in [false, true] {
            self.bare = bare;
            for cause in ["body-empty", "empty-object", "object-object", "body-base64", "json-string", "buffer-json"] {
                let Some((cause, made)) = form(cause, &body) else { continue };
                if self.shoot("signed over a stand-in for the body", &body, &made, None).await == Reply::Accepted {
                    return (with_bare(vec![finding(cause, Certainty::Proof)], bare), None);
                }
            }
            for (cause, text) in super::keys::guessable().filter(|(_, text)| matches!(*text, "undefined" | "secret")) {
                let Ok(key) = Secret::new(text) else { continue };
                if self.shoot("signed with a guessable key", &body, &body, Some(&key.key())).await == Reply::Accepted {
                    return (with_bare(vec![finding(cause, Certainty::Proof)], bare), None);
                }
            }
        }
        let threw = self.heard.iter().filter(|(_, reply)| *reply == Reply::Threw).count();
        only(if threw * 2 > self.heard.len() { &THROWS } else { &REJECTS_ALL })
    }

    /// Names the forms that predict what was seen, and proves one.
    async fn explained(&mut self, seen: &[(Vec<u8>, bool)]) -> Found {
        if seen.iter().all(|(_, accepted)| *accepted) {
            return (Vec::new(), None);
        }
        let ranked = candidates(seen);
        let telling = bodies::telling();
        let mut tried: Vec<Vec<u8>> = Vec::new();
        for candidate in &ranked {
            let Some(made) = candidate.variant(&telling) else { continue };
            if made == telling || tried.contains(&made) || tried.len() == PROOFS {
                continue;
            }
            if self.shoot("signed over a rewriting of it", &telling, &made, None).await == Reply::Accepted {
                let mut proof = finding(candidate.cause, Certainty::Proof);
                let same = ranked.iter().filter(|other| other.variant(&telling).as_ref() == Some(&made));
                proof.also = same.map(|other| other.cause).filter(|cause| *cause != candidate.cause).collect();
                proof.also.dedup();
                return (vec![proof], Some(made));
            }
            tried.push(made);
        }
        match ranked.iter().find(|candidate| candidate.misses == 0) {
            Some(best) => (vec![finding(best.cause, Certainty::Consistent)], None),
            None => (vec![finding(&PARTLY, Certainty::Consistent)], None),
        }
    }
}

/// The commonest rewriting that predicts which bodies, each signed rightly over its bytes, an endpoint accepted.
pub fn rewriting(seen: &[(Vec<u8>, bool)]) -> Option<String> {
    if seen.iter().all(|(_, accepted)| *accepted) || !any_accepted(seen) {
        return None;
    }
    let ranked = candidates(seen);
    let best = ranked.iter().find(|candidate| candidate.misses == 0)?;
    Some(finding(best.cause, Certainty::Consistent).sentence)
}

fn any_accepted(seen: &[(Vec<u8>, bool)]) -> bool {
    seen.iter().any(|(_, accepted)| *accepted)
}

fn bare() -> Finding {
    finding(&BARE, Certainty::Proof)
}

fn with_bare(mut findings: Vec<Finding>, is_bare: bool) -> Vec<Finding> {
    findings.extend(is_bare.then(bare));
    findings
}

/// A form of a body by its id: the first variant.
fn form(id: &str, body: &[u8]) -> Option<(&'static Cause, Vec<u8>)> {
    let text = text(body);
    let form = FORMS.iter().find(|form| form.cause.id == id)?;
    let made = form.make(&Source::new(body, &text)).into_iter().next()?;
    Some((&form.cause, made))
}

/// A variant of a form, and how many of the answers it does not predict.
struct Candidate {
    cause: &'static Cause,
    at: usize,
    form: usize,
    misses: usize,
}

impl Candidate {
    fn variant(&self, body: &[u8]) -> Option<Vec<u8>> {
        let text = text(body);
        FORMS.get(self.form)?.make(&Source::new(body, &text)).into_iter().nth(self.at)
    }
}

/// Every variant of every form that rewrites, the best predictions first, the commonest among equals.
fn candidates(seen: &[(Vec<u8>, bool)]) -> Vec<Candidate> {
    let rewrites = |family: Family| matches!(family, Family::Json | Family::Bytes);
    let mut candidates = Vec::new();
    for (at_form, form) in FORMS.iter().enumerate().filter(|(_, form)| rewrites(form.cause.family) && form.tier < 3) {
        let made: Vec<Vec<Vec<u8>>> = seen
            .iter()
            .map(|(body, _)| {
                let text = text(body);
                form.make(&Source::new(body, &text))
            })
            .collect();
        let variants = made.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..variants {
            let predicted = |index: usize| made[index].get(at) == Some(&seen[index].0);
            let misses = (0..seen.len()).filter(|&index| predicted(index) != seen[index].1).count();
            candidates.push(Candidate { cause: &form.cause, at, form: at_form, misses });
        }
    }
    candidates.sort_by_key(|candidate| candidate.misses);
    candidates
}

/// Answers that say that there is nothing to probe.
fn nobody(heard: &[(&'static str, Reply)]) -> Option<&'static Cause> {
    let all = |reply: fn(&Reply) -> bool| heard.iter().all(|(_, heard)| reply(heard));
    if heard.iter().any(|(_, reply)| *reply == Reply::Unreachable) {
        Some(&UNREACHABLE)
    } else {
        all(|reply| matches!(reply, Reply::Rejected(404 | 405))).then_some(&NO_ROUTE)
    }
}
