//! What one job does to the tables.
//!
//! May know the rows and the rules by which an arrival repeats another or comes out of order. Must not decide what
//! makes a transaction, nor answer: `writer` does. Its statements are prepared once, for the life of the connection.

use super::code::{self, OutcomeColumns};
use super::error::Fault;
use super::job::{Incoming, Outgoing};
use super::key::Keys;
use crate::protocol::arrival::{REFUSED_KEPT, RecordError, Recorded, Refused, Repeat, RepeatKind};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::Facts;
use rusqlite::{Connection, OptionalExtension, Statement, params};

/// Bytes that a row takes beside its body and header lines: its keys in all trees, and what pages leave unused.
const ROW_BYTES: u64 = 160;

/// The tables as the writer works on them.
pub(super) struct Ledger<'c> {
    /// Highest numbers given out, as of this transaction.
    last_event: i64,
    pub(super) last_arrival: i64,
    /// Bytes that live pages took when the transaction began, and what was added since.
    used: u64,
    quota: u64,
    pub(super) sql: Sql<'c>,
}

/// What is known of an event that is there already.
struct Known {
    event: i64,
    first_ms: Option<i64>,
    /// Number and state of its last arrival.
    last: Option<(i64, i64)>,
}

macro_rules! statements {
    ($($name:ident: $text:expr;)*) => {
        pub(super) struct Sql<'c> { $(pub(super) $name: Statement<'c>,)* }

        impl<'c> Sql<'c> {
            fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
                Ok(Self { $($name: connection.prepare($text)?,)* })
            }
        }
    };
}

statements! {
    begin: "BEGIN IMMEDIATE";
    commit: "COMMIT";
    numbers: "SELECT max(r.events, coalesce((SELECT max(id) FROM events), 0)),
        max(r.arrivals, coalesce((SELECT max(id) FROM arrivals), 0)) FROM removed r";
    pages: "PRAGMA page_count";
    free_pages: "PRAGMA freelist_count";
    page_size: "PRAGMA page_size";
    find: "SELECT i.event, e.first_ms, a.nth, a.state FROM identity i JOIN events e ON e.id = i.event
        LEFT JOIN arrivals a INDEXED BY arrivals_of_event ON a.event = i.event
        WHERE i.twin = ?1 AND i.print = ?2 ORDER BY a.nth DESC LIMIT 1";
    twin: "SELECT coalesce(e.retry_of, e.id), e.id, e.first_ms FROM identity i JOIN events e ON e.id = i.event
        WHERE i.twin = ?1 AND e.first_ms IS NOT NULL AND e.id <> ?2 LIMIT 1";
    first: "SELECT first_ms FROM events WHERE id = ?1 AND first_ms IS NOT NULL";
    add_event: "INSERT INTO events (id, first_ms, sent_ms, retry_of, kind, email, waitlist, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    add_identity: "INSERT INTO identity (twin, print, event) VALUES (?1, ?2, ?3)";
    arrived: "UPDATE events SET first_ms = ?2, retry_of = ?3 WHERE id = ?1";
    sent: "UPDATE events SET sent_ms = ?2 WHERE id = ?1 AND sent_ms IS NULL";
    newest: "SELECT event, newest_ms FROM signups WHERE signup = ?1 ORDER BY event DESC LIMIT 1";
    add_signup: "INSERT INTO signups (signup, event, newest_ms) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET newest_ms = excluded.newest_ms";
    add_arrival: "INSERT INTO arrivals (id, event, nth, state, at_ms, target, headers)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    find_url: "SELECT id FROM urls WHERE url = ?1";
    add_url: "INSERT INTO urls (url) VALUES (?1) RETURNING id";
    add_attempt: "INSERT INTO attempts (event, failed, url, purpose, number, at_ms, latency_us, outcome, status,
        truncated, words, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    acknowledged: "SELECT 1 FROM attempts WHERE event = ?1 AND purpose = ?3 AND failed = 0
        AND url = (SELECT id FROM urls WHERE url = ?2) LIMIT 1";
    add_refused: "INSERT INTO refused (at_ms, reason, target, headers, body) VALUES (?1, ?2, ?3, ?4, ?5)
        RETURNING id";
    keep_numbers: "UPDATE removed SET events = max(events, ?1), arrivals = max(arrivals, ?2)";
    body: "SELECT body FROM events WHERE id = ?1";
    drop_identity: "DELETE FROM identity WHERE twin = ?1 AND print = ?2";
    drop_signup: "DELETE FROM signups WHERE signup = ?1 AND event = ?2";
    drop_arrivals: "DELETE FROM arrivals WHERE event = ?1";
    drop_attempts: "DELETE FROM attempts WHERE event = ?1";
    drop_event: "DELETE FROM events WHERE id = ?1";
    drop_refused: "DELETE FROM refused WHERE id <= ?1";
    arrival_after: "SELECT a.id, a.event, e.retry_of, a.nth > 1 OR e.retry_of IS NOT NULL, a.headers, e.body
        FROM arrivals a CROSS JOIN events e ON e.id = a.event WHERE a.id > ?1 ORDER BY a.id LIMIT 1";
    progress: "SELECT arrival, attempts, first_ms, due_ms FROM progress WHERE url = ?1";
    advance: "INSERT INTO progress (url, arrival, attempts, first_ms, due_ms) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET arrival = excluded.arrival, attempts = excluded.attempts,
        first_ms = excluded.first_ms, due_ms = excluded.due_ms";
    keep_load: "INSERT INTO loads (at_ms, summary) VALUES (?1, ?2) RETURNING id";
}

