//! The ready file: the `ready` record of a server, there whole once connections are accepted, removed at the end.

use crate::config::atomic;
use crate::error::Error;
use crate::output::records::{self, ReadyRecord};
use jiff::Timestamp;
use std::path::PathBuf;

/// A ready file; dropping it removes it.
#[derive(Debug)]
pub(crate) struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Writes it, 0600.
    pub(crate) fn write(path: PathBuf, at: Timestamp, fields: &ReadyRecord<'_>) -> Result<Self, Error> {
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
