//! An event of which nothing is left but what every type of a program's own has: who rebuilds bodies without some
//! members, in another order or with times spelled otherwise, leaves this one alone.

use super::prober::EndpointProber;
use super::{ProbeFindings, ProbeRequest, ProbeResponse, build_finding};
use crate::diagnose::cause::FindingCertainty;
use crate::diagnose::forms::{BodySource, FORMS, decode_text};

/// Without times, without what a handler may have no use for, and with a number and texts that nobody writes otherwise.
const KERNEL: &str = r#"{"event_type":"signup.created","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"probe@example.com"}}"#;

/// What is put back, one after the other.
const TIMED: &str = r#","timestamp":"2024-01-15T10:00:00Z"}"#;
const NAMED: &str = r#"{"event_type":"signup.created","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data""#;

/// What may become of it then.
const REBUILT: [&str; 3] = ["json-times", "json-members-dropped", "json-reordered"];

/// Bodies signed over what becomes of them that are sent at most.
const TRIES: usize = 20;

/// Which of the rewritings it is that leave the kernel alone; nothing where even that is refused.
pub(super) async fn find_rebuilding<S>(prober: &mut EndpointProber<S>, full: &[u8]) -> Option<ProbeFindings>
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    if !prober.accepts("event_type and data alone", KERNEL.as_bytes(), KERNEL.as_bytes()).await {
        return None;
    }
    let timed = format!("{}{TIMED}", &KERNEL[..KERNEL.len() - 1]);
    let named = KERNEL.replacen(r#"{"event_type":"signup.created","data""#, NAMED, 1);
    let mut tries = 0;
    for body in [timed.as_bytes(), named.as_bytes(), full] {
        if prober.accepts("one more member", body, body).await {
            continue;
        }
        for (cause, made) in list_rebuilt(body) {
            tries += 1;
            if tries > TRIES || !prober.has_left(1) {
                break;
            }
            if prober.accepts("signed over what may become of it", body, &made).await {
                let proof = build_finding(cause, FindingCertainty::Proof);
                return Some((vec![proof], Some((body.to_vec(), made))));
            }
        }
    }
    Some((vec![build_finding(&super::causes::PARTLY, FindingCertainty::Consistent)], None))
}

/// Every outcome of these forms that is compact, as JavaScript writes it.
fn list_rebuilt(body: &[u8]) -> Vec<(&'static crate::diagnose::cause::MismatchCause, Vec<u8>)> {
    let text = decode_text(body);
    let source = BodySource::new(body, &text);
    let forms = FORMS.iter().filter(|form| REBUILT.contains(&form.cause.id));
    let all = forms.flat_map(|form| form.make(&source).into_iter().map(move |made| (&form.cause, made)));
    let mut seen: Vec<Vec<u8>> = vec![body.to_vec()];
    let mut listed = Vec::new();
    for (cause, made) in all {
        let is_spaced = made.windows(3).any(|bytes| bytes == b"\": ");
        if !is_spaced && !seen.contains(&made) {
            seen.push(made.clone());
            listed.push((cause, made));
        }
    }
    listed
}
