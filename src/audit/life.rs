//! Whether the endpoint lives on after a check, and which check it was that it did not survive: that one is a finding of its
//! own, whatever else its answers would follow from.

use super::check_context::{CheckContext, EndpointBreakage};
use super::following::mark_following;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::check::{CheckExchange, CheckReport, CheckVerdict};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a supervisor may take to bring the endpoint back, and how often it is looked for meanwhile.
const RETURNS_WITHIN: Duration = Duration::from_secs(5);
const ASK_EVERY: Duration = Duration::from_millis(50);

/// Exchanges before the endpoint broke that are shown.
const LAST_SHOWN: usize = 3;

/// What a check has left of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndpointLife {
    /// It listens as before.
    Lasting,
    /// It was gone, and is back.
    Back,
    /// It is gone since this check.
    Gone(&'static str),
}

/// Looks whether the endpoint listens, where there is a reason to. Who found nobody from the first request on has not ended
/// it: that was the check before, `last_sender`, whose answer may have come before the end.
pub(super) async fn look_for_life(
    report: &CheckReport,
    last_sender: Option<&'static str>,
    stage: &CheckContext<'_>,
) -> EndpointLife {
    let sent = stage.check_exchanges();
    let is_failed = matches!(report.verdict, CheckVerdict::Failed(_));
    let is_reason = |last: &Arc<CheckExchange>| match &last.outcome {
        AttemptOutcome::Refused | AttemptOutcome::Disconnected => true,
        outcome => is_failed && outcome.status().is_some_and(|status| status >= 500),
    };
    if !sent.last().is_some_and(is_reason) {
        return EndpointLife::Lasting;
    }
    // What has just broken off may be about to end.
    stage.plan().clock.sleep(ASK_EVERY).await;
    if is_listening(stage).await {
        return EndpointLife::Lasting;
    }
    if wait_for_listener(stage).await || (try_restart(stage).await && wait_for_listener(stage).await) {
        return EndpointLife::Back;
    }
    let found_nobody = stage.check_requests() == sent.len() && sent.iter().all(|one| is_refused(one));
    let by = last_sender.filter(|_| found_nobody).unwrap_or(report.id);
    let before: Vec<_> = stage.all_exchanges().into_iter().filter(|one| !is_refused(one)).collect();
    let seen = "nothing is listening there any more".to_owned();
    // People see two of them, and the last one is what matters.
    let last = before[before.len().saturating_sub(2)..].to_vec();
    stage.note_breakage(EndpointBreakage { since: by, seen, last, is_gone: true });
    EndpointLife::Gone(by)
}

/// The report of a check as it is told: what ended the endpoint follows from nothing, and what found it gone is not judged.
pub(super) fn mark_end(report: CheckReport, life: EndpointLife, ended: &[CheckReport]) -> CheckReport {
    match life {
        EndpointLife::Lasting => mark_following(report, ended),
        EndpointLife::Gone(by) if by != report.id => {
            CheckReport { verdict: CheckVerdict::Skipped(describe_end(by)), ..report }
        }
        EndpointLife::Back | EndpointLife::Gone(_) => report,
    }
}

/// Why nothing is judged any more.
pub(super) fn describe_end(by: &str) -> String {
    format!("nothing is listening there any more since {by}")
}

/// The last exchanges, those that are shown.
pub(super) fn take_last(all: &[Arc<CheckExchange>]) -> Vec<Arc<CheckExchange>> {
    all[all.len().saturating_sub(LAST_SHOWN)..].to_vec()
}

fn is_refused(one: &CheckExchange) -> bool {
    matches!(one.outcome, AttemptOutcome::Refused)
}

async fn is_listening(stage: &CheckContext<'_>) -> bool {
    let url = &stage.plan().url;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let door = TcpStream::connect((host, url.port_or_known_default().unwrap_or(80)));
    tokio::time::timeout(RETURNS_WITHIN, door).await.is_ok_and(|door| door.is_ok())
}

/// Whether somebody listens again within some seconds: a supervisor needs a moment.
async fn wait_for_listener(stage: &CheckContext<'_>) -> bool {
    let clock = &stage.plan().clock;
    let until = clock.monotonic() + RETURNS_WITHIN;
    loop {
        clock.sleep(ASK_EVERY).await;
        if is_listening(stage).await {
            return true;
        }
        if clock.monotonic() >= until {
            return false;
        }
    }
}

/// Restarts an endpoint that is gone, where it is known how.
async fn try_restart(stage: &CheckContext<'_>) -> bool {
    match &stage.plan().restart {
        Some(restart) => restart().await.is_ok(),
        None => false,
    }
}
