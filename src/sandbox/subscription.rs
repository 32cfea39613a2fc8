//! Rows of subscriptions, and what becomes of a happening: one delivery for each subscription that wants it.

use super::delivery::{self, NewDelivery, QueuedDelivery};
use super::waitlist::{SignupChange, format_instant};
use crate::protocol::event::EventType;
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(super) struct SandboxSubscription {
    pub id: String,
    pub event: &'static str,
    pub url: String,
    /// `None` for every waitlist.
    pub waitlist: Option<String>,
    pub created_ms: i64,
}

impl SandboxSubscription {
    pub(super) fn to_json(&self) -> Value {
        Value::from_iter([
            ("id", Value::from(self.id.as_str())),
            ("event_type", self.event.into()),
            ("target_url", self.url.as_str().into()),
            ("is_active", true.into()),
            ("created_at", format_instant(self.created_ms).into()),
        ])
    }
}

/// Makes one. The same again is another one: then every event comes twice.
pub(super) fn add_subscription(book: &Connection, new: &SandboxSubscription) -> rusqlite::Result<()> {
    book.prepare_cached(
        "INSERT INTO subscriptions (id, event, url, waitlist, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![new.id, new.event, new.url, new.waitlist, new.created_ms])?;
    Ok(())
}

/// Every one, oldest first.
pub(super) fn list_subscriptions(book: &Connection) -> rusqlite::Result<Vec<SandboxSubscription>> {
    let sql = "SELECT id, event, url, waitlist, created_ms FROM subscriptions ORDER BY created_ms, id";
    let read = |row: &Row<'_>| {
        let event: String = row.get(1)?;
        Ok(SandboxSubscription {
            id: row.get(0)?,
            event: EventType::from_name(&event).map_or("", EventType::name),
            url: row.get(2)?,
            waitlist: row.get(3)?,
            created_ms: row.get(4)?,
        })
    };
    book.prepare_cached(sql)?.query_map([], read)?.collect()
}

/// Removes one with what waits for it; whether there was one.
pub(super) fn remove_subscription(book: &Connection, id: &str) -> rusqlite::Result<bool> {
    let removed = book.prepare_cached("DELETE FROM subscriptions WHERE id = ?1")?.execute([id])?;
    delivery::cancel_deliveries(book, id)?;
    Ok(removed == 1)
}

/// Makes a delivery of each happening for each subscription that wants it, in the order in which things happened.
pub(super) fn add_deliveries(
    book: &Connection,
    happened: &[SignupChange],
    now: Timestamp,
) -> rusqlite::Result<Vec<QueuedDelivery>> {
    let mut waiting = Vec::new();
    let mut wanting = book.prepare_cached(
        "SELECT id, url FROM subscriptions WHERE event = ?1 AND (waitlist IS NULL OR waitlist = ?2)
         ORDER BY created_ms, id",
    )?;
    for happening in happened {
        let (event, body) = happening.render_event(now);
        let signup = happening.signup();
        let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let wanting = wanting.query_map([event, &signup.waitlist], read)?.collect::<Result<Vec<_>, _>>()?;
        for (subscription, url) in &wanting {
            let (subscription, url, body) = (subscription.as_str(), url.as_str(), body.as_slice());
            let new = NewDelivery { subscription, event, signup: &signup.id, email: &signup.email, url, body };
            waiting.push(delivery::add_delivery(book, &new, now.as_millisecond())?);
        }
    }
    Ok(waiting)
}
