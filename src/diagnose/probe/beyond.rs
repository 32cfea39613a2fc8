//! What bodies and their rewritings do not show: comparisons that let too much in, and bytes lost on the way in.

use super::bodies;
use super::causes::{CONTAINED, PART, UNSIGNED};
use super::prober::EndpointProber;
use super::{ProbeRequest, ProbeResponse, build_finding};
use crate::diagnose::cause::FindingCertainty;
use crate::diagnose::findings::CauseFinding;
use crate::diagnose::forms::FORMS;

/// Where buffers and columns cut: 64 and 100 KiB and what is near them, then smaller ones.
const CUTS: [usize; 6] = [65_536, 102_400, 65_535, 100_000, 16_384, 8_192];

fn proof(id: &str) -> Option<CauseFinding> {
    let form = FORMS.iter().find(|form| form.cause.id == id)?;
    Some(build_finding(&form.cause, FindingCertainty::Proof))
}

/// Values that must not be accepted for a body that is accepted with the right one.
pub(super) async fn find_holes<S>(prober: &mut EndpointProber<S>, body: &[u8]) -> Vec<CauseFinding>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let right = prober.manner.sign(body);
    // The value ends otherwise; what digits and Base64 share is that neither holds this.
    let kept = right.len().saturating_sub(16);
    let ended = format!("{}{}", &right[..kept], if right.ends_with("0000") { "1" } else { "0" }.repeat(16));
    let unsigned = ProbeRequest { what: "no signature", body: body.to_vec(), signatures: Vec::new(), cut: None };
    let accepted = Some(ProbeResponse::Accepted);
    let proof = |cause| build_finding(cause, FindingCertainty::Proof);
    let is_optional = prober.send(&unsigned).await == accepted;
    let beginning = prober.manner.prefix().to_owned();
    if prober.send_value("the beginning of a value", body, &beginning).await == accepted {
        // Then nothing at all is a beginning, too.
        return vec![proof(&PART)];
    }
    let mut findings: Vec<CauseFinding> = is_optional.then(|| proof(&UNSIGNED)).into_iter().collect();
    if prober.send_value("a value that ends otherwise", body, &ended).await == accepted {
        findings.push(proof(&PART));
    } else if prober.send_value("more than the value", body, &format!("{right}00")).await == accepted {
        findings.push(proof(&CONTAINED));
    }
    findings
}

/// What happens to bodies in packets, and to large ones, where all others are verified as they came.
pub(super) async fn find_limits<S>(prober: &mut EndpointProber<S>) -> Option<CauseFinding>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let (body, at) = bodies::build_divided_body();
    let send = async |prober: &mut EndpointProber<S>, what, over: &[u8]| {
        let value = prober.manner.sign(over);
        let signatures = prober.manner.headers.iter().map(|name| (*name, value.clone())).collect();
        prober.send(&ProbeRequest { what, body: body.clone(), signatures, cut: Some(at) }).await
    };
    let divided = send(prober, "two packets, cut inside a character", &body).await;
    if divided.is_some_and(|reply| prober.is_refusal(&reply)) {
        let pieces = [&body[..at], &body[at..]].map(|piece| String::from_utf8_lossy(piece).into_owned());
        let made = pieces.concat();
        if send(prober, "two packets, signed over both decoded", made.as_bytes()).await == Some(ProbeResponse::Accepted)
        {
            return proof("chunks-decoded");
        }
    }
    let large = bodies::build_large_body();
    let whole = prober.send_over("150 KiB", &large, &large).await?;
    if !prober.is_refusal(&whole) {
        return None;
    }
    for cut in CUTS {
        if prober.accepts("150 KiB, signed over its beginning", &large, &large[..cut]).await {
            return proof("cut-at-limit");
        }
    }
    None
}
