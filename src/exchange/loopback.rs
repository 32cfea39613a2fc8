//! The way to this machine: the names that mean it, without a resolver, and connections of who speaks for itself.

use crate::protocol::target::{LOOPBACK_ADDRESSES, is_loopback_name, socket_parts};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::{Host, Url};

/// Answers for `localhost` and the names below it, and for nothing else.
#[derive(Debug)]
pub(super) struct LoopbackResolver;

impl Resolve for LoopbackResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let known = is_loopback_name(name.as_str());
        Box::pin(async move {
            let addresses = LOOPBACK_ADDRESSES.map(|address| SocketAddr::new(address, 0));
            match known {
                true => Ok(Box::new(addresses.into_iter()) as Addrs),
                false => Err("failed to lookup address".into()),
            }
        })
    }
}

/// A connection, to a port or to a socket.
pub(crate) trait PlainStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> PlainStream for S {}

/// Connects to a URL's host and port, or to its socket, and says nothing.
///
/// # Errors
/// Nobody answers there, or nobody knows the name.
pub(crate) async fn connect_to(url: &Url) -> io::Result<Box<dyn PlainStream>> {
    if let Some((socket, _)) = socket_parts(url) {
        return connect_to_socket(&socket).await;
    }
    let stream = connect_to_port(url).await?;
    stream.set_nodelay(true)?;
    Ok(Box::new(stream))
}

#[cfg(unix)]
async fn connect_to_socket(path: &Path) -> io::Result<Box<dyn PlainStream>> {
    Ok(Box::new(tokio::net::UnixStream::connect(path).await?))
}

/// The runtime knows none here.
#[cfg(not(unix))]
async fn connect_to_socket(_: &Path) -> io::Result<Box<dyn PlainStream>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "sockets can be reached on Unix only"))
}

async fn connect_to_port(url: &Url) -> io::Result<TcpStream> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Domain(name)) if is_loopback_name(name) => {
            TcpStream::connect(&LOOPBACK_ADDRESSES.map(|address| SocketAddr::new(address, port))[..]).await
        }
        Some(Host::Domain(name)) => TcpStream::connect((name, port)).await,
        Some(Host::Ipv4(address)) => TcpStream::connect((address, port)).await,
        Some(Host::Ipv6(address)) => TcpStream::connect((address, port)).await,
        None => Err(io::ErrorKind::InvalidInput.into()),
    }
}
