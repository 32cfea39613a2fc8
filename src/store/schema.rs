//! The tables, and how a file comes to have them.
//!
//! May know SQLite's statements and the version of the tables. Must not know what is done with the rows.
//!
//! What costs at a million rows is putting keys into a tree in random order. There are two such trees, `identity` and
//! `signups`, and they are filled from `recent` in sorted batches (see `index`); everything else grows at its end.

use crate::database::DatabaseSchema;

/// The store's file. The mark is "RLst".
pub(super) const STORE: DatabaseSchema = DatabaseSchema {
    noun: "store",
    application_id: 0x524c_7374,
    migrations: &[VERSION_1],
    far_ends: &[
        "SELECT * FROM events ORDER BY id DESC LIMIT 1",
        "SELECT * FROM arrivals ORDER BY id DESC LIMIT 1",
        "SELECT * FROM attempts ORDER BY id DESC LIMIT 1",
        "SELECT * FROM refused ORDER BY id DESC LIMIT 1",
        "SELECT * FROM urls ORDER BY id DESC LIMIT 1",
        "SELECT * FROM loads ORDER BY id DESC LIMIT 1",
        "SELECT * FROM subscriptions ORDER BY id DESC LIMIT 1",
        "SELECT * FROM identity ORDER BY twin DESC LIMIT 1",
        "SELECT * FROM signups ORDER BY signup DESC LIMIT 1",
        "SELECT * FROM recent ORDER BY id DESC LIMIT 1",
        "SELECT * FROM progress",
    ],
};

/// Times are Unix milliseconds. `email` and `waitlist` are 32-bit digests that only sort rows out quickly: who reads
/// compares the real value in the body. `kind` is NULL for what is not in the catalogue. Small values stand first, so
/// that a row can be passed over without reading the pages of a large body.
const VERSION_1: &str = "
-- One row per fingerprint. first_ms: first arrival, NULL while it was only sent. retry_of: the event that it repeats
-- but for the timestamp. What most arrivals need, in one row: an event that is new when it comes in holds its first
-- arrival, number (the time is first_ms), state, target and headers. Where an event was sent before it came in, state,
-- target and headers are NULL, and arrival is that of the last one before; so it never falls from one event to the next.
CREATE TABLE events (
    id INTEGER PRIMARY KEY, first_ms INTEGER, sent_ms INTEGER, retry_of INTEGER,
    kind INTEGER, email INTEGER, waitlist INTEGER,
    arrival INTEGER NOT NULL, state INTEGER, target TEXT, headers BLOB, body BLOB NOT NULL
) STRICT;
CREATE INDEX events_sent ON events (id) WHERE sent_ms IS NOT NULL;

-- The keys of the newest events, which are not in the two trees below yet, a row for each transaction: see
-- recent_index.rs.
CREATE TABLE recent (id INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT;

-- Twins stand side by side, so one tree answers both questions: the same bytes? the same but for the timestamp?
CREATE TABLE identity (
    twin INTEGER, print BLOB, event INTEGER NOT NULL, PRIMARY KEY (twin, print)
) STRICT, WITHOUT ROWID;

-- The events of a sign-up. newest_ms: the newest time that an arrived event of it told, as of this row; the last row
-- of a sign-up, here or in recent, is always right.
CREATE TABLE signups (
    signup INTEGER, event INTEGER, newest_ms INTEGER, PRIMARY KEY (signup, event)
) STRICT, WITHOUT ROWID;

-- Arrivals that stand in no event's row. nth counts the arrivals of one event. state: see code.rs. target and headers
-- are NULL where they are those in the event's row, as with most repeats.
CREATE TABLE arrivals (
    id INTEGER PRIMARY KEY, event INTEGER NOT NULL, nth INTEGER NOT NULL, state INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, target TEXT, headers BLOB
) STRICT;
CREATE UNIQUE INDEX arrivals_of_event ON arrivals (event, nth, state);

CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, event INTEGER NOT NULL, failed INTEGER NOT NULL, url INTEGER NOT NULL,
    purpose INTEGER NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL, latency_us INTEGER NOT NULL,
    outcome INTEGER NOT NULL, status INTEGER, truncated INTEGER NOT NULL, words TEXT, answer BLOB
) STRICT;
CREATE INDEX attempts_of_event ON attempts (event);
CREATE INDEX attempts_failed ON attempts (event) WHERE failed;

-- A ring: old rows go, numbers keep growing.
CREATE TABLE refused (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, reason INTEGER NOT NULL, target TEXT NOT NULL,
    headers BLOB NOT NULL, body BLOB NOT NULL
) STRICT;

-- One row. The highest numbers of rows that were removed, so that none is given out twice; the last event that is in
-- the trees; and a count of removals, by which other processes see that what they know is out of date.
CREATE TABLE progress (
    events INTEGER NOT NULL, arrivals INTEGER NOT NULL, merged INTEGER NOT NULL, removals INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES (0, 0, 0, 0);

-- Summaries of load runs.
CREATE TABLE loads (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, summary TEXT NOT NULL) STRICT;

-- How far the retries of the arrival that each target did not take have got: the attempts made, and when it is due again.
-- With no attempt there is none. arrival: its number, negated. Earlier versions had the number before it there, and
-- everything behind that waited; now what waits are events whose last attempt failed, made or not (number 0).
CREATE TABLE targets (
    url INTEGER PRIMARY KEY, arrival INTEGER NOT NULL, attempts INTEGER NOT NULL,
    first_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL
) STRICT;

-- Subscriptions, from the wish to have one to the end of it. api: the base that was asked. run: the run that wanted it
-- for itself alone. standing: see journal.rs. answer: the object as the service gave it. words: why nobody knows what
-- became of it.
CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY, api TEXT NOT NULL, event TEXT NOT NULL, url TEXT NOT NULL, waitlist TEXT, run TEXT,
    standing INTEGER NOT NULL, asked_ms INTEGER NOT NULL, ended_ms INTEGER, subscription TEXT, answer TEXT, words TEXT
) STRICT;
CREATE INDEX subscriptions_standing ON subscriptions (standing);
";
