//! Nothing that is signed as the service signs was accepted: what else may be hashed, with what, written how, and
//! where is it looked for?

use super::bodies::{self, ProbeBody};
use super::causes::{LIMITED, NO_ROUTE, REDIRECTS, REJECTS_ALL, THROWS, UNREACHABLE};
use super::manners::{BARE_DIGITS, HEADERS, HeaderValue, SigningManner, VALUES, list_keys};
use super::prober::EndpointProber;
use super::{
    ProbeEvidence, ProbeFindings, ProbeRequest, ProbeResponse, any_accepted, build_finding, reduced, rewriting,
    single_finding,
};
use crate::diagnose::cause::{FindingCertainty, MismatchCause};
use crate::diagnose::digest::HashAlgorithm;
use crate::diagnose::forms::{BodySource, decode_text, find_form};
use crate::diagnose::framing;
use crate::diagnose::reading::OTHER_HEADER;
use crate::diagnose::search::{PLAIN, SECRET_FIRST};

/// Stand-ins for the body, the commonest first: whether the body has spaces, the form, the variant that is signed.
const STAND_INS: [(bool, &str, usize); 11] = [
    (false, "object-object", 0),
    (false, "newline-added", 0),
    // Older versions break what is empty into lines.
    (false, "json-ruby-pretty", 0),
    // The first member of what is sorted is what the event is about.
    (false, "json-member", 0),
    (true, "json-member", 0),
    (false, "body-base64", 0),
    (false, "buffer-json", 0),
    (false, "quoted-base64", 0),
    (false, "python-bytes", 0),
    (false, "json-string", 0),
    (false, "body-empty", 0),
];

/// Rare ones, tried after everything else.
const RARE_STAND_INS: [(bool, &str, usize); 19] = [
    (false, "body-hex", 0),
    (false, "json-string", 6),
    (false, "body-undefined", 0),
    (false, "empty-text", 3),
    (false, "go-map", 0),
    (false, "php-serialize", 0),
    (false, "json-wrapped", 16),
    (false, "quoted-base64", 1),
    (false, "byte-list", 3),
    (false, "yaml", 4),
    (false, "query-string", 0),
    (false, "json-pretty-other", 17),
    (false, "json-wrapped", 8),
    (false, "empty-text", 5),
    (false, "yaml", 0),
    (false, "values-joined", 0),
    (false, "form-key", 0),
    (false, "body-null", 0),
    (false, "charset-utf-16", 0),
];

/// What leaves an empty body alone: whoever encodes it.
const ENCODED: [(bool, &str, usize); 9] = [
    (false, "body-empty", 0),
    (false, "body-base64", 0),
    (false, "body-hex", 0),
    (false, "form-field", 0),
    (false, "body-base64", 7),
    (false, "body-base64", 6),
    (false, "body-base64", 5),
    (false, "charset-utf-16", 0),
    (false, "body-twice", 0),
];

/// What leaves a number alone: whoever prints it.
const NUMBERED: [(bool, &str, usize); 3] =
    [(false, "php-print-r", 0), (false, "php-var-export", 0), (false, "form-field", 0)];

/// What leaves an empty object alone, besides what writes JSON.
const PRINTED: [(bool, &str, usize); 20] = [
    (false, "empty-object", 0),
    (false, "python-repr", 0),
    (false, "ruby-inspect", 0),
    (false, "node-inspect", 0),
    (false, "html-escaped", 0),
    (false, "slashes-added", 0),
    (false, "html-escaped", 1),
    (false, "ruby-inspect", 2),
    (false, "java-map", 0),
    (false, "python-pprint", 0),
    (false, "json-pretty-other", 9),
    (false, "json-pretty-other", 10),
    (false, "quotes-changed", 0),
    (false, "case-changed", 1),
    (false, "html-escaped", 9),
    (false, "json-stringified-values", 0),
    (false, "json-allowlist", 0),
    (false, "json-pretty-other", 0),
    (false, "case-changed", 0),
    (false, "quotes-changed", 1),
];

