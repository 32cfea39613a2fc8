//! The body of an event that is about to be sent: fabricated and edited, or given byte for byte.

use super::arguments;
use super::editor;
use super::input;
use crate::config::Settings;
use crate::config::keys::Key;
use crate::context::Context;
use crate::error::Error;
use crate::protocol::body::RawBody;
use crate::protocol::edit::{Edit, EditError, apply_all};
use crate::protocol::event::EventType;
use crate::protocol::sample::{Dice, Given, sample, seeded_time};
use std::path::{Path, PathBuf};

/// Options that shape a payload.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Payload")]
pub struct Arguments {
    /// Send these bytes as they are: JSON text, @FILE, or - for standard input
    #[arg(long, value_name = "BODY", conflicts_with_all = ["set", "set_json", "unset", "seed", "waitlist", "email", "name"])]
    data: Option<String>,
    /// Change a field, its value read as the catalogue says (repeatable)
    #[arg(long, value_name = "PATH=VALUE", value_parser = edit(Edit::set))]
    set: Vec<Edit>,
    /// Change a field to a JSON value (repeatable)
    #[arg(long, value_name = "PATH=JSON", value_parser = edit(Edit::set_json))]
    set_json: Vec<Edit>,
    /// Leave a field out (repeatable)
    #[arg(long, value_name = "PATH", value_parser = edit(Edit::unset))]
    unset: Vec<Edit>,
    /// Allow fields that the event does not have, and values that do not fit
    #[arg(long)]
    force: bool,
    /// Change the body in $VISUAL or $EDITOR before it is sent
    #[arg(long)]
    edit: bool,
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

/// Adapts a reader of edits for the command line, whose errors are texts.
fn edit<F>(read: F) -> impl Fn(&str) -> Result<Edit, String> + Clone + Send + Sync + 'static
where
    F: Fn(&str) -> Result<Edit, EditError> + Clone + Send + Sync + 'static,
{
    move |text| read(text).map_err(|error| error.to_string())
}

/// A body, ready to be signed.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The bytes.
    pub body: RawBody,
}

impl Arguments {
    /// The path `-` where standard input is the body.
    pub fn stdin(&self) -> Option<PathBuf> {
        self.data.as_deref().filter(|data| *data == "-").map(PathBuf::from)
    }
}

/// Fabricates the event, or takes the given bytes.
pub fn build(
    event: Option<EventType>,
    arguments: &Arguments,
    context: &Context,
    settings: &Settings,
) -> Result<Payload, Error> {
    let body = match (&arguments.data, event) {
        (Some(data), _) => given(data, context)?,
        (None, Some(event)) => fabricate(event, arguments, context, settings)?,
        (None, None) => return Err(Error::usage("name an event, or give a body with --data")),
    };
    Ok(Payload { body: if arguments.edit { editor::edit(&body, context)? } else { body } })
}

fn given(data: &str, context: &Context) -> Result<RawBody, Error> {
    let path = match data.strip_prefix('@') {
        Some(path) => Path::new(path),
        None if data == "-" => Path::new("-"),
        None => return Ok(RawBody::new(data.to_owned())),
    };
    Ok(RawBody::new(input::read(context, path, input::BODY_LIMIT, "body")?))
}

fn fabricate(
    event: EventType,
    arguments: &Arguments,
    context: &Context,
    settings: &Settings,
) -> Result<RawBody, Error> {
    let waitlist = arguments::or_setting(arguments.waitlist.as_ref(), settings, Key::Waitlist, |id| Ok(id.to_owned()))?;
    let given = Given { waitlist, email: arguments.email.clone(), name: arguments.name.clone() };
    // A seed makes everything reproducible, the time included; without one, both are of this moment.
    let (seed, now) = match arguments.seed {
        Some(seed) => (seed, seeded_time(seed)),
        None => (context.random_u64(), context.clock.now()),
    };
    let mut payload = sample(event, &mut Dice::new(seed), now, &given);
    let edits: Vec<Edit> =
        [&arguments.set, &arguments.set_json, &arguments.unset].into_iter().flatten().cloned().collect();
    apply_all(&mut payload, event, &edits, arguments.force).map_err(refused)?;
    Ok(RawBody::new(payload.to_string()))
}

fn refused(error: EditError) -> Error {
    let told = Error::usage(error.to_string());
    match error {
        EditError::UnknownPath { .. } | EditError::BadValue { .. } => told.hint("--force sends it all the same"),
        _ => told,
    }
}
