//! Who makes a tunnel: what a user writes, the command line that it becomes, and how its program is got.

use crate::protocol::closest::find_closest;
use crate::system;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// The place of the local port in a command line.
const PORT: &str = "{port}";

/// Names of providers, for who mistypes one.
const NAMES: [&str; 4] = ["cloudflared", "ngrok", "bore", "ssh"];

/// Who makes the tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TunnelProvider {
    /// A quick tunnel of Cloudflare's.
    Cloudflared,
    /// The agent of ngrok.
    Ngrok,
    /// bore, by way of this server.
    Bore(String),
    /// A port of another machine, forwarded by OpenSSH.
    Ssh(SshLogin),
    /// Any command; `{port}` stands for the local port.
    Command(String),
}

/// A login on another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshLogin {
    /// The user, where it is not the one that ssh's configuration says.
    pub user: Option<String>,
    /// The machine, an IPv6 address in brackets.
    pub host: String,
    /// The port, where it is not the one that ssh's configuration says.
    pub port: Option<u16>,
}

/// Why text names no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TunnelProviderError {
    /// Nobody is called that.
    #[error(
        "unknown tunnel '{text}'; use cloudflared, ngrok, bore:SERVER, ssh:USER@HOST or 'COMMAND {{port}}'{}",
        nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
    )]
    Unknown {
        text: String,
        /// What may have been meant.
        nearest: Option<&'static str>,
    },
    /// bore needs to know where its server is.
    #[error("bore needs a server: bore:bore.pub, or one of your own")]
    NoServer,
    /// ssh needs to know where to.
    #[error("ssh needs a host: ssh:USER@HOST or ssh:USER@HOST:PORT")]
    NoHost,
    /// Something that is no host, user or port.
    #[error("'{0}' is not a host")]
    Host(String),
    /// A login name.
    #[error("'{0}' is not a user name")]
    User(String),
    #[error("'{0}' is not a port; ports are 1 to 65535")]
    Port(String),
    /// A command that is not told the port.
    #[error("a tunnel command needs {{port}} for the local port, like 'lt --port {{port}}'")]
    NoPlace,
}

impl FromStr for TunnelProvider {
    type Err = TunnelProviderError;

    fn from_str(text: &str) -> Result<Self, TunnelProviderError> {
        let text = text.trim();
        if text.contains(PORT) {
            return Ok(Self::Command(text.to_owned()));
        }
        match text.split_once(':') {
            None => match text {
                "cloudflared" => Ok(Self::Cloudflared),
                "ngrok" => Ok(Self::Ngrok),
                "bore" => Err(TunnelProviderError::NoServer),
                "ssh" => Err(TunnelProviderError::NoHost),
                command if command.contains(' ') => Err(TunnelProviderError::NoPlace),
                _ => Err(unknown_provider(text)),
            },
            Some(("bore", server)) => match parse_host(server) {
                Ok(server) => Ok(Self::Bore(server)),
                Err(_) if server.is_empty() => Err(TunnelProviderError::NoServer),
                Err(error) => Err(error),
            },
            Some(("ssh", "")) => Err(TunnelProviderError::NoHost),
            Some(("ssh", login)) => login.parse().map(Self::Ssh),
            Some(_) if text.contains(' ') => Err(TunnelProviderError::NoPlace),
            Some(_) => Err(unknown_provider(text)),
        }
    }
}

fn unknown_provider(text: &str) -> TunnelProviderError {
    let name = text.split(':').next().unwrap_or_default();
    TunnelProviderError::Unknown { text: text.to_owned(), nearest: find_closest(name, NAMES.iter().copied()) }
}

impl FromStr for SshLogin {
    type Err = TunnelProviderError;

    fn from_str(text: &str) -> Result<Self, TunnelProviderError> {
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, text),
        };
        if let Some(user) = user.filter(|user| !is_name(user, "._-+~@")) {
            return Err(TunnelProviderError::User(user.to_owned()));
        }
        // The colons of a bare IPv6 address are not followed by a port.
        let (name, port) = match rest.rsplit_once(':') {
            Some((name, port)) if name.ends_with(']') || !name.contains(':') => (name, Some(port)),
            _ => (rest, None),
        };
        let port = port.map(|port| match port.parse() {
            Ok(number @ 1..) => Ok(number),
            _ => Err(TunnelProviderError::Port(port.to_owned())),
        });
        Ok(Self { user: user.map(str::to_owned), host: parse_host(name)?, port: port.transpose()? })
    }
}

