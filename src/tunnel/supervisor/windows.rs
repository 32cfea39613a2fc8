//! Supervising by a job object, which ends with whoever holds it.

use super::watch_lifeline;
use crate::child::{ChildExit, ChildOptions, ProcessGroup};
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::Stdio;

/// Runs a command until it ends, or until nothing can be read from `lifeline` any more. Whatever it started is gone
/// afterwards. Called on a runtime.
///
/// # Errors
/// The command cannot be started.
pub(crate) async fn supervise(
    command: &[OsString],
    _own: u32,
    lifeline: impl Read + Send + 'static,
) -> io::Result<ChildExit> {
    let mut parent_gone = watch_lifeline(lifeline)?;
    let options = ChildOptions {
        directory: Path::new("."),
        environment: &[],
        without: &[],
        stdin: Stdio::null(),
        stdout: Stdio::inherit(),
        stderr: Stdio::inherit(),
        guarded_by: None,
    };
    let mut group = ProcessGroup::start(command, options)?;
    // The group ends with the value.
    tokio::select! {
        ended = group.wait() => ended,
        _ = &mut parent_gone => Ok(ChildExit::Code(0)),
    }
}
