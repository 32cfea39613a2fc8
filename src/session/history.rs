//! The stored history, as several commands look at it: which events, one event by what the user calls it, and the
//! fields of its records.

use super::{arguments, unforwarded};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::jq::JqCondition;
use crate::output::records::{
    self, BodyFields, EventRecord, PayloadFactFields, RefusedRecord, StoredArrivalFields, StoredAttemptFields,
};
use crate::protocol::arrival::SignatureState;
use crate::protocol::event::EventSelection;
use crate::protocol::facts::EventFacts;
use crate::store::{ArrivalRow, EventDirection, EventRow, RefusedRow, StoreFilter, StoreReader};
use clap::ValueEnum;
use jiff::civil::{DateTime, Time};
use jiff::{Span, Timestamp, Zoned};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Options that select events; the same wherever events are selected.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Which events")]
pub(crate) struct SelectionOptions {
    /// These events only: created, signup.deleted, signup.* or all, separated by commas
    #[arg(long, value_name = "EVENTS", value_parser = arguments::read_selection)]
    events: Option<EventSelection>,
    /// Events of this sign-up only
    #[arg(long, value_name = "ID")]
    signup: Option<String>,
    /// Events with this e-mail address only
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Events of this waitlist only
    #[arg(long, value_name = "ID")]
    waitlist: Option<String>,
    /// Events in this state only
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<SignatureStateOption>,
    /// First seen at this time or later: 2024-01-15, '2024-01-15 10:00', today, yesterday, or how long ago, such as 2h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// First seen before this time
    #[arg(long, value_name = "TIME")]
    until_time: Option<String>,
    /// Events whose last forward or delivery failed, to any one of their targets
    #[arg(long)]
    failed: bool,
    /// Events whose body meets this condition in jq syntax, such as '.data.position < 10'; what a body lacks is
    /// null, which is less than any number
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// What was sent from here
    #[arg(long, conflicts_with_all = ["received", "all"])]
    sent: bool,
    /// What was received (the default)
    #[arg(long, conflicts_with = "all")]
    received: bool,
    /// Both what was sent and what was received
    #[arg(long)]
    all: bool,
}

/// State of an event's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SignatureStateOption {
    /// Signed with a secret that is known here
    Valid,
    /// Not signed
    Unsigned,
    /// Refused for its signature (events list and report)
    Invalid,
}

impl SelectionOptions {
    /// The condition, ready to be asked.
    pub(crate) fn condition(&self) -> Result<Option<JqCondition>, Error> {
        self.condition.as_deref().map(|text| JqCondition::new(text).map_err(Error::from)).transpose()
    }

    /// Whether it is refused requests that are asked for.
    pub(crate) fn wants_refused(&self) -> bool {
        self.state == Some(SignatureStateOption::Invalid)
    }

    /// Whether only what failed is asked for.
    pub(crate) fn asks_for_failed(&self) -> bool {
        self.failed
    }

    /// Where what failed is asked for, what killed listeners left is entered first.
    pub(crate) fn recover_failed(&self, context: &Context, settings: &ConfigSettings) -> Result<(), Error> {
        if self.failed { recover_unforwarded(context, settings) } else { Ok(()) }
    }

    /// The filter for refused requests, whose state is what they are.
    pub(crate) fn filter_refused(&self, now: &Zoned) -> Result<StoreFilter, Error> {
        Self { state: None, ..self.clone() }.filter(now)
    }

    /// The direction that was asked for.
    pub(crate) fn direction(&self) -> Option<EventDirection> {
        match (self.sent, self.received, self.all) {
            (true, ..) => Some(EventDirection::Sent),
            (_, true, _) => Some(EventDirection::Received),
            (.., true) => Some(EventDirection::All),
            _ => None,
        }
    }

    /// Whether nothing was asked for.
    pub(crate) fn is_empty(&self) -> bool {
        let words = [&self.signup, &self.email, &self.waitlist, &self.since, &self.until_time, &self.condition];
        self.events.is_none()
            && self.state.is_none()
            && words.iter().all(|word| word.is_none())
            && !(self.failed || self.sent || self.received || self.all)
    }

