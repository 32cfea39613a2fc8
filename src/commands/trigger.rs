//! `trigger`: fabricates one event, signs it and delivers it as the service would, retries included.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::deliver::{DeliveryPace, DeliveryPlan};
use crate::error::{Error, Exit};
use crate::exchange::HttpClient;
use crate::output::console::Console;
use crate::output::rendition::RequestRendition;
use crate::output::request_scripts::{self, NamedRequest, ScriptLanguage};
use crate::protocol::attempt::{AttemptOutcome, DeliveryPurpose, OutgoingRequest};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::target::is_loopback;
use crate::receive::REFUSED_ANSWER;
use crate::session::payload::FabricatedEvent;
use crate::session::{self, arguments, delivery, destination, input, own_refusal, payload, request, runtime, trust};
use crate::store::RefusedRow;
use clap::ValueEnum;

/// Fabricate an event, sign it and deliver it with the documented retries
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Any 2xx answer within 5 s acknowledges. Otherwise retries follow after 1, 5, 15 and 60 minutes: on a
terminal always; where what is printed goes into a pipe or a file, or nobody is there to type, only with
--retry or --speed, so that no script hangs for 81 minutes.

Examples:
  referralloop trigger created
  referralloop trigger position_changed --to 3000/webhooks --set data.new_position=1
  referralloop trigger created --to 3000/webhooks --speed 60x
  referralloop trigger deleted --email ada@example.com --seed 7 --dry-run
  referralloop trigger --data @body.json --to 3000/webhooks --speed instant
  referralloop trigger created --dry-run --as curl
  referralloop trigger new_registration --encoding base64 --to 3000/webhooks"
)]
pub(crate) struct Arguments {
    /// created, position_changed or deleted, or an event of ReferralHero such as new_registration; not needed with --data
    #[arg(value_name = "EVENT", value_parser = read_single_event, required_unless_present = "data")]
    event: Option<FabricatedEvent>,
    #[command(flatten)]
    destination: destination::Arguments,
    #[command(flatten)]
    payload: payload::Arguments,
    /// Change the body in $VISUAL or $EDITOR before it is sent
    #[arg(long, help_heading = "Payload")]
    edit: bool,
    #[command(flatten)]
    request: request::Arguments,
    /// What to sign
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        conflicts_with = "unsigned",
        help_heading = "Request"
    )]
    sign: request::SignOption,
    #[command(flatten)]
    trust: trust::Arguments,
    #[command(flatten)]
    retries: RetryArguments,
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

/// The name of one event; several are for other commands.
fn read_single_event(text: &str) -> Result<FabricatedEvent, String> {
    match text {
        "all" | "signup.*" => {
            Err(format!("'{text}' is more than one event; to send many, use referralloop load {text}"))
        }
        name => payload::read_fabricated(name),
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
    /// A hurl file
    Hurl,
    /// A Python test
    Python,
    /// A test for Node
    Node,
}

impl RequestForm {
    fn script(self) -> Option<ScriptLanguage> {
        match self {
            Self::Http | Self::Curl => None,
            Self::Hurl => Some(ScriptLanguage::Hurl),
            Self::Python => Some(ScriptLanguage::Python),
            Self::Node => Some(ScriptLanguage::Node),
        }
    }
}

impl RetryArguments {
    /// Whether to follow the schedule: asked for, or a person watches. Whoever reads the output through a pipe waits for
    /// its end, whatever standard error is.
    fn follows_schedule(&self, context: &Context) -> bool {
        let is_watched = context.is_interactive() && context.stdout.is_terminal;
        !self.no_retry && (self.retry || self.speed.is_some() || is_watched)
    }

    /// Whether one attempt is made only because nobody watches.
    fn withholds_retries(&self, context: &Context) -> bool {
        !self.no_retry && !self.follows_schedule(context)
    }
}

impl Arguments {
    /// Whether somebody just tries it: nobody said where to, nor that retries are what it is about.
    fn is_first_try(&self, settings: &ConfigSettings) -> bool {
        let retries = &self.retries;
        self.destination.is_default(settings) && !retries.retry && retries.speed.is_none()
    }
}

/// Fabricates, signs and delivers.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&[arguments.payload.stdin_path().as_ref(), arguments.request.secret_file.as_ref()])?;
    let url = arguments.destination.resolve_target(context, &settings)?;
    let payload = payload::build_payload(arguments.event, &arguments.payload, arguments.edit, context, &settings)?;
    let shaped = arguments.request.for_preview(arguments.dry_run);
    let request = request::build_request(url, &payload, &shaped, arguments.sign, context, &settings)?;
    if arguments.dry_run {
        print(&console, &request, arguments.form)?;
        return Ok(Exit::Done);
    }
    let exchange = arguments.trust.open_client(&[&request.url], context)?;
    runtime::block_on(send(arguments, context, &console, &settings, (request, exchange)))
}

