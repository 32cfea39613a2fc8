//! Where a request goes and what it carries, as people write it: `3000/webhooks`, `localhost:3000/hook`, a URL, a
//! `Name: value` header. Grammar only; nothing is looked up or connected to.

use http::{HeaderName, HeaderValue};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Why a target is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    /// Nothing was written.
    #[error("the target is empty; write a port, host:port/path or a URL")]
    Empty,
    /// Not http or https.
    #[error("'{0}' is not a scheme for webhooks; use http:// or https://")]
    Scheme(String),
    /// The port is out of range or no number.
    #[error("'{0}' is not a port; ports are 1 to 65535")]
    Port(String),
    /// A user name or password stands in the URL.
    #[error("the target has a user name or password in it, which would end up in logs; send a header instead")]
    Credentials,
    /// A path alone.
    #[error("'{0}' is a path without a host; write a port in front of it, like 3000{0}")]
    PathOnly(String),
    /// `http:///x` or `http:x`: what follows would be taken for a host.
    #[error("'{text}' has no host; write it as {meant}")]
    NoHost {
        /// What was written.
        text: String,
        /// The form that was meant.
        meant: String,
    },
    /// The path of a socket.
    #[error("'{0}' is a Unix socket, which cannot be a target; let the app listen on a port, and write 3000/hooks")]
    Socket(String),
    /// Anything else, in the parser's words.
    #[error("'{text}' is not a URL: {message}")]
    Malformed {
        /// What was written.
        text: String,
        /// Why it is none.
        message: String,
    },
}

/// Reads a port, `port/path`, `host:port/path` or URL. A bare port means this machine. Without a scheme, addresses and
/// names that only a local network knows are meant with http, all other names with https.
pub(crate) fn parse_target(text: &str) -> Result<Url, TargetError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
    refuse_without_host(text)?;
    let url = match (text.split_once("://"), text.find(|c: char| !c.is_ascii_digit())) {
        (Some((scheme, _)), _) => {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                return Err(TargetError::Scheme(scheme.to_owned()));
            }
            parse(text, text)?
        }
        (None, None) => local(text, "")?,
        (None, Some(digits)) if digits > 0 && text[digits..].starts_with(['/', '?']) => {
            local(&text[..digits], &text[digits..])?
        }
        (None, _) => {
            let url = parse(text, &format!("http://{text}"))?;
            // Parsed anew: a port that is the default of one scheme is none of the other.
            if is_local_name(&url) { url } else { parse(text, &format!("https://{text}"))? }
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    if url.port() == Some(0) {
        return Err(TargetError::Port("0".into()));
    }
    Ok(url)
}

fn local(port: &str, rest: &str) -> Result<Url, TargetError> {
    match port.parse::<u16>() {
        Ok(1..) => parse(port, &format!("http://localhost:{port}{rest}")),
        _ => Err(TargetError::Port(port.to_owned())),
    }
}

/// What looks like a target with a host, and would take a path for it.
fn refuse_without_host(text: &str) -> Result<(), TargetError> {
    if text.starts_with(['/', '\\']) {
        return Err(TargetError::PathOnly(text.to_owned()));
    }
    let Some((scheme, rest)) = text.split_once(':') else { return Ok(()) };
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "unix" {
        return Err(TargetError::Socket(text.to_owned()));
    }
    // `http:3000` is a port of a host with that name.
    let is_port = rest.starts_with(|c: char| c.is_ascii_digit());
    if !matches!(scheme.as_str(), "http" | "https") || is_port {
        return Ok(());
    }
    let behind = rest.trim_start_matches(['/', '\\']);
    let meant = match rest.len() - behind.len() {
        2 => return Ok(()),
        // One slash or none is a slip before a host.
        0 | 1 if !behind.is_empty() => format!("{scheme}://{behind}"),
        _ => format!("{scheme}://localhost:3000/{behind}"),
    };
    Err(TargetError::NoHost { text: text.to_owned(), meant })
}

