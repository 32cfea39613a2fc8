//! How far an error of the writer reaches, and what is answered for it.
//!
//! May know SQLite's error codes. Turns them once into causes; nothing above this module sees a code. Must not decide
//! what the user is told to type next.

use crate::protocol::arrival::ArrivalRecordError;
use rusqlite::ErrorCode;

/// How far an error of the writer reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WriteFault {
    /// One job was turned away before it wrote anything.
    Refusal(ArrivalRecordError),
    /// One job's own, in the middle of its work: the others of its group may still succeed.
    Job(ArrivalRecordError),
    /// The file's: every job would meet it.
    File(ArrivalRecordError),
}

impl From<rusqlite::Error> for WriteFault {
    fn from(error: rusqlite::Error) -> Self {
        let words = |text: &str| ArrivalRecordError::Unavailable(text.to_owned());
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::File(words("the disk is full")),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::File(words("it is locked by another program"))
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::File(words("it is read-only")),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::File(ArrivalRecordError::Unavailable(format!("it is damaged: {error}")))
            }
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::OutOfMemory) => {
                Self::File(ArrivalRecordError::Unavailable(error.to_string()))
            }
            _ => Self::Job(ArrivalRecordError::Unavailable(error.to_string())),
        }
    }
}

impl WriteFault {
    /// What to answer.
    pub(crate) fn into_record_error(self) -> ArrivalRecordError {
        match self {
            Self::Refusal(error) | Self::Job(error) | Self::File(error) => error,
        }
    }
}
