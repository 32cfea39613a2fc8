//! `verify`: checks a signature for a body, given on the command line or kept by a listener, and says why it fails.

mod again;
pub mod diagnosis;
mod probe;

use crate::context::Context;
use crate::diagnose::{DiagnosisCase, DiagnosisSubject, FRAMEWORKS, KnownSecret, WebFramework};
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::records::{CodeFields, VerificationRecord};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::body::RawBody;
use crate::protocol::signature::{
    HERO_SIGNATURE_HEADER, SIGNATURE_HEADER, SignatureFault, SignatureVerdict, verify_referralhero, verify_signature,
};
use crate::session::diagnosis::{PATIENT, collect_known_secrets, diagnose_within, diagnosis_fields};
use crate::session::history::{self, StoredId, StoredRequest};
use crate::session::{self, arguments, arguments::HeaderArgument, errors, input, probing, request, runtime, trust};
use crate::store::{EventRow, StoreReader};
use std::path::{Path, PathBuf};
use url::Url;

/// Check a signature for a body; exit 0 if it is valid, 1 if not, with the reason
#[derive(Debug, clap::Args)]
#[command(after_help = "A signature that fails is explained: what the sender really hashed, proved by reproducing the
value where that is possible, the byte where the bodies differ, and the fix for your framework.

Examples:
  referralloop verify --signature \"$(referralloop sign body.json)\" body.json
  referralloop verify --event 1
  referralloop verify --event r1 --secret-file secret.txt --framework express
  referralloop verify --got \"$(referralloop sign body.json)\" body.json
  referralloop verify --probe http://localhost:3000/webhooks || echo 'the fix is above'")]
pub(crate) struct Arguments {
    /// The body's exact bytes; - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["event", "probe"])]
    body: Option<PathBuf>,
    /// The value of the X-Webhook-Signature header
    #[arg(long, value_name = "VALUE", conflicts_with = "event", requires = "body", allow_hyphen_values = true)]
    signature: Option<String>,
    /// A stored event by its number, last for the newest one, or the refused request !N as rN
    #[arg(long, value_name = "N", conflicts_with = "body")]
    event: Option<StoredId>,
    /// Value that your own code computed for this body; explains what that code does
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    got: Option<String>,
    /// Send signed deliveries to this endpoint (at most 40) and find out how it hashes
    #[arg(long, value_name = "URL", value_parser = arguments::read_target, conflicts_with_all = ["body", "signature", "event", "got"])]
    probe: Option<Url>,
    /// Add a header to what --probe sends, or replace one (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::read_header)]
    headers: Vec<HeaderArgument>,
    /// Give the fix for this framework: express, nextjs, nest, fastify, hono, flask, fastapi, django, rails, laravel, go,
    /// spring, aspnet, lambda or axum
    #[arg(long, value_name = "NAME", value_parser = framework, hide_possible_values = true)]
    framework: Option<&'static WebFramework>,
    /// Check against the secret in this file (- for standard input); repeat it while rotating
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    #[command(flatten)]
    trust: trust::Arguments,
}

/// The framework with this name.
fn framework(name: &str) -> Result<&'static WebFramework, String> {
    let names: Vec<&str> = FRAMEWORKS.iter().map(|framework| framework.name).collect();
    WebFramework::find_by_name(&name.to_ascii_lowercase())
        .ok_or_else(|| format!("'{name}' is no framework that is known here; they are {}", names.join(", ")))
}

/// A body with the header lines it came with, or the one value that was given.
struct SignedInput {
    body: RawBody,
    headers: Option<HeaderLines>,
    target: Option<String>,
    values: Vec<Vec<u8>>,
    /// Whether they are of the second service's header.
    of_hero: bool,
}

