//! The one thread that writes: it takes what is queued and commits it as one group.
//!
//! May know transactions and the queue. Must not know what a job does to the tables. Nothing is answered before its
//! commit; nothing is waited for to make a group larger, for while one group is being committed the next one gathers.
//!
//! Whoever waits for an answer sits on another thread, and waking that thread from here costs a system call each time.
//! So a group's answers go there together, and a task over there hands them out.

use super::error::StoreFault;
use super::job::StoreJob;
use super::tables::StoreTables;
use crate::protocol::arrival::ArrivalRecordError;
use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Jobs in one transaction at most.
const GROUP_JOBS: usize = 1024;

/// Bytes after which a transaction takes no further job: large bodies are answered in several steps.
const GROUP_BYTES: usize = 16 * 1024 * 1024;

/// The way back of the answers.
pub(super) struct ReplyDispatcher(Option<mpsc::UnboundedSender<Vec<StoreJob>>>);

impl ReplyDispatcher {
    /// By way of a task on the current runtime; straight to those who wait where there is none.
    pub(super) fn through_runtime() -> Self {
        let Ok(runtime) = Handle::try_current() else { return Self(None) };
        let (groups, mut committed) = mpsc::unbounded_channel::<Vec<StoreJob>>();
        runtime.spawn(async move {
            while let Some(group) = committed.recv().await {
                group.into_iter().for_each(StoreJob::send_reply);
            }
        });
        Self(Some(groups))
    }

    fn send(&self, group: Vec<StoreJob>) {
        let left = match &self.0 {
            // The runtime may be gone before the writer; whoever waits on another one still gets the answer.
            Some(groups) => groups.send(group).err().map(|unsent| unsent.0),
            None => Some(group),
        };
        left.into_iter().flatten().for_each(StoreJob::send_reply);
    }
}

/// Runs until every sender is gone, or a job says to close.
pub(super) fn run_writer(
    connection: &Connection,
    quota: u64,
    mut queue: mpsc::Receiver<StoreJob>,
    answers: &ReplyDispatcher,
) {
    let mut ledger = match StoreTables::new(connection, quota) {
        Ok(ledger) => ledger,
        Err(error) => return refuse_all(&mut queue, &StoreFault::from(error).into_record_error()),
    };
    let mut group = Vec::with_capacity(GROUP_JOBS);
    while queue.blocking_recv_many(&mut group, GROUP_JOBS) > 0 {
        if group.iter().any(|job| matches!(job, StoreJob::Close(_))) {
            // What was queued before stays readable; what comes later finds nobody.
            queue.close();
        }
        while !group.is_empty() {
            let size = transaction_size(&group);
            commit(connection, &mut ledger, &mut group[..size]);
            answers.send(group.drain(..size).collect());
            if ledger.is_untidy() {
                // Nobody waits for this one; if it fails, everything is still found where it was.
                let _ = transact(connection, &mut ledger, StoreTables::tidy);
            }
        }
    }
    // Left half sorted, the file would be sorted from the start by every run that is too short to end it.
    while ledger.is_untidy() && transact(connection, &mut ledger, StoreTables::tidy).is_ok() {}
    // The log is copied into the file now rather than at the next start. Without success, it is then.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
}

fn refuse_all(queue: &mut mpsc::Receiver<StoreJob>, error: &ArrivalRecordError) {
    while let Some(mut job) = queue.blocking_recv() {
        job.fail(error);
        job.send_reply();
    }
}

fn transaction_size(group: &[StoreJob]) -> usize {
    let mut bytes = 0;
    let full = |job: &StoreJob| {
        bytes += job.weight();
        bytes >= GROUP_BYTES
    };
    group.iter().position(full).map_or(group.len(), |last| last + 1)
}

/// Commits the jobs together. If one of them fails by itself, each gets a transaction of its own.
fn commit(connection: &Connection, ledger: &mut StoreTables<'_>, jobs: &mut [StoreJob]) {
    let done = transact(connection, ledger, |ledger| jobs.iter_mut().try_for_each(|job| job.apply(ledger)));
    match done {
        Ok(()) => {}
        Err(StoreFault::Job(_)) if jobs.len() > 1 => {
            jobs.chunks_mut(1).for_each(|job| commit(connection, ledger, job));
        }
        Err(fault) => {
            let error = fault.into_record_error();
            jobs.iter_mut().for_each(|job| job.fail(&error));
        }
    }
}

fn transact<'c>(
    connection: &Connection,
    ledger: &mut StoreTables<'c>,
    work: impl FnOnce(&mut StoreTables<'c>) -> Result<(), StoreFault>,
) -> Result<(), StoreFault> {
    let done = ledger.begin().map_err(StoreFault::from).and_then(|()| work(ledger)).and_then(|()| Ok(ledger.commit()?));
    if done.is_err() {
        ledger.roll_back(connection);
    }
    done
}
