//! A probe of an endpoint: whether it may be made, and its outcome told.

use super::diagnosis;
use crate::context::Context;
use crate::diagnose::{DiagnosisSubject, ProbeReport, ProbeResponse, REQUESTS, WebFramework};
use crate::error::Error;
use crate::exchange::is_loopback;
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::phrases;
use crate::output::prompt;
use crate::output::records::{DiagnosisFields, ProbeRecord, ProbeRequestFields};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::session::diagnosis::diagnosis_fields;
use url::Url;

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

/// Whether the endpoint does what it should.
pub(super) fn is_correct(probed: &ProbeReport) -> bool {
    probed.diagnosis.findings.is_empty()
}

/// Tells what was found out; `again` is the line that finds it out once more.
pub(super) fn show_probe(
    url: &Url,
    probed: &ProbeReport,
    framework: Option<&WebFramework>,
    again: &str,
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
    console.write_lines(&render_heard(&probed.heard, console.is_verbose(), style))?;
    let count = phrases::format_quantity(probed.heard.len() as u64, "request", "requests");
    let line = StyledLine::new(style);
    console.write_lines(&[match is_correct(probed) {
        true => line.put(TextRole::Good, "✔ right:").add_gap(1).put(
            TextRole::Plain,
            Sanitised::text(&format!(
                "consistent with the raw bytes: what was sent is verified as it came, and forgeries are refused \
                (after {})",
                count.as_str()
            )),
        ),
        false => line.put(TextRole::Bad, "✘ wrong:").add_gap(1).put(
            TextRole::Plain,
            Sanitised::text(&format!("it does not verify as it should (after {})", count.as_str())),
        ),
    }])?;
    if let Some(note) = note_on_refusal(probed) {
        console.write_lines(&[StyledLine::indented(style, 2).put(TextRole::Notable, note)])?;
    }
    Ok(console.write_lines(&diagnosis::render_with_check(&probed.diagnosis, asks, framework, Some(again), style))?)
}

/// What is still to be said of an endpoint that is right, but refuses in a way that the service takes for a failure.
fn note_on_refusal(probed: &ProbeReport) -> Option<&'static str> {
    match probed.refusal {
        _ if !is_correct(probed) => None,
        ProbeResponse::Threw => {
            Some("note: it refuses a forged signature with 5xx; answer 401: 5xx is what retries come from")
        }
        ProbeResponse::Silent => Some(
            "note: it refuses a forged signature without an answer; answer 401: no answer is what retries come from",
        ),
        _ => None,
    }
}

/// Column of what was special about a request, where no answer is longer.
const BESIDE: usize = 15;

/// A line for each request; requests that were special for the same and ended alike are one, with their number, unless
/// `all` is asked for.
fn render_heard(heard: &[(&'static str, ProbeResponse)], all: bool, style: &OutputStyle) -> Vec<StyledLine> {
    let mut told: Vec<(&str, String, usize)> = Vec::new();
    for (what, reply) in heard {
        let reply = describe_reply(reply);
        match told.iter_mut().find(|(known, ended, _)| !all && known == what && *ended == reply) {
            Some((.., count)) => *count += 1,
            None => told.push((*what, reply, 1)),
        }
    }
    let column = told.iter().map(|(_, reply, _)| 2 + reply.len() + 2).fold(BESIDE, usize::max);
    let line = |(what, reply, count): &(&str, String, usize)| {
        let what = if *count > 1 { format!("{what}, {count} times") } else { (*what).to_owned() };
        let line = StyledLine::indented(style, 2).put(TextRole::Plain, Sanitised::text(reply)).pad_to(column);
        line.put(TextRole::Faint, Sanitised::text(&what))
    };
    told.iter().map(line).collect()
}

fn describe_reply(reply: &ProbeResponse) -> String {
    match reply {
        ProbeResponse::Accepted => "accepted".into(),
        ProbeResponse::Rejected(status) => format!("refused {status}"),
        ProbeResponse::Redirected(status, _) => format!("redirected {status}"),
        ProbeResponse::Limited => "refused 429".into(),
        ProbeResponse::Threw => "threw".into(),
        ProbeResponse::Silent => "no answer".into(),
        ProbeResponse::Unreachable => "unreachable".into(),
    }
}
