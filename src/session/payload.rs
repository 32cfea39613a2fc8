//! The body of an event that is about to be sent: fabricated and edited, or given byte for byte.

use super::arguments;
use super::editor;
use super::input;
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::output::console::Console;
use crate::protocol::body::RawBody;
use crate::protocol::edit::{PayloadEdit, PayloadEditError, apply_edits};
use crate::protocol::event::EventType;
use crate::protocol::facts::EventFacts;
use crate::protocol::referralhero::HeroEvent;
use crate::protocol::rules::is_hero_body;
use crate::protocol::sample::{
    PayloadPattern, PayloadStream, SampleOverrides, SeededRng, generate_hero_payload, generate_payload, seeded_time,
};
use jiff::Timestamp;
use serde_json::Value;
use std::path::PathBuf;

/// Options that shape a payload.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Payload")]
pub(crate) struct Arguments {
    /// Send these bytes as they are: JSON text, @FILE, or - for standard input
    #[arg(long, value_name = "BODY", conflicts_with_all = ["set", "set_json", "unset", "seed", "waitlist", "email", "name"])]
    data: Option<String>,
    /// Change a field, its value read as the catalogue says (repeatable)
    #[arg(long, value_name = "PATH=VALUE", value_parser = edit(PayloadEdit::set))]
    set: Vec<PayloadEdit>,
    /// Change a field to a JSON value (repeatable)
    #[arg(long, value_name = "PATH=JSON", value_parser = edit(PayloadEdit::set_json))]
    set_json: Vec<PayloadEdit>,
    /// Leave a field out (repeatable)
    #[arg(long, value_name = "PATH", value_parser = edit(PayloadEdit::unset))]
    unset: Vec<PayloadEdit>,
    /// Allow fields that the event does not have, and values that do not fit
    #[arg(long)]
    force: bool,
    /// Make ids, names and times reproducible
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Id of the waitlist
    #[arg(long, value_name = "ID")]
    waitlist: Option<String>,
    /// E-mail address of the sign-up
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Name of the sign-up
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// An event that can be fabricated, of either service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FabricatedEvent {
    /// ReferralLoop's.
    Own(EventType),
    /// ReferralHero's.
    Hero(HeroEvent),
}

/// Reads the name of an event of either service.
pub(crate) fn read_fabricated(text: &str) -> Result<FabricatedEvent, String> {
    match HeroEvent::from_name(text) {
        Some(event) => Ok(FabricatedEvent::Hero(event)),
        None => arguments::read_event_type(text).map(FabricatedEvent::Own),
    }
}

/// Reads one event, or `all` for whole lives of sign-ups.
pub(crate) fn read_pattern(text: &str) -> Result<PayloadPattern, String> {
    match text {
        "all" | "signup.*" => Ok(PayloadPattern::Lives),
        name => read_fabricated(name).map(|event| match event {
            FabricatedEvent::Own(event) => PayloadPattern::One(event),
            FabricatedEvent::Hero(event) => PayloadPattern::Hero(event),
        }),
    }
}

impl FabricatedEvent {
    fn name(self) -> &'static str {
        match self {
            Self::Own(event) => event.name(),
            Self::Hero(event) => event.name(),
        }
    }
}

fn pattern_name(pattern: PayloadPattern) -> &'static str {
    match pattern {
        PayloadPattern::Lives => "all",
        PayloadPattern::One(event) => event.name(),
        PayloadPattern::Hero(event) => event.name(),
    }
}

/// Adapts a reader of edits for the command line, whose errors are texts.
fn edit<F>(read: F) -> impl Fn(&str) -> Result<PayloadEdit, String> + Clone + Send + Sync + 'static
where
    F: Fn(&str) -> Result<PayloadEdit, PayloadEditError> + Clone + Send + Sync + 'static,
{
    move |text| read(text).map_err(|error| error.to_string())
}

/// A body, ready to be signed.
#[derive(Debug, Clone)]
pub(crate) struct PreparedPayload {
    /// The bytes.
    pub body: RawBody,
}

impl Arguments {
    /// The path `-` where standard input is the body.
    pub(crate) fn stdin_path(&self) -> Option<PathBuf> {
        self.data.as_deref().filter(|data| *data == "-").map(PathBuf::from)
    }
}

