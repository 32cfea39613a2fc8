//! .
pub mod clock;
pub mod config;
pub mod context;
pub mod deliver;
pub mod error;
pub mod exchange;
pub mod output;
pub mod protocol;
pub mod receive;
pub mod shutdown;
pub mod store;
