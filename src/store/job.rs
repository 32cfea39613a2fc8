//! What is handed to the writer, and how its answers travel back.
//!
//! Pure but for the channel. A job carries everything ready to be entered: whoever hands it over has done the hashing.

use super::error::StoreFault;
use super::import::{EventImport, TargetProgressRequest};
use super::incoming::{IncomingArrival, OutgoingEvent};
use super::tables::StoreTables;
use crate::protocol::arrival::{
    ArrivalRecordError, ForwardProgress, RecordedArrival, RefusedRequest, UnforwardedArrival,
};
use crate::protocol::attempt::Attempt;
use tokio::sync::oneshot;

/// One thing for the writer to do.
#[derive(Debug)]
pub(super) enum StoreJob {
    /// Enter an arrival.
    Record(Box<IncomingArrival>, HeldReply<RecordedArrival>),
    /// Enter an event that is about to be sent.
    Send(Box<OutgoingEvent>, HeldReply<u64>),
    /// Enter an attempt.
    Attempt(Box<Attempt>, HeldReply<()>),
    /// Enter a refused request.
    Refuse(Box<RefusedRequest>, HeldReply<u64>),
    /// Look whether a forward was acknowledged.
    WasForwarded(u64, String, HeldReply<bool>),
    /// Remove events with all that belongs to them.
    Remove(Vec<u64>, HeldReply<u64>),
    /// Enter what another store had.
    Import(Vec<EventImport>, HeldReply<Vec<Option<u64>>>),
    /// Look for the first arrival behind one.
    ArrivalAfter(u64, HeldReply<Option<UnforwardedArrival>>),
    /// Look how far a target has got, or note it.
    Progress(TargetProgressRequest, HeldReply<ForwardProgress>),
    /// Keep the summary of a load run.
    Load(i64, String, HeldReply<u64>),
    /// Finish what is queued and end.
    Close(HeldReply<()>),
}

impl StoreJob {
    /// Does the work in the current transaction and holds the answer back.
    pub(super) fn apply(&mut self, ledger: &mut StoreTables<'_>) -> Result<(), StoreFault> {
        match self {
            Self::Record(incoming, answer) => answer.hold(ledger.record_arrival(incoming)),
            Self::Send(outgoing, answer) => answer.hold(ledger.record_sent(outgoing)),
            Self::Attempt(attempt, answer) => answer.hold(ledger.record_attempt(attempt)),
            Self::Refuse(refused, answer) => answer.hold(ledger.record_refused(refused)),
            Self::WasForwarded(event, url, answer) => answer.hold(ledger.was_forwarded(*event, url)),
            Self::Remove(events, answer) => answer.hold(ledger.remove_events(events)),
            Self::Import(past, answer) => answer.hold(past.iter().map(|past| ledger.import_event(past)).collect()),
            Self::ArrivalAfter(arrival, answer) => answer.hold(ledger.find_arrival_after(*arrival)),
            Self::Progress(step, answer) => answer.hold(ledger.apply_progress_request(step)),
            Self::Load(at_ms, summary, answer) => answer.hold(ledger.save_load_summary(*at_ms, summary)),
            Self::Close(answer) => answer.hold(Ok(())),
        }
    }

    /// Replaces whatever answer is held.
    pub(super) fn fail(&mut self, error: &ArrivalRecordError) {
        match self {
            Self::Record(_, answer) => answer.fail(error),
            Self::Attempt(_, answer) | Self::Close(answer) => answer.fail(error),
            Self::Send(_, answer) | Self::Refuse(_, answer) | Self::Remove(_, answer) => answer.fail(error),
            Self::Load(.., answer) => answer.fail(error),
            Self::WasForwarded(.., answer) => answer.fail(error),
            Self::Import(_, answer) => answer.fail(error),
            Self::ArrivalAfter(_, answer) => answer.fail(error),
            Self::Progress(_, answer) => answer.fail(error),
        }
    }

    /// Sends the answer that is held.
    pub(super) fn send_reply(self) {
        match self {
            Self::Record(_, answer) => answer.send(),
            Self::Attempt(_, answer) | Self::Close(answer) => answer.send(),
            Self::Send(_, answer) | Self::Refuse(_, answer) | Self::Remove(_, answer) => answer.send(),
            Self::Load(.., answer) => answer.send(),
            Self::WasForwarded(.., answer) => answer.send(),
            Self::Import(_, answer) => answer.send(),
            Self::ArrivalAfter(_, answer) => answer.send(),
            Self::Progress(_, answer) => answer.send(),
        }
    }

    /// Bytes that the job adds at most, for keeping transactions small.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Record(incoming, _) => incoming.content.weight(),
            Self::Send(outgoing, _) => outgoing.body.len(),
            Self::Refuse(refused, _) => refused.content.body.len(),
            Self::Import(past, _) => past.iter().map(EventImport::weight).sum(),
            _ => 0,
        }
    }
}

/// An answer that is known before it may be told: it is sent only after the commit.
#[derive(Debug)]
pub(super) struct HeldReply<T> {
    to: oneshot::Sender<Result<T, ArrivalRecordError>>,
    held: Option<Result<T, ArrivalRecordError>>,
}

impl<T> HeldReply<T> {
    /// An answer and where it will arrive.
    pub(super) fn new() -> (Self, oneshot::Receiver<Result<T, ArrivalRecordError>>) {
        let (to, from) = oneshot::channel();
        (Self { to, held: None }, from)
    }

    /// Holds a result; a refusal is an answer too, anything worse is handed on.
    fn hold(&mut self, result: Result<T, StoreFault>) -> Result<(), StoreFault> {
        self.held = Some(match result {
            Ok(value) => Ok(value),
            Err(StoreFault::Refusal(error)) => Err(error),
            Err(fault) => return Err(fault),
        });
        Ok(())
    }

    fn fail(&mut self, error: &ArrivalRecordError) {
        self.held = Some(Err(error.clone()));
    }

    /// Nobody listens any more: then nobody needs to be told.
    fn send(self) {
        if let Some(result) = self.held {
            let _ = self.to.send(result);
        }
    }
}
