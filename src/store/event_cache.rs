//! What is known of events that came in lately: what the writer would otherwise ask the tables at each repeat.
//!
//! May know the tables that tell it. Whoever enters an arrival notes it here. What another process enters this cannot
//! know: who sees that one wrote must forget everything.

use super::incoming::IncomingArrival;
use super::sql::statements;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Events that are remembered at most: as many as a map of 65,536 places holds before it grows, which are four
/// megabytes. Tests meet that moment often.
const REMEMBERED: usize = if cfg!(test) { 4 } else { 57_344 };

/// What is known of an event that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CachedEvent {
    /// Its first arrival in Unix milliseconds, where it came in.
    pub first_ms: Option<i64>,
    /// How often it came in.
    pub arrivals: i64,
    /// State of its last arrival (see `code`), zero where there is none.
    pub state: i64,
    /// Of the arrival in its row, where one stands there.
    pub envelope: Option<EnvelopeDigest>,
}

/// A digest of target and header lines. Its key is random and of this process alone, so that nobody can send a request
/// that is taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EnvelopeDigest(u64);

impl EnvelopeDigest {
    fn of(key: &RandomState, target: &[u8], headers: &[u8]) -> Self {
        Self(key.hash_one((target, headers)))
    }
}

/// What is known of the latest events.
pub(super) struct EventCache<'c> {
    events: HashMap<i64, CachedEvent>,
    key: RandomState,
    sql: PreparedStatements<'c>,
}

statements! {
    known: "SELECT e.first_ms, coalesce(a.nth, e.state IS NOT NULL), coalesce(a.state, e.state, 0), e.target, e.headers
        FROM events e LEFT JOIN arrivals a INDEXED BY arrivals_of_event ON a.event = e.id
        WHERE e.id = ?1 ORDER BY a.nth DESC LIMIT 1";
}

impl<'c> EventCache<'c> {
    /// Prepares the statement.
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let sql = PreparedStatements::prepare(connection)?;
        Ok(Self { events: HashMap::new(), key: RandomState::new(), sql })
    }

    /// What is known of an event. The tables are asked where it is not remembered.
    pub(super) fn get(&mut self, event: i64) -> rusqlite::Result<Option<CachedEvent>> {
        match self.events.get(&event) {
            Some(known) => Ok(Some(*known)),
            None => self.load_event(event),
        }
    }

    fn load_event(&mut self, event: i64) -> rusqlite::Result<Option<CachedEvent>> {
        let read = |r: &Row<'_>| {
            let (target, headers) = (r.get_ref(3)?.as_bytes_or_null()?, r.get_ref(4)?.as_bytes_or_null()?);
            let envelope = target.zip(headers).map(|(target, headers)| EnvelopeDigest::of(&self.key, target, headers));
            Ok(CachedEvent { first_ms: r.get(0)?, arrivals: r.get(1)?, state: r.get(2)?, envelope })
        };
        self.sql.known.query_row([event], read).optional()
    }

    /// Notes what is known of an event now.
    pub(super) fn note(&mut self, event: i64, known: CachedEvent) {
        if self.events.len() >= REMEMBERED {
            self.events.clear();
        }
        self.events.insert(event, known);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    /// The digest of an arrival's target and header lines.
    pub(super) fn digest_envelope(&self, incoming: &IncomingArrival) -> EnvelopeDigest {
        EnvelopeDigest::of(&self.key, incoming.target.as_bytes(), incoming.content.headers.as_block())
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::STORE;
    use super::*;

    #[test]
    fn it_holds_the_latest_and_no_more_than_it_may() {
        let connection = Connection::open_in_memory().unwrap();
        STORE.migrations.iter().for_each(|step| connection.execute_batch(step).unwrap());
        let mut remembered = EventCache::new(&connection).unwrap();
        for event in 0..100 {
            let known = CachedEvent { first_ms: None, arrivals: event, state: 0, envelope: None };
            remembered.note(event, known);
            assert_eq!(remembered.get(event).unwrap(), Some(known));
            assert!(remembered.events.len() <= REMEMBERED);
        }
        assert_eq!(remembered.get(0).unwrap(), None);
    }

    #[test]
    fn an_envelope_is_its_target_and_its_headers() {
        let key = RandomState::new();
        let one = EnvelopeDigest::of(&key, b"/a", b"b: c");
        assert_eq!(one, EnvelopeDigest::of(&key, b"/a", b"b: c"));
        for (target, headers) in [("/a", "b: d"), ("/b", "b: c"), ("/ab", ": c"), ("/", "ab: c")] {
            assert_ne!(one, EnvelopeDigest::of(&key, target.as_bytes(), headers.as_bytes()));
        }
    }
}
