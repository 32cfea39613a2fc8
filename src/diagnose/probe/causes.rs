//! What a probe can find out besides a form: data.

use crate::diagnose::cause::{CauseFamily, MismatchCause};

const fn probe_cause(id: &'static str, family: CauseFamily, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, family, words)
}

/// Everything is accepted.
pub(super) static NOTHING: MismatchCause =
    probe_cause("verifies-nothing", CauseFamily::Hole, "the endpoint accepts a forged signature: it verifies nothing");
/// What carries no signature is accepted.
pub(super) static UNSIGNED: MismatchCause = probe_cause(
    "accepts-unsigned",
    CauseFamily::Hole,
    "the endpoint accepts an event without a signature: it verifies only where there is one",
);
/// A part of the value is enough.
pub(super) static PART: MismatchCause = probe_cause(
    "compares-part",
    CauseFamily::Hole,
    "the endpoint compares only a part of the value: it accepts one that agrees in nothing but its beginning",
);
/// More than the value is taken, too.
pub(super) static CONTAINED: MismatchCause = probe_cause(
    "compares-contained",
    CauseFamily::Comparison,
    "the endpoint accepts a value that merely contains the right one: it searches or cuts where it should compare",
);
/// Nothing is accepted.
pub(super) static REJECTS_ALL: MismatchCause = probe_cause(
    "rejects-everything",
    CauseFamily::Unproved,
    "the endpoint refuses every signature: another secret, another header, or a rewriting that is not known here",
);
/// Nothing is accepted, and the handler fails.
pub(super) static THROWS: MismatchCause = probe_cause(
    "throws",
    CauseFamily::Unproved,
    "the endpoint fails on every request: its handler throws, or never answers, before or while it compares; or it throws \
     at a bad signature, and the secret, the header or a rewriting is another",
);
/// The signature is accepted, and what comes behind is no 2xx.
pub(super) static FAILS_AFTER: MismatchCause = probe_cause(
    "fails-after-verifying",
    CauseFamily::Unproved,
    "the endpoint accepts the signature, but its handler then fails, answers something else than 2xx, or answers \
     nothing",
);
/// The same answer whatever is sent.
pub(super) static NO_ROUTE: MismatchCause = probe_cause(
    "no-such-route",
    CauseFamily::Unproved,
    "the endpoint answers 404 or 405 to everything: no handler accepts POST there",
);
/// Somewhere else.
pub(super) static REDIRECTS: MismatchCause = probe_cause(
    "redirects",
    CauseFamily::Unproved,
    "the endpoint redirects everything, and the service never follows a redirect",
);
/// Somewhere that is no other spelling of the same.
pub(super) static REDIRECTS_AWAY: MismatchCause = probe_cause(
    "redirects-away",
    CauseFamily::Unproved,
    "the endpoint sends everything on to another path, and the service never follows a redirect",
);
/// Too much at once.
pub(super) static LIMITED: MismatchCause = probe_cause(
    "rate-limited",
    CauseFamily::Unproved,
    "the endpoint answers 429 even after a pause, so nothing can be found out",
);
/// Nobody there.
pub(super) static UNREACHABLE: MismatchCause =
    probe_cause("unreachable", CauseFamily::Unproved, "nothing answers there");
/// The prefix hides what lies behind.
pub(super) static BARE: MismatchCause = probe_cause(
    "compares-bare-hex",
    CauseFamily::Comparison,
    "the endpoint compares bare hexadecimal digits with the whole header: it accepts a value without sha256=, which \
     the service never sends; the documentation's sample has this fault",
);
/// Some bodies are refused, in a pattern that no form explains.
pub(super) static PARTLY: MismatchCause = probe_cause(
    "rewrites-body",
    CauseFamily::Json,
    "the endpoint accepts some correctly signed bodies and refuses others: it hashes a rewriting that is not known \
    here",
);

/// All causes of this file.
pub(crate) static ALL: [&MismatchCause; 14] = [
    &NOTHING,
    &UNSIGNED,
    &PART,
    &CONTAINED,
    &REJECTS_ALL,
    &THROWS,
    &FAILS_AFTER,
    &NO_ROUTE,
    &REDIRECTS,
    &REDIRECTS_AWAY,
    &LIMITED,
    &UNREACHABLE,
    &BARE,
    &PARTLY,
];
