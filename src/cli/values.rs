//! The values that completion offers: what the catalogues of the program hold, and what this profile's store, journal
//! and configuration know. Read when asked for, never over the network; what cannot be read is not offered.

use crate::audit::all_checks;
use crate::config::keys::{KEYS, SettingKey};
use crate::config::{ConfigOptions, ConfigSettings, secrets};
use crate::context::{Context, Environment};
use crate::diagnose::FRAMEWORKS;
use crate::output::phrases;
use crate::output::sanitise::Sanitised;
use crate::output::style::OutputStyle;
use crate::protocol::api::WorkspacePlan;
use crate::protocol::event::{CATALOGUE, EventType};
use crate::protocol::scenario::BUILT_IN;
use crate::protocol::signature::Secret;
use crate::store::{EventDirection, EventRow, JournalEntry, StoreFilter, StoreReader};
use jiff::tz::TimeZone;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Events that are offered at most: more would not be read.
const EVENTS: usize = 50;

/// Columns of a hint.
const HINT_WIDTH: usize = 80;

/// What an argument takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum ValueKind {
    /// The name of an event.
    Event,
    /// Names of events, `all` and `signup.*`.
    EventSelection,
    /// The number of a stored event, or `last`.
    EventNumber,
    /// The number of a stored event, `last`, or a refused request: `r7`.
    EventOrRefused,
    /// The id of a sign-up.
    Signup,
    /// The e-mail address of a sign-up.
    Email,
    /// The id of a waitlist.
    Waitlist,
    /// The id of a subscription.
    Subscription,
    /// The number of a line in the journal of subscriptions.
    JournalLine,
    /// A profile.
    Profile,
    /// The name of a setting.
    Setting,
    /// The id of a check.
    AuditCheck,
    /// A web framework.
    Framework,
    /// The path of a member of a payload.
    Member,
    /// The same with `=` behind it.
    MemberAssignment,
    /// A plan of the service.
    Plan,
    /// A scenario, or a file that holds one.
    Scenario,
    /// A command of this program.
    Command,
    /// A command, or what else `help` explains.
    HelpTopic,
    /// Where something is delivered to: what was used before.
    Target,
    /// One of these, each with a hint.
    Fixed(&'static [(&'static str, &'static str)]),
}

/// A value, and what it is.
#[derive(Debug, Clone)]
pub(super) struct CompletionValue {
    /// As it is typed.
    pub text: String,
    /// In few words, for shells that show them.
    pub hint: Option<String>,
}

impl CompletionValue {
    fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { text: text.into(), hint: Some(hint.into()).filter(|hint: &String| !hint.is_empty()) }
    }

    /// A value that came from outside: left out where a shell might take it for something else.
    fn foreign(text: &str, hint: String) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@+:/%".contains(c);
        (!text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-')).then(|| Self::new(text, hint))
    }
}

/// Where values come from.
pub(super) struct CompletionValues {
    options: ConfigOptions,
    environment: Environment,
    directory: PathBuf,
    zone: TimeZone,
    now: jiff::Timestamp,
    /// Commands that stand behind `help` or `man` already, as `events` before `list`.
    above: Vec<String>,
}

impl CompletionValues {
    /// What the context and the global options among the words lead to.
    pub(super) fn new(context: &Context, words: &[OsString]) -> Self {
        let option = |name: &str| find_option(words, name);
        let options = ConfigOptions {
            profile: option("--profile"),
            config: option("--config").map(PathBuf::from),
            store: option("--store").map(PathBuf::from),
            api_url: option("--api-url"),
        };
        Self {
            options,
            environment: context.environment.clone(),
            directory: context.directory.clone(),
            zone: context.time_zone.clone(),
            now: context.clock.now(),
            above: read_commands_above(words),
        }
    }

