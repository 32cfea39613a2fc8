//! What a reader gives: rows as values of the protocol.
//!
//! Pure but for taking columns out of a row. Must not know how rows were found.

use super::code;
use crate::database::{self, OutcomeColumns};
use crate::protocol::arrival::{HeaderLines, RefusedRequest, RequestContent, SignatureState};
use crate::protocol::attempt::{Attempt, DeliveryPurpose};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;
use std::time::Duration;

/// An event, with the sum of what happened to it.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its number within the store, from 1.
    pub number: u64,
    /// The body, byte for byte.
    pub body: RawBody,
    /// What the body says.
    pub facts: EventFacts,
    /// When it was first sent from here.
    pub sent_at: Option<Timestamp>,
    /// When it first came in.
    pub first_at: Option<Timestamp>,
    /// When it last came in.
    pub last_at: Option<Timestamp>,
    /// How often it came in.
    pub arrivals: u64,
    /// The best verification of its arrivals; `None` where there is none.
    pub verification: Option<SignatureState>,
    /// The earlier event from which it differs in its timestamp alone.
    pub retry_of: Option<u64>,
    /// The last attempt to deliver it.
    pub last_attempt: Option<Attempt>,
    /// How it stands with each target, the one that was tried last at the end.
    pub deliveries: Vec<StoredDelivery>,
}

/// One event on its way to one target, as far as it got.
#[derive(Debug, Clone)]
pub struct StoredDelivery {
    /// The last attempt there.
    pub last: Attempt,
    /// Whether it failed, and the event was not sent elsewhere in its place.
    pub is_owed: bool,
}

impl EventRow {
    /// Whether the last attempt is `trigger`'s into a listener of this store: the event came in here, and the 2xx is the
    /// listener's own, not an app's.
    pub(crate) fn was_acknowledged_here(&self) -> bool {
        let own = |attempt: &Attempt| attempt.purpose == DeliveryPurpose::Trigger && attempt.outcome.is_acknowledged();
        self.verification.is_some() && self.last_attempt.as_ref().is_some_and(own)
    }

    /// The last attempts to the targets that are owed it.
    pub(crate) fn list_owed(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.deliveries.iter().filter(|delivery| delivery.is_owed).map(|delivery| &delivery.last)
    }

    /// The attempt that says how it stands with apps: a last one to a target that failed, else the last of all.
    pub(crate) fn telling_attempt(&self) -> Option<&Attempt> {
        self.list_owed().next_back().or(self.last_attempt.as_ref()).filter(|_| !self.was_acknowledged_here())
    }
}

/// One time an event came in.
#[derive(Debug, Clone)]
pub struct ArrivalRow {
    /// Its number within the store, from 1.
    pub number: u64,
    /// Number of the event.
    pub event: u64,
    /// When it came.
    pub at: Timestamp,
    pub verification: SignatureState,
    /// Path and query.
    pub target: String,
    /// Header lines as received.
    pub headers: HeaderLines,
}

/// A refused request.
#[derive(Debug, Clone)]
pub struct RefusedRow {
    /// Its number in the ring, which keeps growing.
    pub number: u64,
    /// What was refused, and why.
    pub refused: RefusedRequest,
}

/// How much a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Events, sent or received.
    pub events: u64,
    pub arrivals: u64,
    pub attempts: u64,
    /// Refused requests in the ring.
    pub refused: u64,
    /// Bytes that live pages take: what the quota is about.
    pub used_bytes: u64,
}

/// Columns of [`BareEvent::parse`].
pub(super) const EVENT: &str = "e.id, e.body, e.first_ms, e.sent_ms, e.retry_of, e.state";

/// An event as its row has it: neither was its body read, nor looked up what happened to it later. Most that a search
/// passes over need no more.
#[derive(Debug)]
pub(crate) struct BareEvent {
    row: EventRow,
    facts: Option<EventFacts>,
}

impl BareEvent {
    pub(super) fn parse(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (first_at, state) = (optional_time(row, 2)?, row.get::<_, Option<i64>>(5)?);
        let row = EventRow {
            number: number(row, 0)?,
            facts: EventFacts::default(),
            body: RawBody::new(row.get::<_, Vec<u8>>(1)?),
            first_at,
            sent_at: optional_time(row, 3)?,
            retry_of: row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs),
            last_at: first_at.filter(|_| state.is_some()),
            arrivals: state.is_some().into(),
            verification: state.map(|state| decode(5, code::decode_best_verification(state))).transpose()?,
            last_attempt: None,
            deliveries: Vec::new(),
        };
        Ok(Self { row, facts: None })
    }

    pub(crate) fn number(&self) -> u64 {
        self.row.number
    }

    pub(crate) fn body(&self) -> &RawBody {
        &self.row.body
    }

    /// What its body says.
    pub(super) fn facts(&mut self) -> &EventFacts {
        self.facts.get_or_insert_with(|| EventFacts::from_body(&self.row.body))
    }

    /// The event without its attempts, and of its arrivals only the one that stands in its row.
    pub(super) fn into_event(mut self) -> EventRow {
        self.facts();
        EventRow { facts: self.facts.unwrap_or_default(), ..self.row }
    }
}

