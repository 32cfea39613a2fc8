//! `reconcile`: what the service has and no arrival told of, and the other way round.

use crate::config::Settings;
use crate::config::keys::Key;
use crate::context::Context;
use crate::deliver::Pace;
use crate::error::{Error, Exit};
use crate::exchange::is_loopback;
use crate::flows::history::moment;
use crate::flows::reconciling::{self, Delivered, Mending};
use crate::flows::{arguments, asking, listeners, runtime, service, workspace};
use crate::output::console::Console;
use crate::output::progress::Progress;
use crate::output::sanitise::Sanitised;
use crate::output::style::Ink;
use crate::output::table::{Cell, columns};
use crate::output::{pager, prompt, words};
use crate::protocol::facts::Position;
use crate::protocol::reconcile::Missed;
use crate::shutdown::Stop;
use jiff::Timestamp;
use serde_json::json;
use url::Url;

/// Find what was missed: compare the service's sign-ups with what arrived, and deliver the missing events
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Deliveries may be lost, and the service sends none again. This reads every sign-up of the waitlist and lists
those that no event told of, those that are gone without an event, and positions that differ. The service
retries for 81 minutes, so what happened just now may still come. Exit code 1 where something was
missed and is not mended.

Examples:
  referralloop reconcile -w 123e4567-e89b-12d3-a456-426614174000 --deliver --to 3000/webhooks
  referralloop reconcile --since 5m --deliver --json"
)]
pub struct Arguments {
    /// The waitlist [default: the setting waitlist]
    #[arg(long, short = 'w', value_name = "ID", value_parser = arguments::id)]
    waitlist: Option<String>,
    /// Take sign-ups made before this time as known: a time (RFC 3339), or how long ago, such as 2h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Deliver the missing events, made from what the service has and signed
    #[arg(long)]
    deliver: bool,
    /// Where they are delivered to [default: the setting to, else the running listener]
    #[arg(long, value_name = "TARGET", value_parser = arguments::target, requires = "deliver")]
    to: Option<Url>,
    /// Follow the documented retry schedule where a delivery fails
    #[arg(long, requires = "deliver")]
    retry: bool,
    /// Wait for retries 60 times as fast (60x) or not at all (instant)
    #[arg(long, value_name = "SPEED", value_parser = pace, requires = "retry")]
    speed: Option<Pace>,
}

fn pace(text: &str) -> Result<Pace, String> {
    match arguments::pace(text)? {
        Pace::Step => Err("the steps are for single deliveries; write 60x or instant".into()),
        pace => Ok(pace),
    }
}

/// From how many events on another machine is asked about first.
const MANY: usize = 20;

/// What was found.
struct Found {
    waitlist: String,
    missed: Vec<Missed>,
    signups: usize,
    heard: usize,
}

/// Compares, and mends.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let since = moment("--since", arguments.since.as_deref(), context.clock.now())?;
    let given = asking::waitlist_given(arguments.waitlist.as_ref(), &settings)?;
    asking::need_waitlist(given.as_ref(), context)?;
    let url = match arguments.deliver {
        true => Some(target(arguments, context, &settings)?),
        false => None,
    };
    let service = service::open(context, &settings)?;
    runtime::block_on(async {
        let stop = context.stop()?;
        let Some(waitlist) = asking::waitlist(given, &service, context).await? else { return Ok(Exit::Interrupted) };
        let found = tokio::select! {
            found = compare(waitlist, since, &service, context, &settings) => found?,
            signal = stop.requested() => return Ok(crate::flows::delivery::interrupted(signal)),
        };
        show(&found, &console, context)?;
        let Some(url) = url.filter(|_| !found.missed.is_empty()) else {
            sum_up(&found, None, &console)?;
            return Ok(if found.missed.is_empty() { Exit::Done } else { Exit::No });
        };
        mend(arguments, &found, url, (context, &settings, &console), &stop).await
    })
}

/// `--to`, else the setting, else the running listener.
fn target(arguments: &Arguments, context: &Context, settings: &Settings) -> Result<Url, Error> {
    let given = arguments::or_setting(arguments.to.as_ref(), settings, Key::To, arguments::target)?;
    let store = workspace::store_path(context, settings)?;
    given.or_else(|| listeners::find(&store)).ok_or_else(|| {
        Error::usage("no listener is running, and nothing says where the events should go")
            .hint("start one: referralloop listen --forward-to 3000/webhooks")
            .hint("or name your handler with --to 3000/webhooks")
    })
}

async fn compare(
    waitlist: String,
    since: Option<Timestamp>,
    service: &service::Service,
    context: &Context,
    settings: &Settings,
) -> Result<Found, Error> {
    let progress = Progress::new(None, context.shows_progress());
    let read_at = context.clock.now();
    let seen = |count: usize| progress.at(count as u64, "sign-ups read");
    let signups = service.client.all_signups(&waitlist, seen).await;
    let signups = signups.map_err(|failure| service.explain(&failure, context))?;
    drop(progress);
    // Read after the sign-ups: what arrived meanwhile is seen to have.
    let heard = reconciling::heard(&workspace::open_reader(context, settings)?, &waitlist)?;
    let (count, told) = (signups.len(), heard.len());
    Ok(Found { missed: heard.missed(signups, read_at, since), waitlist, signups: count, heard: told })
}

