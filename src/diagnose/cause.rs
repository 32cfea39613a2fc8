//! What a cause is: a stable id, the family it belongs to, and the words that name it.
//!
//! The causes themselves stand where they are looked for: body forms in `forms::catalogue`, keys in `keys`, and so on;
//! those that are not looked for by hashing stand here. Ids are relied on by scripts and never change their meaning.

use serde::Serialize;

/// A reason why a signature does not match.
#[derive(Debug, PartialEq, Eq)]
pub struct MismatchCause {
    /// Its name for programs: kebab-case, stable.
    pub id: &'static str,
    /// What kind of fault it is; decides the advice.
    pub family: CauseFamily,
    /// What completes the family's sentence.
    pub words: &'static str,
}

/// What kind of fault a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CauseFamily {
    /// Other bytes were hashed: JSON that was read and written again.
    Json,
    /// Other bytes were hashed: line ends, charset, compression, envelopes.
    Bytes,
    /// Nothing, or a stand-in for the body, was hashed.
    Absent,
    /// Another key was used.
    Key,
    /// A key that everybody can guess was used: a hole, not only a fault.
    Hole,
    /// More than the body was hashed.
    Framing,
    /// Another function was used.
    Algorithm,
    /// The value is right and written differently.
    Header,
    /// The value is right and compared wrongly.
    Comparison,
    /// Nothing was proved.
    Unproved,
}

impl CauseFamily {
    /// Its name for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Bytes => "bytes",
            Self::Absent => "absent",
            Self::Key => "key",
            Self::Hole => "hole",
            Self::Framing => "framing",
            Self::Algorithm => "algorithm",
            Self::Header => "header",
            Self::Comparison => "comparison",
            Self::Unproved => "unproved",
        }
    }
}

impl MismatchCause {
    /// A cause of a family.
    pub const fn new(id: &'static str, family: CauseFamily, words: &'static str) -> Self {
        Self { id, family, words }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingCertainty {
    /// The received value was reproduced.
    Proof,
    /// What was received shows the marks of it.
    Consistent,
    /// Nothing speaks against it.
    Possible,
}

/// Causes that no hash can prove.
pub(super) mod unproved {
    use super::{CauseFamily, MismatchCause};

    const fn cause(id: &'static str, words: &'static str) -> MismatchCause {
        MismatchCause::new(id, CauseFamily::Unproved, words)
    }

    /// Another secret.
    pub(crate) static OTHER_SECRET: MismatchCause =
        cause("other-secret", "the signature was made with a secret that is not known here");
    /// Changed on the way.
    pub(crate) static BODY_CHANGED: MismatchCause = cause("body-changed", "the body was changed on its way");
    /// Read and written again in a manner that is not known here, or with values left out.
    pub(crate) static BODY_REBUILT: MismatchCause =
        cause("body-rebuilt", "the body was rebuilt from data before it was hashed: fields renamed, added or left out");
    /// More than the body was hashed, and what stood before it is not known here.
    pub(crate) static BODY_PRECEDED: MismatchCause = cause(
        "body-preceded",
        "something stood before the body that is not known here: a timestamp, an id or the URL, as with Stripe, Slack, \
         Svix and Twilio",
    );
    /// Of another delivery.
    pub(crate) static OTHER_DELIVERY: MismatchCause =
        cause("other-delivery", "the signature belongs to another delivery than this body");
    /// Shorter than announced.
    pub(crate) static BODY_CUT: MismatchCause =
        cause("body-cut", "the body is shorter than its Content-Length says: it was cut");
    /// The announced compression is not there.
    pub(crate) static BODY_DECODED: MismatchCause = cause(
        "body-decoded",
        "Content-Encoding names a compression that the body does not have: it was decompressed on the way",
    );
    /// Replacement characters.
    pub(crate) static BODY_LOSSY: MismatchCause =
        cause("body-lossy", "the body holds U+FFFD: bytes that were not UTF-8 were replaced before they got here");
    /// The secret known here looks damaged.
    pub(crate) static SECRET_EDGES: MismatchCause =
        cause("secret-edges", "the secret known here begins or ends with an unexpected character");
    /// The value is not one of SHA-256.
    pub(crate) static OTHER_DIGEST: MismatchCause = cause("other-digest", "the value is not as long as an HMAC-SHA256");
    /// The value is no value at all.
    pub(crate) static NO_DIGEST: MismatchCause = cause("no-digest", "the value is not a digest in any known encoding");
    /// Nothing where a value belongs.
    pub(crate) static VALUE_EMPTY: MismatchCause = cause("value-empty", "the value is empty");
    /// More than this can be searched.
    pub(crate) static TOO_LARGE: MismatchCause = cause("body-too-large", "the body is too large to be searched");

    /// All of them.
    pub(crate) static ALL: [&MismatchCause; 13] = [
        &OTHER_SECRET,
        &BODY_CHANGED,
        &BODY_REBUILT,
        &BODY_PRECEDED,
        &OTHER_DELIVERY,
        &BODY_CUT,
        &BODY_DECODED,
        &BODY_LOSSY,
        &SECRET_EDGES,
        &OTHER_DIGEST,
        &NO_DIGEST,
        &VALUE_EMPTY,
        &TOO_LARGE,
    ];
}
