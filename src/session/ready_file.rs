//! The ready file: the `ready` record of a server, there whole once connections are accepted, removed at the end.

use super::output_file;
use crate::config::atomic;
use crate::context::Context;
use crate::error::Error;
use crate::output::records::{self, ReadyRecord};
use jiff::Timestamp;
use std::path::PathBuf;

/// A ready file; dropping it removes it.
#[derive(Debug)]
pub(crate) struct ReadyFile(PathBuf);

/// Refuses a ready file that could not be written, before anything else is begun.
pub(crate) fn require_folder(context: &Context, path: Option<&PathBuf>) -> Result<(), Error> {
    if output_file::goes_to_stdout(path) {
        return Err(Error::usage("--ready-file names a file; under --json the same record is on standard output"));
    }
    path.map_or(Ok(()), |path| output_file::require_folder(path, &context.resolve(path)))
}

impl ReadyFile {
    /// Writes it, 0600, in a folder that is there.
    pub(crate) fn write(path: PathBuf, at: Timestamp, fields: &ReadyRecord<'_>) -> Result<Self, Error> {
        output_file::require_folder(&path, &path)?;
        atomic::write(&path, &records::encode_record(at, fields)).map_err(|error| Error::unwritable(&path, error))?;
        Ok(Self(path))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // It may have been removed by whoever read it.
        let _ = std::fs::remove_file(&self.0);
    }
}
