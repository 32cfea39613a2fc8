//! The doctor beside a listener: refused arrivals are diagnosed on a thread of their own, one at a time, before they
//! are shown. The sender has its answer by then. What comes in meanwhile is shown after them, in the order in which it
//! came; while nothing is diagnosed, everything passes by without waiting.
//!
//! Bounded: so much time for each, so many waiting. What has waited longer is shown without its cause, with the command
//! that finds it.

#[cfg(test)]
mod tests;

use crate::clock::SharedClock;
use crate::diagnose::{Diagnosis, DiagnosisCase, FindingCertainty, KnownSecret, diagnose_case};
use crate::protocol::arrival::Arrival;
use crate::protocol::report::{ArrivalNumber, ArrivalReport, RefusalExplanation, Report, ReportKind};
use crate::protocol::signature::{SIGNATURE_HEADER, SignatureFault};
use crate::receive::ReportSink;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Processor time for one arrival.
const BUDGET: Duration = Duration::from_millis(50);

/// Longest time for which an arrival waits for its cause, and what came after it for its turn.
const HOLD: Duration = Duration::from_millis(250);

/// Reports that may wait.
const WAITING: usize = 1024;

/// Bytes of bodies that may wait.
const WAITING_BYTES: usize = 8 << 20;

/// What a report without a body weighs.
const LIGHT: usize = 256;

/// Time for all that still wait when the listener ends.
const LAST: Duration = Duration::from_secs(1);

/// A report, and when it began to wait.
struct WaitingReport {
    report: Report,
    since: Duration,
}

/// An audience that hears causes too.
pub(crate) struct BackgroundDiagnosis {
    next: Arc<dyn ReportSink>,
    clock: SharedClock,
    queue: Mutex<Option<SyncSender<WaitingReport>>>,
    held: Arc<AtomicUsize>,
    /// When everything must be told, in milliseconds of the clock.
    deadline: Arc<AtomicU64>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl BackgroundDiagnosis {
    /// Starts the thread. Where none can be had, arrivals are told as they come.
    pub(crate) fn start(next: Arc<dyn ReportSink>, clock: SharedClock, known: Vec<KnownSecret>) -> Arc<Self> {
        let (sender, receiver) = sync_channel(WAITING);
        let held = Arc::new(AtomicUsize::new(0));
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let work = DiagnosisWorker {
            next: next.clone(),
            clock: clock.clone(),
            known,
            held: held.clone(),
            deadline: deadline.clone(),
        };
        let worker = std::thread::Builder::new().name("diagnosis".into()).spawn(move || work.run(&receiver)).ok();
        let queue = Mutex::new(worker.is_some().then_some(sender));
        Arc::new(Self { next, clock, queue, held, deadline, worker: Mutex::new(worker) })
    }

    /// Tells what still waits, and ends the thread.
    pub(crate) fn finish(&self) {
        let end = self.clock.monotonic().saturating_add(LAST);
        self.deadline.store(u64::try_from(end.as_millis()).unwrap_or(u64::MAX), Ordering::Release);
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A thread that panicked has told what it could.
        let _ = worker.map(JoinHandle::join);
    }

    /// Hands a report to the thread; gives it back where there is no room.
    fn enqueue(&self, report: Report, weight: usize) -> Option<Report> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if self.held.fetch_add(weight, Ordering::AcqRel) + weight > WAITING_BYTES {
            self.held.fetch_sub(weight, Ordering::AcqRel);
            return Some(report);
        }
        let waiting = WaitingReport { report, since: self.clock.monotonic() };
        let refused = match queue.as_ref() {
            Some(queue) => queue.try_send(waiting).err().map(|error| match error {
                TrySendError::Full(waiting) | TrySendError::Disconnected(waiting) => waiting.report,
            }),
            None => Some(waiting.report),
        };
        if refused.is_some() {
            self.held.fetch_sub(weight, Ordering::AcqRel);
        }
        refused
    }
}

impl ReportSink for BackgroundDiagnosis {
    fn emit_report(&self, report: Report) {
        // What holds nothing up passes by; behind what is being diagnosed, everything keeps its place.
        if !needs_diagnosis(&report) && self.held.load(Ordering::Acquire) == 0 {
            return self.next.emit_report(report);
        }
        let weight = weight(&report);
        if let Some(mut report) = self.enqueue(report, weight) {
            postpone(&mut report);
            self.next.emit_report(report);
        }
    }

