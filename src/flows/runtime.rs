//! The runtime, made only by commands that wait for something: it costs start-up time.

use crate::error::Error;
use std::future::Future;

/// Runs a server's future to its end.
pub fn serve_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    block_on(future)
}

/// Runs a future to its end on the current thread.
pub fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::machine(format!("cannot start the runtime: {error}")))?;
    let result = runtime.block_on(future);
    // A name lookup may still hang in a thread of its own; nobody waits for it any more.
    runtime.shutdown_background();
    result
}
