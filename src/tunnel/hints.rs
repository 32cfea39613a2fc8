//! Where a tunnel can be reached, read off what its program writes. Foreign text: nothing in it is taken but addresses.

use super::provider::TunnelProvider;
use std::net::SocketAddr;
use url::{Host, Url};

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TunnelHint {
    /// A public address.
    Address(Url),
    /// Where an agent's API answers.
    Agent(SocketAddr),
}

/// Reads lines.
pub(super) struct TunnelHintParser {
    provider: TunnelProvider,
    local: SocketAddr,
    loopback: bool,
    /// An address whose host is not served yet.
    announced: Option<Url>,
}

impl TunnelHintParser {
    pub(super) fn new(provider: TunnelProvider, local: SocketAddr, loopback: bool) -> Self {
        Self { provider, local, loopback, announced: None }
    }

    /// What a line says, in the order in which it says it.
    pub(super) fn parse_line(&mut self, line: &str) -> Vec<TunnelHint> {
        match &self.provider {
            TunnelProvider::Cloudflared => self.parse_cloudflared(line).into_iter().map(TunnelHint::Address).collect(),
            TunnelProvider::Ngrok => parse_ngrok(line),
            TunnelProvider::Bore(_) => text_after(line, "listening at ")
                .and_then(parse_plain_address)
                .map(TunnelHint::Address)
                .into_iter()
                .collect(),
            TunnelProvider::Ssh(login) => match login.service() {
                Some(mark) if line.contains(mark) => find_addresses(line, |url| url.scheme() == "https"),
                Some(_) => Vec::new(),
                None => {
                    let port = text_after(line, "Allocated port ").and_then(|port| port.parse::<u16>().ok());
                    port.and_then(|port| parse_plain_address(&format!("{}:{port}", login.host)))
                        .map(TunnelHint::Address)
                        .into_iter()
                        .collect()
                }
            },
            TunnelProvider::Command(_) => find_addresses(line, |url| self.is_public(url)),
        }
    }

    /// The address comes first, in a box, and the connection that serves it later. Who asks the name system for the host
    /// too early is told for half an hour that there is none.
    fn parse_cloudflared(&mut self, line: &str) -> Option<Url> {
        let quick = |url: &Url| {
            let host = url.host_str().unwrap_or_default();
            url.scheme() == "https" && host.ends_with(".trycloudflare.com") && host != "api.trycloudflare.com"
        };
        if let Some(url) = find_urls(line).find(quick) {
            self.announced = Some(url);
        }
        let connected = line.contains("Registered tunnel connection") || line.contains(" registered connIndex=");
        self.announced.take_if(|_| connected)
    }

    /// Programs also print the address of what they lead to, and of a page of their own on this machine.
    fn is_public(&self, url: &Url) -> bool {
        let here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
            Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => true,
        };
        !here || self.loopback && url.port() != Some(self.local.port())
    }
}

/// The word behind a mark.
fn text_after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    line.split_once(mark)?.1.split_whitespace().next()
}

/// A plain http address. A server that listens everywhere is not called by that address.
fn parse_plain_address(authority: &str) -> Option<Url> {
    Url::parse(&format!("http://{authority}")).ok().filter(|url| url.port().is_some() || url.host().is_some())
}

fn find_addresses(line: &str, fits: impl Fn(&Url) -> bool) -> Vec<TunnelHint> {
    find_urls(line).filter(|url| fits(url)).map(TunnelHint::Address).collect()
}

