//! The process: makes a [`Context`] of it, runs, and ends with the code that comes back. Nothing else.

use referralloop::context::Context;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Context::of_process() {
        Ok(context) => ExitCode::from(referralloop::run(context)),
        // The current folder is gone, or cannot be named.
        Err(_) => ExitCode::from(5),
    }
}
