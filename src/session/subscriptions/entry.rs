//! Lines of the journal, as records and in words.

use crate::output::console::Console;
use crate::output::records::format_instant;
use crate::output::records::{SubscriptionRecord, UnsubscribedRecord};
use crate::protocol::api::is_switched_off;
use crate::store::{JournalEntry, SubscriptionStatus};
use serde_json::{Map, Value};

/// The members of a `subscription` record. `left_behind` where its run is known to be gone.
pub(crate) fn subscription_fields(entry: &JournalEntry, left_behind: bool) -> SubscriptionRecord<'_> {
    SubscriptionRecord {
        line: entry.number,
        id: entry.id.as_deref(),
        standing: entry.standing.name(),
        event_type: &entry.event,
        target_url: &entry.url,
        waitlist_id: entry.waitlist.as_deref(),
        api_url: &entry.api,
        asked_at: format_instant(entry.asked_at),
        ended_at: entry.ended_at.map(format_instant),
        run: entry.run.as_deref(),
        left_behind,
        reason: entry.words.as_deref(),
        subscription: entry.answer.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        answer: entry.answer.as_deref().filter(|_| entry.standing == SubscriptionStatus::Unknown),
        inactive: is_inactive(entry),
        made: None,
    }
}

/// The members of an `unsubscribed` record; `rollback` where it was made a moment ago.
pub(crate) fn unsubscribed_fields(entry: &JournalEntry, found: bool, rollback: bool) -> UnsubscribedRecord<'_> {
    UnsubscribedRecord {
        id: entry.id.as_deref(),
        found,
        line: Some(entry.number),
        event_type: Some(&entry.event),
        target_url: Some(&entry.url),
        rollback,
    }
}

/// Whether the service said, when it was made, that it delivers nothing for now.
pub(crate) fn is_inactive(entry: &JournalEntry) -> bool {
    let answer = entry.answer.as_deref().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    entry.standing == SubscriptionStatus::Active && answer.is_some_and(|answer| is_switched_off(&answer))
}

/// How far it has got, for people.
pub(crate) fn describe_standing(standing: SubscriptionStatus) -> &'static str {
    match standing {
        // The process that asked is gone, or this reader was quicker than it.
        SubscriptionStatus::Asked => "unknown (no answer)",
        SubscriptionStatus::Unknown => "unknown",
        SubscriptionStatus::Active => "active",
        SubscriptionStatus::Removing => "being removed",
        SubscriptionStatus::Removed => "removed",
    }
}

/// Tells that nobody can end this one, and how its line is taken out.
pub(crate) fn print_nameless(entry: &JournalEntry, console: &Console) {
    let described = describe_entry(entry);
    console.print_notice(&format!("{described}: the service never returned its id, so it cannot be ended"));
    let number = entry.number;
    console.print_hint(&format!("referralloop subscriptions --forget {number}   once you know that it does not exist"));
}

/// One line about it.
pub(crate) fn describe_entry(entry: &JournalEntry) -> String {
    let name = entry.id.clone().unwrap_or_else(|| format!("line {}", entry.number));
    let waitlist = entry.waitlist.as_ref().map(|id| format!("  (waitlist {id})")).unwrap_or_default();
    format!("{name}  {} → {}{waitlist}", entry.event, entry.url)
}
