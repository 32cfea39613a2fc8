//! The event catalogue: the three documented events, the fields that each carries, and how a user names and selects
//! them. Source: "Available Events" on the provider's webhook page, whose example payloads are all there is.
//!
//! The catalogue is data. Checking a received payload against it is `facts`' business, fabricating one `sample`'s,
//! editing one `edit`'s; they all read this table, so a fourth event or a new field is added here alone.

use super::closest::find_closest;
use super::referralhero::NAMES;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// An event of the catalogue. Displayed, parsed and serialised by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventType {
    /// A sign-up was added to a waitlist.
    SignupCreated,
    /// A sign-up moved on its waitlist.
    SignupPositionChanged,
    /// A sign-up was removed from its waitlist.
    SignupDeleted,
}

impl EventType {
    /// Every event, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::SignupCreated, Self::SignupPositionChanged, Self::SignupDeleted];

    /// The name that payloads and the API use: `signup.created`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignupCreated => "signup.created",
            Self::SignupPositionChanged => "signup.position_changed",
            Self::SignupDeleted => "signup.deleted",
        }
    }

    /// The name without its group, as users may type it: `created`.
    pub fn short_name(self) -> &'static str {
        self.name().strip_prefix(GROUP).unwrap_or(self.name())
    }

    /// The event with exactly this name, as it stands in a payload; short names do not count there.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// The fields of its payload, envelope included, in the documented order.
    pub fn fields(self) -> impl Iterator<Item = &'static CatalogueField> {
        CATALOGUE.iter().filter(move |field| field.is_carried_by(self))
    }

    /// The field at a path like `data.position`, if this event has it.
    pub fn field(self, path: &str) -> Option<&'static CatalogueField> {
        self.fields().find(|field| field.path == path)
    }

    /// The path of this event that a mistyped one probably means. What was looked for in `data` is there, or is a field of
    /// the envelope that was put there by mistake; it is never `data` itself. Of a
    /// value that is told before and after, the new one is meant.
    pub fn closest_path(self, path: &str) -> Option<&'static str> {
        let (within, name) = path.strip_prefix("data.").map_or((false, path), |name| (true, name));
        let named = |wanted: bool, name: &str| {
            self.fields().find(|field| field.is_in_data() == wanted && field.name() == name).map(|field| field.path)
        };
        let closest = || match within {
            true => {
                let own = self.fields().filter(|field| field.is_in_data()).map(|field| field.name());
                named(true, find_closest(name, own)?)
            }
            false => find_closest(path, self.fields().map(|field| field.path)),
        };
        let renewed = || named(true, &format!("new_{name}"));
        named(!within, name).or_else(renewed).or_else(closest)
    }
}

/// What the events of a sign-up have in common in their names.
const GROUP: &str = "signup.";

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl FromStr for EventType {
    type Err = UnknownEvent;

    /// Takes `signup.created` and `created`.
    fn from_str(text: &str) -> Result<Self, UnknownEvent> {
        let named = |event: &Self| event.name() == text || event.short_name() == text;
        Self::ALL.into_iter().find(named).ok_or_else(|| UnknownEvent::new(text, &[]))
    }
}

/// A name that no event has, with the one that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown event {given:?}{}", Self::advice(*.suggestion))]
pub struct UnknownEvent {
    /// What was given.
    pub given: String,
    /// The closest name that exists.
    pub suggestion: Option<&'static str>,
}

impl UnknownEvent {
    fn new(given: &str, also: &[&'static str]) -> Self {
        let names = EventType::ALL.into_iter().flat_map(|event| [event.name(), event.short_name()]).chain(NAMES);
        Self { given: given.to_owned(), suggestion: find_closest(given, names.chain(also.iter().copied())) }
    }

    fn advice(suggestion: Option<&str>) -> String {
        match suggestion {
            Some(name) => format!("; did you mean {name:?}?"),
            None => format!("; the events are {}", EventType::ALL.map(EventType::name).join(", ")),
        }
    }
}

/// Which events a command is about. Parsed from a list like `created,signup.deleted`, `*_changed`, `new_registration` or
/// `all`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSelection {
    /// Everything, payloads included that name no event at all.
    everything: bool,
    /// Single events, in the order of [`EventType::ALL`], none twice.
    events: Vec<EventType>,
    /// Names of the second service, and names with `*` for any number of characters.
    patterns: Vec<String>,
}

