//! What a probe can find out besides a form: data.

use crate::diagnose::cause::{CauseFamily, MismatchCause};

const fn probe_cause(id: &'static str, family: CauseFamily, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, family, words)
}

/// Everything is accepted.
pub(super) static NOTHING: MismatchCause =
    probe_cause("verifies-nothing", CauseFamily::Hole, "the endpoint accepts a forged signature: it verifies nothing");
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
    "the endpoint fails on every request: its handler throws, or never answers, before or while it compares",
);
/// The same answer whatever is sent.
pub(super) static NO_ROUTE: MismatchCause = probe_cause(
    "no-such-route",
    CauseFamily::Unproved,
    "the endpoint answers 404 or 405 to everything: no handler accepts POST there",
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
pub(crate) static ALL: [&MismatchCause; 7] = [&NOTHING, &REJECTS_ALL, &THROWS, &NO_ROUTE, &UNREACHABLE, &BARE, &PARTLY];
