//! What keeps standard output from being written.

use std::io;

/// Why standard output was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// Whoever read it has gone.
    #[error("the reader of the output has closed it")]
    Closed(#[source] io::Error),
    /// Anything else.
    #[error("cannot write the output: {0}")]
    Unwritable(#[source] io::Error),
    /// The operating system has no thread left to write it from.
    #[error("cannot start a thread for the output: {0}")]
    Unstartable(#[source] io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed(error) } else { Self::Unwritable(error) }
    }
}
