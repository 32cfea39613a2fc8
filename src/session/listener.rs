//! A listener with everything around it: the socket, the store behind it, the screen before it, the entry that lets
//! `trigger` find it, and every way in which it may end.

mod audience;
mod life;

use super::diagnosis::BackgroundDiagnosis;
pub(crate) use super::intake::{BoundListener, ListenerIntake, name_this_machine};
use super::ready_file::ReadyFile;
use super::registry::{self, ListenerEntry};
use super::relay::{EventRecorder, RelayCounts};
use super::unforwarded;
use crate::context::Context;
use crate::diagnose::KnownSecret;
use crate::error::Error;
use crate::output::console::Console;
use crate::output::human::{ScreenStream, render_banner};
use crate::output::line::{StyledLine, write_lines};
use crate::output::records::{ListenSummary, ReadyRecord};
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::output::style::TextRole;
use crate::protocol::report::{Report, ReportKind};
use crate::receive::{ListenerCounts, ListenerSettings, ReceiverShutdown, WebhookReceiver};
use crate::shutdown::{StopReceiver, StopSignal};
use audience::ScreenAudience;
use jiff::Timestamp;
pub(crate) use life::ListenerLife;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use url::Url;

/// How often the parent process is looked for.
const PARENT_CHECK: Duration = Duration::from_millis(250);

/// When a listener ends by itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StopConditions {
    /// After this many distinct events.
    pub until: Option<u64>,
    /// After this long.
    pub after: Option<Duration>,
    /// When this process, which started this one, is gone. Its id is taken before anybody is told that the listener is
    /// ready: afterwards it may be gone already.
    pub with_parent: Option<u32>,
}

/// Why a listener ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// Enough events came.
    Enough,
    TimeUp,
    /// Its parent is gone.
    Orphaned,
    /// Nobody reads standard output any more.
    Unread,
    /// What ran beside it has ended.
    Alone,
    /// Another listener receives under its name.
    Displaced,
    Told(StopSignal),
    /// It was told to twice: what was under way is cut off.
    Aborted(StopSignal),
}

/// What a listener did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListenerSummary {
    /// Why it ended.
    pub why: StopReason,
    pub counts: ListenerCounts,
    /// What it could not finish.
    pub finished: ReceiverShutdown,
    /// Events that wait in the store for the next start.
    pub kept: u64,
    /// Events that a target is owed, beside those that this listener did not pass on in time.
    pub owed_beside: u64,
    /// What went to a relay.
    pub relay: Option<RelayCounts>,
}

/// What a listener stands between.
pub(crate) struct ListenerContext<'a> {
    /// Clock and environment.
    pub context: &'a Context,
    /// What keeps events.
    pub recorder: EventRecorder,
    /// Where they are shown.
    pub screen: &'a Screen,
    /// Ready when standard output is gone.
    pub unread: Arc<Notify>,
    /// The wish to stop.
    pub stop: &'a StopReceiver,
    /// Secrets that may explain a signature that does not hold.
    pub known: Vec<KnownSecret>,
    /// What is said of the first event that the filter leaves out.
    pub filter_note: Option<String>,
    /// What is seen of the listener from outside.
    pub life: ListenerLife,
}

/// The end of a listener as what runs beside it sees it coming: deliveries are still accepted then.
#[derive(Debug, Clone)]
pub(crate) struct ListenerShutdown(watch::Receiver<bool>);

impl ListenerShutdown {
    /// Ready once the listener is about to end.
    pub(crate) async fn wait(&self) {
        // A listener that is gone has ended.
        drop(self.0.clone().wait_for(|leaving| *leaving).await);
    }
}

/// Serves until one of the ends is reached, then finishes what is under way.
pub(crate) async fn run_listener(
    intake: impl Into<ListenerIntake>,
    settings: ListenerSettings,
    ends: StopConditions,
    around: &ListenerContext<'_>,
) -> ListenerSummary {
    run_beside(intake, settings, ends, around, async |leaving: ListenerShutdown| leaving.wait().await).await.0
}

