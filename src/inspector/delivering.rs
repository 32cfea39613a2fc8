//! Sending from the page: one attempt, recorded as every other one; what it tells is the answer.

use super::InspectorState;
use crate::database::{self, FileNumber};
use crate::deliver::{self, DeliveryContext, DeliveryPace, DeliveryPlan, DeliveryResult};
use crate::error::Error;
use crate::protocol::attempt::{Attempt, DeliveryPurpose, OutgoingRequest};
use crate::protocol::report::{ReplayReport, Report, ReportKind};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::schedule::{ATTEMPT_BUDGET, RetryFrom};
use crate::session::transfer::EventHistory;
use std::time::Duration;
use url::Url;

impl InspectorState {
    /// Sends a request for an event, once. Answers with the reports of it.
    pub(super) async fn send_once(
        &self,
        event: u64,
        request: OutgoingRequest,
        (label, purpose): (&Url, DeliveryPurpose),
    ) -> Result<(Vec<Report>, DeliveryResult, Duration), Error> {
        let plan = DeliveryPlan {
            rules: DeliveryRules::of_body(&request.body, RetryFrom::default()),
            request,
            label: label.to_string(),
            event,
            purpose,
            pace: DeliveryPace::Instant,
            retry: false,
            stops_when_refused: true,
            budget: Some(ATTEMPT_BUDGET),
        };
        let mut page = PageDelivery {
            state: self,
            file: database::file_number(&self.around.store),
            purpose,
            reports: Vec::new(),
            latency: Duration::ZERO,
        };
        let clock = self.around.clock.as_ref();
        let ended = deliver::deliver_event(&plan, &self.around.exchange, clock, &mut page).await?;
        Ok((page.reports, ended, page.latency))
    }

    /// Sends a stored event again; the report compares with how it went there before.
    pub(super) async fn replay_once(
        &self,
        story: &EventHistory,
        request: OutgoingRequest,
        label: &Url,
    ) -> Result<Report, Error> {
        let before = story.attempts.iter().rfind(|attempt| attempt.url == label.as_str());
        let was = before.map(|attempt| attempt.outcome.clone());
        let (_, ended, latency) = self.send_once(story.event.number, request, (label, DeliveryPurpose::Replay)).await?;
        let report = ReplayReport {
            event: story.event.number,
            event_type: story.event.facts.event_type.clone(),
            url: label.to_string(),
            attempts: ended.attempts,
            outcome: ended.last,
            latency,
            was,
        };
        Ok(Report { at: self.around.clock.now(), what: ReportKind::Replayed(Box::new(report)) })
    }
}

/// The store, and what is told to the page.
struct PageDelivery<'a> {
    state: &'a InspectorState,
    /// The file in which the event has its number.
    file: Option<FileNumber>,
    purpose: DeliveryPurpose,
    reports: Vec<Report>,
    latency: Duration,
}

impl DeliveryContext for PageDelivery<'_> {
    type Stopped = Error;

    fn emit_report(&mut self, report: Report) {
        self.reports.push(report);
    }

    async fn store_attempt(&mut self, attempt: Attempt) -> Result<(), Error> {
        self.latency = attempt.latency;
        if database::file_number(&self.state.around.store) != self.file {
            return Err(Error::machine("the store was replaced while the request was under way; it is not recorded"));
        }
        let attempt = Attempt { purpose: self.purpose, ..attempt };
        let stored = self.state.around.recorder.record_attempt(attempt).await;
        stored.map_err(|error| Error::machine(error.to_string()))
    }

    async fn wait_for_retry(&mut self, delay: Duration) -> Result<(), Error> {
        self.state.around.clock.sleep(delay).await;
        Ok(())
    }

    async fn wait_for_step(&mut self, _: u32) -> Result<(), Error> {
        Err(Error::usage("the page makes one attempt"))
    }
}
