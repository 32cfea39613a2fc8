//! Rows of waitlists and sign-ups, and how positions shift: at a removal everybody behind moves up, at a referral the
//! referrer does, and whoever is passed moves down.
//!
//! May know the tables. Time, ids and codes are parameters. What happened is answered as [`SignupChange`]s, in the order in
//! which it is to be told.

use crate::database::decode_time;
use crate::protocol::payload::{CreatedDetails, PayloadSubject, truncate_to_seconds};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

/// Places that a referrer moves up for each referral, as far as there are any. Nothing is documented but the example of
/// an event, from 10 to 5.
pub(super) const REFERRAL_PLACES: i64 = 5;

#[derive(Debug, Clone)]
pub(super) struct SandboxWaitlist {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub created_ms: i64,
}

impl SandboxWaitlist {
    pub(super) fn to_json(&self) -> Value {
        let created_at = format_instant(self.created_ms);
        Value::from_iter([
            ("id", self.id.as_str()),
            ("name", &self.name),
            ("slug", &self.slug),
            ("created_at", &created_at),
        ])
    }
}

/// A sign-up.
#[derive(Debug, Clone)]
pub(super) struct SandboxSignup {
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

impl SandboxSignup {
    /// As making one answers; `page` is where its waitlist takes public sign-ups.
    pub(super) fn to_created_json(&self, page: &str) -> Value {
        Value::from_iter([
            ("id", Value::from(self.id.as_str())),
            ("email", self.email.as_str().into()),
            ("name", self.name.as_deref().into()),
            ("position", self.position.into()),
            ("referral_code", self.code.as_str().into()),
            ("referral_url", format!("{page}?ref={}", self.code).into()),
            ("created_at", format_instant(self.created_ms).into()),
        ])
    }

    /// As looking at one answers.
    pub(super) fn to_json(&self, page: &str) -> Value {
        let mut signup = self.to_created_json(page);
        signup["referral_count"] = self.referrals.into();
        signup["status"] = self.status.as_str().into();
        signup["metadata"] = Value::Object(self.metadata.clone());
        signup
    }

    pub(super) fn about(&self) -> PayloadSubject<'_> {
        PayloadSubject { waitlist: &self.waitlist, id: &self.id, email: &self.email }
    }
}

/// Something that a subscription may want to know.
#[derive(Debug, Clone)]
pub(super) enum SignupChange {
    Created(SandboxSignup),
    Moved { signup: SandboxSignup, from: i64 },
    Deleted(SandboxSignup),
}

impl SignupChange {
    /// The sign-up that it happened to.
    pub(super) fn signup(&self) -> &SandboxSignup {
        match self {
            Self::Created(signup) | Self::Moved { signup, .. } | Self::Deleted(signup) => signup,
        }
    }

    /// The event's name and its body.
    pub(super) fn render_event(&self, now: Timestamp) -> (&'static str, Vec<u8>) {
        let (event, payload) = match self {
            Self::Created(signup) => {
                let made = CreatedDetails {
                    name: signup.name.as_deref(),
                    position: signup.position,
                    referral_code: &signup.code,
                    created_at: decode_time(signup.created_ms).unwrap_or(now),
                };
                ("signup.created", signup.about().build_created(&made, now))
            }
            Self::Moved { signup, from } => {
                ("signup.position_changed", signup.about().build_moved(*from, signup.position, now))
            }
            Self::Deleted(signup) => ("signup.deleted", signup.about().build_deleted(now)),
        };
        (event, payload.to_string().into_bytes())
    }
}

/// A time as the API writes it.
pub(super) fn format_instant(ms: i64) -> String {
    truncate_to_seconds(decode_time(ms).unwrap_or_default()).to_string()
}

/// An e-mail address as two of them are compared.
pub(super) fn normalise_email(email: &str) -> String {
    email.to_lowercase()
}

/// Every waitlist, oldest first.
pub(super) fn list_waitlists(book: &Connection) -> rusqlite::Result<Vec<SandboxWaitlist>> {
    let mut rows = book.prepare_cached("SELECT id, name, slug, created_ms FROM waitlists ORDER BY created_ms, id")?;
    rows.query_map([], waitlist)?.collect()
}

