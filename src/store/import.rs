//! What the writer enters or looks up beside arrivals as they come: events of another store, how far the forwards of
//! a target have got, summaries of load runs.
//!
//! May know the rows, as `ledger` does. Must not decide what is imported or retried.

use super::error::StoreFault;
use super::job::{IncomingArrival, OutgoingEvent};
use super::sql::statements;
use super::tables::StoreTables;
use crate::database;
use crate::protocol::arrival::{Arrival, ForwardProgress, HeaderLines, UnforwardedArrival};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

statements! {
    event_from: "SELECT id, arrival FROM events WHERE id >= ?1 ORDER BY id LIMIT 1";
    first_arrival: "SELECT arrival, id, retry_of, retry_of IS NOT NULL, headers, body FROM
        (SELECT * FROM events WHERE id >= ?1 AND (state IS NOT NULL OR arrival >= ?2) ORDER BY id LIMIT 1)
        WHERE arrival < ?2";
    later_arrival: "SELECT a.id, a.event, e.retry_of, a.nth > 1 OR e.retry_of IS NOT NULL,
        coalesce(a.headers, e.headers), e.body
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
    pub fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        PreparedStatements::prepare(connection).map(Self)
    }
}

/// An event of another store, ready to be entered with all that happened to it.
#[derive(Debug)]
pub struct EventImport {
    sent: OutgoingEvent,
    was_sent: bool,
    arrivals: Vec<IncomingArrival>,
    attempts: Vec<Attempt>,
}

impl EventImport {
    /// An event with the time at which it was sent, where it was, and its arrivals and attempts, oldest first. The
    /// attempts' event numbers do not count.
    pub fn new(body: RawBody, sent: Option<Timestamp>, arrivals: Vec<Arrival>, attempts: Vec<Attempt>) -> Self {
        let facts = EventFacts::from_body(&body);
        let at = sent.or(arrivals.first().map(|arrival| arrival.at)).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            was_sent: sent.is_some() || arrivals.is_empty(),
            sent: OutgoingEvent::new(body, &facts, at),
            arrivals: arrivals.into_iter().map(IncomingArrival::from).collect(),
            attempts,
        }
    }

    /// Bytes that it adds at most.
    pub(super) fn weight(&self) -> usize {
        let headers: usize = self.arrivals.iter().map(|arrival| arrival.headers.as_block().len()).sum();
        self.sent.body.len() + headers
    }
}

/// A question about, or a note of, how far a target has got.
#[derive(Debug)]
pub(super) struct TargetProgressRequest {
    url: String,
    now_ms: i64,
    note: Option<ForwardProgress>,
}

impl TargetProgressRequest {
    /// Asks.
    pub fn query(url: &str, now: Timestamp) -> Self {
        Self { url: url.to_owned(), now_ms: now.as_millisecond(), note: None }
    }

    /// Notes.
    pub fn update(url: &str, progress: ForwardProgress) -> Self {
        Self { url: url.to_owned(), now_ms: 0, note: Some(progress) }
    }
}

impl StoreTables<'_> {
    /// Enters an event of another store, and answers with its number; `None` where it is here already.
    pub fn import_event(&mut self, past: &EventImport) -> Result<Option<u64>, StoreFault> {
        if self.contains_event(&past.sent.keys)? {
            return Ok(None);
        }
        let mut number = if past.was_sent { Some(self.record_sent(&past.sent)?) } else { None };
        for arrival in &past.arrivals {
            number = Some(self.record_arrival(arrival)?.event);
        }
        if let Some(event) = number {
            for attempt in &past.attempts {
                self.record_attempt(&Attempt { event, ..attempt.clone() })?;
            }
        }
        Ok(number)
    }

    /// The first arrival behind one. It stands in the row of its event, or with the later ones.
    pub fn find_arrival_after(&mut self, arrival: u64) -> Result<Option<UnforwardedArrival>, StoreFault> {
        let arrival = arrival.cast_signed();
        if arrival >= self.last_arrival {
            return Ok(None);
        }
        let event = self.event_after(arrival)?;
        let later = self.past.0.later_arrival.query_row([arrival], waiting).optional()?;
        let before = later.as_ref().map_or(i64::MAX, |later| later.arrival.cast_signed());
        Ok(self.past.0.first_arrival.query_row([event, before], waiting).optional()?.or(later))
    }

    /// From which event on all came to be known after an arrival. The column never falls, so halving finds it.
    fn event_after(&mut self, arrival: i64) -> rusqlite::Result<i64> {
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let (mut low, mut high) = (1, self.last_event + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.past.0.event_from.query_row([middle], read).optional()? {
                Some((event, at)) if at <= arrival => low = event + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// How far a target has got, or the note of it. A target of which nothing is known begins behind the newest
    /// arrival, and that is noted at once: what comes in from now on is its.
    pub fn apply_progress_request(&mut self, step: &TargetProgressRequest) -> Result<ForwardProgress, StoreFault> {
        let url = self.find_or_add_url(&step.url)?;
        let found = match step.note {
            Some(_) => None,
            None => self.past.0.target.query_row([url], progress).optional()?,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let now = database::decode_time(step.now_ms).unwrap_or_default();
        let begin = ForwardProgress { arrival: self.last_arrival.unsigned_abs(), attempts: 0, first: now, due: now };
        let noted = step.note.unwrap_or(begin);
        let (first, due) = (noted.first.as_millisecond(), noted.due.as_millisecond());
        self.past.0.keep_target.execute((url, noted.arrival.cast_signed(), noted.attempts, first, due))?;
        Ok(noted)
    }

    /// Keeps the summary of a load run.
    pub fn save_load_summary(&mut self, at_ms: i64, summary: &str) -> Result<u64, StoreFault> {
        self.reserve(summary.len())?;
        let number: i64 = self.past.0.keep_load.query_row((at_ms, summary), |row| row.get(0))?;
        Ok(number.unsigned_abs())
    }
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<UnforwardedArrival> {
    Ok(UnforwardedArrival {
        arrival: row.get::<_, i64>(0)?.unsigned_abs(),
        event: row.get::<_, i64>(1)?.unsigned_abs(),
        retry_of: row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs),
        repeats: row.get(3)?,
        headers: HeaderLines::from_block(row.get::<_, Vec<u8>>(4)?),
        body: RawBody::new(row.get::<_, Vec<u8>>(5)?),
    })
}

fn progress(row: &Row<'_>) -> rusqlite::Result<ForwardProgress> {
    let time =
        |column| -> rusqlite::Result<Timestamp> { Ok(database::decode_time(row.get(column)?).unwrap_or_default()) };
    Ok(ForwardProgress {
        arrival: row.get::<_, i64>(0)?.unsigned_abs(),
        attempts: row.get(1)?,
        first: time(2)?,
        due: time(3)?,
    })
}