/// Verifies.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    arguments.trust.require(!arguments.headers.is_empty(), arguments.probe.is_some(), "--probe")?;
    if let Some(url) = &arguments.probe {
        probe::confirm_probe(url, context)?;
        let secrets = session::load_secrets(context, &settings, &arguments.secret_file)?;
        let exchange = arguments.trust.open_client(&[url], context)?;
        let finish = |asked: &mut OutgoingRequest| request::replace_headers(&mut asked.headers, &arguments.headers);
        let probing = probing::probe_endpoint(url, secrets.signing(), finish, &exchange, context.clock.as_ref());
        let nobody = |outcome| errors::explain_unreachable_endpoint(&outcome, url);
        let probed = runtime::block_on(async { probing.await.map_err(nobody) })?;
        let again = again::repeat_probe(url, arguments, context);
        probe::show_probe(url, &probed, arguments.framework, &again, &console)?;
        return Ok(if probe::is_correct(&probed) { Exit::Done } else { Exit::No });
    }
    let signed = match (arguments.event, &arguments.body) {
        (Some(wanted), _) => read_stored(&session::open_reader(context, &settings)?, wanted)?,
        (None, body) => read_given(arguments, body.as_ref(), context)?,
    };
    let secrets = session::load_secrets(context, &settings, &arguments.secret_file)?;
    let keys: Vec<_> = secrets.all.iter().map(|secret| secret.key()).collect();
    let values = signed.values.iter().map(Vec::as_slice);
    let verdict = match signed.of_hero {
        true => verify_referralhero(values, signed.body.as_bytes(), &keys),
        false => verify_signature(values, signed.body.as_bytes(), &keys),
    };
    let known = collect_known_secrets(context, &settings, &secrets);
    let told =
        VerifyReport { signed: &signed, known: &known, verdict, got: arguments.got.as_deref(), arguments, context };
    let origin = secrets.origin.describe(&settings.profile.value);
    let code_agrees =
        if console.is_json() { told.record(&console, &origin)? } else { told.print_verdict(&console, &origin)? };
    let good = match (verdict, told.only_code()) {
        (_, true) | (SignatureVerdict::Valid(_), _) => code_agrees,
        _ => false,
    };
    Ok(if good { Exit::Done } else { Exit::No })
}

fn read_given(arguments: &Arguments, body: Option<&PathBuf>, context: &Context) -> Result<SignedInput, Error> {
    let body = body.ok_or_else(|| Error::usage("give the file with the body, or an event with --event"))?;
    if body.as_path() != Path::new("-") && !context.resolve(body).exists() {
        return Err(Error::usage(format!("there is no file {}", body.display()))
            .hint("FILE holds the body as it came; - reads it from standard input"));
    }
    if arguments.signature.is_none() && arguments.got.is_none() {
        return Err(
            Error::usage("--signature is missing").hint("or give the value that your own code computed with --got")
        );
    }
    let inputs: Vec<_> = arguments.secret_file.iter().chain([body]).map(Some).collect();
    input::require_one_stdin(&inputs)?;
    let bytes = input::read_input(context, body, input::BODY_LIMIT, "body")?;
    let values = arguments.signature.iter().map(|value| value.clone().into_bytes()).collect();
    Ok(SignedInput { body: RawBody::new(bytes), headers: None, target: None, values, of_hero: false })
}

fn read_stored(reader: &StoreReader, wanted: StoredId) -> Result<SignedInput, Error> {
    let (body, headers, target) = match history::find_stored(reader, wanted)? {
        StoredRequest::Refused(row) => (row.refused.content.body, row.refused.content.headers, row.refused.target),
        StoredRequest::Event(event) => {
            let first = reader
                .list_arrivals(event.number)?
                .into_iter()
                .next()
                .ok_or_else(|| explain_unreceived(reader, &event))?;
            (event.body, first.headers, first.target)
        }
    };
    // Its own header counts first, as with the listener.
    let own: Vec<Vec<u8>> = headers.values(SIGNATURE_HEADER).map(<[u8]>::to_vec).collect();
    let hero: Vec<Vec<u8>> = headers.values(HERO_SIGNATURE_HEADER).map(<[u8]>::to_vec).collect();
    let of_hero = own.is_empty() && !hero.is_empty();
    let values = if of_hero { hero } else { own };
    Ok(SignedInput { body, headers: Some(headers), target: Some(target), values, of_hero })
}

/// Why an event has no signature that could be checked: it was only sent from here. The listener may have refused it.
fn explain_unreceived(reader: &StoreReader, event: &EventRow) -> Error {
    let refused = reader.list_refused().unwrap_or_default();
    match refused.iter().find(|row| row.refused.content.body == event.body) {
        Some(row) => Error::usage(format!(
            "event #{} was sent from here, and the listener refused it as !{}",
            event.number, row.number
        ))
        .hint(format!("referralloop verify --event r{}", row.number)),
        None => Error::usage(format!(
            "event #{} was sent from here and never received, so there is no signature to check",
            event.number
        )),
    }
}

/// Everything that is told about one check.
struct VerifyReport<'a> {
    signed: &'a SignedInput,
    known: &'a [KnownSecret],
    verdict: SignatureVerdict,
    got: Option<&'a str>,
    arguments: &'a Arguments,
    context: &'a Context,
}