/// The same, with something beside it: it begins with the listener, is told when that is about to end, and is waited
/// for then. Should it end before, the listener ends as well. It is cut off where the user insists on the end.
pub(crate) async fn run_beside<T>(
    intake: impl Into<ListenerIntake>,
    settings: ListenerSettings,
    ends: StopConditions,
    around: &ListenerContext<'_>,
    beside: impl AsyncFnOnce(ListenerShutdown) -> T,
) -> (ListenerSummary, Option<T>) {
    let clock = around.context.clock.clone();
    let screen = Arc::new(ScreenAudience::new(around.screen.clone(), clock.clone(), around.filter_note.clone()));
    let diagnosis = BackgroundDiagnosis::start(screen, clock.clone(), around.known.clone());
    let limits = settings.limits;
    let receiver = WebhookReceiver::start(settings, around.recorder.clone(), clock, diagnosis.clone());
    around.life.note_counters(receiver.share_tally());
    let mut why = StopReason::TimeUp;
    let (ask, leaving) = watch::channel(false);
    let mut done = None;
    let end = async {
        let mut beside = pin!(beside(ListenerShutdown(leaving)));
        tokio::select! {
            biased;
            early = &mut beside => (why, done) = (StopReason::Alone, Some(early)),
            ended = wait_for_end(ends, &receiver, around) => why = ended,
        }
        around.life.note_end();
        ask.send_replace(true);
        if done.is_none() {
            done = Some(beside.await);
        }
    };
    let draining = async {
        let displaced = intake.into().serve(&receiver, limits, end).await;
        (receiver.finish(limits.drain).await, displaced)
    };
    let finished = tokio::select! {
        finished = draining => Some(finished),
        _ = around.stop.wait_for_second_stop() => None,
    };
    diagnosis.finish();
    let (counts, relay) = (receiver.tally().snapshot(), around.recorder.counts());
    let kept = receiver.tally().forwards_left().kept;
    let ended = match finished {
        Some((finished, displaced)) => {
            let why = if displaced { StopReason::Displaced } else { why };
            ListenerSummary { why, counts, finished, kept, owed_beside: 0, relay }
        }
        None => {
            let signal = around.stop.wait_for_stop().await;
            around.life.note_drop();
            let finished = receiver.record_unforwarded().await;
            ListenerSummary { why: StopReason::Aborted(signal), counts, finished, kept, owed_beside: 0, relay }
        }
    };
    (ended, done)
}

