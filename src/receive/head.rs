//! What is kept of a request's head while its body is read.
//!
//! The head itself is given back at once: its fields share the connection's read buffer, and a request is a small
//! thing that a flood makes many of.

use crate::protocol::arrival::HeaderLines;
use crate::protocol::body::RawBody;
use crate::protocol::signature::{
    HERO_SIGNATURE_HEADER, HmacKey, SIGNATURE_HEADER, SignatureVerdict, verify_referralhero, verify_signature,
};
use crate::server::RawHead;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};
use jiff::Timestamp;

static SIGNATURE: HeaderName = HeaderName::from_static(SIGNATURE_HEADER);
static HERO_SIGNATURE: HeaderName = HeaderName::from_static(HERO_SIGNATURE_HEADER);

/// What is known of a request that came in elsewhere first.
#[derive(Clone)]
pub(super) struct EarlierHead {
    /// When it came in there.
    pub(super) at: Timestamp,
    /// Its header lines as they were kept there.
    pub(super) lines: HeaderLines,
}

/// A request's head, as far as it is needed.
pub(super) struct RequestHead {
    /// When it was complete.
    pub(super) at: Timestamp,
    /// Path and query.
    pub(super) target: String,
    /// Header lines, credentials redacted.
    pub(super) headers: HeaderLines,
    /// Whether the sender waits to be told before it sends the body (RFC 9110, section 10.1.1).
    pub(super) asks_first: bool,
    /// The signature header's first two values: a second one is all that more could tell.
    signatures: [Option<HeaderValue>; 2],
    /// Whether they are of the second service's header: it counts where the service's own is missing.
    of_hero: bool,
}

impl RequestHead {
    /// Reads a head.
    pub(super) fn from_parts(parts: &Parts, at: Timestamp) -> Self {
        let of_hero = !parts.headers.contains_key(&SIGNATURE) && parts.headers.contains_key(&HERO_SIGNATURE);
        let name = if of_hero { &HERO_SIGNATURE } else { &SIGNATURE };
        let mut values = parts.headers.get_all(name).iter().cloned();
        Self {
            at: parts.extensions.get::<EarlierHead>().map_or(at, |earlier| earlier.at),
            target: read_target(&parts.uri).to_owned(),
            headers: collect_lines(parts),
            asks_first: parts.headers.contains_key(http::header::EXPECT),
            signatures: [values.next(), values.next()],
            of_hero,
        }
    }

    /// Verifies the body that came with it.
    pub(super) fn verify(&self, body: &RawBody, keys: &[HmacKey]) -> SignatureVerdict {
        let values = self.signatures.iter().flatten().map(HeaderValue::as_bytes);
        if self.of_hero {
            verify_referralhero(values, body.as_bytes(), keys)
        } else {
            verify_signature(values, body.as_bytes(), keys)
        }
    }
}

/// Path and query of what is asked for.
pub(super) fn read_target(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |target| target.as_str())
}

/// The lines as they came; without their spelling where that is not known.
fn collect_lines(parts: &Parts) -> HeaderLines {
    if let Some(earlier) = parts.extensions.get::<EarlierHead>() {
        return earlier.lines.clone();
    }
    let raw = parts.extensions.get::<RawHead>();
    match raw.and_then(|raw| raw.list_fields(&parts.headers)) {
        Some(fields) => HeaderLines::collect(fields),
        None => HeaderLines::collect(parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))),
    }
}
