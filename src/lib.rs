//! `referralloop`: the command line of a webhook developer. Receive, verify, store, fabricate and deliver the events
//! of the hosted waitlist service ReferralLoop.
//!
//! # The house
//!
//! Pure facts at the bottom, a few narrow doors to the world above them, one stream of reports between the engines
//! and the screen, a room for each command, and a small front door.
//!
//! | floor | modules | may import |
//! |---|---|---|
//! | 0, pure | [`protocol`]: events, signatures, schedule, JSON, reports | nothing of the house |
//! | the process | [`clock`], [`shutdown`], [`context`], [`terminal`], [`system`] (the shell, private files): the only readers of the process; [`logging`], its log | each other, downwards; [`context`] also floor 0, for what is secret and left out of what is printed |
//! | 1, footings | [`exchange`] (one HTTP attempt), [`server`] (the accept loop), [`database`] (a file of SQLite), [`child`] (a process group): what edges stand on | floor 0, the process |
//! | 1, edges | [`store`] (the history), [`deliver`] (the schedule), [`receive`] (the listener), [`sandbox`] (the hosted API emulated), [`hosted`] (its client), [`tunnel`] (public addresses), [`audit`] (checks of an endpoint), [`config`] (settings), [`relay`] (streams of NATS JetStream), [`jq`] (conditions on bodies) | floor 0, the process, the footings; never each other |
//! | 1, pure | [`diagnose`]: why a signature does not match, and what an endpoint hashes | floor 0 |
//! | 1, the screen | [`output`]: people's text, records, prompts, progress | floor 0, the process |
//! | 2 | [`session`]: what several commands stand on: settings, arguments, service, listener, delivery, history | everything below |
//! | 2, the page | [`inspector`]: the history in a browser, over the store, the delivery engine and the records | everything below, [`session`] |
//! | 3 | [`commands`]: a file or folder for each command, with its glue | everything below; never each other |
//! | the door | [`cli`], [`run`], and [`error`], which session and commands speak | |
//!
//! `tests/it/architecture.rs` reads the sources and enforces the table.
//!
//! # Rules that hold everywhere
//!
//! - **Bytes.** A [`protocol::body::RawBody`] is the only thing that is signed, stored, forwarded or sent. Nobody
//!   re-serialises a body.
//! - **Time, randomness, environment** are handed in through [`context::Context`]; so the whole program runs inside a test.
//! - **Reports.** Engines send what happens as [`protocol::report::Report`] values and never print. The same values
//!   become text for people and records for programs.
//! - **A failed attempt or a bad signature is data**, with an exit code of its own. [`error::Error`] is for what keeps
//!   a command from doing what it was asked to do.
//! - **Secrets** live in [`protocol::signature::Secret`], which cannot be printed.
//! - **Foreign text** reaches a terminal only as [`output::sanitise::Sanitised`].
//!
//! # Words
//!
//! *Event*: something that happened to a sign-up, identified by the SHA-256 of its body. *Arrival*: one time an event
//! came in. *Refused request*: one whose signature did not hold, kept apart from the events. *Delivery*: one event on its
//! way to one target. *Attempt*: one HTTP try of a delivery. *Target*: the URL that a delivery goes to. *Endpoint*: what is
//! audited or probed. *Request path*: the path that a request names. *Forward*: passing an arrival on to the local app.
//!
//! No two types share a name, `Arguments` of commands and `Error` apart; `tests/it/architecture.rs` refuses it.

pub mod protocol;

pub mod clock;
pub mod context;
mod logging;
pub mod shutdown;
mod system;
mod terminal;

mod audit;
mod child;
mod config;
mod database;
mod deliver;
pub mod diagnose;
mod exchange;
mod hosted;
mod inspector;
mod jq;
pub mod receive;
mod relay;
mod sandbox;
mod server;
pub mod store;
mod tunnel;

pub mod output;

pub mod session;

pub mod commands;

pub mod cli;
mod error;

use cli::CliFailure;
use context::Context;
use error::{Error, ErrorCategory};
use output::console::Console;
use output::output_error::OutputError;
use std::io::Write;

/// Runs the program in a context and answers with the process exit code.
pub fn run(mut context: Context) -> u8 {
    let mut stdout = context.stdout.clone();
    let code = match cli::run(&mut context) {
        Ok(exit) => exit.code(),
        Err(CliFailure::Command(error)) => print_error(&error, &context),
        Err(CliFailure::Shown(error)) => print_clap_output(&error, &context),
    };
    logging::note("end", &[("code", logging::LogFact::Number(code.into()))]);
    // A process that ends by a signal has no other moment for it; nobody can be told that stdout is gone.
    let _ = stdout.flush();
    code
}

fn print_error(error: &Error, context: &Context) -> u8 {
    if !matches!(error.kind, ErrorCategory::Closed | ErrorCategory::Interrupted) {
        let console = Console::new(context);
        console.print_error(error.kind.name(), &error.message, &error.hints);
        console.print_causes(&error.causes());
    }
    error.kind.code()
}

/// Help and version go to stdout where they were asked for.
fn print_clap_output(error: &clap::Error, context: &Context) -> u8 {
    let console = Console::new(context);
    let text = error.render();
    let mut stream = if error.use_stderr() { context.stderr.clone() } else { context.stdout.clone() };
    let colour = if error.use_stderr() { console.err.colour } else { console.out.colour };
    let text = cli::finish_help(&text, colour);
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => u8::try_from(error.exit_code()).unwrap_or(2),
        Err(error) => print_error(&Error::from(OutputError::from(error)), context),
    }
}
