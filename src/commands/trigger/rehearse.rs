//! `trigger --chaos` and `trigger --scenario`: deliveries as production has them, decided from a seed, and whether
//! effects happened once.

use super::Arguments as Trigger;
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::exchange::is_loopback;
use crate::flows::rehearsing::{self, RehearsalScreen, StateCommand};
use crate::flows::{input, payload, request, runtime};
use crate::output::{console::Console, prompt};
use crate::protocol::event::EventType;
use crate::protocol::rehearsal::{FaultRates, plan_rehearsal};
use crate::protocol::sample::{PayloadPattern, seeded_time};
use crate::protocol::scenario::{BUILT_IN, Scenario, ScenarioScript};
use std::path::Path;
use url::Url;

/// Options that make a rehearsal of it.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Rehearsals")]
pub(super) struct Arguments {
    /// Deliver as production does: duplicate=0.2,together=0.1,drop=0.1,reorder=5,delay=50ms..2s,corrupt=0.01,late=0.1
    #[arg(long, value_name = "FAULTS", value_parser = faults, conflicts_with_all = ["rate", "duration", "concurrency", "scenario", "retry", "speed", "edit"])]
    chaos: Option<FaultRates>,
    /// Play lifecycle, referral-climb, burst, duplicate-storm, or a TOML file
    #[arg(long, value_name = "NAME", conflicts_with_all = ["count", "rate", "duration", "concurrency", "event", "data", "set", "set_json", "unset", "retry", "speed", "edit"])]
    scenario: Option<String>,
    /// A command that prints how many effects there are: run before and after, it must grow by one for each event
    #[arg(long, value_name = "CMD")]
    state_cmd: Option<String>,
    /// Expect the number from --state-cmd to grow by this much instead
    #[arg(long, value_name = "N", requires = "state_cmd", allow_negative_numbers = true)]
    state_change: Option<i64>,
}

impl Arguments {
    /// Whether a rehearsal is asked for.
    pub(super) fn is_requested(&self) -> bool {
        self.chaos.is_some() || self.scenario.is_some() || self.state_cmd.is_some()
    }
}

fn faults(text: &str) -> Result<FaultRates, String> {
    text.parse::<FaultRates>().map_err(|error| error.to_string())
}

/// Events of a chaos run where nobody says how many.
const USUAL: u64 = 20;

/// Events of a chaos run at most; what is beyond is load.
const MOST: u64 = 100_000;

/// From how many deliveries on another machine is asked about.
const MANY: usize = 20;

/// Decides, asks where it must, and plays.
pub(super) fn run(
    arguments: &Trigger,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
    url: Url,
) -> Result<Exit, Error> {
    let (script, seed) = script(arguments, context, settings)?;
    let template = request::build_template(&url, &arguments.request, context, settings)?;
    let rehearsal = rehearsing::RehearsalRun {
        url,
        template,
        budget: arguments.timeout.0,
        seed,
        script,
        repeat: repeat(context, arguments.payload.seed().is_none().then_some(seed)),
    };
    if arguments.dry_run {
        rehearsal.preview(&RehearsalScreen { context, console })?;
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
        .rehearsals
        .state_cmd
        .as_ref()
        .map(|command| StateCommand { command: command.clone(), expected: arguments.rehearsals.state_change });
    runtime::block_on(rehearsing::run_rehearsal(&rehearsal, judge, &RehearsalScreen { context, console }, settings))
}

fn script(arguments: &Trigger, context: &Context, settings: &ConfigSettings) -> Result<(ScenarioScript, u64), Error> {
    if let Some(name) = &arguments.rehearsals.scenario {
        let scenario = scenario(name, context)?;
        let seed = arguments.payload.seed().or(scenario.seed).unwrap_or_else(|| context.random_u64());
        let script = scenario.build_script(seed).map_err(|error| Error::usage(format!("scenario {name}: {error}")))?;
        return Ok((script, seed));
    }
    let seed = arguments.payload.seed().unwrap_or_else(|| context.random_u64());
    let count = arguments.many.count().unwrap_or(USUAL);
    if count > MOST {
        return Err(Error::usage(format!(
            "a rehearsal has at most {MOST} events; without --chaos, --count runs a load test"
        )));
    }
    let flow = arguments.event.unwrap_or(PayloadPattern::One(EventType::SignupCreated));
    let bodies = payload::prepare_bodies(flow, &arguments.payload, context, settings, (seed, seeded_time(seed)))?;
    let mut written = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
    for number in 0..count {
        let mut body = Vec::new();
        bodies.write_at(number, &mut body);
        written.push(String::from_utf8(body).map_err(|_| Error::usage("a rehearsal's body is UTF-8"))?);
    }
    let faults = arguments.rehearsals.chaos.clone().unwrap_or_default();
    Ok((ScenarioScript { plan: plan_rehearsal(written.len(), &faults, seed), bodies: written }, seed))
}

fn scenario(name: &str, context: &Context) -> Result<Scenario, Error> {
    if let Some(scenario) = Scenario::built_in(name) {
        return Ok(scenario);
    }
    if !name.contains(['.', '/']) && !context.resolve(Path::new(name)).exists() {
        return Err(Error::usage(format!("unknown scenario '{name}'"))
            .hint(format!("write {}, or the name of a TOML file", BUILT_IN.join(", "))));
    }
    let bytes = input::read_input(context, Path::new(name), input::BODY_LIMIT, "scenario")?;
    let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("scenario {name} is not UTF-8")))?;
    toml_edit::de::from_str(&text)
        .map_err(|error| Error::usage(format!("scenario {name}: {}", error.to_string().trim_end())))
}

/// The line that plays the same again: this one, with the seed where it was drawn by lot.
fn repeat(context: &Context, seed: Option<u64>) -> String {
    let word = |text: &str| match text.chars().all(|c| c.is_ascii_alphanumeric() || "-_=./:,@".contains(c))
        && !text.is_empty()
    {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    };
    let arguments = context.arguments.iter().skip(1).map(|argument| word(&argument.to_string_lossy()));
    let seed = seed.map(|seed| format!("--seed {seed}"));
    std::iter::once("referralloop".to_owned()).chain(arguments).chain(seed).collect::<Vec<_>>().join(" ")
}
