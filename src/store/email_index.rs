//! Which events an e-mail address occurs in, for whoever looks addresses up often: the digests of all events in memory.
//!
//! May know the tables. A tree in the file would have to take addresses in random order, which costs the writer more
//! than everything else; four bytes an event are read once, and looked through in a moment.

use super::key;
use super::reader::StoreReader;
use crate::database::{FileNumber, ReadError};

/// The digest of every event that has an address, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct EmailIndex {
    file: Option<FileNumber>,
    read: u64,
    events: Vec<u64>,
    digests: Vec<i32>,
}

impl EmailIndex {
    /// Reads what was added since; everything, where the reader's store is another one than before.
    pub(crate) fn catch_up(&mut self, reader: &StoreReader) -> Result<(), ReadError> {
        if self.file != reader.file() {
            *self = Self { file: reader.file(), ..Self::default() };
        }
        let after = self.read.cast_signed();
        reader.read((), |connection| {
            let mut statement = connection.prepare_cached("SELECT id, email FROM events WHERE id > ?1 ORDER BY id")?;
            let mut rows = statement.query([after])?;
            while let Some(row) = rows.next()? {
                self.read = row.get::<_, i64>(0)?.unsigned_abs();
                if let Some(digest) = row.get(1)? {
                    self.events.push(self.read);
                    self.digests.push(digest);
                }
            }
            Ok(())
        })
    }

    /// Numbers of events in which an address may occur, newest first: the body decides.
    pub(crate) fn find_events(&self, address: &str) -> Vec<u64> {
        let wanted = key::digest_email(address);
        let known = self.digests.iter().zip(&self.events).rev();
        known.filter(|(digest, _)| **digest == wanted).map(|(_, event)| *event).collect()
    }
}
