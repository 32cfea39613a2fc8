//! `listen --forward-to`: the targets, the events that each gets, and how patiently.

use super::bound_headers;
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::deliver::DeliveryPace;
use crate::error::Error;
use crate::exchange::TlsTrust;
use crate::output::console::Console;
use crate::protocol::event::{fits_name, parse_pattern};
use crate::protocol::facts::EventFacts;
use crate::protocol::target::{is_own_address, split_route};
use crate::receive::{self, AckMode, ForwardRetryPolicy, ForwardSettings};
use crate::session::arguments::{self, HeaderArgument, TimeLimit, option_or_setting};
use crate::session::relay::EventRecorder;
use crate::session::unforwarded::{self, UnforwardedNotes};
use crate::session::{self, trust};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use url::Url;

/// Options of forwarding.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Forwarding")]
pub(super) struct Arguments {
    /// Forward to these targets, as --forward-to does: 3000/webhooks
    #[arg(value_name = "TARGET", value_parser = positional_route, help_heading = "Arguments")]
    targets: Vec<ForwardRoute>,
    /// Forward to the local app: a port, host:port/path or URL; created=URL or '*_changed=URL' for some events (repeatable)
    #[arg(short, long, value_name = "TARGET", value_parser = route)]
    forward_to: Vec<ForwardRoute>,
    /// Add a header to what is forwarded, or replace one; 'created=Name: value' for the target of created alone (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = bound_headers::check_header)]
    headers: Vec<String>,
    /// Append the path that was asked for to the target's; the query is carried on in any case
    #[arg(long)]
    forward_path: bool,
    /// Time limit for the app's answer; 0 for no limit, for instance while debugging
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = arguments::read_time_limit)]
    forward_timeout: TimeLimit,
    /// Forward again what was forwarded successfully before
    #[arg(long)]
    forward_duplicates: bool,
    /// Try failed forwards again on the documented schedule, in order, across restarts
    #[arg(long)]
    forward_retry: bool,
    /// Wait 60 times as fast between these attempts (60x)
    #[arg(long, value_name = "SPEED", value_parser = speed, requires = "forward_retry")]
    speed: Option<f64>,
    /// What a retry's delay counts from
    #[arg(long, value_enum, value_name = "ATTEMPT", default_value_t, requires = "forward_retry")]
    retry_from: arguments::RetryFromOption,
    /// What the answer to the sender waits for
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    ack: AckOption,
    #[command(flatten)]
    trust: trust::Arguments,
}

/// What the answer to the sender waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum AckOption {
    /// The store: 200 as soon as the event is safe
    #[default]
    Store,
    /// The app: answer with its status
    Mirror,
}

/// A target, and the events that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ForwardRoute {
    /// As it was written.
    text: String,
    /// Patterns of event names; none for all.
    patterns: Vec<String>,
    url: Url,
}

/// Reads `TARGET` or `PATTERN[,PATTERN…]=TARGET`.
fn route(text: &str) -> Result<ForwardRoute, String> {
    let (patterns, target) = split_route(text);
    let patterns = patterns.map_or(Ok(Vec::new()), |names| names.split(',').map(pattern).collect())?;
    Ok(ForwardRoute { text: text.to_owned(), patterns, url: arguments::read_target(target)? })
}

/// The same without an option in front: a bare word is rather a slip than the name of a host.
fn positional_route(text: &str) -> Result<ForwardRoute, String> {
    let bare = !text.contains([':', '/', '=']) && text.contains(|c: char| !c.is_ascii_digit()) && text != "localhost";
    match bare {
        true => Err(format!("'{text}' is not a target; write a port, host:port/path or a URL, like 3000/webhooks")),
        false => route(text),
    }
}

/// The full name of an event, a name of the second service, or a glob.
fn pattern(name: &str) -> Result<String, String> {
    if name == "all" { Ok("*".to_owned()) } else { parse_pattern(name).map_err(|error| error.to_string()) }
}