impl<'c> Ledger<'c> {
    /// Prepares the statements. Nothing is read before [`Ledger::begin`].
    pub fn new(connection: &'c Connection, quota: u64) -> rusqlite::Result<Self> {
        Ok(Self { last_event: 0, last_arrival: 0, used: 0, quota, sql: Sql::prepare(connection)? })
    }

    /// Begins a transaction, waiting for the lock, and takes stock: another process may have written since the last.
    pub fn begin(&mut self) -> rusqlite::Result<()> {
        self.sql.begin.execute([])?;
        (self.last_event, self.last_arrival) = self.sql.numbers.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let pages = single(&mut self.sql.pages)?.saturating_sub(single(&mut self.sql.free_pages)?);
        self.used = pages.saturating_mul(single(&mut self.sql.page_size)?);
        Ok(())
    }

    /// Commits: when this returns, the transaction is on the disk.
    pub fn commit(&mut self) -> rusqlite::Result<()> {
        self.sql.commit.execute([]).map(drop)
    }

    /// Enters an arrival.
    pub fn record(&mut self, incoming: &Incoming) -> Result<Recorded, Fault> {
        let keys = &incoming.keys;
        let known = self.find(keys)?;
        let is_new = known.is_none();
        self.reserve(incoming.headers.as_block().len() + if is_new { incoming.body.len() } else { 0 })?;
        let (event, repeat, out_of_order) = match known {
            Some(Known { event, first_ms: Some(first_ms), .. }) => {
                (event, Some(repeat(RepeatKind::Duplicate, event, first_ms, incoming.at_ms)), false)
            }
            Some(Known { event, .. }) => self.first_arrival(event, incoming)?,
            None => self.new_arrival(incoming)?,
        };
        let (nth, state) = known.and_then(|k| k.last).unwrap_or_default();
        let arrival = self.last_arrival + 1;
        let state = code::state(incoming.verification, state);
        let headers = incoming.headers.as_block();
        let row = params![arrival, event, nth + 1, state, incoming.at_ms, incoming.target, headers];
        self.sql.add_arrival.execute(row)?;
        self.last_arrival = arrival;
        Ok(Recorded { event: event.unsigned_abs(), arrival: arrival.unsigned_abs(), repeat, out_of_order })
    }

    /// Enters an event that is about to be sent, and answers with its number.
    pub fn sent(&mut self, outgoing: &Outgoing) -> Result<u64, Fault> {
        let known = self.find(&outgoing.keys)?;
        let event = match known {
            Some(Known { event, .. }) => {
                self.sql.sent.execute((event, outgoing.at_ms))?;
                event
            }
            None => {
                self.reserve(outgoing.body.len())?;
                let event = self.add_event(&outgoing.keys, &outgoing.body, (None, Some(outgoing.at_ms), None))?;
                self.out_of_order(event, &outgoing.keys, false)?;
                event
            }
        };
        Ok(event.unsigned_abs())
    }

