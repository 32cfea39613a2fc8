//! What the program does, step by step, for reports of faults: off unless `REFERRALLOOP_LOG` asks for it.
//!
//! A log is passed on, so no secret, key, address or body may be in it. Nothing of the kind can get there: what is written is
//! words of this program's own, numbers, the scheme, host and port of a URL, names of files, and nothing else has a way
//! ([`LogFact`]). Libraries do not write into it.

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;
use std::sync::Mutex;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use url::Url;

/// Says how much is written.
pub(crate) const LEVEL_VARIABLE: &str = "REFERRALLOOP_LOG";

/// Says where to, in place of standard error.
pub(crate) const FILE_VARIABLE: &str = "REFERRALLOOP_LOG_FILE";

/// The levels, each with all before it.
const LEVELS: [(&str, Level); 5] = [
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];

/// Something that may stand in a log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LogFact<'a> {
    /// A word of this program's own.
    Word(&'static str),
    /// A name that consists of small letters and dashes, of a command for instance; any other is left out.
    Name(&'a str),
    Number(u64),
    /// Scheme, host and port of a URL. Its path may be a secret.
    Origin(&'a Url),
    File(&'a Path),
}

impl fmt::Display for LogFact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Name(name) => {
                let plain = name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                f.write_str(if plain { name } else { "?" })
            }
            Self::Number(number) => write!(f, "{number}"),
            Self::Origin(url) => match url.host_str() {
                Some(host) => {
                    write!(f, "{}://{host}", url.scheme())?;
                    url.port().map_or(Ok(()), |port| write!(f, ":{port}"))
                }
                None => write!(f, "{}:", url.scheme()),
            },
            Self::File(path) => write!(f, "{path:?}"),
        }
    }
}

/// The level of a name; `None` where it is none.
pub(crate) fn parse_level(name: &str) -> Option<Level> {
    LEVELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, level)| *level)
}

/// Begins to write, for the rest of the process. A second beginning changes nothing.
pub(crate) fn start(level: Level, to: impl io::Write + Send + 'static) {
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_target(false).with_writer(Mutex::new(to));
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let _ = tracing_subscriber::registry().with(own).with(lines).try_init();
}

/// Something that happens once or seldom.
pub(crate) fn note(what: &'static str, facts: &[(&'static str, LogFact<'_>)]) {
    if tracing::enabled!(Level::INFO) {
        tracing::info!("{}", describe(what, facts));
    }
}

/// Something that may happen often.
pub(crate) fn trace(what: &'static str, facts: &[(&'static str, LogFact<'_>)]) {
    if tracing::enabled!(Level::DEBUG) {
        tracing::debug!("{}", describe(what, facts));
    }
}

fn describe(what: &str, facts: &[(&'static str, LogFact<'_>)]) -> String {
    let mut line = what.to_owned();
    for (name, fact) in facts {
        // Writing into a string does not fail.
        let _ = write!(line, " {name}={fact}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_a_secret_is_written() {
        let url = Url::parse("https://me:canary@example.com:8443/canary?token=canary#canary").unwrap();
        let socket = Url::parse("unix:/run/canary.sock").unwrap();
        let facts = [
            ("to", LogFact::Origin(&url)),
            ("by", LogFact::Origin(&socket)),
            ("command", LogFact::Name("listen")),
            ("other", LogFact::Name("pk_live_canary")),
            ("status", LogFact::Number(200)),
            ("file", LogFact::File(Path::new("a\nb"))),
            ("why", LogFact::Word("refused")),
        ];
        let line = describe("attempt", &facts);
        let told =
            "attempt to=https://example.com:8443 by=unix: command=listen other=? status=200 file=\"a\\nb\" why=refused";
        assert_eq!(line, told);
    }

    #[test]
    fn levels_have_names() {
        assert_eq!(parse_level("Debug"), Some(Level::DEBUG));
        assert_eq!((parse_level("1"), parse_level("")), (None, None));
    }
}
