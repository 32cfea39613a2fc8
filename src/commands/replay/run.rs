//! A replay under way: each event to its target, at its time, and the sum of it.

use super::delivery::{PlannedReplay, ReplayEngine};
use super::source::{ReplaySource, first_seen};
use super::{Arguments, ReplayPace};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::deliver::{DeliveryPace, DeliveryPlan};
use crate::error::{Error, ErrorCategory, Exit};
use crate::exchange::is_loopback;
use crate::output::console::Console;
use crate::output::line::{StyledLine, write_lines};
use crate::output::progress::RunProgressBar;
use crate::output::records::ReplaySummary;
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::output::style::TextRole;
use crate::output::{phrases, prompt, rendition::RequestRendition};
use crate::protocol::attempt::DeliveryPurpose;
use crate::protocol::facts::EventFacts;
use crate::protocol::report::ReplayReport;
use crate::protocol::rules::DeliveryRules;
use crate::session::relay_transfer::TransferTarget;
use crate::session::replay_request::{self, ReplayForm, ReplaySigning};
use crate::session::transfer::EventHistory;
use crate::session::{self, delivery, editor, registry};
use crate::store::Store;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::task::JoinSet;
use url::Url;

/// From how many events on only what went otherwise than before, or wrong, gets a line of its own.
const MANY: usize = 20;

/// Lines of that kind that are shown.
const LINES: usize = 50;

/// What every delivery of a run shares.
struct ReplayRun<'a> {
    arguments: &'a Arguments,
    form: ReplayForm,
    /// The running listener.
    fallback: Option<Url>,
    /// Where events go that are sent because they failed, by their numbers: settled before the first attempt, which may
    /// change what is owed.
    owed: HashMap<u64, Vec<Url>>,
    /// Events among those that failed which no app is owed.
    left_out: BTreeSet<u64>,
}

/// The sum.
#[derive(Debug, Default)]
struct ReplayTally {
    done: u64,
    acknowledged: u64,
    changed: u64,
    outcomes: BTreeMap<String, u64>,
    /// Deliveries to each target.
    targets: BTreeMap<String, u64>,
    /// Lines that are held back until the progress bar is gone.
    held: Vec<ReplayReport>,
}

/// What goes where, found out before the first attempt.
#[derive(Debug, Default)]
struct ReplaySurvey {
    deliveries: usize,
    /// Of these, to another machine.
    elsewhere: usize,
}

impl ReplaySurvey {
    fn note(&mut self, deliveries: usize, target: &Url) {
        self.deliveries += deliveries;
        self.elsewhere += if is_loopback(target) { 0 } else { deliveries };
    }

    /// More than a handful to another machine is asked about first.
    fn confirm(&self, context: &Context) -> Result<(), Error> {
        let elsewhere = self.elsewhere;
        if elsewhere <= MANY {
            return Ok(());
        }
        let events = phrases::format_quantity(elsewhere as u64, "event", "events");
        match prompt::confirm(context, &format!("Send {} to another machine?", events.as_str()))? {
            true => Ok(()),
            false => {
                Err(Error::usage(format!("{elsewhere} events would go to another machine, which needs confirmation"))
                    .hint("--yes confirms it; --dry-run shows where they would go"))
            }
        }
    }
}

