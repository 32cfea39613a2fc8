//! What a probe can find out besides a form: data.

use crate::diagnose::cause::{Cause, Family};

const fn told(id: &'static str, family: Family, words: &'static str) -> Cause {
    Cause::new(id, family, words)
}

/// Everything is accepted.
pub static NOTHING: Cause =
    told("verifies-nothing", Family::Hole, "the endpoint accepts a forged signature: it verifies nothing");
/// Nothing is accepted.
pub static REJECTS_ALL: Cause = told(
    "rejects-everything",
    Family::Unproved,
    "the endpoint refuses every signature: another secret, another header, or a rewriting that is not known here",
);
/// Nothing is accepted, and the handler fails.
pub static THROWS: Cause = told(
    "throws",
    Family::Unproved,
    "the endpoint fails on every request: its handler throws, or never answers, before or while it compares",
);
/// The same answer whatever is sent.
pub static NO_ROUTE: Cause = told(
    "no-such-route",
    Family::Unproved,
    "the endpoint answers 404 or 405 to everything: no handler takes POST there",
);
/// Nobody there.
pub static UNREACHABLE: Cause = told("unreachable", Family::Unproved, "nobody answers there");
/// The prefix hides what lies behind.
pub static BARE: Cause = told(
    "compares-bare-hex",
    Family::Comparison,
    "the endpoint compares bare hexadecimal digits with the whole header: it accepts a value without sha256=, which \
     the service never sends; the documentation's sample has this fault",
);
/// Some bodies are refused, in a pattern that no form explains.
pub static PARTLY: Cause = told(
    "rewrites-body",
    Family::Json,
    "the endpoint accepts some rightly signed bodies and refuses others: it hashes a rewriting that is not known here",
);

/// All causes of this file.
pub static ALL: [&Cause; 7] = [&NOTHING, &REJECTS_ALL, &THROWS, &NO_ROUTE, &UNREACHABLE, &BARE, &PARTLY];
