//! The statements about what is still to be forwarded and how far each target has got, prepared.
//!
//! May know the rows. Must not decide what is retried: `import` does.

use super::rows::read_content;
use super::sql::statements;
use crate::database;
use crate::protocol::arrival::{ForwardProgress, UnforwardedArrival};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

statements! {
    event_from: "SELECT id, arrival FROM events WHERE id >= ?1 ORDER BY id LIMIT 1";
    first_arrival: "SELECT arrival, id, retry_of, retry_of IS NOT NULL, headers, body, target FROM
        (SELECT * FROM events WHERE id >= ?1 AND (state IS NOT NULL OR arrival >= ?2) ORDER BY id LIMIT 1)
        WHERE arrival < ?2";
    later_arrival: "SELECT a.id, a.event, e.retry_of, a.nth > 1 OR e.retry_of IS NOT NULL,
        coalesce(a.headers, e.headers), e.body, coalesce(a.target, e.target)
        FROM arrivals a CROSS JOIN events e ON e.id = a.event WHERE a.id > ?1 ORDER BY a.id LIMIT 1";
    target: "SELECT arrival, attempts, first_ms, due_ms FROM targets WHERE url = ?1";
    keep_target: "INSERT INTO targets (url, arrival, attempts, first_ms, due_ms) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET arrival = excluded.arrival, attempts = excluded.attempts,
        first_ms = excluded.first_ms, due_ms = excluded.due_ms";
    keep_load: "INSERT INTO loads (at_ms, summary) VALUES (?1, ?2) RETURNING id";
}

/// The statements of this module, prepared.
pub(super) struct ForwardStatements<'c>(PreparedStatements<'c>);

impl<'c> ForwardStatements<'c> {
    /// Prepares them.
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        PreparedStatements::prepare(connection).map(Self)
    }

    /// The first event from a number on, and the arrival by which it came to be known.
    pub(super) fn find_event_from(&mut self, event: i64) -> rusqlite::Result<Option<(i64, i64)>> {
        self.0.event_from.query_row([event], |row| Ok((row.get(0)?, row.get(1)?))).optional()
    }

    /// The first arrival of an event from a number on, where it came before another arrival.
    pub(super) fn find_first_arrival(
        &mut self,
        event: i64,
        before: i64,
    ) -> rusqlite::Result<Option<UnforwardedArrival>> {
        self.0.first_arrival.query_row([event, before], read_waiting).optional()
    }

    /// The first arrival behind one of an event that was known.
    pub(super) fn find_later_arrival(&mut self, arrival: i64) -> rusqlite::Result<Option<UnforwardedArrival>> {
        self.0.later_arrival.query_row([arrival], read_waiting).optional()
    }

    /// How far the target of a URL's number has got.
    pub(super) fn find_progress(&mut self, url: i64) -> rusqlite::Result<Option<ForwardProgress>> {
        self.0.target.query_row([url], read_progress).optional()
    }

    /// Notes how far it has got.
    pub(super) fn save_progress(&mut self, url: i64, noted: &ForwardProgress) -> rusqlite::Result<()> {
        let (first, due) = (noted.first.as_millisecond(), noted.due.as_millisecond());
        self.0.keep_target.execute((url, noted.arrival.cast_signed(), noted.attempts, first, due)).map(drop)
    }

    /// Keeps the summary of a load run, and answers with its number.
    pub(super) fn save_load_summary(&mut self, at_ms: i64, summary: &str) -> rusqlite::Result<u64> {
        self.0.keep_load.query_row((at_ms, summary), |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    }
}

fn read_waiting(row: &Row<'_>) -> rusqlite::Result<UnforwardedArrival> {
    Ok(UnforwardedArrival {
        arrival: row.get::<_, i64>(0)?.unsigned_abs(),
        event: row.get::<_, i64>(1)?.unsigned_abs(),
        retry_of: row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs),
        repeats: row.get(3)?,
        content: read_content(row, 4)?,
        target: row.get::<_, Option<String>>(6)?.unwrap_or_else(|| "/".to_owned()),
    })
}

fn read_progress(row: &Row<'_>) -> rusqlite::Result<ForwardProgress> {
    let time =
        |column| -> rusqlite::Result<Timestamp> { Ok(database::decode_time(row.get(column)?).unwrap_or_default()) };
    Ok(ForwardProgress {
        arrival: row.get::<_, i64>(0)?.unsigned_abs(),
        attempts: row.get(1)?,
        first: time(2)?,
        due: time(3)?,
    })
}
