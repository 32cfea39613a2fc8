//! The request that carries an event: headers as the service sends them, the signature, and what the user adds.

use super::arguments::{self, HeaderArgument};
use super::payload::PreparedPayload;
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::protocol::arrival::HeaderLines;
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::body::RawBody;
use crate::protocol::referralhero::HeroEncoding;
use crate::protocol::rules::is_hero_body;
use crate::protocol::signature::{HERO_SIGNATURE_HEADER, HmacKey, SIGNATURE_HEADER};
use crate::protocol::stringify::json_stringify;
use clap::ValueEnum;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue};
use std::path::PathBuf;
use url::Url;

/// How requests of this program introduce themselves that stand for the service's own: what a sandbox has is as real as
/// what the service has.
pub(crate) const AGENT: &str = concat!("referralloop-cli/", env!("CARGO_PKG_VERSION"));

/// The same of requests that carry what was made up, by which `reconcile` knows it wherever it came in.
pub(crate) const FABRICATED_AGENT: &str = concat!("referralloop-cli/", env!("CARGO_PKG_VERSION"), " (fabricated)");

/// The same of a run that makes many: what becomes of them says little about how the app does.
pub(crate) const BULK_AGENT: &str = concat!("referralloop-cli/", env!("CARGO_PKG_VERSION"), " (fabricated in bulk)");

const FABRICATED: &[u8] = b" (fabricated";

/// Whether header lines are those of a request with something made up, of this version of the program or another.
pub(crate) fn is_fabricated(headers: &HeaderLines) -> bool {
    headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case(USER_AGENT.as_str().as_bytes())
            && value.starts_with(b"referralloop-cli/")
            && value.windows(FABRICATED.len()).any(|part| part == FABRICATED)
    })
}

/// Options that shape a request.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Request")]
pub(crate) struct Arguments {
    /// Add a header, or replace one (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::read_header)]
    headers: Vec<HeaderArgument>,
    /// Send no signature, as the service does today
    #[arg(long, conflicts_with = "secret_file")]
    unsigned: bool,
    /// Sign with the secret in this file (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Nothing is sent, only shown.
    #[arg(skip)]
    preview: bool,
    /// Write ReferralHero's signature like this; its pages do not say which
    #[arg(long, value_enum, value_name = "HOW", default_value_t, conflicts_with = "unsigned")]
    encoding: EncodingOption,
}

/// How ReferralHero's signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum EncodingOption {
    /// 64 hexadecimal digits
    #[default]
    Hex,
    /// Base64, padded
    Base64,
}

impl EncodingOption {
    /// The protocol's name for it.
    pub(crate) fn as_encoding(self) -> HeroEncoding {
        match self {
            Self::Hex => HeroEncoding::Hex,
            Self::Base64 => HeroEncoding::Base64,
        }
    }
}

impl Arguments {
    /// The same, for a request that is perhaps only shown.
    pub(crate) fn for_preview(&self, preview: bool) -> Self {
        Self { preview, ..self.clone() }
    }

    /// The key that signs.
    fn load_key(&self, context: &Context, settings: &ConfigSettings) -> Result<HmacKey, Error> {
        let load = if self.preview { super::load_preview_secrets } else { super::load_secrets };
        Ok(load(context, settings, self.secret_file.as_slice())?.signing().key())
    }

    /// How an event is signed: of the second service as it was asked for.
    pub(crate) fn signing_style(&self, is_hero: bool) -> Result<SigningStyle, Error> {
        match (is_hero, self.encoding) {
            (true, encoding) => Ok(SigningStyle::Referralhero(encoding.as_encoding())),
            (false, EncodingOption::Hex) => Ok(SigningStyle::Referralloop),
            (false, EncodingOption::Base64) => {
                Err(Error::usage("--encoding base64 is for ReferralHero's events; ReferralLoop signs in hexadecimal"))
            }
        }
    }
}

/// In whose header a signature stands, and in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SigningStyle {
    /// `X-Webhook-Signature: sha256=…`.
    Referralloop,
    /// `X-ReferralHero-Signature: …`.
    Referralhero(HeroEncoding),
}

impl SigningStyle {
    /// The style of the service that a body is of, in the usual form.
    pub(crate) fn of_body(body: &RawBody) -> Self {
        match is_hero_body(body) {
            true => Self::Referralhero(HeroEncoding::default()),
            false => Self::Referralloop,
        }
    }

