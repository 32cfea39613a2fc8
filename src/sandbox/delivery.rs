//! Rows of deliveries and of their attempts: what is due, that an attempt begins, how it ended, and what a sandbox
//! that was killed left behind.
//!
//! May know the tables and the schedule. Time is a parameter.

use super::retry_policy::SandboxRetryPolicy;
use crate::database::{OutcomeColumns, decode_time};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::body::RawBody;
use crate::protocol::delivery::{SandboxAttemptState, SandboxDelivery, SandboxDeliveryAttempt, SandboxDeliveryState};
use crate::protocol::schedule::MAX_ATTEMPTS;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// A delivery that waits for an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueuedDelivery {
    /// When, in Unix milliseconds.
    pub due_ms: i64,
    pub delivery: i64,
    /// What it must not overtake: the events of one sign-up go to one URL one after the other.
    pub lane: u64,
}

impl QueuedDelivery {
    fn new(delivery: i64, due_ms: i64, url: &str, signup: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (url, signup).hash(&mut hasher);
        Self { due_ms, delivery, lane: hasher.finish() }
    }
}

/// A delivery to be made.
#[derive(Debug, Clone)]
pub(super) struct NewDelivery<'a> {
    pub subscription: &'a str,
    pub event: &'static str,
    pub signup: &'a str,
    pub email: &'a str,
    pub url: &'a str,
    pub body: &'a [u8],
}

/// Enters a delivery whose first attempt is due now.
pub(super) fn add_delivery(book: &Connection, new: &NewDelivery<'_>, now_ms: i64) -> rusqlite::Result<QueuedDelivery> {
    book.prepare_cached(
        "INSERT INTO deliveries (subscription, event, signup, email, url, created_ms, state, attempts, first_ms, due_ms,
         body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, ?6, ?6, ?7)",
    )?
    .execute(params![new.subscription, new.event, new.signup, new.email, new.url, now_ms, new.body])?;
    Ok(QueuedDelivery::new(book.last_insert_rowid(), now_ms, new.url, new.signup))
}

/// What is begun: an attempt whose row is written.
#[derive(Debug, Clone)]
pub(super) struct StartedAttempt {
    pub row: i64,
    pub delivery: i64,
    pub subscription: String,
    pub event: String,
    pub email: String,
    pub url: String,
    pub body: RawBody,
    pub number: u32,
    pub again: bool,
    pub first_ms: i64,
    pub due_ms: i64,
    pub started_ms: i64,
}

/// Writes the row of an attempt that is about to be made; `None` where the delivery no longer waits for one.
pub(super) fn begin_attempt(book: &Connection, delivery: i64, now_ms: i64) -> rusqlite::Result<Option<StartedAttempt>> {
    let read = |row: &Row<'_>| {
        Ok(StartedAttempt {
            row: 0,
            delivery,
            subscription: row.get(0)?,
            event: row.get(1)?,
            email: row.get(2)?,
            url: row.get(3)?,
            body: RawBody::new(row.get::<_, Vec<u8>>(4)?),
            number: row.get::<_, u32>(5)? + 1,
            again: false,
            first_ms: row.get(6)?,
            due_ms: row.get(7)?,
            started_ms: now_ms,
        })
    };
    let found = book
        .prepare_cached(
            "SELECT subscription, event, email, url, body, attempts, first_ms, due_ms FROM deliveries
             WHERE id = ?1 AND state = 0",
        )?
        .query_row([delivery], read)
        .optional()?;
    let Some(mut begun) = found else { return Ok(None) };
    begun.again = book
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM attempts WHERE delivery = ?1 AND number = ?2)")?
        .query_row(params![delivery, begun.number], |row| row.get(0))?;
    book.prepare_cached(
        "INSERT INTO attempts (delivery, number, again, due_ms, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![delivery, begun.number, begun.again, begun.due_ms, now_ms])?;
    begun.row = book.last_insert_rowid();
    book.prepare_cached("UPDATE deliveries SET attempts = ?2 WHERE id = ?1")?
        .execute(params![delivery, begun.number])?;
    Ok(Some(begun))
}

/// What an attempt made of its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeliveryUpdate {
    pub state: SandboxDeliveryState,
    pub next_ms: Option<i64>,
}

