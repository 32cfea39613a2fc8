//! What the store remembers of the last days, read once for all checks that look at it.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::protocol::attempt::Attempt;
use crate::session;
use crate::store::{EventDirection, JournalEntry, RepeatCounts, StoreFilter, SubscriptionStatus};
use jiff::SignedDuration;
use std::collections::BTreeSet;

/// Days that are looked at: what is older was another state of the app.
pub(super) const DAYS: i64 = 7;

/// Attempts that are looked at.
const ATTEMPTS: usize = 1000;

/// Subscriptions that stand, attempts on apps with the newest first, and repeats.
#[derive(Debug, Default)]
pub(in crate::commands::doctor) struct RecentHistory {
    pub subscriptions: Vec<JournalEntry>,
    pub attempts: Vec<Attempt>,
    /// The events among them that `load` or `rehearse` made.
    pub bulk: BTreeSet<u64>,
    /// Those that a target is still owed, as `--failed` finds them.
    pub open: BTreeSet<u64>,
    pub repeats: RepeatCounts,
}

/// Reads it; a store that cannot be read has a finding of its own, and is empty here.
pub(in crate::commands::doctor) fn read_history(settings: &ConfigSettings, context: &Context) -> RecentHistory {
    let read = || -> Result<RecentHistory, Error> {
        let since = context.clock.now() - SignedDuration::from_hours(24 * DAYS);
        let reader = session::open_reader(context, settings)?;
        let mut subscriptions = reader.list_subscriptions(false)?;
        subscriptions.retain(|entry| entry.standing == SubscriptionStatus::Active);
        let mut attempts = reader.list_recent_attempts(since, ATTEMPTS)?;
        let events: BTreeSet<u64> = attempts.iter().map(|attempt| attempt.event).collect();
        let failed = StoreFilter { failed: true, direction: EventDirection::All, ..StoreFilter::default() };
        let mut open = BTreeSet::new();
        reader.scan_bare((&failed, Some(&events.iter().copied().collect::<Vec<_>>())), None, |event| {
            open.insert(event.number())
        })?;
        // What was to be forwarded and never was is owed, and says nothing about the app.
        attempts.retain(|attempt| attempt.number > 0);
        Ok(RecentHistory {
            subscriptions,
            bulk: reader.list_bulk_events(&events)?,
            attempts,
            open,
            repeats: reader.count_repeats(since)?,
        })
    };
    read().unwrap_or_default()
}
