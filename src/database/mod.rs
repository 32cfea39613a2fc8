//! A file of SQLite: made for its owner alone, opened so that a commit is durable, brought to the version that this
//! program knows, and refused where it is somebody else's, newer or damaged. What stands in it is its owner's business.

mod code;
mod error;
mod fault;
mod file;
mod identity;
pub(crate) mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use code::{InvalidStoredValue, OutcomeColumns, decode_time};
pub(crate) use error::{OpenError, ReadError};
pub(crate) use fault::WriteFault;
pub(crate) use file::{library_version, open_reader, open_writer, tighten_permissions};
pub(crate) use identity::{FileNumber, file_number};
pub(crate) use schema::DatabaseSchema;
pub(crate) use writer::{GroupWriter, TransactionTables, WrittenFile, WrittenTables};
