//! Looking events up by what they are: the same bytes, the same but for the timestamp, the same sign-up.
//!
//! May know the tables that serve this. Must not know what an answer is used for.
//!
//! Digests come in random order, and a tree that takes them one by one dirties a page for each: at a million events
//! that costs more than everything else together. So the keys of new events are written in a row to the end of a table
//! and kept in memory (see `recent`); now and then all of them are sorted into the two trees. A slow disk takes long
//! for that, so it goes by portions, each a stretch of the trees and a transaction of its own: as few pages are written
//! as by one great step, and nobody waits long. Until the last portion the events count as recent, and what the trees
//! already hold of them is passed over. Another process may write the same file: each transaction begins by reading
//! what it added, and if that one sorts too, whoever ends first is right.

use super::key::EventKeys;
use super::recent_index::{IndexEntry, RecentIndex};
use super::sql::statements;
use rusqlite::{Connection, OptionalExtension, Row};

/// Recent events after which they are sorted into the trees. More make that rarer, and opening a store slower.
/// Tests meet that moment often.
pub(super) const RECENT: usize = if cfg!(test) { 8 } else { 65_536 };

/// Events of which the keys are sorted into the trees in one transaction: whoever waits meanwhile waits for so many.
const PORTION: usize = if cfg!(test) { 2 } else { 2_048 };

/// How far a file has come; read at the start of each transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct IndexProgress {
    /// Number of the last event.
    pub last_event: i64,
    /// Events up to this number are in the trees.
    pub merged: i64,
    /// The last row of the table of recent events.
    pub written: i64,
    /// Counts the times that events were removed.
    pub removals: i64,
}

/// An arrived event that differs from another in its timestamp alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventTwin {
    /// The earliest of all that do, as this one remembers it.
    pub earliest: i64,
    pub event: i64,
    /// When it first arrived.
    pub first_ms: i64,
}

/// The trees, and the recent events that are not in them yet.
pub(super) struct EventIndex<'c> {
    at: IndexProgress,
    recent: RecentIndex,
    sorting: Option<IndexMerge>,
    sql: PreparedStatements<'c>,
}

/// What is on its way into the trees.
struct IndexMerge {
    /// How far the file had come when this began: these events are sorted, and these rows forgotten in the end.
    until: IndexProgress,
    /// What is left for the tree of identities, and for that of sign-ups.
    identities: std::vec::IntoIter<IndexEntry>,
    signups: std::vec::IntoIter<IndexEntry>,
}

impl IndexMerge {
    fn of(recent: &RecentIndex, until: IndexProgress) -> Self {
        let mut identities = recent.all().to_vec();
        let mut signups = identities.clone();
        identities.sort_unstable_by_key(|known| (known.twin, known.print));
        signups.retain(|known| known.signup.is_some());
        signups.sort_unstable_by_key(|known| (known.signup, known.event));
        Self { until, identities: identities.into_iter(), signups: signups.into_iter() }
    }

    fn is_done(&self) -> bool {
        self.identities.len() + self.signups.len() == 0
    }
}

/// Columns of a twin.
const TWIN: &str = "coalesce(e.retry_of, e.id), e.id, e.first_ms";

/// When the first of an event's twins arrived; nothing where the event itself did not.
const BEGAN: &str =
    "iif(e.first_ms IS NULL, NULL, coalesce((SELECT f.first_ms FROM events f WHERE f.id = e.retry_of), e.first_ms))";

/// Twins that are looked at: somebody may send any number of them.
const MOST_TWINS: usize = 1000;

