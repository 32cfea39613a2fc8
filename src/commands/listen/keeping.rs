//! `listen --keep-events`, `--keep-for`, `--quota`: what is kept, from options or settings, and the words for it.

use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::Error;
use crate::output::phrases;
use crate::protocol::keeping::{parse_age, parse_count, parse_size};
use crate::receive::ListenerSettings;
use crate::session;
use crate::session::arguments::option_or_setting;
use crate::store::{RetentionTarget, Store, StoreRetention};
use std::sync::Arc;
use std::time::Duration;

/// Options of what is kept.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "History")]
pub(super) struct Arguments {
    /// Keep this many events; the oldest go for good, never what was not forwarded yet [default: all]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    keep_events: Option<u64>,
    /// Keep events for this long, like 30d [default: for ever]
    #[arg(long, value_name = "DURATION", value_parser = parse_age)]
    keep_for: Option<Duration>,
    /// Let the oldest events go before the store takes more than this, like 500MiB [default: 1GiB, and nothing goes]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    quota: Option<u64>,
}

impl Arguments {
    /// Opens the store, where there is one; with the words for what is kept in it, where that is not everything.
    pub(super) fn open_store(
        &self,
        receiving: &ListenerSettings,
        has_store: bool,
        context: &Context,
        settings: &ConfigSettings,
    ) -> Result<(Option<Store>, Vec<String>), Error> {
        let kept = self.read(receiving, has_store, context, settings)?;
        let words = kept.iter().map(describe_retention).collect();
        if !has_store {
            return Ok((None, words));
        }
        Ok((Some(session::open_store_with(context, settings, kept)?), words))
    }

    /// What is kept; nothing where all is.
    fn read(
        &self,
        receiving: &ListenerSettings,
        has_store: bool,
        context: &Context,
        settings: &ConfigSettings,
    ) -> Result<Option<StoreRetention>, Error> {
        if !has_store {
            let given = [
                ("--keep-events", self.keep_events.is_some()),
                ("--keep-for", self.keep_for.is_some()),
                ("--quota", self.quota.is_some()),
            ];
            return match given.iter().find(|(_, given)| *given) {
                Some((option, _)) => {
                    Err(Error::usage(format!("{option} is about the history, and --no-store keeps none")))
                }
                None => Ok(None),
            };
        }
        let events = option_or_setting(self.keep_events.as_ref(), settings, SettingKey::KeepEvents, parse_count)?;
        let age = option_or_setting(self.keep_for.as_ref(), settings, SettingKey::KeepFor, parse_age)?;
        let bytes = option_or_setting(self.quota.as_ref(), settings, SettingKey::Quota, parse_size)?;
        if events.is_none() && age.is_none() && bytes.is_none() {
            return Ok(None);
        }
        let targets = receiving.forwards.iter().map(|forward| {
            let (only, shown) = (forward.only.clone(), receiving.shown.clone());
            RetentionTarget {
                url: forward.label(),
                is_due: Arc::new(move |facts, body| {
                    [&only, &shown].into_iter().flatten().all(|filter| filter(facts, body))
                }),
            }
        });
        Ok(Some(StoreRetention { events, age, bytes, targets: targets.collect(), clock: context.clock.clone() }))
    }
}

/// `keeps the newest 10,000 events, 30d, up to 500.0 MiB; older ones are removed once they are forwarded`.
fn describe_retention(kept: &StoreRetention) -> String {
    let events = kept
        .events
        .map(|events| format!("the newest {}", phrases::format_quantity(events, "event", "events").as_str()));
    let age = kept.age.map(|age| format!("events of the last {}", phrases::format_duration(age).as_str()));
    let bytes = kept.bytes.map(|bytes| format!("up to {}", phrases::format_bytes(bytes).as_str()));
    let parts: Vec<String> = events.into_iter().chain(age).chain(bytes).collect();
    let rest = if kept.targets.is_empty() { "older ones are removed" } else { "older ones are removed once forwarded" };
    format!("keeping {}; {rest}", parts.join(", "))
}
