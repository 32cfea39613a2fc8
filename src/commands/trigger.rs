//! `trigger`: fabricates an event, signs it and delivers it as the service would, retries included.

mod case;

use crate::config::Settings;
use crate::config::keys::Key;
use crate::context::Context;
use crate::deliver::{Pace, Plan};
use crate::error::{Error, Exit};
use crate::exchange::Request;
use crate::flows::arguments::{self, Limit};
use crate::flows::payload;
use crate::flows::{delivery, input, listeners, request, runtime, workspace};
use crate::output::console::Console;
use crate::output::rendition::Rendition;
use crate::protocol::attempt::Purpose;
use crate::protocol::event::EventType;
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
  referralloop trigger --case auth.missing --to 3000/webhooks --dry-run"
)]
pub struct Arguments {
    /// created, position_changed or deleted; not needed with --data
    #[arg(value_name = "EVENT", value_parser = arguments::event_type, required_unless_present_any = ["data", "case"])]
    event: Option<EventType>,
    /// Deliver to this port, host:port/path or URL [default: the running listener, else port 4242]
    #[arg(long, value_name = "TARGET", value_parser = arguments::target)]
    to: Option<Url>,
    #[command(flatten)]
    payload: payload::Arguments,
    #[command(flatten)]
    request: request::Arguments,
    /// Time for connect, send, head and body of an attempt; 0 for no limit
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = arguments::limit)]
    timeout: Limit,
    #[command(flatten)]
    retries: Retries,
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
    form: Form,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Retries")]
struct Retries {
    /// Follow the retry schedule without a terminal too
    #[arg(long)]
    retry: bool,
    /// Make one attempt only
    #[arg(long, conflicts_with_all = ["retry", "speed"])]
    no_retry: bool,
    /// Wait 60 times as fast (60x), not at all (instant), or until Enter (step)
    #[arg(long, value_name = "SPEED", value_parser = arguments::pace)]
    speed: Option<Pace>,
    /// What a retry's delay counts from
    #[arg(long, value_enum, value_name = "ATTEMPT", default_value_t)]
    retry_from: arguments::From,
}

/// What a printed request looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Form {
    /// As it goes over the wire
    #[default]
    Http,
    /// A curl command line
    Curl,
}

impl Retries {
    /// Whether to follow the schedule: asked for, or a person watches.
    fn follow(&self, context: &Context) -> bool {
        !self.no_retry && (self.retry || self.speed.is_some() || context.is_interactive())
    }

    /// Whether one attempt is made only because nobody watches.
    fn withheld(&self, context: &Context) -> bool {
        !self.no_retry && !self.follow(context)
    }
}

/// Fabricates, signs and delivers.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    input::one_stdin(&[arguments.payload.stdin().as_ref(), arguments.request.secret_file.as_ref()])?;
    let url = target(arguments, context, &settings)?;
    if let Some(check) = arguments.case.case {
        let here = (context, &console, &settings);
        return case::run((check, &arguments.case), url, &arguments.request, arguments.dry_run, here);
    }
    let payload = payload::build(arguments.event, &arguments.payload, context, &settings)?;
    let request = request::build(url, &payload, &arguments.request, context, &settings)?;
    if arguments.dry_run {
        print(&console, &request, arguments.form)?;
        return Ok(Exit::Done);
    }
    runtime::block_on(send(arguments, context, &console, &settings, request))
}

/// `--to`, else the setting, else the running listener, else where one listens by default.
fn target(arguments: &Arguments, context: &Context, settings: &Settings) -> Result<Url, Error> {
    if let Some(url) = arguments::or_setting(arguments.to.as_ref(), settings, Key::To, arguments::target)? {
        return Ok(url);
    }
    let store = workspace::store_path(context, settings)?;
    let default = || Url::parse("http://127.0.0.1:4242/").map_err(|error| Error::usage(error.to_string()));
    listeners::find(&store).map_or_else(default, Ok)
}

fn print(console: &Console, request: &Request, form: Form) -> Result<(), Error> {
    let rendition = Rendition { url: &request.url, headers: &request.headers, body: &request.body };
    match form {
        _ if console.is_json() => console.record("request", &rendition.record())?,
        Form::Http if console.is_terminal() => {
            for line in rendition.http_lines() {
                console.line(line.as_str())?;
            }
        }
        Form::Http => console.bytes(&rendition.http())?,
        Form::Curl => console.line(&rendition.curl())?,
    }
    Ok(())
}

async fn send(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &Settings,
    request: Request,
) -> Result<Exit, Error> {
    let stop = context.stop()?;
    let store = workspace::open_store(context, settings)?;
    let (screen, _) = console.screen()?;
    let event = delivery::announce(&request, context, &screen, &store).await?;
    let plan = Plan {
        request,
        event,
        purpose: Purpose::Trigger,
        retry_from: arguments.retries.retry_from.into(),
        pace: arguments.retries.speed.unwrap_or(Pace::Times(1.0)),
        retry: arguments.retries.follow(context),
        budget: arguments.timeout.0,
    };
    let exit = delivery::run(&plan, context, &screen, &store, &stop).await;
    store.close().await;
    screen.finish()?;
    let exit = exit?;
    if exit == Exit::No && arguments.retries.withheld(context) {
        console.hint(
            "one attempt was made, since nobody watches; --retry follows the documented schedule, --speed 60x faster",
        );
    }
    Ok(exit)
}
