//! The integration tests, all in one binary: linking is what takes the time.

// The library's lints forbid these to the program; a test ends by panicking, says on stdout what it skipped, and nobody
// depends on it.
#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

mod architecture;
mod audit;
mod book;
mod bug_reports;
mod bytes;
mod completions;
mod containers;
mod corpora;
mod counterparts;
mod diagnose;
mod durability;
mod environment;
mod expect;
mod exposure;
mod help;
mod history;
mod hosted;
mod inspector;
mod json_stringify;
mod main_job;
mod minimum_rust;
mod mortal;
mod notices;
mod raw_requests;
mod reach;
mod recipes;
mod records;
mod redirects;
#[cfg(feature = "relay")]
mod relay;
#[cfg(not(feature = "relay"))]
mod relay_absent;
mod sandbox;
mod scenes;
mod secrets;
mod settings;
mod settings_schema;
mod support;
mod terminal;
mod timing;
mod vectors;
mod wrong_input;
