//! Rows of waitlists and sign-ups, and how positions shift: at a removal everybody behind moves up, at a referral the
//! referrer does, and whoever is passed moves down.
//!
//! May know the tables. Time, ids and codes are parameters. What happened is answered as [`Happening`]s, in the order in
//! which it is to be told.

use crate::database::time;
use crate::protocol::payload::{About, Made, whole_seconds};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value, json};

/// Places that a referrer moves up for each referral, as far as there are any. Nothing is documented but the example of
/// an event, from 10 to 5.
pub(super) const REFERRAL_PLACES: i64 = 5;

/// A waitlist.
#[derive(Debug, Clone)]
pub(super) struct Waitlist {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub created_ms: i64,
}

impl Waitlist {
    pub(super) fn json(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "slug": self.slug, "created_at": instant(self.created_ms) })
    }
}

/// A sign-up.
#[derive(Debug, Clone)]
pub(super) struct Signup {
    pub id: String,
    pub waitlist: String,
    pub email: String,
    pub name: Option<String>,
    pub position: i64,
    pub code: String,
    pub referrals: i64,
    pub status: String,
    pub metadata: Map<String, Value>,
    pub created_ms: i64,
}

impl Signup {
    /// As making one answers; `page` is where its waitlist takes public sign-ups.
    pub(super) fn made(&self, page: &str) -> Value {
        json!({
            "id": self.id,
            "email": self.email,
            "name": self.name,
            "position": self.position,
            "referral_code": self.code,
            "referral_url": format!("{page}?ref={}", self.code),
            "created_at": instant(self.created_ms),
        })
    }

    /// As looking at one answers.
    pub(super) fn json(&self, page: &str) -> Value {
        let mut signup = self.made(page);
        signup["referral_count"] = self.referrals.into();
        signup["status"] = self.status.as_str().into();
        signup["metadata"] = Value::Object(self.metadata.clone());
        signup
    }

    pub(super) fn about(&self) -> About<'_> {
        About { waitlist: &self.waitlist, id: &self.id, email: &self.email }
    }
}

/// Something that a subscription may want to know.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    Created(Signup),
    Moved { signup: Signup, from: i64 },
    Deleted(Signup),
}

impl Happening {
    /// The sign-up that it happened to.
    pub(super) fn signup(&self) -> &Signup {
        match self {
            Self::Created(signup) | Self::Moved { signup, .. } | Self::Deleted(signup) => signup,
        }
    }

    /// The event's name and its body.
    pub(super) fn told(&self, now: Timestamp) -> (&'static str, Vec<u8>) {
        let (event, payload) = match self {
            Self::Created(signup) => {
                let made = Made {
                    name: signup.name.as_deref(),
                    position: signup.position,
                    referral_code: &signup.code,
                    created_at: time(signup.created_ms).unwrap_or(now),
                };
                ("signup.created", signup.about().created(&made, now))
            }
            Self::Moved { signup, from } => {
                ("signup.position_changed", signup.about().moved(*from, signup.position, now))
            }
            Self::Deleted(signup) => ("signup.deleted", signup.about().deleted(now)),
        };
        (event, payload.to_string().into_bytes())
    }
}

/// A time as the API writes it.
pub(super) fn instant(ms: i64) -> String {
    whole_seconds(time(ms).unwrap_or_default()).to_string()
}

/// An e-mail address as two of them are compared.
pub(super) fn mailbox(email: &str) -> String {
    email.to_lowercase()
}

/// Every waitlist, oldest first.
pub(super) fn waitlists(book: &Connection) -> rusqlite::Result<Vec<Waitlist>> {
    let mut rows = book.prepare_cached("SELECT id, name, slug, created_ms FROM waitlists ORDER BY created_ms, id")?;
    rows.query_map([], waitlist)?.collect()
}

/// The waitlist with this id.
pub(super) fn waitlist_by_id(book: &Connection, id: &str) -> rusqlite::Result<Option<Waitlist>> {
    let sql = "SELECT id, name, slug, created_ms FROM waitlists WHERE id = ?1";
    book.prepare_cached(sql)?.query_row([id], waitlist).optional()
}

/// The waitlist whose public page this is.
pub(super) fn waitlist_by_slug(book: &Connection, slug: &str) -> rusqlite::Result<Option<Waitlist>> {
    let sql = "SELECT id, name, slug, created_ms FROM waitlists WHERE slug = ?1";
    book.prepare_cached(sql)?.query_row([slug], waitlist).optional()
}

/// Adds a waitlist.
pub(super) fn add_waitlist(book: &Connection, waitlist: &Waitlist) -> rusqlite::Result<()> {
    book.execute(
        "INSERT INTO waitlists (id, name, slug, created_ms) VALUES (?1, ?2, ?3, ?4)",
        params![waitlist.id, waitlist.name, waitlist.slug, waitlist.created_ms],
    )?;
    Ok(())
}

fn waitlist(row: &Row<'_>) -> rusqlite::Result<Waitlist> {
    Ok(Waitlist { id: row.get(0)?, name: row.get(1)?, slug: row.get(2)?, created_ms: row.get(3)? })
}

