//! Where a request goes and what it carries, as people write it: `3000/webhooks`, `localhost:3000/hook`, a URL, a
//! socket's path, a `Name: value` header. Grammar only; nothing is looked up or connected to.

mod header;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use url::{Host, Url};

pub(crate) use header::parse_header;

/// The port on which a listener listens unless told otherwise.
pub(crate) const LISTENER_PORT: u16 = 4242;

/// Whether a URL leads to where a listener on this machine listens unless told otherwise.
pub(crate) fn is_listener_default(url: &Url) -> bool {
    url.port() == Some(LISTENER_PORT) && is_own_address(url, SocketAddr::from((Ipv4Addr::LOCALHOST, LISTENER_PORT)))
}

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
        text: String,
        /// The form that was meant.
        meant: String,
    },
    /// A slip in what is in front of the host.
    #[error("'{text}' is not a URL; write it as {meant}")]
    Slip { text: String, meant: String },
    /// Characters that no name of a host has.
    #[error("'{0}' is not the name of a host; names have letters, digits, dots and hyphens")]
    HostName(String),
    /// A space, where most likely a colon was meant.
    #[error("'{0}' has a space in it; write a port, host:port/path or a URL")]
    Space(String),
    /// An IPv6 address that holds on one network interface alone.
    #[error("'{0}' has an IPv6 zone, which a URL cannot carry; write another address of that machine, or its name")]
    Zone(String),
    /// A socket without its whole path.
    #[error("'{text}' does not name a socket by its whole path; write it as {meant}")]
    Socket {
        text: String,
        /// The same with the folder, which a shell knows.
        meant: String,
    },
    /// A socket where there are none.
    #[error("'{0}' is a socket, which can be reached on Unix only; write a port, host:port/path or a URL")]
    NoSockets(String),
    /// Anything else, in the parser's words.
    #[error("'{text}' is not a URL: {message}")]
    Malformed {
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
    if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("unix:")) {
        return parse_socket(text);
    }
    // `:3000/x` is how many programs write a port of this machine.
    let port = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    let text = text.strip_prefix(':').filter(port).unwrap_or(text);
    refuse_without_host(text)?;
    let url = match (text.split_once("://"), text.find(|c: char| !c.is_ascii_digit())) {
        (Some((scheme, _)), _) => {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                return Err(TargetError::Scheme(scheme.to_owned()));
            }
            parse(text, text)?
        }
        (None, None) => local(text, "")?,
        (None, Some(digits)) if digits > 0 && text[digits..].starts_with(['/', '?', '#', '\\']) => {
            local(&text[..digits], &text[digits..])?
        }
        (None, _) => {
            let url = parse(text, &format!("http://{text}"))?;
            if url.host_str().is_some_and(is_socket_file) {
                return Err(not_whole(text, text));
            }
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

/// `unix:/run/app.sock:/hooks`: a socket's whole path, and behind a colon what is asked for. It becomes a URL of that
/// form, so that it is a target like any other wherever targets are kept and shown.
fn parse_socket(text: &str) -> Result<Url, TargetError> {
    if !cfg!(unix) {
        return Err(TargetError::NoSockets(text.to_owned()));
    }
    let rest = &text[5..];
    let path = rest.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(rest);
    let whole = path.starts_with('/') && !path.starts_with("//");
    let url = Url::parse(&format!("unix:{path}")).ok().filter(|_| whole);
    let named = |url: &Url| socket_parts(url).is_some_and(|(socket, _)| !socket.to_string_lossy().ends_with('/'));
    // A colon may be part of a file's name, hardly behind this one.
    let slip = path.split_once(".sock:").is_some_and(|(_, behind)| !behind.starts_with('/'));
    url.filter(|url| named(url) && !slip).ok_or_else(|| not_whole(text, path))
}

/// Whether a path is that of a socket, by its name.
fn is_socket_file(path: &str) -> bool {
    let path = path.split_once(":/").map_or(path, |(socket, _)| socket);
    path.ends_with(".sock") || path.ends_with(".socket")
}

/// A socket's path with what is missing of it.
fn not_whole(text: &str, path: &str) -> TargetError {
    let (socket, behind) = match path.split_once(".sock:") {
        Some((socket, behind)) => (format!("{socket}.sock"), format!(":/{}", behind.trim_start_matches('/'))),
        None => (path.to_owned(), String::new()),
    };
    let socket = match socket.trim_start_matches("./").trim_end_matches('/') {
        "" | "." | ".." => "/run/app.sock".to_owned(),
        whole if whole.starts_with('/') => format!("/{}", whole.trim_start_matches('/')),
        relative => format!("$PWD/{relative}"),
    };
    TargetError::Socket { text: text.to_owned(), meant: format!("unix:{socket}{behind}") }
}

/// The socket of a target, and what it is asked for; `None` for a target with a host.
pub(crate) fn socket_parts(url: &Url) -> Option<(PathBuf, String)> {
    if url.scheme() != "unix" {
        return None;
    }
    let path = url.path();
    let (socket, target) = path.find(":/").map_or((path, "/"), |at| (&path[..at], &path[at + 1..]));
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some((file_path(percent_decode(socket)), format!("{target}{query}")))
}

/// The path of a file: any bytes on POSIX, Unicode alone elsewhere.
fn file_path(bytes: Vec<u8>) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes));
    #[cfg(not(unix))]
    return PathBuf::from(String::from_utf8_lossy(&bytes).into_owned());
}

fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    bytes
}

