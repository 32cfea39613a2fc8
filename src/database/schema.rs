//! What a file of ours holds: its mark, its tables version by version, and how a file comes to have them.
//!
//! May know SQLite's header and statements in general. Must not know what is done with the rows.

use super::error::OpenError;
use rusqlite::{Connection, Row, TransactionBehavior};
use std::path::Path;

/// What a file holds.
#[derive(Debug)]
pub(crate) struct DatabaseSchema {
    /// What it is called in messages: `store`.
    pub noun: &'static str,
    /// Marks a file as one of these (`PRAGMA application_id`).
    pub application_id: i64,
    /// Statements that lead from each version of the tables to the next, beginning with an empty file.
    pub migrations: &'static [&'static str],
    /// Queries that touch the far end of each table.
    pub far_ends: &'static [&'static str],
}

/// What a file is, as its header tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemaStatus {
    /// No tables yet.
    Empty,
    /// Ours, of an earlier version.
    Older,
    /// Ours, as this program writes it.
    Current,
}

/// Mark, version, and whether there are no tables. One statement, which sees one state of the file: somebody else may be
/// making the tables at this moment.
const STANDING: &str = "SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_schema)
    FROM pragma_application_id, pragma_user_version";

/// The first SQLite that does not lose acknowledged rows when two connections reset the log at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Refuses a SQLite that must not be trusted with rows: its version as a number, like 3051003.
pub(crate) fn check_library(path: &Path, version: i32) -> Result<(), OpenError> {
    if version >= OLDEST_SQLITE {
        return Ok(());
    }
    let found = format!("{}.{}.{}", version / 1_000_000, version / 1000 % 1000, version % 1000);
    Err(OpenError::OldSqlite { path: path.to_path_buf(), found })
}

impl DatabaseSchema {
    /// The version that this program writes.
    pub(crate) fn version(&self) -> i64 {
        self.migrations.len() as i64
    }

    /// Looks at a file without changing it.
    pub(crate) fn read_status(&self, path: &Path, connection: &Connection) -> Result<SchemaStatus, OpenError> {
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?));
        let standing = connection.query_row(STANDING, [], read);
        let (ours, version, is_empty) = standing.map_err(|e| OpenError::from_sqlite(path, self.noun, &e))?;
        match (ours, version) {
            (0, 0) if is_empty => Ok(SchemaStatus::Empty),
            (ours, found) if ours == self.application_id && found > self.version() => {
                Err(OpenError::TooNew { path: path.to_path_buf(), noun: self.noun, found, known: self.version() })
            }
            (ours, found) if ours == self.application_id && found == self.version() => Ok(SchemaStatus::Current),
            (ours, 1..) if ours == self.application_id => Ok(SchemaStatus::Older),
            _ => Err(OpenError::Foreign { path: path.to_path_buf(), noun: self.noun }),
        }
    }

    /// Brings the tables to this program's version, in one transaction: of several processes that try at once, one does
    /// it and the others find it done.
    pub(crate) fn migrate(&self, path: &Path, connection: &mut Connection) -> Result<(), OpenError> {
        let sorted = |e: rusqlite::Error| OpenError::from_sqlite(path, self.noun, &e);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sorted)?;
        if self.read_status(path, &transaction)? == SchemaStatus::Current {
            return Ok(());
        }
        let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sorted)?;
        for step in self.migrations.iter().skip(usize::try_from(version).unwrap_or_default()) {
            transaction.execute_batch(step).map_err(sorted)?;
        }
        let marks =
            format!("PRAGMA application_id = {}; PRAGMA user_version = {};", self.application_id, self.version());
        transaction.execute_batch(&marks).map_err(sorted)?;
        transaction.commit().map_err(sorted)
    }

    /// Touches the far end of every table: a file that was cut off, or lacks a table, is found now and not in the
    /// middle of a run.
    pub(crate) fn check_far_ends(&self, path: &Path, connection: &Connection) -> Result<(), OpenError> {
        self.far_ends.iter().try_for_each(|sql| match connection.query_row(sql, [], |_| Ok(())) {
            Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
            Err(error) => match OpenError::from_sqlite(path, self.noun, &error) {
                OpenError::Unopenable { path, detail } => Err(OpenError::Damaged { path, detail }),
                sorted => Err(sorted),
            },
        })
    }
}
