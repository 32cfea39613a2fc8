//! Who gets in.
//!
//! Pure. A page elsewhere in the browser can send requests here: under a name of its own that leads to this machine
//! (DNS rebinding), by a form, or by a script. It can neither choose `Host`, which must be an address or `localhost`,
//! nor `Origin`, nor send a header field of its own without being asked first, nor read the token, which comes in the
//! fragment of the URL that is opened and is kept in a cookie that goes along with requests of this page alone.

use http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The header that every action carries. No form can send it, and a script elsewhere would have to ask first.
pub(super) const ACTION_HEADER: HeaderName = HeaderName::from_static("x-referralloop-inspector");

/// What browsers say of where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What is asked of everybody who comes.
#[derive(Debug)]
pub(super) struct AccessRules {
    port: u16,
    /// Whether other machines may come.
    open: bool,
    digest: [u8; 32],
}

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccessFault {
    /// The request was meant for another host.
    Host,
    /// It comes from another page.
    Origin,
    /// It is an action without the header.
    Header,
    /// It has no token, or another one.
    Token,
}

impl AccessFault {
    /// One sentence.
    pub(super) fn explain(self) -> &'static str {
        match self {
            Self::Host => "this page is only answered under the address that it was started with",
            Self::Origin => "requests from other pages are refused",
            Self::Header => "an action needs the header x-referralloop-inspector: 1",
            Self::Token => "the token is missing or wrong; open the URL that the command printed",
        }
    }
}

impl AccessRules {
    pub(super) fn new(port: u16, open: bool, token: &str) -> Self {
        Self { port, open, digest: Sha256::digest(token.as_bytes()).into() }
    }

