//! Nothing that is signed as the service signs was accepted: what else may be hashed, with what, written how, and
//! where is it looked for?

use super::bodies::ProbeBody;
use super::causes::{FAILS_AFTER, LIMITED, NO_ROUTE, REDIRECTS, REDIRECTS_AWAY, REJECTS_ALL, THROWS, UNREACHABLE};
use super::guessing::{self, GuessOutcome};
use super::prober::EndpointProber;
use super::{ProbeEvidence, ProbeFindings, ProbeRequest, ProbeResponse, ProbedServer, build_finding, single_finding};
use crate::diagnose::cause::FindingCertainty;
use url::Url;

/// What is wrong, or what was seen once the manner was found in which something is accepted.
pub(super) async fn explain_refusals<S>(
    prober: &mut EndpointProber<S>,
    shapes: &[ProbeBody],
    server: &ProbedServer<'_>,
) -> Result<ProbeFindings, Vec<ProbeEvidence>>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    if let Some(found) = find_missing_endpoint(&prober.heard, server.url) {
        return Ok(found);
    }
    if let Some(outcome) = find_failure_after(prober, &shapes[0]).await {
        return outcome;
    }
    match guessing::guess_cause(prober, server).await {
        GuessOutcome::Named(found) => Ok(found),
        GuessOutcome::Seen(seen) if prober.manner.causes.is_empty() => {
            Err(shapes.iter().map(|shape| (shape.bytes.clone(), false)).chain(seen).collect())
        }
        GuessOutcome::Seen(mut seen) => {
            seen.extend(prober.send_all(shapes).await);
            Err(seen)
        }
        GuessOutcome::Unknown => {
            let failed = |reply: &ProbeResponse| matches!(reply, ProbeResponse::Threw | ProbeResponse::Silent);
            let failures = prober.heard.iter().filter(|(_, reply)| failed(reply)).count();
            if failures * 2 > prober.heard.len() {
                // Whoever throws at a bad signature looks the same as who throws at every request.
                return Ok((vec![build_finding(&THROWS, FindingCertainty::Consistent)], None));
            }
            Ok(single_finding(&REJECTS_ALL))
        }
    }
}

/// Whether the same body is answered otherwise with the right signature than with a forged one: only who has verified
/// it can tell them apart. Both are sent once more, in the other order, so that no answer by turns is taken for that.
async fn find_failure_after<S>(
    prober: &mut EndpointProber<S>,
    shape: &ProbeBody,
) -> Option<Result<ProbeFindings, Vec<ProbeEvidence>>>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let (_, reply) = prober.heard.iter().rfind(|(what, _)| *what == shape.what)?.clone();
    let refusal = prober.refusal.clone();
    if reply == refusal || reply == ProbeResponse::Limited || refusal == ProbeResponse::Limited {
        return None;
    }
    let again = prober.send_over(shape.what, &shape.bytes, &shape.bytes).await?;
    if again == ProbeResponse::Accepted {
        return Some(Err(vec![(shape.bytes.clone(), true)]));
    }
    if again != reply || prober.send_forged(&shape.bytes).await != refusal {
        return None;
    }
    let mut finding = build_finding(&FAILS_AFTER, FindingCertainty::Proof);
    let ending = match &reply {
        ProbeResponse::Silent => "gives no answer within the 5 seconds that the service waits".to_owned(),
        ProbeResponse::Rejected(status) | ProbeResponse::Redirected(status, _) => format!("answers {status}"),
        _ => "fails with 5xx".to_owned(),
    };
    finding.sentence = format!("the endpoint accepts the signature, but its handler then {ending}");
    Some(Ok((vec![finding], None)))
}

/// Answers that say that there is nothing to probe.
fn find_missing_endpoint(heard: &[(&'static str, ProbeResponse)], url: &Url) -> Option<ProbeFindings> {
    let all = |reply: fn(&ProbeResponse) -> bool| heard.iter().all(|(_, heard)| reply(heard));
    if heard.iter().any(|(_, reply)| *reply == ProbeResponse::Unreachable) {
        return Some(single_finding(&UNREACHABLE));
    }
    if all(|reply| matches!(reply, ProbeResponse::Rejected(404 | 405))) {
        return Some(single_finding(&NO_ROUTE));
    }
    if all(|reply| *reply == ProbeResponse::Limited) {
        return Some(single_finding(&LIMITED));
    }
    let Some((_, ProbeResponse::Redirected(status, to))) = heard.first() else { return None };
    if !all(|reply| matches!(reply, ProbeResponse::Redirected(..))) {
        return None;
    }
    let cause = if is_same_path(url, to) { &REDIRECTS } else { &REDIRECTS_AWAY };
    let mut finding = build_finding(cause, FindingCertainty::Proof);
    finding.sentence = format!("{}: it answers {status} with Location: {to}", finding.sentence);
    Some((vec![finding], None))
}

/// Whether a redirect leads to the same path, a slash at its end apart: over https, on another host, or with that slash.
fn is_same_path(url: &Url, to: &str) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    url.join(to).is_ok_and(|to| path(&to) == path(url))
}