/// A target that is there twice would get everything twice.
fn refuse_repeated(routes: &[ForwardRoute]) -> Result<(), Error> {
    let is_same = |one: &ForwardRoute, other: &ForwardRoute| (&one.patterns, &one.url) == (&other.patterns, &other.url);
    let repeated = routes.iter().enumerate().find(|(at, route)| routes[..*at].iter().any(|one| is_same(one, route)));
    match repeated {
        Some((_, route)) => {
            let told = Error::usage(format!("the target {} is given twice, and would get each event twice", route.url));
            Err(told.hint("give it once"))
        }
        None => Ok(()),
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match arguments::read_pace(text)? {
        DeliveryPace::Times(factor) => Ok(factor),
        _ => Err("write a listener's speed as 60x".into()),
    }
}

impl ForwardRoute {
    fn only(&self) -> Option<receive::ListenerFilter> {
        if self.patterns.is_empty() {
            return None;
        }
        let patterns = self.patterns.clone();
        Some(Arc::new(move |facts: &EventFacts, _: &_| {
            // A body without a name fits what any name fits.
            let name = facts.event_type.as_deref().unwrap_or_default();
            patterns.iter().any(|pattern| fits_name(pattern, name))
        }))
    }
}

impl Arguments {
    /// The targets: those given, else that of the settings.
    pub(super) fn targets(&self, context: &Context, settings: &ConfigSettings) -> Result<Vec<ForwardSettings>, Error> {
        let mut routes = [self.targets.as_slice(), &self.forward_to].concat();
        if routes.is_empty() {
            routes.extend(option_or_setting(None, settings, SettingKey::ForwardTo, route)?);
        }
        if routes.is_empty() {
            self.trust.require(false, false, "--forward-to")?;
            self.needs_target()?;
        }
        refuse_repeated(&routes)?;
        if self.forward_retry && self.ack == AckOption::Mirror {
            return Err(Error::usage(
                "with --ack mirror the sender itself retries; leave out --forward-retry or --ack mirror",
            ));
        }
        let trust = self.trust.read(&routes.iter().map(|route| &route.url).collect::<Vec<_>>(), context)?;
        let texts: Vec<&str> = routes.iter().map(|route| route.text.as_str()).collect();
        let headers = bound_headers::assign_headers(&self.headers, &texts)?;
        let with_headers = routes.iter().zip(headers);
        Ok(with_headers.map(|(route, headers)| self.settings(route, headers, &trust)).collect())
    }

    /// Options that mean nothing without a target are not silently ignored.
    fn needs_target(&self) -> Result<(), Error> {
        let option = match self {
            Self { ack: AckOption::Mirror, .. } => "--ack mirror",
            Self { forward_duplicates: true, .. } => "--forward-duplicates",
            Self { forward_retry: true, .. } => "--forward-retry",
            Self { headers, .. } if !headers.is_empty() => "--header",
            Self { forward_path: true, .. } => "--forward-path",
            _ => return Ok(()),
        };
        Err(Error::usage(format!("{option} needs a target"))
            .hint("name it, for instance: referralloop listen 3000/webhooks"))
    }

    fn settings(&self, route: &ForwardRoute, headers: Vec<HeaderArgument>, trust: &TlsTrust) -> ForwardSettings {
        let retrying = ForwardRetryPolicy { from: self.retry_from.into(), factor: self.speed.unwrap_or(1.0) };
        ForwardSettings {
            timeout: self.forward_timeout.0,
            headers,
            with_path: self.forward_path,
            trust: trust.clone(),
            forward_duplicates: self.forward_duplicates,
            ack: match self.ack {
                AckOption::Store => AckMode::Store,
                AckOption::Mirror => AckMode::Mirror,
            },
            retrying: self.forward_retry.then_some(retrying),
            only: route.only(),
            route: (!route.patterns.is_empty()).then(|| route.patterns.join(", ")),
            ..ForwardSettings::new(route.url.clone())
        }
    }
}

/// What is forwarded to the listener itself would arrive again and again.
pub(super) fn refuse_own_address(forwards: &[ForwardSettings], own: SocketAddr) -> Result<(), Error> {
    match forwards.iter().find(|forward| is_own_address(&forward.url, own)) {
        Some(forward) => Err(Error::usage(format!("the target {} is this listener itself", forward.url))
            .hint("name the port of your app with --forward-to, or another port for the listener with --port")),
        None => Ok(()),
    }
}

/// Tells what a killed listener left behind, and keeps notes so that this one would. What goes to a target of this
/// listener first is told by that.
pub(super) async fn note_unforwarded(
    recorder: EventRecorder,
    receiving: &receive::ListenerSettings,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<EventRecorder, Error> {
    let store = session::store_path(context, settings)?;
    let mut owed = unforwarded::recover_unforwarded(&store, &context.clock).await;
    let retried = receiving.forwards.iter().filter(|forward| forward.retrying.is_some());
    retried.for_each(|forward| drop(owed.remove(&forward.label())));
    let left = owed.into_values().flatten().collect::<BTreeSet<u64>>().len();
    if left > 0 {
        let were = if left == 1 { "1 event was".to_owned() } else { format!("{left} events were") };
        let others = unforwarded::count_others(&session::open_reader(context, settings)?, left)?;
        let send = match others {
            0 => "send with".to_owned(),
            _ => format!("send them, and {}, with", unforwarded::describe_others(others)),
        };
        Console::new(context).print_notice(&format!(
            "{were} acknowledged but not forwarded before an earlier listener was killed; {send}: referralloop replay --failed"
        ));
    }
    let forwards = !receiving.forwards.is_empty();
    // A folder that takes no notes is no reason to take no events.
    let notes = forwards.then(|| UnforwardedNotes::begin(&store, context.pid).ok()).flatten();
    Ok(recorder.with_notes(notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_from_targets() {
        let read = |text: &str| route(text).map(|route| (route.patterns.join(","), route.url.to_string()));
        assert_eq!(read("3000/x?a=b"), Ok((String::new(), "http://localhost:3000/x?a=b".into())));
        assert_eq!(read("created=3000"), Ok(("signup.created".into(), "http://localhost:3000/".into())));
        assert_eq!(
            read("created,*_changed=3000"),
            Ok(("signup.created,*_changed".into(), "http://localhost:3000/".into()))
        );
        assert_eq!(read("new_registration=3000"), Ok(("new_registration".into(), "http://localhost:3000/".into())));
        assert!(read("creatd=3000").unwrap_err().contains("created") && read("created=").is_err());
    }
}