fn print(console: &Console, request: &OutgoingRequest, form: RequestForm) -> Result<(), Error> {
    let rendition = RequestRendition(request);
    match form {
        _ if console.is_json() => console.write_record(&rendition.as_record())?,
        RequestForm::Http if console.is_terminal() => {
            for line in rendition.to_http_lines() {
                console.write_line(line.as_str())?;
            }
        }
        RequestForm::Http => console.write_bytes(&rendition.to_http())?,
        RequestForm::Curl => console.write_line(&rendition.to_curl())?,
        form => {
            request_scripts::check_reach(form.script(), [&request.url]).map_err(Error::usage)?;
            let named = NamedRequest { name: "event".to_owned(), request: rendition };
            let language = form.script().unwrap_or(ScriptLanguage::Curl);
            console.write_text(&request_scripts::render_script(language, [named]))?;
        }
    }
    Ok(())
}

async fn send(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
    (request, exchange): (OutgoingRequest, HttpClient),
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    let store = session::open_store(context, settings)?;
    let (screen, _) = console.start_screen()?;
    let event = delivery::register_event(&request, context, &screen, &store).await?;
    let plan = DeliveryPlan {
        label: request.url.to_string(),
        rules: DeliveryRules::of_body(&request.body, arguments.retries.retry_from.into()),
        request,
        event,
        purpose: DeliveryPurpose::Trigger,
        pace: arguments.retries.speed.unwrap_or(DeliveryPace::Times(1.0)),
        retry: arguments.retries.follows_schedule(context),
        budget: arguments.destination.budget(),
        stops_when_refused: arguments.is_first_try(settings),
    };
    let exit = delivery::deliver_event(&plan, &exchange, context, &screen, &store, &stop).await;
    store.close().await;
    screen.finish()?;
    let exit = exit?;
    if exit == Exit::No
        && let Some(hint) = explain_refusal(&plan, context, settings).await
    {
        console.print_hint(&hint);
    }
    if exit == Exit::No && arguments.retries.withholds_retries(context) {
        console.print_hint(
            "made only one attempt, because nobody watches at a terminal; --retry follows the documented schedule, \
            --speed 60x runs it faster",
        );
    }
    Ok(exit)
}

/// Who refused a signed event, where that is a listener of ours: of another profile, or of this one.
async fn explain_refusal(plan: &DeliveryPlan, context: &Context, settings: &ConfigSettings) -> Option<String> {
    let url = &plan.request.url;
    if !is_loopback(url) || !plan.request.is_signed() {
        return None;
    }
    let attempts = session::open_reader(context, settings).ok()?.list_attempts(plan.event).ok()?;
    // What `--respond` or the app has it answer reads otherwise.
    let is_refused = |outcome: &AttemptOutcome| match outcome {
        AttemptOutcome::Answered(answer) => answer.status == 401 && *answer.body == *REFUSED_ANSWER.as_bytes(),
        _ => false,
    };
    if !is_refused(&attempts.last()?.outcome) {
        return None;
    }
    if let Some(neighbour) = own_refusal::explain_neighbour(url, context, settings) {
        return Some(neighbour);
    }
    let is_meant = |row: &RefusedRow| row.refused.content.body == plan.request.body;
    own_refusal::find_own_refusal(url, is_meant, context, settings).await.map(own_refusal::explain_own_refusal)
}