pub(super) fn find_waitlist_by_id(book: &Connection, id: &str) -> rusqlite::Result<Option<SandboxWaitlist>> {
    let sql = "SELECT id, name, slug, created_ms FROM waitlists WHERE id = ?1";
    book.prepare_cached(sql)?.query_row([id], waitlist).optional()
}

/// The waitlist whose public page this is.
pub(super) fn find_waitlist_by_slug(book: &Connection, slug: &str) -> rusqlite::Result<Option<SandboxWaitlist>> {
    let sql = "SELECT id, name, slug, created_ms FROM waitlists WHERE slug = ?1";
    book.prepare_cached(sql)?.query_row([slug], waitlist).optional()
}

pub(super) fn add_waitlist(book: &Connection, waitlist: &SandboxWaitlist) -> rusqlite::Result<()> {
    book.execute(
        "INSERT INTO waitlists (id, name, slug, created_ms) VALUES (?1, ?2, ?3, ?4)",
        params![waitlist.id, waitlist.name, waitlist.slug, waitlist.created_ms],
    )?;
    Ok(())
}

fn waitlist(row: &Row<'_>) -> rusqlite::Result<SandboxWaitlist> {
    Ok(SandboxWaitlist { id: row.get(0)?, name: row.get(1)?, slug: row.get(2)?, created_ms: row.get(3)? })
}

/// How many sign-ups a waitlist has.
pub(super) fn count_signups(book: &Connection, waitlist: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(max(position), 0) FROM signups WHERE waitlist = ?1";
    book.prepare_cached(sql)?.query_row([waitlist], |row| row.get(0))
}

const SIGNUP: &str =
    "SELECT id, waitlist, email, name, position, code, referrals, status, metadata, created_ms FROM signups";