/// What is wrong, or what was seen once the manner was found in which something is accepted.
pub(super) async fn explain_refusals<S>(
    prober: &mut EndpointProber<S>,
    shapes: &[ProbeBody],
) -> Result<ProbeFindings, Vec<ProbeEvidence>>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    if let Some(found) = find_missing_endpoint(&prober.heard) {
        return Ok(found);
    }
    let usual = prober.manner.clone();
    let empty = accepts_empty(prober).await;
    if empty != Some(false)
        && let Some(seen) = find_indentation(prober).await
    {
        return Err(refused(shapes, seen));
    }
    if empty == Some(true)
        && let Some(found) = try_stand_ins(prober, &PRINTED, &shapes[1].bytes, &shapes[2].bytes).await
    {
        return Ok(found);
    }
    // A comparison with the prefix refuses everything, or throws; without it, what lies behind can be seen.
    prober.manner = usual.with_value(&BARE_DIGITS);
    let seen = prober.send_all(&shapes[1..]).await;
    if any_accepted(&seen) {
        return Err(seen);
    }
    prober.manner = usual.clone();
    if let Some(found) = reduced::find_rebuilding(prober, &shapes[0].bytes).await {
        return Ok(found);
    }
    // What nearly every rewriting leaves alone, since it is compact and sorted.
    let (body, spaced) = (&shapes[1].bytes, &shapes[2].bytes);
    let mut is_usual = empty == Some(true);
    for (small, list) in [(&b""[..], &ENCODED[..]), (b"1", &NUMBERED)] {
        if prober.accepts("an empty body, or a number", small, small).await {
            is_usual = true;
            if let Some(found) = try_stand_ins(prober, list, body, spaced).await {
                return Ok(found);
            }
        }
    }
    if !is_usual && (find_header(prober, &usual, body).await || find_manner(prober, &usual, body).await) {
        return Err(vec![(body.clone(), true)]);
    }
    prober.manner = usual;
    if let Some(found) = find_stand_in(prober, body, spaced).await {
        return Ok(found);
    }
    let threw = prober.heard.iter().filter(|(_, reply)| *reply == ProbeResponse::Threw).count();
    Ok(single_finding(if threw * 2 > prober.heard.len() { &THROWS } else { &REJECTS_ALL }))
}

/// What was seen where an indented body is accepted. Whoever writes JSON leaves what is empty alone, however the rest is laid
/// out.
async fn find_indentation<S>(prober: &mut EndpointProber<S>) -> Option<Vec<ProbeEvidence>>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let mut indented = bodies::build_shapes();
    indented.retain(|shape| shape.what.contains("per level"));
    let seen = prober.send_all(&indented).await;
    any_accepted(&seen).then_some(seen)
}

/// Whether an empty object or list is accepted, which every language writes alike; nothing where neither was judged.
async fn accepts_empty<S>(prober: &mut EndpointProber<S>) -> Option<bool>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let mut judged = None;
    for body in [b"{}", b"[]"] {
        match prober.send_over("an empty object or list", body, body).await {
            Some(ProbeResponse::Accepted) => return Some(true),
            Some(reply) if prober.is_refusal(&reply) => judged = Some(false),
            _ => {}
        }
    }
    judged
}

fn refused(shapes: &[ProbeBody], seen: Vec<ProbeEvidence>) -> Vec<ProbeEvidence> {
    shapes.iter().map(|shape| (shape.bytes.clone(), false)).chain(seen).collect()
}

