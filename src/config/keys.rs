//! The catalogue of settings: their names, where each may stand, and what a value must look like.

use crate::protocol::api::{ApiBase, BASE_URL, check_id};
use crate::protocol::closest::find_closest;
use crate::protocol::event::EventSelection;
use crate::protocol::keeping;
use crate::protocol::relay_address::RelayAddress;
use crate::protocol::target::{parse_bind_address, parse_target, split_route};

/// Environment variable that holds the API key.
pub(crate) const KEY_VARIABLE: &str = "REFERRALLOOP_API_KEY";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SettingKey {
    /// Which profile to use.
    Profile,
    /// The file that keeps events.
    Store,
    /// Port of `listen`.
    Port,
    /// Address of `listen`.
    Bind,
    /// Path of `listen`.
    Path,
    /// Where `listen` forwards to.
    ForwardTo,
    /// Where `trigger` delivers to.
    To,
    /// Which events `listen` shows and forwards.
    Events,
    /// The waitlist of fabricated events, and the one `listen` shows.
    Waitlist,
    /// How many events `listen` keeps.
    KeepEvents,
    /// For how long it keeps them.
    KeepFor,
    /// How many bytes they may take.
    Quota,
    /// Where `listen` publishes to.
    Publish,
    /// The file with credentials for relays.
    NatsCreds,
    WebhookSecret,
    /// The base of the hosted API.
    ApiUrl,
    ApiKey,
}

/// What is known about a setting.
#[derive(Debug)]
pub(crate) struct SettingSpec {
    pub key: SettingKey,
    /// Its name in files.
    pub name: &'static str,
    /// The environment variable that overrides the files.
    pub variable: Option<&'static str>,
    /// Whether a project file may set it. Such a file may come from a stranger's repository, so it can never name a
    /// secret, an address that exposes the listener, a file to write or a command.
    pub in_project: bool,
    /// Whether it stands at the top of the user configuration only, outside any profile.
    pub top_only: bool,
    /// What it does, for `config show`.
    pub help: &'static str,
    /// The built-in value, where there is one.
    pub default: Option<&'static str>,
}

/// Every setting, in the order in which they are shown.
pub(crate) const KEYS: [SettingSpec; 17] = [
    SettingSpec {
        key: SettingKey::Profile,
        name: "profile",
        variable: Some("REFERRALLOOP_PROFILE"),
        in_project: false,
        top_only: true,
        help: "which profile to use",
        default: Some("default"),
    },
    SettingSpec {
        key: SettingKey::Store,
        name: "store",
        variable: Some("REFERRALLOOP_STORE"),
        in_project: false,
        top_only: false,
        help: "the file that keeps events",
        default: None,
    },
    SettingSpec {
        key: SettingKey::Port,
        name: "port",
        variable: None,
        in_project: true,
        top_only: false,
        help: "port of listen",
        default: Some("4242"),
    },
    SettingSpec {
        key: SettingKey::Bind,
        name: "bind",
        variable: None,
        in_project: false,
        top_only: false,
        help: "address of listen",
        default: Some("127.0.0.1"),
    },
    SettingSpec {
        key: SettingKey::Path,
        name: "path",
        variable: None,
        in_project: true,
        top_only: false,
        help: "the one path that listen accepts",
        default: None,
    },
    SettingSpec {
        key: SettingKey::ForwardTo,
        name: "forward_to",
        variable: None,
        in_project: true,
        top_only: false,
        help: "where listen forwards to",
        default: None,
    },
    SettingSpec {
        key: SettingKey::To,
        name: "to",
        // What expect tells its command: a trigger in there finds the listener by itself.
        variable: Some("REFERRALLOOP_WEBHOOK_URL"),
        in_project: true,
        top_only: false,
        help: "where trigger delivers to",
        default: None,
    },
    SettingSpec {
        key: SettingKey::Events,
        name: "events",
        variable: None,
        in_project: true,
        top_only: false,
        help: "which events listen shows and forwards",
        default: None,
    },
    SettingSpec {
        key: SettingKey::Waitlist,
        name: "waitlist",
        variable: None,
        in_project: true,
        top_only: false,
        help: "the waitlist of fabricated events, and the one listen shows",
        default: None,
    },
    SettingSpec {
        key: SettingKey::KeepEvents,
        name: "keep_events",
        variable: None,
        // What is removed is gone: no stranger's file decides it.
        in_project: false,
        top_only: false,
        help: "how many events listen keeps; the oldest go",
        default: None,
    },
    SettingSpec {
        key: SettingKey::KeepFor,
        name: "keep_for",
        variable: None,
        in_project: false,
        top_only: false,
        help: "how long listen keeps events, like 30d",
        default: None,
    },
    SettingSpec {
        key: SettingKey::Quota,
        name: "quota",
        variable: None,
        in_project: false,
        top_only: false,
        help: "how large listen lets the store grow, like 500MiB; the oldest go",
        default: None,
    },
    SettingSpec {
        key: SettingKey::Publish,
        name: "publish",
        variable: None,
        // Everything that arrives would go to a stranger.
        in_project: false,
        top_only: false,
        help: "the relay that listen publishes to, like nats://127.0.0.1:4222/webhooks",
        default: None,
    },
    SettingSpec {
        key: SettingKey::NatsCreds,
        name: "nats_creds",
        variable: Some("REFERRALLOOP_NATS_CREDS"),
        in_project: false,
        top_only: false,
        help: "the file with your credentials for the relay",
        default: None,
    },
    SettingSpec {
        key: SettingKey::WebhookSecret,
        name: "webhook_secret",
        variable: Some("REFERRALLOOP_WEBHOOK_SECRET"),
        in_project: false,
        top_only: false,
        help: "the webhook secret (change it with: referralloop secret set)",
        default: None,
    },
    SettingSpec {
        key: SettingKey::ApiUrl,
        name: "api_url",
        variable: Some("REFERRALLOOP_API_URL"),
        in_project: false,
        top_only: false,
        help: "the hosted API, or a sandbox of it",
        default: Some(BASE_URL),
    },
    SettingSpec {
        key: SettingKey::ApiKey,
        name: "api_key",
        variable: Some(KEY_VARIABLE),
        in_project: false,
        top_only: false,
        help: "the key for the hosted API (change it with: referralloop login)",
        default: None,
    },
];