/// Letters, digits and a few signs; none of them in front, where it would be taken for an option.
fn is_name(text: &str, signs: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

/// A host's name or address as a URL has it.
fn parse_host(text: &str) -> Result<String, TunnelProviderError> {
    let wrong = || TunnelProviderError::Host(text.to_owned());
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if bare.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok(format!("[{bare}]"));
    }
    let named = is_name(text, ".-_") && url::Host::parse(text).is_ok();
    if named { Ok(text.to_owned()) } else { Err(wrong()) }
}

impl fmt::Display for TunnelProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cloudflared => f.write_str("cloudflared"),
            Self::Ngrok => f.write_str("ngrok"),
            Self::Bore(server) => write!(f, "bore:{server}"),
            Self::Ssh(login) => write!(f, "ssh:{}", login.destination()),
            Self::Command(command) => f.write_str(command),
        }
    }
}

impl SshLogin {
    fn destination(&self) -> String {
        match &self.user {
            Some(user) => format!("{user}@{}", self.host),
            None => self.host.clone(),
        }
    }

    /// The line by which a service that gives out addresses of its own is recognised, as far as such are known.
    pub(super) fn service(&self) -> Option<&'static str> {
        match self.host.as_str() {
            "localhost.run" | "ssh.localhost.run" => Some("tunneled with tls termination"),
            "serveo.net" => Some("Forwarding HTTP traffic from"),
            _ => None,
        }
    }

    fn command(&self, local: SocketAddr) -> Vec<String> {
        let mut words = vec!["ssh".to_owned(), "-T".into(), "-a".into(), "-x".into()];
        let options = [
            // There is nobody to answer a question.
            "BatchMode=yes",
            // A forwarding that is refused is no tunnel.
            "ExitOnForwardFailure=yes",
            // A dead connection is noticed.
            "ServerAliveInterval=15",
            "ServerAliveCountMax=3",
            "ConnectTimeout=15",
            // A shared connection would hold the forwarding after this one has ended.
            "ControlMaster=no",
            "ControlPath=none",
            // The port is told at this level.
            "LogLevel=INFO",
        ];
        options.iter().for_each(|option| words.extend(["-o".into(), (*option).into()]));
        words.extend(self.port.into_iter().flat_map(|port| ["-p".to_owned(), port.to_string()]));
        match self.service() {
            // The address is said in the session.
            Some(_) => words.extend(["-R".into(), format!("80:{local}")]),
            None => words.extend(["-N".into(), "-R".into(), format!("*:0:{local}")]),
        }
        words.push(self.destination().replace(['[', ']'], ""));
        words
    }
}

impl TunnelProvider {
    /// Reads the command line that makes a tunnel to a local address; its first word is the program.
    pub(crate) fn command(&self, local: SocketAddr) -> Vec<OsString> {
        let words = match self {
            Self::Cloudflared => {
                vec![
                    "cloudflared".to_owned(),
                    "tunnel".into(),
                    "--no-autoupdate".into(),
                    "--url".into(),
                    format!("http://{local}"),
                ]
            }
            Self::Ngrok => {
                let words = ["ngrok", "http", "--log", "stdout", "--log-format", "json"];
                words.into_iter().map(str::to_owned).chain([local.to_string()]).collect()
            }
            Self::Bore(server) => {
                let port = local.port().to_string();
                let host = local.ip().to_string();
                ["bore", "local", &port, "--local-host", &host, "--to", server].map(str::to_owned).into()
            }
            Self::Ssh(login) => login.command(local),
            Self::Command(command) => system::shell_words(command.replace(PORT, &local.port().to_string())),
        };
        words.into_iter().map(OsString::from).collect()
    }

