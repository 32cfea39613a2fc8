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
    /// A path without the port of the app.
    #[error("'{0}' has no host or port; write the port of your app in front of the path, like 3000{0}")]
    PathOnly(String),
    /// A socket file.
    #[error("'{0}' names a socket file, which is not supported; write a port, host:port/path or a URL")]
    SocketFile(String),
    /// Nothing between the scheme and the path.
    #[error("'{0}' has no host; write it between the slashes, like http://localhost:3000/webhooks")]
    NoHost(String),
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

/// Reads a port, `port/path`, `host:port/path` or URL. A bare port means this machine. Without a scheme, names that only
/// a local network knows are meant with http: those without a dot, those below `.localhost` and `.test` (RFC 6761),
/// `.local` (RFC 6762) and `.internal`, and every address; all others with https.
pub fn parse_target(text: &str) -> Result<Url, TargetError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TargetError::Empty);
    }
    if text.starts_with('/') {
        return Err(TargetError::PathOnly(text.to_owned()));
    }
    if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("unix:")) {
        return Err(TargetError::SocketFile(text.to_owned()));
    }
    let url = match (text.split_once("://"), text.find(|c: char| !c.is_ascii_digit())) {
        (Some((scheme, rest)), _) => {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                return Err(TargetError::Scheme(scheme.to_owned()));
            }
            // The URL standard skips surplus slashes and would take the path's first segment for the host.
            if rest.starts_with(['/', '\\']) {
                return Err(TargetError::NoHost(text.to_owned()));
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

/// Endings of names that the public DNS does not have.
const LOCAL_ENDINGS: [&str; 4] = [".localhost", ".test", ".local", ".internal"];

fn implied_scheme(text: &str) -> &'static str {
    // Parsed as a URL first, so that every spelling of an address (0x7f.1, 127.1, upper case) is seen for what it is.
    let is_local = match Url::parse(&format!("http://{text}")).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.') || LOCAL_ENDINGS.iter().any(|ending| name.ends_with(ending))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    if is_local { "http" } else { "https" }
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
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
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
            ("LOCALHOST:3000/x", "http://localhost:3000/x"),
            ("app.localhost:7007/x", "http://app.localhost:7007/x"),
            ("host.docker.internal:3000/x", "http://host.docker.internal:3000/x"),
            ("printer.local", "http://printer.local/"),
            ("shop.test/hooks", "http://shop.test/hooks"),
            ("web:8000", "http://web:8000/"),
            ("127.1:80/x", "http://127.0.0.1/x"),
            ("0x7f.0.0.1:3000", "http://127.0.0.1:3000/"),
            ("10.0.0.5:3000", "http://10.0.0.5:3000/"),
            ("example.com", "https://example.com/"),
            ("internal.example.com", "https://internal.example.com/"),
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
            ("/hooks", "like 3000/hooks"),
            ("unix:/run/app.sock", "socket file"),
            ("http:///x", "has no host"),
            ("https:////x", "has no host"),
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