impl SettingKey {
    /// What is known about the setting.
    pub(crate) fn spec(self) -> &'static SettingSpec {
        // The table is indexed by the enum's order, which a test keeps equal.
        &KEYS[self as usize]
    }

    /// Its name in files.
    pub(crate) fn name(self) -> &'static str {
        self.spec().name
    }

    /// Finds a setting by its name in files.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        KEYS.iter().find(|spec| spec.name == name).map(|spec| spec.key)
    }

    /// The name nearest to a mistyped one.
    pub(crate) fn nearest(name: &str) -> Option<&'static str> {
        find_closest(name, KEYS.iter().map(|spec| spec.name))
    }

    /// Whether its value must never be shown.
    pub(crate) fn is_secret(self) -> bool {
        matches!(self, Self::WebhookSecret | Self::ApiKey)
    }

    /// Checks the shape of a value as far as it can be told without the rest of the program.
    pub(crate) fn check(self, value: &str) -> Result<(), String> {
        match self {
            Self::Profile => check_profile(value),
            Self::Port => value.parse::<u16>().map(|_| ()).map_err(|_| "a port is a number from 0 to 65535".into()),
            Self::Bind => {
                parse_bind_address(value).map(|_| ()).ok_or_else(|| "an address looks like 127.0.0.1 or ::1".into())
            }
            // An empty secret or key is told by whoever needs it: it is more than a wrong setting.
            Self::WebhookSecret | Self::ApiKey => Ok(()),
            Self::ApiUrl => ApiBase::parse(value).map(drop),
            Self::KeepEvents => keeping::parse_count(value).map(drop),
            Self::KeepFor => keeping::parse_age(value).map(drop),
            Self::Quota => keeping::parse_size(value).map(drop),
            Self::Publish => RelayAddress::parse(value).map(drop),
            _ if value.is_empty() => Err("the value is empty".into()),
            _ => Ok(()),
        }
    }

    /// Checks a value before it is written: what a command would refuse later does not enter a file, nor does a
    /// password in a URL, which the project's file would carry on.
    pub(crate) fn check_new(self, value: &str) -> Result<(), String> {
        self.check(value)?;
        match self {
            Self::To => parse_target(value).map(drop).map_err(|error| error.to_string()),
            Self::ForwardTo => parse_target(split_route(value).1).map(drop).map_err(|error| error.to_string()),
            Self::Waitlist => check_id(value),
            Self::Store | Self::NatsCreds if value.ends_with(['/', std::path::MAIN_SEPARATOR]) => {
                Err("it is the path of a file, not of a folder".into())
            }
            Self::Events => value.parse::<EventSelection>().map(drop).map_err(|error| error.to_string()),
            Self::Path if value != "auto" && !value.starts_with('/') => {
                Err("a path starts with a slash, like /webhooks".into())
            }
            _ => Ok(()),
        }
    }
}

/// A profile's name becomes a folder's name: letters, digits, `-`, `_` and `.`, 64 at most, no leading dot.
fn check_profile(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(fits) {
        return Err(
            "a profile's name has 1 to 64 letters, digits, '-', '_' or '.', and does not start with a dot".into()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for spec in &KEYS {
            assert_eq!(spec.key.spec().name, spec.name);
            assert_eq!(SettingKey::parse(spec.name), Some(spec.key));
        }
    }

    #[test]
    fn profile_names_cannot_leave_their_folder() {
        for bad in ["", ".", "..", "../x", "a/b", "a\0b", "é", &"x".repeat(65)] {
            assert!(SettingKey::Profile.check(bad).is_err(), "{bad:?}");
        }
        for good in ["default", "acme-staging", "a.b_c"] {
            assert!(SettingKey::Profile.check(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_mistyped_name_finds_its_neighbour() {
        assert_eq!(SettingKey::nearest("forward-to"), Some("forward_to"));
        assert_eq!(SettingKey::nearest("prot"), Some("port"));
        assert_eq!(SettingKey::nearest("zzz"), None);
    }
}
