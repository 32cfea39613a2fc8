//! Where deliveries may go by plain http beside this machine: the names and networks of containers and laboratories that
//! `--allow-target` lists. The service itself takes public https alone.

use std::net::IpAddr;
use url::{Host, Url};

/// A host by its name, or a network of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AllowedTarget {
    /// A name, in lower case.
    Name(String),
    /// The addresses that begin with the first `prefix` bits of this one.
    Network {
        /// The network's address.
        address: IpAddr,
        /// How many of its bits count.
        prefix: u32,
    },
}

impl AllowedTarget {
    /// Whether a URL leads there. A name is compared as it is written: nothing is looked up.
    pub(super) fn includes(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (Self::Name(name), Some(Host::Domain(host))) => host.trim_end_matches('.').eq_ignore_ascii_case(name),
            (Self::Network { address, prefix }, Some(Host::Ipv4(host))) => is_within(host.into(), *address, *prefix),
            (Self::Network { address, prefix }, Some(Host::Ipv6(host))) => {
                is_within(host.into(), *address, *prefix) || is_within(host.to_canonical(), *address, *prefix)
            }
            _ => false,
        }
    }
}

/// Whether two addresses of one family agree in their first bits.
fn is_within(host: IpAddr, network: IpAddr, prefix: u32) -> bool {
    match (host, network) {
        (IpAddr::V4(host), IpAddr::V4(network)) => (host.to_bits() ^ network.to_bits()).leading_zeros() >= prefix,
        (IpAddr::V6(host), IpAddr::V6(network)) => (host.to_bits() ^ network.to_bits()).leading_zeros() >= prefix,
        _ => false,
    }
}

impl std::fmt::Display for AllowedTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Network { address, prefix } => write!(f, "{address}/{prefix}"),
        }
    }
}

impl std::str::FromStr for AllowedTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") || text.contains('@') {
            return Err(format!("'{text}' is more than a host; write the host alone, like app or 10.0.0.0/8"));
        }
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        if let Ok(address) = bare.parse::<IpAddr>() {
            let longest = if address.is_ipv4() { 32 } else { 128 };
            let digits = |prefix: &str| prefix.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = match prefix {
                None => Some(longest),
                Some(prefix) => prefix.parse().ok().filter(|bits| digits(prefix) && *bits <= longest),
            };
            return match prefix {
                Some(prefix) => Ok(Self::Network { address, prefix }),
                None => Err(format!("'{text}' is not a network; behind the slash is a number from 0 to {longest}")),
            };
        }
        if prefix.is_some() {
            return Err(format!("'{text}' is neither a host nor a network; write one like app or 10.0.0.0/8"));
        }
        if text.contains(':') {
            return Err(format!("'{text}' has a port; every port of a host is allowed, so write the host alone"));
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) => Ok(Self::Name(name.trim_end_matches('.').to_owned())),
            _ => Err(format!("'{text}' is not a host; write one like app or 10.0.0.0/8")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_networks_include_what_they_name() {
        let includes =
            |allowed: &str, url: &str| allowed.parse::<AllowedTarget>().unwrap().includes(&Url::parse(url).unwrap());
        for (allowed, url) in [
            ("app", "http://app:3000/hook"),
            ("App.", "http://APP./"),
            ("10.0.0.0/8", "http://10.200.0.1:80/"),
            ("172.17.0.9/16", "http://172.17.255.255/"),
            ("192.168.1.7", "http://192.168.1.7/"),
            ("0.0.0.0/0", "http://8.8.8.8/"),
            ("fd00::/8", "http://[fd12::1]/"),
            ("[fd00::1]", "http://[fd00::1]:81/"),
            ("10.0.0.0/8", "http://[::ffff:10.1.2.3]/"),
        ] {
            assert!(includes(allowed, url), "{allowed} {url}");
        }
        for (allowed, url) in [
            ("app", "http://app.example.com/"),
            ("app", "http://xapp/"),
            ("10.0.0.0/8", "http://11.0.0.1/"),
            ("10.0.0.0/8", "http://app/"),
            ("192.168.1.7", "http://192.168.1.8/"),
            ("0.0.0.0/0", "http://[fd00::1]/"),
        ] {
            assert!(!includes(allowed, url), "{allowed} {url}");
        }
    }

    #[test]
    fn what_is_neither_is_refused_in_words() {
        for (text, words) in [
            ("http://app", "write the host alone"),
            ("app:3000", "write the host alone"),
            ("10.0.0.0/33", "from 0 to 32"),
            ("10.0.0.0/+8", "from 0 to 32"),
            ("fd00::/129", "from 0 to 128"),
            ("app/8", "neither a host nor a network"),
            ("", "is not a host"),
            ("a b", "is not a host"),
        ] {
            let message = text.parse::<AllowedTarget>().unwrap_err();
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