    /// Enters an attempt.
    pub fn attempt(&mut self, attempt: &Attempt) -> Result<(), Fault> {
        let columns = OutcomeColumns::of(&attempt.outcome);
        self.reserve(columns.answer.as_ref().map_or(0, |body| body.len()))?;
        let url = self.url(&attempt.url)?;
        self.sql.add_attempt.execute(params![
            attempt.event.cast_signed(),
            !attempt.outcome.acknowledged(),
            url,
            code::purpose(attempt.purpose),
            attempt.number,
            attempt.at.as_millisecond(),
            code::latency_us(attempt),
            columns.outcome,
            columns.status,
            columns.truncated,
            columns.words,
            columns.answer.as_deref(),
        ])?;
        Ok(())
    }

    /// Whether a forward of this event to this URL was ever acknowledged.
    pub fn was_forwarded(&mut self, event: u64, url: &str) -> Result<bool, Fault> {
        let forward = code::purpose(crate::protocol::attempt::Purpose::Forward);
        Ok(self.sql.acknowledged.exists((event.cast_signed(), url, forward))?)
    }

    /// Enters a refused request into the ring, and answers with its number. The quota is not asked: the ring bounds
    /// itself, and diagnosis matters most when things go wrong.
    pub fn refuse(&mut self, refused: &Refused) -> Result<u64, Fault> {
        let (at, reason) = (refused.at.as_millisecond(), code::reason(refused.reason));
        let row = (at, reason, &refused.target, refused.headers.as_block(), refused.body.as_bytes());
        let number: i64 = self.sql.add_refused.query_row(row, |r| r.get(0))?;
        self.sql.drop_refused.execute([number - REFUSED_KEPT.cast_signed()])?;
        Ok(number.unsigned_abs())
    }

    /// Removes events with all that belongs to them, and answers how many there were. Their numbers are not given out
    /// again.
    pub fn remove(&mut self, events: &[u64]) -> Result<u64, Fault> {
        let (last_event, last_arrival) = (self.last_event, self.last_arrival);
        self.sql.keep_numbers.execute((last_event, last_arrival))?;
        let mut removed = 0;
        for event in events {
            let event = event.cast_signed();
            let read = |r: &rusqlite::Row<'_>| r.get::<_, Vec<u8>>(0);
            let Some(body) = self.sql.body.query_row([event], read).optional()? else { continue };
            let body = RawBody::new(body);
            self.remove_one(event, &Keys::of(&body, &Facts::of(&body)))?;
            removed += 1;
        }
        Ok(removed)
    }

    fn remove_one(&mut self, event: i64, keys: &Keys) -> rusqlite::Result<()> {
        self.sql.drop_identity.execute((keys.twin, &keys.print))?;
        if let Some(signup) = keys.signup {
            self.sql.drop_signup.execute((signup, event))?;
        }
        self.sql.drop_arrivals.execute([event])?;
        self.sql.drop_attempts.execute([event])?;
        self.sql.drop_event.execute([event]).map(drop)
    }

    /// Whether an event is there.
    pub(super) fn knows(&mut self, keys: &Keys) -> Result<bool, Fault> {
        Ok(self.find(keys)?.is_some())
    }