    /// Every value of a kind, in the order in which they are offered.
    pub(super) fn list(&self, kind: ValueKind) -> Vec<CompletionValue> {
        match kind {
            ValueKind::Event => list_events(),
            ValueKind::EventSelection => {
                let groups = [("all", "every event"), ("signup.*", "every event of sign-ups")];
                list_events().into_iter().chain(list_fixed(&groups)).collect()
            }
            ValueKind::EventNumber => {
                let last = CompletionValue::new("last", "the newest");
                std::iter::once(last).chain(self.list_event_numbers()).collect()
            }
            ValueKind::EventOrRefused => {
                let events = self.list(ValueKind::EventNumber);
                self.list_refused().into_iter().chain(events).collect()
            }
            ValueKind::Signup => self.list_foreign(|row| (row.facts.signup_id.clone(), describe_signup(row))),
            ValueKind::Email => self.list_foreign(|row| (row.facts.email.clone(), String::new())),
            ValueKind::Waitlist => self.list_waitlists(),
            ValueKind::Subscription => self.list_journal(|entry| entry.id.clone()),
            ValueKind::JournalLine => self.list_journal(|entry| Some(entry.number.to_string())),
            ValueKind::Profile => self.list_profiles(),
            ValueKind::Target => self.list_targets(),
            ValueKind::Scenario => self.list_scenarios(),
            ValueKind::Setting => {
                let keys = KEYS.iter().filter(|key| !key.key.is_secret());
                keys.map(|key| CompletionValue::new(key.name, key.help)).collect()
            }
            ValueKind::AuditCheck => all_checks().map(|check| CompletionValue::new(check.id, check.title)).collect(),
            ValueKind::Framework => {
                FRAMEWORKS.iter().map(|framework| CompletionValue::new(framework.name, "")).collect()
            }
            ValueKind::Member => CATALOGUE.iter().map(|field| CompletionValue::new(field.path, "")).collect(),
            ValueKind::MemberAssignment => {
                CATALOGUE.iter().map(|field| CompletionValue::new(format!("{}=", field.path), "")).collect()
            }
            ValueKind::Plan => WorkspacePlan::ALL.iter().map(|plan| CompletionValue::new(plan.name(), "")).collect(),
            ValueKind::Command => list_commands(&self.above),
            ValueKind::HelpTopic => {
                let topics = if self.above.is_empty() { TOPICS } else { &[] };
                list_commands(&self.above).into_iter().chain(list_fixed(topics)).collect()
            }
            ValueKind::Fixed(values) => list_fixed(values),
        }
    }

    /// Events before the target that gets them alone.
    pub(super) fn list_routes() -> Vec<CompletionValue> {
        let routes = list_events().into_iter();
        routes.map(|event| CompletionValue::new(format!("{}=", event.text), "for their target alone")).collect()
    }

    /// The secrets and keys that are known here.
    pub(super) fn list_hidden(&self) -> Vec<Secret> {
        match self.settings() {
            Some(settings) => secrets::list_hidden(&settings, &self.environment),
            None => secrets::list_environment_secrets(&self.environment),
        }
    }

    fn settings(&self) -> Option<ConfigSettings> {
        ConfigSettings::load(self.options.clone(), &self.environment, &self.directory).ok()
    }

    fn reader(&self) -> Option<StoreReader> {
        let (path, _) = self.settings()?.store(&self.directory).ok()?;
        StoreReader::open(path).ok()
    }

    /// The newest events, sent or received.
    fn rows(&self) -> Vec<EventRow> {
        let filter = StoreFilter { direction: EventDirection::All, ..StoreFilter::default() };
        self.reader().and_then(|reader| reader.list(&filter, EVENTS, None).ok()).unwrap_or_default()
    }

    fn list_event_numbers(&self) -> Vec<CompletionValue> {
        let style = OutputStyle::new(false, HINT_WIDTH, self.zone.clone());
        let describe = |row: &EventRow| {
            let name = row.facts.event_type.as_deref().map_or("(none)", phrases::short_event);
            let at = row.last_at.or(row.sent_at).map(|at| style.format_when(at, self.now)).unwrap_or_default();
            let who = row.facts.email.as_deref().unwrap_or_default();
            write_hint(format!("{name} {who} {at}").trim())
        };
        self.rows().iter().map(|row| CompletionValue::new(row.number.to_string(), describe(row))).collect()
    }

    fn list_refused(&self) -> Vec<CompletionValue> {
        let refused = self.reader().and_then(|reader| reader.list_refused().ok()).unwrap_or_default();
        refused
            .iter()
            .rev()
            .take(EVENTS)
            .map(|row| CompletionValue::new(format!("r{}", row.number), "refused"))
            .collect()
    }

    /// Each value once, from the newest event on.
    fn list_foreign(&self, value: impl Fn(&EventRow) -> (Option<String>, String)) -> Vec<CompletionValue> {
        let found = self.rows();
        let found = found.iter().map(value).filter_map(|(text, hint)| CompletionValue::foreign(&text?, hint));
        keep_first(found)
    }

