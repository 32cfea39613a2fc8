//! `trigger`: fabricates an event, signs it and delivers it as the service would, retries included; or many of them.

mod many;
mod rehearse;

mod case;

use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::deliver::{DeliveryPace, DeliveryPlan};
use crate::error::{Error, Exit};
use crate::exchange::OutgoingRequest;
use crate::flows::arguments::{self, TimeLimit};
use crate::flows::payload;
use crate::flows::{delivery, input, listeners, request, runtime, workspace};
use crate::output::console::Console;
use crate::output::rendition::RequestRendition;
use crate::protocol::attempt::DeliveryPurpose;
use crate::protocol::sample::PayloadPattern;
use clap::ValueEnum;
use url::Url;

/// Fabricate an event, sign it and deliver it with the documented retries
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Any 2xx answer within 5 s acknowledges. Otherwise retries follow after 1, 5, 15 and 60 minutes: on a
terminal always, elsewhere only with --retry or --speed, so that no script hangs for 81 minutes.

Examples:
  referralloop trigger created
  referralloop trigger position_changed --to 3000/webhooks --set data.new_position=1
  referralloop trigger created --to 3000/webhooks --speed 60x
  referralloop trigger deleted --email ada@example.com --seed 7 --dry-run
  referralloop trigger --data @body.json --to 3000/webhooks --speed instant
  referralloop trigger created --dry-run --as curl
  referralloop trigger created --count 1000 --to 3000/webhooks
  referralloop trigger all --duration 1s --rate 500 --concurrency 32 --to 3000/webhooks
  referralloop trigger created --chaos duplicate=0.2,reorder=5 --seed 7 --to 3000/webhooks
  referralloop trigger --scenario lifecycle --to 3000/webhooks
  referralloop trigger --case auth.missing --to 3000/webhooks --dry-run"
)]
pub struct Arguments {
    /// created, position_changed or deleted, or all for whole lives with --count; not needed with --data
    #[arg(value_name = "EVENT", value_parser = flow, required_unless_present_any = ["data", "scenario", "case"])]
    event: Option<PayloadPattern>,
    /// Deliver to this port, host:port/path or URL [default: the running listener, else port 4242]
    #[arg(long, value_name = "TARGET", value_parser = arguments::read_target)]
    to: Option<Url>,
    #[command(flatten)]
    payload: payload::Arguments,
    #[command(flatten)]
    request: request::Arguments,
    /// Time for connect, send, head and body of an attempt; 0 for no limit
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = arguments::read_time_limit)]
    timeout: TimeLimit,
    #[command(flatten)]
    retries: RetryArguments,
    #[command(flatten)]
    many: many::Arguments,
    #[command(flatten)]
    rehearsals: rehearse::Arguments,
    #[command(flatten)]
    case: case::Arguments,
    /// Print the request, and send nothing
    #[arg(long, help_heading = "Dry run")]
    dry_run: bool,
    /// What the printed request looks like
    #[arg(
        long = "as",
        value_enum,
        value_name = "FORM",
        requires = "dry_run",
        default_value_t,
        help_heading = "Dry run"
    )]
    form: RequestForm,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Retries")]
struct RetryArguments {
    /// Follow the retry schedule without a terminal too
    #[arg(long)]
    retry: bool,
    /// Make one attempt only
    #[arg(long, conflicts_with_all = ["retry", "speed"])]
    no_retry: bool,
    /// Wait 60 times as fast (60x), not at all (instant), or until Enter (step)
    #[arg(long, value_name = "SPEED", value_parser = arguments::read_pace)]
    speed: Option<DeliveryPace>,
    /// What a retry's delay counts from
    #[arg(long, value_enum, value_name = "ATTEMPT", default_value_t)]
    retry_from: arguments::RetryFromOption,
}

/// One event, or whole lives.
fn flow(text: &str) -> Result<PayloadPattern, String> {
    match text {
        "all" | "signup.*" => Ok(PayloadPattern::Lives),
        name => arguments::read_event_type(name).map(PayloadPattern::One),
    }
}