async fn mend(
    arguments: &Arguments,
    found: &Found,
    url: Url,
    (context, settings, console): (&Context, &Settings, &Console),
    stop: &Stop,
) -> Result<Exit, Error> {
    let count = found.missed.iter().filter(|missed| missed.event_type().is_some()).count();
    if count > MANY && !is_loopback(&url) {
        let question = format!("Send {count} events to {url}?");
        if !prompt::confirm(context, &question)? {
            return Err(Error::usage(format!("{count} events would go to another machine, and nobody said yes"))
                .hint("--yes says so; without --deliver they are only listed"));
        }
    }
    let mending = Mending {
        missed: &found.missed,
        waitlist: &found.waitlist,
        url,
        retry: arguments.retry,
        pace: arguments.speed.unwrap_or(Pace::Times(1.0)),
    };
    match reconciling::deliver(&mending, context, settings, console, stop).await? {
        Err(interrupted) => Ok(interrupted),
        Ok(delivered) => {
            sum_up(found, Some(delivered), console)?;
            let mended = delivered.acknowledged == found.missed.len() as u64;
            Ok(if mended { Exit::Done } else { Exit::No })
        }
    }
}

fn show(found: &Found, console: &Console, context: &Context) -> Result<(), Error> {
    if console.is_json() {
        return found.missed.iter().try_for_each(|missed| record(console, &found.waitlist, missed));
    }
    if found.missed.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<Cell>> = found.missed.iter().map(cells).collect();
    Ok(pager::show(&columns(&["MISSED", "EMAIL", "WHAT", "=SIGN-UP"], &rows, &console.out), console, context)?)
}

fn record(console: &Console, waitlist: &str, missed: &Missed) -> Result<(), Error> {
    let (signup, from, to) = match missed {
        Missed::Created(signup) | Missed::StillThere(signup) => (Some(signup), None, None),
        Missed::Moved { signup, from, to } => (Some(signup), Some(*from), Some(*to)),
        Missed::Deleted { .. } => (None, None, None),
    };
    let fields = json!({
        "event_type": missed.event_type(), "waitlist_id": waitlist, "signup_id": missed.id(), "email": missed.email(),
        "old_position": from, "new_position": to, "signup": signup,
    });
    Ok(console.record("missed", &fields)?)
}

fn cells(missed: &Missed) -> Vec<Cell> {
    let (name, what) = match missed {
        Missed::Created(signup) => {
            let at = signup.position().map(|place| words::position(Position::At(place), false));
            ("signup.created", at.unwrap_or_default())
        }
        Missed::Moved { from, to, .. } => {
            ("signup.position_changed", words::position(Position::Moved { from: *from, to: *to }, false))
        }
        Missed::Deleted { .. } => ("signup.deleted", Sanitised::own("gone")),
        Missed::StillThere(_) => ("–", Sanitised::own("told to be deleted, and still there")),
    };
    vec![
        Cell::new(Ink::Strong, Sanitised::own(name)),
        Cell::from(Sanitised::text(missed.email().unwrap_or_default())),
        Cell::from(what),
        Cell::from(Sanitised::text(missed.id())),
    ]
}

fn sum_up(found: &Found, delivered: Option<Delivered>, console: &Console) -> Result<(), Error> {
    let count = |wanted: Option<&str>| found.missed.iter().filter(|missed| missed.event_type() == wanted).count();
    let (created, moved, deleted) =
        (count(Some("signup.created")), count(Some("signup.position_changed")), count(Some("signup.deleted")));
    let still_there = count(None);
    if console.is_json() {
        let counts = json!({
            "command": "reconcile", "signups": found.signups, "heard_of": found.heard, "missed": found.missed.len(),
            "missed_created": created, "missed_moved": moved, "missed_deleted": deleted, "still_there": still_there,
            "acknowledged": delivered.map(|delivered| delivered.acknowledged),
            "undelivered": delivered.map(|delivered| delivered.failed),
        });
        return Ok(console.record("summary", &counts)?);
    }
    let compared = words::counted(found.signups as u64, "sign-up", "sign-ups");
    console.note(&match found.missed.len() {
        0 => format!("Nothing was missed: {} compared.", compared.as_str()),
        missed => format!(
            "Missed {missed} ({created} created, {moved} moved, {deleted} deleted{}); {} compared.",
            if still_there > 0 { format!(", {still_there} not deleted") } else { String::new() },
            compared.as_str()
        ),
    });
    match delivered {
        Some(Delivered { acknowledged, failed: 0 }) => {
            console.note(&format!("Delivered: {acknowledged} acknowledged."))
        }
        Some(Delivered { acknowledged, failed }) => {
            console.note(&format!("Delivered: {acknowledged} acknowledged, {failed} not."));
        }
        None if !found.missed.is_empty() => console.hint("--deliver sends the missing events to your handler"),
        None => {}
    }
    Ok(())
}