/// How many sign-ups a waitlist has.
pub(super) fn size(book: &Connection, waitlist: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(max(position), 0) FROM signups WHERE waitlist = ?1";
    book.prepare_cached(sql)?.query_row([waitlist], |row| row.get(0))
}

const SIGNUP: &str =
    "SELECT id, waitlist, email, name, position, code, referrals, status, metadata, created_ms FROM signups";

fn signup(row: &Row<'_>) -> rusqlite::Result<Signup> {
    let metadata: String = row.get(8)?;
    Ok(Signup {
        id: row.get(0)?,
        waitlist: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        position: row.get(4)?,
        code: row.get(5)?,
        referrals: row.get(6)?,
        status: row.get(7)?,
        metadata: serde_json::from_str(&metadata).unwrap_or_default(),
        created_ms: row.get(9)?,
    })
}

fn one(book: &Connection, condition: &str, values: impl rusqlite::Params) -> rusqlite::Result<Option<Signup>> {
    book.prepare_cached(&format!("{SIGNUP} WHERE {condition}"))?.query_row(values, signup).optional()
}

/// A page of a waitlist, from the front.
pub(super) fn page(book: &Connection, waitlist: &str, limit: u64, offset: u64) -> rusqlite::Result<Vec<Signup>> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let mut rows =
        book.prepare_cached(&format!("{SIGNUP} WHERE waitlist = ?1 ORDER BY position LIMIT ?2 OFFSET ?3"))?;
    rows.query_map(params![waitlist, number(limit), number(offset)], signup)?.collect()
}

/// One sign-up of a waitlist.
pub(super) fn find(book: &Connection, waitlist: &str, id: &str) -> rusqlite::Result<Option<Signup>> {
    one(book, "waitlist = ?1 AND id = ?2", [waitlist, id])
}

/// The sign-up that has an e-mail address already.
pub(super) fn of_mailbox(book: &Connection, waitlist: &str, email: &str) -> rusqlite::Result<Option<Signup>> {
    one(book, "waitlist = ?1 AND mailbox = ?2", [waitlist, &mailbox(email)])
}

/// The sign-up of a waitlist that a referral code belongs to.
pub(super) fn of_code(book: &Connection, waitlist: &str, code: &str) -> rusqlite::Result<Option<Signup>> {
    one(book, "waitlist = ?1 AND code = ?2", [waitlist, code])
}

/// Whether a referral code is taken.
pub(super) fn is_code_taken(book: &Connection, code: &str) -> rusqlite::Result<bool> {
    book.prepare_cached("SELECT EXISTS (SELECT 1 FROM signups WHERE code = ?1)")?.query_row([code], |row| row.get(0))
}

/// Enters a sign-up as it is.
pub(super) fn add(book: &Connection, new: &Signup) -> rusqlite::Result<()> {
    book.prepare_cached(
        "INSERT INTO signups (id, waitlist, email, mailbox, name, position, code, referrals, status, metadata,
         created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        new.id,
        new.waitlist,
        new.email,
        mailbox(&new.email),
        new.name,
        new.position,
        new.code,
        new.referrals,
        new.status,
        Value::Object(new.metadata.clone()).to_string(),
        new.created_ms,
    ])?;
    Ok(())
}

/// Removes a sign-up. Everybody behind it moves up by one.
pub(super) fn remove(book: &Connection, gone: Signup) -> rusqlite::Result<Vec<Happening>> {
    book.prepare_cached("DELETE FROM signups WHERE id = ?1")?.execute([&gone.id])?;
    let (waitlist, behind) = (gone.waitlist.clone(), gone.position + 1);
    let mut happened = vec![Happening::Deleted(gone)];
    happened.extend(shift(book, &waitlist, behind, i64::MAX, -1)?);
    Ok(happened)
}

/// Counts a referral. The referrer moves up, and whoever is passed moves down by one.
pub(super) fn refer(book: &Connection, mut referrer: Signup) -> rusqlite::Result<Vec<Happening>> {
    let from = referrer.position;
    let to = from.saturating_sub(REFERRAL_PLACES).max(1);
    let passed = shift(book, &referrer.waitlist, to, from - 1, 1)?;
    book.prepare_cached("UPDATE signups SET referrals = referrals + 1, position = ?2 WHERE id = ?1")?
        .execute(params![referrer.id, to])?;
    referrer.position = to;
    let moved = (from != to).then_some(Happening::Moved { signup: referrer, from });
    Ok(moved.into_iter().chain(passed).collect())
}

/// Moves everybody between two positions.
fn shift(book: &Connection, waitlist: &str, first: i64, last: i64, by: i64) -> rusqlite::Result<Vec<Happening>> {
    let condition = "waitlist = ?1 AND position BETWEEN ?2 AND ?3";
    let mut rows = book.prepare_cached(&format!("{SIGNUP} WHERE {condition} ORDER BY position"))?;
    let moved = |row: &Row<'_>| {
        let mut signup = signup(row)?;
        let from = signup.position;
        signup.position += by;
        Ok(Happening::Moved { signup, from })
    };
    let happened = rows.query_map(params![waitlist, first, last], moved)?.collect::<Result<Vec<_>, _>>()?;
    book.prepare_cached(&format!("UPDATE signups SET position = position + ?4 WHERE {condition}"))?
        .execute(params![waitlist, first, last, by])?;
    Ok(happened)
}