impl VerifyReport<'_> {
    /// Whether there is nothing but the user's own value to speak of.
    fn only_code(&self) -> bool {
        self.signed.values.is_empty() && self.signed.headers.is_none()
    }

    /// Of a body without header lines it is not known whether it is what was sent.
    fn sender(&self) -> DiagnosisSubject<'static> {
        if self.signed.headers.is_some() { DiagnosisSubject::Sender } else { DiagnosisSubject::File }
    }

    fn case<'a>(&'a self, asks: DiagnosisSubject<'a>) -> DiagnosisCase<'a> {
        DiagnosisCase {
            body: self.signed.body.as_bytes(),
            headers: self.signed.headers.as_ref(),
            values: self.signed.values.iter().map(Vec::as_slice).collect(),
            target: self.signed.target.as_deref(),
            file: self.arguments.body.as_deref().and_then(std::path::Path::to_str).filter(|name| *name != "-"),
            secrets: self.known,
            asks,
        }
    }

    fn diagnose(&self, asks: DiagnosisSubject) -> crate::diagnose::Diagnosis {
        let clock = self.context.clock.as_ref();
        diagnose_within(PATIENT, clock, &self.case(asks), self.arguments.framework)
    }

    fn reason(&self) -> Option<SignatureFault> {
        match self.verdict {
            SignatureVerdict::Valid(_) => None,
            SignatureVerdict::Unsigned => Some(SignatureFault::Missing),
            SignatureVerdict::Invalid(reason) => Some(reason),
        }
    }

    /// Tells people; answers whether the user's own code agrees, where its value was given.
    fn print_verdict(&self, console: &Console, origin: &str) -> Result<bool, Error> {
        let style = &console.out;
        if !self.only_code() {
            console.write_lines(&[self.headline(console, origin)])?;
            if !matches!(self.verdict, SignatureVerdict::Valid(_)) {
                let asks = self.sender();
                let found = self.diagnose(asks);
                console.write_lines(&diagnosis::render_diagnosis(&found, asks, self.arguments.framework, style))?;
            }
        }
        let Some(got) = self.got else { return Ok(true) };
        let asks = DiagnosisSubject::Code(got.as_bytes());
        let found = self.diagnose(asks);
        let agrees = found.findings.is_empty();
        let line = StyledLine::new(style);
        console.write_lines(&[match agrees {
            true => line
                .put(TextRole::Good, "✔ your code:")
                .add_gap(1)
                .put(TextRole::Plain, "computes the right value for these bytes"),
            false => line
                .put(TextRole::Bad, "✘ your code:")
                .add_gap(1)
                .put(TextRole::Plain, "computes or compares something else"),
        }])?;
        let again = again::repeat_with_value(self.arguments, self.context);
        let framework = self.arguments.framework;
        console.write_lines(&diagnosis::render_with_check(&found, asks, framework, again.as_deref(), style))?;
        Ok(agrees)
    }

    fn headline(&self, console: &Console, origin: &str) -> StyledLine {
        let line = |ink, badge: &'static str, words: String| {
            StyledLine::new(&console.out).put(ink, badge).add_gap(1).put(TextRole::Plain, Sanitised::text(&words))
        };
        let bytes = self.signed.body.len();
        match self.reason() {
            None => line(TextRole::Good, "✔ valid:", format!("signed with this secret ({origin}), {bytes} bytes")),
            Some(SignatureFault::Missing) => {
                line(TextRole::Notable, "○ unsigned:", SignatureFault::Missing.explain().into())
            }
            Some(reason) => line(TextRole::Bad, "✘ invalid:", format!("{} (secret: {origin})", reason.explain())),
        }
    }

    /// Tells programs; answers the same.
    fn record(&self, console: &Console, origin: &str) -> Result<bool, Error> {
        let state = match self.verdict {
            _ if self.only_code() => None,
            SignatureVerdict::Valid(_) => Some("valid"),
            SignatureVerdict::Unsigned => Some("unsigned"),
            SignatureVerdict::Invalid(_) => Some("invalid"),
        };
        let reason = self.reason().filter(|_| state.is_some());
        let diagnosis = reason.map(|_| {
            let asks = self.sender();
            diagnosis_fields(&self.diagnose(asks), asks, self.arguments.framework)
        });
        let got = self.got.map(|got| {
            let asks = DiagnosisSubject::Code(got.as_bytes());
            let found = self.diagnose(asks);
            let diagnosis = diagnosis_fields(&found, asks, self.arguments.framework);
            CodeFields { agrees: found.findings.is_empty(), diagnosis }
        });
        let agrees = got.as_ref().is_none_or(|got| got.agrees);
        console.write_record(&VerificationRecord {
            verification: state,
            reason,
            message: reason.map(SignatureFault::explain),
            bytes: self.signed.body.len(),
            secret: origin,
            diagnosis,
            got,
        })?;
        Ok(agrees)
    }
}
