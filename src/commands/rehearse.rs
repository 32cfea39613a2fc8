//! `rehearse`: deliveries as production has them, from a scenario or decided by chance from a seed, and whether effects
//! happened once.

mod run;
mod state;
mod tally;

use self::run::RehearsalScreen;
use self::state::StateCommand;
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::exchange::is_loopback;
use crate::output::rendition::write_shell_word;
use crate::output::{console::Console, prompt};
use crate::protocol::body::RawBody;
use crate::protocol::closest::find_closest;
use crate::protocol::rehearsal::{FaultRates, plan_rehearsal};
use crate::protocol::rules::is_hero_body;
use crate::protocol::sample::{PayloadPattern, seeded_time};
use crate::protocol::scenario::{BUILT_IN, Scenario, ScenarioScript};
use crate::session::{self, destination, input, payload, request, runtime, trust};
use std::path::Path;

/// Deliver as production does: repeated, lost, late and out of order, and judge the effects
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The same seed makes the same rehearsal, to the byte; the last line that is printed repeats it. Exit: 0, or
1 where an event was not acknowledged, a damaged one was, or effects did not happen once (--state-cmd).

Examples:
  referralloop rehearse lifecycle
  referralloop rehearse duplicate-storm --to 3000/webhooks --seed 7
  referralloop rehearse --chaos duplicate=0.2,reorder=5 --seed 7 --to 3000/webhooks
  referralloop rehearse --chaos drop=0.1,corrupt=0.05 --event all --count 50 --dry-run
  referralloop rehearse lifecycle --to 3000/webhooks --state-cmd 'date +%s' --state-change 0 || true"
)]
pub(crate) struct Arguments {
    /// lifecycle, referral-climb, burst, duplicate-storm, or a TOML file
    #[arg(value_name = "SCENARIO", value_parser = read_scenario_name, conflicts_with_all = [
        "chaos", "event", "count", "data", "set", "set_json", "unset", "force", "waitlist", "email", "name",
    ])]
    scenario: Option<String>,
    /// Without a scenario: duplicate=0.2,together=0.1,drop=0.1,reorder=5,delay=50ms..2s,corrupt=0.01,late=0.1
    #[arg(long, value_name = "FAULTS", value_parser = faults)]
    chaos: Option<FaultRates>,
    /// created, position_changed or deleted, or all for whole lives of sign-ups [default: created]
    #[arg(long, value_name = "EVENT", value_parser = payload::read_pattern, conflicts_with = "data")]
    event: Option<PayloadPattern>,
    /// Make this many events [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST))]
    count: Option<u32>,
    /// A command that prints how many effects there are: run before and after, it must grow by one for each event
    #[arg(long, value_name = "CMD")]
    state_cmd: Option<String>,
    /// Expect the number from --state-cmd to grow by this much instead
    #[arg(long, value_name = "N", requires = "state_cmd", allow_negative_numbers = true)]
    state_change: Option<i64>,
    /// Show what would be delivered, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    destination: destination::Arguments,
    #[command(flatten)]
    payload: payload::Arguments,
    #[command(flatten)]
    request: request::Arguments,
    #[command(flatten)]
    trust: trust::Arguments,
}

/// The name of a scenario or of a file. An event is neither, and easily meant.
fn read_scenario_name(text: &str) -> Result<String, String> {
    match payload::read_pattern(text) {
        Ok(_) => Err(format!("'{text}' is an event, not a scenario; with --chaos, write --event {text}")),
        Err(_) => Ok(text.to_owned()),
    }
}

fn faults(text: &str) -> Result<FaultRates, String> {
    text.parse::<FaultRates>().map_err(|error| error.to_string())
}

/// Events without a scenario where nobody says how many.
const USUAL: u32 = 20;

/// Events without a scenario at most; what is beyond is load.
const MOST: i64 = 100_000;

/// From how many deliveries on another machine is asked about.
const MANY: usize = 20;