    /// The program that has to be installed, and how; `None` where the user's own shell line runs.
    pub(crate) fn program(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Cloudflared => Some((
                "cloudflared",
                "brew install cloudflared, or https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads/",
            )),
            Self::Ngrok => {
                Some(("ngrok", "brew install ngrok, or https://ngrok.com/download; then: ngrok config add-authtoken"))
            }
            Self::Bore(_) => Some(("bore", "cargo install bore-cli, or brew install bore-cli")),
            Self::Ssh(_) => Some(("ssh", "apt-get install openssh-client")),
            Self::Command(_) => None,
        }
    }

    /// What to do where it ends early and says no more than it says.
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            Self::Ssh(login) => {
                let port = login.port.map(|port| format!(" -p {port}")).unwrap_or_default();
                let destination = login.destination().replace(['[', ']'], "");
                Some(format!("ssh cannot ask questions here; connect once by hand: ssh{port} {destination}"))
            }
            Self::Ngrok => Some("a new agent needs its token: ngrok config add-authtoken".into()),
            Self::Cloudflared | Self::Bore(_) | Self::Command(_) => None,
        }
    }

    /// A word that names the provider in a sentence.
    pub(crate) fn name(&self) -> &'static str {
        self.program().map_or("the tunnel", |(name, _)| name)
    }

    /// The machine at which a plain http address will be, where that is known beforehand.
    pub(crate) fn plain_host(&self) -> Option<&str> {
        match self {
            Self::Bore(server) => Some(server),
            Self::Ssh(login) if login.service().is_none() => Some(&login.host),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let provider: TunnelProvider = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(provider.to_string().parse(), Ok(provider.clone()), "{text}");
        let words = provider.command("127.0.0.1:4242".parse().unwrap());
        words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_provider_has_its_command_line() {
        assert_eq!(line("cloudflared"), "cloudflared tunnel --no-autoupdate --url http://127.0.0.1:4242");
        assert_eq!(line("ngrok"), "ngrok http --log stdout --log-format json 127.0.0.1:4242");
        assert_eq!(line("bore:bore.pub"), "bore local 4242 --local-host 127.0.0.1 --to bore.pub");
        assert_eq!(line("lt --port {port}"), "/bin/sh -c lt --port 4242");
        let own = line("ssh:me@example.com");
        assert!(own.ends_with(" -N -R *:0:127.0.0.1:4242 me@example.com"), "{own}");
        let service = line("ssh:nokey@localhost.run");
        assert!(service.ends_with(" -R 80:127.0.0.1:4242 nokey@localhost.run"), "{service}");
        assert!(!service.contains(" -N "), "{service}");
    }

    #[test]
    fn logins_have_ports_and_addresses() {
        let read = |text: &str| text.parse::<SshLogin>().map(|l| (l.user, l.host, l.port));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("me@host:2222"), Ok((some("me"), "host".into(), Some(2222))));
        assert_eq!(read("host"), Ok((None, "host".into(), None)));
        assert_eq!(read("me@[::1]:22"), Ok((some("me"), "[::1]".into(), Some(22))));
        assert_eq!(read("me@::1"), Ok((some("me"), "[::1]".into(), None)));
        assert_eq!(read("me@host:0"), Err(TunnelProviderError::Port("0".into())));
    }

    #[test]
    fn nothing_becomes_an_option_of_another_program() {
        for bad in
            ["ssh:-oProxyCommand=x", "ssh:-l@host", "ssh:me@-x", "bore:-x", "bore:a b", "ssh:me@ho;st", "bore:h:1"]
        {
            assert!(bad.parse::<TunnelProvider>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_provider_says_what_is() {
        for (text, part) in [
            ("cloudflare", "did you mean cloudflared?"),
            ("ngrock", "did you mean ngrok?"),
            ("bore", "bore:bore.pub"),
            ("bore:", "bore:bore.pub"),
            ("ssh:", "ssh:USER@HOST"),
            ("lt --port 3000", "{port}"),
            ("", "use cloudflared"),
            ("telnet:x", "unknown tunnel"),
        ] {
            let message = text.parse::<TunnelProvider>().unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