async fn wait_for_end<R: crate::protocol::arrival::ArrivalRecorder>(
    ends: StopConditions,
    receiver: &WebhookReceiver<R>,
    around: &ListenerContext<'_>,
) -> StopReason {
    let clock = &around.context.clock;
    let enough = async {
        match ends.until {
            Some(count) => drop(receiver.subscribe_distinct().wait_for(|seen| *seen >= count).await),
            None => std::future::pending().await,
        }
    };
    let time_up = async {
        match ends.after {
            Some(duration) => clock.sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    let orphaned = async {
        while ends.with_parent.is_none_or(|parent| (around.context.parent)() == parent) {
            clock.sleep(PARENT_CHECK).await;
        }
    };
    tokio::select! {
        biased;
        () = enough => StopReason::Enough,
        signal = around.stop.wait_for_stop() => StopReason::Told(signal),
        () = time_up => StopReason::TimeUp,
        () = around.unread.notified() => StopReason::Unread,
        () = orphaned, if ends.with_parent.is_some() => StopReason::Orphaned,
    }
}

/// Traces that a running listener leaves for others; dropping removes them.
#[derive(Debug)]
pub(crate) struct Advertisement {
    _ready_file: Option<ReadyFile>,
    _announcement: Option<ListenerEntry>,
}

impl Advertisement {
    /// Writes the entry beside the store, then the ready file: who waits for that one finds the entry there. A store
    /// whose folder takes no entry is no reason to fail: `trigger` then needs `--to`.
    pub(crate) fn publish(
        url: &Url,
        (pid, inspect_url, secret_from): (u32, Option<&str>, &str),
        at: Timestamp,
        store: Option<&Path>,
        ready_file: Option<PathBuf>,
    ) -> Result<Self, Error> {
        let _announcement = store.and_then(|store| registry::register_listener(store, url, pid).ok());
        let fields = ReadyRecord {
            url: Some(url.as_str()),
            pid,
            inspect_url,
            secret_from: Some(secret_from),
            ..ReadyRecord::default()
        };
        let _ready_file = ready_file.map(|path| ReadyFile::write(path, at, &fields)).transpose()?;
        Ok(Self { _ready_file, _announcement })
    }
}

/// The report that the listener accepts connections.
pub(crate) fn ready_report(
    url: &Url,
    pid: u32,
    at: Timestamp,
    (inspect_url, secret_from): (Option<String>, String),
) -> Report {
    Report { at, what: ReportKind::Ready { url: url.to_string(), pid, inspect_url, secret_from } }
}

/// The banner: where, with which secret, and where to.
pub(crate) fn show_banner(
    url: &Url,
    (secret, more): (&str, &[String]),
    settings: &ListenerSettings,
    console: &Console,
    screen: &Screen,
) {
    if console.is_json() {
        return;
    }
    let mut parts = vec![
        Sanitised::text(&format!("Listening on {}", display_url(url))),
        Sanitised::text(&format!("secret: {secret}")),
    ];
    parts.extend(more.iter().map(|words| Sanitised::text(words)));
    parts.extend(settings.forwards.iter().map(|forward| {
        let what = forward.route.as_ref().map(|route| format!("{route} ")).unwrap_or_default();
        Sanitised::text(&format!("forwarding {what}to {}", forward.url))
    }));
    screen.print(ScreenStream::Err, render_banner(&parts, &console.err));
}

/// What to type next: in the other terminal, and for the app.
pub(crate) fn show_next_steps(context: &Context, secret: bool, console: &Console, screen: &Screen) {
    if console.is_json() {
        return;
    }
    let program = super::arguments::describe_program(context);
    let mut steps = vec![("In another terminal:  ", format!("{program} trigger created"))];
    if secret {
        steps.push(("Secret for your app:  ", format!("{program} secret show")));
    }
    let lines: Vec<StyledLine> = steps
        .iter()
        .map(|(label, words)| {
            StyledLine::new(&console.err).put(TextRole::Faint, *label).put(TextRole::Plain, Sanitised::text(words))
        })
        .collect();
    let mut out = String::new();
    write_lines(&mut out, &lines);
    screen.print(ScreenStream::Err, out);
}

/// The line below the banner that says where the inspector is.
pub(crate) fn show_inspector(url: Option<&str>, console: &Console, screen: &Screen) {
    if let Some(url) = url.filter(|_| !console.is_json()) {
        let words = Sanitised::text(&format!("Inspector: {url}"));
        screen.print(ScreenStream::Err, render_banner(&[words], &console.err));
    }
}

/// A bare origin reads better without the slash that a URL ends with.
fn display_url(url: &Url) -> &str {
    if url.path() == "/" { url.as_str().trim_end_matches('/') } else { url.as_str() }
}

fn summary_fields(ended: &ListenerSummary) -> ListenSummary {
    let counts = &ended.counts;
    ListenSummary {
        requests: counts.requests,
        valid: counts.valid,
        unsigned: counts.unsigned,
        invalid: counts.invalid,
        turned_away: counts.turned_away,
        stored: counts.stored,
        duplicates: counts.duplicates,
        probable_retries: counts.probable_retries,
        not_stored: counts.not_stored,
        filtered: counts.filtered,
        forwarded: counts.forwarded,
        forward_failed: counts.forward_failed,
        forward_skipped: counts.forward_skipped,
        distinct: counts.distinct,
        unforwarded: ended.finished.unforwarded,
        published: ended.relay.map(|relay| relay.published),
        published_before: ended.relay.map(|relay| relay.published_before),
        unpublished: ended.relay.map(|relay| relay.unpublished),
    }
}

/// The summary: a `summary` record, or a line or two on stderr, below all that is still to be shown.
pub(crate) fn show_summary(ended: &ListenerSummary, at: Timestamp, console: &Console, screen: &Screen) {
    if console.is_json() {
        screen.write_summary(at, &summary_fields(ended));
        return;
    }
    let mut out = String::new();
    for words in describe_counts(&ended.counts, (ended.finished, ended.kept, ended.owed_beside))
        .into_iter()
        .chain(ended.relay.map(RelayCounts::describe))
    {
        write_lines(&mut out, &[StyledLine::new(&console.err).put(TextRole::Plain, Sanitised::text(&words))]);
    }
    screen.print_last(ScreenStream::Err, out);
}

/// What happened, in one line each for receiving and forwarding; parts that are zero are left out.
fn describe_counts(
    counts: &ListenerCounts,
    (finished, kept, owed_beside): (ReceiverShutdown, u64, u64),
) -> Vec<String> {
    let some = |parts: &[(u64, &str)]| {
        let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        parts.join(", ")
    };
    let received = some(&[
        (counts.valid, "verified"),
        (counts.unsigned, "unsigned"),
        (counts.invalid, "refused for their signature"),
        (counts.duplicates, "of these duplicates"),
        (counts.probable_retries, "of these probable retries"),
        (counts.not_stored, "not stored"),
        (counts.filtered, "not shown (filtered)"),
        (counts.turned_away, "turned away"),
    ]);
    let forwarded = some(&[
        (counts.forwarded, "forwarded"),
        (counts.forward_failed, if counts.forward_failed == 1 { "attempt failed" } else { "attempts failed" }),
        (counts.forward_skipped, "skipped"),
        (finished.unforwarded as u64, "not forwarded in time"),
        (kept, "waiting for the next start"),
    ]);
    let received = if received.is_empty() { "Nothing arrived.".to_owned() } else { format!("Received: {received}.") };
    let forwarded = (!forwarded.is_empty()).then(|| format!("Forwarding: {forwarded}."));
    let later = match (finished.unforwarded > 0, owed_beside) {
        (false, 0) => None,
        (false, 1) => Some("the event that failed".to_owned()),
        (false, failed) => Some(format!("the {failed} events that failed")),
        (true, 0) => Some("these".to_owned()),
        (true, more) => Some(format!("these, and {},", unforwarded::describe_others(more))),
    };
    let later = later.map(|what| format!("Send {what} with: referralloop replay --failed"));
    let next = (kept > 0).then(|| {
        let (these, go) = if kept == 1 { ("It", "goes") } else { ("They", "go") };
        format!("{these} {go} first at the next start with --forward-retry; at once with: referralloop replay --failed")
    });
    std::iter::once(received).chain(forwarded).chain(next).chain(later).collect()
}