fn signup(row: &Row<'_>) -> rusqlite::Result<SandboxSignup> {
    let metadata: String = row.get(8)?;
    Ok(SandboxSignup {
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

fn query_signup(
    book: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Option<SandboxSignup>> {
    book.prepare_cached(&format!("{SIGNUP} WHERE {condition}"))?.query_row(values, signup).optional()
}

/// A page of a waitlist, from the front.
pub(super) fn list_signups(
    book: &Connection,
    waitlist: &str,
    limit: u64,
    offset: u64,
) -> rusqlite::Result<Vec<SandboxSignup>> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let mut rows =
        book.prepare_cached(&format!("{SIGNUP} WHERE waitlist = ?1 ORDER BY position LIMIT ?2 OFFSET ?3"))?;
    rows.query_map(params![waitlist, number(limit), number(offset)], signup)?.collect()
}

/// Sign-ups of a waitlist in which some words occur, from the front; everybody, where there are none.
pub(super) fn search_signups(
    book: &Connection,
    waitlist: &str,
    words: &str,
    (limit, offset): (u64, u64),
) -> rusqlite::Result<Vec<SandboxSignup>> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let sql = format!(
        "{SIGNUP} WHERE waitlist = ?1
         AND instr(lower(mailbox || ' ' || coalesce(name, '') || ' ' || code || ' ' || id), ?2)
         ORDER BY position LIMIT ?3 OFFSET ?4"
    );
    let mut rows = book.prepare_cached(&sql)?;
    rows.query_map(params![waitlist, words.to_lowercase(), number(limit), number(offset)], signup)?.collect()
}

/// One sign-up of a waitlist.
pub(super) fn find_signup(book: &Connection, waitlist: &str, id: &str) -> rusqlite::Result<Option<SandboxSignup>> {
    query_signup(book, "waitlist = ?1 AND id = ?2", [waitlist, id])
}

/// The sign-up that has an e-mail address already.
pub(super) fn find_signup_by_email(
    book: &Connection,
    waitlist: &str,
    email: &str,
) -> rusqlite::Result<Option<SandboxSignup>> {
    query_signup(book, "waitlist = ?1 AND mailbox = ?2", [waitlist, &normalise_email(email)])
}

/// The sign-up of a waitlist that a referral code belongs to.
pub(super) fn find_signup_by_code(
    book: &Connection,
    waitlist: &str,
    code: &str,
) -> rusqlite::Result<Option<SandboxSignup>> {
    query_signup(book, "waitlist = ?1 AND code = ?2", [waitlist, code])
}

/// Whether a referral code is taken.
pub(super) fn is_code_taken(book: &Connection, code: &str) -> rusqlite::Result<bool> {
    book.prepare_cached("SELECT EXISTS (SELECT 1 FROM signups WHERE code = ?1)")?.query_row([code], |row| row.get(0))
}

/// Enters a sign-up as it is.
pub(super) fn add_signup(book: &Connection, new: &SandboxSignup) -> rusqlite::Result<()> {
    book.prepare_cached(
        "INSERT INTO signups (id, waitlist, email, mailbox, name, position, code, referrals, status, metadata,
         created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        new.id,
        new.waitlist,
        new.email,
        normalise_email(&new.email),
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
pub(super) fn remove_signup(book: &Connection, gone: SandboxSignup) -> rusqlite::Result<Vec<SignupChange>> {
    book.prepare_cached("DELETE FROM signups WHERE id = ?1")?.execute([&gone.id])?;
    let (waitlist, behind) = (gone.waitlist.clone(), gone.position + 1);
    let mut happened = vec![SignupChange::Deleted(gone)];
    happened.extend(shift_positions(book, &waitlist, behind, i64::MAX, -1)?);
    Ok(happened)
}

/// Counts a referral. The referrer moves up, and whoever is passed moves down by one.
pub(super) fn apply_referral(book: &Connection, mut referrer: SandboxSignup) -> rusqlite::Result<Vec<SignupChange>> {
    let from = referrer.position;
    let to = from.saturating_sub(REFERRAL_PLACES).max(1);
    let passed = shift_positions(book, &referrer.waitlist, to, from - 1, 1)?;
    book.prepare_cached("UPDATE signups SET referrals = referrals + 1, position = ?2 WHERE id = ?1")?
        .execute(params![referrer.id, to])?;
    referrer.position = to;
    let moved = (from != to).then_some(SignupChange::Moved { signup: referrer, from });
    Ok(moved.into_iter().chain(passed).collect())
}

/// Moves a sign-up to a position, or as near to it as the waitlist reaches; whoever is passed moves by one.
pub(super) fn move_signup(book: &Connection, mut moved: SandboxSignup, to: i64) -> rusqlite::Result<Vec<SignupChange>> {
    let (from, last) = (moved.position, count_signups(book, &moved.waitlist)?);
    let to = to.clamp(1, last.max(1));
    if to == from {
        return Ok(Vec::new());
    }
    let passed = match to < from {
        true => shift_positions(book, &moved.waitlist, to, from - 1, 1)?,
        false => shift_positions(book, &moved.waitlist, from + 1, to, -1)?,
    };
    book.prepare_cached("UPDATE signups SET position = ?2 WHERE id = ?1")?.execute(params![moved.id, to])?;
    moved.position = to;
    Ok([SignupChange::Moved { signup: moved, from }].into_iter().chain(passed).collect())
}

/// Moves everybody between two positions.
fn shift_positions(
    book: &Connection,
    waitlist: &str,
    first: i64,
    last: i64,
    by: i64,
) -> rusqlite::Result<Vec<SignupChange>> {
    let condition = "waitlist = ?1 AND position BETWEEN ?2 AND ?3";
    let mut rows = book.prepare_cached(&format!("{SIGNUP} WHERE {condition} ORDER BY position"))?;
    let moved = |row: &Row<'_>| {
        let mut signup = signup(row)?;
        let from = signup.position;
        signup.position += by;
        Ok(SignupChange::Moved { signup, from })
    };
    let happened = rows.query_map(params![waitlist, first, last], moved)?.collect::<Result<Vec<_>, _>>()?;
    book.prepare_cached(&format!("UPDATE signups SET position = position + ?4 WHERE {condition}"))?
        .execute(params![waitlist, first, last, by])?;
    Ok(happened)
}
