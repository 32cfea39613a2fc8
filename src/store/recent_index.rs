//! The newest events, which are not in the trees yet: their keys, in memory and as the bytes of a row.
//!
//! May know the table `recent`. Must not know the trees, nor what an answer is used for.
//!
//! Each transaction that adds events writes the keys of all of them as one row, which costs far less than a row for
//! each. What is written twice counts as written last.

use super::key::EventKeys;
use crate::database::InvalidStoredValue;
use bytes::{Buf, BufMut};
use rusqlite::Connection;
use rusqlite::types::Type;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

type DigestMap<K, V> = HashMap<K, V, BuildHasherDefault<DigestHasher>>;

/// The hash of a digest: its own bits, which are as good as any.
#[derive(Default)]
struct DigestHasher(u64);

impl Hasher for DigestHasher {
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

/// What one event is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexEntry {
    pub event: i64,
    /// See [`EventKeys::print`].
    pub print: [u8; 16],
    /// See [`EventKeys::twin`].
    pub twin: i64,
    /// See [`EventKeys::signup`].
    pub signup: Option<i64>,
    /// The newest time that an arrived event of the sign-up told, as of this one; in Unix milliseconds.
    pub newest_ms: Option<i64>,
}

/// Bytes of one event's keys in a row: number, print and twin; sign-up and newest time, each with a mark before it.
const BYTES: usize = 8 + 16 + 8 + 2 * 9;

impl IndexEntry {
    pub(super) fn new(keys: &EventKeys, event: i64, newest_ms: Option<i64>) -> Self {
        Self { event, print: keys.print, twin: keys.twin, signup: keys.signup, newest_ms }
    }

    fn write(&self, row: &mut Vec<u8>) {
        row.put_i64(self.event);
        row.put_slice(&self.print);
        row.put_i64(self.twin);
        for value in [self.signup, self.newest_ms] {
            row.put_u8(value.is_some().into());
            row.put_i64(value.unwrap_or_default());
        }
    }

    fn read(mut row: &[u8]) -> Self {
        let (event, print, twin) = (row.get_i64(), row.get_u128().to_be_bytes(), row.get_i64());
        let [signup, newest_ms] = [(); 2].map(|()| {
            let is_some = row.get_u8() != 0;
            Some(row.get_i64()).filter(|_| is_some)
        });
        Self { event, print, twin, signup, newest_ms }
    }

    /// All that one row holds.
    pub(super) fn decode_row(row: &[u8]) -> rusqlite::Result<impl Iterator<Item = Self>> {
        let all = row.chunks_exact(BYTES);
        if all.remainder().is_empty() {
            return Ok(all.map(Self::read));
        }
        let odd = InvalidStoredValue(row.len().cast_signed() as i64, "length of recent keys");
        Err(rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(odd)))
    }
}

