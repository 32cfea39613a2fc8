//! The journal of subscriptions. The service cannot list them, so what is not written here can never be removed.
//!
//! A wish is on the disk before the service hears of it, and what came of it before anybody is told. Has a connection
//! of its own: each line is one commit, and commits return after the log is on the disk. A line whose call never came
//! back stays [`SubscriptionStatus::Asked`]; who reads it later knows that nobody knows.

use super::schema::STORE;
use crate::database::{self, OpenError, ReadError};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Params, Row, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for a lock: a listener on the same file commits all the time.
const PATIENCE: Duration = Duration::from_secs(8);

/// How far a subscription has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// The service is being asked for it, or was when the run that asked ended.
    Asked,
    /// The call for it ended without a word about what became of it.
    Unknown,
    /// The service has it.
    Active,
    /// The service is being asked to remove it, or was when the run that asked ended.
    Removing,
    /// The service has it no more.
    Removed,
}

impl SubscriptionStatus {
    const ALL: [Self; 5] = [Self::Asked, Self::Unknown, Self::Active, Self::Removing, Self::Removed];

    /// Its stable name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Unknown => "unknown",
            Self::Active => "active",
            Self::Removing => "removing",
            Self::Removed => "removed",
        }
    }
}

/// A subscription that is wished for.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionIntent<'a> {
    /// The base of the API that is asked.
    pub api: &'a str,
    /// The event.
    pub event: &'a str,
    /// Where it is delivered to.
    pub url: &'a str,
    /// The waitlist.
    pub waitlist: Option<&'a str>,
    /// The run that wants it for as long as it lives; `None` where it is to stay.
    pub run: Option<&'a str>,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number within the journal, from 1.
    pub number: u64,
    /// The base of the API that was asked.
    pub api: String,
    /// The event.
    pub event: String,
    /// Where it is delivered to.
    pub url: String,
    /// The waitlist.
    pub waitlist: Option<String>,
    /// The run that wanted it for as long as it lives.
    pub run: Option<String>,
    /// How far it has got.
    pub standing: SubscriptionStatus,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was removed.
    pub ended_at: Option<Timestamp>,
    /// Its id, once the service told it.
    pub id: Option<String>,
    /// The whole object as the service gave it: JSON. Of an unknown one, whatever the service answered.
    pub answer: Option<String>,
    /// Why nobody knows what became of it.
    pub words: Option<String>,
}

/// The journal of a store, open for writing.
#[derive(Debug)]
pub struct SubscriptionJournal {
    path: PathBuf,
    connection: Connection,
}

const COLUMNS: &str = "id, api, event, url, waitlist, run, standing, asked_ms, ended_ms, subscription, answer, words";

