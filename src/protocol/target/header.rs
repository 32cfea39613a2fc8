//! `Name: value` as people write it. Knows what a field may have, and which ones are this program's own to write.

use crate::protocol::field::FieldName;
use http::HeaderValue;

/// Why a header is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("write a header as 'Name: value'")]
    NoColon,
    /// RFC 9110, section 5.1.
    #[error("'{0}' is not a header name")]
    Name(String),
    /// RFC 9110, section 5.5.
    #[error("the value of {0} has characters that are not allowed in a header")]
    Value(String),
    /// Fields that describe the message or the connection are ours to write.
    #[error("{0} is set by referralloop itself")]
    Reserved(String),
}

/// Reads `Name: value`. Commas are part of the value.
pub(crate) fn parse_header(text: &str) -> Result<(FieldName, HeaderValue), HeaderError> {
    let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
    let spelling = name.trim();
    let name = FieldName::from_spelling(spelling.as_bytes()).ok_or_else(|| HeaderError::Name(spelling.to_owned()))?;
    if is_reserved(&name) {
        return Err(HeaderError::Reserved(spelling.to_owned()));
    }
    let value = HeaderValue::from_str(value.trim()).map_err(|_| HeaderError::Value(spelling.to_owned()))?;
    Ok((name, value))
}

fn is_reserved(name: &FieldName) -> bool {
    ["content-length", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade"].contains(&name.as_str())
}
