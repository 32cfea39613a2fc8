//! Where a request goes and what it carries, as people write it: `3000/webhooks`, `localhost:3000/hook`, a URL, a
//! `Name: value` header. Grammar only; nothing is looked up or connected to.

use http::{HeaderName, HeaderValue};
use url::{Host, Url};

/// Why a target is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
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
    /// Anything else, in the parser's words.
    #[error("'{text}' is not a URL: {message}")]
    Malformed {
        /// What was written.
        text: String,
        /// Why it is none.
        message: String,
    },
}

/// Reads a port, `port/path`, `host:port/path` or URL. A bare port means this machine. Without a scheme, this machine
/// and addresses are meant with http and names of other hosts with https.
pub fn parse_target(text: &str) -> Result<Url, TargetError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
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
        (None, _) => parse(text, &format!("{}://{text}", implied_scheme(text)))?,
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

fn implied_scheme(text: &str) -> &'static str {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let here = name == "localhost" || name.ends_with(".localhost") || name.starts_with('[');
    if here || name.parse::<std::net::Ipv4Addr>().is_ok() { "http" } else { "https" }
}

fn parse(text: &str, url: &str) -> Result<Url, TargetError> {
    let malformed = |message: String| TargetError::Malformed { text: text.to_owned(), message };
    let parsed = Url::parse(url).map_err(|error| malformed(error.to_string()))?;
    // `htp:/x` and `localhost:3000` both parse as a scheme with a path; the first two cases above leave no such thing.
    if parsed.host_str().is_none() { Err(malformed("it has no host".into())) } else { Ok(parsed) }
}

/// Whether a URL names this machine by a loopback address or as `localhost` (RFC 6761, section 6.3).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Why a header is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
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
pub fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), HeaderError> {
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
        ] {
            let message = parse_target(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
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