    fn find(&mut self, keys: &Keys) -> rusqlite::Result<Option<Known>> {
        let read = |r: &rusqlite::Row<'_>| {
            let last = r.get::<_, Option<i64>>(2)?.map(|nth| Ok::<_, rusqlite::Error>((nth, r.get(3)?))).transpose()?;
            Ok(Known { event: r.get(0)?, first_ms: r.get(1)?, last })
        };
        self.sql.find.query_row((keys.twin, &keys.print), read).optional()
    }

    /// An event of which nothing was known arrives.
    fn new_arrival(&mut self, incoming: &Incoming) -> Result<(i64, Option<Repeat>, bool), Fault> {
        let next = self.last_event + 1;
        let twin = self.twin(next, incoming)?;
        let retry_of = twin.map(|r| r.of.cast_signed());
        let event = self.add_event(&incoming.keys, &incoming.body, (Some(incoming.at_ms), None, retry_of))?;
        let late = self.out_of_order(event, &incoming.keys, true)?;
        Ok((event, twin, late))
    }

    /// An event that was known because it was sent from here arrives for the first time.
    fn first_arrival(&mut self, event: i64, incoming: &Incoming) -> Result<(i64, Option<Repeat>, bool), Fault> {
        let twin = self.twin(event, incoming)?;
        self.sql.arrived.execute((event, incoming.at_ms, twin.map(|r| r.of.cast_signed())))?;
        let late = self.out_of_order(event, &incoming.keys, true)?;
        Ok((event, twin, late))
    }

    /// The earliest arrived event that differs from this one in its timestamp alone. Any arrived twin knows it, so
    /// one is enough however many there are. Where the earliest was removed, the twin that was found stands in.
    fn twin(&mut self, event: i64, incoming: &Incoming) -> rusqlite::Result<Option<Repeat>> {
        if !incoming.keys.twinned {
            return Ok(None);
        }
        let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, r.get::<_, i64>(2)?));
        let found = self.sql.twin.query_row((incoming.keys.twin, event), read).optional()?;
        let Some((root, member, member_ms)) = found else { return Ok(None) };
        let root_ms = self.sql.first.query_row([root], |r| r.get(0)).optional()?;
        let (of, first_ms) = root_ms.map_or((member, member_ms), |ms| (root, ms));
        Ok(Some(repeat(RepeatKind::ProbableRetry, of, first_ms, incoming.at_ms)))
    }

    /// Adds an event with its first arrival, its sending and the event that it repeats, and answers with its number.
    fn add_event(
        &mut self,
        keys: &Keys,
        body: &RawBody,
        (first_ms, sent_ms, retry_of): (Option<i64>, Option<i64>, Option<i64>),
    ) -> rusqlite::Result<i64> {
        let event = self.last_event + 1;
        let row = params![event, first_ms, sent_ms, retry_of, keys.kind, keys.email, keys.waitlist, body.as_bytes()];
        self.sql.add_event.execute(row)?;
        self.sql.add_identity.execute((keys.twin, &keys.print, event))?;
        self.last_event = event;
        Ok(event)
    }

    /// Enters an event under its sign-up. Whether it is older than the newest that had arrived of that sign-up.
    /// Every row repeats the newest time, so that the last one answers for all.
    fn out_of_order(&mut self, event: i64, keys: &Keys, arrived: bool) -> rusqlite::Result<bool> {
        let Some(signup) = keys.signup else { return Ok(false) };
        let read = |r: &rusqlite::Row<'_>| Ok((r.get::<_, i64>(0)?, r.get::<_, Option<i64>>(1)?));
        let last = self.sql.newest.query_row([signup], read).optional()?;
        let (last_event, newest) = last.map_or((event, None), |(last, newest)| (last.max(event), newest));
        let own = keys.occurred_ms.filter(|_| arrived);
        self.sql.add_signup.execute((signup, last_event, own.max(newest)))?;
        Ok(own.is_some_and(|own| newest.is_some_and(|newest| own < newest)))
    }

    pub(super) fn url(&mut self, url: &str) -> rusqlite::Result<i64> {
        match self.sql.find_url.query_row([url], |r| r.get(0)).optional()? {
            Some(id) => Ok(id),
            None => self.sql.add_url.query_row([url], |r| r.get(0)),
        }
    }

    pub(super) fn reserve(&mut self, bytes: usize) -> Result<(), Fault> {
        let used = self.used.saturating_add(bytes as u64).saturating_add(ROW_BYTES);
        if used > self.quota {
            return Err(Fault::Refusal(RecordError::Full { quota: self.quota }));
        }
        self.used = used;
        Ok(())
    }
}

fn single(statement: &mut Statement<'_>) -> rusqlite::Result<u64> {
    statement.query_row([], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// A clock that was set back does not make the gap negative.
fn repeat(kind: RepeatKind, of: i64, first_ms: i64, at_ms: i64) -> Repeat {
    Repeat { kind, of: of.unsigned_abs(), gap_ms: at_ms.saturating_sub(first_ms).max(0) }
}