/// Writes how an attempt ended, and what follows from it.
pub(super) fn end_attempt(
    book: &Connection,
    begun: &StartedAttempt,
    outcome: &AttemptOutcome,
    latency: Duration,
    pace: SandboxRetryPolicy,
    now_ms: i64,
) -> rusqlite::Result<DeliveryUpdate> {
    let columns = OutcomeColumns::from_outcome(outcome);
    book.prepare_cached(
        "UPDATE attempts SET latency_us = ?2, outcome = ?3, status = ?4, truncated = ?5, words = ?6, answer = ?7
         WHERE id = ?1",
    )?
    .execute(params![
        begun.row,
        i64::try_from(latency.as_micros()).unwrap_or(i64::MAX),
        columns.outcome,
        columns.status,
        columns.truncated,
        columns.words,
        columns.answer.as_deref(),
    ])?;
    let next = pace.next_due_ms(begun.number, begun.first_ms, begun.due_ms, now_ms).map(|due_ms| due_ms.max(now_ms));
    let state = match (outcome.is_acknowledged(), next) {
        (true, _) => SandboxDeliveryState::Delivered,
        (false, None) => SandboxDeliveryState::Failed,
        (false, Some(_)) => SandboxDeliveryState::Pending,
    };
    let next_ms = next.filter(|_| state == SandboxDeliveryState::Pending);
    // A delivery that was cancelled meanwhile stays so, unless it got through.
    let changed = book
        .prepare_cached("UPDATE deliveries SET state = ?2, due_ms = ?3 WHERE id = ?1 AND (state = 0 OR ?2 = 1)")?
        .execute(params![begun.delivery, code(state), next_ms.unwrap_or(begun.due_ms)])?;
    Ok(if changed == 1 {
        DeliveryUpdate { state, next_ms }
    } else {
        DeliveryUpdate { state: SandboxDeliveryState::Cancelled, next_ms: None }
    })
}

/// Marks what a sandbox that ended in the middle of things left under way, so that it is tried again with the same
/// number; moves what came due meanwhile to now; and answers with everything that waits, and how much was interrupted.
///
/// Nothing waits for longer than the schedule has it: what does was noted by a clock that was ahead of this one, or at
/// another speed. Its first attempt moves along, since delays may count from that.
pub(super) fn recover_deliveries(
    book: &Connection,
    pace: SandboxRetryPolicy,
    now_ms: i64,
) -> rusqlite::Result<(Vec<QueuedDelivery>, usize)> {
    let interrupted = book.execute(
        "UPDATE deliveries SET attempts = attempts - 1
         WHERE id IN (SELECT delivery FROM attempts WHERE outcome IS NULL)",
        [],
    )?;
    book.execute("UPDATE attempts SET outcome = -1 WHERE outcome IS NULL", [])?;
    book.execute("UPDATE deliveries SET due_ms = ?1 WHERE state = 0 AND due_ms < ?1", [now_ms])?;
    for made in 0..MAX_ATTEMPTS {
        book.execute(
            "UPDATE deliveries SET first_ms = first_ms - (due_ms - ?2), due_ms = ?2
             WHERE state = 0 AND attempts = ?1 AND due_ms > ?2",
            [i64::from(made), now_ms.saturating_add(pace.gap_ms(made))],
        )?;
    }
    let mut waiting = book.prepare("SELECT id, due_ms, url, signup FROM deliveries WHERE state = 0")?;
    let read = |row: &Row<'_>| {
        Ok(QueuedDelivery::new(row.get(0)?, row.get(1)?, row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?))
    };
    Ok((waiting.query_map([], read)?.collect::<Result<_, _>>()?, interrupted))
}

/// Makes what waits for an attempt due now; `None` where it does not wait, or one is under way.
pub(super) fn hasten_delivery(book: &Connection, number: u64, now_ms: i64) -> rusqlite::Result<Option<QueuedDelivery>> {
    let id = number.cast_signed();
    book.prepare_cached(
        "UPDATE deliveries SET due_ms = ?2 WHERE id = ?1 AND state = 0
         AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery = ?1 AND outcome IS NULL) RETURNING url, signup",
    )?
    .query_row(params![id, now_ms], |row| {
        Ok(QueuedDelivery::new(id, now_ms, row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?))
    })
    .optional()
}