/// What a printed request looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum RequestForm {
    /// As it goes over the wire
    #[default]
    Http,
    /// A curl command line
    Curl,
}

impl RetryArguments {
    /// Whether to follow the schedule: asked for, or a person watches.
    fn follows_schedule(&self, context: &Context) -> bool {
        !self.no_retry && (self.retry || self.speed.is_some() || context.is_interactive())
    }

    /// Whether one attempt is made only because nobody watches.
    fn withholds_retries(&self, context: &Context) -> bool {
        !self.no_retry && !self.follows_schedule(context)
    }
}

/// Fabricates, signs and delivers.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::load_settings(context, &console)?;
    input::require_one_stdin(&[arguments.payload.stdin_path().as_ref(), arguments.request.secret_file.as_ref()])?;
    let url = target(arguments, context, &settings)?;
    if let Some(check) = arguments.case.case {
        let here = (context, &console, &settings);
        return case::run((check, &arguments.case), url, &arguments.request, arguments.dry_run, here);
    }
    if arguments.rehearsals.is_requested() {
        return rehearse::run(arguments, context, &console, &settings, url);
    }
    if arguments.many.is_requested() {
        return many::run(arguments, context, &console, &settings, url);
    }
    let event = match arguments.event {
        Some(PayloadPattern::One(event)) => Some(event),
        None => None,
        Some(PayloadPattern::Lives) => {
            return Err(Error::usage("name one event; 'all' is for many events: --count 1000"));
        }
    };
    let payload = payload::build_payload(event, &arguments.payload, context, &settings)?;
    let request = request::build_request(url, &payload, &arguments.request, context, &settings)?;
    if arguments.dry_run {
        print(&console, &request, arguments.form)?;
        return Ok(Exit::Done);
    }
    runtime::block_on(send(arguments, context, &console, &settings, request))
}

/// `--to`, else the setting, else the running listener, else where one listens by default.
fn target(arguments: &Arguments, context: &Context, settings: &ConfigSettings) -> Result<Url, Error> {
    if let Some(url) =
        arguments::option_or_setting(arguments.to.as_ref(), settings, SettingKey::To, arguments::read_target)?
    {
        return Ok(url);
    }
    let store = workspace::store_path(context, settings)?;
    let default = || Url::parse("http://127.0.0.1:4242/").map_err(|error| Error::usage(error.to_string()));
    listeners::find_listener(&store).map_or_else(default, Ok)
}

fn print(console: &Console, request: &OutgoingRequest, form: RequestForm) -> Result<(), Error> {
    let rendition = RequestRendition { url: &request.url, headers: &request.headers, body: &request.body };
    match form {
        _ if console.is_json() => console.write_record("request", &rendition.to_record())?,
        RequestForm::Http if console.is_terminal() => {
            for line in rendition.to_http_lines() {
                console.write_line(line.as_str())?;
            }
        }
        RequestForm::Http => console.write_bytes(&rendition.to_http())?,
        RequestForm::Curl => console.write_line(&rendition.to_curl())?,
    }
    Ok(())
}

async fn send(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
    request: OutgoingRequest,
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    let store = workspace::open_store(context, settings)?;
    let (screen, _) = console.start_screen()?;
    let event = delivery::register_event(&request, context, &screen, &store).await?;
    let plan = DeliveryPlan {
        request,
        event,
        purpose: DeliveryPurpose::Trigger,
        retry_from: arguments.retries.retry_from.into(),
        pace: arguments.retries.speed.unwrap_or(DeliveryPace::Times(1.0)),
        retry: arguments.retries.follows_schedule(context),
        budget: arguments.timeout.0,
    };
    let exit = delivery::deliver_event(&plan, context, &screen, &store, &stop).await;
    store.close().await;
    screen.finish()?;
    let exit = exit?;
    if exit == Exit::No && arguments.retries.withholds_retries(context) {
        console.print_hint(
            "made only one attempt, because this is not a terminal; --retry follows the documented schedule, --speed \
            60x runs it faster",
        );
    }
    Ok(exit)
}
