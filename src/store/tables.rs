//! What one job does to the tables.
//!
//! May know the rows and the rules by which an arrival repeats another or comes out of order. Must not decide what
//! makes a transaction, nor answer: the group writer does. Its statements are prepared once, for the life of the connection.

mod room;

use super::code;
use super::event_cache::{CachedEvent, EventCache};
use super::forward_statements::ForwardStatements;
use super::incoming::{IncomingArrival, OutgoingEvent};
use super::index::{EventIndex, IndexProgress, RECENT};
use super::key::EventKeys;
use super::retention::{RetentionSweep, StoreRetention};
use super::sql::statements;
use crate::database::{OutcomeColumns, TransactionTables, WriteFault};
use crate::protocol::arrival::{ArrivalRepeat, RecordedArrival, RepeatKind};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

/// Gives no number out again up to these.
pub(super) const KEEP_NUMBERS: &str = "UPDATE progress SET events = max(events, ?1), arrivals = max(arrivals, ?2)";

/// The newest event that is there.
const LAST_EVENT: &str = "SELECT coalesce(max(id), 0) FROM events";

/// Milliseconds after which no retry comes any more: 1, 5, 15 and 60 minutes are 81 together, and each attempt takes some
/// seconds.
const RETRIES_MS: i64 = 90 * 60 * 1000;

type Kept = std::sync::Arc<StoreRetention>;

/// The tables as the writer works on them.
pub(super) struct StoreTables<'c> {
    /// What SQLite changes when another connection writes; `None` before the first transaction, or after a failed one.
    version: Option<u64>,
    /// Highest numbers given out, as of this transaction.
    pub(super) last_event: i64,
    pub(super) last_arrival: i64,
    pub(super) index: EventIndex<'c>,
    remembered: EventCache<'c>,
    /// Recent events at which they are sorted into the trees.
    merge_at: usize,
    /// Bytes that live pages took when they were last counted.
    counted: u64,
    /// Bytes that were added since, by estimate.
    added: u64,
    quota: u64,
    /// What is kept, where not everything is.
    pub(super) retention: Option<RetentionSweep<'c>>,
    sql: PreparedStatements<'c>,
    pub(super) forwards: ForwardStatements<'c>,
}

/// How an event came to be known.
enum NewEventOrigin<'i> {
    /// It is about to be sent; at this time, in Unix milliseconds.
    Sent(i64),
    /// It came in.
    Arrived { first: &'i IncomingArrival, retry_of: Option<i64> },
}

statements! {
    begin: "BEGIN IMMEDIATE";
    commit: "COMMIT";
    progress: "SELECT max(p.events, coalesce(e.id, 0)),
        max(p.arrivals, coalesce(e.arrival, 0), coalesce((SELECT max(id) FROM arrivals), 0)),
        p.merged, coalesce((SELECT max(id) FROM recent), 0), p.removals
        FROM progress p LEFT JOIN events e ON e.id = (SELECT max(id) FROM events)";
    version: "PRAGMA data_version";
    pages: "PRAGMA page_count";
    free_pages: "PRAGMA freelist_count";
    page_size: "PRAGMA page_size";
    first: "SELECT first_ms FROM events WHERE id = ?1 AND first_ms IS NOT NULL";
    add_event: "INSERT INTO events (id, first_ms, sent_ms, retry_of, kind, email, waitlist, arrival, state, target,
        headers, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    arrived: "UPDATE events SET first_ms = ?2, retry_of = ?3 WHERE id = ?1";
    sent: "UPDATE events SET sent_ms = ?2 WHERE id = ?1 AND sent_ms IS NULL";
    add_arrival: "INSERT INTO arrivals (id, event, nth, state, at_ms, target, headers)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    find_url: "SELECT id FROM urls WHERE url = ?1";
    add_url: "INSERT INTO urls (url) VALUES (?1) RETURNING id";
    add_attempt: "INSERT INTO attempts (event, failed, url, purpose, number, at_ms, latency_us, outcome, status,
        truncated, words, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    acknowledged: "SELECT 1 FROM attempts WHERE event = ?1 AND purpose <> ?3 AND failed = 0
        AND url = (SELECT id FROM urls WHERE url = ?2) LIMIT 1";
    add_refused: "INSERT INTO refused (at_ms, reason, target, headers, body) VALUES (?1, ?2, ?3, ?4, ?5)
        RETURNING id";
    keep_numbers: KEEP_NUMBERS;
    body: "SELECT body FROM events WHERE id = ?1";
    drop_arrivals: "DELETE FROM arrivals WHERE event = ?1";
    drop_attempts: "DELETE FROM attempts WHERE event = ?1";
    drop_event: "DELETE FROM events WHERE id = ?1";
    drop_refused: "DELETE FROM refused WHERE id <= ?1";
}

