//! API keys, and the bases of calls: which key may go where.

use super::{BASE_PATH, LIVE_PREFIX, ORIGIN, TEST_PREFIX};
use crate::protocol::signature::Secret;
use crate::protocol::target::{TargetError, is_loopback, is_private, parse_target};
use http::HeaderValue;
use std::fmt;
use url::Url;

/// A bearer key: cannot be displayed or serialised, is wiped from memory, and prints as `ApiKey(…)`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ApiKey(Secret);

/// Why a text is no key. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Nothing there.
    #[error("the API key is empty")]
    Empty,
    /// The whole header was copied.
    #[error("the API key has 'Bearer' in front of it; leave that out")]
    Bearer,
    /// Something else than a key of this service.
    #[error("this is not an API key: keys begin with pk_live_ or pk_test_")]
    Foreign,
    /// Spaces, line breaks or characters that no header may have.
    #[error("the API key has characters that are not allowed, such as a space or a line break")]
    Characters,
}

/// Longest key that is believed to be one.
const LONGEST: usize = 512;

impl ApiKey {
    /// Takes a key as it was typed, read from a file or found in the environment: one final line break is dropped,
    /// nothing else.
    pub(crate) fn new(text: &[u8]) -> Result<Self, ApiKeyError> {
        let secret = Secret::from_file_contents(text).map_err(|_| ApiKeyError::Empty)?;
        let bytes = secret.expose();
        if bytes.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"bearer")) {
            return Err(ApiKeyError::Bearer);
        }
        let named = [LIVE_PREFIX, TEST_PREFIX].iter().any(|prefix| bytes.starts_with(prefix.as_bytes()));
        if !named || bytes.len() > LONGEST {
            return Err(ApiKeyError::Foreign);
        }
        if bytes.len() == LIVE_PREFIX.len() || !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(ApiKeyError::Characters);
        }
        Ok(Self(secret))
    }

    /// Whether it opens a real workspace.
    pub(crate) fn is_live(&self) -> bool {
        self.0.expose().starts_with(LIVE_PREFIX.as_bytes())
    }

    /// Its sort, in one word.
    pub(crate) fn mode(&self) -> &'static str {
        if self.is_live() { "live" } else { "test" }
    }

    /// The bytes, for the two places that must write them: the 0600 configuration, and [`Self::bearer`].
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// The same value, for keeping it out of what is printed.
    pub(crate) fn secret(&self) -> &Secret {
        &self.0
    }

    /// The value of `Authorization`, marked so that no library prints it.
    pub(crate) fn bearer(&self) -> HeaderValue {
        let value = HeaderValue::from_bytes(&[b"Bearer ", self.expose()].concat());
        let mut value = value.unwrap_or_else(|_| unreachable!("a key is visible ASCII"));
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// What every call's URL begins with, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiBase(Url);

impl ApiBase {
    /// Reads a URL: https, or http to this machine or within a network of one's own, as among containers; a key in
    /// clear text is everybody's. Without a path the service's own is meant.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut url = match parse_target(text) {
            Ok(url) if text.contains("://") => url,
            Ok(meant) => return Err(format!("'{text}' has no scheme; write it as {meant}")),
            Err(TargetError::Empty) => return Err("the API URL is empty".into()),
            Err(TargetError::Scheme(other)) => return Err(format!("the API needs https, not {other}")),
            Err(TargetError::Credentials) => {
                return Err("the URL has a user name or password in it, which would end up in logs".into());
            }
            Err(fault) => return Err(fault.to_string()),
        };
        let plain = url.scheme() == "http";
        if plain && !is_private(&url) {
            return Err("http would send the API key in clear text; use https (http is for this machine and private \
                        networks)"
                .into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("an API URL cannot have a query or a fragment".into());
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(if path.is_empty() { BASE_PATH } else { &path });
        Ok(Self(url))
    }

    /// The URL of a path below it.
    pub(crate) fn join(&self, path: &str) -> Url {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path()));
        url.set_query(query);
        url
    }

    /// Itself.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it is the service's own: where live keys belong.
    pub(crate) fn is_service(&self) -> bool {
        self.0.origin().ascii_serialization() == ORIGIN
    }

    /// How far its calls go.
    pub(crate) fn reach(&self) -> ApiReach {
        match (is_loopback(&self.0), is_private(&self.0)) {
            (true, _) => ApiReach::Machine,
            (false, true) => ApiReach::Network,
            (false, false) => ApiReach::Internet,
        }
    }

    /// Whether a key goes to another machine in clear text.
    pub(crate) fn is_readable_on_the_way(&self) -> bool {
        self.0.scheme() == "http" && !is_loopback(&self.0)
    }
}

/// How far the calls of a base go, and with them how far the deliveries of what answers there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiReach {
    /// Not beyond this machine.
    Machine,
    /// To a machine of a network of one's own, as among containers.
    Network,
    Internet,
}

impl fmt::Display for ApiBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}
