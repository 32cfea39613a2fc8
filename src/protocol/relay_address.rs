//! `nats://HOST[:PORT][,…]/SUBJECT`: where a stream is, read from what somebody typed.

use super::closest::is_slip;
use super::event::EventType;
use std::fmt;

/// Servers of one cluster, and a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelayAddress {
    /// `nats://host:port` or `tls://host:port`, at least one.
    pub servers: Vec<String>,
    /// What the subjects of all events begin with.
    pub subject: String,
    /// The one event that is meant, where one is named behind the subject.
    pub event: Option<EventType>,
}

const EXAMPLE: &str = "write it like nats://127.0.0.1:4222/webhooks";

impl RelayAddress {
    /// Whether somebody means one.
    pub(crate) fn is_one(text: &str) -> bool {
        text.starts_with("nats://") || text.starts_with("tls://")
    }

    /// Reads one. A user name or password in it is refused and not repeated: it would be seen in lists of processes.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = ["nats://", "tls://"]
            .into_iter()
            .find_map(|scheme| text.strip_prefix(scheme).map(|rest| (scheme, rest)))
            .ok_or_else(|| format!("an address of a relay begins with nats:// or tls://; {EXAMPLE}"))?;
        if rest.contains('@') {
            return Err("credentials do not belong in an address: name their file with --nats-creds".into());
        }
        let (hosts, subject) = rest.split_once('/').unwrap_or((rest, ""));
        let servers = hosts.split(',').map(|host| read_server(scheme, host)).collect::<Result<Vec<_>, _>>()?;
        let subject = subject.trim_end_matches('/');
        if subject.is_empty() {
            return Err(format!("the subject is missing; {EXAMPLE}"));
        }
        if let Some(bad) = subject.split('.').find(|part| !is_token(part)) {
            let why = if bad.is_empty() { "an empty part".to_owned() } else { format!("{bad:?}") };
            return Err(format!("{why} cannot be part of a subject: letters, digits, - and _, separated by dots"));
        }
        let (subject, event) = split_event(subject)?;
        Ok(Self { servers, subject, event })
    }

    /// The event that somebody may have meant by the end of a subject that is none.
    pub(crate) fn misspelt_event(&self) -> Option<&'static str> {
        let (_, last) = self.subject.rsplit_once('.').filter(|_| self.event.is_none())?;
        EventType::ALL.into_iter().map(EventType::short_name).find(|event| is_slip(last, event))
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, server) in self.servers.iter().enumerate() {
            let host = server.split_once("://").map_or(server.as_str(), |(_, host)| host);
            f.write_str(if number == 0 { server } else { "," })?;
            f.write_str(if number == 0 { "" } else { host })?;
        }
        write!(f, "/{}", self.subject)?;
        self.event.map_or(Ok(()), |event| write!(f, ".{}", event.short_name()))
    }
}

fn read_server(scheme: &str, host: &str) -> Result<String, String> {
    let host = host.trim().trim_start_matches(scheme);
    let with_port =
        if host.rsplit_once(':').is_some_and(|(before, port)| !before.ends_with(':') && !port.ends_with(']')) {
            host.to_owned()
        } else {
            format!("{host}:4222")
        };
    // A scheme whose hosts are checked in every way.
    let read = url::Url::parse(&format!("http://{with_port}/")).ok().filter(|url| url.host_str().is_some());
    match (read, host.is_empty()) {
        (Some(_), false) => Ok(format!("{scheme}{with_port}")),
        _ => Err(format!("{host:?} is not a server; {EXAMPLE}")),
    }
}

/// `webhooks.created` and `webhooks.signup.created` are the subject `webhooks`, and one event.
fn split_event(subject: &str) -> Result<(String, Option<EventType>), String> {
    let Some((before, last)) = subject.rsplit_once('.') else { return name_no_event(subject) };
    let Some(event) = EventType::ALL.into_iter().find(|event| event.short_name() == last) else {
        return Ok((subject.to_owned(), None));
    };
    let before = before.strip_suffix(".signup").unwrap_or(before);
    Ok((before.to_owned(), Some(event)))
}

fn name_no_event(subject: &str) -> Result<(String, Option<EventType>), String> {
    match EventType::ALL.into_iter().any(|event| event.short_name() == subject) {
        true => Err(format!("{subject} is an event: put a subject before it, like webhooks.{subject}")),
        false => Ok((subject.to_owned(), None)),
    }
}

fn is_token(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_addresses_say_what_to_write() {
        for (text, words) in [
            ("http://h/x", "begins with nats://"),
            ("nats://h", "subject is missing"),
            ("nats:///x", "is not a server"),
            ("nats://h/x.*", "cannot be part of a subject"),
            ("nats://h/x..y", "an empty part"),
            ("nats://h/created", "put a subject before it"),
            ("nats://h:99999/x", "is not a server"),
        ] {
            let told = RelayAddress::parse(text).unwrap_err();
            assert!(told.contains(words), "{text}: {told}");
        }
        let told = RelayAddress::parse("nats://me:canary@h/x").unwrap_err();
        assert!(told.contains("--nats-creds") && !told.contains("canary"), "{told}");
    }
}