impl EventSelection {
    /// The selection that leaves nothing out.
    pub fn all() -> Self {
        Self { everything: true, events: Vec::new(), patterns: Vec::new() }
    }

    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        self.everything
    }

    /// Whether a payload with this `event_type` is selected. A name that is not in the catalogue is selected by `all`,
    /// and by a pattern that it fits; no name at all only by `all`.
    pub fn matches(&self, event_type: Option<&str>) -> bool {
        self.everything
            || event_type.is_some_and(|name| {
                self.events.iter().any(|event| event.name() == name)
                    || self.patterns.iter().any(|pattern| fits_name(pattern, name))
            })
    }

    /// The events of the catalogue that are selected, in its order: what a subscription has to name.
    pub fn events(&self) -> Vec<EventType> {
        EventType::ALL.into_iter().filter(|event| self.matches(Some(event.name()))).collect()
    }
}

impl Default for EventSelection {
    fn default() -> Self {
        Self::all()
    }
}

/// Whether an event's name fits a pattern, in its full or its short form.
pub(crate) fn fits_name(pattern: &str, name: &str) -> bool {
    fits(pattern, name) || name.strip_prefix(GROUP).is_some_and(|short| fits(pattern, short))
}

/// Whether a name fits a pattern, in which `*` stands for any number of characters.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            let mut ends = (0..=tail.len()).filter(|at| tail.is_char_boundary(*at));
            rest.is_empty() || ends.any(|at| fits(rest, &tail[at..]))
        }),
    }
}

/// A pattern of names as it is kept: a glob, a name of the second service, or the full name of an event.
///
/// # Errors
/// No event has this name, and it is no glob that any event fits.
pub(crate) fn parse_pattern(name: &str) -> Result<String, UnknownEvent> {
    if let Ok(event) = name.parse::<EventType>() {
        return Ok(event.name().to_owned());
    }
    let fitting = |known: &&str| fits_name(name, known);
    let known = EventType::ALL.map(EventType::name);
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_.*".contains(&byte));
    // What is not documented may still begin as the documented ones do.
    let group = name.contains('*') && name.starts_with(GROUP);
    match plain && (group || known.iter().any(fitting) || NAMES.iter().any(fitting)) {
        true => Ok(name.to_owned()),
        false => Err(UnknownEvent::new(name, &["all", "signup.*"])),
    }
}

impl FromStr for EventSelection {
    type Err = UnknownEvent;

    fn from_str(list: &str) -> Result<Self, UnknownEvent> {
        let mut selection = Self { everything: false, events: Vec::new(), patterns: Vec::new() };
        for item in list.split(',').map(str::trim) {
            match (item, item.parse::<EventType>()) {
                ("all" | "*", _) => selection.everything = true,
                (_, Ok(event)) => selection.events.push(event),
                (name, Err(_)) => selection.patterns.push(parse_pattern(name)?),
            }
        }
        selection.events.sort_unstable();
        selection.events.dedup();
        Ok(selection)
    }
}

impl fmt::Display for EventSelection {
    /// The shortest list that selects the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.everything {
            return f.pad("all");
        }
        let patterns = self.patterns.iter().map(String::as_str);
        let fitted = |event: &&EventType| !self.patterns.iter().any(|pattern| fits_name(pattern, event.name()));
        let names: Vec<&str> = self.events.iter().filter(fitted).map(|event| event.name()).chain(patterns).collect();
        f.pad(&names.join(","))
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// The name of an event.
    Event,
    /// An identifier. The documentation shows UUIDs and promises none, so it is any text that is not empty.
    Id,
    /// Any text.
    Text,
    /// An e-mail address: something on both sides of an `@`.
    Email,
    /// A date and time of RFC 3339, as text.
    Time,
    /// A whole number, written without fraction and exponent.
    Integer,
    /// An object.
    Object,
}