    /// The header's name.
    pub(crate) fn header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Referralloop => SIGNATURE_HEADER,
            Self::Referralhero(_) => HERO_SIGNATURE_HEADER,
        })
    }

    /// The header's value for these bytes.
    pub(crate) fn sign(self, key: &HmacKey, bytes: &[u8]) -> String {
        match self {
            Self::Referralloop => key.sign(bytes),
            Self::Referralhero(encoding) => encoding.sign(key, bytes),
        }
    }
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum SignOption {
    /// The bytes that are sent
    #[default]
    Raw,
    /// JSON.stringify of the body, as the documentation's sample computes it
    JsonStringify,
}

/// Signs a payload and puts the request together.
pub(crate) fn build_request(
    url: Url,
    payload: &PreparedPayload,
    arguments: &Arguments,
    sign: SignOption,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<OutgoingRequest, Error> {
    let signature = match arguments.unsigned {
        true => None,
        false => {
            let key = arguments.load_key(context, settings)?;
            let style = arguments.signing_style(is_hero_body(&payload.body))?;
            Some(style.sign(&key, &signed_bytes(payload, sign)?))
        }
    };
    let mut request = build_event_request(url, &payload.body, signature)?;
    replace_headers(&mut request.headers, &arguments.headers);
    Ok(request)
}

/// What every request of a run has: its header fields, and whether it is signed, with which secret.
#[derive(Debug, Clone)]
pub(crate) struct RequestTemplate {
    /// Header fields but for signature and length.
    pub headers: Vec<HeaderArgument>,
    /// What signs the bytes; `None` for unsigned.
    pub key: Option<HmacKey>,
    /// How.
    pub style: SigningStyle,
}

/// The part of a request that does not depend on its body.
pub(crate) fn build_template(
    url: &Url,
    is_hero: bool,
    arguments: &Arguments,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<RequestTemplate, Error> {
    let style = arguments.signing_style(is_hero)?;
    let replaced = arguments.headers.iter().any(|(name, _)| *name == style.header());
    let key = match arguments.unsigned || replaced {
        true => None,
        false => Some(arguments.load_key(context, settings)?),
    };
    let mut headers = put_together(BULK_AGENT, url.clone(), &RawBody::default(), None)?.headers;
    replace_headers(&mut headers, &arguments.headers);
    Ok(RequestTemplate { headers, key, style })
}

/// Puts fields that were given in the place of those with their names; the others come behind. A request has one host
/// (RFC 9112, section 3.2): the one that was given last.
pub(crate) fn replace_headers(headers: &mut Vec<HeaderArgument>, given: &[HeaderArgument]) {
    headers.retain(|(name, _)| !given.iter().any(|(given, _)| given == name));
    headers.extend_from_slice(given);
    let mut later = headers.iter().filter(|(name, _)| *name == HOST).count();
    headers.retain(|(name, _)| {
        later -= usize::from(*name == HOST);
        *name != HOST || later == 0
    });
}

/// A request with the headers that the service sends, and the signature where there is one; its event is made up.
pub(crate) fn build_event_request(
    url: Url,
    body: &RawBody,
    signature: Option<String>,
) -> Result<OutgoingRequest, Error> {
    put_together(FABRICATED_AGENT, url, body, signature)
}

/// The same with an event that tells what a service, or a sandbox, has.
pub(crate) fn build_service_request(
    url: Url,
    body: &RawBody,
    signature: Option<String>,
) -> Result<OutgoingRequest, Error> {
    put_together(AGENT, url, body, signature)
}

fn put_together(
    agent: &'static str,
    url: Url,
    body: &RawBody,
    signature: Option<String>,
) -> Result<OutgoingRequest, Error> {
    let mut headers = vec![
        (CONTENT_TYPE.into(), HeaderValue::from_static("application/json")),
        (USER_AGENT.into(), HeaderValue::from_static(agent)),
    ];
    if let Some(value) = signature {
        let value = HeaderValue::from_str(&value).map_err(|error| Error::from_source(ErrorCategory::Usage, error))?;
        headers.push((SigningStyle::of_body(body).header().into(), value));
    }
    Ok(OutgoingRequest { url, headers, body: body.clone() })
}

fn signed_bytes(payload: &PreparedPayload, what: SignOption) -> Result<Vec<u8>, Error> {
    let bytes = payload.body.as_bytes();
    match what {
        SignOption::Raw => Ok(bytes.to_vec()),
        SignOption::JsonStringify => json_stringify(bytes).map(String::into_bytes).ok_or_else(|| {
            Error::usage("the body is not JSON, so JSON.stringify has nothing to write")
                .hint("--sign raw signs the bytes")
        }),
    }
}
