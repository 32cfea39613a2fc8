//! `replay --to nats://…`: stored events into a stream, for everybody who receives from there.

use super::source::{ReplaySource, first_seen};
use super::{Arguments, ReplayPace};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::exchange::is_loopback;
use crate::output::console::Console;
use crate::output::human::ScreenStream;
use crate::output::records::ReplaySummary;
use crate::output::rendition::RequestRendition;
use crate::output::{phrases, prompt};
use crate::protocol::arrival::{Arrival, HeaderLines, SignatureState};
use crate::protocol::report::{Report, ReportKind};
use crate::relay::RelayAddress;
use crate::session::relay_transfer::{StreamExport, first_arrival};
use crate::session::replay_request::{ReplayForm, ReplaySigning, build_replay_request};
use crate::session::transfer::EventHistory;
use crate::session::{self, delivery, relay};
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;
use url::Url;

/// From how many events on another machine is asked about first.
const MANY: usize = 20;

/// What every event of a run shares.
struct StreamReplay<'a> {
    arguments: &'a Arguments,
    context: &'a Context,
    address: &'a RelayAddress,
    form: ReplayForm,
    url: Url,
}

/// Refuses what only a delivery has.
pub(super) fn check(arguments: &Arguments) -> Result<(), Error> {
    let sending = &arguments.sending;
    let wrong = [
        (sending.retry, "--retry"),
        (sending.edit, "--edit"),
        (sending.forward_path, "--forward-path"),
        (sending.timeout.0 != Some(Duration::from_secs(5)), "--timeout"),
    ];
    match wrong.iter().find(|(given, _)| *given) {
        Some((_, option)) => Err(Error::usage(format!("{option} is about deliveries, and a stream only takes events"))),
        None => arguments.trust.require(false, false, "an https target"),
    }
}

/// Publishes everything, or says what would be.
pub(super) async fn publish_replay(
    arguments: &Arguments,
    address: &RelayAddress,
    (context, console, settings): (&Context, &Console, &ConfigSettings),
    source: ReplaySource,
) -> Result<Exit, Error> {
    relay::refuse_single_event(address)?;
    let sending = &arguments.sending;
    let key = session::load_secrets(context, settings, sending.secret_file.as_slice())?.signing().key();
    let signing = if sending.resign { ReplaySigning::Again(key) } else { ReplaySigning::KeptOr(key) };
    let form = ReplayForm { signing, headers: sending.headers.clone(), with_path: false };
    let run = StreamReplay { arguments, context, address, form, url: relay::show_url(address)? };
    if arguments.dry_run {
        return run.preview(console, &source);
    }
    run.confirm(&source)?;
    let stop = context.subscribe_stop()?;
    let (screen, _) = console.start_screen()?;
    let export = tokio::select! {
        opened = StreamExport::open(&arguments.access, address, (context, settings), &screen) => opened?,
        signal = stop.wait_for_stop() => return Ok(delivery::exit_for_signal(signal)),
    };
    let mut outcomes = BTreeMap::new();
    let began = context.clock.monotonic();
    let interrupted = tokio::select! {
        published = run.publish_all(&export, &source, &mut outcomes) => published.map(|()| None),
        signal = stop.wait_for_stop() => Ok(Some(delivery::exit_for_signal(signal))),
    };
    let failed = outcomes.remove(FAILED);
    if let Some((count, why)) = &failed {
        let message = format!("{} not taken: {why}", phrases::format_quantity(*count, "event", "events").as_str());
        screen.send_report(Report { at: context.clock.now(), what: ReportKind::Notice { message } });
    }
    let counts: BTreeMap<String, u64> = outcomes
        .into_iter()
        .chain(failed.clone().map(|failed| (FAILED, failed)))
        .map(|(name, (count, _))| (name.to_owned(), count))
        .collect();
    let took = context.clock.monotonic().saturating_sub(began);
    run.show_summary(&counts, source.len(), took, (console, &screen));
    screen.finish()?;
    Ok(interrupted?.unwrap_or(if failed.is_some() { Exit::No } else { Exit::Done }))
}

const PUBLISHED: &str = "published";
const DUPLICATE: &str = "duplicate";
const FAILED: &str = "not_published";

/// How often something came out so, and why the last time.
type StreamOutcomes = BTreeMap<&'static str, (u64, String)>;