/// Replays everything, or says what would be.
pub(super) async fn run_replay(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
    source: ReplaySource,
) -> Result<Exit, Error> {
    let mut run = ReplayRun::new(arguments, context, settings)?;
    let survey = run.survey(&source)?;
    run.tell_left_out(console);
    if arguments.dry_run {
        return run.preview(console, &source);
    }
    survey.confirm(context)?;
    let to: Vec<&Url> = arguments.sending.to.iter().filter_map(TransferTarget::endpoint).collect();
    let exchange = arguments.trust.open_client(&to, context)?;
    let stop = context.subscribe_stop()?;
    let store = session::open_store(context, settings)?;
    let (screen, _) = console.start_screen()?;
    let stage = ReplayEngine::new(screen.clone(), &store, context.clock.clone(), console.is_json(), exchange);
    let mut tally = ReplayTally::default();
    let began = context.clock.monotonic();
    let interrupted = tokio::select! {
        played = run.replay_all(context, &stage, &store, (&source, survey.deliveries), &mut tally) => played.map(|()| None),
        signal = stop.wait_for_stop() => Ok(Some(delivery::exit_for_signal(signal))),
    };
    let settled = stage.wait_for_writes().await;
    store.close().await;
    tally.held.drain(..).for_each(|report| stage.show_result(report));
    show_summary(
        &tally,
        survey.deliveries,
        context.clock.monotonic().saturating_sub(began),
        (context, console, &screen),
    );
    screen.finish()?;
    settled?;
    let keeps = !(arguments.sending.resign || arguments.sending.edit);
    if keeps && tally.outcomes.contains_key("401") {
        console.print_hint("a replay keeps an event's own signature; --resign signs it with this profile's secret");
    }
    let unreachable = ["refused", "unknown_host"].iter().any(|name| tally.outcomes.contains_key(*name));
    if to.is_empty() && arguments.selection.asks_for_failed() && unreachable {
        console.print_hint("where an app has another address, --to sends it there, and it counts as failed no more");
    }
    let failed = tally.acknowledged < tally.done;
    Ok(interrupted?.unwrap_or(if failed { Exit::No } else { Exit::Done }))
}

impl<'a> ReplayRun<'a> {
    fn new(arguments: &'a Arguments, context: &Context, settings: &ConfigSettings) -> Result<Self, Error> {
        let sending = &arguments.sending;
        let load = if arguments.dry_run { session::load_preview_secrets } else { session::load_secrets };
        let key = load(context, settings, sending.secret_file.as_slice())?.signing().key();
        let signing =
            if sending.resign || sending.edit { ReplaySigning::Again(key) } else { ReplaySigning::KeptOr(key) };
        let store = session::store_path(context, settings).ok();
        let fallback = store.and_then(|store| registry::find_listener(&store));
        let form = ReplayForm { signing, headers: sending.headers.clone(), with_path: sending.forward_path };
        Ok(Self { arguments, form, fallback, owed: HashMap::new(), left_out: BTreeSet::new() })
    }

    /// `--to`, else the targets that are owed it where they are what was asked for, else all to which the event went last,
    /// else the running listener.
    fn targets(&self, story: &EventHistory) -> Result<Vec<Url>, Error> {
        let given = self.arguments.sending.to.as_ref().and_then(TransferTarget::endpoint);
        if let Some(given) = given {
            return Ok(vec![given.clone()]);
        }
        let owed = self.owed.get(&story.event.number).filter(|_| story.event.number > 0);
        let mut targets = owed.cloned().unwrap_or_else(|| story.last_targets());
        if targets.is_empty() {
            targets.extend(self.fallback.clone());
        }
        if targets.is_empty() {
            let which = match story.event.number {
                0 => "what is in the file".to_owned(),
                number => format!("#{number}"),
            };
            return Err(Error::usage(format!(
                "{which} was never sent to an app, and no listener is running, so say where it goes"
            ))
            .hint("for instance --to 3000/webhooks"));
        }
        Ok(targets)
    }

