//! What keeps a tunnel from leading here, in words, with what its program said last.

use crate::error::{Error, ErrorCategory};
use crate::tunnel::{START_LIMIT, Tunnel, TunnelProvider};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use url::Url;

/// A listener on every address is reached at the loopback one.
pub(super) fn reachable(mut local: SocketAddr) -> SocketAddr {
    if local.ip().is_unspecified() {
        local.set_ip(if local.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    local
}

/// What a program said last, to follow a sentence about it.
pub(super) fn last_words(tunnel: &Tunnel) -> String {
    tunnel.last_words().iter().fold(String::new(), |words, line| words + "\n" + line)
}

pub(super) fn with_advice(provider: &TunnelProvider, message: String) -> Error {
    let told = Error::new(ErrorCategory::Network, message);
    match provider.advice() {
        Some(advice) => told.hint(advice),
        None => told,
    }
}

pub(super) fn no_address(provider: &TunnelProvider, tried: Option<(Url, String)>, last_words: &str) -> Error {
    let name = provider.name();
    let Some((target, what)) = tried else {
        let limit = START_LIMIT.as_secs();
        return Error::new(
            ErrorCategory::Network,
            format!("{name} did not print a public address within {limit} s{last_words}"),
        );
    };
    let told =
        Error::new(ErrorCategory::Network, format!("{target} does not lead to this listener: {what}{last_words}"));
    match provider {
        TunnelProvider::Ssh(_) => told.hint(
            "an SSH server does not open forwarded ports to others unless its sshd_config has: GatewayPorts \
                clientspecified",
        ),
        _ => told,
    }
}
