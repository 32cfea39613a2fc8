//! Removing events for good: overwritten in the file, and gone from its log.
//!
//! May know the file and the ledger. Works on a connection of its own, beside a listener if need be. Must not decide
//! what is removed.

use super::schema::STORE;
use super::tables::StoreTables;
use crate::database::{self, OpenError, ReadError, TransactionTables, WriteFault};
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

/// Events in one transaction.
const BATCH: usize = 1000;

/// Free pages, in parts of all, from which on the file is written anew.
const COMPACT_FROM: u64 = 4;

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PruneSummary {
    /// Events that were there.
    pub events: u64,
    /// Refused requests.
    pub refused: u64,
    /// Whether the log was emptied too. Where another process reads on, it is emptied when that one is done.
    pub log_emptied: bool,
    /// Bytes of the file afterwards.
    pub file_bytes: u64,
}

/// Removes these events, and refused requests that came before a time in Unix milliseconds. What was removed is
/// overwritten with zeros, the log is copied into the file and emptied, and a file that is mostly empty shrinks.
///
/// # Errors
/// The store cannot be opened or written.
pub(crate) fn prune(
    path: &Path,
    events: &[u64],
    refused_before_ms: Option<i64>,
    patience: Duration,
) -> Result<PruneSummary, ReadError> {
    let connection = database::open_writer(&STORE, path, patience).map_err(|error| unopened(path, &error))?;
    let work = || -> Result<PruneSummary, WriteFault> {
        connection.execute_batch("PRAGMA secure_delete = ON")?;
        let mut pruned = PruneSummary::default();
        let mut ledger = StoreTables::new(&connection, u64::MAX, None)?;
        for batch in events.chunks(BATCH) {
            ledger.begin()?;
            pruned.events += ledger.remove_events(batch)?;
            ledger.commit()?;
        }
        if let Some(before) = refused_before_ms {
            pruned.refused = connection.execute("DELETE FROM refused WHERE at_ms < ?1", [before])? as u64;
        }
        drop(ledger);
        compact(&connection)?;
        pruned.log_emptied = empty_log(&connection)?;
        pruned.file_bytes = std::fs::metadata(path).map(|file| file.len()).unwrap_or_default();
        Ok(pruned)
    };
    work().map_err(|fault| ReadError::Unreadable {
        path: path.to_path_buf(),
        detail: fault.into_record_error().to_string(),
    })
}

fn unopened(path: &Path, error: &OpenError) -> ReadError {
    ReadError::Unreadable { path: path.to_path_buf(), detail: error.to_string() }
}

fn compact(connection: &Connection) -> rusqlite::Result<()> {
    let ask = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    if ask("PRAGMA freelist_count")? * COMPACT_FROM > ask("PRAGMA page_count")? {
        connection.execute_batch("VACUUM")?;
    }
    Ok(())
}

/// Whether nothing is left in the log.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}
