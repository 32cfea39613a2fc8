//! Looking events up by what they are: the same bytes, the same but for the timestamp, the same sign-up.
//!
//! May know the tables that serve this. Must not know what an answer is used for.
//!
//! Digests come in random order, and a tree that takes them one by one dirties a page for each: at a million events
//! that costs more than everything else together. So new events go to the end of the table `recent`, and to maps in
//! memory that mirror it; now and then all of it is sorted into the two trees at once. Another process may write the
//! same file: each transaction begins by reading what it added.

use super::key::Keys;
use super::sql::statements;
use rusqlite::{Connection, OptionalExtension, Row, Rows};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

/// Recent events after which they are sorted into the trees. More make that rarer, and opening a store slower.
/// Tests meet that moment often.
pub(super) const RECENT: usize = if cfg!(test) { 8 } else { 65_536 };

/// A map from digests.
type Map<K, V = i64> = HashMap<K, V, BuildHasherDefault<Digested>>;

/// The hash of a digest: its own bits, which are as good as any.
#[derive(Default)]
struct Digested(u64);

impl Hasher for Digested {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_ne_bytes(eight);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// How far a file has come; read at the start of each transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Progress {
    /// Number of the last event.
    pub last_event: i64,
    /// Events up to this number are in the trees.
    pub merged: i64,
    /// Counts the times that events were removed.
    pub removals: i64,
}

/// An arrived event that differs from another in its timestamp alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Twin {
    /// The earliest of all that do, as this one remembers it.
    pub earliest: i64,
    /// Its number.
    pub event: i64,
    /// When it first arrived.
    pub first_ms: i64,
}

/// The trees, and the recent events that are not in them yet.
pub(super) struct Index<'c> {
    at: Progress,
    prints: Map<u128>,
    /// The first recent event of each twin key, and whether there are more.
    twins: Map<i64, (i64, bool)>,
    /// The last recent event of each sign-up.
    signups: Map<i64>,
    sql: Sql<'c>,
}

statements! {
    load: "SELECT event, print, twin, signup FROM recent WHERE event > ?1";
    add: "INSERT INTO recent (event, print, twin, signup, newest_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    near: "SELECT 1 FROM identity WHERE twin = ?1 LIMIT 1";
    find: "SELECT event FROM identity WHERE twin = ?1 AND print = ?2";
    arrived: "SELECT coalesce(retry_of, id), id, first_ms FROM events WHERE id = ?1 AND first_ms IS NOT NULL";
    recent_twin: "SELECT coalesce(e.retry_of, e.id), e.id, e.first_ms FROM recent r JOIN events e ON e.id = r.event
        WHERE r.twin = ?1 AND e.id <> ?2 AND e.first_ms IS NOT NULL LIMIT 1";
    merged_twin: "SELECT coalesce(e.retry_of, e.id), e.id, e.first_ms FROM identity i JOIN events e ON e.id = i.event
        WHERE i.twin = ?1 AND e.id <> ?2 AND e.first_ms IS NOT NULL LIMIT 1";
    recent_newest: "SELECT event, newest_ms FROM recent WHERE event = ?1";
    merged_newest: "SELECT event, newest_ms FROM signups WHERE signup = ?1 ORDER BY event DESC LIMIT 1";
    set_recent_newest: "UPDATE recent SET newest_ms = ?2 WHERE event = ?1";
    set_merged_newest: "UPDATE signups SET newest_ms = ?3 WHERE signup = ?1 AND event = ?2";
    drop_recent: "DELETE FROM recent WHERE event = ?1";
    drop_identity: "DELETE FROM identity WHERE twin = ?1 AND print = ?2";
    drop_signup: "DELETE FROM signups WHERE signup = ?1 AND event = ?2";
    count_removal: "UPDATE progress SET removals = removals + 1";
    merge_identity: "INSERT INTO identity (twin, print, event) SELECT twin, print, event FROM recent ORDER BY 1, 2";
    merge_signups: "INSERT INTO signups (signup, event, newest_ms)
        SELECT signup, event, newest_ms FROM recent WHERE signup IS NOT NULL ORDER BY 1, 2";
    clear: "DELETE FROM recent";
    set_merged: "UPDATE progress SET merged = ?1";
}

