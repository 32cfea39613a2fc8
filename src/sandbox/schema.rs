//! The tables of a sandbox's file. Times are Unix milliseconds.

use crate::database::DatabaseSchema;

/// A sandbox's file. The mark is "RLsb".
pub(super) const SANDBOX: DatabaseSchema = DatabaseSchema {
    noun: "sandbox",
    application_id: 0x524c_7362,
    migrations: &[VERSION_1],
    far_ends: &[
        "SELECT * FROM facts ORDER BY name DESC LIMIT 1",
        "SELECT * FROM waitlists ORDER BY id DESC LIMIT 1",
        "SELECT * FROM signups ORDER BY id DESC LIMIT 1",
        "SELECT * FROM subscriptions ORDER BY id DESC LIMIT 1",
        "SELECT * FROM deliveries ORDER BY id DESC LIMIT 1",
        "SELECT * FROM attempts ORDER BY id DESC LIMIT 1",
    ],
};

const VERSION_1: &str = "
-- What the workspace is: its key, and what it was founded from.
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE waitlists (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- position: 1 to the number of sign-ups of the waitlist, none missing, none twice. mailbox: the e-mail address as it is
-- compared.
CREATE TABLE signups (
    id TEXT PRIMARY KEY, waitlist TEXT NOT NULL, email TEXT NOT NULL, mailbox TEXT NOT NULL, name TEXT,
    position INTEGER NOT NULL, code TEXT NOT NULL UNIQUE, referrals INTEGER NOT NULL, status TEXT NOT NULL,
    metadata TEXT NOT NULL, created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX signups_mailbox ON signups (waitlist, mailbox);
CREATE INDEX signups_position ON signups (waitlist, position);

-- waitlist: NULL for every waitlist.
CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY, event TEXT NOT NULL, url TEXT NOT NULL, waitlist TEXT, created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- state: 0 pending, 1 delivered, 2 failed, 3 cancelled. attempts: begun so far, an interrupted one not counted.
-- first_ms, due_ms: scheduled start of the first and of the next attempt.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, subscription TEXT NOT NULL, event TEXT NOT NULL, signup TEXT NOT NULL, email TEXT NOT NULL,
    url TEXT NOT NULL, created_ms INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
    first_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (due_ms) WHERE state = 0;

-- outcome: NULL while the attempt is under way, -1 if the sandbox ended in the middle of it.
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, number INTEGER NOT NULL, again INTEGER NOT NULL,
    due_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL, latency_us INTEGER, outcome INTEGER, status INTEGER,
    truncated INTEGER, words TEXT, answer BLOB
) STRICT;
CREATE INDEX attempts_of_delivery ON attempts (delivery);
CREATE INDEX attempts_under_way ON attempts (delivery) WHERE outcome IS NULL;
";