/// Gives up what waits for a subscription that is removed.
pub(super) fn cancel_deliveries(book: &Connection, subscription: &str) -> rusqlite::Result<usize> {
    book.prepare_cached("UPDATE deliveries SET state = 3 WHERE subscription = ?1 AND state = 0")?
        .execute([subscription])
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeliveryFilter {
    /// In this state only.
    pub state: Option<SandboxDeliveryState>,
    /// Of this subscription only.
    pub subscription: Option<String>,
    /// At most so many, the newest; `None` for all.
    pub limit: Option<u64>,
}

impl DeliveryFilter {
    /// As the query of a URL.
    pub(crate) fn to_query(&self) -> String {
        let state = self.state.map(|state| ("state", state.name().to_owned()));
        let subscription = self.subscription.clone().map(|subscription| ("subscription", subscription));
        let limit = self.limit.map(|limit| ("limit", limit.to_string()));
        let parts = state.into_iter().chain(subscription).chain(limit);
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish()
    }

    /// Reads such a query, in which the limit is `usual` where there is none; what is wrong with it in words.
    pub(super) fn parse_query(query: &str, usual: u64) -> Result<Self, String> {
        let mut read = Self { limit: Some(usual), ..Self::default() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "state" => {
                    let state = SandboxDeliveryState::ALL.into_iter().find(|state| state.name() == value);
                    let names = SandboxDeliveryState::ALL.map(SandboxDeliveryState::name).join(", ");
                    read.state = Some(state.ok_or_else(|| format!("state must be one of {names}"))?);
                }
                "subscription" => read.subscription = Some(value.into_owned()),
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| *limit > 0);
                    read.limit = Some(limit.ok_or("limit must be a whole number from 1")?);
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Deliveries with their attempts, oldest first.
pub(super) fn list_deliveries(book: &Connection, wanted: &DeliveryFilter) -> rusqlite::Result<Vec<SandboxDelivery>> {
    let mut statement = book.prepare_cached(
        "SELECT id, subscription, event, signup, email, url, body, created_ms, state, due_ms FROM deliveries
         WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR subscription = ?2) ORDER BY id DESC LIMIT ?3",
    )?;
    let limit = wanted.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
    let found = statement.query_map(params![wanted.state.map(code), wanted.subscription, limit], delivery)?;
    let mut deliveries = found.collect::<Result<Vec<_>, _>>()?;
    deliveries.reverse();
    let mut attempts = book.prepare_cached(
        "SELECT number, again, due_ms, started_ms, latency_us, outcome, status, truncated, words, answer FROM attempts
         WHERE delivery = ?1 ORDER BY id",
    )?;
    for delivery in &mut deliveries {
        let made = attempts.query_map([delivery.number.cast_signed()], attempt)?;
        delivery.attempts = made.collect::<Result<_, _>>()?;
    }
    Ok(deliveries)
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<SandboxDelivery> {
    let state = state(row.get(8)?);
    Ok(SandboxDelivery {
        number: row.get::<_, i64>(0)?.unsigned_abs(),
        subscription: row.get(1)?,
        event_type: row.get(2)?,
        signup: row.get(3)?,
        email: row.get(4)?,
        url: row.get(5)?,
        body: RawBody::new(row.get::<_, Vec<u8>>(6)?),
        created_at: moment(row, 7)?,
        state,
        due_at: (state == SandboxDeliveryState::Pending).then(|| moment(row, 9)).transpose()?,
        attempts: Vec::new(),
    })
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<SandboxDeliveryAttempt> {
    let end = match row.get::<_, Option<i64>>(5)? {
        None => SandboxAttemptState::UnderWay,
        Some(-1) => SandboxAttemptState::Interrupted,
        Some(outcome) => {
            let columns = OutcomeColumns {
                outcome,
                status: row.get(6)?,
                truncated: row.get(7)?,
                words: row.get(8)?,
                answer: row.get::<_, Option<Vec<u8>>>(9)?.map(Into::into),
            };
            let outcome = columns.into_outcome().map_err(|unwritten| unreadable(5, unwritten))?;
            SandboxAttemptState::Ended { outcome, latency: Duration::from_micros(row.get::<_, i64>(4)?.unsigned_abs()) }
        }
    };
    Ok(SandboxDeliveryAttempt {
        number: row.get(0)?,
        again: row.get(1)?,
        due_at: moment(row, 2)?,
        started_at: moment(row, 3)?,
        end,
    })
}

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    decode_time(row.get(column)?).map_err(|unwritten| unreadable(column, unwritten))
}

fn unreadable(column: usize, unwritten: crate::database::InvalidStoredValue) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Integer, Box::new(unwritten))
}

fn code(state: SandboxDeliveryState) -> i64 {
    SandboxDeliveryState::ALL.iter().position(|other| *other == state).unwrap_or_default() as i64
}

fn state(code: i64) -> SandboxDeliveryState {
    let found = usize::try_from(code).ok().and_then(|code| SandboxDeliveryState::ALL.get(code).copied());
    found.unwrap_or(SandboxDeliveryState::Cancelled)
}

/// Attempts that a delivery has at most.
pub(super) const MOST: u32 = MAX_ATTEMPTS;

/// Deliveries that are due, now or later.
pub(crate) fn count_pending(book: &Connection) -> rusqlite::Result<u64> {
    let count: i64 = book.query_row("SELECT count(*) FROM deliveries WHERE state = 0", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
