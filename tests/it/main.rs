//! The integration tests, all in one binary: linking is what takes the time.

// Clippy's exceptions for tests do not reach the functions that several tests share.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod json_stringify;
mod vectors;
