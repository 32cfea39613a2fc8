//! What a listener keeps: the newest events, the young ones, as much as fits. The oldest go between the groups, a
//! portion each time, so that no answer waits for it; what a target has not acknowledged yet never goes.
//!
//! May know the rows and, by a door that is handed in, which events are due for a target. Must not know the listener.

use super::code;
use super::sql::statements;
use crate::clock::SharedClock;
use crate::protocol::attempt::DeliveryPurpose;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use rusqlite::{Connection, OptionalExtension};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Events that are looked at in one transaction. Tests meet the end of a portion often.
const PORTION: i64 = if cfg!(test) { 4 } else { 1024 };

/// Parts of what is kept that may come on top before the oldest go.
const SLACK: u64 = 16;

/// How often the age of what is kept is looked at.
const AGE_EVERY_MS: i64 = 60_000;

/// Of the bytes that are allowed, these eighths are aimed at: what comes meanwhile has room.
const AIM: u64 = 7;

/// What is kept. With none of the bounds everything is.
#[derive(Clone)]
pub(crate) struct StoreRetention {
    /// So many events, the newest.
    pub events: Option<u64>,
    /// What was seen within this time.
    pub age: Option<Duration>,
    /// As many as take so many bytes, the newest.
    pub bytes: Option<u64>,
    /// Who has to get events first.
    pub targets: Vec<RetentionTarget>,
    /// What time it is.
    pub clock: SharedClock,
}

/// Whether an event is for a target.
pub(crate) type DueFilter = Arc<dyn Fn(&EventFacts, &RawBody) -> bool + Send + Sync>;

/// A target that events are forwarded to.
#[derive(Clone)]
pub(crate) struct RetentionTarget {
    /// As attempts are recorded.
    pub url: String,
    /// Whether it gets an event.
    pub is_due: DueFilter,
}

impl std::fmt::Debug for StoreRetention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let targets = self.targets.iter().map(|target| &target.url).collect::<Vec<_>>();
        f.debug_struct("StoreRetention")
            .field("events", &self.events)
            .field("targets", &targets)
            .finish_non_exhaustive()
    }
}

statements! {
    beyond: "SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET ?1";
    after: "SELECT id, max(coalesce(first_ms, 0), coalesce(sent_ms, 0)) FROM events WHERE id > ?1 ORDER BY id LIMIT ?2";
    last_seen: "SELECT max(at_ms) FROM arrivals WHERE event = ?1";
    content: "SELECT body, retry_of, first_ms IS NOT NULL FROM events WHERE id = ?1";
    there: "SELECT 1 FROM events WHERE id = ?1";
    failed: "SELECT 1 FROM attempts a WHERE a.event = ?1 AND a.failed AND a.purpose = ?2 AND NOT EXISTS
        (SELECT 1 FROM attempts b WHERE b.event = a.event AND b.url = a.url AND NOT b.failed) LIMIT 1";
    acknowledged: "SELECT 1 FROM attempts WHERE event = ?1 AND NOT failed
        AND url = (SELECT id FROM urls WHERE url = ?2) LIMIT 1";
    first_forward: "SELECT min(event) FROM attempts WHERE purpose = ?2
        AND url = (SELECT id FROM urls WHERE url = ?1)";
}

/// How far the oldest events were looked at.
pub(super) struct RetentionSweep<'c> {
    rules: Arc<StoreRetention>,
    /// For each target the first event that it was to get.
    due_from: Vec<i64>,
    /// Events up to this number were looked at.
    cursor: i64,
    /// Those of them that were kept: not forwarded yet, or seen again.
    held: VecDeque<i64>,
    /// Events and attempts that came since the last look.
    pub(super) changes: u64,
    /// So many of these are let come.
    step: u64,
    /// When ages are looked at next, in Unix milliseconds.
    next_ms: i64,
    unfinished: bool,
    sql: PreparedStatements<'c>,
}

impl<'c> RetentionSweep<'c> {
    /// Prepares; `last_event` is the newest before this run.
    pub(super) fn new(
        connection: &'c Connection,
        rules: &Arc<StoreRetention>,
        last_event: i64,
    ) -> rusqlite::Result<Self> {
        let mut sql = PreparedStatements::prepare(connection)?;
        let forward = code::encode_purpose(DeliveryPurpose::Forward);
        let mut due_from = Vec::with_capacity(rules.targets.len());
        for target in &rules.targets {
            let first = sql.first_forward.query_row((&target.url, forward), |r| r.get::<_, Option<i64>>(0))?;
            // A target that is new has no claim on what was there before it.
            due_from.push(first.unwrap_or(last_event + 1));
        }
        let step = rules.events.map_or(1024, |events| (events / SLACK).clamp(1, 16_384));
        let rules = rules.clone();
        Ok(Self {
            rules,
            due_from,
            cursor: 0,
            held: VecDeque::new(),
            changes: 0,
            step,
            next_ms: 0,
            unfinished: true,
            sql,
        })
    }