    /// The filter that the store understands.
    pub(crate) fn filter(&self, now: &Zoned) -> Result<StoreFilter, Error> {
        if self.wants_refused() {
            return Err(Error::usage("refused requests are not events; only events list and events report show them")
                .hint("referralloop events list --refused"));
        }
        let since = read_moment("--since", self.since.as_deref(), now)?;
        let until = read_moment("--until-time", self.until_time.as_deref(), now)?;
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            return Err(Error::usage("--since is later than --until-time, so nothing can match"));
        }
        Ok(StoreFilter {
            direction: self.direction().unwrap_or_default(),
            events: self.events.clone().unwrap_or_default(),
            signup: self.signup.clone(),
            email: self.email.clone(),
            waitlist: self.waitlist.clone(),
            state: self.state.map(|state| match state {
                SignatureStateOption::Valid => SignatureState::Valid,
                SignatureStateOption::Unsigned => SignatureState::Unsigned,
                SignatureStateOption::Invalid => SignatureState::Invalid,
            }),
            since,
            until,
            failed: self.failed,
            ..StoreFilter::default()
        })
    }
}

/// Enters what killed listeners left: events that are owed to a target and were never passed on to it.
pub(crate) fn recover_unforwarded(context: &Context, settings: &ConfigSettings) -> Result<(), Error> {
    let store = super::store_path(context, settings)?;
    super::runtime::block_on(async { Ok(unforwarded::recover_unforwarded(&store, &context.clock).await) }).map(drop)
}

/// Reads a point in time: a date, a time of this zone or of another, a day by name, or how long ago.
pub(crate) fn read_moment(option: &str, text: Option<&str>, now: &Zoned) -> Result<Option<Timestamp>, Error> {
    let Some(text) = text else { return Ok(None) };
    parse_moment(text.trim(), now).map(Some).ok_or_else(|| {
        Error::usage(format!("{option} '{text}' is not a time"))
            .hint("write 2024-01-15, '2024-01-15 10:00', today, yesterday, or how long ago, such as 2h")
    })
}

fn parse_moment(text: &str, now: &Zoned) -> Option<Timestamp> {
    // Seconds and milliseconds, as logs have them; eight digits are a date.
    if let (10 | 13, Ok(number)) = (text.len(), text.parse::<i64>()) {
        return if text.len() == 10 { Timestamp::from_second(number) } else { Timestamp::from_millisecond(number) }
            .ok();
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local = |time: DateTime| time.to_zoned(now.time_zone().clone()).ok().map(|at| at.timestamp());
    let days_ago = |days: i64| {
        let date = now.date().checked_sub(Span::new().days(days)).ok()?;
        Some(date.to_datetime(Time::midnight()))
    };
    match text.to_ascii_lowercase().as_str() {
        "now" => return Some(now.timestamp()),
        "today" => return local(days_ago(0)?),
        "yesterday" => return local(days_ago(1)?),
        _ => {}
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return local(time);
    }
    let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    if let Some(time) = padded.parse::<Time>().ok().filter(|_| text.contains(':')) {
        return local(now.date().to_datetime(time));
    }
    let ago = text.strip_suffix("ago").map_or(text, str::trim_end);
    let ago = if ago == "0" { Duration::ZERO } else { humantime::parse_duration(ago).ok()? };
    now.timestamp().checked_sub(ago).ok()
}

/// What a user calls something stored: `41`, `#41`, `last`, `r7`, `!7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoredId {
    /// The newest event, whether it came in or was sent from here.
    Last,
    /// An event by its number.
    Event(u64),
    /// A refused request by its number in the ring.
    Refused(u64),
}

impl FromStr for StoredId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse().map_err(|_| EXPECTED.to_owned());
        // A shell's history takes the mark for its own, so a letter stands for it as well.
        match (text, text.strip_prefix(['!', 'r'])) {
            ("last", _) => Ok(Self::Last),
            (_, Some(refused)) => number(refused).map(Self::Refused),
            _ => number(text.strip_prefix('#').unwrap_or(text)).map(Self::Event),
        }
    }
}

/// What a user calls several events: an id of one, or `700-703`. Commas between them are the command line's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoredIds {
    /// One.
    One(StoredId),
    /// Events from a number to another, both included.
    Range(u64, u64),
}

