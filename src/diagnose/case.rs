//! What is asked: a body, what came with it, the secrets that may have signed it, and the value to explain.

use crate::protocol::arrival::HeaderLines;
use crate::protocol::signature::{SIGNATURE_HEADER, Secret};

/// A value that does not match, with everything that may explain it.
#[derive(Debug, Clone)]
pub struct DiagnosisCase<'a> {
    /// The exact bytes that were received.
    pub body: &'a [u8],
    /// The header lines that came with them, where they are known.
    pub headers: Option<&'a HeaderLines>,
    /// Values of the signature header; as many as there were lines.
    pub values: Vec<&'a [u8]>,
    /// Path and query of the request, where they are known.
    pub target: Option<&'a str>,
    /// The file that the body was read from, as it was named.
    pub file: Option<&'a str>,
    /// Secrets, those that should have signed first.
    pub secrets: &'a [KnownSecret],
    /// Whose value is explained.
    pub asks: DiagnosisSubject<'a>,
}

/// Whose value is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiagnosisSubject<'a> {
    /// The header's: what did the sender sign?
    Sender,
    /// The same of a body that was read from a file, which may not be what was sent.
    File,
    /// This one, which the user's own code computed for the same body: what does that code do?
    Code(&'a [u8]),
}

impl DiagnosisSubject<'_> {
    /// Whether it is the user's own code.
    pub(crate) fn is_code(self) -> bool {
        matches!(self, Self::Code(_))
    }
}

/// A secret and what is known of it.
#[derive(Debug, Clone)]
pub struct KnownSecret {
    /// The secret.
    pub secret: Secret,
    /// Where it is from, in words that follow "the secret": `of profile staging`.
    pub origin: String,
    /// Whether it is one that deliveries are verified with, and not merely known.
    pub current: bool,
}

impl<'a> DiagnosisCase<'a> {
    /// A body and the values of its signature header, as they stand among header lines.
    pub fn from_received(body: &'a [u8], headers: &'a HeaderLines, secrets: &'a [KnownSecret]) -> Self {
        let values = headers.values(SIGNATURE_HEADER).collect();
        Self { body, headers: Some(headers), values, target: None, file: None, secrets, asks: DiagnosisSubject::Sender }
    }

    /// A body and one value.
    pub fn from_value(body: &'a [u8], value: &'a [u8], secrets: &'a [KnownSecret]) -> Self {
        Self {
            body,
            headers: None,
            values: vec![value],
            target: None,
            file: None,
            secrets,
            asks: DiagnosisSubject::Sender,
        }
    }

    /// All values of a header.
    pub fn header_values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s [u8]> {
        self.headers.into_iter().flat_map(move |headers| headers.values(name))
    }
}
