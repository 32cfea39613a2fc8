//! One stored event sent again while a listener runs: one attempt, stored and shown like any other.

use super::replay_request::{ReplayForm, ReplaySigning, build_replay_request};
use super::transfer::EventHistory;
use crate::clock::SharedClock;
use crate::deliver::{self, DeliveryContext, DeliveryPace, DeliveryPlan};
use crate::error::{Error, ErrorCategory};
use crate::exchange::HttpClient;
use crate::output::screen::Screen;
use crate::protocol::attempt::{Attempt, DeliveryPurpose};
use crate::protocol::report::{ReplayReport, Report, ReportKind};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::schedule::{ATTEMPT_BUDGET, RetryFrom};
use crate::protocol::signature::HmacKey;
use crate::store::StoreRecorder;
use futures_util::future::try_join_all;
use std::time::Duration;
use url::Url;

/// Where it is told and kept.
pub(crate) struct ResendContext {
    /// Where it is shown.
    pub screen: Screen,
    /// Where attempts are kept.
    pub recorder: StoreRecorder,
    /// What signs what never came in, or was edited.
    pub key: HmacKey,
    pub clock: SharedClock,
}

/// Sends an event to each of some URLs, all at once. An `edited` one is signed anew.
pub(crate) async fn send_to_all(
    story: &EventHistory,
    urls: Vec<Url>,
    edited: bool,
    around: &ResendContext,
) -> Result<(), Error> {
    try_join_all(urls.into_iter().map(|url| send_again(story, url, edited, around))).await.map(drop)
}

async fn send_again(story: &EventHistory, url: Url, edited: bool, around: &ResendContext) -> Result<(), Error> {
    let key = around.key.clone();
    let signing = if edited { ReplaySigning::Again(key) } else { ReplaySigning::KeptOr(key) };
    let was = story.attempts.iter().rev().find(|attempt| attempt.url == url.as_str());
    let was = was.filter(|_| !edited).map(|attempt| attempt.outcome.clone());
    let plan = DeliveryPlan {
        label: url.to_string(),
        request: build_replay_request(story, url, &ReplayForm::plain(signing))?,
        event: story.event.number,
        purpose: DeliveryPurpose::Replay,
        rules: DeliveryRules::of_body(&story.event.body, RetryFrom::Previous),
        pace: DeliveryPace::Instant,
        retry: false,
        budget: Some(ATTEMPT_BUDGET),
        stops_when_refused: true,
    };
    let mut stage = ResendDelivery { recorder: &around.recorder, latency: Duration::ZERO };
    let ended = deliver::deliver_event(&plan, &HttpClient::new(), around.clock.as_ref(), &mut stage).await?;
    let report = ReplayReport {
        event: plan.event,
        event_type: story.event.facts.event_type.clone(),
        url: plan.label,
        attempts: ended.attempts,
        outcome: ended.last,
        latency: stage.latency,
        was,
    };
    around.screen.send_report(Report { at: around.clock.now(), what: ReportKind::Replayed(Box::new(report)) });
    Ok(())
}

/// The store alone: the end is told by whoever began.
struct ResendDelivery<'a> {
    recorder: &'a StoreRecorder,
    latency: Duration,
}

impl DeliveryContext for ResendDelivery<'_> {
    type Stopped = Error;

    fn emit_report(&mut self, _: Report) {}

    async fn store_attempt(&mut self, attempt: Attempt) -> Result<(), Error> {
        self.latency = attempt.latency;
        self.recorder.record_attempt(attempt).await.map_err(|error| Error::from_source(ErrorCategory::Machine, error))
    }

    async fn wait_for_retry(&mut self, _: Duration) -> Result<(), Error> {
        Ok(())
    }

    async fn wait_for_step(&mut self, _: u32) -> Result<(), Error> {
        Ok(())
    }
}
