//! Which events to read, and the statement that finds them.
//!
//! Pure. A filter becomes conditions on the small columns of a row, and where those are only digests, a comparison of
//! what the body really says.

use super::standing::{IS_LAST, IS_OWED};
use super::{code, key};
use crate::protocol::arrival::SignatureState;
use crate::protocol::event::EventSelection;
use crate::protocol::facts::EventFacts;
use jiff::Timestamp;
use rusqlite::types::Value;

/// Which way events went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventDirection {
    /// Came in at least once.
    #[default]
    Received,
    /// Were sent from here.
    Sent,
    /// Either.
    All,
}

/// Which events to read. The default is all that were received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreFilter {
    /// Which way they went.
    pub direction: EventDirection,
    /// Their types.
    pub events: EventSelection,
    /// Id of the sign-up, exact.
    pub signup: Option<String>,
    /// E-mail address, without regard to case.
    pub email: Option<String>,
    /// Id of the waitlist, exact.
    pub waitlist: Option<String>,
    /// The best verification of their arrivals.
    pub state: Option<SignatureState>,
    /// First seen at this time or later: received, or for [`EventDirection::Sent`] sent.
    pub since: Option<Timestamp>,
    /// First seen before this time.
    pub until: Option<Timestamp>,
    /// A target is owed them: the last attempt to deliver them there failed.
    pub failed: bool,
    /// This text occurs in the body, without regard to the case of ASCII letters.
    pub text: Option<String>,
    /// Their numbers are above this one.
    pub above: Option<u64>,
}

impl StoreFilter {
    /// Whether what a body says is what is looked for.
    pub(crate) fn accepts(&self, facts: &EventFacts) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        same(&self.signup, &facts.signup_id)
            && same(&self.waitlist, &facts.waitlist_id)
            && self.accepts_email(facts.email.as_deref())
            && self.events.matches(facts.event_type.as_deref())
    }

    /// Whether the statement alone decides, so that no body needs to be read.
    pub(super) fn is_exact(&self) -> bool {
        self.signup.is_none() && self.waitlist.is_none() && self.email.is_none() && self.events.is_all()
    }

    fn accepts_email(&self, found: Option<&str>) -> bool {
        let Some(wanted) = &self.email else { return true };
        found.is_some_and(|found| found.to_lowercase() == wanted.to_lowercase())
    }
}

