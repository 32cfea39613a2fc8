//! What a check is, and how answers are judged. The checks themselves are in `checks`.

use super::check_context::CheckContext;
use super::draft::RequestDraft;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::check::{CheckExchange, CheckGroup, CheckSeverity};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use std::future::Future;
use std::pin::Pin;

/// A check of the catalogue.
#[derive(Clone, Copy)]
pub(crate) struct AuditCheck {
    /// Its stable id.
    pub id: &'static str,
    /// How much a failure matters.
    pub severity: CheckSeverity,
    /// What should be so.
    pub title: &'static str,
    pub why: &'static str,
    /// How to mend it.
    pub fix: &'static str,
    /// What it cannot do without.
    pub needs: CheckNeeds,
    /// Requests that it sends at most.
    pub cost: u32,
    pub(super) play: CheckAction,
}

/// What a check cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CheckNeeds {
    /// A secret to sign with.
    pub secret: bool,
    /// A way to ask for the endpoint's state.
    pub state: bool,
    /// A way to restart the endpoint.
    pub restart: bool,
    /// Leave to strain the endpoint.
    pub intrusive: bool,
    /// That ordinary events are acknowledged.
    pub acknowledged: bool,
}

/// What a check does.
#[derive(Clone, Copy)]
pub(super) enum CheckAction {
    /// Sends requests one after another and judges each answer in the same way.
    Send(fn(&CheckContext<'_>) -> Vec<RequestDraft>, AuditExpectation),
    /// Anything else.
    Act(for<'a> fn(&'a CheckContext<'a>) -> CheckFuture<'a>),
}

/// A check under way.
pub(super) type CheckFuture<'a> = Pin<Box<dyn Future<Output = CheckJudgement> + 'a>>;

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CheckJudgement {
    /// It is as it should be.
    Pass,
    /// It is not: what was seen.
    Fail(String),
    /// It cannot be judged, for this reason.
    Skip(String),
}

/// What an answer should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuditExpectation {
    /// An acknowledgement: 2xx.
    Acknowledged,
    /// A refusal: 4xx.
    Refused,
    /// Any answer but a failure of the server.
    Survived,
}

impl AuditExpectation {
    /// What is wrong with an answer, and which it was.
    pub(super) fn find_fault(self, exchanged: &CheckExchange) -> Option<String> {
        self.find_bare_fault(exchanged).map(|fault| name_exchanges(&[exchanged.what.as_str()], &fault))
    }