impl FieldKind {
    /// What a value must be, as the end of a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Event => "the name of an event",
            Self::Id => "a non-empty id",
            Self::Text => "text",
            Self::Email => "an e-mail address",
            Self::Time => "an RFC 3339 date and time like 2024-01-15T10:00:00Z",
            Self::Integer => "a whole number",
            Self::Object => "a JSON object",
        }
    }

    /// Whether a text value is in the form that this kind asks for. Kinds that are no text take none.
    pub fn takes_text(self, text: &str) -> bool {
        match self {
            Self::Event => EventType::from_name(text).is_some(),
            Self::Id => !text.is_empty(),
            Self::Text => true,
            Self::Email => is_email(text),
            Self::Time => parse_time(text).is_some(),
            Self::Integer | Self::Object => false,
        }
    }
}

/// Longest e-mail address (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const LONGEST_EMAIL: usize = 254;

/// Whether a text could be an e-mail address: something on both sides of an @, and no blanks.
fn is_email(text: &str) -> bool {
    let sides = text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    sides && text.len() <= LONGEST_EMAIL && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// The point in time that a text names, if it is a date and time of RFC 3339 (section 5.6), and not merely of one of
/// the many other forms of ISO 8601.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let (clock, rest) = text.as_bytes().split_at_checked(19)?;
    let fraction = rest.strip_prefix(b".").unwrap_or_default();
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let zone = if digits > 0 { &fraction[digits..] } else { rest };
    let shaped =
        like(clock, b"0000-00-00T00:00:00") && (like(zone, b"Z") || like(zone, b"+00:00") || like(zone, b"-00:00"));
    if shaped { text.parse().ok() } else { None }
}

/// Whether a text has a digit wherever the form has one, and the form's other characters in either case.
fn like(text: &[u8], form: &[u8]) -> bool {
    let alike = |(byte, form): (&u8, &u8)| {
        if *form == b'0' { byte.is_ascii_digit() } else { byte.eq_ignore_ascii_case(form) }
    };
    text.len() == form.len() && text.iter().zip(form).all(alike)
}

/// One field of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct CatalogueField {
    /// Its path from the top of the payload, with dots: `data.position`.
    pub path: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be there. An optional field may be `null`, too.
    pub required: bool,
    /// The events that carry it.
    events: &'static [EventType],
    /// The last part of `path`. Kept, since every received member is compared with it.
    name: &'static str,
}

impl CatalogueField {
    const fn new(path: &'static str, kind: FieldKind, events: &'static [EventType]) -> Self {
        let name = match path.as_bytes() {
            [b'd', b'a', b't', b'a', b'.', ..] => path.split_at("data.".len()).1,
            _ => path,
        };
        Self { path, kind, required: true, events, name }
    }

    const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// Whether it is a member of `data`, and not of the envelope.
    pub fn is_in_data(&self) -> bool {
        self.path.len() != self.name.len()
    }

    /// The name of the member: the last part of its path.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether an event carries it.
    pub fn is_carried_by(&self, event: EventType) -> bool {
        self.events.contains(&event)
    }
}

const EVERY: &[EventType] = &EventType::ALL;
const CREATED: &[EventType] = &[EventType::SignupCreated];
const MOVED: &[EventType] = &[EventType::SignupPositionChanged];

/// Every field of every event. Left to right it is the documented order of each event's members.
///
/// `data.name` is optional: one documentation page calls the sign-up's name required, another does not.
pub static CATALOGUE: [CatalogueField; 13] = [
    CatalogueField::new("event_type", FieldKind::Event, EVERY),
    CatalogueField::new("waitlist_id", FieldKind::Id, EVERY),
    CatalogueField::new("data", FieldKind::Object, EVERY),
    CatalogueField::new("data.id", FieldKind::Id, EVERY),
    CatalogueField::new("data.email", FieldKind::Email, EVERY),
    CatalogueField::new("data.name", FieldKind::Text, CREATED).optional(),
    CatalogueField::new("data.position", FieldKind::Integer, CREATED),
    CatalogueField::new("data.referral_code", FieldKind::Text, CREATED),
    CatalogueField::new("data.created_at", FieldKind::Time, CREATED),
    CatalogueField::new("data.old_position", FieldKind::Integer, MOVED),
    CatalogueField::new("data.new_position", FieldKind::Integer, MOVED),
    CatalogueField::new("data.position_change", FieldKind::Integer, MOVED),
    CatalogueField::new("timestamp", FieldKind::Time, EVERY),
];
