//! ngrok's agent: an API on this machine that says where its tunnels lead.

use crate::clock::SharedClock;
use crate::exchange::{BodyEncoding, HttpClient, RequestOverrides};
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use http::Method;
use serde::Deserialize;
use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// How often it is asked: the tunnel is not there as soon as the API is.
const PAUSE: Duration = Duration::from_millis(250);

/// Times it is asked: a quarter of a minute.
const TIMES: usize = 60;

#[derive(Deserialize)]
struct AgentResponse {
    tunnels: Vec<AgentTunnel>,
}

#[derive(Deserialize)]
struct AgentTunnel {
    public_url: String,
    #[serde(default)]
    config: AgentTunnelConfig,
}

#[derive(Deserialize, Default)]
struct AgentTunnelConfig {
    #[serde(default)]
    addr: String,
}

/// Asks until it names a public address for a local port.
pub(super) async fn poll_agent(agent: SocketAddr, local: SocketAddr, clock: SharedClock) -> Option<Url> {
    let url = Url::parse(&format!("http://{agent}/api/tunnels")).ok()?;
    let request = OutgoingRequest { url, headers: Vec::new(), body: RawBody::new("") };
    let get = RequestOverrides { method: Method::GET, manner: BodyEncoding::Whole };
    let exchange = HttpClient::new();
    for _ in 0..TIMES {
        let ended = exchange.send(&request, Some(&get), Some(Duration::from_secs(2))).await;
        if let AttemptOutcome::Answered(answer) = ended.outcome
            && let Some(url) = parse_address(&answer.body, local.port())
        {
            return Some(url);
        }
        clock.sleep(PAUSE).await;
    }
    None
}

/// The public address that leads to a port, https before http.
fn parse_address(body: &[u8], port: u16) -> Option<Url> {
    let answer: AgentResponse = serde_json::from_slice(body).ok()?;
    let ours = answer.tunnels.iter().filter(|tunnel| tunnel.config.addr.ends_with(&format!(":{port}")));
    let urls: Vec<Url> = ours.filter_map(|tunnel| Url::parse(&tunnel.public_url).ok()).collect();
    let with = |scheme: &str| urls.iter().find(|url| url.scheme() == scheme).cloned();
    with("https").or_else(|| with("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tunnel_to_our_port_is_taken() {
        let body = br#"{"tunnels":[
            {"name":"a","public_url":"https://other.ngrok.app","proto":"https","config":{"addr":"http://localhost:3000"}},
            {"name":"b","public_url":"tcp://0.tcp.ngrok.io:1","proto":"tcp","config":{"addr":"localhost:4242"}},
            {"name":"c","public_url":"http://ours.ngrok.app","proto":"http","config":{"addr":"http://127.0.0.1:4242"}},
            {"name":"d","public_url":"https://ours.ngrok.app","proto":"https","config":{"addr":"http://127.0.0.1:4242"}}
        ],"uri":"/api/tunnels"}"#;
        assert_eq!(parse_address(body, 4242).unwrap().as_str(), "https://ours.ngrok.app/");
        assert_eq!(parse_address(body, 4243), None);
        assert_eq!(parse_address(b"{\"tunnels\":[]}", 4242), None);
        assert_eq!(parse_address(b"<html>", 4242), None);
    }
}