    /// What is wrong with an answer: the same words for all that are wrong alike.
    pub(super) fn find_bare_fault(self, exchanged: &CheckExchange) -> Option<String> {
        let seen = describe_answer(exchanged);
        match (self, exchanged.outcome.status()) {
            (Self::Acknowledged | Self::Survived, _) if is_late(exchanged) => {
                Some(format!("{seen}, after {:.1} s", exchanged.latency.as_secs_f64()))
            }
            (Self::Acknowledged | Self::Survived, _) if shows_fatal_error(exchanged) => {
                Some(format!("{seen}, and shows a fatal error: the event is lost"))
            }
            (Self::Acknowledged, _) if exchanged.outcome.is_acknowledged() => None,
            // Whoever is sent elsewhere was not let in.
            (Self::Refused, Some(300..600)) => None,
            (Self::Survived, Some(status)) if status < 500 || status == 501 => None,
            // A forged request that ended without an answer was not accepted; that it crashed is a check of its own.
            (Self::Refused, None) => None,
            (Self::Refused, Some(_)) => Some(format!("accepted, {seen}")),
            (Self::Acknowledged | Self::Survived, _) => Some(seen),
        }
    }
}

/// What the text of an error says that has ended the handler.
const FATAL: [&str; 4] = ["fatal error", "traceback (most recent call last)", "uncaught exception", "goroutine 1 ["];

/// Acknowledged by what the server says of itself when the handler has died: some answer that with 200.
fn shows_fatal_error(exchanged: &CheckExchange) -> bool {
    let text = String::from_utf8_lossy(exchanged.response_body()).to_ascii_lowercase();
    exchanged.outcome.is_acknowledged() && FATAL.iter().any(|mark| text.contains(mark))
}

/// Acknowledged when the service has given up.
pub(super) fn is_late(exchanged: &CheckExchange) -> bool {
    exchanged.outcome.is_acknowledged() && exchanged.latency > ATTEMPT_BUDGET
}

/// An answer in words that may quote foreign text.
pub(super) fn describe_exchange(exchanged: &CheckExchange) -> String {
    name_exchanges(&[exchanged.what.as_str()], &describe_answer(exchanged))
}

/// Words behind what they are said of.
pub(super) fn name_exchanges(names: &[&str], words: &str) -> String {
    let names: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    if names.is_empty() { words.to_owned() } else { format!("{}: {words}", names.join(", ")) }
}

fn describe_answer(exchanged: &CheckExchange) -> String {
    match (&exchanged.outcome, exchanged.outcome.detail()) {
        (AttemptOutcome::Answered(answer), _) if answer.only_200 && matches!(answer.status, 201..300) => {
            format!("answered {}, and 200 alone acknowledges", answer.status)
        }
        (AttemptOutcome::Answered(answer), None) => format!("answered {}", answer.status),
        (AttemptOutcome::Answered(answer), Some(detail)) => format!("answered {}, {detail}", answer.status),
        (AttemptOutcome::TimedOut(_), Some(detail)) => format!("{detail} ({} s)", exchanged.latency.as_secs()),
        (AttemptOutcome::Refused, _) => "nothing is listening there any more".to_owned(),
        (AttemptOutcome::Disconnected, _) => "the connection ended without an answer".to_owned(),
        (outcome, Some(detail)) => format!("{}: {detail}", outcome.name()),
        (outcome, None) => outcome.name().to_owned(),
    }
}

impl AuditCheck {
    /// A check that sends requests.
    pub(super) const fn from_requests(
        id: &'static str,
        severity: CheckSeverity,
        wanted: AuditExpectation,
        cost: u32,
        drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>,
    ) -> Self {
        Self::new(id, severity, cost, CheckAction::Send(drafts, wanted))
    }

    /// A check that does something else.
    pub(super) const fn from_action(
        id: &'static str,
        severity: CheckSeverity,
        cost: u32,
        act: for<'a> fn(&'a CheckContext<'a>) -> CheckFuture<'a>,
    ) -> Self {
        Self::new(id, severity, cost, CheckAction::Act(act))
    }

    const fn new(id: &'static str, severity: CheckSeverity, cost: u32, play: CheckAction) -> Self {
        let needs = CheckNeeds { secret: false, state: false, restart: false, intrusive: false, acknowledged: true };
        Self { id, severity, title: "", why: "", fix: "", needs, cost, play }
    }

    /// What should be so, why, and what to do.
    pub(super) const fn with_texts(mut self, title: &'static str, why: &'static str, fix: &'static str) -> Self {
        self.title = title;
        self.why = why;
        self.fix = fix;
        self
    }

    /// Also where ordinary events are not acknowledged.
    pub(super) const fn allow_unacknowledged(mut self) -> Self {
        self.needs.acknowledged = false;
        self
    }

    pub(super) const fn with_secret(mut self) -> Self {
        self.needs.secret = true;
        self
    }

    pub(super) const fn with_state(mut self) -> Self {
        self.needs.state = true;
        self
    }

    pub(super) const fn with_restart(mut self) -> Self {
        self.needs.restart = true;
        self
    }

    pub(super) const fn mark_intrusive(mut self) -> Self {
        self.needs.intrusive = true;
        self
    }

    /// What it is about.
    pub(crate) fn group(&self) -> CheckGroup {
        // Every id begins with a group's name, as a test sees to.
        CheckGroup::from_id(self.id).unwrap_or(CheckGroup::Hygiene)
    }
}