impl SubscriptionJournal {
    /// Opens the journal of the store in a file, making the file where there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref().to_path_buf();
        let connection = database::open_writer(&STORE, &path, PATIENCE)?;
        Ok(Self { path, connection })
    }

    /// Writes a wish down; its number. After this the service may be asked.
    pub fn record_intent(&self, wish: &SubscriptionIntent<'_>, at: Timestamp) -> Result<u64, ReadError> {
        let sql = "INSERT INTO subscriptions (api, event, url, waitlist, run, standing, asked_ms) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (asked, at) = (SubscriptionStatus::Asked as i64, at.as_millisecond());
        self.write(sql, params![wish.api, wish.event, wish.url, wish.waitlist, wish.run, asked, at])?;
        Ok(self.connection.last_insert_rowid().unsigned_abs())
    }

    /// The service made it.
    pub fn mark_active(&self, number: u64, id: &str, answer: &str) -> Result<(), ReadError> {
        let sql = "UPDATE subscriptions SET standing = ?2, subscription = ?3, answer = ?4 WHERE id = ?1";
        self.write(sql, params![number.cast_signed(), SubscriptionStatus::Active as i64, id, answer])
    }

    /// The service certainly did not make it: there is nothing to remember.
    pub fn remove_intent(&self, number: u64) -> Result<(), ReadError> {
        self.write("DELETE FROM subscriptions WHERE id = ?1", params![number.cast_signed()])
    }

    /// Nobody knows whether the service made it. An answer that was not understood is kept: its id may stand in it.
    pub fn mark_unknown(&self, number: u64, words: &str, answer: Option<&str>) -> Result<(), ReadError> {
        let sql = "UPDATE subscriptions SET standing = ?2, words = ?3, answer = ?4 WHERE id = ?1";
        self.write(sql, params![number.cast_signed(), SubscriptionStatus::Unknown as i64, words, answer])
    }

    /// The service is about to be asked to remove it.
    pub fn mark_removing(&self, number: u64) -> Result<(), ReadError> {
        self.set_status(number, SubscriptionStatus::Removing)
    }

    /// The service did not remove it.
    pub fn mark_still_active(&self, number: u64) -> Result<(), ReadError> {
        self.set_status(number, SubscriptionStatus::Active)
    }

    /// The service has it no more, or never had it.
    pub fn mark_removed(&self, number: u64, at: Timestamp) -> Result<(), ReadError> {
        let sql = "UPDATE subscriptions SET standing = ?2, ended_ms = ?3 WHERE id = ?1";
        self.write(sql, params![number.cast_signed(), SubscriptionStatus::Removed as i64, at.as_millisecond()])
    }

    /// A sandbox answers at another address than before: what it has is told to be there.
    pub fn move_to(&self, api: &str, subscription: &str) -> Result<(), ReadError> {
        let sql = "UPDATE subscriptions SET api = ?1 WHERE subscription = ?2 AND standing <> ?3";
        self.write(sql, params![api, subscription, SubscriptionStatus::Removed as i64])
    }

    /// Its lines, oldest first; those that are over only if they are wanted.
    pub fn list_entries(&self, over: bool) -> Result<Vec<JournalEntry>, ReadError> {
        read_entries(&self.connection, over).map_err(|error| ReadError::from_sqlite(&self.path, &error))
    }

    fn set_status(&self, number: u64, standing: SubscriptionStatus) -> Result<(), ReadError> {
        let sql = "UPDATE subscriptions SET standing = ?2 WHERE id = ?1";
        self.write(sql, params![number.cast_signed(), standing as i64])
    }

    fn write(&self, sql: &str, values: impl Params) -> Result<(), ReadError> {
        let written = self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
        written.map(drop).map_err(|error| ReadError::from_writing(&self.path, &error))
    }
}

/// The lines of a journal, oldest first.
pub(super) fn read_entries(connection: &Connection, over: bool) -> rusqlite::Result<Vec<JournalEntry>> {
    let sql = format!("SELECT {COLUMNS} FROM subscriptions WHERE standing <> ?1 OR ?2 ORDER BY id");
    connection.prepare_cached(&sql)?.query_map(params![SubscriptionStatus::Removed as i64, over], entry)?.collect()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<JournalEntry> {
    let time = |column: usize| {
        let ms: Option<i64> = row.get(column)?;
        ms.map(database::decode_time).transpose().map_err(|error| damaged(column, error))
    };
    let standing: i64 = row.get(6)?;
    let standing = SubscriptionStatus::ALL.into_iter().find(|known| *known as i64 == standing);
    Ok(JournalEntry {
        number: row.get::<_, i64>(0)?.unsigned_abs(),
        api: row.get(1)?,
        event: row.get(2)?,
        url: row.get(3)?,
        waitlist: row.get(4)?,
        run: row.get(5)?,
        standing: standing.ok_or_else(|| {
            damaged(6, database::InvalidStoredValue(row.get(6).unwrap_or_default(), "standing of a subscription"))
        })?,
        asked_at: time(7)?.ok_or_else(|| damaged(7, database::InvalidStoredValue(0, "time")))?,
        ended_at: time(8)?,
        id: row.get(9)?,
        answer: row.get(10)?,
        words: row.get(11)?,
    })
}

fn damaged(column: usize, error: database::InvalidStoredValue) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error))
}
