//! A process group of POSIX.
//!
//! The child is looked at without being reaped: until then its number cannot be given to another process, so that a
//! signal to its group reaches nobody else.

use super::guard::GroupGuard;
use super::{ChildExit, ChildOptions};
use crate::clock::SharedClock;
use crate::shutdown;
use rustix::process::{self, Pid, WaitId, WaitIdOptions};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long what is left of a group has after SIGTERM before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// How often a group is looked at while it ends.
const LOOK: Duration = Duration::from_millis(5);

/// Asks a child of this process, which was not waited for yet, to end.
pub(crate) fn ask_to_end(child: u32) {
    if let Some(child) = i32::try_from(child).ok().and_then(Pid::from_raw) {
        // It has ended already where that fails.
        let _ = process::kill_process(child, process::Signal::TERM);
    }
}

/// A running group. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    child: Child,
    leader: Pid,
    endings: Signal,
    swept: bool,
    guard: Option<GroupGuard>,
}

impl ProcessGroup {
    /// Starts a command. Called on a runtime.
    pub(crate) fn start(command: &[OsString], with: ChildOptions<'_>) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        // Before the child: its end must not be missed.
        let endings = signal(SignalKind::child())?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(with.directory);
        with.without.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.envs(with.environment.iter().map(|(name, value)| (name, value)));
        // Before the child: it is guarded from its first moment. Without a guard it can still be worked with.
        let mut guard = with.guarded_by.and_then(|program| GroupGuard::start(program).ok());
        let child = command.stdin(with.stdin).stdout(with.stdout).stderr(with.stderr).process_group(0).spawn()?;
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
        if let Some(guard) = &mut guard {
            let _ = guard.watch(leader);
        }
        Ok(Self { child, leader, endings, swept: false, guard })
    }

    /// Ready when the child has ended; its descendants may still run. May be asked again.
    pub(crate) async fn wait(&mut self) -> io::Result<ChildExit> {
        loop {
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            let status = process::waitid(WaitId::Pid(self.leader), look)?;
            if let Some(status) = status {
                let byte = |number: i32| u8::try_from(number & 0xff).unwrap_or(u8::MAX);
                return Ok(match (status.exit_status(), status.terminating_signal()) {
                    (Some(code), _) => ChildExit::Code(byte(code)),
                    (None, number) => ChildExit::Signal(number.map_or(0, byte)),
                });
            }
            self.endings.recv().await;
        }
    }

    /// Passes a wish to stop on to the whole group.
    pub(crate) fn forward_signal(&self, wish: shutdown::StopSignal) {
        self.send(match wish {
            shutdown::StopSignal::Interrupt => process::Signal::INT,
            shutdown::StopSignal::Terminate => process::Signal::TERM,
        });
    }

    /// Kills the whole group.
    pub(crate) fn kill(&self) {
        self.send(process::Signal::KILL);
    }

    fn send(&self, signal: process::Signal) {
        // A group that is gone needs no signal.
        let _ = process::kill_process_group(self.leader, signal);
    }

    /// Leaves a leader that is alive to end by itself, and the group with it. Without one, dropping still kills.
    pub(crate) fn detach_leader(&mut self) {
        self.swept = matches!(self.child.try_wait(), Ok(None));
    }

    /// Ends what is left of the group: SIGTERM, and SIGKILL for what does not heed it.
    pub(crate) async fn terminate(mut self, clock: &SharedClock) {
        self.send(process::Signal::TERM);
        // A stopped process takes no other signal than these two.
        self.send(process::Signal::CONT);
        let until = clock.monotonic() + GRACE;
        while self.has_members() && clock.monotonic() < until {
            clock.sleep(LOOK).await;
        }
        self.finish();
        while is_group_alive(self.leader) && clock.monotonic() < until + GRACE {
            clock.sleep(LOOK).await;
        }
    }

    /// Whether anybody but the reaped child is in the group. The child is reaped as soon as it has ended: what is left
    /// then holds the group's number.
    fn has_members(&mut self) -> bool {
        match self.child.try_wait() {
            Ok(None) => true,
            _ => is_group_alive(self.leader),
        }
    }

    fn finish(&mut self) {
        if !std::mem::replace(&mut self.swept, true) && self.has_members() {
            self.kill();
            // Killed, so this does not wait for long.
            let _ = self.child.wait();
        }
        if let Some(guard) = self.guard.take() {
            guard.release();
        }
    }
}

/// Whether anybody in a group is alive. The dead of whom nobody has taken notice count to the system as members too,
/// and in a container there may be nobody who ever does.
fn is_group_alive(group: Pid) -> bool {
    process::test_kill_process_group(group).is_ok() && living_member(group).unwrap_or(true)
}

/// Looks through the processes, where the system lists them.
fn living_member(group: Pid) -> io::Result<bool> {
    let wanted = group.as_raw_nonzero().get().to_string();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        // A process may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // proc(5): the name stands in parentheses and may hold anything; then state, parent and group.
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let state = fields.next();
        if fields.nth(1) == Some(wanted.as_str()) && !matches!(state, Some("Z" | "X")) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.finish();
    }
}
