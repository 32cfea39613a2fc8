//! The rows of the list, read from the store page by page: the newest again and again, older ones once, when somebody
//! comes near them or a search goes on.

use super::list::BrowserRow;
use crate::database::FileNumber;
use crate::error::Error;
use crate::protocol::facts::EventFacts;
use crate::store::{EventDirection, EventRow, StoreFilter, StoreReader};
use std::sync::Arc;

/// Events of a page.
pub(super) const PAGE: usize = 500;

/// Events that a search looks at between two keys.
const SEARCHED_AT_ONCE: usize = 2_000;

/// Rows that are kept at most: each holds its body.
pub(super) const MOST: usize = 20_000;

/// What was read of a store for one search.
#[derive(Debug, Default)]
pub(super) struct BrowserPages {
    /// What is looked for, in small letters; nothing for all.
    wanted: String,
    file: Option<FileNumber>,
    /// Events with numbers up to this one are read once, those above it each time.
    boundary: Option<u64>,
    /// Those up to it, newest first.
    older: Vec<BrowserRow>,
    /// The next ones have numbers below this; `None` where all was read.
    before: Option<u64>,
}

impl BrowserPages {
    /// The rows that contain a text, newest first, as far as they were read.
    pub(super) fn read(&mut self, reader: &StoreReader, wanted: &str) -> Result<Vec<BrowserRow>, Error> {
        if self.boundary.is_none() || self.wanted != wanted || self.is_outdated(reader)? {
            self.start(reader, wanted)?;
        }
        let filter = StoreFilter { above: self.boundary, ..all() };
        let newest = reader.list(&filter, usize::MAX, None)?.into_iter().map(stored);
        let refused = reader.list_refused()?.into_iter().map(|row| {
            let facts = EventFacts::from_body(&row.refused.content.body);
            BrowserRow::Refused(Arc::new(row), Arc::new(facts))
        });
        let mut rows: Vec<BrowserRow> = newest.chain(refused).filter(|row| row.contains(wanted)).collect();
        rows.extend(self.older.iter().cloned());
        rows.sort_by_key(|row| std::cmp::Reverse(row.at()));
        Ok(rows)
    }

    /// Reads on: a page of what is listed, or of what a search looks at.
    pub(super) fn read_on(&mut self, reader: &StoreReader) -> Result<(), Error> {
        let Some(before) = self.before.filter(|_| self.has_more()) else { return Ok(()) };
        let most = if self.wanted.is_empty() { PAGE } else { SEARCHED_AT_ONCE };
        let (mut seen, mut found, mut last) = (0, Vec::new(), None);
        reader.scan_bare((&all(), None), Some(before), |event| {
            (seen, last) = (seen + 1, Some(event.number()));
            let name = format!("#{}", event.number());
            if self.wanted.is_empty() || super::list::contains(&name, event.body(), &self.wanted) {
                found.push(event);
            }
            seen < most
        })?;
        for event in found {
            self.older.push(stored(reader.complete(event)?));
        }
        self.before = last.filter(|_| seen >= most);
        Ok(())
    }

    /// Whether there may be older ones, and room for them.
    pub(super) fn has_more(&self) -> bool {
        self.before.is_some() && self.older.len() < MOST
    }

    /// Whether older ones were left out for want of room.
    pub(super) fn is_cut(&self) -> bool {
        self.before.is_some() && !self.has_more()
    }

    fn start(&mut self, reader: &StoreReader, wanted: &str) -> Result<(), Error> {
        // What is newest by now is read each time, with all that comes.
        let newest = reader.list(&all(), PAGE, None)?;
        let boundary = match newest.last() {
            Some(last) if newest.len() == PAGE => last.number - 1,
            _ => 0,
        };
        let before = (boundary > 0).then_some(boundary + 1);
        let (wanted, file) = (wanted.to_owned(), reader.file());
        *self = Self { wanted, file, boundary: Some(boundary), older: Vec::new(), before };
        Ok(())
    }

    /// Whether it is another store by now, or events that are shown were removed.
    fn is_outdated(&self, reader: &StoreReader) -> Result<bool, Error> {
        let oldest = match self.older.last() {
            Some(BrowserRow::Stored(row)) => reader.find_event(row.number)?.is_none(),
            _ => false,
        };
        Ok(oldest || reader.file() != self.file)
    }
}

/// The event of the same sign-up that came before a row, whatever is listed.
pub(super) fn find_previous(row: &BrowserRow, reader: &StoreReader) -> Result<Option<BrowserRow>, Error> {
    let Some(signup) = row.facts().signup_id.clone() else { return Ok(None) };
    let filter = StoreFilter { signup: Some(signup), ..all() };
    let mut found = None;
    let before = match row {
        BrowserRow::Stored(row) => Some(row.number),
        BrowserRow::Refused(..) => None,
    };
    // A refused request has a number of another kind: it is its time that counts.
    reader.scan(&filter, before, |event| {
        let event = stored(event);
        if before.is_some() || event.at() <= row.at() {
            found = Some(event);
        }
        found.is_none()
    })?;
    Ok(found)
}

fn all() -> StoreFilter {
    StoreFilter { direction: EventDirection::All, ..StoreFilter::default() }
}

fn stored(row: EventRow) -> BrowserRow {
    BrowserRow::Stored(Arc::new(row))
}