/// Decides, asks where it must, and plays.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&[arguments.payload.stdin_path().as_ref(), arguments.request.secret_file.as_ref()])?;
    let url = arguments.destination.resolve_target(context, &settings)?;
    let (script, seed) = script(arguments, context, &settings)?;
    let is_hero = script.bodies.first().is_some_and(|body| is_hero_body(&RawBody::new(body.clone())));
    let shaped = arguments.request.for_preview(arguments.dry_run);
    let template = request::build_template(&url, is_hero, &shaped, context, &settings)?;
    let exchange = arguments.trust.open_client(&[&url], context)?;
    let rehearsal = run::RehearsalRun {
        url,
        exchange,
        template,
        budget: arguments.destination.budget(),
        seed,
        script,
        repeat: repeat(context, arguments.payload.seed().is_none().then_some(seed)),
    };
    let screen = RehearsalScreen { context, console: &console };
    if arguments.dry_run {
        rehearsal.preview(&screen)?;
        return Ok(Exit::Done);
    }
    let sent: usize = rehearsal.script.plan.steps.iter().map(|step| step.shots.len()).sum();
    if sent > MANY
        && !is_loopback(&rehearsal.url)
        && !prompt::confirm(context, &format!("Make {sent} deliveries to another machine?"))?
    {
        return Err(Error::usage(format!("{sent} deliveries would go to another machine, which needs confirmation"))
            .hint("--yes confirms it; --dry-run shows them"));
    }
    let judge = arguments
        .state_cmd
        .as_ref()
        .map(|command| StateCommand { command: command.clone(), expected: arguments.state_change });
    runtime::block_on(run::run_rehearsal(&rehearsal, judge, &screen, &settings))
}

fn script(arguments: &Arguments, context: &Context, settings: &ConfigSettings) -> Result<(ScenarioScript, u64), Error> {
    if let Some(name) = &arguments.scenario {
        let scenario = scenario(name, context)?;
        let seed = arguments.payload.seed().or(scenario.seed).unwrap_or_else(|| context.random_u64());
        let script = scenario
            .build_script(seed)
            .map_err(|error| Error::usage(format!("scenario {name}: {error}")).caused_by(error))?;
        return Ok((script, seed));
    }
    if arguments.chaos.is_none() && arguments.state_cmd.is_none() {
        return Err(Error::usage("name a scenario, or say with --chaos what goes wrong").hint(format!(
            "the scenarios are {}; --chaos duplicate=0.2,reorder=5 makes its own",
            BUILT_IN.join(", ")
        )));
    }
    let seed = arguments.payload.seed().unwrap_or_else(|| context.random_u64());
    let count = arguments.count.unwrap_or(USUAL);
    let bodies =
        payload::prepare_bodies(arguments.event, &arguments.payload, context, settings, (seed, seeded_time(seed)))?;
    let mut written = Vec::new();
    for number in 0..u64::from(count) {
        let mut body = Vec::new();
        bodies.write_at(number, &mut body);
        written.push(String::from_utf8(body).map_err(|_| Error::usage("the body of a rehearsal must be UTF-8"))?);
    }
    let faults = arguments.chaos.clone().unwrap_or_default();
    Ok((ScenarioScript { plan: plan_rehearsal(written.len(), &faults, seed), bodies: written }, seed))
}

fn scenario(name: &str, context: &Context) -> Result<Scenario, Error> {
    if let Some(scenario) = Scenario::built_in(name) {
        return Ok(scenario);
    }
    if !name.contains(['.', '/']) && !context.resolve(Path::new(name)).exists() {
        let unknown = Error::usage(format!("unknown scenario '{name}'"));
        return Err(match find_closest(name, BUILT_IN.into_iter()) {
            Some(meant) => unknown.hint(format!("did you mean {meant}?")),
            None => unknown.hint(format!("write {}, or the name of a TOML file", BUILT_IN.join(", "))),
        });
    }
    let bytes = input::read_input(context, Path::new(name), input::BODY_LIMIT, "scenario")?;
    let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("scenario {name} is not UTF-8")))?;
    toml_edit::de::from_str(&text)
        .map_err(|error| Error::usage(format!("scenario {name}: {}", error.to_string().trim_end())))
}

/// The line that plays the same again: this one, with the seed where it was drawn by lot.
fn repeat(context: &Context, seed: Option<u64>) -> String {
    let arguments = context.arguments.iter().skip(1).map(|argument| write_shell_word(&argument.to_string_lossy()));
    let seed = seed.map(|seed| format!("--seed {seed}"));
    std::iter::once("referralloop".to_owned()).chain(arguments).chain(seed).collect::<Vec<_>>().join(" ")
}