/// Bodies of a run, each by its number.
#[derive(Debug, Clone)]
pub(crate) enum PayloadSource {
    /// Fabricated, each for another sign-up.
    Stream(Box<PayloadStream>),
    /// The same, each changed.
    Edited(Box<PayloadStream>, EventType, Vec<PayloadEdit>),
    /// The same bytes every time.
    Fixed(RawBody),
}

impl PayloadSource {
    /// Whether these are events of the second service.
    pub(crate) fn is_hero(&self) -> bool {
        match self {
            Self::Stream(stream) => stream.is_hero(),
            Self::Edited(..) => false,
            Self::Fixed(body) => is_hero_body(body),
        }
    }

    /// Writes a body into an empty buffer.
    pub(crate) fn write(&self, number: u64, out: &mut Vec<u8>) {
        match self {
            Self::Stream(stream) => stream.write_payload(number, out),
            Self::Fixed(body) => out.extend_from_slice(body.as_bytes()),
            Self::Edited(stream, event, edits) => {
                stream.write_payload(number, out);
                // The changes were tried on one payload before the run, and all payloads have the same fields.
                if let Ok(mut payload) = serde_json::from_slice(out) {
                    let _ = apply_edits(&mut payload, *event, edits, true);
                    *out = payload.to_string().into_bytes();
                }
            }
        }
    }
}

impl PayloadSource {
    /// The same, each a second after the one before: for rehearsals, where disorder must be told from order.
    pub(crate) fn write_at(&self, number: u64, out: &mut Vec<u8>) {
        match self {
            Self::Stream(stream) => stream.after_seconds(number).write_payload(number, out),
            Self::Edited(stream, event, edits) => {
                Self::Edited(Box::new(stream.after_seconds(number)), *event, edits.clone()).write(number, out);
            }
            Self::Fixed(_) => self.write(number, out),
        }
    }
}

/// Prepares the bodies of a run, sign-ups that are made unless told otherwise, all from one seed; `seed` stands in where
/// none was given.
pub(crate) fn prepare_bodies(
    flow: Option<PayloadPattern>,
    arguments: &Arguments,
    context: &Context,
    settings: &ConfigSettings,
    (seed, now): (u64, Timestamp),
) -> Result<PayloadSource, Error> {
    if let Some(data) = &arguments.data {
        return Ok(PayloadSource::Fixed(read_body(data, flow.map(pattern_name), context)?));
    }
    let flow = flow.unwrap_or(PayloadPattern::One(EventType::SignupCreated));
    let stream = Box::new(PayloadStream::new(flow, seed, now, &read_overrides(arguments, settings)?));
    let edits = edits(arguments);
    match flow {
        _ if edits.is_empty() => Ok(PayloadSource::Stream(stream)),
        PayloadPattern::Lives => {
            Err(Error::usage("--set, --set-json and --unset change a single event; name it instead of 'all'"))
        }
        PayloadPattern::Hero(_) => Err(Error::usage(
            "--set, --set-json and --unset change ReferralHero's events one at a time: use trigger, or --data",
        )),
        PayloadPattern::One(event) => {
            let mut trial = generate_payload(event, &mut SeededRng::new(seed), now, &SampleOverrides::default());
            apply_edits(&mut trial, event, &edits, arguments.force).map_err(explain_edit_error)?;
            Ok(PayloadSource::Edited(stream, event, edits))
        }
    }
}

impl Arguments {
    /// The seed that was given.
    pub(crate) fn seed(&self) -> Option<u64> {
        self.seed
    }
}

