//! The listener's engine over a store that keeps nothing. Beside the bare axum handler it shows what the engine
//! costs; beside the whole tool, what storing costs.
//! Arguments: port, secret, `current` or a number of worker threads, `quiet` or `told`.

use referralloop::clock::SystemClock;
use referralloop::protocol::arrival::{Arrival, RecordError, Recorded, Recorder, Refused};
use referralloop::protocol::attempt::Attempt;
use referralloop::protocol::report::Report;
use referralloop::protocol::signature::Secret;
use referralloop::receive::{Audience, Limits, Receiver, Settings, router, serve};
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// Says that everything is new and stored.
#[derive(Clone, Default)]
struct Nowhere(Arc<AtomicU64>);

impl Recorder for Nowhere {
    async fn record(&self, arrival: Arrival) -> Result<Recorded, RecordError> {
        black_box(&arrival);
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Recorded { event: number, arrival: number, repeat: None, out_of_order: false })
    }

    async fn refuse(&self, _: Refused) -> Result<u64, RecordError> {
        Ok(1)
    }

    async fn forwarded(&self, _: Attempt) -> Result<(), RecordError> {
        Ok(())
    }

    async fn was_forwarded(&self, _: u64, _: &str) -> Result<bool, RecordError> {
        Ok(false)
    }
}

/// Sees every report, or none.
struct Screen {
    told: bool,
}

impl Audience for Screen {
    fn tell(&self, report: Report) {
        black_box(&report);
    }

    fn wants(&self) -> bool {
        self.told
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |index: usize| arguments.get(index).map_or("", String::as_str);
    let settings = Settings { keys: vec![Secret::new(word(1))?.key()], ..Settings::default() };
    let screen = Screen { told: word(3) != "quiet" };
    runtime(word(2))?.block_on(async {
        let listener = TcpListener::bind(format!("127.0.0.1:{}", word(0))).await?;
        println!("http://{}", listener.local_addr()?);
        let receiver = Receiver::start(settings, Nowhere::default(), Arc::new(SystemClock::default()), Arc::new(screen));
        serve(listener, router(receiver), Limits::default(), std::future::pending()).await;
        Ok(())
    })
}

fn runtime(flavour: &str) -> std::io::Result<Runtime> {
    match flavour.parse() {
        Ok(workers) => Builder::new_multi_thread().worker_threads(workers).enable_all().build(),
        Err(_) if flavour == "current" => Builder::new_current_thread().enable_all().build(),
        Err(_) => Builder::new_multi_thread().enable_all().build(),
    }
}
