//! Arguments that several commands share, and the readers of their values. Checked before anything else happens.

use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::deliver::DeliveryPace;
use crate::error::Error;
use crate::output::rendition::quote_shell_word;
use crate::protocol::api::check_id;
use crate::protocol::arrival::{REDACTED, carries_credentials};
use crate::protocol::event::{EventSelection, EventType, FieldKind};
use crate::protocol::field::FieldName;
use crate::protocol::schedule::RetryFrom;
use crate::protocol::target::{parse_bind_address, parse_header, parse_target};
use clap::ValueEnum;
use http::HeaderValue;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use url::Url;

/// A header given with `-H`.
pub(crate) type HeaderArgument = (FieldName, HeaderValue);

/// Reads `-H 'Name: value'`.
pub(crate) fn read_header(text: &str) -> Result<HeaderArgument, String> {
    parse_header(text).map_err(|error| error.to_string())
}

/// Reads a port, host:port/path or URL.
pub(crate) fn read_target(text: &str) -> Result<Url, String> {
    parse_target(text).map_err(|error| error.to_string())
}

/// Reads a duration such as `5s`, `500ms` or `1m 30s`.
pub(crate) fn read_duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    match humantime::parse_duration(text) {
        // Timers of the runtime reach some two years; nobody waits that long on purpose.
        Ok(duration) if duration > Duration::from_secs(366 * 24 * 3600) => Err("it must be at most one year".into()),
        Ok(duration) => Ok(duration),
        Err(_) if text.parse::<f64>().is_ok() => Err(format!("it has no unit; write {text}s or {text}ms")),
        Err(_) => Err("write a duration like 5s, 500ms or 1m 30s".into()),
    }
}

/// Reads a duration of which 0 means "no limit".
pub(crate) fn read_time_limit(text: &str) -> Result<TimeLimit, String> {
    read_duration(text).map(|duration| TimeLimit((!duration.is_zero()).then_some(duration)))
}

/// A duration, or none for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeLimit(pub Option<Duration>);

/// Reads a port; 0 means a free one.
pub(crate) fn read_port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("'{text}' is not a port; ports are 0 to 65535"))
}

/// Reads an address of this machine.
pub(crate) fn read_address(text: &str) -> Result<IpAddr, String> {
    parse_bind_address(text).ok_or_else(|| match text.parse::<SocketAddr>() {
        Ok(both) => format!("'{text}' is an address and a port; write --bind {} --port {}", both.ip(), both.port()),
        Err(_) => format!("'{text}' is not an address; write one like 127.0.0.1 or ::1"),
    })
}

/// Reads how many of something are wanted, which is at least one.
pub(crate) fn read_count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(count @ 1..) => Ok(count),
        _ => Err(format!("'{text}' is not a count; write a whole number from 1")),
    }
}

/// Reads the name of an event.
pub(crate) fn read_event_type(text: &str) -> Result<EventType, String> {
    text.parse::<EventType>().map_err(|error| error.to_string())
}

/// Reads a selection of events: `created,deleted`, `signup.*`, `all`.
pub(crate) fn read_selection(text: &str) -> Result<EventSelection, String> {
    text.parse::<EventSelection>().map_err(|error| error.to_string())
}

/// Reads `60x`, `instant` or `step`.
pub(crate) fn read_pace(text: &str) -> Result<DeliveryPace, String> {
    match text {
        "instant" => Ok(DeliveryPace::Instant),
        "step" => Ok(DeliveryPace::Step),
        _ => match text.strip_suffix(['x', 'X']).unwrap_or(text).parse::<f64>() {
            Ok(factor) if factor.is_finite() && (0.01..=100_000.0).contains(&factor) => Ok(DeliveryPace::Times(factor)),
            Ok(_) => Err("a speed must be between 0.01x and 100000x".into()),
            Err(_) => Err("write a speed as 60x, instant or step".into()),
        },
    }
}

