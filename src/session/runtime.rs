//! The runtime, made only by commands that wait for something: it costs start-up time.

use crate::error::Error;
use crate::system::{check_descriptors, outlive_size_limit};
use std::future::Future;
use std::thread::available_parallelism;
use tokio::runtime::Builder;

/// Threads that serve connections. The store's writer is one more, and the slower one: further threads would only
/// wait for it.
const SERVING: usize = 2;

/// Runs a server's future to its end, on threads of its own where there are processors for them beside the store's
/// writer, if it `has_writer`. Where there are not, they would spend a tenth of their time on waking each other.
pub(crate) fn serve_on<T>(has_writer: bool, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match available_parallelism() {
        Ok(processors) if processors.get() >= SERVING + usize::from(has_writer) => {
            run(Builder::new_multi_thread().worker_threads(SERVING), future)
        }
        _ => block_on(future),
    }
}

/// Runs a future to its end on the current thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    run(&mut Builder::new_current_thread(), future)
}

fn run<T>(builder: &mut Builder, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    check_descriptors()
        .map_err(|error| Error::machine(format!("cannot start the runtime: {error}")).caused_by(error))?;
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Error::machine(format!("cannot start the runtime: {error}")).caused_by(error))?;
    let result = runtime.block_on(async {
        outlive_size_limit();
        future.await
    });
    // A name lookup may still hang in a thread of its own; nobody waits for it any more.
    runtime.shutdown_background();
    result
}
