//! Which events are asked for: the options of `events list` as parameters of a URL, and one box that finds by whatever
//! somebody types.

use crate::error::Error;
use crate::jq::JqCondition;
use crate::protocol::arrival::SignatureState;
use crate::session::arguments;
use crate::session::history::read_moment;
use crate::store::{EventDirection, StoreFilter};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::form_urlencoded;
use uuid::Uuid;

/// Events in one answer.
const LIMIT: usize = 100;

/// The most that may be asked for.
const MOST: usize = 1_000;

/// What is looked for.
#[derive(Debug, Default)]
pub(super) struct EventSearch {
    pub filter: StoreFilter,
    pub condition: Option<JqCondition>,
    /// An address, or another way to read what was typed where nothing is found in the first.
    pub typed: Option<TypedSearch>,
    pub before: Option<u64>,
    pub limit: usize,
    /// Whether what identifies people is masked.
    pub redact: bool,
}

/// What somebody typed into the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TypedSearch {
    /// `#41`.
    Number(u64),
    /// A whole address.
    Email(String),
    /// The id of a sign-up.
    Signup(String),
    /// Part of a body.
    Text(String),
}

impl TypedSearch {
    /// Reads it; `None` where nothing was typed.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(Ok(number)) = text.strip_prefix('#').map(str::parse) {
            return Some(Self::Number(number));
        }
        let is_address = text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.rsplit_once('.').is_some_and(|(_, end)| end.len() > 1) && !text.contains(' ')
        });
        Some(match text.len() == 36 && Uuid::try_parse(text).is_ok() {
            true => Self::Signup(text.to_owned()),
            false if is_address => Self::Email(text.to_owned()),
            false => Self::Text(text.to_owned()),
        })
    }
}

impl EventSearch {
    /// Reads the parameters of a URL.
    pub(super) fn read(query: &str, now: Timestamp) -> Result<Self, Error> {
        let mut search = Self { limit: LIMIT, ..Self::default() };
        search.filter.direction = EventDirection::All;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !value.is_empty() {
                search.take(&name, value.into_owned(), now)?;
            }
        }
        Ok(search)
    }

    fn take(&mut self, name: &str, value: String, now: Timestamp) -> Result<(), Error> {
        let filter = &mut self.filter;
        match name {
            "events" => filter.events = arguments::read_selection(&value).map_err(Error::usage)?,
            "signup" => filter.signup = Some(value),
            "email" => filter.email = Some(value),
            "waitlist" => filter.waitlist = Some(value),
            "state" => filter.state = Some(read_state(&value)?),
            "since" => filter.since = read_moment("since", Some(&value), &now.to_zoned(TimeZone::UTC))?,
            "until_time" => filter.until = read_moment("until_time", Some(&value), &now.to_zoned(TimeZone::UTC))?,
            "failed" => filter.failed = read_switch(name, &value)?,
            "direction" => filter.direction = read_direction(&value)?,
            "where" => self.condition = Some(JqCondition::new(&value)?),
            "q" => self.typed = TypedSearch::read(&value),
            "before" => self.before = Some(read_number(name, &value)?),
            "limit" => self.limit = usize::try_from(read_number(name, &value)?).unwrap_or(MOST).clamp(1, MOST),
            "redact" => self.redact = read_switch(name, &value)?,
            _ => return Err(Error::usage(format!("unknown parameter '{name}'"))),
        }
        Ok(())
    }
}

fn read_state(value: &str) -> Result<SignatureState, Error> {
    match value {
        "valid" => Ok(SignatureState::Valid),
        "unsigned" => Ok(SignatureState::Unsigned),
        _ => Err(Error::usage(format!("'{value}' is not a state; write valid or unsigned"))),
    }
}

fn read_direction(value: &str) -> Result<EventDirection, Error> {
    match value {
        "received" => Ok(EventDirection::Received),
        "sent" => Ok(EventDirection::Sent),
        "all" => Ok(EventDirection::All),
        _ => Err(Error::usage(format!("'{value}' is not a direction; write received, sent or all"))),
    }
}

fn read_switch(name: &str, value: &str) -> Result<bool, Error> {
    match value {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Error::usage(format!("{name} must be 1 or 0, not '{value}'"))),
    }
}

fn read_number(name: &str, value: &str) -> Result<u64, Error> {
    value.parse().map_err(|_| Error::usage(format!("{name} must be a number, not '{value}'")))
}

/// A parameter of a query, and the query without it.
pub(super) fn take_parameter(query: &str, name: &str) -> (Option<String>, String) {
    let (mut found, mut rest) = (None, form_urlencoded::Serializer::new(String::new()));
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if key == name {
            found = Some(value.into_owned());
        } else {
            rest.append_pair(&key, &value);
        }
    }
    (found, rest.finish())
}
