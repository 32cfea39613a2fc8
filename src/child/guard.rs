//! A guard of a process group: this program once more, which ends the group should whoever started it be killed.
//!
//! Who is killed can do nothing for its children. But the system closes its pipes, and the guard reads from one.

use crate::context::InputStream;
use rustix::process::{self, Pid, Signal};
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// The word that makes a guard of this program.
const GUARD: &str = "__guard";

/// What the guard is told when there is nothing left to guard.
const DONE: &str = "done";

/// How long the group has after SIGTERM.
const GRACE: Duration = Duration::from_secs(1);

/// How often the group is looked at while it ends.
const LOOK: Duration = Duration::from_millis(10);

/// The guard, as seen by who started the group.
#[derive(Debug)]
pub(super) struct GroupGuard {
    guard: Child,
    lifeline: ChildStdin,
}

impl GroupGuard {
    /// Starts a guard, in a group of its own so that no signal of a terminal reaches it. It has nothing to guard yet.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(GUARD).env_clear().current_dir("/").process_group(0);
        let mut guard = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let lifeline = guard.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { guard, lifeline })
    }

    /// Names the group.
    pub(super) fn watch(&mut self, group: Pid) -> io::Result<()> {
        writeln!(self.lifeline, "{}", group.as_raw_nonzero())
    }

    /// Lets it go: the group has ended.
    pub(super) fn release(mut self) {
        // A guard that is gone guards nothing.
        let _ = writeln!(self.lifeline, "{DONE}");
        drop(self.lifeline);
        let _ = self.guard.wait();
    }
}

/// Whether a command line makes a guard of this process.
pub(crate) fn is_guard(arguments: &[OsString]) -> bool {
    matches!(arguments, [_, word] if word == GUARD)
}

/// The guard's life.
pub(crate) fn guard_group(lifeline: &InputStream) -> io::Result<()> {
    let Some(group) = lifeline.read_line()?.and_then(|line| Pid::from_raw(line.trim().parse().ok()?)) else {
        return Ok(());
    };
    if lifeline.read_line()?.as_deref() == Some(DONE) {
        return Ok(());
    }
    // A stopped process takes no other signal than the second one and SIGKILL. A group that is gone needs none.
    for signal in [Signal::TERM, Signal::CONT] {
        let _ = process::kill_process_group(group, signal);
    }
    let until = Instant::now() + GRACE;
    while process::test_kill_process_group(group).is_ok() && Instant::now() < until {
        std::thread::sleep(LOOK);
    }
    let _ = process::kill_process_group(group, Signal::KILL);
    Ok(())
}