impl<'c> StoreTables<'c> {
    /// Prepares the statements. Nothing is read before a transaction begins.
    pub(super) fn new(connection: &'c Connection, quota: u64, kept: Option<&Kept>) -> rusqlite::Result<Self> {
        let (index, remembered) = (EventIndex::new(connection)?, EventCache::new(connection)?);
        let (sql, forwards) = (PreparedStatements::prepare(connection)?, ForwardStatements::new(connection)?);
        let known = |connection: &Connection| connection.query_row(LAST_EVENT, [], |row| row.get(0));
        let sweep = kept.map(|kept| RetentionSweep::new(connection, kept, known(connection)?)).transpose()?;
        Ok(Self {
            version: None,
            last_event: 0,
            last_arrival: 0,
            index,
            remembered,
            merge_at: RECENT,
            counted: 0,
            added: 0,
            quota,
            retention: sweep,
            sql,
            forwards,
        })
    }

    fn take_stock(&mut self) -> rusqlite::Result<()> {
        let read = |r: &Row<'_>| {
            let (last_event, merged, written, removals) = (r.get(0)?, r.get(2)?, r.get(3)?, r.get(4)?);
            Ok((r.get(1)?, IndexProgress { last_event, merged, written, removals }))
        };
        self.remembered.clear();
        let (last_arrival, progress) = self.sql.progress.query_row([], read)?;
        (self.last_arrival, self.last_event) = (last_arrival, progress.last_event);
        self.index.catch_up(progress)?;
        self.count_pages()
    }

    fn note_change(&mut self) {
        self.retention.iter_mut().for_each(|sweep| sweep.changes += 1);
    }

    pub(super) fn count_pages(&mut self) -> rusqlite::Result<()> {
        let pages = single(&mut self.sql.pages)?.saturating_sub(single(&mut self.sql.free_pages)?);
        self.counted = pages.saturating_mul(single(&mut self.sql.page_size)?);
        self.added = 0;
        Ok(())
    }

    /// Enters an arrival. The first one stands in the row of its event, where that was not there before.
    pub(super) fn record_arrival(&mut self, incoming: &IncomingArrival) -> Result<RecordedArrival, WriteFault> {
        self.keep_room(incoming.content.headers.as_block().len() + incoming.content.body.len())?;
        let known = self.find(&incoming.keys)?;
        let is_new = known.is_none();
        self.reserve(incoming.content.headers.as_block().len() + if is_new { incoming.content.body.len() } else { 0 })?;
        let (event, repeat, out_of_order) = match known {
            Some((event, known)) => self.arrival_of_known(event, known, incoming)?,
            None => self.new_arrival(incoming)?,
        };
        self.last_arrival += 1;
        let arrival = self.last_arrival.unsigned_abs();
        Ok(RecordedArrival { event: event.unsigned_abs(), arrival, repeat, out_of_order })
    }

    /// Enters an event that is about to be sent, and answers with its number.
    pub(super) fn record_sent(&mut self, outgoing: &OutgoingEvent) -> Result<u64, WriteFault> {
        self.keep_room(outgoing.body.len())?;
        if let Some(event) = self.index.find(&outgoing.keys)? {
            self.sql.sent.execute((event, outgoing.at_ms))?;
            return Ok(event.unsigned_abs());
        }
        self.reserve(outgoing.body.len())?;
        let (event, _) = self.add_event(&outgoing.keys, &outgoing.body, &NewEventOrigin::Sent(outgoing.at_ms))?;
        Ok(event.unsigned_abs())
    }

    /// Enters an attempt.
    pub(super) fn record_attempt(&mut self, attempt: &Attempt) -> Result<(), WriteFault> {
        let columns = OutcomeColumns::from_outcome(&attempt.outcome);
        self.note_change();
        self.reserve(columns.answer.as_ref().map_or(0, |body| body.len()))?;
        let url = self.find_or_add_url(&attempt.url)?;
        self.sql.add_attempt.execute(params![
            attempt.event.cast_signed(),
            !attempt.outcome.is_acknowledged(),
            url,
            code::encode_purpose(attempt.purpose),
            attempt.number,
            attempt.at.as_millisecond(),
            code::encode_latency(attempt),
            columns.outcome,
            columns.status,
            columns.truncated,
            columns.words,
            columns.answer.as_deref(),
        ])?;
        Ok(())
    }

    /// Whether a forward of this event to this URL was ever acknowledged.
    pub(super) fn was_forwarded(&mut self, event: u64, url: &str) -> Result<bool, WriteFault> {
        // What was made up and sent there is another event to the app, though its bytes be the same.
        let trigger = code::encode_purpose(crate::protocol::attempt::DeliveryPurpose::Trigger);
        Ok(self.sql.acknowledged.exists((event.cast_signed(), url, trigger))?)
    }

    /// Whether an event is there.
    pub(super) fn contains_event(&mut self, keys: &EventKeys) -> Result<bool, WriteFault> {
        Ok(self.index.find(keys)?.is_some())
    }

    fn find(&mut self, keys: &EventKeys) -> rusqlite::Result<Option<(i64, CachedEvent)>> {
        let Some(event) = self.index.find(keys)? else { return Ok(None) };
        Ok(self.remembered.get(event)?.map(|known| (event, known)))
    }

    /// An event of which nothing was known arrives.
    fn new_arrival(&mut self, incoming: &IncomingArrival) -> Result<(i64, Option<ArrivalRepeat>, bool), WriteFault> {
        let twin = self.twin(self.last_event + 1, incoming)?;
        let seen = NewEventOrigin::Arrived { first: incoming, retry_of: twin.map(|r| r.of.cast_signed()) };
        let (event, late) = self.add_event(&incoming.keys, &incoming.content.body, &seen)?;
        let (state, envelope) =
            (code::encode_state(incoming.verification, 0), Some(self.remembered.digest_envelope(incoming)));
        self.remembered.note(event, CachedEvent { first_ms: Some(incoming.at_ms), arrivals: 1, state, envelope });
        Ok((event, twin, late))
    }

    /// An event that was known arrives, again or for the first time.
    fn arrival_of_known(
        &mut self,
        event: i64,
        known: CachedEvent,
        incoming: &IncomingArrival,
    ) -> Result<(i64, Option<ArrivalRepeat>, bool), WriteFault> {
        let (at_ms, arrivals) = (incoming.at_ms, known.arrivals + 1);
        let state = code::encode_state(incoming.verification, known.state);
        let is_alike = known.envelope == Some(self.remembered.digest_envelope(incoming));
        let own = (!is_alike).then(|| (&incoming.target, incoming.content.headers.as_block()));
        let (target, headers) = own.unzip();
        self.sql.add_arrival.execute(params![self.last_arrival + 1, event, arrivals, state, at_ms, target, headers])?;
        let first_ms = Some(known.first_ms.unwrap_or(at_ms));
        self.remembered.note(event, CachedEvent { first_ms, arrivals, state, ..known });
        match known.first_ms {
            Some(first_ms) => Ok((event, Some(repeat(RepeatKind::Duplicate, event, first_ms, at_ms)), false)),
            None => self.first_arrival(event, incoming),
        }
    }

    /// An event that was known because it was sent from here arrives for the first time.
    fn first_arrival(
        &mut self,
        event: i64,
        incoming: &IncomingArrival,
    ) -> Result<(i64, Option<ArrivalRepeat>, bool), WriteFault> {
        let twin = self.twin(event, incoming)?;
        self.sql.arrived.execute((event, incoming.at_ms, twin.map(|r| r.of.cast_signed())))?;
        let Some(signup) = incoming.keys.signup else { return Ok((event, twin, false)) };
        let (last, newest) = self.index.find_newest(signup)?.unwrap_or((event, None));
        let own = incoming.keys.occurred_ms;
        self.index.set_newest(signup, last, own.max(newest))?;
        Ok((event, twin, is_older(own, newest)))
    }

    /// The earliest arrived event that differs from this one in its timestamp alone. Where that was removed, another
    /// stands in for it. One from before all retries had ended is none: a sign-up may move twice between the same places.
    fn twin(&mut self, event: i64, incoming: &IncomingArrival) -> rusqlite::Result<Option<ArrivalRepeat>> {
        let since_ms = if incoming.keys.recurs { incoming.at_ms - RETRIES_MS } else { i64::MIN };
        let Some(twin) = self.index.find_twin(&incoming.keys, event, since_ms)? else { return Ok(None) };
        let earliest_ms = self.sql.first.query_row([twin.earliest], |r| r.get(0)).optional()?;
        let (of, first_ms) = earliest_ms.map_or((twin.event, twin.first_ms), |ms| (twin.earliest, ms));
        Ok(Some(repeat(RepeatKind::ProbableRetry, of, first_ms, incoming.at_ms)))
    }

    /// Adds an event. Its number, and whether it is older than the newest that had arrived of its sign-up: every event
    /// is entered with the newest time so far, so that the last one answers for all.
    fn add_event(
        &mut self,
        keys: &EventKeys,
        body: &RawBody,
        seen: &NewEventOrigin<'_>,
    ) -> rusqlite::Result<(i64, bool)> {
        let event = self.last_event + 1;
        let (first, sent_ms, retry_of) = match *seen {
            NewEventOrigin::Sent(at_ms) => (None, Some(at_ms), None),
            NewEventOrigin::Arrived { first, retry_of } => (Some(first), None, retry_of),
        };
        self.sql.add_event.execute(params![
            event,
            first.map(|arrival| arrival.at_ms),
            sent_ms,
            retry_of,
            keys.kind,
            keys.email,
            keys.waitlist,
            self.last_arrival + i64::from(first.is_some()),
            first.map(|arrival| code::encode_state(arrival.verification, 0)),
            first.map(|arrival| arrival.target.as_str()),
            first.map(|arrival| arrival.content.headers.as_block()),
            body.as_bytes(),
        ])?;
        let last = keys.signup.map(|signup| self.index.find_newest(signup)).transpose()?.flatten();
        let newest = last.and_then(|(_, newest)| newest);
        let own = keys.occurred_ms.filter(|_| first.is_some());
        self.index.add(keys, event, own.max(newest));
        self.last_event = event;
        self.note_change();
        Ok((event, is_older(own, newest)))
    }

    pub(super) fn find_or_add_url(&mut self, url: &str) -> rusqlite::Result<i64> {
        match self.sql.find_url.query_row([url], |r| r.get(0)).optional()? {
            Some(id) => Ok(id),
            None => self.sql.add_url.query_row([url], |r| r.get(0)),
        }
    }

    fn has_to_sort(&self) -> bool {
        self.index.is_sorting() || self.index.count_recent() >= self.merge_at
    }
}