/// Whether a host is an address, or a name that only this machine or its network can know: one without a dot, or below
/// a name that is kept for such use (RFC 6761, RFC 6762, and `internal` by ICANN's decision of 2024).
fn is_local_name(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return true };
    let name = name.trim_end_matches('.');
    name.rsplit_once('.').is_none_or(|(_, last)| matches!(last, "localhost" | "test" | "local" | "internal"))
}

/// The events and the target of `EVENT[,EVENT…]=TARGET`; a target alone has no events. A pattern of event names has
/// none of the characters that a target begins with.
pub(crate) fn split_route(text: &str) -> (Option<&str>, &str) {
    let is_pattern = |c: char| c.is_ascii_lowercase() || "_.*,".contains(c);
    match text.split_once('=') {
        Some((names, target)) if !names.is_empty() && names.chars().all(is_pattern) => (Some(names), target),
        _ => (None, text),
    }
}

fn parse(text: &str, url: &str) -> Result<Url, TargetError> {
    let malformed = |message: String| TargetError::Malformed { text: text.to_owned(), message };
    let parsed = Url::parse(url).map_err(|error| malformed(error.to_string()))?;
    // `htp:/x` and `localhost:3000` both parse as a scheme with a path; the first two cases above leave no such thing.
    if parsed.host_str().is_none() { Err(malformed("it has no host".into())) } else { Ok(parsed) }
}

/// Whether a URL names this machine by a loopback address or as `localhost` (RFC 6761, section 6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => is_loopback_name(name),
        None => false,
    }
}

/// Whether a name is `localhost` or one below it.
pub(crate) fn is_loopback_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// The addresses of `localhost` and every name below it, which no resolver is asked for (RFC 6761, section 6.3). The
/// older one is last: where the newer one is switched off, its answer is the one that tells something.
pub(crate) const LOOPBACK_ADDRESSES: [IpAddr; 2] = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];

