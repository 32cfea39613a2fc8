//! A replay under way: each event to its target, at its time, and the sum of it.

use super::source::{Source, seen};
use super::{Arguments, Tempo};
use crate::config::Settings;
use crate::context::Context;
use crate::deliver::{Pace, Plan};
use crate::error::{Error, Exit};
use crate::exchange::is_loopback;
use crate::flows::replaying::{self, Replay, Signing, Stage};
use crate::flows::transfer::Story;
use crate::flows::{delivery, editor, listeners, workspace};
use crate::output::console::Console;
use crate::output::progress::Progress;
use crate::output::screen::Screen;
use crate::output::{prompt, rendition::Rendition, words};
use crate::protocol::attempt::Purpose;
use crate::protocol::facts::Facts;
use crate::protocol::report::ReplayReport;
use crate::store::Store;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;
use url::Url;

/// From how many events on only what went otherwise than before, or wrong, gets a line of its own.
const MANY: usize = 20;

/// Lines of that kind that are shown.
const LINES: usize = 50;

/// What every delivery of a run shares.
struct Run<'a> {
    arguments: &'a Arguments,
    signing: Signing,
    fallback: Url,
}

/// The sum.
#[derive(Debug, Default)]
struct Tally {
    done: u64,
    acknowledged: u64,
    changed: u64,
    outcomes: BTreeMap<String, u64>,
    /// Lines that are held back until the progress bar is gone.
    held: Vec<ReplayReport>,
}

/// Replays everything, or says what would be.
pub(super) async fn play(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &Settings,
    source: Source,
) -> Result<Exit, Error> {
    let run = Run::new(arguments, context, settings)?;
    if arguments.dry_run {
        return run.preview(console, &source);
    }
    run.confirm(context, &source)?;
    let stop = context.stop()?;
    let store = workspace::open_store(context, settings)?;
    let (screen, _) = console.screen()?;
    let stage = Stage::new(screen.clone(), &store, context.clock.clone(), console.is_json());
    let mut tally = Tally::default();
    let began = context.clock.monotonic();
    let interrupted = tokio::select! {
        played = run.all(context, &stage, &store, &source, &mut tally) => played.map(|()| None),
        signal = stop.requested() => Ok(Some(delivery::interrupted(signal))),
    };
    let settled = stage.settle().await;
    store.close().await;
    tally.held.drain(..).for_each(|report| stage.tell(report));
    sum_up(&tally, source.len(), context.clock.monotonic().saturating_sub(began), (context, console, &screen));
    screen.finish()?;
    settled?;
    let failed = tally.acknowledged < tally.done;
    Ok(interrupted?.unwrap_or(if failed { Exit::No } else { Exit::Done }))
}

impl<'a> Run<'a> {
    fn new(arguments: &'a Arguments, context: &Context, settings: &Settings) -> Result<Self, Error> {
        let sending = &arguments.sending;
        let key = workspace::secrets(context, settings, sending.secret_file.as_slice())?.signing().key();
        let signing = if sending.resign || sending.edit { Signing::Again(key) } else { Signing::KeptOr(key) };
        let store = workspace::store_path(context, settings)?;
        let fallback = match listeners::find(&store) {
            Some(url) => url,
            None => Url::parse("http://127.0.0.1:4242/").map_err(|error| Error::usage(error.to_string()))?,
        };
        Ok(Self { arguments, signing, fallback })
    }

    /// `--to`, else where the event was forwarded last, else the running listener.
    fn target(&self, story: &Story) -> Url {
        let given = self.arguments.sending.to.clone();
        let before = || story.forwarded_to();
        given.or_else(before).unwrap_or_else(|| self.fallback.clone())
    }

    /// More than a handful to another machine is asked about first.
    fn confirm(&self, context: &Context, source: &Source) -> Result<(), Error> {
        if source.len() <= MANY {
            return Ok(());
        }
        let mut elsewhere = 0u64;
        for story in source.stories() {
            elsewhere += u64::from(!is_loopback(&self.target(&story?)));
        }
        if elsewhere <= MANY as u64 {
            return Ok(());
        }
        let question = format!("Send {} to another machine?", words::counted(elsewhere, "event", "events").as_str());
        match prompt::confirm(context, &question)? {
            true => Ok(()),
            false => Err(Error::usage(format!("{elsewhere} events would go to another machine, and nobody said yes"))
                .hint("--yes says so; --dry-run shows where they would go")),
        }
    }

    fn preview(&self, console: &Console, source: &Source) -> Result<Exit, Error> {
        for story in source.stories() {
            let story = story?;
            let request = replaying::request(&story, self.target(&story), &self.signing)?;
            if console.is_json() {
                let rendition = Rendition { url: &request.url, headers: &request.headers, body: &request.body };
                console.record("request", &rendition.record())?;
            } else {
                let kind = story.event.facts.event_type.as_deref().unwrap_or("(no event type)");
                console.line(&format!("#{}  {kind}  → {}", story.event.number, request.url))?;
            }
        }
        Ok(Exit::Done)
    }