    fn list_waitlists(&self) -> Vec<CompletionValue> {
        let configured = self.settings().and_then(|settings| settings.get(SettingKey::Waitlist).ok()?);
        let configured = configured.and_then(|found| CompletionValue::foreign(&found.value, "configured".into()));
        let subscribed = self.list_journal(|entry| entry.waitlist.clone());
        let seen = self.list_foreign(|row| (row.facts.waitlist_id.clone(), "seen in events".into()));
        keep_first(configured.into_iter().chain(subscribed).chain(seen))
    }

    fn list_journal(&self, value: impl Fn(&JournalEntry) -> Option<String>) -> Vec<CompletionValue> {
        let entries = self.reader().and_then(|reader| reader.list_subscriptions(false).ok()).unwrap_or_default();
        let describe =
            |entry: &JournalEntry| write_hint(&format!("{} {}", phrases::short_event(&entry.event), entry.url));
        keep_first(entries.iter().filter_map(|entry| CompletionValue::foreign(&value(entry)?, describe(entry))))
    }

    fn list_profiles(&self) -> Vec<CompletionValue> {
        let Some(settings) = self.settings() else { return Vec::new() };
        let known = settings.user.profiles().filter_map(|name| CompletionValue::foreign(name, String::new()));
        keep_first(known.chain([CompletionValue::new("default", "")]))
    }

    /// Where something was delivered to lately, then the usual place of an app.
    fn list_targets(&self) -> Vec<CompletionValue> {
        let used = self.list_foreign(|row| {
            (row.last_attempt.as_ref().map(|attempt| attempt.url.to_string()), "used lately".into())
        });
        keep_first(used.into_iter().chain(list_fixed(&[("3000/webhooks", "http://localhost:3000/webhooks")])))
    }

    fn list_scenarios(&self) -> Vec<CompletionValue> {
        let files = std::fs::read_dir(&self.directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let mut names: Vec<String> = files.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
        names.retain(|name| Path::new(name) != Path::new(crate::config::PROJECT_FILE));
        names.sort();
        let own = names.iter().filter_map(|name| CompletionValue::foreign(name, "a file".into()));
        BUILT_IN.iter().map(|name| CompletionValue::new(*name, "")).chain(own).collect()
    }
}

fn list_events() -> Vec<CompletionValue> {
    EventType::ALL.iter().map(|event| CompletionValue::new(event.short_name(), event.name())).collect()
}

/// What `help` explains beside commands.
const TOPICS: &[(&str, &str)] = &[
    ("environment", "the variables that are read"),
    ("files", "what is kept where"),
    ("exit-codes", "what they mean"),
    ("agents", "what a coding agent needs to know"),
];

/// The words between `help` or `man` and the one that is being typed.
fn read_commands_above(words: &[OsString]) -> Vec<String> {
    let Some((_, told)) = words.split_last() else { return Vec::new() };
    let told = told.iter().filter_map(|word| word.to_str()).skip_while(|word| !matches!(*word, "help" | "man"));
    told.skip(1).filter(|word| !word.starts_with('-')).map(str::to_owned).collect()
}

/// The commands below another, or those of the program.
fn list_commands(above: &[String]) -> Vec<CompletionValue> {
    let program = super::command();
    let find = |command: &clap::Command, name: &String| command.find_subcommand(name).cloned();
    let Some(root) = above.iter().try_fold(program, |command, name| find(&command, name)) else { return Vec::new() };
    let about = |command: &clap::Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    root.get_subcommands().map(|command| CompletionValue::new(command.get_name(), about(command))).collect()
}

fn list_fixed(values: &[(&str, &str)]) -> Vec<CompletionValue> {
    values.iter().map(|(text, hint)| CompletionValue::new(*text, *hint)).collect()
}

fn describe_signup(row: &EventRow) -> String {
    write_hint(row.facts.email.as_deref().unwrap_or_default())
}

/// Foreign words on one line of a shell.
fn write_hint(words: &str) -> String {
    Sanitised::text(words).clip_middle(HINT_WIDTH).as_str().to_owned()
}

/// Without the values that came before.
fn keep_first(values: impl IntoIterator<Item = CompletionValue>) -> Vec<CompletionValue> {
    let mut kept: Vec<CompletionValue> = Vec::new();
    for value in values {
        if kept.iter().all(|other| other.text != value.text) {
            kept.push(value);
        }
    }
    kept
}

/// What an option among the words says, be it `--store FILE` or `--store=FILE`.
fn find_option(words: &[OsString], name: &str) -> Option<String> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let at = words
        .iter()
        .rposition(|word| word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))?;
    let value = match words[at].split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.get(at + 1).map(|value| (*value).to_owned()),
    };
    // One that is only about to be typed says nothing.
    value.filter(|value| !value.is_empty())
}
