//! A job object of Windows: every process that the child starts belongs to it, and the system ends them all as soon as
//! nobody holds the job any more, however that came about.
//!
//! Signals do not exist. Ctrl-C reaches a child by the console that it shares with this process; anything else is the end
//! of the job.

use super::{ChildExit, ChildOptions};
use crate::clock::SharedClock;
use crate::shutdown;
use process_wrap::tokio::{ChildWrapper, CommandWrap, JobObject, KillOnDrop};
use std::ffi::OsString;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::process::Command;

/// How long the processes of a job that was ended may take to be gone.
const GRACE: Duration = Duration::from_secs(2);

/// How often they are looked at.
const LOOK: Duration = Duration::from_millis(5);

/// There is no asking a child to end.
pub(crate) fn ask_to_end(_child: u32) {}

/// A running job. Dropping it ends every process in it.
#[derive(Debug)]
pub(crate) struct ProcessJob {
    child: Mutex<Box<dyn ChildWrapper>>,
}

impl ProcessJob {
    /// Starts a command. Called on a runtime.
    pub(crate) fn start(command: &[OsString], with: ChildOptions<'_>) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(with.directory);
        with.without.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.envs(with.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(with.stdin).stdout(with.stdout).stderr(with.stderr);
        let child = CommandWrap::from(command).wrap(KillOnDrop).wrap(JobObject).spawn()?;
        Ok(Self { child: Mutex::new(child) })
    }

    /// Ready when the child has ended; its descendants may still run. May be asked again.
    pub(crate) async fn wait(&mut self) -> io::Result<ChildExit> {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let ended = child.inner_mut().wait().await?;
        let code = ended.code().unwrap_or_default();
        // Codes have 32 bits here; what does not fit into eight is a failure in any case.
        Ok(ChildExit::Code(u8::try_from(code).unwrap_or(u8::MAX)))
    }

    /// A wish to stop. Ctrl-C has reached the child already, by the console; nothing else can be asked of it.
    pub(crate) fn forward_signal(&self, wish: shutdown::StopSignal) {
        if wish == shutdown::StopSignal::Terminate {
            self.kill();
        }
    }

    /// Ends every process of the job.
    pub(crate) fn kill(&self) {
        // A job that is empty needs no end.
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).start_kill();
    }

    /// Nothing: the job goes with this process, and what is in it with the job.
    pub(crate) fn detach_leader(&mut self) {}

    /// Ends what is left of the job.
    pub(crate) async fn terminate(self, clock: &SharedClock) {
        self.kill();
        let until = clock.monotonic() + GRACE;
        while clock.monotonic() < until && !self.is_over() {
            clock.sleep(LOOK).await;
        }
    }

    fn is_over(&self) -> bool {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(child.try_wait(), Ok(None))
    }
}