    fn wants_report(&self) -> bool {
        self.next.wants_report()
    }

    fn note_filtered(&self) {
        self.next.note_filtered();
    }
}

/// What a report weighs while it waits.
fn weight(report: &Report) -> usize {
    match &report.what {
        ReportKind::Arrival(arrival) => LIGHT + arrival.arrival.content.weight(),
        _ => LIGHT,
    }
}

/// Whether it is an arrival whose signature has a fault to explain.
fn needs_diagnosis(report: &Report) -> bool {
    matches!(&report.what, ReportKind::Arrival(arrival) if arrival.reason.is_some_and(|reason| reason != SignatureFault::Missing))
}

/// Names the command in the place of the cause.
fn postpone(report: &mut Report) {
    if needs_diagnosis(report)
        && let ReportKind::Arrival(arrival) = &mut report.what
    {
        arrival.explanation = Some(explain_later(arrival));
    }
}

struct DiagnosisWorker {
    next: Arc<dyn ReportSink>,
    clock: SharedClock,
    known: Vec<KnownSecret>,
    held: Arc<AtomicUsize>,
    deadline: Arc<AtomicU64>,
}

impl DiagnosisWorker {
    fn run(&self, queue: &Receiver<WaitingReport>) {
        for WaitingReport { mut report, since } in queue {
            let weight = weight(&report);
            if needs_diagnosis(&report)
                && let ReportKind::Arrival(arrival) = &mut report.what
            {
                arrival.explanation = Some(self.explain(arrival, since.saturating_add(HOLD)));
            }
            self.next.emit_report(report);
            self.held.fetch_sub(weight, Ordering::AcqRel);
        }
    }

    fn explain(&self, report: &ArrivalReport, until: Duration) -> RefusalExplanation {
        let in_time = || {
            let now = self.clock.monotonic();
            now < until && now < Duration::from_millis(self.deadline.load(Ordering::Acquire))
        };
        if !in_time() {
            return explain_later(report);
        }
        let Arrival { target, content, .. } = &report.arrival;
        let start = self.clock.busy();
        let case = DiagnosisCase {
            body: content.body.as_bytes(),
            headers: Some(&content.headers),
            values: content.headers.values(SIGNATURE_HEADER).collect(),
            target: Some(target),
            file: None,
            secrets: &self.known,
            asks: crate::diagnose::DiagnosisSubject::Sender,
        };
        let found = diagnose_case(&case, None, &mut || self.clock.busy().saturating_sub(start) < BUDGET && in_time());
        if found.is_partial() { explain_later(report) } else { explain_finding(report, &found) }
    }
}

/// The finding in one clause.
fn explain_finding(arrival: &ArrivalReport, found: &Diagnosis) -> RefusalExplanation {
    let Some(first) = found.findings.first() else { return explain_later(arrival) };
    let words = match (first.certainty, &found.difference) {
        (FindingCertainty::Proof, Some(place)) => {
            // Whose manner of writing it is stands in the whole story; one line has no room for it.
            let brief = first.sentence.split(", as ").next().unwrap_or(&first.sentence);
            format!("{brief} (first difference at byte {})", place.at)
        }
        (FindingCertainty::Proof, None) => first.sentence.clone(),
        // What is wrong with the header's grammar is said best by the grammar.
        _ if arrival.reason != Some(SignatureFault::Mismatch) => explain_reason(arrival).to_owned(),
        (FindingCertainty::Consistent, _) => format!("perhaps {}", first.sentence),
        (FindingCertainty::Possible, _) => "no cause proved; possibly another secret".to_owned(),
    };
    RefusalExplanation { cause: Some(first.cause.id), proved: first.certainty == FindingCertainty::Proof, words }
}

/// Which command says more.
fn explain_later(arrival: &ArrivalReport) -> RefusalExplanation {
    let words = match arrival.number {
        Some(ArrivalNumber::Refused(number)) => {
            format!("why: referralloop verify --event r{number}")
        }
        _ => explain_reason(arrival).to_owned(),
    };
    RefusalExplanation { cause: None, proved: false, words }
}

fn explain_reason(arrival: &ArrivalReport) -> &'static str {
    arrival.reason.map_or("the signature is invalid", SignatureFault::explain)
}