/// A statement in the making.
#[derive(Debug, Default)]
pub(super) struct StoreQuery {
    from: &'static str,
    /// The column that is the event's number in the tree that leads.
    number: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl StoreQuery {
    /// The search for a filter that names no sign-up, for events with a number below `before`.
    pub(super) fn for_filter(filter: &StoreFilter, before: Option<u64>) -> Self {
        Self::new(Self::led_by(filter), filter, before)
    }

    /// The searches for a filter that names a sign-up, by the sign-up's digest. Its events lie in two places: the
    /// `recent` ones, given by their numbers, are newer than all that count in the tree.
    pub(super) fn for_signup(filter: &StoreFilter, signup: i64, recent: &[i64], before: Option<u64>) -> [Self; 2] {
        let mut newer = Self::by("json_each(?) s CROSS JOIN events e ON e.id = s.value", "s.value");
        newer.values.push(Value::Text(serde_json::Value::from(recent).to_string()));
        let mut older = Self::by("signups s CROSS JOIN events e ON e.id = s.event", "s.event");
        older.with("s.signup = ?", signup);
        older.plain("s.event <= (SELECT merged FROM progress)");
        [newer, older].map(|search| Self::new(search, filter, before))
    }

    /// The search for a filter among events that are given by their numbers.
    pub(super) fn among(filter: &StoreFilter, events: &[u64], before: Option<u64>) -> Self {
        let mut search = Self::by("json_each(?) s CROSS JOIN events e ON e.id = s.value", "s.value");
        search.values.push(Value::Text(serde_json::Value::from(events).to_string()));
        Self::new(search, filter, before)
    }

    fn by(from: &'static str, number: &'static str) -> Self {
        Self { from, number, ..Self::default() }
    }

    fn new(mut search: Self, filter: &StoreFilter, before: Option<u64>) -> Self {
        if let Some(before) = before {
            let number = search.number;
            search.with(&format!("{number} < ?"), i64::try_from(before).unwrap_or(i64::MAX));
        }
        search.direction(filter);
        search.digests(filter);
        search.state(filter.state);
        search.times(filter);
        if let Some(above) = filter.above {
            let number = search.number;
            search.with(&format!("{number} > ?"), i64::try_from(above).unwrap_or(i64::MAX));
        }
        if filter.failed {
            search
                .plain(&format!("EXISTS (SELECT 1 FROM attempts a WHERE a.event = e.id AND {IS_LAST} AND {IS_OWED})"));
        }
        // Last: whatever else sorts a row out is cheaper than its body.
        if let Some(text) = &filter.text {
            search.plain("instr(lower(CAST(e.body AS TEXT)), ?)");
            search.values.push(Value::Text(text.to_ascii_lowercase()));
        }
        search
    }

    /// The statement that gives these columns, newest first, and its values.
    pub(super) fn build_newest_first(self, columns: &str) -> (String, Vec<Value>) {
        let order = format!(" ORDER BY {} DESC", self.number);
        let (sql, values) = self.build_unordered(columns);
        (sql + &order, values)
    }

    /// The same in no particular order.
    pub(super) fn build_unordered(self, columns: &str) -> (String, Vec<Value>) {
        let conditions = if self.conditions.is_empty() { "true".to_owned() } else { self.conditions.join(" AND ") };
        (format!("SELECT {columns} FROM {} WHERE {conditions}", self.from), self.values)
    }

    /// Chooses the tree that leads. CROSS JOIN keeps SQLite to this choice. Of an event's failed attempts only the
    /// last brings it up, so none comes up twice.
    fn led_by(filter: &StoreFilter) -> Self {
        if filter.failed {
            let from = "attempts f INDEXED BY attempts_failed CROSS JOIN events e ON e.id = f.event";
            let mut search = Self::by(from, "f.event");
            let later = "SELECT 1 FROM attempts g WHERE g.event = f.event AND g.failed AND g.id > f.id";
            search.plain(&format!("f.failed AND NOT EXISTS ({later})"));
            search
        } else if filter.direction == EventDirection::Sent {
            Self::by("events e INDEXED BY events_sent", "e.id")
        } else {
            Self::by("events e", "e.id")
        }
    }

    fn direction(&mut self, filter: &StoreFilter) {
        match filter.direction {
            EventDirection::Received => self.plain("e.first_ms IS NOT NULL"),
            EventDirection::Sent => self.plain("e.sent_ms IS NOT NULL"),
            EventDirection::All => {}
        }
    }

    fn digests(&mut self, filter: &StoreFilter) {
        if let Some(email) = &filter.email {
            self.with("e.email = ?", i64::from(key::digest_email(email)));
        }
        if let Some(waitlist) = &filter.waitlist {
            self.with("e.waitlist = ?", i64::from(key::digest_32(waitlist)));
        }
        if !filter.events.is_all() {
            let kinds: Vec<String> =
                filter.events.events().into_iter().map(|e| code::encode_event_type(e).to_string()).collect();
            // An event that is not in the catalogue has no kind; its body tells.
            self.plain(&format!("(e.kind IS NULL OR e.kind IN ({}))", kinds.join(", ")));
        }
    }

    /// See `code::state` for the bits.
    fn state(&mut self, state: Option<SignatureState>) {
        let last = "coalesce((SELECT state FROM arrivals WHERE event = e.id ORDER BY nth DESC LIMIT 1), e.state)";
        match state {
            Some(SignatureState::Valid) => self.plain(&format!("{last} & 4")),
            Some(SignatureState::Unsigned) => self.plain(&format!("{last} = 0")),
            Some(SignatureState::Invalid) => self.plain(&format!("{last} = 2")),
            None => {}
        }
    }

    fn times(&mut self, filter: &StoreFilter) {
        let seen = match filter.direction {
            EventDirection::Received => "e.first_ms",
            EventDirection::Sent => "e.sent_ms",
            EventDirection::All => "min(coalesce(e.first_ms, e.sent_ms), coalesce(e.sent_ms, e.first_ms))",
        };
        if let Some(since) = filter.since {
            self.with(&format!("{seen} >= ?"), since.as_millisecond());
        }
        if let Some(until) = filter.until {
            self.with(&format!("{seen} < ?"), until.as_millisecond());
        }
    }

    fn plain(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    fn with(&mut self, condition: &str, value: i64) {
        self.plain(condition);
        self.values.push(Value::Integer(value));
    }
}
