//! `reconcile`: what the service has and no arrival told of, and the other way round.

mod repair;

use self::repair::{RepairCounts, RepairPlan};
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::deliver::DeliveryPace;
use crate::error::{Error, Exit};
use crate::exchange::{HttpClient, is_loopback};
use crate::output::console::Console;
use crate::output::progress::RunProgressBar;
use crate::output::records::{MissedRecord, ReconcileSummary};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::output::table::{TableCell, render_columns};
use crate::output::{pager, phrases, prompt};
use crate::protocol::facts::WaitlistPosition;
use crate::protocol::reconcile::MissedEvent;
use crate::session::arguments::{self, HeaderArgument};
use crate::session::history::read_moment;
use crate::session::{self, delivery, registry, runtime, service, trust, waitlist};
use crate::shutdown::StopReceiver;
use jiff::Timestamp;
use url::Url;

/// Find what was missed: compare the service's sign-ups with what arrived, and deliver the missing events
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Deliveries may be lost, and the service does not repeat them. This reads every sign-up of the waitlist
and lists those without an event, those that disappeared without one, and positions that differ. Only
what went through this store counts as arrived: what the service sent straight to an app is not known
here, and is missed. The service retries for 81 minutes, so the latest events may still come. Exit
code 1 if something was missed and not delivered.

Examples:
  referralloop reconcile -w 123e4567-e89b-12d3-a456-426614174000 --deliver --to 3000/webhooks
  referralloop reconcile --since 5m --deliver --json"
)]
pub(crate) struct Arguments {
    /// The waitlist [default: the setting waitlist]
    #[arg(long, short = 'w', value_name = "ID", value_parser = arguments::read_id)]
    waitlist: Option<String>,
    /// Treat sign-ups from before this time as known: 2024-01-15, today, a time, or how long ago, such as 2h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Deliver the missing events, made from what the service has and signed
    #[arg(long)]
    deliver: bool,
    /// Where they are delivered to [default: the setting to, else the running listener]
    #[arg(long, value_name = "TARGET", value_parser = arguments::read_target, requires = "deliver")]
    to: Option<Url>,
    /// Add a header to what is delivered, or replace one (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::read_header)]
    headers: Vec<HeaderArgument>,
    /// Follow the documented retry schedule when a delivery fails
    #[arg(long, requires = "deliver")]
    retry: bool,
    /// Wait for retries 60 times as fast (60x) or not at all (instant)
    #[arg(long, value_name = "SPEED", value_parser = pace, requires = "retry")]
    speed: Option<DeliveryPace>,
    #[command(flatten)]
    trust: trust::Arguments,
}

fn pace(text: &str) -> Result<DeliveryPace, String> {
    match arguments::read_pace(text)? {
        DeliveryPace::Step => Err("step is for single deliveries; write 60x or instant".into()),
        pace => Ok(pace),
    }
}

/// From how many events on another machine is asked about first.
const MANY: usize = 20;

/// What was found.
struct ReconcileResult {
    waitlist: String,
    missed: Vec<MissedEvent>,
    signups: usize,
    /// Rows that the service gave and that could not be told.
    odd: usize,
    heard: usize,
}

/// Compares, and mends.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    arguments.trust.require(!arguments.headers.is_empty(), arguments.deliver, "--deliver")?;
    let since = read_moment("--since", arguments.since.as_deref(), &context.local_now())?;
    let given = waitlist::resolve_waitlist(arguments.waitlist.as_ref(), &settings)?;
    waitlist::require_waitlist(given.as_ref(), context)?;
    let url = match arguments.deliver {
        true => Some(target(arguments, context, &settings)?),
        false => None,
    };
    let exchange = arguments.trust.open_client(&url.iter().collect::<Vec<_>>(), context)?;
    let service = service::open_service(context, &settings)?;
    runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        let Some(waitlist) = waitlist::pick_waitlist(given, &service, context).await? else {
            return Ok(Exit::Interrupted);
        };
        let found = tokio::select! {
            found = compare(waitlist, since, &service, context, &settings) => found?,
            signal = stop.wait_for_stop() => return Ok(delivery::exit_for_signal(signal)),
        };
        print_missed(&found, &console, context)?;
        warn_of_strange_store(&found, arguments.deliver, &console);
        let Some(url) = url.filter(|_| !found.missed.is_empty()) else {
            show_summary(&found, None, &console)?;
            return Ok(if found.missed.is_empty() { Exit::Done } else { Exit::No });
        };
        deliver_found(arguments, &found, (url, exchange), (context, &settings, &console), &stop).await
    })
}

