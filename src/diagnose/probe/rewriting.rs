//! Which rewriting predicts what was accepted and what refused, and the proof of one.

use super::causes::PARTLY;
use super::prober::EndpointProber;
use super::{ProbeEvidence, ProbeFindings, ProbeRequest, ProbeResponse, any_accepted, bodies, build_finding};
use crate::diagnose::cause::{CauseFamily, FindingCertainty, MismatchCause};
use crate::diagnose::forms::{BodySource, all_forms, decode_text};

/// Rewritings that are tried on one body.
const TRIES: usize = 10;

/// The most answers that a form which is tried may fail to predict.
const MISSES: usize = 2;

/// Names the form that predicts what was seen, and proves it; names none that was refused.
pub(super) async fn explain_responses<S>(
    prober: &mut EndpointProber<S>,
    seen: &[ProbeEvidence],
    debatable: &[Vec<u8>],
) -> ProbeFindings
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let refused: Vec<&Vec<u8>> = seen.iter().filter(|(_, accepted)| !accepted).map(|(body, _)| body).collect();
    if refused.is_empty() {
        return (Vec::new(), None);
    }
    let mut candidates = rank_candidates(seen);
    let least = candidates.first().map_or(0, |candidate| candidate.misses);
    candidates.retain(|candidate| candidate.misses <= least.max(MISSES));
    let proved = prove_rewriting(prober, candidates, &refused).await;
    match proved {
        Some(proved) => proved,
        // An integer is all that some handlers take for a position, whoever has signed it.
        None if refused.iter().all(|body| debatable.contains(body)) => (Vec::new(), None),
        None => (vec![build_finding(&PARTLY, FindingCertainty::Consistent)], None),
    }
}

/// Sends bodies signed over what the candidates make of them, first one that tells them all apart, until one is taken.
/// A strict handler takes no body but the catalogue's, so those that were refused follow.
pub(super) async fn prove_rewriting<S>(
    prober: &mut EndpointProber<S>,
    mut candidates: Vec<FormCandidate>,
    refused: &[&Vec<u8>],
) -> Option<ProbeFindings>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let distinctive = bodies::build_distinctive_body();
    let mut place = None;
    // The last that were refused have one feature each; the first differ in their layout.
    for body in std::iter::once(&distinctive).chain(refused.iter().rev().copied()) {
        let mut groups: Vec<Vec<u8>> = Vec::new();
        for made in candidates.iter().filter_map(|candidate| candidate.variant(body)) {
            if made != *body && !groups.contains(&made) {
                groups.push(made);
            }
        }
        if place.is_some() && groups.len() < 2 {
            continue;
        }
        for made in groups.into_iter().take(TRIES) {
            let reply = prober.send_over("signed over a rewriting of it", body, &made).await;
            let accepted = reply == Some(ProbeResponse::Accepted);
            // What is refused as a forgery is refuted; a strict handler may refuse the body itself otherwise.
            if accepted || reply.is_some_and(|reply| prober.is_refusal(&reply)) && *body == distinctive {
                candidates.retain(|candidate| (candidate.variant(body).as_ref() == Some(&made)) == accepted);
            }
            if accepted {
                place.get_or_insert((body.clone(), made));
                break;
            }
        }
        if place.is_some() && *body == distinctive {
            break;
        }
    }
    let place = place?;
    if place.0 != distinctive {
        // One body that was taken proves nothing of a form that other answers contradict.
        candidates.retain(|candidate| candidate.misses == 0);
    }
    let first = candidates.first()?;
    let mut proof = build_finding(first.cause, FindingCertainty::Proof);
    proof.also = candidates.iter().map(|other| other.cause).filter(|cause| *cause != first.cause).collect();
    proof.also.dedup();
    Some((vec![proof], Some(place)))
}

/// The rewriting that predicts which bodies, each signed rightly over its bytes, an endpoint accepted; none where
/// several charsets do, for only a proof tells them apart.
pub(crate) fn guess_rewriting(seen: &[ProbeEvidence]) -> Option<String> {
    if seen.iter().all(|(_, accepted)| *accepted) || !any_accepted(seen) {
        return None;
    }
    let ranked = rank_candidates(seen);
    let mut fitting = ranked.iter().filter(|candidate| candidate.misses == 0);
    let best = fitting.next()?;
    let others = best.cause.family == CauseFamily::Bytes && fitting.any(|other| other.cause != best.cause);
    (!others).then(|| build_finding(best.cause, FindingCertainty::Consistent).sentence)
}

/// A variant of a form, and how many of the answers it does not predict.
pub(super) struct FormCandidate {
    /// What it means.
    pub cause: &'static MismatchCause,
    at: usize,
    form: usize,
    misses: usize,
}

impl FormCandidate {
    fn variant(&self, body: &[u8]) -> Option<Vec<u8>> {
        let text = decode_text(body);
        all_forms().nth(self.form)?.make(&BodySource::new(body, &text)).into_iter().nth(self.at)
    }
}

/// Every variant of every form that rewrites, the best predictions first, the commonest among equals.
fn rank_candidates(seen: &[ProbeEvidence]) -> Vec<FormCandidate> {
    let rewrites = |family: CauseFamily| matches!(family, CauseFamily::Json | CauseFamily::Bytes);
    let mut candidates = Vec::new();
    for (at_form, form) in
        all_forms().enumerate().filter(|(_, form)| rewrites(form.cause.family) && (form.tier < 3 || form.is_dialect()))
    {
        let made: Vec<Vec<Vec<u8>>> = seen
            .iter()
            .map(|(body, _)| {
                let text = decode_text(body);
                form.make(&BodySource::new(body, &text))
            })
            .collect();
        let variants = made.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..variants {
            let predicted = |index: usize| match made[index].as_slice() {
                // A charset has nothing to change in what is ASCII, and no form of it.
                [] => form.cause.family == CauseFamily::Bytes,
                made => made.get(at) == Some(&seen[index].0),
            };
            let misses = (0..seen.len()).filter(|&index| predicted(index) != seen[index].1).count();
            candidates.push(FormCandidate { cause: &form.cause, at, form: at_form, misses });
        }
    }
    candidates.sort_by_key(|candidate| candidate.misses);
    candidates
}
