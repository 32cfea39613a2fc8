//! The listener's engine over a store that keeps nothing. Beside the bare axum handler it shows what the engine
//! costs; beside the whole tool, what storing costs.
//! Arguments: port, secret, `current` or a number of worker threads, `quiet` or `told`.

use referralloop::clock::SystemClock;
use referralloop::protocol::arrival::{Arrival, ArrivalRecordError, ArrivalRecorder, RecordedArrival, RefusedRequest};
use referralloop::protocol::attempt::Attempt;
use referralloop::protocol::report::Report;
use referralloop::protocol::signature::Secret;
use referralloop::receive::{ListenerSettings, ReportSink, ServerLimits, WebhookReceiver, router, serve};
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// Says that everything is new and stored.
#[derive(Clone, Default)]
struct Nowhere(Arc<AtomicU64>);

impl ArrivalRecorder for Nowhere {
    async fn record_arrival(&self, arrival: Arrival) -> Result<RecordedArrival, ArrivalRecordError> {
        black_box(&arrival);
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(RecordedArrival { event: number, arrival: number, repeat: None, out_of_order: false })
    }

    async fn record_refused(&self, _: RefusedRequest) -> Result<u64, ArrivalRecordError> {
        Ok(1)
    }

    async fn record_attempt(&self, _: Attempt) -> Result<(), ArrivalRecordError> {
        Ok(())
    }

    async fn was_forwarded(&self, _: u64, _: &str) -> Result<bool, ArrivalRecordError> {
        Ok(false)
    }
}

/// Sees every report, or none.
struct Screen {
    told: bool,
}

impl ReportSink for Screen {
    fn emit_report(&self, report: Report) {
        black_box(&report);
    }

    fn wants_report(&self) -> bool {
        self.told
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let word = |index: usize| arguments.get(index).map_or("", String::as_str);
    let settings = ListenerSettings { keys: vec![Secret::new(word(1))?.key()], ..ListenerSettings::default() };
    let screen = Screen { told: word(3) != "quiet" };
    runtime(word(2))?.block_on(async {
        let listener = TcpListener::bind(format!("127.0.0.1:{}", word(0))).await?;
        println!("http://{}", listener.local_addr()?);
        let receiver =
            WebhookReceiver::start(settings, Nowhere::default(), Arc::new(SystemClock::default()), Arc::new(screen));
        serve(listener, router(receiver), ServerLimits::default(), std::future::pending()).await;
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
