//! Supervising by signals. A supervisor is the leader of its process group, so that the listener in its turn can end the
//! group should the supervisor be killed.

use super::watch_lifeline;
use crate::child::ChildExit;
use crate::shutdown::is_hangup_ignored;
use rustix::process::{self, Pid, Signal};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// How long what runs has after SIGTERM. Shorter than a listener gives the whole group.
const GRACE: Duration = Duration::from_secs(1);

/// How often processes are looked at while they end.
const LOOK: Duration = Duration::from_millis(10);

/// Rounds of killing: each takes everything that is there, so more than one is for what was being started meanwhile.
const ROUNDS: usize = 100;

/// Runs a command until it ends, or until nothing can be read from `lifeline` any more. Whatever it started is gone
/// afterwards. Called on a runtime; `own` is this process.
///
/// # Errors
/// The command cannot be started.
pub(crate) async fn supervise(
    command: &[OsString],
    own: u32,
    lifeline: impl Read + Send + 'static,
) -> io::Result<ChildExit> {
    let (program, arguments) = command.split_first().ok_or(ErrorKind::InvalidInput)?;
    // What is sent to the group reaches this process, too; it still has something to do then.
    // A hangup that is ignored, as nohup wants it, is none.
    let hangup = if is_hangup_ignored() { SignalKind::terminate() } else { SignalKind::hangup() };
    let mut told = [SignalKind::terminate(), SignalKind::interrupt(), hangup].map(signal);
    let [Ok(terminate), Ok(interrupt), Ok(hangup)] = &mut told else {
        return Err(io::Error::other("signals cannot be handled"));
    };
    adopt_orphans();
    let mut parent_gone = watch_lifeline(lifeline)?;
    // An end of its own, which stays open: some programs end with their input.
    let mut child = Command::new(program).args(arguments).stdin(Stdio::piped()).spawn()?;
    let ended = tokio::select! {
        status = child.wait() => Some(status?),
        _ = &mut parent_gone => None,
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        _ = hangup.recv() => None,
    };
    end_everything(own, &mut child).await;
    Ok(match ended {
        Some(status) => match status.signal() {
            Some(number) => ChildExit::Signal(u8::try_from(number).unwrap_or(u8::MAX)),
            None => ChildExit::Code(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)),
        },
        None => ChildExit::Code(0),
    })
}

/// Processes whose parents have ended become children of this one, so that none is lost from sight.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // On a system that cannot, what left its group and its parent is out of reach.
    let _ = process::set_child_subreaper(Pid::from_raw(1));
}

/// SIGTERM for everything below this process and for its group, then SIGKILL for what is left.
async fn end_everything(own: u32, child: &mut tokio::process::Child) {
    let group = Pid::from_raw(i32::try_from(own).unwrap_or(0));
    // A group that is gone, or that this process does not lead, needs no signal.
    let tell = |signal| group.is_some_and(|group| process::kill_process_group(group, signal).is_ok());
    send_signal(&list_descendants(own), Signal::TERM);
    tell(Signal::TERM);
    // A stopped process takes no other signal than this one and SIGKILL.
    tell(Signal::CONT);
    let until = Instant::now() + GRACE;
    loop {
        let over = child.try_wait().is_ok_and(|status| status.is_some());
        if (over && list_descendants(own).is_empty()) || Instant::now() >= until {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    for _ in 0..ROUNDS {
        let left = list_descendants(own);
        if left.is_empty() {
            break;
        }
        send_signal(&left, Signal::KILL);
        tokio::time::sleep(LOOK).await;
    }
    let _ = child.start_kill();
    let _ = child.wait().await;
    if read_parents().is_err() {
        // Where processes are not listed, the group alone can be reached, and this process is in it.
        tell(Signal::KILL);
    }
}

fn send_signal(processes: &BTreeSet<i32>, signal: Signal) {
    for id in processes.iter().copied().filter_map(Pid::from_raw) {
        // It may have ended meanwhile.
        let _ = process::kill_process(id, signal);
    }
}

/// Everything alive below a process, where the system lists its processes.
fn list_descendants(of: u32) -> BTreeSet<i32> {
    let Ok(own) = i32::try_from(of) else { return BTreeSet::new() };
    let parents = read_parents().unwrap_or_default();
    let mut found = BTreeSet::from([own]);
    loop {
        let before = found.len();
        found
            .extend(parents.iter().filter(|(_, parent)| found.contains(parent)).map(|(id, _)| *id).collect::<Vec<_>>());
        if found.len() == before {
            break;
        }
    }
    found.remove(&own);
    found
}

/// The living and the parent of each.
fn read_parents() -> io::Result<BTreeMap<i32, i32>> {
    let mut parents = BTreeMap::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // proc(5): the name stands in parentheses and may hold anything; then state and parent.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let dead = matches!(fields.next(), Some("Z" | "X"));
        if let Some(parent) = fields.next().and_then(|field| field.parse().ok()).filter(|_| !dead) {
            parents.insert(id, parent);
        }
    }
    Ok(parents)
}
