//! When what happened: arrivals and attempts of a span of time, all of them or evenly spaced ones.
//!
//! May know the tables. Times have no tree of their own, which would cost every arrival. Numbers grow with them, so the
//! ends of a span are found by halving; where it holds too many rows to look at, every so manieth stands for its
//! neighbours.

use super::reader::StoreReader;
use crate::database::ReadError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

/// Rows of a table that are looked at one and all.
const EXACT: i64 = 20_000;

/// Rows that are looked at where there are more.
const SAMPLES: i64 = 5_000;

/// A row that stands for itself, or for as many as its weight says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimelinePoint {
    pub at_ms: i64,
    /// An attempt that failed.
    pub failed: bool,
    /// How long the answer took, where there was one.
    pub latency_us: Option<u64>,
    pub weight: u64,
}

/// What happened in a span of time.
#[derive(Debug, Clone, Default)]
pub(crate) struct TimelineSample {
    pub arrivals: Vec<TimelinePoint>,
    pub attempts: Vec<TimelinePoint>,
}

/// A table with a time in each row: its name, the time, and what a point is made of (time, failed, latency) where a row
/// is one.
struct TimedTable {
    name: &'static str,
    time: &'static str,
    point: &'static str,
}

/// An event's row is an arrival, too, unless it was sent from here first.
const EVENTS: TimedTable = TimedTable {
    name: "events",
    time: "coalesce(first_ms, sent_ms, 0)",
    point: "CASE WHEN state IS NOT NULL THEN first_ms END, 0, NULL",
};
const ARRIVALS: TimedTable = TimedTable { name: "arrivals", time: "at_ms", point: "at_ms, 0, NULL" };
const ATTEMPTS: TimedTable = TimedTable {
    name: "attempts",
    time: "at_ms",
    point: "at_ms, failed, CASE WHEN status IS NOT NULL THEN latency_us END",
};

impl StoreReader {
    /// What happened between two moments; from the beginning or to the end where there is none.
    pub(crate) fn sample_timeline(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<TimelineSample, ReadError> {
        let span =
            (since.map_or(i64::MIN, Timestamp::as_millisecond), until.map_or(i64::MAX, Timestamp::as_millisecond));
        self.read(TimelineSample::default(), |connection| {
            let view = connection.unchecked_transaction()?;
            let mut arrivals = EVENTS.sample(connection, span)?;
            arrivals.extend(ARRIVALS.sample(connection, span)?);
            let sample = TimelineSample { arrivals, attempts: ATTEMPTS.sample(connection, span)? };
            view.finish()?;
            Ok(sample)
        })
    }
}

impl TimedTable {
    fn sample(&self, connection: &Connection, (since, until): (i64, i64)) -> rusqlite::Result<Vec<TimelinePoint>> {
        // Asked for both at once, SQLite would look at every row.
        let end = |which: &str, none: i64| format!("coalesce((SELECT {which}(id) FROM {}), {none})", self.name);
        let ends = format!("SELECT {}, {}", end("min", 1), end("max", 0));
        let (first, last): (i64, i64) = connection.query_row(&ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let from = self.find_row(connection, (first, last + 1), since)?;
        let end = self.find_row(connection, (from, last + 1), until)?;
        let weight = if end - from > EXACT { (end - from) / SAMPLES } else { 1 };
        let mut points = Vec::new();
        let mut take = |row: &Row<'_>| -> rusqlite::Result<i64> {
            if let Some(at_ms) = row.get::<_, Option<i64>>(1)?.filter(|at| (since..until).contains(at)) {
                let latency_us = row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs);
                points.push(TimelinePoint { at_ms, failed: row.get(2)?, latency_us, weight: weight.unsigned_abs() });
            }
            row.get(0)
        };
        let sql = format!("SELECT id, {} FROM {} WHERE id >= ?1 AND id < ?2 ORDER BY id", self.point, self.name);
        if weight == 1 {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([from, end])?;
            while let Some(row) = rows.next()? {
                take(row)?;
            }
        } else {
            let mut statement = connection.prepare_cached(&(sql + " LIMIT 1"))?;
            let mut next = from + weight / 2;
            while let Some(id) = statement.query_row([next, end], &mut take).optional()? {
                next = id.max(next) + weight;
            }
        }
        Ok(points)
    }

    /// The number of the first row at a time or later, between two numbers.
    fn find_row(&self, connection: &Connection, (mut low, mut high): (i64, i64), time: i64) -> rusqlite::Result<i64> {
        if matches!(time, i64::MIN | i64::MAX) {
            return Ok(if time == i64::MIN { low } else { high });
        }
        let sql = format!("SELECT id, {} FROM {} WHERE id >= ?1 ORDER BY id LIMIT 1", self.time, self.name);
        let mut statement = connection.prepare_cached(&sql)?;
        while low < high {
            let middle = low + (high - low) / 2;
            let found = statement.query_row([middle], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
            match found.optional()? {
                Some((id, at)) if at < time => low = id + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }
}