impl<'c> Index<'c> {
    /// Prepares the statements. Nothing is read before [`Index::catch_up`].
    pub fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            at: Progress::default(),
            prints: Map::default(),
            twins: Map::default(),
            signups: Map::default(),
            sql: Sql::prepare(connection)?,
        })
    }

    /// Recent events that are not in the trees.
    pub fn recent(&self) -> usize {
        self.prints.len()
    }

    /// Reads what others added since, or everything anew where they moved or removed things.
    pub fn catch_up(&mut self, now: Progress) -> rusqlite::Result<()> {
        if (now.merged, now.removals) != (self.at.merged, self.at.removals) {
            self.forget();
        }
        if now.last_event > self.at.last_event {
            self.load(self.at.last_event)?;
        }
        self.at = now;
        Ok(())
    }

    /// Drops what is in memory: the transaction that it came from was rolled back. The next one reads it anew.
    pub fn forget(&mut self) {
        self.at = Progress::default();
        self.prints.clear();
        self.twins.clear();
        self.signups.clear();
    }

    /// The event with these bytes.
    pub fn find(&mut self, keys: &Keys) -> rusqlite::Result<Option<i64>> {
        if let Some(event) = self.prints.get(&u128::from_be_bytes(keys.print)) {
            return Ok(Some(*event));
        }
        // Most events that are not here are not there either, and have no twin there: one look says both.
        if self.at.merged == 0 || !self.sql.near.exists([keys.twin])? {
            return Ok(None);
        }
        self.sql.find.query_row((keys.twin, &keys.print), |row| row.get(0)).optional()
    }

    /// Any arrived event besides `event` that differs from these keys' body in its timestamp alone.
    pub fn twin(&mut self, keys: &Keys, event: i64) -> rusqlite::Result<Option<Twin>> {
        if !keys.twinned {
            return Ok(None);
        }
        if let Some(twin) = self.recent_twin(keys.twin, event)? {
            return Ok(Some(twin));
        }
        if self.at.merged == 0 {
            return Ok(None);
        }
        self.sql.merged_twin.query_row((keys.twin, event), twin_row).optional()
    }

    fn recent_twin(&mut self, key: i64, event: i64) -> rusqlite::Result<Option<Twin>> {
        let Some((first, more)) = self.twins.get(&key).copied() else { return Ok(None) };
        if first != event
            && let Some(twin) = self.sql.arrived.query_row([first], twin_row).optional()?
        {
            return Ok(Some(twin));
        }
        // The first has not arrived itself. Whether another has is worth a search only here.
        if !more {
            return Ok(None);
        }
        self.sql.recent_twin.query_row((key, event), twin_row).optional()
    }

    /// The last event of a sign-up, and the newest time that any arrived event of it told.
    pub fn newest(&mut self, signup: i64) -> rusqlite::Result<Option<(i64, Option<i64>)>> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        match self.signups.get(&signup) {
            Some(event) => self.sql.recent_newest.query_row([event], read).optional(),
            None if self.at.merged == 0 => Ok(None),
            None => self.sql.merged_newest.query_row([signup], read).optional(),
        }
    }

    /// Changes the newest time of a sign-up, of which `event` is the last.
    pub fn set_newest(&mut self, signup: i64, event: i64, newest: Option<i64>) -> rusqlite::Result<()> {
        if event > self.at.merged {
            self.sql.set_recent_newest.execute((event, newest)).map(drop)
        } else {
            self.sql.set_merged_newest.execute((signup, event, newest)).map(drop)
        }
    }

    /// Adds an event, which is the last one now.
    pub fn add(&mut self, keys: &Keys, event: i64, newest: Option<i64>) -> rusqlite::Result<()> {
        self.sql.add.execute((event, &keys.print, keys.twin, keys.signup, newest))?;
        self.enter(event, keys.print, keys.twin, keys.signup);
        self.at.last_event = event;
        Ok(())
    }

    /// Removes an event. What is in memory is wrong from then on, here and in other processes, and is read anew.
    pub fn remove(&mut self, keys: &Keys, event: i64) -> rusqlite::Result<()> {
        self.sql.drop_recent.execute([event])?;
        self.sql.drop_identity.execute((keys.twin, &keys.print))?;
        if let Some(signup) = keys.signup {
            self.sql.drop_signup.execute((signup, event))?;
        }
        Ok(())
    }

    /// Ends a removal of events: tells everybody, and reads anew.
    pub fn removed(&mut self) -> rusqlite::Result<()> {
        self.sql.count_removal.execute([])?;
        let now = Progress { removals: self.at.removals + 1, ..self.at };
        self.catch_up(now)
    }

    /// Sorts the recent events into the trees.
    pub fn merge(&mut self) -> rusqlite::Result<()> {
        self.sql.merge_identity.execute([])?;
        self.sql.merge_signups.execute([])?;
        self.sql.clear.execute([])?;
        let now = Progress { merged: self.at.last_event, ..self.at };
        self.sql.set_merged.execute([now.merged])?;
        self.forget();
        self.at = now;
        Ok(())
    }

    fn load(&mut self, after: i64) -> rusqlite::Result<()> {
        let found = read_recent(self.sql.load.query([after])?)?;
        for (event, print, twin, signup) in found {
            self.enter(event, print, twin, signup);
        }
        Ok(())
    }

    fn enter(&mut self, event: i64, print: [u8; 16], twin: i64, signup: Option<i64>) {
        self.prints.insert(u128::from_be_bytes(print), event);
        match self.twins.entry(twin) {
            Entry::Occupied(mut known) => known.get_mut().1 = true,
            Entry::Vacant(free) => drop(free.insert((event, false))),
        }
        if let Some(signup) = signup {
            self.signups.insert(signup, event);
        }
    }
}

type Recent = (i64, [u8; 16], i64, Option<i64>);

fn read_recent(mut rows: Rows<'_>) -> rusqlite::Result<Vec<Recent>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    }
    Ok(found)
}

fn twin_row(row: &Row<'_>) -> rusqlite::Result<Twin> {
    Ok(Twin { earliest: row.get(0)?, event: row.get(1)?, first_ms: row.get(2)? })
}
