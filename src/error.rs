//! What ends a command early: a kind that decides the exit code, one sentence, and what to do about it.
//!
//! Only commands and what they share speak this type. Edges have small enums of their own; a negative result (a bad signature,
//! exhausted retries) is no error but an [`Exit`].

use std::fmt;
use std::path::Path;

/// How a command ended, short of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for is done: 0.
    Done,
    /// The answer is no: 1.
    No,
    /// Interrupted (Ctrl-C) before finishing: 130.
    Interrupted,
    /// Terminated (SIGTERM) before finishing: 143.
    Terminated,
    /// No command was named: 2, as for every line that the grammar does not know.
    NoCommand,
    /// As the command that was run for the user ended.
    Child(u8),
}

impl Exit {
    /// The process exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Interrupted => 130,
            Self::Terminated => 143,
            Self::NoCommand => ErrorCategory::Usage.code(),
            Self::Child(code) => code,
        }
    }
}

/// The kinds of error, each with an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCategory {
    /// Wrong or missing argument, unreadable or malformed input file, empty secret: 2.
    Usage,
    /// Broken configuration, missing or refused credentials: 3.
    Configuration,
    /// Network or provider: unreachable: 4.
    Network,
    /// This machine: port busy, store locked or damaged, disk full, read-only: 5.
    Machine,
    /// The reader of our output is gone. Not an error to speak of: 0, silently.
    Closed,
    /// Ctrl-C at a question. Whoever pressed it knows: 130, silently.
    Interrupted,
}

impl ErrorCategory {
    /// The process exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Network => 4,
            Self::Machine => 5,
            Self::Interrupted => Exit::Interrupted.code(),
        }
    }

    /// The kind's stable name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Configuration => "configuration",
            Self::Network => "network",
            Self::Machine => "machine",
            Self::Closed => "closed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One sentence about what went wrong, with hints about what to do.
#[derive(Debug)]
pub struct Error {
    /// Decides the exit code.
    pub kind: ErrorCategory,
    /// One sentence without a final full stop.
    pub message: String,
    /// What to do, one sentence or command line each.
    pub hints: Vec<String>,
    /// What lies behind it, where that is an error of somebody else's.
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub fn new(kind: ErrorCategory, message: impl Into<String>) -> Self {
        Self { kind, message: without_numbers(message.into()), hints: Vec::new(), source: None }
    }

    /// A usage error: exit 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorCategory::Usage, message)
    }

    /// A configuration error: exit 3.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorCategory::Configuration, message)
    }

    /// An error of this machine: exit 5.
    pub fn machine(message: impl Into<String>) -> Self {
        Self::new(ErrorCategory::Machine, message)
    }

    /// A file could not be written: exit 5.
    pub(crate) fn unwritable(path: &Path, error: std::io::Error) -> Self {
        Self::machine(format!("cannot write {}: {error}", path.display())).caused_by(error)
    }

    /// An error in the words of what lies behind it.
    pub(crate) fn from_source(kind: ErrorCategory, error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::new(kind, error.to_string()).caused_by(error)
    }

    /// Keeps what lies behind it.
    #[must_use]
    pub(crate) fn caused_by(self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(error.into()), ..self }
    }

    /// What lies behind it, nearest first, as far as its own sentence does not say so already.
    pub(crate) fn causes(&self) -> Vec<String> {
        let chain = std::iter::successors(std::error::Error::source(self), |error| error.source());
        let words = chain.map(|error| without_numbers(error.to_string()));
        words.filter(|words| !self.message.contains(words.as_str())).collect()
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The operating system's words without the number behind them: ` (os error 2)` says nothing to a reader.
fn without_numbers(message: String) -> String {
    let Some((before, after)) = message.split_once(" (os error ") else { return message };
    let rest = after.split_once(')').map_or("", |(_, rest)| rest);
    format!("{before}{rest}")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;
    use std::io;

    #[test]
    fn what_lies_behind_is_kept_and_said_once() {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let error = Error::unwritable(Path::new("a"), denied());
        assert!(error.source().is_some_and(|source| source.is::<io::Error>()));
        assert_eq!(error.causes(), Vec::<String>::new(), "its sentence says so already");
        assert_eq!(Error::machine("no luck").caused_by(denied()).causes(), ["permission denied"]);
    }
}
