//! What a target is owed: forwards that failed, and such as were never made.
//!
//! May know the rows and, of attempts, which of them tell that a target did not get an event. Must not decide what is
//! sent again, nor when.
//!
//! An event that a target did not get although it was to is entered as an attempt with the number 0, which failed and was never
//! made: so whatever looks for failed events finds it, and what is owed is never removed.

use super::tables::StoreTables;
use crate::database::WriteFault;
use crate::protocol::arrival::{ForwardProgress, OwedForwards, UnmadeForwards};
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose};
use jiff::Timestamp;
use std::time::Duration;

impl StoreTables<'_> {
    /// What a target is owed, oldest first.
    pub(super) fn load_owed(&mut self, url: &str) -> Result<OwedForwards, WriteFault> {
        let url = self.find_or_add_url(url)?;
        let (progress, is_former) = self.forwards.find_progress(url)?.unzip();
        Ok(OwedForwards {
            progress,
            is_former: is_former.unwrap_or(false),
            newest: self.last_arrival.unsigned_abs(),
            events: self.forwards.list_owed(url)?,
        })
    }

    /// Enters events as owed to a target; those that it is owed then.
    pub(super) fn record_owed(&mut self, owed: &UnmadeForwards) -> Result<Vec<u64>, WriteFault> {
        let url = self.find_or_add_url(&owed.url)?;
        let mut entered = Vec::new();
        for event in &owed.events {
            // What was removed meanwhile is owed no more.
            let Some(known) = self.forwards.find_standing(*event, url)? else { continue };
            if known.is_acknowledged && !owed.duplicates {
                continue;
            }
            entered.push(*event);
            if !known.has_failed {
                self.record_attempt(&unmade_attempt(*event, owed))?;
            }
        }
        Ok(entered)
    }

    /// An event for which no attempt was made is not owed to a target after all.
    pub(super) fn settle_owed(&mut self, event: u64, url: &str) -> Result<(), WriteFault> {
        let url = self.find_or_add_url(url)?;
        Ok(self.forwards.settle_owed(event, url)?)
    }

    /// Whether a target has acknowledged an event since a time.
    pub(super) fn was_acknowledged(&mut self, event: u64, url: &str, since: Timestamp) -> Result<bool, WriteFault> {
        let url = self.find_or_add_url(url)?;
        Ok(self.forwards.was_acknowledged(event, url, since)?)
    }

    /// Notes how far the retries to a target have got.
    pub(super) fn save_progress(&mut self, url: &str, noted: &ForwardProgress) -> Result<(), WriteFault> {
        let url = self.find_or_add_url(url)?;
        Ok(self.forwards.save_progress(url, noted)?)
    }
}

/// An attempt that was never made.
fn unmade_attempt(event: u64, owed: &UnmadeForwards) -> Attempt {
    Attempt {
        event,
        url: owed.url.clone(),
        purpose: DeliveryPurpose::Forward,
        number: 0,
        at: owed.at,
        latency: Duration::ZERO,
        outcome: AttemptOutcome::Failed(owed.why.into()),
    }
}
