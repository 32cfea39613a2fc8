//! Reading a store, on a connection of its own, beside a writer in this process or another.
//!
//! May know the tables. Never writes. Answers newest first, and reads no further than it must.

use super::filter::{StoreFilter, StoreQuery};
use super::journal::{self, JournalEntry};
use super::key;
use super::recent_index;
use super::rows::{self, ArrivalRow, BareEvent, EventRow, RefusedRow, StoreStats};
use super::schema::STORE;
use super::standing::{IS_LAST, IS_OWED};
use crate::database::{self, FileNumber, OpenError, ReadError};
use crate::protocol::attempt::Attempt;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params_from_iter};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for a lock. A log keeps readers and writers apart; only another program's lock is met here.
const PATIENCE: Duration = Duration::from_secs(4);

/// A store that is being read. Where there is no store yet, it is empty.
#[derive(Debug)]
pub struct StoreReader {
    path: PathBuf,
    connection: Option<Connection>,
    file: Option<FileNumber>,
}

impl StoreReader {
    /// Opens the store in a file. No file is made: a store that does not exist yet reads as an empty one, for as long
    /// as this reader lives.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        // Asked first: of what is put there in between, it is the older one that is remembered, and it is opened again.
        let file = database::file_number(path);
        Ok(Self { path: path.to_path_buf(), connection: database::open_reader(&STORE, path, PATIENCE)?, file })
    }

    /// Which file was opened.
    pub(crate) fn file(&self) -> Option<FileNumber> {
        self.file
    }

    /// Whether the file that was opened still lies at its path, rather than another one or none. A file that was not yet
    /// a store when it was opened may be one by now.
    pub(crate) fn is_current(&self) -> bool {
        let there = database::file_number(&self.path);
        there == self.file && (self.exists() || there.is_none())
    }

    /// Whether there was a store when this reader was opened.
    pub fn exists(&self) -> bool {
        self.connection.is_some()
    }

    /// Events, newest first: at most `limit`, with numbers below `before`.
    pub fn list(&self, filter: &StoreFilter, limit: usize, before: Option<u64>) -> Result<Vec<EventRow>, ReadError> {
        let mut found = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        self.scan(filter, before, |row| {
            found.push(row);
            found.len() < limit
        })?;
        Ok(found)
    }

    /// Hands over events, newest first, until there are none or `more` says no.
    pub fn scan(
        &self,
        filter: &StoreFilter,
        before: Option<u64>,
        mut more: impl FnMut(EventRow) -> bool,
    ) -> Result<(), ReadError> {
        self.scan_rows((filter, None), before, |connection, event| Ok(more(complete(connection, event.into_event())?)))
    }

    /// The same among events that are given by their numbers.
    pub(crate) fn scan_among(
        &self,
        filter: &StoreFilter,
        events: &[u64],
        before: Option<u64>,
        mut more: impl FnMut(EventRow) -> bool,
    ) -> Result<(), ReadError> {
        let wanted = (filter, Some(events));
        self.scan_rows(wanted, before, |connection, event| Ok(more(complete(connection, event.into_event())?)))
    }

    /// The same as they stand in their rows; [`Self::complete`] adds the rest. `among`: events that are given by their
    /// numbers, of which alone any is handed over.
    pub(crate) fn scan_bare(
        &self,
        (filter, among): (&StoreFilter, Option<&[u64]>),
        before: Option<u64>,
        mut more: impl FnMut(BareEvent) -> bool,
    ) -> Result<(), ReadError> {
        self.scan_rows((filter, among), before, |_, event| Ok(more(event)))
    }

    /// Adds what a row does not have.
    pub(crate) fn complete(&self, event: BareEvent) -> Result<EventRow, ReadError> {
        let event = event.into_event();
        self.read(event.clone(), |connection| complete(connection, event))
    }

    fn scan_rows(
        &self,
        (filter, among): (&StoreFilter, Option<&[u64]>),
        before: Option<u64>,
        mut more: impl FnMut(&Connection, BareEvent) -> rusqlite::Result<bool>,
    ) -> Result<(), ReadError> {
        self.read((), |connection| {
            // One view over all searches: the writer may move events from the first place to the second.
            let view = connection.unchecked_transaction()?;
            let searches = match among {
                Some(events) => vec![StoreQuery::among(filter, events, before)],
                None => searches(connection, filter, before)?,
            };
            for search in searches {
                let (sql, values) = search.build_newest_first(rows::EVENT);
                let mut statement = connection.prepare_cached(&sql)?;
                let mut found = statement.query(params_from_iter(values))?;
                while let Some(row) = found.next()? {
                    let mut event = BareEvent::parse(row)?;
                    let is_wanted = filter.is_exact() || filter.accepts(event.facts());
                    if is_wanted && !more(connection, event)? {
                        return Ok(());
                    }
                }
            }
            view.finish()
        })
    }

    /// The newest event.
    pub fn find_last_event(&self, filter: &StoreFilter) -> Result<Option<EventRow>, ReadError> {
        Ok(self.list(filter, 1, None)?.pop())
    }

    /// How many events there are. Looks at every one of them.
    pub fn count(&self, filter: &StoreFilter) -> Result<u64, ReadError> {
        if !filter.is_exact() {
            let mut count = 0;
            self.scan(filter, None, |_| {
                count += 1;
                true
            })?;
            return Ok(count);
        }
        self.read(0, |connection| {
            let (sql, values) = StoreQuery::for_filter(filter, None).build_unordered("count(*)");
            connection.query_row(&sql, params_from_iter(values), |row| row.get(0)).map(i64::unsigned_abs)
        })
    }

    pub fn find_event(&self, number: u64) -> Result<Option<EventRow>, ReadError> {
        let sql = format!("SELECT {} FROM events e WHERE e.id = ?1", rows::EVENT);
        self.read(None, |connection| {
            let found = one(connection, &sql, [number.cast_signed()], BareEvent::parse)?;
            found.map(|event| complete(connection, event.into_event())).transpose()
        })
    }

    /// Each time an event came in, oldest first.
    pub fn list_arrivals(&self, event: u64) -> Result<Vec<ArrivalRow>, ReadError> {
        self.many(rows::ARRIVALS, [event.cast_signed()], rows::parse_arrival)
    }

    /// Each attempt to deliver an event, oldest first.
    pub fn list_attempts(&self, event: u64) -> Result<Vec<Attempt>, ReadError> {
        let sql = format!("{} WHERE a.event = ?1 ORDER BY a.id", select_attempts());
        self.many(&sql, [event.cast_signed()], rows::parse_attempt)
    }

    /// Summaries of load runs, newest first, each a JSON object.
    pub fn list_load_summaries(&self, limit: usize) -> Result<Vec<(Timestamp, String)>, ReadError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.many("SELECT at_ms, summary FROM loads ORDER BY id DESC LIMIT ?1", [limit], rows::parse_load_summary)
    }

    /// One refused request by its number, if the ring still has it.
    pub fn find_refused(&self, number: u64) -> Result<Option<RefusedRow>, ReadError> {
        let sql = format!("SELECT {} FROM refused WHERE id = ?1", rows::REFUSED);
        self.read(None, |connection| one(connection, &sql, [number.cast_signed()], rows::parse_refused))
    }

    /// What the ring of refused requests holds, newest first.
    pub fn list_refused(&self) -> Result<Vec<RefusedRow>, ReadError> {
        self.many(&format!("SELECT {} FROM refused ORDER BY id DESC", rows::REFUSED), [], rows::parse_refused)
    }

    /// The same, of those that came behind one number and up to another.
    pub(crate) fn list_refused_between(&self, after: u64, until: u64) -> Result<Vec<RefusedRow>, ReadError> {
        let sql = format!("SELECT {} FROM refused WHERE id > ?1 AND id <= ?2 ORDER BY id DESC", rows::REFUSED);
        self.many(&sql, [after.cast_signed(), until.cast_signed()], rows::parse_refused)
    }

    /// The journal of subscriptions, oldest first; lines that are over only if they are wanted.
    pub fn list_subscriptions(&self, over: bool) -> Result<Vec<JournalEntry>, ReadError> {
        self.read(Vec::new(), |connection| journal::read_entries(connection, over))
    }

    /// How much the store holds. Counts every row.
    pub fn read_stats(&self) -> Result<StoreStats, ReadError> {
        self.read(StoreStats::default(), |connection| {
            let ask = |sql: &str| connection.query_row(sql, [], |row| row.get(0)).map(i64::unsigned_abs);
            let pages = ask("PRAGMA page_count")?.saturating_sub(ask("PRAGMA freelist_count")?);
            Ok(StoreStats {
                events: ask("SELECT count(*) FROM events")?,
                arrivals: ask("SELECT (SELECT count(state) FROM events) + (SELECT count(*) FROM arrivals)")?,
                attempts: ask("SELECT count(*) FROM attempts")?,
                refused: ask("SELECT count(*) FROM refused")?,
                used_bytes: pages.saturating_mul(ask("PRAGMA page_size")?),
            })
        })
    }

    /// The version of the tables, as the file states it.
    pub(crate) fn schema_version(&self) -> Result<u64, ReadError> {
        self.read(0, |connection| {
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map(i64::unsigned_abs)
        })
    }

    fn many<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ReadError> {
        self.read(Vec::new(), |connection| connection.prepare_cached(sql)?.query_map(values, read)?.collect())
    }

    pub(super) fn read<T>(
        &self,
        empty: T,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReadError> {
        let Some(connection) = &self.connection else { return Ok(empty) };
        work(connection).map_err(|e| ReadError::from_sqlite(&self.path, &e))
    }
}