/// Reads an address to listen on: an address, one in brackets as URLs have it, or `localhost`.
pub(crate) fn parse_bind_address(text: &str) -> Option<IpAddr> {
    if text.eq_ignore_ascii_case("localhost") {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// Whether what is sent to a URL comes back to who listens on an address.
pub(crate) fn is_own_address(url: &Url, own: SocketAddr) -> bool {
    if own.port() == 0 || url.port_or_known_default() != Some(own.port()) {
        return false;
    }
    let reaches = |address: IpAddr| {
        let address = address.to_canonical();
        // Who connects to "any address" reaches this machine.
        let here = address.is_loopback() || address.is_unspecified();
        address == own.ip() || here && (own.ip().is_unspecified() || address.is_unspecified() && own.ip().is_loopback())
    };
    match url.host() {
        Some(Host::Ipv4(address)) => reaches(address.into()),
        Some(Host::Ipv6(address)) => reaches(address.into()),
        Some(Host::Domain(name)) => is_loopback_name(name) && LOOPBACK_ADDRESSES.into_iter().any(reaches),
        None => false,
    }
}

/// Why a header is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    /// No colon.
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
pub(crate) fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), HeaderError> {
    let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
    let name: HeaderName = name.trim().parse().map_err(|_| HeaderError::Name(name.trim().to_owned()))?;
    if is_reserved(&name) {
        return Err(HeaderError::Reserved(name.to_string()));
    }
    let value = HeaderValue::from_str(value.trim()).map_err(|_| HeaderError::Value(name.to_string()))?;
    Ok((name, value))
}

fn is_reserved(name: &HeaderName) -> bool {
    ["content-length", "transfer-encoding", "connection", "host", "expect", "te", "trailer", "upgrade"]
        .contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_mean_this_machine() {
        for (text, url) in [
            ("3000", "http://localhost:3000/"),
            ("3000/webhooks", "http://localhost:3000/webhooks"),
            ("3000?x=1", "http://localhost:3000/?x=1"),
            ("localhost:3000/hook", "http://localhost:3000/hook"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("[::1]:8080/x", "http://[::1]:8080/x"),
            ("app.example.com/hook", "https://app.example.com/hook"),
            ("HTTPS://app.example.com", "https://app.example.com/"),
            ("host.docker.internal:3000/x", "http://host.docker.internal:3000/x"),
            ("LocalHost:3000", "http://localhost:3000/"),
            ("App.LocalHost:3000", "http://app.localhost:3000/"),
            ("shop.test", "http://shop.test/"),
            ("printer.local/x", "http://printer.local/x"),
            ("app:8080/x", "http://app:8080/x"),
            ("http:8080/x", "http://http:8080/x"),
            ("127.1:3000", "http://127.0.0.1:3000/"),
            ("0x7f.1:3000", "http://127.0.0.1:3000/"),
            ("app.example.com:80/x", "https://app.example.com:80/x"),
            ("test.example.com", "https://test.example.com/"),
        ] {
            assert_eq!(parse_target(text).unwrap().as_str(), url, "{text}");
        }
    }

    #[test]
    fn what_is_no_target_says_why() {
        for (text, part) in [
            ("", "empty"),
            ("ftp://x/y", "'ftp' is not a scheme"),
            ("htp://x/y", "'htp' is not a scheme"),
            ("0", "'0' is not a port"),
            ("70000/hook", "'70000' is not a port"),
            ("http://localhost:70000", "invalid port"),
            ("http://", "empty host"),
            ("https://me:pw@example.com", "user name or password"),
            ("http://exa mple.com", "invalid"),
            ("/hooks", "'/hooks' is a path without a host; write a port in front of it, like 3000/hooks"),
            ("http:///x", "'http:///x' has no host; write it as http://localhost:3000/x"),
            ("http:/app.test/x", "write it as http://app.test/x"),
            ("HTTPS:app.test", "write it as https://app.test"),
            ("unix:/run/app.sock", "is a Unix socket"),
        ] {
            let message = parse_target(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn an_address_to_listen_on_may_be_written_as_in_a_url() {
        for (text, address) in [("localhost", "127.0.0.1"), ("LOCALHOST", "127.0.0.1"), ("[::1]", "::1"), ("::", "::")]
        {
            assert_eq!(parse_bind_address(text), address.parse().ok(), "{text}");
        }
        assert!(["[127.0.0.1]", "[::1", "app.localhost", ""].iter().all(|text| parse_bind_address(text).is_none()));
    }

    #[test]
    fn a_listener_knows_its_own_address() {
        for (url, own, same) in [
            ("http://localhost:42/x", "127.0.0.1:42", true),
            ("http://app.localhost:42/", "[::1]:42", true),
            ("http://127.0.0.1:42/", "0.0.0.0:42", true),
            ("http://0.0.0.0:42/", "127.0.0.1:42", true),
            ("http://127.0.0.1/", "127.0.0.1:80", true),
            ("http://localhost:43/", "127.0.0.1:42", false),
            ("http://[::1]:42/", "127.0.0.1:42", false),
            ("http://127.0.0.2:42/", "127.0.0.1:42", false),
            ("http://app.test:42/", "127.0.0.1:42", false),
            ("http://localhost/", "127.0.0.1:0", false),
        ] {
            assert_eq!(is_own_address(&Url::parse(url).unwrap(), own.parse().unwrap()), same, "{url} {own}");
        }
    }

    #[test]
    fn headers_keep_commas_and_colons() {
        let (name, value) = parse_header("X-Time: 10:00, or later").unwrap();
        assert_eq!((name.as_str(), value.as_bytes()), ("x-time", b"10:00, or later".as_slice()));
        assert_eq!(parse_header("X-Nothing"), Err(HeaderError::NoColon));
        assert_eq!(parse_header("bad name: x"), Err(HeaderError::Name("bad name".into())));
        assert_eq!(parse_header("X-A: a\nB: c"), Err(HeaderError::Value("x-a".into())));
        assert_eq!(parse_header("Content-Length: 3"), Err(HeaderError::Reserved("content-length".into())));
    }
}
