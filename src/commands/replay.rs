//! `replay`: delivers stored events again, byte for byte, in order, and says what changed.

mod delivery;
mod relaying;
mod run;
mod source;

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::deliver::DeliveryPace;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::session::arguments::{self, HeaderArgument, TimeLimit};
use crate::session::history::{self, SelectionOptions, StoredIds};
use crate::session::relay_transfer::TransferTarget;
use crate::session::selection::HistoryQuery;
use crate::session::{self, editor, input, relay, runtime, trust};
use std::path::PathBuf;

/// Deliver stored events again, byte for byte, and show what changed
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Oldest first, one after the other. Each event goes to --to, else to every target that it went to before, else
to the running listener; with --failed, to the targets alone that are owed it. One attempt each unless --retry. The received signature is sent along. Where no event matches, nothing is sent,
and that is no failure. With --to nats://HOST/SUBJECT they go into a stream, for everybody who receives from there; what it
had already stays one message.

Examples:
  referralloop replay last --to 3000/webhooks
  referralloop replay 1 --times 3
  referralloop replay --failed --since 2h
  referralloop replay --last 20 --pace 10x
  referralloop replay --from events.jsonl --to 3000/webhooks --concurrency 8"
)]
pub(crate) struct Arguments {
    /// Events by number (43, 43-45 or 43,45) or last, the newest one received or sent; without any, what the options choose
    #[arg(value_name = "ID", value_delimiter = ',')]
    ids: Vec<StoredIds>,
    /// The newest N of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    last: Option<u32>,
    #[command(flatten)]
    selection: SelectionOptions,
    /// Events of an export, or one raw body, from a file (- for standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ids", "last"])]
    from: Option<PathBuf>,
    #[command(flatten)]
    sending: SendingArguments,
    #[command(flatten)]
    trust: trust::Arguments,
    #[command(flatten)]
    access: relay::Arguments,
    #[command(flatten)]
    order: OrderArguments,
    /// Say what would be sent, and send nothing
    #[arg(long, help_heading = "Sending")]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Sending")]
struct SendingArguments {
    /// Deliver to this port, host:port/path or URL, or publish to nats://HOST/SUBJECT
    #[arg(long, value_name = "TARGET", value_parser = TransferTarget::read)]
    to: Option<TransferTarget>,
    /// Add a header, or replace one (repeatable)
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = arguments::read_header)]
    headers: Vec<HeaderArgument>,
    /// Append the path that was asked for when the event came in to the target's
    #[arg(long)]
    forward_path: bool,
    /// Sign again, instead of keeping the signature that came
    #[arg(long)]
    resign: bool,
    /// Sign with the secret in this file (- for standard input)
    #[arg(long, value_name = "FILE", requires = "resign")]
    secret_file: Option<PathBuf>,
    /// Change the body in $EDITOR first, and sign it again
    #[arg(long)]
    edit: bool,
    /// Time for an attempt; 0 for no limit
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = arguments::read_time_limit)]
    timeout: TimeLimit,
    /// Follow the retry schedule
    #[arg(long)]
    retry: bool,
    /// Wait 60 times as fast between attempts (60x), or not at all (instant)
    #[arg(long, value_name = "SPEED", value_parser = speed, requires = "retry")]
    speed: Option<DeliveryPace>,
    /// What a retry's delay counts from
    #[arg(long, value_enum, value_name = "ATTEMPT", default_value_t)]
    retry_from: arguments::RetryFromOption,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Order and pace")]
struct OrderArguments {
    /// As they arrived (original), so many times faster (10x), or without pauses (asap)
    #[arg(long, value_name = "PACE", value_parser = pace, default_value = "asap")]
    pace: ReplayPace,
    /// In random order
    #[arg(long)]
    shuffle: bool,
    /// Repeat the same random order
    #[arg(long, value_name = "N", requires = "shuffle")]
    seed: Option<u64>,
    /// Deliver everything this many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    times: u32,
    /// Have this many in flight at a time; the order is then the order in which they start
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
}

/// How the gaps between events pass.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ReplayPace {
    /// Not at all.
    Asap,
    /// So many times as fast as they came.
    Times(f64),
}

fn pace(text: &str) -> Result<ReplayPace, String> {
    match text {
        "asap" => Ok(ReplayPace::Asap),
        "original" => Ok(ReplayPace::Times(1.0)),
        _ => match arguments::read_pace(text) {
            Ok(DeliveryPace::Times(factor)) => Ok(ReplayPace::Times(factor)),
            _ => Err("write a pace as original, 10x or asap".into()),
        },
    }
}

fn speed(text: &str) -> Result<DeliveryPace, String> {
    match arguments::read_pace(text)? {
        DeliveryPace::Step => Err("a replay cannot wait for Enter; write 60x or instant".into()),
        pace => Ok(pace),
    }
}

/// Replays.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&[arguments.from.as_ref(), arguments.sending.secret_file.as_ref()])?;
    if arguments.from.is_some() && !arguments.selection.is_empty() {
        return Err(Error::usage(
            "--from reads its own events and cannot be combined with options that select stored ones",
        ));
    }
    let stream = arguments.sending.to.as_ref().and_then(TransferTarget::relay);
    arguments.access.require(stream.is_some(), "--to nats://…")?;
    stream.map_or(Ok(()), |_| relaying::check(arguments))?;
    history::recover_unforwarded(context, &settings)?;
    let source = source::open_source(arguments, context, &settings)?;
    if arguments.sending.edit && source.len() != 1 {
        return Err(Error::usage(format!("--edit changes a single event, but {} are selected", source.len())));
    }
    if arguments.sending.edit {
        let instead = "write the body with events show ID --raw, change it, and send it with trigger --data @FILE";
        editor::require_terminal(context, instead)?;
    }
    if source.is_empty() {
        console.print_notice(explain_nothing(arguments, context, &settings)?);
        return Ok(Exit::Done);
    }
    if let Some(address) = stream {
        let world = (context, &console, &settings);
        return runtime::block_on(relaying::publish_replay(arguments, address, world, source));
    }
    runtime::block_on(run::run_replay(arguments, context, &console, &settings, source))
}

/// Why there is nothing to replay. What was sent from here is chosen only where it is asked for.
fn explain_nothing(arguments: &Arguments, context: &Context, settings: &ConfigSettings) -> Result<&'static str, Error> {
    // A condition is not asked again: where it fails, that was told.
    let sent = match arguments.from.is_some() || arguments.selection.condition()?.is_some() {
        true => Vec::new(),
        false => {
            let reader = session::open_reader(context, settings)?;
            HistoryQuery::of_all(&arguments.selection, context)?.list(&reader, 1, None)?
        }
    };
    Ok(match sent.is_empty() {
        true => "no event matches, so nothing was sent",
        false => "nothing received matches, so nothing was sent; --all takes what was sent from here, too",
    })
}