/// The last arrival of an event: `nth`, `state`, `at_ms`.
pub(super) fn parse_last_arrival(row: &Row<'_>) -> rusqlite::Result<(u64, SignatureState, Timestamp)> {
    Ok((number(row, 0)?, decode(1, code::decode_best_verification(row.get(1)?))?, time(row, 2)?))
}

/// Selects [`parse_arrival`]s of the event that is the parameter, oldest first.
pub(super) const ARRIVALS: &str = "SELECT arrival, id, first_ms, state, target, headers, 1 AS nth
    FROM events WHERE id = ?1 AND state IS NOT NULL
    UNION ALL SELECT a.id, a.event, a.at_ms, a.state, coalesce(a.target, e.target), coalesce(a.headers, e.headers), a.nth
    FROM arrivals a JOIN events e ON e.id = a.event WHERE a.event = ?1 ORDER BY nth";

pub(super) fn parse_arrival(row: &Row<'_>) -> rusqlite::Result<ArrivalRow> {
    Ok(ArrivalRow {
        number: number(row, 0)?,
        event: number(row, 1)?,
        at: time(row, 2)?,
        verification: decode(3, code::decode_own_verification(row.get(3)?))?,
        target: row.get(4)?,
        headers: HeaderLines::from_block(row.get::<_, Vec<u8>>(5)?),
    })
}

/// Columns of [`parse_attempt`]; the tables are `attempts a` and `urls u`.
pub(super) const ATTEMPT: &str = "a.event, u.url, a.purpose, a.number, a.at_ms, a.latency_us, a.outcome, a.status, \
     a.truncated, a.words, a.answer, a.failed";

pub(super) fn parse_attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        event: number(row, 0)?,
        url: row.get(1)?,
        purpose: decode(2, code::decode_purpose(row.get(2)?))?,
        number: row.get(3)?,
        at: time(row, 4)?,
        latency: Duration::from_micros(number(row, 5)?),
        outcome: decode(6, outcome(row)?.into_outcome())?.with_verdict(!row.get::<_, bool>(11)?),
    })
}

/// The columns of [`ATTEMPT`], then whether the target is owed the event.
pub(super) fn parse_delivery(row: &Row<'_>) -> rusqlite::Result<StoredDelivery> {
    Ok(StoredDelivery { last: parse_attempt(row)?, is_owed: row.get(12)? })
}

fn outcome(row: &Row<'_>) -> rusqlite::Result<OutcomeColumns> {
    Ok(OutcomeColumns {
        outcome: row.get(6)?,
        status: row.get(7)?,
        truncated: row.get(8)?,
        words: row.get(9)?,
        answer: row.get::<_, Option<Vec<u8>>>(10)?.map(Into::into),
    })
}

/// When a load run was, and its summary.
pub(super) fn parse_load_summary(row: &Row<'_>) -> rusqlite::Result<(Timestamp, String)> {
    Ok((time(row, 0)?, row.get(1)?))
}

/// Columns of [`parse_refused`].
pub(super) const REFUSED: &str = "id, at_ms, target, headers, body, reason";

/// A refused request.
pub(super) fn parse_refused(row: &Row<'_>) -> rusqlite::Result<RefusedRow> {
    let refused = RefusedRequest {
        at: time(row, 1)?,
        target: row.get(2)?,
        content: read_content(row, 3)?,
        reason: decode(5, code::decode_reason(row.get(5)?))?,
    };
    Ok(RefusedRow { number: number(row, 0)?, refused })
}

/// Header lines, and the body in the column behind them.
pub(super) fn read_content(row: &Row<'_>, column: usize) -> rusqlite::Result<RequestContent> {
    Ok(RequestContent {
        headers: HeaderLines::from_block(row.get::<_, Vec<u8>>(column)?),
        body: RawBody::new(row.get::<_, Vec<u8>>(column + 1)?),
    })
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::unsigned_abs)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    decode(column, database::decode_time(row.get(column)?))
}

fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(|ms| decode(column, database::decode_time(ms))).transpose()
}

/// Damage to a value is told like damage to its type.
fn decode<T>(column: usize, value: Result<T, database::InvalidStoredValue>) -> rusqlite::Result<T> {
    value.map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(e)))
}