    /// Settles what goes where. Each event has to have a target before the first is sent: no other program is to get what
    /// was not meant for it.
    fn survey(&mut self, source: &ReplaySource) -> Result<ReplaySurvey, Error> {
        let mut survey = ReplaySurvey::default();
        if let Some(given) = self.arguments.sending.to.as_ref().and_then(TransferTarget::endpoint) {
            survey.note(source.len(), given);
            return Ok(survey);
        }
        let mut fault = None;
        for story in source.stories() {
            let story = story?;
            if self.arguments.selection.asks_for_failed() {
                let owed = Some(story.owed_targets()).filter(|owed| !owed.is_empty());
                self.owed.extend(owed.map(|owed| (story.event.number, owed)));
            }
            match self.targets(&story) {
                Ok(targets) => targets.iter().for_each(|target| survey.note(1, target)),
                // Of what failed, one event that no app is owed does not hold up the others.
                Err(error) if self.arguments.selection.asks_for_failed() => {
                    self.left_out.insert(story.event.number);
                    fault.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        fault.filter(|_| survey.deliveries == 0).map_or(Ok(survey), Err)
    }

    /// Says which events go nowhere.
    fn tell_left_out(&self, console: &Console) {
        let named: Vec<String> = self.left_out.iter().take(5).map(|number| format!("#{number}")).collect();
        let more = if self.left_out.len() > named.len() { ", …" } else { "" };
        if !named.is_empty() {
            let count = phrases::format_quantity(self.left_out.len() as u64, "event", "events");
            let was = if self.left_out.len() == 1 { "was" } else { "were" };
            let (count, named) = (count.as_str(), named.join(", "));
            console.print_notice(&format!("{count} {was} never sent to an app: left out ({named}{more})"));
            console.print_hint("--to says where they go");
        }
    }

    fn preview(&self, console: &Console, source: &ReplaySource) -> Result<Exit, Error> {
        for story in source.stories() {
            let story = story?;
            if self.left_out.contains(&story.event.number) {
                continue;
            }
            for target in self.targets(&story)? {
                let request = replay_request::build_replay_request(&story, target, &self.form)?;
                if console.is_json() {
                    let rendition = RequestRendition(&request);
                    console.write_record(&rendition.as_record())?;
                } else {
                    let kind = story.event.facts.event_type.as_deref().unwrap_or("(no event type)");
                    console.write_line(&format!("#{}  {kind}  → {}", story.event.number, request.url))?;
                }
            }
        }
        Ok(Exit::Done)
    }

    /// Starts each in its turn, waits for room, and gathers how they ended.
    async fn replay_all(
        &self,
        context: &Context,
        stage: &ReplayEngine,
        store: &Store,
        (source, deliveries): (&ReplaySource, usize),
        tally: &mut ReplayTally,
    ) -> Result<(), Error> {
        let many = deliveries > MANY;
        let progress = RunProgressBar::new(Some(deliveries as u64), many && context.shows_progress());
        let mut under_way = JoinSet::new();
        let began = context.clock.monotonic();
        let mut first = None;
        for story in source.stories() {
            let story = story?;
            if self.left_out.contains(&story.event.number) {
                continue;
            }
            // What is edited is another event afterwards.
            let targets = self.targets(&story)?;
            let story = self.prepare(story, context, store).await?;
            self.keep_pace(context, began, &mut first, first_seen(&story)).await;
            for target in targets {
                while under_way.len() >= usize::from(self.arguments.order.concurrency) {
                    collect_result(&mut under_way, stage, many, tally, &progress).await?;
                }
                let plan = self.plan(&story, target)?;
                let detailed = self.arguments.sending.retry && !many;
                under_way.spawn(stage.clone().deliver_replay(PlannedReplay::new(&story, plan, detailed)));
            }
        }
        while !under_way.is_empty() {
            collect_result(&mut under_way, stage, many, tally, &progress).await?;
        }
        Ok(())
    }

    /// An event that the store does not know, or that was edited, is entered as one that is sent.
    async fn prepare(&self, mut story: EventHistory, context: &Context, store: &Store) -> Result<EventHistory, Error> {
        let mut fresh = story.event.number == 0;
        if self.arguments.sending.edit {
            let edited = editor::edit_body(&story.event.body, context)?;
            fresh |= edited != story.event.body;
            story.event.facts = EventFacts::from_body(&edited);
            story.event.body = edited;
        }
        if fresh {
            let sent = store.record_sent(story.event.body.clone(), &story.event.facts, context.clock.now()).await;
            story.event.number = sent.map_err(|error| Error::from_source(ErrorCategory::Machine, error))?;
        }
        Ok(story)
    }

    /// Waits until it is an event's turn, counted from the first one.
    async fn keep_pace(
        &self,
        context: &Context,
        began: Duration,
        first: &mut Option<Timestamp>,
        at: Option<Timestamp>,
    ) {
        let (ReplayPace::Times(factor), Some(at)) = (self.arguments.order.pace, at) else { return };
        let since = at.duration_since(*first.get_or_insert(at));
        let due = began + Duration::try_from(since).unwrap_or_default().div_f64(factor);
        context.clock.sleep(due.saturating_sub(context.clock.monotonic())).await;
    }

    fn plan(&self, story: &EventHistory, target: Url) -> Result<DeliveryPlan, Error> {
        let sending = &self.arguments.sending;
        Ok(DeliveryPlan {
            label: target.to_string(),
            request: replay_request::build_replay_request(story, target, &self.form)?,
            event: story.event.number,
            purpose: DeliveryPurpose::Replay,
            rules: DeliveryRules::of_body(&story.event.body, sending.retry_from.into()),
            pace: sending.speed.unwrap_or(DeliveryPace::Times(1.0)),
            retry: sending.retry,
            budget: sending.timeout.0,
            stops_when_refused: false,
        })
    }
}

/// Waits for one to end and counts it.
async fn collect_result(
    under_way: &mut JoinSet<Result<ReplayReport, Error>>,
    stage: &ReplayEngine,
    many: bool,
    tally: &mut ReplayTally,
    progress: &RunProgressBar,
) -> Result<(), Error> {
    let Some(ended) = under_way.join_next().await else { return Ok(()) };
    let report = ended.unwrap_or_else(|_| Err(Error::machine("a replay ended early")))?;
    tally.count(&report);
    progress.update(tally.done, &format!("{} acknowledged", tally.acknowledged));
    if !many || stage.is_json() {
        stage.show_result(report);
    } else if (!report.outcome.is_acknowledged() || report.has_changed()) && tally.held.len() < LINES {
        tally.held.push(report);
    }
    Ok(())
}

impl ReplayTally {
    fn count(&mut self, report: &ReplayReport) {
        self.done += 1;
        self.acknowledged += u64::from(report.outcome.is_acknowledged());
        self.changed += u64::from(report.has_changed());
        let outcome = report.outcome.status().map_or(report.outcome.name().to_owned(), |status| status.to_string());
        *self.outcomes.entry(outcome).or_default() += 1;
        *self.targets.entry(report.url.clone()).or_default() += 1;
    }
}

fn show_summary(
    tally: &ReplayTally,
    of: usize,
    took: Duration,
    (context, console, screen): (&Context, &Console, &Screen),
) {
    if console.is_json() {
        let counts = ReplaySummary {
            deliveries: of,
            done: tally.done,
            acknowledged: tally.acknowledged,
            changed: tally.changed,
            outcomes: &tally.outcomes,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        screen.write_summary(context.clock.now(), &counts);
        return;
    }
    let mut text = format!(
        "Replayed {} of {of} in {}: {} acknowledged",
        tally.done,
        phrases::format_duration(took).as_str(),
        tally.acknowledged
    );
    for (outcome, count) in tally.outcomes.iter().filter(|(outcome, _)| !outcome.starts_with('2')) {
        text.push_str(&format!(", {count} {}", phrases::describe_outcome_name(outcome)));
    }
    if tally.changed > 0 {
        text.push_str(&format!("; {} different from before", tally.changed));
    }
    if tally.targets.len() > 1 {
        let told: Vec<String> = tally.targets.iter().map(|(url, count)| format!("{count} to {url}")).collect();
        text.push_str(&format!("; {}", told.join(", ")));
    }
    // Behind what the screen still has to show.
    let line = StyledLine::new(&console.err).put(TextRole::Plain, Sanitised::text(&format!("{text}.")));
    let mut told = String::new();
    write_lines(&mut told, &[line]);
    screen.print(crate::output::human::ScreenStream::Err, told);
}