impl TransactionTables for StoreTables<'_> {
    /// Takes stock, too, where another process has written since the last transaction.
    fn begin(&mut self) -> rusqlite::Result<()> {
        self.sql.begin.execute([])?;
        let version = Some(single(&mut self.sql.version)?);
        if version != self.version {
            self.take_stock()?;
            self.version = version;
        }
        Ok(())
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        self.index.write_recent()?;
        self.sql.commit.execute([]).map(drop)
    }

    fn roll_back(&mut self, connection: &Connection) {
        self.version = None;
        self.index.forget();
        self.retention.iter_mut().for_each(RetentionSweep::forget);
        if !connection.is_autocommit() {
            // If this fails, the next BEGIN says so.
            let _ = connection.execute_batch("ROLLBACK");
        }
    }

    fn is_untidy(&self) -> bool {
        self.has_to_sort() || self.retention.as_ref().is_some_and(|sweep| sweep.is_due(self.used_bytes()))
    }

    fn finish(&mut self) {
        self.retention.iter_mut().for_each(RetentionSweep::finish);
    }

    /// Sorts a portion of what is recent into the trees.
    fn tidy(&mut self) -> Result<(), WriteFault> {
        if !self.has_to_sort() {
            return self.apply_retention();
        }
        // Where this fails, it is not tried again with every group.
        self.merge_at = self.index.count_recent() + RECENT / 8;
        self.index.merge_portion()?;
        if !self.index.is_sorting() {
            self.merge_at = RECENT;
        }
        Ok(())
    }
}

fn is_older(own: Option<i64>, newest: Option<i64>) -> bool {
    own.zip(newest).is_some_and(|(own, newest)| own < newest)
}

fn single(statement: &mut Statement<'_>) -> rusqlite::Result<u64> {
    statement.query_row([], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// A clock that was set back does not make the gap negative.
fn repeat(kind: RepeatKind, of: i64, first_ms: i64, at_ms: i64) -> ArrivalRepeat {
    ArrivalRepeat { kind, of: of.unsigned_abs(), gap_ms: Some(at_ms.saturating_sub(first_ms).max(0)) }
}
