//! The process: chooses its allocator, makes a [`Context`] of it, runs, and ends with the code that comes back, or by
//! the signal that this code stands for. Nothing else.

use referralloop::context::Context;
use referralloop::shutdown::die_if_interrupted;
use std::process::ExitCode;

/// What one thread allocates here, another often frees: a request goes from a serving thread to the store's and back.
/// The system's allocator takes locks for that, and musl's takes one for everything.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Context::from_process() {
        Ok(context) => {
            let pid = context.pid;
            let code = referralloop::run(context);
            die_if_interrupted(code, pid);
            ExitCode::from(code)
        }
        // The current folder is gone, or cannot be named.
        Err(_) => ExitCode::from(5),
    }
}
