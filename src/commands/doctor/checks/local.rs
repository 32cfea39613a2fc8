//! What this machine has to give: files that only their owner reads, a store, a journal without loose ends, a free
//! port, an app that listens.

use super::super::finding::{SetupCheck, SetupFinding};
use super::history::RecentHistory;
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::Error;
use crate::exchange::{TlsTrust, shake_hands};
use crate::output::phrases;
use crate::protocol::attempt::{AttemptOutcome, DeliveryPurpose};
use crate::protocol::check::CheckSeverity;
use crate::protocol::target::{LISTENER_PORT, split_route};
use crate::session::arguments::{self, option_or_setting};
use crate::session::subscriptions::is_left_behind;
use crate::session::{self, registry};
use crate::store::SubscriptionStatus;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use url::Url;

const PRIVATE: SetupCheck = SetupCheck {
    id: "setup.private",
    severity: CheckSeverity::High,
    title: "nobody else can read keys and secrets",
    why: "anyone who can read them can act for you and forge events",
};
const STORE: SetupCheck = SetupCheck {
    id: "setup.store",
    severity: CheckSeverity::Critical,
    title: "the store can be used",
    why: "what cannot be stored is not acknowledged",
};
const JOURNAL: SetupCheck = SetupCheck {
    id: "setup.subscriptions",
    severity: CheckSeverity::Medium,
    title: "the journal of subscriptions has no loose ends",
    why: "the service keeps delivering to subscriptions that nobody uses any more, and cannot list them",
};
const PORT: SetupCheck = SetupCheck {
    id: "setup.port",
    severity: CheckSeverity::High,
    title: "the listener's port is free",
    why: "listen cannot start while another program uses it",
};
const APP: SetupCheck = SetupCheck {
    id: "setup.app",
    severity: CheckSeverity::High,
    title: "your app listens where deliveries are forwarded to",
    why: "forwards to it would fail",
};

/// Time that a connection to the app has.
const PATIENCE: Duration = Duration::from_secs(3);

/// The mode of the user configuration, where it keeps anything that matters.
pub(super) fn check_private_files(settings: &ConfigSettings) -> SetupFinding {
    let file = &settings.user;
    let profile = Some(settings.profile.value.as_str());
    let keeps = [SettingKey::ApiKey, SettingKey::WebhookSecret].into_iter().any(|key| file.get(profile, key).is_some());
    let Ok(found) = std::fs::metadata(&file.path) else { return PRIVATE.skipped("there is no user configuration") };
    let Some(mode) = read_mode(&found) else {
        return PRIVATE
            .skipped("the access list of its folder decides who may read it, and this program does not change that");
    };
    match mode & 0o077 {
        0 => PRIVATE.passed(format!("{} is {mode:o}", file.path.display())),
        _ if !keeps => PRIVATE.passed(format!("{} contains neither", file.path.display())),
        _ => {
            let path = file.path.display();
            PRIVATE.failed(format!("{path} has mode {mode:o}"), format!("chmod 600 {path}"))
        }
    }
}

/// Who may read and write a file, where the system tells it in a mode.
fn read_mode(found: &std::fs::Metadata) -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777);
    #[cfg(not(unix))]
    {
        let _ = found;
        None
    }
}

pub(super) fn check_store(settings: &ConfigSettings, context: &Context) -> SetupFinding {
    let opened = session::store_path(context, settings).and_then(|path| {
        let reader = session::open_reader(context, settings)?;
        let seen = match reader.exists() {
            true => {
                let stats = reader.read_stats()?;
                let events = phrases::format_quantity(stats.events, "event", "events");
                format!(
                    "{}, {} in {}",
                    events.as_str(),
                    phrases::format_bytes(stats.used_bytes).as_str(),
                    path.display()
                )
            }
            false => format!("{} will be created when it is first needed", path.display()),
        };
        Ok(seen)
    });
    match opened {
        Ok(seen) => STORE.passed(seen),
        Err(error) => STORE.broken(error),
    }
}

pub(super) fn check_journal(settings: &ConfigSettings, context: &Context) -> SetupFinding {
    let read = || -> Result<SetupFinding, Error> {
        let path = session::store_path(context, settings)?;
        let entries = session::open_reader(context, settings)?.list_subscriptions(false)?;
        let left = entries.iter().filter(|entry| is_left_behind(entry, &path)).count();
        let unknown = entries
            .iter()
            .filter(|entry| matches!(entry.standing, SubscriptionStatus::Asked | SubscriptionStatus::Unknown));
        let active = entries.iter().filter(|entry| entry.standing == SubscriptionStatus::Active).count() as u64;
        let active = phrases::format_quantity(active, "active subscription", "active subscriptions");
        Ok(match (left, unknown.count()) {
            (0, 0) => JOURNAL.passed(active.as_str().to_owned()),
            (0, unknown) => JOURNAL.failed(
                format!("{unknown} that the service may or may not have"),
                "look for duplicate deliveries, then: referralloop subscriptions --forget LINE",
            ),
            (left, _) => JOURNAL.failed(
                format!("{left} left behind by runs that have ended"),
                "end them with: referralloop subscriptions --cleanup",
            ),
        })
    };
    // A store that cannot be read has had its finding.
    read().unwrap_or_else(|_| JOURNAL.skipped("the store cannot be used"))
}

