//! The statements about what is still to be forwarded and how far each target has got, prepared.
//!
//! May know the rows. Must not decide what is retried.

use super::rows::read_content;
use super::sql::statements;
use super::standing::IS_OWED;
use crate::database;
use crate::protocol::arrival::{ForwardProgress, OwedForward, UnforwardedArrival};
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
    owed: &format!("SELECT a.event, a.number, a.at_ms, coalesce(CASE WHEN e.state IS NOT NULL THEN e.arrival END,
        (SELECT min(n.id) FROM arrivals n WHERE n.event = a.event)) AS arrived
        FROM attempts a INDEXED BY attempts_failed CROSS JOIN events e ON e.id = a.event
        WHERE a.failed AND a.purpose = 1 AND a.url = ?1 AND arrived IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM attempts l WHERE l.event = a.event AND l.id > a.id AND l.url = a.url
            AND (l.purpose = 1 OR NOT l.failed)) AND {IS_OWED} ORDER BY arrived");
    standing: "SELECT EXISTS (SELECT 1 FROM attempts g WHERE g.event IN (e.id, e.retry_of) AND g.url = ?2
        AND NOT g.failed), coalesce((SELECT f.failed FROM attempts f WHERE f.event = e.id AND f.url = ?2
        AND f.purpose = 1 ORDER BY f.id DESC LIMIT 1), 0) FROM events e WHERE e.id = ?1";
    settle: "UPDATE attempts SET failed = 0 WHERE event = ?1 AND url = ?2 AND number = 0";
    acknowledged: "SELECT 1 FROM attempts WHERE event = ?1 AND url = ?2 AND NOT failed AND at_ms >= ?3 LIMIT 1";
    keep_load: "INSERT INTO loads (at_ms, summary) VALUES (?1, ?2) RETURNING id";
}

/// How an event stands with a target.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventStanding {
    /// Whether the target has acknowledged it, or the one that it repeats.
    pub is_acknowledged: bool,
    /// Whether the last attempt failed.
    pub has_failed: bool,
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

    /// How far the retries to the target of a URL's number have got, and whether an earlier version noted it; nothing
    /// where none is under way.
    pub(super) fn find_progress(&mut self, url: i64) -> rusqlite::Result<Option<(ForwardProgress, bool)>> {
        let noted = self.0.target.query_row([url], read_progress).optional()?;
        Ok(noted.filter(|(progress, _)| progress.attempts > 0))
    }

    /// Notes how far they have got.
    pub(super) fn save_progress(&mut self, url: i64, noted: &ForwardProgress) -> rusqlite::Result<()> {
        let (first, due) = (noted.first.as_millisecond(), noted.due.as_millisecond());
        self.0.keep_target.execute((url, encode_place(noted.arrival), noted.attempts, first, due)).map(drop)
    }

    /// The events that the target of a URL's number is owed, in the order in which they came in.
    pub(super) fn list_owed(&mut self, url: i64) -> rusqlite::Result<Vec<OwedForward>> {
        let read = |row: &Row<'_>| {
            Ok(OwedForward {
                event: row.get::<_, i64>(0)?.unsigned_abs(),
                attempts: row.get(1)?,
                last: database::decode_time(row.get(2)?).unwrap_or_default(),
                arrival: row.get::<_, i64>(3)?.unsigned_abs(),
            })
        };
        self.0.owed.query_map([url], read)?.collect()
    }

    /// How an event stands with it; `None` where there is no such event.
    pub(super) fn find_standing(&mut self, event: u64, url: i64) -> rusqlite::Result<Option<EventStanding>> {
        let read = |row: &Row<'_>| Ok(EventStanding { is_acknowledged: row.get(0)?, has_failed: row.get(1)? });
        self.0.standing.query_row((event.cast_signed(), url), read).optional()
    }

    /// Takes back that it is owed an event, where no attempt was made.
    pub(super) fn settle_owed(&mut self, event: u64, url: i64) -> rusqlite::Result<()> {
        self.0.settle.execute((event.cast_signed(), url)).map(drop)
    }

    /// Whether it has acknowledged an event since a time.
    pub(super) fn was_acknowledged(&mut self, event: u64, url: i64, since: Timestamp) -> rusqlite::Result<bool> {
        self.0.acknowledged.exists((event.cast_signed(), url, since.as_millisecond()))
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

fn read_progress(row: &Row<'_>) -> rusqlite::Result<(ForwardProgress, bool)> {
    let time =
        |column| -> rusqlite::Result<Timestamp> { Ok(database::decode_time(row.get(column)?).unwrap_or_default()) };
    let (arrival, is_former) = decode_place(row.get(0)?);
    let progress = ForwardProgress { arrival, attempts: row.get(1)?, first: time(2)?, due: time(3)? };
    Ok((progress, is_former))
}

/// The place of an arrival as it is stored: below zero, by which it is told from what earlier versions stored.
fn encode_place(arrival: u64) -> i64 {
    -arrival.cast_signed() - 1
}

/// The place that is stored, and whether an earlier version did that.
pub(super) fn decode_place(stored: i64) -> (u64, bool) {
    if stored < 0 { (stored.unsigned_abs() - 1, false) } else { (stored.unsigned_abs(), true) }
}
