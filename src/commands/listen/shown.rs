//! What `listen` shows and forwards of all that it stores.

use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::{Context, OutputFormat};
use crate::error::Error;
use crate::jq::JqCondition;
use crate::output::console::Console;
use crate::output::screen::Screen;
use crate::output::style::BodyDisplay;
use crate::protocol::body::RawBody;
use crate::protocol::event::EventSelection;
use crate::protocol::facts::EventFacts;
use crate::protocol::report::{Report, ReportKind};
use crate::receive;
use crate::session::arguments::{self, option_or_setting};
use clap::ValueEnum;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Options of what is shown.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "What is shown and forwarded (everything is stored)")]
pub(super) struct Arguments {
    /// These events only: created, signup.deleted, signup.* or all, separated by commas
    #[arg(long, value_name = "EVENTS", value_parser = arguments::read_selection)]
    events: Option<EventSelection>,
    /// Events of this waitlist only; with --subscribe, only these are subscribed
    #[arg(long, value_name = "ID")]
    pub(super) waitlist: Option<String>,
    /// Events whose body meets this condition in jq syntax, such as '.data.position < 10'; what a body lacks is
    /// null, which is less than any number
    #[arg(long = "where", value_name = "EXPR")]
    pub(super) condition: Option<String>,
    /// When bodies are shown; without its body an event takes one line [default: auto on a terminal, else full]
    #[arg(long, value_enum, value_name = "WHEN")]
    body: Option<BodyOption>,
}

/// When bodies are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BodyOption {
    /// Always
    Full,
    /// As long as events come one by one
    Auto,
    /// Never
    None,
}

impl Arguments {
    /// How bodies are shown.
    pub(super) fn bodies(&self, console: &Console) -> Result<BodyDisplay, Error> {
        match self.body {
            Some(_) if console.is_json() => {
                Err(Error::usage("--body cannot be used with --json: records always contain their bodies")
                    .hint("leave out --body, or --json"))
            }
            Some(BodyOption::Full) => Ok(BodyDisplay::Full),
            Some(BodyOption::Auto) => Ok(BodyDisplay::Auto),
            Some(BodyOption::None) => Ok(BodyDisplay::Never),
            None if console.is_terminal() => Ok(BodyDisplay::Auto),
            None => Ok(BodyDisplay::Full),
        }
    }
}

/// Events and waitlist that were chosen by options or, which is easily forgotten, by settings; `None` where all are.
fn read_choice(
    shown: &Arguments,
    settings: &ConfigSettings,
) -> Result<(Option<EventSelection>, Option<String>), Error> {
    let events = option_or_setting(shown.events.as_ref(), settings, SettingKey::Events, arguments::read_selection)?;
    let waitlist = option_or_setting(shown.waitlist.as_ref(), settings, SettingKey::Waitlist, |id| Ok(id.to_owned()))?;
    Ok((events.filter(|events| !events.is_all()), waitlist))
}

/// What is shown and forwarded, and by which option or setting: without it a listener that hides and keeps back events looks
/// broken.
fn describe_filter(shown: &Arguments, settings: &ConfigSettings) -> Result<Option<String>, Error> {
    let (events, waitlist) = read_choice(shown, settings)?;
    let from = |is_option: bool, name: &str| match is_option {
        true => format!("--{name}"),
        false => format!("the setting {name}"),
    };
    let events = events.map(|events| format!("{events} ({})", from(shown.events.is_some(), "events")));
    let waitlist = waitlist.map(|id| format!("waitlist {id} ({})", from(shown.waitlist.is_some(), "waitlist")));
    let condition = shown.condition.as_ref().map(|condition| format!("{condition} (--where)"));
    let chosen: Vec<String> = [events, waitlist, condition].into_iter().flatten().collect();
    Ok((!chosen.is_empty()).then(|| chosen.join(", ")))
}

/// The same for the banner, and what is said of the first event that is left out: from then on it is counted. Programs read
/// neither. `stored` is whether events are.
pub(super) fn announce_filter(
    shown: &Arguments,
    receiving: &receive::ListenerSettings,
    stored: bool,
    (context, settings): (&Context, &ConfigSettings),
) -> Result<(Option<String>, Option<String>), Error> {
    let filter = describe_filter(shown, settings)?;
    let note = filter.as_ref().filter(|_| context.globals.format() != OutputFormat::Json);
    let note = note.map(|filter| describe_left_out(filter, (stored, !receiving.forwards.is_empty()), context));
    Ok((filter.map(|filter| format!("shows and forwards only: {filter}")), note))
}

fn describe_left_out(filter: &str, (stored, forwards): (bool, bool), context: &Context) -> String {
    let taken = if stored { "acknowledged and stored" } else { "acknowledged, not stored here" };
    let not = if forwards { "neither shown nor forwarded" } else { "not shown" };
    let see = match stored {
        true => format!("See it with: {} events list", arguments::describe_program(context)),
        false => "Listen without the filter to see such events.".to_owned(),
    };
    format!("an event was {taken}, but {not}, as this listener shows only: {filter}. {see}")
}

pub(super) fn build_display_filter(
    shown: &Arguments,
    settings: &ConfigSettings,
) -> Result<Option<receive::ListenerFilter>, Error> {
    let (events, waitlist) = read_choice(shown, settings)?;
    if events.is_none() && waitlist.is_none() {
        return Ok(None);
    }
    Ok(Some(Arc::new(move |facts: &EventFacts, _: &_| {
        events.as_ref().is_none_or(|events| events.matches(facts.event_type.as_deref()))
            && waitlist.as_ref().is_none_or(|id| facts.waitlist_id.as_ref() == Some(id))
    })))
}

/// Narrows what is shown to what meets the condition. One that takes too long is said so, once, and given up: from then
/// on nothing is hidden.
pub(super) fn build_condition_filter(
    shown: &Arguments,
    before: Option<receive::ListenerFilter>,
    context: &Context,
    screen: &Screen,
) -> Result<Option<receive::ListenerFilter>, Error> {
    let Some(text) = &shown.condition else { return Ok(before) };
    let condition = JqCondition::new(text)?;
    let (screen, clock, told) = (screen.clone(), context.clock.clone(), AtomicBool::new(false));
    let failed = AtomicBool::new(false);
    Ok(Some(Arc::new(move |facts: &EventFacts, body: &RawBody| {
        before.as_ref().is_none_or(|before| before(facts, body))
            && condition
                .matches(body)
                .inspect(|_| {
                    if let Some(fault) = condition.take_fault().filter(|_| !failed.swap(true, Ordering::Relaxed)) {
                        let message = format!("--where fails on some bodies, which are not shown: {fault}");
                        screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
                    }
                })
                .unwrap_or_else(|fault| {
                    if !told.swap(true, Ordering::Relaxed) {
                        let message = format!("--where: {fault}; from now on everything is shown.");
                        screen.send_report(Report { at: clock.now(), what: ReportKind::Notice { message } });
                    }
                    true
                })
    })))
}
