//! Probing an endpoint: the requests that the doctor asks for, made one after the other, and its answer told.

use super::{diagnosis, request};
use crate::context::Context;
use crate::diagnose::{Asks, Framework, Probed, REQUESTS, Reply, Shot, probe};
use crate::error::Error;
use crate::exchange::{Exchange, is_loopback};
use crate::output::console::Console;
use crate::output::line::Line;
use crate::output::prompt;
use crate::output::sanitise::Sanitised;
use crate::output::style::Ink;
use crate::protocol::attempt::Outcome;
use crate::protocol::body::RawBody;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::protocol::signature::Secret;
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// Time for a request once one has timed out: a handler that hangs once hangs again.
const IMPATIENT: Duration = Duration::from_secs(1);

/// Asks before anything is sent to another machine.
pub fn permitted(url: &Url, context: &Context) -> Result<(), Error> {
    let host = url.host_str().unwrap_or_default();
    let question = format!("Send up to {REQUESTS} test deliveries to {host}?");
    if is_loopback(url) || prompt::confirm(context, &question)? {
        return Ok(());
    }
    Err(Error::usage(format!("{host} is not this machine, and nobody confirmed that it may be probed"))
        .hint(format!("--yes confirms it: up to {REQUESTS} requests are sent, and events may be acted upon")))
}

/// Probes an endpoint that should verify with this secret.
pub async fn run(url: &Url, secret: &Secret) -> Probed {
    let exchange = Exchange::new();
    let mut budget = ATTEMPT_BUDGET;
    probe(secret, async |shot: &Shot| {
        let body = RawBody::new(shot.body.clone());
        let Ok(request) = request::plain(url.clone(), &body, Some(shot.signature.clone())) else {
            return Reply::Unreachable;
        };
        let (outcome, _) = exchange.post(&request, Some(budget)).await;
        if matches!(outcome, Outcome::TimedOut(_)) {
            budget = IMPATIENT;
        }
        reply(&outcome)
    })
    .await
}

fn reply(outcome: &Outcome) -> Reply {
    match outcome {
        Outcome::Answered(answer) => match answer.status {
            200..300 => Reply::Accepted,
            500.. => Reply::Threw,
            status => Reply::Rejected(status),
        },
        Outcome::TimedOut(_) | Outcome::Disconnected | Outcome::Malformed(_) => Reply::Threw,
        Outcome::Refused | Outcome::UnknownHost | Outcome::Tls(_) | Outcome::Failed(_) => Reply::Unreachable,
    }
}

/// Whether the endpoint does what it should.
pub fn is_right(probed: &Probed) -> bool {
    probed.diagnosis.findings.is_empty()
}

/// Tells what was found out.
pub fn tell(url: &Url, probed: &Probed, framework: Option<&Framework>, console: &Console) -> Result<(), Error> {
    let asks = Asks::Code(b"");
    if console.is_json() {
        let mut fields = diagnosis::fields(&probed.diagnosis, asks, framework);
        fields.retain(|name, _| matches!(name.as_str(), "causes" | "difference"));
        fields.insert("url".into(), json!(url.as_str()));
        fields.insert("raw_body".into(), json!(is_right(probed)));
        let heard = probed.heard.iter().map(|(what, reply)| json!({ "sent": what, "answer": word(*reply) }));
        fields.insert("requests".into(), heard.collect());
        return Ok(console.record("probe", &Value::Object(fields))?);
    }
    let style = &console.out;
    for (what, reply) in &probed.heard {
        let line = Line::indented(style, 2).put(Ink::Plain, Sanitised::text(&word(*reply))).pad_to(15);
        console.lines(&[line.put(Ink::Faint, *what)])?;
    }
    let count = probed.heard.len();
    let line = Line::new(style);
    console.lines(&[match is_right(probed) {
        true => line.put(Ink::Good, "✔ right:").gap(1).put(
            Ink::Plain,
            Sanitised::text(&format!(
                "the endpoint hashes the received bytes and refuses a forgery ({count} requests)"
            )),
        ),
        false => line.put(Ink::Bad, "✘ wrong:").gap(1).put(Ink::Plain, Sanitised::text(&format!("{count} requests"))),
    }])?;
    Ok(console.lines(&diagnosis::lines(&probed.diagnosis, asks, framework, style))?)
}

fn word(reply: Reply) -> String {
    match reply {
        Reply::Accepted => "accepted".into(),
        Reply::Rejected(status) => format!("refused {status}"),
        Reply::Threw => "threw".into(),
        Reply::Unreachable => "unreachable".into(),
    }
}
