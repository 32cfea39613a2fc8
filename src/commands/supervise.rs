//! The supervisor of a tunnel's program and the guard of a command's group: this program, started by itself, and no
//! command of the user's.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::session::runtime;
use crate::tunnel::supervisor;
use std::ffi::OsString;

/// Runs the command until it ends or standard input does.
pub(crate) fn run(command: &[OsString], context: &Context) -> Result<Exit, Error> {
    runtime::block_on(async {
        let ended = supervisor::supervise(command, context.pid, context.stdin.clone()).await;
        let program = command.first().map(|program| program.to_string_lossy().into_owned()).unwrap_or_default();
        let ended = ended.map_err(|error| Error::machine(format!("cannot run {program}: {error}")).caused_by(error))?;
        Ok(Exit::Child(ended.code()))
    })
}

/// Waits for the end of whoever started this process, and ends the group that it had started.
#[cfg(unix)]
pub(crate) fn guard(context: &Context) -> Result<Exit, Error> {
    let ended = crate::child::guard::guard_group(&context.stdin);
    ended.map_err(|error| Error::machine(format!("cannot read standard input: {error}")).caused_by(error))?;
    Ok(Exit::Done)
}
