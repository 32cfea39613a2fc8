//! What happened lately, for who looks for faults: the newest attempts on apps, and how often events came in again.
//!
//! May know the tables. Looks at the newest rows, and at no more of them than it is told to.

use super::reader::StoreReader;
use super::rows;
use crate::database::ReadError;
use crate::protocol::attempt::Attempt;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// How often events came in more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RepeatCounts {
    /// Arrivals with the bytes of an earlier one.
    pub same: u64,
    /// Events that differ from an earlier one in their timestamp alone.
    pub retimed: u64,
    /// The newest event with such an arrival.
    pub newest: Option<u64>,
}

/// An event that was sent from here to a listener of this store says nothing about an app. What a listener passed on was
/// answered by one, whoever sent it.
const TO_APPS: &str =
    "(a.purpose <> 0 OR NOT EXISTS (SELECT 1 FROM events e WHERE e.id = a.event AND e.state IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM arrivals r WHERE r.event = a.event))";

/// Which of some events `load` or `rehearse` made, by their `User-Agent`.
const IN_BULK: &str = "SELECT e.id FROM json_each(?1) s CROSS JOIN events e ON e.id = s.value
     WHERE instr(e.headers, CAST(' (fabricated in bulk)' AS BLOB)) > 0";

/// What was not sent from here: a replay to one's own listener is no news.
const REPEATS: &str = "FROM arrivals a JOIN events e ON e.id = a.event
     WHERE a.nth > 1 AND a.at_ms >= ?1 AND e.sent_ms IS NULL
     AND NOT EXISTS (SELECT 1 FROM attempts t WHERE t.event = a.event AND t.purpose IN (2, 3))";

impl StoreReader {
    /// Attempts to deliver to apps, newest first: at most so many, none from before a moment.
    pub(crate) fn list_recent_attempts(&self, since: Timestamp, limit: usize) -> Result<Vec<Attempt>, ReadError> {
        let sql = format!(
            "SELECT {} FROM attempts a JOIN urls u ON u.id = a.url WHERE a.at_ms >= ?1 AND {TO_APPS}
             ORDER BY a.id DESC LIMIT ?2",
            rows::ATTEMPT
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(Vec::new(), |connection| {
            connection.prepare(&sql)?.query_map([since.as_millisecond(), limit], rows::parse_attempt)?.collect()
        })
    }

    /// Those of the events, by their numbers, that `load` or `rehearse` sent to a listener.
    pub(crate) fn list_bulk_events(&self, events: &BTreeSet<u64>) -> Result<BTreeSet<u64>, ReadError> {
        let events = serde_json::Value::from_iter(events.iter().copied()).to_string();
        self.read(BTreeSet::new(), |connection| {
            connection.prepare(IN_BULK)?.query_map([events], |row| row.get(0).map(i64::unsigned_abs))?.collect()
        })
    }

    /// Events that came in again from elsewhere since a moment. Looks at every arrival that repeats one.
    pub(crate) fn count_repeats(&self, since: Timestamp) -> Result<RepeatCounts, ReadError> {
        let since = since.as_millisecond();
        self.read(RepeatCounts::default(), |connection| {
            let counted = format!("SELECT count(*), max(a.event) {REPEATS}");
            let (same, repeated): (i64, Option<i64>) =
                connection.query_row(&counted, [since], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let retimed = "SELECT count(*), max(id) FROM events WHERE retry_of IS NOT NULL AND first_ms >= ?1";
            let (retimed, newest): (i64, Option<i64>) =
                connection.query_row(retimed, [since], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(RepeatCounts {
                same: same.unsigned_abs(),
                retimed: retimed.unsigned_abs(),
                newest: repeated.max(newest).map(i64::unsigned_abs),
            })
        })
    }
}