impl StreamReplay<'_> {
    /// More than a handful to another machine is asked about first.
    fn confirm(&self, source: &ReplaySource) -> Result<(), Error> {
        let near = |server: &String| Url::parse(server).is_ok_and(|url| is_loopback(&url));
        if source.len() <= MANY || self.address.servers.iter().all(near) {
            return Ok(());
        }
        let count = source.len();
        match prompt::confirm(self.context, &format!("Publish {count} events to {}?", self.address))? {
            true => Ok(()),
            false => {
                Err(Error::usage(format!("{count} events would go to {}, which needs confirmation", self.address))
                    .hint("--yes confirms it; --dry-run shows what would go there"))
            }
        }
    }

    fn preview(&self, console: &Console, source: &ReplaySource) -> Result<Exit, Error> {
        for story in source.stories() {
            let story = story?;
            if console.is_json() {
                let request = build_replay_request(&story, self.url.clone(), &self.form)?;
                console.write_record(&RequestRendition(&request).as_record())?;
            } else {
                let kind = story.event.facts.event_type.as_deref().unwrap_or("(no event type)");
                console.write_line(&format!("#{}  {kind}  → {}", story.event.number, self.address))?;
            }
        }
        Ok(Exit::Done)
    }

    /// In order; so many are under way at a time as was asked for.
    async fn publish_all(
        &self,
        export: &StreamExport,
        source: &ReplaySource,
        outcomes: &mut StreamOutcomes,
    ) -> Result<(), Error> {
        let clock = &self.context.clock;
        let (began, mut first) = (clock.monotonic(), None);
        let publishing = source.stories().map(|story| {
            let mut due = began;
            if let (ReplayPace::Times(factor), Ok(Some(at))) =
                (self.arguments.order.pace, story.as_ref().map(first_seen))
            {
                let since = at.duration_since(*first.get_or_insert(at));
                due += Duration::try_from(since).unwrap_or_default().div_f64(factor);
            }
            async move {
                let story = story?;
                let arrival = self.as_arrival(&story)?;
                clock.sleep(due.saturating_sub(clock.monotonic())).await;
                Ok::<_, Error>(export.publish(story.event.number, &arrival).await)
            }
        });
        let concurrency = usize::from(self.arguments.order.concurrency);
        let mut publishing = pin!(futures_util::stream::iter(publishing).buffered(concurrency));
        while let Some(published) = publishing.next().await {
            let (name, why) = match published? {
                Ok(true) => (DUPLICATE, String::new()),
                Ok(false) => (PUBLISHED, String::new()),
                Err(error) => (FAILED, error.message),
            };
            let outcome = outcomes.entry(name).or_default();
            *outcome = (outcome.0 + 1, why);
        }
        Ok(())
    }

    /// The request that a delivery would be, at this time.
    fn as_arrival(&self, story: &EventHistory) -> Result<Arrival, Error> {
        let request = build_replay_request(story, self.url.clone(), &self.form)?;
        let mut arrival = first_arrival(story, self.context.clock.now());
        let signed_here = story.arrivals.is_empty() || self.arguments.sending.resign;
        if signed_here {
            arrival.verification = SignatureState::Valid;
        }
        arrival.at = self.context.clock.now();
        let lines = request.headers.iter().map(|(name, value)| (name.spelling(), value.as_bytes()));
        arrival.content.headers = HeaderLines::collect(lines);
        Ok(arrival)
    }

    fn show_summary(
        &self,
        outcomes: &BTreeMap<String, u64>,
        of: usize,
        took: Duration,
        (console, screen): (&Console, &crate::output::screen::Screen),
    ) {
        let count = |name: &str| outcomes.get(name).copied().unwrap_or_default();
        let (acknowledged, done) = (count(PUBLISHED) + count(DUPLICATE), outcomes.values().sum());
        if console.is_json() {
            let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let counts = ReplaySummary { deliveries: of, done, acknowledged, changed: 0, outcomes, duration_ms };
            screen.write_summary(self.context.clock.now(), &counts);
            return;
        }
        let took = phrases::format_duration(took);
        let mut text = format!("Published {acknowledged} of {of} to {} in {}", self.address, took.as_str());
        if count(DUPLICATE) > 0 {
            text.push_str(&format!("; {} of these there before", count(DUPLICATE)));
        }
        screen.print(ScreenStream::Err, format!("{text}.\n"));
    }
}