    /// Whether something may have to go.
    pub(super) fn is_due(&self, used: u64) -> bool {
        self.unfinished
            || self.changes >= self.step
            || (self.changes > 0 && self.is_over(used))
            || (self.rules.age.is_some() && self.now_ms() >= self.next_ms)
    }

    /// From now on the bounds are kept to the letter: nothing more comes.
    pub(super) fn finish(&mut self) {
        (self.unfinished, self.step) = (true, u64::MAX);
    }

    /// Looks at everything anew: what was removed last may be there again.
    pub(super) fn forget(&mut self) {
        (self.cursor, self.unfinished) = (0, true);
        self.held.clear();
    }

    /// Whether bytes are among the bounds.
    pub(super) fn bounds_bytes(&self) -> bool {
        self.rules.bytes.is_some()
    }

    /// Comes back soon: something had to be put in order first.
    pub(super) fn put_off(&mut self) {
        self.unfinished = true;
    }

    /// Those that were kept before and are looked at again, a portion of them.
    pub(super) fn take_held(&mut self) -> Vec<(i64, bool)> {
        let count = self.held.len().min(PORTION.unsigned_abs() as usize);
        self.held.drain(..count).map(|event| (event, true)).collect()
    }

    /// An event stays for now.
    pub(super) fn hold(&mut self, event: i64) {
        self.held.push_back(event);
    }

    /// Everything up to an event was looked at; there was nothing where it is `None`.
    pub(super) fn note_portion(&mut self, last: Option<i64>) {
        self.cursor = last.unwrap_or(self.cursor);
        self.unfinished = last.is_some();
        self.changes = 0;
        self.next_ms = self.now_ms().saturating_add(AGE_EVERY_MS);
    }

    fn now_ms(&self) -> i64 {
        self.rules.clock.now().as_millisecond()
    }

    fn is_over(&self, used: u64) -> bool {
        self.rules.bytes.is_some_and(|bytes| used > bytes / 8 * AIM)
    }

    /// The next events that are beyond what is kept, oldest first, and whether their age alone says so.
    pub(super) fn find_beyond(&mut self, used: u64) -> rusqlite::Result<Vec<(i64, bool)>> {
        let mut bound = 0;
        if let Some(events) = self.rules.events {
            bound = self.sql.beyond.query_row([events.cast_signed()], |r| r.get(0)).optional()?.unwrap_or(0);
        }
        let over = self.is_over(used);
        let age = self.rules.age.map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let oldest = age.map_or(i64::MIN, |age| self.now_ms().saturating_sub(age));
        let mut rows = self.sql.after.query((self.cursor, PORTION))?;
        let mut beyond = Vec::new();
        while let Some(row) = rows.next()? {
            let (event, seen): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (surplus, old) = (event <= bound || over, seen < oldest);
            if !surplus && !old {
                break;
            }
            beyond.push((event, !surplus));
        }
        Ok(beyond)
    }

    /// Whether an event may go.
    pub(super) fn may_go(&mut self, event: i64, by_age: bool) -> rusqlite::Result<bool> {
        if self.sql.failed.exists((event, code::encode_purpose(DeliveryPurpose::Forward)))? {
            return Ok(false);
        }
        if let (true, Some(age)) = (by_age, self.rules.age) {
            let seen = self.sql.last_seen.query_row([event], |r| r.get::<_, Option<i64>>(0))?;
            let oldest = self.now_ms().saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
            if seen.is_some_and(|seen| seen >= oldest) {
                return Ok(false);
            }
        }
        if self.due_from.iter().all(|from| event < *from) {
            return Ok(true);
        }
        let content = self.sql.content.query_row([event], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get(1)?, r.get(2)?)));
        let Some((body, retry_of, arrived)) = content.optional()? else { return Ok(true) };
        if arrived { self.was_forwarded(event, RawBody::new(body), retry_of) } else { Ok(true) }
    }

    /// Whether every target that was to get an event has acknowledged it, or the one that it repeats.
    fn was_forwarded(&mut self, event: i64, body: RawBody, retry_of: Option<i64>) -> rusqlite::Result<bool> {
        let facts = EventFacts::from_body(&body);
        let rules = self.rules.clone();
        for (target, from) in rules.targets.iter().zip(self.due_from.clone()) {
            if event < from || !(target.is_due)(&facts, &body) || self.sql.acknowledged.exists((event, &target.url))? {
                continue;
            }
            let Some(first) = retry_of else { return Ok(false) };
            // The first one would not have gone without an acknowledgement.
            if self.sql.there.exists([first])? && !self.sql.acknowledged.exists((first, &target.url))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
