//! Reading a request's body as it came: bytes, within a length and a time.
//!
//! Never decodes: a body under `Content-Encoding` stays encoded, since that is what was signed.

use super::ServerLimits;
use crate::protocol::body::RawBody;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::future::Future;
use tokio::time::Timeout;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyReadError {
    /// It is longer than allowed.
    TooLong,
    /// It did not end in time.
    TooSlow,
    /// It broke off, or its framing is wrong.
    Broken,
}

impl BodyReadError {
    /// One clause for whoever runs the listener.
    pub(crate) fn explain(self) -> &'static str {
        match self {
            Self::TooLong => "its body is longer than the limit",
            Self::TooSlow => "its body did not arrive in time",
            Self::Broken => "its body broke off",
        }
    }
}

/// What is read and thrown away of a body that is too long. A sender that is cut off while it writes often sees a
/// reset connection in place of the answer, so a moderate excess is taken in first.
const EXCESS_READ: usize = 8 << 20;

/// Memory set aside at once on a sender's word.
const TRUSTED_LENGTH: usize = 64 << 10;

/// Reads a whole body.
pub(crate) async fn read_body(asks_first: bool, body: Body, limits: &ServerLimits) -> Result<RawBody, BodyReadError> {
    let declared = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    // Who asks first has sent nothing yet and is spared the sending.
    if declared.is_some_and(|length| length > limits.body_bytes) && asks_first {
        return Err(BodyReadError::TooLong);
    }
    read_timed(body, declared.unwrap_or(0), limits).await.unwrap_or(Err(BodyReadError::TooSlow))
}

fn read_timed(
    body: Body,
    declared: usize,
    limits: &ServerLimits,
) -> Timeout<impl Future<Output = Result<RawBody, BodyReadError>> + use<>> {
    let room = declared.min(limits.body_bytes).min(TRUSTED_LENGTH);
    tokio::time::timeout(limits.body, collect_body(body, Vec::with_capacity(room), limits.body_bytes))
}

/// Copies the frames together. A copy even of a single frame: a slice would keep the connection's whole read buffer
/// alive for as long as the event waits somewhere, and make hyper allocate another one.
async fn collect_body(mut body: Body, mut kept: Vec<u8>, cap: usize) -> Result<RawBody, BodyReadError> {
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyReadError::Broken)?.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen <= cap {
            kept.extend_from_slice(&data);
        } else if seen - cap > EXCESS_READ {
            return Err(BodyReadError::TooLong);
        }
    }
    if seen > cap { Err(BodyReadError::TooLong) } else { Ok(RawBody::new(kept)) }
}