    /// Starts each in its turn, waits for room, and gathers how they ended.
    async fn all(
        &self,
        context: &Context,
        stage: &Stage,
        store: &Store,
        source: &Source,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let many = source.len() > MANY;
        let progress = Progress::new(Some(source.len() as u64), many && context.shows_progress());
        let mut under_way = JoinSet::new();
        let began = context.clock.monotonic();
        let mut first = None;
        for story in source.stories() {
            let story = self.prepare(story?, context, store).await?;
            self.keep_pace(context, began, &mut first, seen(&story)).await;
            while under_way.len() >= usize::from(self.arguments.order.concurrency) {
                gather(&mut under_way, stage, many, tally, &progress).await?;
            }
            let plan = self.plan(&story)?;
            let detailed = self.arguments.sending.retry && !many;
            under_way.spawn(stage.clone().play(Replay::new(&story, plan, detailed)));
        }
        while !under_way.is_empty() {
            gather(&mut under_way, stage, many, tally, &progress).await?;
        }
        Ok(())
    }

    /// An event that the store does not know, or that was edited, is entered as one that is sent.
    async fn prepare(&self, mut story: Story, context: &Context, store: &Store) -> Result<Story, Error> {
        let mut fresh = story.event.number == 0;
        if self.arguments.sending.edit {
            let edited = editor::edit(&story.event.body, context)?;
            fresh |= edited != story.event.body;
            story.event.facts = Facts::of(&edited);
            story.event.body = edited;
        }
        if fresh {
            let sent = store.sent(story.event.body.clone(), &story.event.facts, context.clock.now()).await;
            story.event.number = sent.map_err(|error| Error::machine(error.to_string()))?;
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
        let (Tempo::Times(factor), Some(at)) = (self.arguments.order.pace, at) else { return };
        let since = at.duration_since(*first.get_or_insert(at));
        let due = began + Duration::try_from(since).unwrap_or_default().div_f64(factor);
        context.clock.sleep(due.saturating_sub(context.clock.monotonic())).await;
    }

    fn plan(&self, story: &Story) -> Result<Plan, Error> {
        let sending = &self.arguments.sending;
        Ok(Plan {
            request: replaying::request(story, self.target(story), &self.signing)?,
            event: story.event.number,
            purpose: Purpose::Replay,
            retry_from: sending.retry_from.into(),
            pace: sending.speed.unwrap_or(Pace::Times(1.0)),
            retry: sending.retry,
            budget: sending.timeout.0,
        })
    }
}

/// Waits for one to end and counts it.
async fn gather(
    under_way: &mut JoinSet<Result<ReplayReport, Error>>,
    stage: &Stage,
    many: bool,
    tally: &mut Tally,
    progress: &Progress,
) -> Result<(), Error> {
    let Some(ended) = under_way.join_next().await else { return Ok(()) };
    let report = ended.unwrap_or_else(|_| Err(Error::machine("a replay ended early")))?;
    tally.count(&report);
    progress.at(tally.done, &format!("{} acknowledged", tally.acknowledged));
    if !many || stage.is_json() {
        stage.tell(report);
    } else if (!report.outcome.acknowledged() || report.changed()) && tally.held.len() < LINES {
        tally.held.push(report);
    }
    Ok(())
}

impl Tally {
    fn count(&mut self, report: &ReplayReport) {
        self.done += 1;
        self.acknowledged += u64::from(report.outcome.acknowledged());
        self.changed += u64::from(report.changed());
        let outcome = report.outcome.status().map_or(report.outcome.name().to_owned(), |status| status.to_string());
        *self.outcomes.entry(outcome).or_default() += 1;
    }
}

fn sum_up(tally: &Tally, of: usize, took: Duration, (context, console, screen): (&Context, &Console, &Screen)) {
    if console.is_json() {
        let counts = json!({
            "command": "replay", "deliveries": of, "done": tally.done, "acknowledged": tally.acknowledged,
            "changed": tally.changed, "outcomes": tally.outcomes, "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        screen.record("summary", context.clock.now(), &counts);
        return;
    }
    let mut text = format!(
        "Replayed {} of {of} in {}: {} acknowledged",
        tally.done,
        words::duration(took).as_str(),
        tally.acknowledged
    );
    for (outcome, count) in tally.outcomes.iter().filter(|(outcome, _)| !outcome.starts_with('2')) {
        text.push_str(&format!(", {count} × {outcome}"));
    }
    if tally.changed > 0 {
        text.push_str(&format!("; {} otherwise than before", tally.changed));
    }
    // Behind what the screen still has to show.
    screen.print(crate::output::human::Stream::Err, format!("{text}.\n"));
}
