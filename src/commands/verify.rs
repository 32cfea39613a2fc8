//! `verify`: checks a signature for a body, given on the command line or kept by a listener.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::history::{self, Stored, StoredRequest};
use crate::flows::{input, workspace};
use crate::output::console::Console;
use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::Ink;
use crate::protocol::body::RawBody;
use crate::protocol::signature::{Reason, SIGNATURE_HEADER, Verdict, verify};
use crate::store::Reader;
use serde_json::json;
use std::path::PathBuf;

/// Check a signature for a body; exit 0 if it holds, 1 if not
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop verify --signature \"$(referralloop sign body.json)\" body.json
  referralloop verify --event 1
  referralloop verify --event '!1' --secret-file secret.txt")]
pub struct Arguments {
    /// The body's exact bytes; - for standard input
    #[arg(value_name = "FILE", required_unless_present = "event", requires = "signature")]
    body: Option<PathBuf>,
    /// The value of the X-Webhook-Signature header
    #[arg(long, value_name = "VALUE", conflicts_with = "event", requires = "body")]
    signature: Option<String>,
    /// A stored event by its number, or a refused request as '!N'
    #[arg(long, value_name = "N")]
    event: Option<Stored>,
    /// Check against the secret in this file (- for standard input); repeat it while rotating
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
}

/// A body with the values of its signature header.
struct Signed {
    body: RawBody,
    values: Vec<Vec<u8>>,
}

/// Verifies.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let signed = match (arguments.event, &arguments.body) {
        (Some(wanted), _) => stored(&workspace::open_reader(context, &settings)?, wanted)?,
        (None, body) => given(arguments, body.as_ref(), context)?,
    };
    let secrets = workspace::secrets(context, &settings, &arguments.secret_file)?;
    let keys: Vec<_> = secrets.all.iter().map(|secret| secret.key()).collect();
    let verdict = verify(signed.values.iter().map(Vec::as_slice), signed.body.as_bytes(), &keys);
    tell(&console, verdict, signed.body.len(), &secrets.origin.describe(&settings.profile.value))?;
    Ok(if matches!(verdict, Verdict::Valid(_)) { Exit::Done } else { Exit::No })
}

fn given(arguments: &Arguments, body: Option<&PathBuf>, context: &Context) -> Result<Signed, Error> {
    let body = body.ok_or_else(|| Error::usage("name the file with the body, or an event with --event"))?;
    let inputs: Vec<_> = arguments.secret_file.iter().chain([body]).map(Some).collect();
    input::one_stdin(&inputs)?;
    let bytes = input::read(context, body, input::BODY_LIMIT, "body")?;
    let value = arguments.signature.clone().unwrap_or_default();
    Ok(Signed { body: RawBody::new(bytes), values: vec![value.into_bytes()] })
}

fn stored(reader: &Reader, wanted: Stored) -> Result<Signed, Error> {
    let (body, headers) = match history::find(reader, wanted)? {
        StoredRequest::Refused(row) => (row.refused.body, row.refused.headers),
        StoredRequest::Event(event) => {
            let first = reader.arrivals(event.number)?.into_iter().next().ok_or_else(|| {
                Error::usage(format!(
                    "event #{} was sent from here and never came in: there is no signature to check",
                    event.number
                ))
            })?;
            (event.body, first.headers)
        }
    };
    let values = headers.values(SIGNATURE_HEADER).map(<[u8]>::to_vec).collect();
    Ok(Signed { body, values })
}

fn tell(console: &Console, verdict: Verdict, bytes: usize, origin: &str) -> Result<(), Error> {
    let (state, reason) = match verdict {
        Verdict::Valid(_) => ("valid", None),
        Verdict::Unsigned => ("unsigned", Some(Reason::Missing)),
        Verdict::Invalid(reason) => ("invalid", Some(reason)),
    };
    if console.is_json() {
        let message = reason.map(Reason::explain);
        console.record(
            "verification",
            &json!({ "verification": state, "reason": reason, "message": message, "bytes": bytes, "secret": origin }),
        )?;
        return Ok(());
    }
    let line = |ink, badge: &'static str, words: String| {
        Line::new(&console.out).put(ink, badge).gap(1).put(Ink::Plain, Sanitised::text(&words))
    };
    let line = match reason {
        None => line(Ink::Good, "✔ valid:", format!("signed with this secret ({origin}), {bytes} bytes")),
        Some(Reason::Missing) => line(Ink::Notable, "○ unsigned:", Reason::Missing.explain().into()),
        Some(reason) => line(Ink::Bad, "✘ invalid:", format!("{} (secret: {origin})", reason.explain())),
    };
    console.lines(&[line])?;
    for hint in reason.map(hints).unwrap_or_default() {
        console.hint(hint);
    }
    Ok(())
}

fn hints(reason: Reason) -> &'static [&'static str] {
    match reason {
        Reason::Mismatch => &[
            "verify the bytes as they were received: parsing JSON and writing it again changes them",
            "check that sender and receiver have the same secret, without a newline or quotes around it",
        ],
        Reason::NoPrefix | Reason::WrongPrefix | Reason::NotHex | Reason::WrongLength => {
            &["the header reads: X-Webhook-Signature: sha256=<64 hexadecimal digits>"]
        }
        Reason::DoubledHeader => &["a proxy or middleware may have added the header a second time"],
        Reason::Empty | Reason::Missing => &[],
    }
}
