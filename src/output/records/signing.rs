//! The fields of records about signatures and secrets, and of a request that was not sent.

use super::events::BodyFields;
use super::named;
use crate::protocol::signature::SignatureFault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// Fields of a `signature`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SignatureRecord<'a> {
    pub signature: &'a str,
    pub bytes: usize,
}

/// Fields of a `secret`, the one record that holds it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SecretRecord<'a> {
    #[serde(flatten)]
    secret: SecretFields<'a>,
    origin: &'a str,
    profile: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum SecretFields<'a> {
    #[serde(rename = "secret")]
    Text(&'a str),
    #[serde(rename = "secret_base64")]
    Base64(String),
}

impl<'a> SecretRecord<'a> {
    /// Shows a secret, in Base64 where it is not UTF-8.
    pub(crate) fn of(secret: &'a [u8], origin: &'a str, profile: &'a str) -> Self {
        let secret = match std::str::from_utf8(secret) {
            Ok(text) => SecretFields::Text(text),
            Err(_) => SecretFields::Base64(STANDARD.encode(secret)),
        };
        Self { secret, origin, profile }
    }
}

/// Fields of a `secret_kept`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SecretKeptRecord<'a> {
    pub origin: &'a str,
    pub profile: &'a str,
    pub file: String,
}

/// Fields of a `request`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RequestRecord<'a> {
    pub method: &'static str,
    pub url: &'a str,
    pub headers: Vec<[String; 2]>,
    #[serde(flatten)]
    pub body: BodyFields<'a>,
}

/// Fields of a `verification`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct VerificationRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<SignatureFault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'a str>,
    pub bytes: usize,
    pub secret: &'a str,
    #[serde(flatten)]
    pub diagnosis: Option<DiagnosisFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub got: Option<CodeFields>,
}

/// Why a value is not the one that it should be.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DiagnosisFields {
    pub(crate) causes: Vec<CauseFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) difference: Option<DifferenceFields>,
    /// How the search ended.
    pub(crate) searched: &'static str,
    pub(crate) hashes: u64,
}

/// What somebody's code computed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CodeFields {
    #[serde(flatten)]
    pub diagnosis: DiagnosisFields,
    pub agrees: bool,
}

/// One cause, with advice.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CauseFields {
    pub(crate) id: &'static str,
    pub(crate) family: &'static str,
    pub(crate) certainty: &'static str,
    pub(crate) message: String,
    pub(crate) also: Vec<&'static str>,
    pub(crate) fix: Vec<String>,
    pub(crate) code: Vec<&'static str>,
    pub(crate) check: &'static str,
}

/// Where the received and the hashed bytes differ.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DifferenceFields {
    pub(crate) byte: usize,
    pub(crate) excerpt_from: usize,
    #[serde(flatten)]
    received: ReceivedFields,
    #[serde(flatten)]
    hashed: HashedFields,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum ReceivedFields {
    #[serde(rename = "received")]
    Text(String),
    #[serde(rename = "received_base64")]
    Base64(String),
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum HashedFields {
    #[serde(rename = "hashed")]
    Text(String),
    #[serde(rename = "hashed_base64")]
    Base64(String),
}

impl DifferenceFields {
    /// Shows both sides from `excerpt_from` on.
    pub(crate) fn of((byte, excerpt_from): (usize, usize), received: &[u8], hashed: &[u8]) -> Self {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| STANDARD.encode(bytes));
        Self {
            byte,
            excerpt_from,
            received: text(received).map_or_else(ReceivedFields::Base64, ReceivedFields::Text),
            hashed: text(hashed).map_or_else(HashedFields::Base64, HashedFields::Text),
        }
    }
}

/// Fields of a `probe`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProbeRecord<'a> {
    pub causes: Vec<CauseFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceFields>,
    pub url: &'a str,
    pub raw_body: bool,
    pub requests: Vec<ProbeRequestFields>,
}

/// One request of a probe.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProbeRequestFields {
    pub sent: &'static str,
    pub answer: String,
}

named! {
    SignatureRecord<'_> => "signature",
    SecretRecord<'_> => "secret",
    SecretKeptRecord<'_> => "secret_kept",
    RequestRecord<'_> => "request",
    VerificationRecord<'_> => "verification",
    ProbeRecord<'_> => "probe",
}