/// What a retry's delay counts from, as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RetryFromOption {
    /// The attempt before it: 0, 60, 360, 1260 and 4860 s
    #[default]
    Previous,
    /// The first attempt: 0, 60, 300, 900 and 3600 s
    First,
}

impl std::convert::From<RetryFromOption> for RetryFrom {
    fn from(from: RetryFromOption) -> Self {
        match from {
            RetryFromOption::Previous => Self::Previous,
            RetryFromOption::First => Self::First,
        }
    }
}

/// The value of an option, else that of a setting, read the same way.
pub(crate) fn option_or_setting<T: Clone>(
    option: Option<&T>,
    settings: &ConfigSettings,
    key: SettingKey,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Error> {
    if let Some(value) = option {
        return Ok(Some(value.clone()));
    }
    let Some(found) = settings.get(key)? else { return Ok(None) };
    read(&found.value)
        .map(Some)
        .map_err(|message| Error::configuration(format!("{}: '{}': {message}", found.origin, key.name())))
}

/// This program as it is called again for the same profile and store.
pub(crate) fn describe_program(context: &Context) -> String {
    let globals = &context.globals;
    let mut line = "referralloop".to_owned();
    let paths = [("--config", &globals.config), ("--store", &globals.store)];
    let named = globals.profile.iter().map(|name| ("--profile", name.clone()));
    let named = named.chain(paths.into_iter().filter_map(|(o, path)| Some((o, path.as_ref()?.display().to_string()))));
    for (option, value) in named {
        let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        let word = if plain { value } else { quote_shell_word(&value) };
        line = format!("{line} {option} {word}");
    }
    line
}

/// The options that add these header fields, for a line that repeats a command. It is printed and goes into reports, so
/// the values of fields that carry keys are left out, and the reader puts them in again.
pub(crate) fn repeat_headers(headers: &[HeaderArgument]) -> Vec<String> {
    let option = |(name, value): &HeaderArgument| {
        let value = if carries_credentials(name.as_str()) { REDACTED } else { value.as_bytes() };
        ["-H".to_owned(), format!("{}: {}", name.spelling(), String::from_utf8_lossy(value))]
    };
    headers.iter().flat_map(option).collect()
}

/// Reads an id of the service, or an e-mail address that stands for one.
pub(crate) fn read_id_or_email(text: &str) -> Result<String, String> {
    read_email(text).or_else(|_| read_id(text))
}

/// Reads an id of the service.
pub(crate) fn read_id(text: &str) -> Result<String, String> {
    if read_email(text).is_ok() {
        return Err(format!("'{text}' is an e-mail address, not an id"));
    }
    check_id(text).map(|()| text.to_owned())
}

/// Reads an e-mail address: something on both sides of an @, and no spaces.
pub(crate) fn read_email(text: &str) -> Result<String, String> {
    match FieldKind::Email.takes_text(text) {
        true => Ok(text.to_owned()),
        false => Err(format!("'{text}' is not an e-mail address; write one like ada@example.com")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(read_duration("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(read_duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(read_duration("0"), Ok(Duration::ZERO));
        assert_eq!(read_duration("5"), Err("it has no unit; write 5s or 5ms".into()));
        assert!(read_duration("soon").is_err() && read_duration("-1s").is_err() && read_duration("900y").is_err());
        assert_eq!(read_time_limit("0"), Ok(TimeLimit(None)));
    }

    #[test]
    fn speeds() {
        assert_eq!(read_pace("60x"), Ok(DeliveryPace::Times(60.0)));
        assert_eq!(read_pace("60"), Ok(DeliveryPace::Times(60.0)));
        assert_eq!(read_pace("instant"), Ok(DeliveryPace::Instant));
        assert_eq!(read_pace("step"), Ok(DeliveryPace::Step));
        for bad in ["0x", "-1x", "x", "NaN", "infx", "fast", ""] {
            assert!(read_pace(bad).is_err(), "{bad}");
        }
    }
}
