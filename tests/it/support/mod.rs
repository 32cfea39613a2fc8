//! What the tests stand on: scenes, captured output, a listener that ends with its test, a scripted endpoint, and
//! programs that may or may not be installed.
//!
//! Nothing here shares a port, a folder or an environment with another test, and nothing sleeps for luck: every wait
//! is for a condition, with an upper bound that only a broken program reaches.

mod api;
mod capture;
mod committed;
mod endpoint;
mod hostile;
mod listener;
mod output;
mod post;
mod process;
mod programs;
mod sandbox;
mod scene;

pub use api::{Api, KEY, SIGNUP, SUBSCRIPTION, WAITLIST};
pub use capture::Capture;
pub use committed::compare_committed;
pub use endpoint::{Answer, Endpoint};
pub use hostile::{heard, unsafe_characters};
pub use listener::Listener;
pub use output::Output;
pub use post::post;
pub use process::{Program, Started, program};
pub use programs::{INSTALL, counterpart, free_port, note_skipped, slow_tests, vectors};
pub use sandbox::Sandbox;
pub use scene::{Run, Running, Scene, wall};

use std::time::{Duration, Instant};

/// Longest time that anything may take before the test gives up. Generous: the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition holds; `what` says what was waited for should it never.
pub fn until<T>(what: &str, mut holds: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = holds() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(3));
    }
}
