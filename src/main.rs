//! The process: chooses its allocator, makes a [`Context`] of it, runs, and ends with the code that comes back. Nothing
//! else.

use referralloop::context::Context;
use std::process::ExitCode;

/// What one thread allocates here, another often frees: a request goes from a serving thread to the store's and back.
/// The system's allocator takes locks for that, and musl's takes one for everything.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Context::from_process() {
        Ok(context) => ExitCode::from(referralloop::run(context)),
        // The current folder is gone, or cannot be named.
        Err(_) => ExitCode::from(5),
    }
}
