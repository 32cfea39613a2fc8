//! The first page of the book: the workspace's key, its waitlists, and people who are on them already.
//!
//! The same seed founds the same people in the same order; ids and codes too. Only the times follow the clock, so that
//! the newest sign-up is a recent one.

use super::waitlist::{self, SandboxSignup, SandboxWaitlist};
use crate::protocol::api::{ApiKey, TEST_PREFIX};
use crate::protocol::sample::{self, SampleOverrides, SeededRng};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What a workspace is founded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkspaceSetup {
    /// Sign-ups on its first waitlist.
    pub signups: u32,
    /// From which they are rolled.
    pub seed: u64,
}

/// A workspace that is there.
#[derive(Debug, Clone)]
pub(crate) struct SandboxWorkspace {
    pub key: ApiKey,
    pub founding: WorkspaceSetup,
    /// Whether it was founded now.
    pub is_new: bool,
}

/// The workspace of a book, founded where there is none. `random` becomes the key.
pub(super) fn open_workspace(
    book: &Connection,
    founding: WorkspaceSetup,
    random: [u8; 16],
    now: Timestamp,
) -> rusqlite::Result<SandboxWorkspace> {
    let is_new = fact(book, "api_key")?.is_none();
    if is_new {
        let key: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let facts = [("api_key", format!("{TEST_PREFIX}{key}"))];
        let numbers = [("signups", founding.signups.to_string()), ("seed", founding.seed.to_string())];
        for (name, value) in facts.into_iter().chain(numbers) {
            book.execute("INSERT INTO facts (name, value) VALUES (?1, ?2)", params![name, value])?;
        }
        populate(book, founding, now)?;
    }
    let missing = || rusqlite::Error::QueryReturnedNoRows;
    let key = fact(book, "api_key")?.ok_or_else(missing)?;
    let number = |name| Ok::<_, rusqlite::Error>(fact(book, name)?.and_then(|text| text.parse::<u64>().ok()));
    let signups = number("signups")?.and_then(|signups| u32::try_from(signups).ok());
    Ok(SandboxWorkspace {
        key: ApiKey::new(key.as_bytes()).map_err(|_| missing())?,
        founding: WorkspaceSetup { signups: signups.unwrap_or_default(), seed: number("seed")?.unwrap_or_default() },
        is_new,
    })
}

fn fact(book: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    book.query_row("SELECT value FROM facts WHERE name = ?1", [name], |row| row.get(0)).optional()
}

fn populate(book: &Connection, founding: WorkspaceSetup, now: Timestamp) -> rusqlite::Result<()> {
    let mut dice = SeededRng::new(founding.seed);
    let opened = now.saturating_sub(SignedDuration::from_hours(24 * 40)).unwrap_or(now);
    let mut lists = Vec::new();
    for (name, slug, days) in [("Early access", "early-access", 0), ("Beta programme", "beta-programme", 30)] {
        let created = opened.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(opened);
        let id = dice.uuid().to_string();
        lists.push(SandboxWaitlist { id, name: name.into(), slug: slug.into(), created_ms: created.as_millisecond() });
    }
    lists.iter().try_for_each(|list| waitlist::add_waitlist(book, list))?;
    // The second one stays empty: that is a state that programs meet, too.
    let span = 38 * 24 * 3600 * 1000 / i64::from(founding.signups.max(1));
    let mut taken = BTreeSet::new();
    for number in 0..founding.signups {
        let mut own = SeededRng::for_stream(founding.seed, u64::from(number) + 1);
        let since = SignedDuration::from_millis(span * i64::from(number));
        let at = opened.saturating_add(since).unwrap_or(opened);
        let signup = generate_signup(&mut own, &lists[0].id, i64::from(number) + 1, at, &mut taken);
        waitlist::add_signup(book, &signup)?;
    }
    Ok(())
}

/// Somebody with an address and a code that nobody has yet.
fn generate_signup(
    dice: &mut SeededRng,
    waitlist: &str,
    position: i64,
    at: Timestamp,
    taken: &mut BTreeSet<String>,
) -> SandboxSignup {
    let given = SampleOverrides { waitlist: Some(waitlist.to_owned()), ..SampleOverrides::default() };
    let mut rolled = sample::SampleSignup::generate(dice, at, &given);
    while !taken.insert(waitlist::normalise_email(&rolled.email)) {
        rolled.email = format!("{position}.{}", rolled.email);
    }
    while !taken.insert(rolled.referral_code.clone()) {
        rolled.referral_code = sample::generate_referral_code(dice);
    }
    let referrals = if dice.chance(0.3) { dice.between(1, 6) } else { 0 };
    SandboxSignup {
        id: rolled.id.to_string(),
        waitlist: rolled.waitlist,
        email: rolled.email,
        name: Some(rolled.name),
        position,
        code: rolled.referral_code,
        referrals,
        status: status(dice, position).into(),
        metadata: metadata(dice),
        created_ms: rolled.created_at.as_millisecond(),
    }
}

/// Whoever stands in front has often been let in; a few were turned down.
fn status(dice: &mut SeededRng, position: i64) -> &'static str {
    match position {
        1..=5 if dice.chance(0.6) => "approved",
        _ if dice.chance(0.04) => "rejected",
        _ => "waiting",
    }
}

fn metadata(dice: &mut SeededRng) -> Map<String, Value> {
    let source = dice.pick(&["twitter", "newsletter", "producthunt", "friend", "search"], "friend");
    let mut metadata = Map::from_iter([("source".to_owned(), Value::from(source))]);
    if dice.chance(0.4) {
        let company = dice.pick(&["Acme", "Globex", "Initech", "Umbrella"], "Acme");
        metadata.insert(
            "company".into(),
            Value::from_iter([("name", Value::from(company)), ("size", dice.between(1, 500).into())]),
        );
    }
    metadata
}