/// What looks like a target with a host, and would take a path for it.
fn refuse_without_host(text: &str) -> Result<(), TargetError> {
    // A drive's letter is no host.
    let text = if text.get(1..3) == Some(":\\") { &text[2..] } else { text };
    if text.starts_with(['/', '\\', '.']) {
        return Err(refuse_path(text));
    }
    // `http//x`, and `http://http://x`: the colon is missing, or the scheme is there twice.
    let inner = text.split_once("://").map_or(text, |(_, rest)| rest);
    if let Some((scheme, rest)) = inner.split_once("//")
        && matches!(scheme.trim_end_matches([':', ';']).to_ascii_lowercase().as_str(), "http" | "https")
        && (inner.len() < text.len() || !scheme.ends_with(':'))
    {
        let meant = format!("{}://{rest}", scheme.trim_end_matches([':', ';']).to_ascii_lowercase());
        return Err(TargetError::Slip { text: text.to_owned(), meant });
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        // `::1:3000` is an address, too, but hardly the one that was meant.
        let (address, port) = text.strip_prefix("::1:").map_or((text, "3000"), |port| ("::1", port));
        return Err(TargetError::Slip { text: text.to_owned(), meant: format!("http://[{address}]:{port}/") });
    }
    let socket = text.split_once("://").and_then(|(scheme, rest)| match scheme {
        "http+unix" | "unix+http" => Some(rest),
        _ => rest.strip_prefix("unix:").filter(|path| path.starts_with('/')),
    });
    if let Some(path) = socket {
        return Err(TargetError::Slip { text: text.to_owned(), meant: format!("unix:{path}") });
    }
    let Some((scheme, rest)) = text.split_once(':') else { return Ok(()) };
    let scheme = scheme.to_ascii_lowercase();
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

/// What begins as a path does: that of a socket, a host with the two slashes of a URL, or what an app is asked for.
fn refuse_path(text: &str) -> TargetError {
    let behind = text.trim_start_matches(['/', '\\']);
    let host = behind.split(['/', '\\', '?']).next().unwrap_or_default();
    if cfg!(unix) && is_socket_file(text) {
        return not_whole(text, text);
    }
    if text.len() - behind.len() == 2 && (host.contains(['.', ':']) || host == "localhost") {
        return TargetError::Slip { text: text.to_owned(), meant: format!("http://{behind}") };
    }
    TargetError::PathOnly(format!("/{}", text.trim_start_matches(['.', '/', '\\'])))
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
    let parsed = Url::parse(url).map_err(|error| match error {
        url::ParseError::InvalidPort => TargetError::Port(written_port(url).to_owned()),
        url::ParseError::InvalidIpv6Address if text.contains('%') => TargetError::Zone(text.to_owned()),
        _ if text.contains(char::is_whitespace) => TargetError::Space(text.to_owned()),
        error => malformed(error.to_string()),
    })?;
    // What a URL may have as its host is more than what any resolver knows.
    if let Some(Host::Domain(name)) = parsed.host()
        && (!name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            || name.strip_suffix('.').unwrap_or(name).split('.').any(str::is_empty))
    {
        return Err(TargetError::HostName(name.to_owned()));
    }
    // `htp:/x` and `localhost:3000` both parse as a scheme with a path; the first two cases above leave no such thing.
    if parsed.host_str().is_none() { Err(malformed("it has no host".into())) } else { Ok(parsed) }
}

/// What stands where a URL has its port.
fn written_port(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '\\', '?', '#']).next();
    let host = authority.unwrap_or_default().rsplit('@').next().unwrap_or_default();
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    behind.split_once(':').map_or("", |(_, port)| port)
}

/// Whether a URL names this machine: by a loopback address, as `localhost` (RFC 6761, section 6.3), or by a socket.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        None => url.scheme() == "unix",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => is_loopback_name(name),
    }
}

/// Whether a URL names something that only a network of its own can reach: a private or special address, or a name that
/// public name servers do not know.
pub(crate) fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_private_v4(address),
        Some(Host::Ipv6(address)) => match address.to_ipv4_mapped() {
            Some(address) => is_private_v4(address),
            None => {
                address.is_loopback()
                    || address.is_unspecified()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
            }
        },
        Some(Host::Domain(_)) => is_local_name(url),
        None => true,
    }
}

/// RFC 1918, RFC 6598 (100.64/10), this machine, this network, and what a link assigns itself.
fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    address.is_private() || address.is_loopback() || address.is_link_local() || first == 0 || shared
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

/// A target with the query of an arrival, and with its path where that is wanted: what the listener was asked for goes
/// on to the app. The target's own path and query come first; the root adds nothing to a path, where a slash at its end
/// would be another one.
pub(crate) fn carry_on(target: &Url, arrival: &str, with_path: bool) -> Url {
    let (path, query) = arrival.split_once('?').map_or((arrival, None), |(path, query)| (path, Some(query)));
    let mut url = target.clone();
    if with_path && path.starts_with('/') && path != "/" {
        let socket = if socket_parts(target).is_some() && !target.path().contains(":/") { ":" } else { "" };
        url.set_path(&format!("{}{socket}{path}", target.path().trim_end_matches('/')));
    }
    let own = target.query().filter(|own| !own.is_empty());
    match (own, query.filter(|query| !query.is_empty())) {
        (Some(own), Some(query)) => url.set_query(Some(&format!("{own}&{query}"))),
        (None, Some(query)) => url.set_query(Some(query)),
        (_, None) => {}
    }
    url
}

#[cfg(test)]
mod tests;
