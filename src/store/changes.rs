//! What happened to a store since a moment: how far it has come, and which events something has happened to since then.
//!
//! May know the tables. Numbers only grow, so a place in each of them is all that needs to be remembered, and whoever
//! comes back later, after this process or the writer's has ended, goes on there.

use super::forward_statements::decode_place;
use super::reader::StoreReader;
use crate::database::{ReadError, decode_time};
use crate::protocol::arrival::ForwardProgress;
use rusqlite::Row;
use rusqlite::types::Type;

/// How far a store has come: the last number of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct StoreCursor {
    /// The last event.
    pub events: u64,
    /// The last arrival that is not the first of its event.
    pub arrivals: u64,
    /// The last attempt.
    pub attempts: u64,
    /// The last refused request.
    pub refused: u64,
    /// How often something was removed.
    pub removals: u64,
}

const CURSOR: &str = "SELECT coalesce((SELECT max(id) FROM events), 0), coalesce((SELECT max(id) FROM arrivals), 0),
    coalesce((SELECT max(id) FROM attempts), 0), coalesce((SELECT max(id) FROM refused), 0),
    (SELECT removals FROM progress)";

const CHANGED: &str = "SELECT id FROM events WHERE id > ?1 AND id <= ?2
    UNION SELECT event FROM arrivals WHERE id > ?3 AND id <= ?4
    UNION SELECT event FROM attempts WHERE id > ?5 AND id <= ?6 ORDER BY 1 DESC LIMIT ?7";

const COUNT_CHANGED: &str = "SELECT count(*) FROM (SELECT id FROM events WHERE id > ?1 AND id <= ?2
    UNION SELECT event FROM arrivals WHERE id > ?3 AND id <= ?4
    UNION SELECT event FROM attempts WHERE id > ?5 AND id <= ?6)";

impl StoreReader {
    /// A number that is another one once anybody else wrote the file. Costs next to nothing.
    pub(crate) fn read_data_version(&self) -> Result<u64, ReadError> {
        self.read(0, |connection| connection.query_row("PRAGMA data_version", [], |row| number(row, 0)))
    }

    /// The number of the oldest event that is still there.
    pub(crate) fn find_first_number(&self) -> Result<Option<u64>, ReadError> {
        self.read(None, |connection| {
            let first: Option<i64> = connection.query_row("SELECT min(id) FROM events", [], |row| row.get(0))?;
            Ok(first.map(i64::unsigned_abs))
        })
    }

    /// The targets to which a forward was tried and is due again: each with how far it has got.
    pub(crate) fn list_pending_forwards(&self) -> Result<Vec<(String, ForwardProgress)>, ReadError> {
        let sql = "SELECT u.url, t.arrival, t.attempts, t.first_ms, t.due_ms FROM targets t JOIN urls u ON u.id = t.url
            WHERE t.attempts > 0 ORDER BY t.due_ms";
        self.read(Vec::new(), |connection| connection.prepare_cached(sql)?.query_map([], parse_pending)?.collect())
    }

    /// How far the store has come.
    pub(crate) fn read_cursor(&self) -> Result<StoreCursor, ReadError> {
        self.read(StoreCursor::default(), |connection| {
            connection.prepare_cached(CURSOR)?.query_row([], |row| {
                Ok(StoreCursor {
                    events: number(row, 0)?,
                    arrivals: number(row, 1)?,
                    attempts: number(row, 2)?,
                    refused: number(row, 3)?,
                    removals: number(row, 4)?,
                })
            })
        })
    }

    /// The numbers of the events to which something happened between two moments, newest first and at most so many;
    /// and how many there are.
    pub(crate) fn list_changed(
        &self,
        since: &StoreCursor,
        until: &StoreCursor,
        limit: usize,
    ) -> Result<(Vec<u64>, u64), ReadError> {
        let bounds = [since.events, until.events, since.arrivals, until.arrivals, since.attempts, until.attempts];
        let bounds = bounds.map(u64::cast_signed);
        self.read((Vec::new(), 0), |connection| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let [a, b, c, d, e, f] = bounds;
            let mut statement = connection.prepare_cached(CHANGED)?;
            let found: Vec<u64> =
                statement.query_map((a, b, c, d, e, f, limit), |row| number(row, 0))?.collect::<Result<_, _>>()?;
            let all = match found.len() as i64 == limit {
                true => {
                    connection.prepare_cached(COUNT_CHANGED)?.query_row((a, b, c, d, e, f), |row| number(row, 0))?
                }
                false => found.len() as u64,
            };
            Ok((found, all))
        })
    }
}

fn parse_pending(row: &Row<'_>) -> rusqlite::Result<(String, ForwardProgress)> {
    let time = |column: usize| {
        let decoded = decode_time(row.get(column)?);
        decoded.map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(e)))
    };
    let (arrival, attempts) = (decode_place(row.get(1)?).0, row.get(2)?);
    Ok((row.get(0)?, ForwardProgress { arrival, attempts, first: time(3)?, due: time(4)? }))
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::unsigned_abs)
}