/// Answers that say that there is nothing to probe.
fn find_missing_endpoint(heard: &[(&'static str, ProbeResponse)]) -> Option<ProbeFindings> {
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
    let mut finding = build_finding(&REDIRECTS, FindingCertainty::Proof);
    finding.sentence = format!("{}: it answers {status} with Location: {to}", finding.sentence);
    Some((vec![finding], None))
}

/// Tries several header fields in one request, and finds out which of them it was.
async fn find_header<S>(prober: &mut EndpointProber<S>, usual: &SigningManner, body: &[u8]) -> bool
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let bare = usual.with_value(&BARE_DIGITS);
    let base64 = usual.with_value(&VALUES[0]);
    let manner = |written: HeaderValue| match written {
        HeaderValue::Usual => usual.clone(),
        HeaderValue::Bare => bare.clone(),
        HeaderValue::Base64 => base64.clone(),
    };
    let mut left = HEADERS.to_vec();
    let mut what = "signed rightly, in other headers";
    loop {
        let half = left.split_off(if what.ends_with("headers") { left.len() } else { left.len() / 2 });
        let signatures = left.iter().map(|(name, written)| (*name, manner(*written).sign(body))).collect();
        let request = ProbeRequest { what, body: body.to_vec(), signatures, cut: None };
        match (prober.send(&request).await == Some(ProbeResponse::Accepted), what) {
            (false, "signed rightly, in other headers") => return false,
            (false, _) => left = half,
            (true, _) => {}
        }
        if let [(name, written)] = left[..] {
            // Bare digits are usual there; only the header is wrong.
            prober.manner = manner(written).with_headers(&[name]);
            prober.manner.causes = vec![&OTHER_HEADER];
            return true;
        }
        what = "signed rightly, in some of them";
    }
}

/// Tries other ways to write the value, then other keys.
async fn find_manner<S>(prober: &mut EndpointProber<S>, usual: &SigningManner, body: &[u8]) -> bool
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let values = VALUES.iter().map(|form| (form.what, usual.with_value(form)));
    let keys = list_keys(usual).into_iter().map(|manner| ("signed with another key", manner));
    for (what, manner) in values.chain(keys).collect::<Vec<_>>() {
        prober.manner = manner;
        if prober.accepts(what, body, body).await {
            return true;
        }
    }
    false
}

/// Tries what may be hashed in the place of the body, or instead of an HMAC.
async fn find_stand_in<S>(prober: &mut EndpointProber<S>, compact: &[u8], spaced: &[u8]) -> Option<ProbeFindings>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let proof = |cause: &'static MismatchCause| Some((vec![build_finding(cause, FindingCertainty::Proof)], None));
    let found = try_stand_ins(prober, &STAND_INS, compact, spaced).await;
    if found.is_some() {
        return found;
    }
    let timed = [b"2024-01-15T10:00:00Z.", compact].concat();
    if prober.accepts("signed over its timestamp, a dot and it", compact, &timed).await {
        return proof(&framing::STRIPE);
    }
    let hashed = prober.manner.write(&HashAlgorithm::Sha256.hash(&[compact]));
    let digest = hashed.trim_start_matches(prober.manner.prefix()).as_bytes().to_vec();
    let hashes = [(&PLAIN, vec![compact]), (&SECRET_FIRST, vec![prober.manner.key(), compact])];
    let values = hashes.map(|(cause, pieces)| (cause, prober.manner.write(&HashAlgorithm::Sha256.hash(&pieces))));
    for (cause, value) in values {
        if prober.send_value("a plain hash", compact, &value).await == Some(ProbeResponse::Accepted) {
            return proof(cause);
        }
    }
    let rare = try_stand_ins(prober, &RARE_STAND_INS, compact, spaced).await;
    if rare.is_none() && prober.accepts("signed over its SHA-256", compact, &digest).await {
        return proof(&framing::DIGEST);
    }
    rare
}

async fn try_stand_ins<S>(
    prober: &mut EndpointProber<S>,
    stand_ins: &[(bool, &str, usize)],
    compact: &[u8],
    spaced: &[u8],
) -> Option<ProbeFindings>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    for &(is_spaced, id, at) in stand_ins {
        let body = if is_spaced { spaced } else { compact };
        let text = decode_text(body);
        let source = BodySource::new(body, &text);
        let Some(form) = find_form(id) else { continue };
        let Some(made) = form.make(&source).into_iter().nth(at) else { continue };
        if made == *body || !prober.accepts("signed over a stand-in for the body", body, &made).await {
            continue;
        }
        let makers = rewriting::list_makers(body, &made);
        let told_apart = if makers.len() > 1 { rewriting::prove_rewriting(prober, makers, &[]).await } else { None };
        return told_apart.or_else(|| Some((vec![build_finding(&form.cause, FindingCertainty::Proof)], None)));
    }
    None
}