/// Binds for a moment. A listener of this profile may well have it.
pub(super) async fn check_port(settings: &ConfigSettings, context: &Context) -> SetupFinding {
    let address = || -> Result<SocketAddr, Error> {
        let port = option_or_setting(None, settings, SettingKey::Port, arguments::read_port)?.unwrap_or(LISTENER_PORT);
        let bind = option_or_setting(None, settings, SettingKey::Bind, arguments::read_address)?;
        Ok(SocketAddr::new(bind.unwrap_or(IpAddr::from([127, 0, 0, 1])), port))
    };
    let address = match address() {
        Ok(address) => address,
        Err(error) => return PORT.broken(error),
    };
    let running = session::store_path(context, settings).ok().and_then(|path| registry::find_listener(&path));
    if let Some(url) = running.filter(|url| url.port() == Some(address.port())) {
        return PORT.passed(format!("a listener of this profile runs at {url}"));
    }
    let neighbour = || registry::find_neighbour_on_port(&session::store_path(context, settings).ok()?, address.port());
    match TcpListener::bind(address).await {
        Ok(_) => PORT.passed(address.to_string()),
        Err(error) => {
            let why = match error.kind() {
                ErrorKind::AddrInUse => match neighbour() {
                    Some((profile, command, process)) => format!(
                        "port {} is in use by referralloop {command} of profile {profile} (process {process})",
                        address.port()
                    ),
                    None => format!("port {} is in use by another program", address.port()),
                },
                ErrorKind::PermissionDenied => format!("port {} needs privileges", address.port()),
                ErrorKind::AddrNotAvailable => format!("{} is not an address of this machine", address.ip()),
                _ => format!("cannot listen on {address}: {error}"),
            };
            PORT.failed(why, "use another one: referralloop listen --port 0, or referralloop config set port 4300")
        }
    }
}

/// Where the listener that runs forwards to: where the last forward went.
fn find_forward_target(settings: &ConfigSettings, history: &RecentHistory, context: &Context) -> Option<Url> {
    registry::find_listener(&session::store_path(context, settings).ok()?)?;
    let forward = history.attempts.iter().find(|attempt| attempt.purpose == DeliveryPurpose::Forward)?;
    Url::parse(&forward.url).ok()
}

/// Connects, shakes hands where that is wanted, and says nothing: a request might have effects.
pub(super) async fn check_app(
    settings: &ConfigSettings,
    given: Option<&Url>,
    (history, context): (&RecentHistory, &Context),
    trust: &TlsTrust,
) -> SetupFinding {
    let read = |text: &str| arguments::read_target(split_route(text).1);
    let configured = option_or_setting(given, settings, SettingKey::ForwardTo, read);
    let url = match configured {
        Ok(Some(url)) => url,
        Ok(None) => match find_forward_target(settings, history, context) {
            Some(url) => url,
            None => return APP.skipped("no address is known for it; give one with --app, or set forward_to"),
        },
        Err(error) => return APP.broken(error),
    };
    let place = match url.host_str() {
        Some(host) => format!("{host}:{}", url.port_or_known_default().unwrap_or(80)),
        None => url.to_string(),
    };
    match tokio::time::timeout(PATIENCE, shake_hands(&url, trust)).await {
        Ok(Ok(())) if url.scheme() == "https" => APP.passed(format!("{url} accepts TLS connections")),
        Ok(Ok(())) => APP.passed(format!("{url} accepts connections")),
        Ok(Err(AttemptOutcome::Refused)) => {
            APP.failed(format!("nothing is listening at {place}"), "start your app, or correct forward_to")
        }
        Ok(Err(AttemptOutcome::Tls(why))) => APP.failed(format!("cannot make a TLS connection to {place}"), why),
        Ok(Err(outcome)) => {
            let why = phrases::describe_outcome(&outcome);
            APP.failed(format!("{place} cannot be reached: {}", why.as_str()), "correct forward_to")
        }
        Err(_) => APP.failed(format!("no connection to {place} within 3 s"), "start your app, or correct forward_to"),
    }
}
