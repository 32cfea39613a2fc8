//! Names of this machine, resolved without asking anybody: `*.localhost` means the loopback addresses (RFC 6761,
//! section 6.3), as curl and browsers have it. `localhost` itself is the resolver's, whose hosts file may know better.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// Resolves names that [`is_loopback`](super::is_loopback) takes for this machine.
#[derive(Debug)]
pub(super) struct LoopbackNames;

impl Resolve for LoopbackNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().trim_end_matches('.').to_owned();
            let addresses: Vec<SocketAddr> = match name.ends_with(".localhost") {
                true => vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()],
                false => tokio::net::lookup_host((name, 0)).await?.collect(),
            };
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_below_localhost_are_this_machine() {
        for name in ["app.localhost", "a.b.localhost"] {
            let found: Vec<SocketAddr> = LoopbackNames.resolve(name.parse().unwrap()).await.unwrap().collect();
            assert_eq!(found.len(), 2);
            assert!(found.iter().all(|address| address.ip().is_loopback()), "{found:?}");
        }
    }
}