statements! {
    load: "SELECT keys FROM recent WHERE id > ?1 ORDER BY id";
    keep: "INSERT INTO recent (keys) VALUES (?1) RETURNING id";
    near: "SELECT 1 FROM identity WHERE twin = ?1 LIMIT 1";
    find: "SELECT event FROM identity WHERE twin = ?1 AND print = ?2";
    arrived: &format!("SELECT {TWIN} FROM events e WHERE e.id = ?1 AND {BEGAN} >= ?2");
    merged_twin: &format!("SELECT {TWIN} FROM (SELECT event FROM identity WHERE twin = ?1 LIMIT {MOST_TWINS}) i
        CROSS JOIN events e ON e.id = i.event WHERE e.id <> ?2 AND {BEGAN} >= ?3 LIMIT 1");
    merged_newest: "SELECT event, newest_ms FROM signups WHERE signup = ?1 ORDER BY event DESC LIMIT 1";
    set_merged_newest: "UPDATE signups SET newest_ms = ?3 WHERE signup = ?1 AND event = ?2";
    drop_identity: "DELETE FROM identity WHERE twin = ?1 AND print = ?2";
    drop_signup: "DELETE FROM signups WHERE signup = ?1 AND event = ?2";
    count_removal: "UPDATE progress SET removals = removals + 1";
    merge_identity: "INSERT OR REPLACE INTO identity (twin, print, event) VALUES (?1, ?2, ?3)";
    merge_signup: "INSERT OR REPLACE INTO signups (signup, event, newest_ms) VALUES (?1, ?2, ?3)";
    drop_recent: "DELETE FROM recent WHERE id <= ?1";
    set_merged: "UPDATE progress SET merged = ?1";
    written: "SELECT coalesce(max(id), 0) FROM recent";
}

impl<'c> EventIndex<'c> {
    /// Prepares the statements. Nothing is read before [`EventIndex::catch_up`].
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let sql = PreparedStatements::prepare(connection)?;
        Ok(Self { at: IndexProgress::default(), recent: RecentIndex::default(), sorting: None, sql })
    }

    /// Recent events that are not in the trees.
    pub(super) fn count_recent(&self) -> usize {
        self.recent.len()
    }

    /// Reads what others added since, or everything anew where they moved or removed things.
    pub(super) fn catch_up(&mut self, now: IndexProgress) -> rusqlite::Result<()> {
        if (now.merged, now.removals) != (self.at.merged, self.at.removals) {
            self.forget();
        }
        if now.written > self.at.written {
            self.load(self.at.written, now.merged)?;
        }
        self.at = now;
        Ok(())
    }

    /// Events up to this number are in the trees.
    pub(super) fn merged(&self) -> i64 {
        self.at.merged
    }

    /// Drops what is in memory: the transaction that it came from was rolled back. The next one reads it anew.
    pub(super) fn forget(&mut self) {
        self.at = IndexProgress::default();
        self.recent.clear();
        self.sorting = None;
    }

    /// The event with these bytes.
    pub(super) fn find(&mut self, keys: &EventKeys) -> rusqlite::Result<Option<i64>> {
        if let Some(event) = self.recent.find(keys.print) {
            return Ok(Some(event));
        }
        // Most events that are not here are not there either, and have no twin there: one look says both.
        if self.at.merged == 0 || !self.sql.near.exists([keys.twin])? {
            return Ok(None);
        }
        self.sql.find.query_row((keys.twin, &keys.print), |row| row.get(0)).optional()
    }

    /// Any arrived event besides `event` that differs from these keys' body in its timestamp alone, where the first one that
    /// does arrived at a time or after it.
    pub(super) fn find_twin(
        &mut self,
        keys: &EventKeys,
        event: i64,
        since_ms: i64,
    ) -> rusqlite::Result<Option<EventTwin>> {
        if !keys.twinned {
            return Ok(None);
        }
        for other in self.recent.find_twins(keys.twin).filter(|other| *other != event).take(MOST_TWINS) {
            if let Some(twin) = self.sql.arrived.query_row([other, since_ms], twin_row).optional()? {
                return Ok(Some(twin));
            }
        }
        if self.at.merged == 0 {
            return Ok(None);
        }
        self.sql.merged_twin.query_row((keys.twin, event, since_ms), twin_row).optional()
    }

    /// The last event of a sign-up, and the newest time that any arrived event of it told.
    pub(super) fn find_newest(&mut self, signup: i64) -> rusqlite::Result<Option<(i64, Option<i64>)>> {
        match self.recent.find_newest(signup) {
            None if self.at.merged > 0 => {
                self.sql.merged_newest.query_row([signup], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            }
            found => Ok(found),
        }
    }

    /// Changes the newest time of a sign-up, of which `event` is the last. In the tree as well: somebody may have
    /// sorted a recent event already.
    pub(super) fn set_newest(&mut self, signup: i64, event: i64, newest_ms: Option<i64>) -> rusqlite::Result<()> {
        self.recent.set_newest(event, newest_ms);
        self.sql.set_merged_newest.execute((signup, event, newest_ms)).map(drop)
    }

    /// Adds an event, which is the last one now.
    pub(super) fn add(&mut self, keys: &EventKeys, event: i64, newest_ms: Option<i64>) {
        self.recent.add(IndexEntry::new(keys, event, newest_ms));
        self.at.last_event = event;
    }

    /// Writes down what the transaction added, before it is committed.
    pub(super) fn write_recent(&mut self) -> rusqlite::Result<()> {
        let keys = self.recent.take_unwritten();
        if !keys.is_empty() {
            self.at.written = self.sql.keep.query_row([keys], |row| row.get(0))?;
        }
        Ok(())
    }

    /// Removes an event that is in the trees.
    pub(super) fn remove(&mut self, keys: &EventKeys, event: i64) -> rusqlite::Result<()> {
        self.sql.drop_identity.execute((keys.twin, &keys.print))?;
        if let Some(signup) = keys.signup {
            self.sql.drop_signup.execute((signup, event))?;
        }
        Ok(())
    }

    /// Ends a removal of events: tells everybody.
    pub(super) fn note_removal(&mut self) -> rusqlite::Result<()> {
        self.sql.count_removal.execute([])?;
        self.at.removals += 1;
        Ok(())
    }

    /// Whether there is more to be sorted of what was begun.
    pub(super) fn is_sorting(&self) -> bool {
        self.sorting.is_some()
    }

    /// Sorts all recent events into the trees.
    pub(super) fn merge(&mut self) -> rusqlite::Result<()> {
        self.sorting = None;
        self.merge_portion()?;
        while self.is_sorting() {
            self.merge_portion()?;
        }
        Ok(())
    }

    /// Sorts the next portion of the recent events into the trees; the first one, where none is under way.
    pub(super) fn merge_portion(&mut self) -> rusqlite::Result<()> {
        let mut sorting = self.sorting.take().unwrap_or_else(|| IndexMerge::of(&self.recent, self.at));
        for known in sorting.identities.by_ref().take(PORTION) {
            self.sql.merge_identity.execute((known.twin, &known.print, known.event))?;
        }
        for IndexEntry { event, signup, newest_ms, .. } in sorting.signups.by_ref().take(PORTION) {
            // What is told of a recent event can change until it is sorted.
            let newest_ms = self.recent.get(event).map_or(newest_ms, |known| known.newest_ms);
            self.sql.merge_signup.execute((signup, event, newest_ms))?;
        }
        if sorting.is_done() {
            return self.end_merge(sorting.until);
        }
        self.sorting = Some(sorting);
        Ok(())
    }

    fn end_merge(&mut self, until: IndexProgress) -> rusqlite::Result<()> {
        self.sql.drop_recent.execute([until.written])?;
        self.sql.set_merged.execute([until.last_event])?;
        self.recent.drop_until(until.last_event);
        self.at.merged = until.last_event;
        self.at.written = self.sql.written.query_row([], |row| row.get(0))?;
        Ok(())
    }

    fn load(&mut self, after: i64, merged: i64) -> rusqlite::Result<()> {
        let mut rows = self.sql.load.query([after])?;
        while let Some(row) = rows.next()? {
            let all = IndexEntry::decode_row(row.get_ref(0)?.as_blob()?)?;
            all.filter(|known| known.event > merged).for_each(|known| self.recent.insert(known));
        }
        Ok(())
    }
}

fn twin_row(row: &Row<'_>) -> rusqlite::Result<EventTwin> {
    Ok(EventTwin { earliest: row.get(0)?, event: row.get(1)?, first_ms: row.get(2)? })
}
