//! Where made-up events go, and how long each attempt may take: what `trigger`, `load` and `rehearse` have in common.

use super::arguments::{self, TimeLimit};
use super::registry;
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::protocol::target::LISTENER_PORT;
use std::time::Duration;
use url::Url;

/// Options that say where to deliver.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Deliver to this port, host:port/path or URL [default: the running listener, else port 4242]
    #[arg(long, value_name = "TARGET", value_parser = arguments::read_target)]
    to: Option<Url>,
    /// Time for connect, send, head and body of an attempt; 0 for no limit
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = arguments::read_time_limit)]
    timeout: TimeLimit,
}

/// Where a listener listens by default.
pub(crate) fn default_target() -> Result<Url, Error> {
    let text = format!("http://127.0.0.1:{LISTENER_PORT}/");
    Url::parse(&text).map_err(|error| Error::from_source(ErrorCategory::Usage, error))
}

impl Arguments {
    /// `--to`, else the setting, else the running listener, else where one listens by default.
    pub(crate) fn resolve_target(&self, context: &Context, settings: &ConfigSettings) -> Result<Url, Error> {
        let given = arguments::option_or_setting(self.to.as_ref(), settings, SettingKey::To, arguments::read_target)?;
        if let Some(url) = given {
            return Ok(url);
        }
        // Without a place for a store there is no list of listeners either.
        let running = super::store_path(context, settings).ok().and_then(|store| registry::find_listener(&store));
        running.map_or_else(default_target, Ok)
    }

    /// Whether nobody said where to: neither the command line nor a setting.
    pub(crate) fn is_default(&self, settings: &ConfigSettings) -> bool {
        self.to.is_none() && matches!(settings.get(SettingKey::To), Ok(None))
    }

    /// Time that an attempt has; `None` for no limit.
    pub(crate) fn budget(&self) -> Option<Duration> {
        self.timeout.0
    }
}