    /// What even the page itself is held to.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), AccessFault> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).filter(|_| hosts.next().is_none());
        let host = host.filter(|host| self.is_own_host(host)).ok_or(AccessFault::Host)?;
        let own = |origin: &str| origin.strip_prefix("http://").is_some_and(|from| from.eq_ignore_ascii_case(host));
        if headers.get_all(ORIGIN).iter().any(|origin| !origin.to_str().is_ok_and(own)) {
            return Err(AccessFault::Origin);
        }
        let near = |site: &http::HeaderValue| matches!(site.as_bytes(), b"same-origin" | b"none");
        if headers.get_all(FETCH_SITE).iter().all(near) { Ok(()) } else { Err(AccessFault::Origin) }
    }

    /// What a link elsewhere may lead to: the page, which tells nothing. All else of [`Self::check_origin`] holds.
    pub(super) fn check_page(&self, headers: &HeaderMap) -> Result<(), AccessFault> {
        let mut headers = headers.clone();
        headers.remove(FETCH_SITE);
        self.check_origin(&headers)
    }

    /// What reading needs.
    pub(super) fn check_token(&self, headers: &HeaderMap) -> Result<(), AccessFault> {
        let name = self.cookie_name();
        let cookies = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let by_cookie = pairs.any(|(cookie, value)| cookie == name && self.is_token(value));
        if by_cookie || self.has_bearer(headers) { Ok(()) } else { Err(AccessFault::Token) }
    }

    /// What acting needs beside it.
    pub(super) fn check_action(&self, headers: &HeaderMap) -> Result<(), AccessFault> {
        headers.get(ACTION_HEADER).filter(|value| value.as_bytes() == b"1").map(drop).ok_or(AccessFault::Header)
    }

    /// Whether the token itself was sent, as whoever opened the URL does once.
    pub(super) fn has_bearer(&self, headers: &HeaderMap) -> bool {
        let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        value.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| self.is_token(token))
    }

    /// The line that lets a browser in from now on.
    pub(super) fn cookie(&self, token: &str) -> String {
        format!("{}={token}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name())
    }

    /// Cookies do not know ports, and two inspectors may run.
    fn cookie_name(&self) -> String {
        format!("referralloop-inspector-{}", self.port)
    }

    /// Digests are compared, so that the time it takes says nothing of the token.
    fn is_token(&self, given: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        digest == self.digest
    }

    /// A name could be anybody's; an address, or this machine's own name, is not.
    fn is_own_host(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(80)),
        };
        if port != Some(self.port) {
            return false;
        }
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        match bare.parse::<IpAddr>() {
            Ok(address) => self.open || address.is_loopback(),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_addresses_and_the_own_name_are_answered() {
        let (near, open) = (AccessRules::new(4243, false, "t"), AccessRules::new(4243, true, "t"));
        for host in ["127.0.0.1:4243", "localhost:4243", "LOCALHOST:4243", "[::1]:4243", "127.9.9.9:4243"] {
            assert_eq!(near.check_origin(&headers(&[("host", host)])), Ok(()), "{host}");
        }
        let foreign = [
            "evil.example:4243",
            "127.0.0.1:80",
            "127.0.0.1",
            "localhost.evil.example:4243",
            "",
            "[::1]",
            "10.0.0.1:4243",
        ];
        for host in foreign {
            assert_eq!(near.check_origin(&headers(&[("host", host)])), Err(AccessFault::Host), "{host}");
        }
        assert_eq!(open.check_origin(&headers(&[("host", "10.0.0.1:4243")])), Ok(()));
        assert_eq!(open.check_origin(&headers(&[("host", "inspector.example:4243")])), Err(AccessFault::Host));
        assert_eq!(near.check_origin(&headers(&[])), Err(AccessFault::Host));
        let two = headers(&[("host", "127.0.0.1:4243"), ("host", "127.0.0.1:4243")]);
        assert_eq!(near.check_origin(&two), Err(AccessFault::Host));
    }

    #[test]
    fn other_pages_are_refused() {
        let rules = AccessRules::new(4243, false, "t");
        let from = |lines: &[(&'static str, &str)]| {
            rules.check_origin(&headers(&[&[("host", "127.0.0.1:4243")], lines].concat()))
        };
        assert_eq!(from(&[("origin", "http://127.0.0.1:4243"), ("sec-fetch-site", "same-origin")]), Ok(()));
        for origin in
            ["null", "http://evil.example", "http://localhost:4243", "https://127.0.0.1:4243", "http://127.0.0.1:4242"]
        {
            assert_eq!(from(&[("origin", origin)]), Err(AccessFault::Origin), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert_eq!(from(&[("sec-fetch-site", site)]), Err(AccessFault::Origin), "{site}");
        }
        let link = headers(&[("host", "127.0.0.1:4243"), ("sec-fetch-site", "cross-site")]);
        assert_eq!(rules.check_page(&link), Ok(()));
    }

    #[test]
    fn the_token_is_asked_for() {
        let rules = AccessRules::new(4243, false, "0123");
        assert_eq!(rules.check_token(&headers(&[])), Err(AccessFault::Token));
        for cookie in ["referralloop-inspector-4243=0123", "a=b; referralloop-inspector-4243=0123; c=d"] {
            assert_eq!(rules.check_token(&headers(&[("cookie", cookie)])), Ok(()), "{cookie}");
        }
        for cookie in ["referralloop-inspector-4243=0124", "referralloop-inspector-4242=0123", "0123", ""] {
            assert_eq!(rules.check_token(&headers(&[("cookie", cookie)])), Err(AccessFault::Token), "{cookie}");
        }
        assert_eq!(rules.check_token(&headers(&[("authorization", "Bearer 0123")])), Ok(()));
        assert_eq!(rules.check_token(&headers(&[("authorization", "Bearer ")])), Err(AccessFault::Token));
        assert_eq!(rules.check_action(&headers(&[("x-referralloop-inspector", "1")])), Ok(()));
        assert_eq!(rules.check_action(&headers(&[])), Err(AccessFault::Header));
    }
}
