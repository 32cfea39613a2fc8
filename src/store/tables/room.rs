//! Room in the file: whether there is any for one more row, and what leaves the tables to make some.
//!
//! May know the rows. Must not decide what leaves: `retention` does.

use super::{StoreTables, code};
use crate::database::WriteFault;
use crate::protocol::arrival::{ArrivalRecordError, REFUSED_KEPT, RefusedRequest};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::store::key::EventKeys;
use crate::store::retention::RetentionSweep;
use rusqlite::{OptionalExtension, Row};

/// Bytes that a row takes beside its body and header lines: its keys in all trees, and what pages leave unused.
const ROW_BYTES: u64 = 160;

/// The part of the quota after which the file's pages are counted again: until then, what rows take is estimated.
const COUNT_AGAIN: u64 = 64;

/// What a row with so many bytes takes.
fn row_bytes(bytes: usize) -> u64 {
    (bytes as u64).saturating_add(ROW_BYTES)
}

impl StoreTables<'_> {
    /// Bytes that live pages take, by the last count and what came since.
    pub(in crate::store) fn used_bytes(&self) -> u64 {
        self.counted.saturating_add(self.added)
    }

    pub(in crate::store) fn reserve(&mut self, bytes: usize) -> Result<(), WriteFault> {
        if self.added > self.quota / COUNT_AGAIN || !self.has_room(bytes) {
            self.count_pages()?;
        }
        if !self.has_room(bytes) {
            return Err(WriteFault::Refusal(ArrivalRecordError::Full { quota: self.quota }));
        }
        self.added = self.added.saturating_add(row_bytes(bytes));
        Ok(())
    }

    pub(in crate::store) fn has_room(&self, bytes: usize) -> bool {
        let more = row_bytes(bytes);
        self.counted.saturating_add(self.added).saturating_add(more) <= self.quota
    }

    /// Enters a refused request into the ring, and answers with its number. The quota is not asked: the ring bounds
    /// itself, and diagnosis matters most when things go wrong.
    pub(in crate::store) fn record_refused(&mut self, refused: &RefusedRequest) -> Result<u64, WriteFault> {
        let (at, reason) = (refused.at.as_millisecond(), code::encode_reason(refused.reason));
        let row = (at, reason, &refused.target, refused.content.headers.as_block(), refused.content.body.as_bytes());
        let number: i64 = self.sql.add_refused.query_row(row, |r| r.get(0))?;
        let bytes = refused.content.headers.as_block().len() + refused.content.body.len();
        self.added = self.added.saturating_add(bytes as u64).saturating_add(ROW_BYTES);
        self.sql.drop_refused.execute([number - REFUSED_KEPT.cast_signed()])?;
        Ok(number.unsigned_abs())
    }

    /// Removes events with all that belongs to them, and answers how many there were. Their numbers are not given out
    /// again.
    pub(in crate::store) fn remove_events(&mut self, events: &[u64]) -> Result<u64, WriteFault> {
        self.index.merge()?;
        self.remove_sorted(events)
    }

    /// The same of events whose keys are in the trees.
    pub(in crate::store) fn remove_sorted(&mut self, events: &[u64]) -> Result<u64, WriteFault> {
        self.sql.keep_numbers.execute((self.last_event, self.last_arrival))?;
        let mut removed = 0;
        for event in events {
            let event = event.cast_signed();
            let read = |r: &Row<'_>| r.get::<_, Vec<u8>>(0);
            let Some(body) = self.sql.body.query_row([event], read).optional()? else { continue };
            let body = RawBody::new(body);
            self.index.remove(&EventKeys::compute(&body, &EventFacts::from_body(&body)), event)?;
            self.sql.drop_arrivals.execute([event])?;
            self.sql.drop_attempts.execute([event])?;
            self.sql.drop_event.execute([event])?;
            removed += 1;
        }
        self.index.note_removal()?;
        Ok(removed)
    }

    /// Lets the oldest events go, a portion of them.
    pub(in crate::store) fn apply_retention(&mut self) -> Result<(), WriteFault> {
        let Some(mut sweep) = self.retention.take() else { return Ok(()) };
        let swept = self.sweep(&mut sweep);
        if swept.is_err() {
            sweep.forget();
        }
        self.retention = Some(sweep);
        swept
    }

    /// Lets the oldest go at once where a row of so many bytes has no room; before that row is looked up, for what it
    /// repeats may go too.
    pub(in crate::store) fn keep_room(&mut self, bytes: usize) -> Result<(), WriteFault> {
        if self.retention.as_ref().is_none_or(|sweep| !sweep.bounds_bytes()) || self.has_room(bytes) {
            return Ok(());
        }
        self.index.merge()?;
        self.count_pages()?;
        let mut before = u64::MAX;
        while !self.has_room(bytes) && self.used_bytes() < before {
            before = self.used_bytes();
            self.apply_retention()?;
            self.count_pages()?;
        }
        Ok(())
    }

    fn sweep(&mut self, sweep: &mut RetentionSweep<'_>) -> Result<(), WriteFault> {
        if sweep.bounds_bytes() {
            self.count_pages()?;
        }
        let mut beyond = sweep.find_beyond(self.used_bytes())?;
        let last = beyond.last().map(|(event, _)| *event);
        // Recent events are sorted into the trees first, by portions as ever.
        if last.is_some_and(|last| last > self.index.merged()) {
            self.index.merge_portion()?;
            sweep.put_off();
            return Ok(());
        }
        beyond.extend(sweep.take_held());
        let mut leaving = Vec::with_capacity(beyond.len());
        for (event, by_age) in beyond {
            match sweep.may_go(event, by_age)? {
                true => leaving.push(event.unsigned_abs()),
                false => sweep.hold(event),
            }
        }
        if !leaving.is_empty() {
            self.remove_sorted(&leaving)?;
        }
        sweep.note_portion(last);
        Ok(())
    }
}