/// `--to`, else the setting, else the running listener.
fn target(arguments: &Arguments, context: &Context, settings: &ConfigSettings) -> Result<Url, Error> {
    let given = arguments::option_or_setting(arguments.to.as_ref(), settings, SettingKey::To, arguments::read_target)?;
    let store = session::store_path(context, settings)?;
    given.or_else(|| registry::find_listener(&store)).ok_or_else(|| {
        Error::usage("no listener is running, and no target is given")
            .hint("start one: referralloop listen --forward-to 3000/webhooks")
            .hint("or name your handler with --to 3000/webhooks")
    })
}

async fn compare(
    waitlist: String,
    since: Option<Timestamp>,
    service: &service::HostedService,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<ReconcileResult, Error> {
    let progress = RunProgressBar::new(None, context.shows_progress());
    let read_at = context.clock.now();
    let seen = |count: usize| progress.update(count as u64, "sign-ups read");
    let signups = service.client.list_all_signups(&waitlist, seen).await;
    let signups = signups.map_err(|failure| service.explain(&failure, context))?;
    drop(progress);
    // Read after the sign-ups: what arrived meanwhile is seen to have.
    let heard = repair::collect_reported(&session::open_reader(context, settings)?, &waitlist)?;
    let (count, told, odd) = (signups.items.len(), heard.len(), signups.odd);
    let mut missed = heard.find_missed(signups.items, read_at, since);
    if odd > 0 {
        // One of the rows that could not be told may be the sign-up that seems to be gone.
        missed.retain(|missed| !matches!(missed, MissedEvent::Deleted { .. }));
    }
    Ok(ReconcileResult { missed, waitlist, signups: count, odd, heard: told })
}

async fn deliver_found(
    arguments: &Arguments,
    found: &ReconcileResult,
    (url, exchange): (Url, HttpClient),
    (context, settings, console): (&Context, &ConfigSettings, &Console),
    stop: &StopReceiver,
) -> Result<Exit, Error> {
    let count = found.missed.iter().filter(|missed| missed.event_type().is_some()).count();
    if count > MANY && !is_loopback(&url) {
        let question = format!("Send {count} events to {url}?");
        if !prompt::confirm(context, &question)? {
            return Err(Error::usage(format!("{count} events would go to another machine, which needs confirmation"))
                .hint("--yes confirms it; without --deliver they are only listed"));
        }
    }
    let mending = RepairPlan {
        missed: &found.missed,
        waitlist: &found.waitlist,
        url,
        headers: &arguments.headers,
        exchange,
        retry: arguments.retry,
        pace: arguments.speed.unwrap_or(DeliveryPace::Times(1.0)),
    };
    match repair::deliver_missed(&mending, context, settings, console, stop).await? {
        Err(interrupted) => Ok(interrupted),
        Ok(delivered) => {
            show_summary(found, Some(delivered), console)?;
            let mended = delivered.acknowledged == found.missed.len() as u64;
            Ok(if mended { Exit::Done } else { Exit::No })
        }
    }
}

fn print_missed(found: &ReconcileResult, console: &Console, context: &Context) -> Result<(), Error> {
    if console.is_json() {
        return found.missed.iter().try_for_each(|missed| record(console, &found.waitlist, missed));
    }
    if found.missed.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<TableCell>> = found.missed.iter().map(|missed| cells(missed, &console.out)).collect();
    let headings = ["~MISSED", "@EMAIL", "-~WHAT", "=SIGN-UP"];
    Ok(pager::show_paged(&render_columns(&headings, &rows, &console.out), console, context)?)
}

/// Where a store has heard of nothing, it may be another one that did, or none: an app may be subscribed by itself.
fn warn_of_strange_store(found: &ReconcileResult, delivers: bool, console: &Console) {
    if found.heard > 0 || found.missed.is_empty() {
        return;
    }
    console.print_notice(
        "nothing of this waitlist has ever arrived in this store, so everything counts as missed, even what the service \
        delivered to an app that is subscribed directly",
    );
    if delivers {
        console.print_notice(
            "what is delivered now is made from what the service has: the same events in other bytes, which an app that \
            has had them takes for new ones",
        );
    }
}

fn record(console: &Console, waitlist: &str, missed: &MissedEvent) -> Result<(), Error> {
    let (signup, from, to) = match missed {
        MissedEvent::Created(signup) | MissedEvent::StillThere(signup) => (Some(signup), None, None),
        MissedEvent::Moved { signup, from, to } => (Some(signup), Some(*from), Some(*to)),
        MissedEvent::Deleted { .. } => (None, None, None),
    };
    Ok(console.write_record(&MissedRecord {
        event_type: missed.event_type(),
        waitlist_id: waitlist,
        signup_id: missed.id(),
        email: missed.email(),
        old_position: from,
        new_position: to,
        signup,
    })?)
}

fn cells(missed: &MissedEvent, style: &OutputStyle) -> Vec<TableCell> {
    let (name, what) = match missed {
        MissedEvent::Created(signup) => {
            let at = signup.position().map(|place| phrases::format_position(WaitlistPosition::At(place), false));
            ("signup.created", at.unwrap_or_default())
        }
        MissedEvent::Moved { from, to, .. } => (
            "signup.position_changed",
            phrases::format_position(WaitlistPosition::Moved { from: *from, to: *to }, false),
        ),
        MissedEvent::Deleted { .. } => ("signup.deleted", Sanitised::own("gone")),
        MissedEvent::StillThere(_) => ("–", Sanitised::own("reported as deleted, but still there")),
    };
    let name = if style.is_terminal() { phrases::short_event(name) } else { name };
    vec![
        TableCell::new(TextRole::Strong, Sanitised::own(name)),
        TableCell::from(Sanitised::text(missed.email().unwrap_or_default())),
        TableCell::from(what),
        TableCell::from(Sanitised::text(missed.id())),
    ]
}

fn show_summary(found: &ReconcileResult, delivered: Option<RepairCounts>, console: &Console) -> Result<(), Error> {
    let count = |wanted: Option<&str>| found.missed.iter().filter(|missed| missed.event_type() == wanted).count();
    let (created, moved, deleted) =
        (count(Some("signup.created")), count(Some("signup.position_changed")), count(Some("signup.deleted")));
    let still_there = count(None);
    if console.is_json() {
        return Ok(console.write_summary(&ReconcileSummary {
            signups: found.signups,
            heard_of: found.heard,
            missed: found.missed.len(),
            missed_created: created,
            missed_moved: moved,
            missed_deleted: deleted,
            still_there,
            left_out: (found.odd > 0).then_some(found.odd),
            acknowledged: delivered.map(|delivered| delivered.acknowledged),
            undelivered: delivered.map(|delivered| delivered.failed),
        })?);
    }
    let compared = phrases::format_quantity(found.signups as u64, "sign-up", "sign-ups");
    console.print_notice(&match found.missed.len() {
        0 => format!("Nothing was missed: {} compared.", compared.as_str()),
        missed => format!(
            "Missed {missed} ({created} created, {moved} moved, {deleted} deleted{}); {} compared.",
            if still_there > 0 { format!(", {still_there} not deleted") } else { String::new() },
            compared.as_str()
        ),
    });
    if found.odd > 0 {
        console.print_notice("deletions are not listed, because some of the service's rows had no usable id");
    }
    match delivered {
        Some(RepairCounts { acknowledged, failed: 0 }) => {
            console.print_notice(&format!("Delivered: {acknowledged} acknowledged."))
        }
        Some(RepairCounts { acknowledged, failed }) => {
            console.print_notice(&format!("Delivered: {acknowledged} acknowledged, {failed} not."));
        }
        None if !found.missed.is_empty() => console.print_hint("--deliver sends the missing events to your handler"),
        None => {}
    }
    Ok(())
}
