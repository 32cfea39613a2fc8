//! The one that sends: within its bound, in one manner, and with an eye on what an answer means.

use super::bodies::ProbeBody;
use super::manners::SigningManner;
use super::{ProbeEvidence, ProbeRequest, ProbeResponse, REQUESTS, build_finding};
use crate::diagnose::cause::FindingCertainty;
use crate::diagnose::findings::CauseFinding;
use crate::diagnose::reading::OTHER_HEADER;

/// Requests that are kept for proofs.
const FOR_PROOFS: u32 = 8;

/// Probes one endpoint.
pub(super) struct EndpointProber<S> {
    /// How signatures are made and sent.
    pub manner: SigningManner,
    /// Every request, in order, and what became of it.
    pub heard: Vec<(&'static str, ProbeResponse)>,
    /// What a forgery got.
    pub refusal: ProbeResponse,
    send: S,
}

impl<S: AsyncFnMut(&ProbeRequest) -> ProbeResponse> EndpointProber<S> {
    /// One that signs as the service does with this secret.
    pub(super) fn new(secret: &[u8], send: S) -> Self {
        let refusal = ProbeResponse::Rejected(401);
        Self { manner: SigningManner::new(secret), heard: Vec::new(), send, refusal }
    }

    /// Whether so many requests may still be made.
    pub(super) fn has_left(&self, requests: u32) -> bool {
        self.heard.len() + requests as usize <= REQUESTS as usize
    }

    /// What it means that this manner is the one that is accepted.
    pub(super) fn manner_causes(&self) -> impl Iterator<Item = CauseFinding> {
        let header = self.manner.headers.first().copied().unwrap_or_default();
        self.manner.causes.iter().map(move |cause| {
            let mut finding = build_finding(cause, FindingCertainty::Proof);
            if *cause == &OTHER_HEADER {
                finding.sentence =
                    format!("the endpoint reads the signature from {header}, which the service never sends");
            }
            finding
        })
    }

    /// Sends one request; one that is turned away as too many is sent again, for the pause has been made by then.
    pub(super) async fn send(&mut self, request: &ProbeRequest) -> Option<ProbeResponse> {
        loop {
            if !self.has_left(1) {
                return None;
            }
            let reply = (self.send)(request).await;
            let again = reply == ProbeResponse::Limited && self.heard.last().is_none_or(|(_, last)| *last != reply);
            self.heard.push((request.what, reply.clone()));
            if !again {
                return Some(reply);
            }
        }
    }

    /// Sends a body with these values in the manner's header fields.
    pub(super) async fn send_value(&mut self, what: &'static str, body: &[u8], value: &str) -> Option<ProbeResponse> {
        let signatures = self.manner.headers.iter().map(|name| (*name, value.to_owned())).collect();
        self.send(&ProbeRequest { what, body: body.to_vec(), signatures, cut: None }).await
    }

    /// Sends a body signed over other bytes.
    pub(super) async fn send_over(&mut self, what: &'static str, body: &[u8], over: &[u8]) -> Option<ProbeResponse> {
        let value = self.manner.sign(over);
        self.send_value(what, body, &value).await
    }

    /// The same; whether it was accepted.
    pub(super) async fn accepts(&mut self, what: &'static str, body: &[u8], over: &[u8]) -> bool {
        self.send_over(what, body, over).await == Some(ProbeResponse::Accepted)
    }

    /// A value that no secret gives.
    pub(super) async fn send_forged(&mut self, body: &[u8]) -> ProbeResponse {
        let value = format!("sha256={}", "0123456789abcdef".repeat(4));
        let reply = self.send_value("a forged signature", body, &value).await.unwrap_or(ProbeResponse::Unreachable);
        self.refusal = reply.clone();
        reply
    }

    /// Whether an answer refuses a signature. A status that no forgery gets is about something else: a body that
    /// cannot be used, a server that fails.
    pub(super) fn is_refusal(&self, reply: &ProbeResponse) -> bool {
        matches!(reply, ProbeResponse::Rejected(401 | 403)) || *reply == self.refusal
    }

    /// Sends bodies signed over their bytes, and answers with those whose signature was judged.
    pub(super) async fn send_all(&mut self, bodies: &[ProbeBody]) -> Vec<ProbeEvidence> {
        let mut seen = Vec::with_capacity(bodies.len());
        for body in bodies {
            if !self.has_left(FOR_PROOFS) {
                break;
            }
            match self.send_over(body.what, &body.bytes, &body.bytes).await {
                None | Some(ProbeResponse::Unreachable) => break,
                Some(ProbeResponse::Accepted) => seen.push((body.bytes.clone(), true)),
                Some(reply) if self.is_refusal(&reply) => seen.push((body.bytes.clone(), false)),
                Some(_) => {}
            }
        }
        seen
    }
}