/// Numbers of the recent events of a sign-up, as they stand in the file.
pub(super) fn find_recent_events(connection: &Connection, signup: i64) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT keys, merged FROM recent, progress")?;
    let (mut rows, mut found) = (statement.query([])?, Vec::new());
    while let Some(row) = rows.next()? {
        let (all, merged) = (IndexEntry::decode_row(row.get_ref(0)?.as_blob()?)?, row.get(1)?);
        let wanted = all.filter(|known| known.signup == Some(signup) && known.event > merged);
        found.extend(wanted.map(|known| known.event));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The keys of all recent events.
#[derive(Default)]
pub(super) struct RecentIndex {
    /// In the order of their numbers.
    all: Vec<IndexEntry>,
    prints: DigestMap<u128, i64>,
    /// The first event of each twin key, and whether there are more.
    twins: DigestMap<i64, (i64, bool)>,
    /// The last event of each sign-up, and the newest time told.
    signups: DigestMap<i64, (i64, Option<i64>)>,
    /// What this transaction adds to the file.
    unwritten: Vec<u8>,
}

impl RecentIndex {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Every one of them.
    pub(super) fn all(&self) -> &[IndexEntry] {
        &self.all
    }

    /// Forgets them, and what was to be written of them.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.prints.clear();
        self.twins.clear();
        self.signups.clear();
        self.unwritten.clear();
    }

    /// Forgets those up to a number, and all that was to be written: they are in the file.
    pub(super) fn drop_until(&mut self, event: i64) {
        let rest = self.all.split_off(self.all.partition_point(|known| known.event <= event));
        self.clear();
        rest.into_iter().for_each(|known| self.insert(known));
    }

    /// Takes over what the file holds.
    pub(super) fn insert(&mut self, known: IndexEntry) {
        match self.all.binary_search_by_key(&known.event, |other| other.event) {
            Ok(at) => self.all[at] = known,
            Err(at) => {
                self.all.insert(at, known);
                self.prints.insert(u128::from_be_bytes(known.print), known.event);
                match self.twins.entry(known.twin) {
                    Entry::Occupied(mut first) => first.get_mut().1 = true,
                    Entry::Vacant(free) => drop(free.insert((known.event, false))),
                }
            }
        }
        if let Some(signup) = known.signup {
            self.signups.insert(signup, (known.event, known.newest_ms));
        }
    }

    /// Adds an event, which is the last one now.
    pub(super) fn add(&mut self, known: IndexEntry) {
        known.write(&mut self.unwritten);
        self.insert(known);
    }

    /// The event with these bytes.
    pub(super) fn find(&self, print: [u8; 16]) -> Option<i64> {
        self.prints.get(&u128::from_be_bytes(print)).copied()
    }

    /// Events with a twin key, oldest first.
    pub(super) fn find_twins(&self, twin: i64) -> impl Iterator<Item = i64> {
        let (first, more) = self.twins.get(&twin).copied().unzip();
        // Twins are rare, more than two of them in one batch are rarer: only then all are looked at.
        let rest = if more == Some(true) { &self.all[..] } else { &[] };
        let others = rest.iter().filter(move |known| known.twin == twin && Some(known.event) != first);
        first.into_iter().chain(others.map(|known| known.event))
    }

    /// The last event of a sign-up, and the newest time that any arrived event of it told.
    pub(super) fn find_newest(&self, signup: i64) -> Option<(i64, Option<i64>)> {
        self.signups.get(&signup).copied()
    }

    /// One of them.
    pub(super) fn get(&self, event: i64) -> Option<&IndexEntry> {
        let at = self.all.binary_search_by_key(&event, |known| known.event).ok()?;
        self.all.get(at)
    }

    /// Changes the newest time of a sign-up, of which `event` is the last, if that is one of these.
    pub(super) fn set_newest(&mut self, event: i64, newest_ms: Option<i64>) {
        if let Some(known) = self.get(event) {
            self.add(IndexEntry { newest_ms, ..*known });
        }
    }

    /// What is to be written by the transaction that ends; empty where it added nothing.
    pub(super) fn take_unwritten(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unwritten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(event: i64, signup: Option<i64>, newest_ms: Option<i64>) -> IndexEntry {
        IndexEntry { event, print: [event as u8; 16], twin: i64::MIN, signup, newest_ms }
    }

    #[test]
    fn a_row_gives_back_what_was_written() {
        let all = [known(1, None, None), known(2, Some(-3), None), known(i64::MAX, Some(0), Some(i64::MIN))];
        let mut recent = RecentIndex::default();
        all.iter().for_each(|known| recent.add(*known));
        let row = recent.take_unwritten();
        assert!(recent.take_unwritten().is_empty());
        assert_eq!(IndexEntry::decode_row(&row).unwrap().collect::<Vec<_>>(), all);
        assert!(IndexEntry::decode_row(&row[1..]).is_err(), "half an event is damage");
    }

    #[test]
    fn what_is_written_twice_counts_as_written_last() {
        let mut recent = RecentIndex::default();
        recent.add(known(1, Some(7), None));
        recent.add(known(2, Some(8), Some(5)));
        recent.set_newest(1, Some(9));
        recent.set_newest(3, None);
        assert_eq!((recent.find_newest(7), recent.find_newest(8)), (Some((1, Some(9))), Some((2, Some(5)))));
        assert_eq!(recent.all(), [known(1, Some(7), Some(9)), known(2, Some(8), Some(5))]);
        assert_eq!(recent.take_unwritten().len(), 3 * BYTES);
    }

    #[test]
    fn twins_come_oldest_first() {
        let mut recent = RecentIndex::default();
        recent.add(known(4, None, None));
        recent.add(IndexEntry { twin: 0, ..known(5, None, None) });
        assert_eq!(recent.find_twins(i64::MIN).collect::<Vec<_>>(), [4]);
        recent.add(known(6, None, None));
        recent.add(known(7, None, None));
        assert_eq!(recent.find_twins(i64::MIN).collect::<Vec<_>>(), [4, 6, 7]);
        assert_eq!(recent.find_twins(1).count(), 0);
    }
}
