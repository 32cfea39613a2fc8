//! .
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod context;
pub mod deliver;
pub mod diagnose;
pub mod error;
pub mod exchange;
pub mod flows;
pub mod output;
pub mod protocol;
pub mod receive;
pub mod shutdown;
pub mod store;

use cli::Failure;
use context::Context;
use error::{Error, Kind};
use output::console::Console;
use std::io::Write;

/// Runs the program in a context and answers with the process exit code.
pub fn run(mut context: Context) -> u8 {
    match cli::run(&mut context) {
        Ok(exit) => exit.code(),
        Err(Failure::Command(error)) => told(&error, &context),
        Err(Failure::Grammar(error)) => explained(&error, &context),
    }
}

fn told(error: &Error, context: &Context) -> u8 {
    if error.kind != Kind::Closed {
        Console::new(context).error(error.kind.name(), &error.message, &error.hints);
    }
    error.kind.code()
}

/// Help and version go to stdout, complaints to stderr.
fn explained(error: &clap::Error, context: &Context) -> u8 {
    let console = Console::new(context);
    let text = error.render();
    let mut stream = if error.use_stderr() { context.stderr.clone() } else { context.stdout.clone() };
    let colour = if error.use_stderr() { console.err.colour } else { console.out.colour };
    let text = if colour { text.ansi().to_string() } else { text.to_string() };
    let _ = stream.write_all(text.as_bytes());
    u8::try_from(error.exit_code()).unwrap_or(2)
}