/// The http and https URLs of a line, as people read them: up to a space, a quote or a bracket, without the full stop
/// behind it.
fn find_urls(line: &str) -> impl Iterator<Item = Url> + '_ {
    let starts = line.match_indices("http").filter(|(at, _)| {
        let rest = &line[*at..];
        rest.starts_with("http://") || rest.starts_with("https://")
    });
    starts.filter_map(|(at, _)| {
        let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`<>()[]{}|\\,;".contains(c);
        let rest = &line[at..];
        // An IPv6 address stands in brackets.
        let bracket = rest.find("://[").map_or(0, |start| rest[start..].find(']').map_or(0, |end| start + end + 1));
        let length = rest[bracket..].find(ends).map_or(rest.len(), |end| bracket + end);
        let url = Url::parse(rest[..length].trim_end_matches(['.', ':', '!', '…'])).ok()?;
        (url.username().is_empty() && url.password().is_none()).then_some(url)
    })
}

/// A log line, as an object: where the agent's API is, and what the tunnel's address is.
fn parse_ngrok(line: &str) -> Vec<TunnelHint> {
    #[derive(serde::Deserialize)]
    struct NgrokLogLine {
        msg: String,
        #[serde(default)]
        addr: String,
        #[serde(default)]
        url: String,
    }
    let Ok(logged) = serde_json::from_str::<NgrokLogLine>(line) else { return Vec::new() };
    let clue = match logged.msg.as_str() {
        "starting web service" => logged.addr.parse().ok().map(TunnelHint::Agent),
        // Where the API is switched off, the log still says it.
        "started tunnel" => Url::parse(&logged.url).ok().filter(|url| url.scheme() == "https").map(TunnelHint::Address),
        _ => None,
    };
    clue.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(provider: &str, loopback: bool, output: &str) -> Vec<String> {
        let mut finder = TunnelHintParser::new(provider.parse().unwrap(), "127.0.0.1:4242".parse().unwrap(), loopback);
        let clues = output.lines().flat_map(|line| finder.parse_line(line));
        clues
            .map(|clue| match clue {
                TunnelHint::Address(url) => url.to_string(),
                TunnelHint::Agent(address) => format!("agent {address}"),
            })
            .collect()
    }

    #[test]
    fn cloudflared_is_believed_once_it_is_connected() {
        let output = "\
2023-04-18T14:06:46Z INF Thank you for trying Cloudflare Tunnel. See https://developers.cloudflare.com/cloudflare-one
2023-04-18T14:06:49Z INF |  https://buffalo-marco-cardiff-motel.trycloudflare.com                                     |
2023-04-18T14:06:49Z INF Version 2023.4.0";
        assert!(found("cloudflared", false, output).is_empty());
        let connected =
            format!("{output}\n2023-04-18T14:06:50Z INF Registered tunnel connection connIndex=0 ip=1.2.3.4");
        assert_eq!(found("cloudflared", false, &connected), ["https://buffalo-marco-cardiff-motel.trycloudflare.com/"]);
        let failed = "ERR failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": timeout";
        let failed = format!("{failed}\nINF Registered tunnel connection");
        assert!(found("cloudflared", false, &failed).is_empty());
    }

    #[test]
    fn ngrok_says_where_its_agent_is_and_what_it_started() {
        let output = r#"t=2024 lvl=info msg="no object"
{"addr":"127.0.0.1:4041","allow_hosts":[],"lvl":"info","msg":"starting web service","obj":"web","t":"2024"}
{"addr":"http://127.0.0.1:4242","lvl":"info","msg":"started tunnel","name":"command_line","obj":"tunnels","t":"2024","url":"https://a-b.ngrok-free.app"}"#;
        assert_eq!(found("ngrok", false, output), ["agent 127.0.0.1:4041", "https://a-b.ngrok-free.app/"]);
    }

    #[test]
    fn bore_and_ssh_name_a_port() {
        let bore = "2026 INFO bore_cli::client: connected to server remote_port=20027
2026 INFO bore_cli::client: listening at bore.pub:20027";
        assert_eq!(found("bore:bore.pub", false, bore), ["http://bore.pub:20027/"]);
        let ssh = "Allocated port 38833 for remote forward to 127.0.0.1:4242";
        assert_eq!(found("ssh:me@example.com:22", false, ssh), ["http://example.com:38833/"]);
        assert_eq!(found("ssh:me@::1", false, ssh), ["http://[::1]:38833/"]);
    }

    #[test]
    fn services_by_ssh_name_an_address_among_others() {
        let run = "Welcome to localhost.run! Follow https://twitter.com/localhost_run. See https://admin.localhost.run/
** your connection id is 7d5c **
a1b2c3.lhr.life tunneled with tls termination, https://a1b2c3.lhr.life";
        assert_eq!(found("ssh:nokey@localhost.run", false, run), ["https://a1b2c3.lhr.life/"]);
        let serveo = "Forwarding HTTP traffic from https://abc.serveo.net";
        assert_eq!(found("ssh:serveo.net", false, serveo), ["https://abc.serveo.net/"]);
    }

    #[test]
    fn any_command_names_it_somewhere() {
        let output = "forwarding http://localhost:4242 (see http://127.0.0.1:4040/status)
your url is: \"https://four-two.loca.lt\".";
        assert_eq!(found("lt {port}", false, output), ["https://four-two.loca.lt/"]);
        assert_eq!(
            found("x {port}", true, "http://127.0.0.1:4242 http://127.0.0.1:9000/x"),
            ["http://127.0.0.1:9000/x"]
        );
        assert_eq!(found("x {port}", true, "(http://[::1]:9000/x), ok"), ["http://[::1]:9000/x"]);
        assert!(found("x {port}", false, "httpx://a http:// https://me:pw@h/ ftp://x").is_empty());
    }
}