/// Fabricates the event, or takes the given bytes; lets the user edit them where `edits_by_hand`.
pub(crate) fn build_payload(
    event: Option<FabricatedEvent>,
    arguments: &Arguments,
    edits_by_hand: bool,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<PreparedPayload, Error> {
    let body = match (&arguments.data, event) {
        (Some(data), event) => read_body(data, event.map(FabricatedEvent::name), context)?,
        (None, Some(event)) => fabricate(event, arguments, context, settings)?,
        (None, None) => return Err(Error::usage("name an event, or give a body with --data")),
    };
    if edits_by_hand {
        editor::require_terminal(context, "change fields with --set, or give the body with --data")?;
    }
    Ok(PreparedPayload { body: if edits_by_hand { editor::edit_body(&body, context)? } else { body } })
}

/// The body that `--data` gives. What it may not be meant to be is said, and sent all the same: bad bodies are tested, too.
fn read_body(data: &str, event: Option<&str>, context: &Context) -> Result<RawBody, Error> {
    let body = RawBody::new(input::read_text_or_file(context, data, "--data", "body")?);
    let console = Console::new(context);
    if !data.starts_with('@') && !input::is_json(body.as_bytes()) {
        console.print_notice(
            "the body that --data gives is not JSON; it is sent as it is (a file needs an @: --data @FILE)",
        );
    }
    let told = EventFacts::from_body(&body).event_type;
    if let Some(event) = event.filter(|event| told.as_deref() != Some(event)) {
        console.print_notice(&format!("'{event}' is ignored: --data gives the whole body, and that is sent as it is"));
    }
    Ok(body)
}

fn fabricate(
    event: FabricatedEvent,
    arguments: &Arguments,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<RawBody, Error> {
    let given = read_overrides(arguments, settings)?;
    note_unlike_address(arguments, context);
    // A seed makes everything reproducible, the time included; without one, both are of this moment.
    let (seed, now) = match arguments.seed {
        Some(seed) => (seed, seeded_time(seed)),
        None => (context.random_u64(), context.clock.now()),
    };
    let (mut dice, edits) = (SeededRng::new(seed), edits(arguments));
    let payload = match event {
        FabricatedEvent::Own(event) => {
            let mut payload = generate_payload(event, &mut dice, now, &given);
            apply_edits(&mut payload, event, &edits, arguments.force).map_err(explain_edit_error)?;
            payload
        }
        FabricatedEvent::Hero(event) => {
            let mut payload = generate_hero_payload(event, &mut dice, now, &given);
            edit_freely(&mut payload, event, edits, arguments.force)?;
            payload
        }
    };
    Ok(RawBody::new(payload.to_string()))
}

/// Changes to an event that has no catalogue: what stands there says what is meant.
fn edit_freely(payload: &mut Value, event: HeroEvent, edits: Vec<PayloadEdit>, force: bool) -> Result<(), Error> {
    for edit in edits {
        let top = edit.path().split('.').next().unwrap_or_default();
        if payload.get(top).is_none() && !force {
            return Err(Error::usage(format!("{event} has no field {top:?}")).hint("--force sends it anyway"));
        }
        let there = payload.pointer(&format!("/{}", edit.path().replace('.', "/")));
        let is_text = there.is_none_or(Value::is_string);
        let edit = match edit {
            PayloadEdit::Set { path, text } => match serde_json::from_str(&text) {
                Ok(value) if !is_text => PayloadEdit::SetJson { path, value },
                _ => PayloadEdit::Set { path, text },
            },
            edit => edit,
        };
        // The catalogue of the other service has nothing to say about it.
        apply_edits(payload, EventType::SignupDeleted, &[edit], true).map_err(explain_edit_error)?;
    }
    Ok(())
}

fn edits(arguments: &Arguments) -> Vec<PayloadEdit> {
    [&arguments.set, &arguments.set_json, &arguments.unset].into_iter().flatten().cloned().collect()
}

/// What the options say in place of what would be rolled.
fn read_overrides(arguments: &Arguments, settings: &ConfigSettings) -> Result<SampleOverrides, Error> {
    let waitlist = arguments::option_or_setting(arguments.waitlist.as_ref(), settings, SettingKey::Waitlist, |id| {
        Ok(id.to_owned())
    })?;
    Ok(SampleOverrides { waitlist, email: arguments.email.clone(), name: arguments.name.clone() })
}

/// An address that is none is sent all the same: bad ones are tested, too.
fn note_unlike_address(arguments: &Arguments, context: &Context) {
    if let Some(given) = arguments.email.as_deref().filter(|given| arguments::read_email(given).is_err()) {
        Console::new(context).print_notice(&format!("'{given}' is not an e-mail address; it is sent as it is"));
    }
}

fn explain_edit_error(error: PayloadEditError) -> Error {
    let forced = matches!(error, PayloadEditError::UnknownPath { .. } | PayloadEditError::BadValue { .. });
    let known = match &error {
        PayloadEditError::UnknownPath { event, suggestion: None, .. } => {
            let paths: Vec<&str> = event.fields().map(|field| field.path).filter(|path| *path != "data").collect();
            Some(format!("it has {}", paths.join(", ")))
        }
        _ => None,
    };
    let told = Error::from_source(ErrorCategory::Usage, error);
    let told = known.into_iter().fold(told, Error::hint);
    if forced { told.hint("--force sends it anyway") } else { told }
}
