//! A child process in a process group of its own: signals go to the whole group, and nothing of it outlives the run.
//!
//! Knows processes and nothing of what they are for; edges and commands that start one stand on it. What a group is
//! depends on the system: a process group of POSIX, a job object of Windows.

#[cfg(unix)]
pub(crate) mod guard;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{ProcessGroup, ask_to_end};
#[cfg(windows)]
pub(crate) use windows::{ProcessJob as ProcessGroup, ask_to_end};

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChildExit {
    /// By itself, with this code.
    Code(u8),
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no signals there"))]
    Signal(u8),
}

impl ChildExit {
    /// The exit code as a shell reports it: 128 and the signal's number for a child that was killed.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Code(code) => code,
            Self::Signal(number) => number.saturating_add(128),
        }
    }
}

/// What a child is started with beyond its command line.
pub(crate) struct ChildOptions<'a> {
    /// Its folder.
    pub directory: &'a Path,
    /// Variables beside the inherited ones.
    pub environment: &'a [(&'a OsStr, OsString)],
    /// Variables that it does not inherit.
    pub without: &'a [&'a str],
    /// Its standard input.
    pub stdin: Stdio,
    /// Its standard output.
    pub stdout: Stdio,
    /// Its standard error.
    pub stderr: Stdio,
    /// This program's file, where the group is to end should this process be killed. A job object ends by itself.
    #[cfg_attr(not(unix), expect(dead_code, reason = "a job object needs no guard"))]
    pub guarded_by: Option<&'a Path>,
}