impl FromStr for StoredIds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((first, last)) = text.split_once('-') else { return text.parse().map(Self::One) };
        match (first.parse(), last.parse()) {
            (Ok(StoredId::Event(first)), Ok(StoredId::Event(last))) if first <= last => Ok(Self::Range(first, last)),
            _ => Err("write several events as 43-45, or 43,45".to_owned()),
        }
    }
}

impl fmt::Display for StoredId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Event(number) => write!(f, "{number}"),
            Self::Refused(number) => write!(f, "r{number}"),
        }
    }
}

const EXPECTED: &str = "write an event's number such as 43, last, or r7 for the refused request !7";

/// What was found.
#[derive(Debug)]
pub(crate) enum StoredRequest {
    /// An event.
    Event(Box<EventRow>),
    /// A refused request.
    Refused(Box<RefusedRow>),
}

/// Finds what a user named.
pub(crate) fn find_stored(reader: &StoreReader, wanted: StoredId) -> Result<StoredRequest, Error> {
    let everything = StoreFilter { direction: EventDirection::All, ..StoreFilter::default() };
    let (found, missing, list) = match wanted {
        StoredId::Last => {
            // What just happened, whichever way it went: were it what came in alone, the word would mean another event
            // from the first arrival on.
            let last = reader.find_last_event(&everything)?.map(event);
            return last.ok_or_else(|| Error::usage("nothing is stored yet").hint("start with: referralloop listen"));
        }
        StoredId::Event(number) => (
            reader.find_event(number)?.map(event),
            format!("there is no event #{number}"),
            "referralloop events list --all",
        ),
        StoredId::Refused(number) => (
            reader.find_refused(number)?.map(|row| StoredRequest::Refused(Box::new(row))),
            format!("there is no refused request !{number}; only the last 200 are kept"),
            "referralloop events list --refused",
        ),
    };
    found.ok_or_else(|| Error::usage(missing).hint(list))
}

fn event(row: EventRow) -> StoredRequest {
    StoredRequest::Event(Box::new(row))
}

/// Fields of an `event` record, without what happened to it.
pub(crate) fn event_fields(row: &EventRow) -> EventRecord<'_> {
    EventRecord {
        event: row.number,
        event_type: row.facts.event_type.as_deref(),
        fingerprint: row.body.fingerprint(),
        verification: row.verification,
        times: row.arrivals,
        first_at: row.first_at.map(records::format_instant),
        last_at: row.last_at.map(records::format_instant),
        sent_at: row.sent_at.map(records::format_instant),
        probable_retry_of: row.retry_of,
        drift: &row.facts.drift,
        last_attempt: row.last_attempt.as_ref().map(StoredAttemptFields::of),
        last_attempts: (row.deliveries.len() > 1)
            .then(|| row.deliveries.iter().map(|delivery| StoredAttemptFields::of(&delivery.last)).collect()),
        owed_to: (row.deliveries.len() > 1).then(|| row.list_owed().map(|attempt| attempt.url.as_str()).collect()),
        facts: PayloadFactFields::of(&row.facts, &row.body),
        body_bytes: row.body.len(),
        body: BodyFields::of(row.body.as_bytes()),
        arrivals: None,
        attempts: None,
    }
}

/// Fields of a `refused` record. What its body says is read beforehand.
pub(crate) fn refused_fields<'a>(row: &'a RefusedRow, facts: &'a EventFacts) -> RefusedRecord<'a> {
    let refused = &row.refused;
    let body = &refused.content.body;
    RefusedRecord {
        refused: row.number,
        reason: refused.reason,
        arrived_at: records::format_instant(refused.at),
        target: &refused.target,
        headers: records::header_fields(&refused.content.headers),
        event_type: facts.event_type.as_deref(),
        fingerprint: body.fingerprint(),
        facts: PayloadFactFields::of(facts, body),
        body_bytes: body.len(),
        body: BodyFields::of(body.as_bytes()),
    }
}

/// One of the `arrivals` of an `event` record.
pub(crate) fn arrival_fields(row: &ArrivalRow) -> StoredArrivalFields<'_> {
    StoredArrivalFields {
        arrival: row.number,
        arrived_at: records::format_instant(row.at),
        verification: row.verification,
        target: &row.target,
        headers: records::header_fields(&row.headers),
    }
}
