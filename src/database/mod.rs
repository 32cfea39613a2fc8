//! A file of SQLite: made for its owner alone, opened so that a commit is durable, brought to the version that this
//! program knows, and refused where it is somebody else's, newer or damaged. What stands in it is its owner's business.

mod code;
mod error;
mod file;
mod schema;
#[cfg(test)]
mod tests;

pub use code::{InvalidStoredValue, OutcomeColumns, decode_time};
pub use error::{OpenError, ReadError};
pub use file::{open_reader, open_writer};
pub use schema::{DatabaseSchema, check_library};