/// The searches for a filter, one after the other.
fn searches(connection: &Connection, filter: &StoreFilter, before: Option<u64>) -> rusqlite::Result<Vec<StoreQuery>> {
    let Some(signup) = filter.signup.as_deref().map(key::digest_64) else {
        return Ok(vec![StoreQuery::for_filter(filter, before)]);
    };
    let recent = recent_index::find_recent_events(connection, signup)?;
    Ok(StoreQuery::for_signup(filter, signup, &recent, before).into())
}

/// Adds the last arrival, where it is not the one in the event's row, and the last attempt to each target.
fn complete(connection: &Connection, mut event: EventRow) -> rusqlite::Result<EventRow> {
    let number = [event.number.cast_signed()];
    let arrival = "SELECT nth, state, at_ms FROM arrivals WHERE event = ?1 ORDER BY nth DESC LIMIT 1";
    if let Some((arrivals, best, at)) = one(connection, arrival, number, rows::parse_last_arrival)? {
        (event.arrivals, event.verification, event.last_at) = (arrivals, Some(best), Some(at));
    }
    let columns = format!("{}, {IS_OWED}", rows::ATTEMPT);
    let deliveries = format!(
        "SELECT {columns} FROM attempts a JOIN urls u ON u.id = a.url WHERE a.event = ?1 AND {IS_LAST} ORDER BY a.id"
    );
    let mut statement = connection.prepare_cached(&deliveries)?;
    event.deliveries = statement.query_map(number, rows::parse_delivery)?.collect::<rusqlite::Result<_>>()?;
    event.last_attempt = event.deliveries.last().map(|delivery| delivery.last.clone());
    Ok(event)
}

fn select_attempts() -> String {
    format!("SELECT {} FROM attempts a JOIN urls u ON u.id = a.url", rows::ATTEMPT)
}

fn one<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    connection.prepare_cached(sql)?.query_row(values, read).optional()
}
