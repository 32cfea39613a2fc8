//! .
pub mod clock;
pub mod exchange;
pub mod protocol;
