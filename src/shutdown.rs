//! The wish to stop: Ctrl-C, SIGTERM and a closed terminal, seen as a future. The second one means "at once".

use tokio::sync::watch;

/// Who asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopSignal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM, or the terminal is gone.
    Terminate,
}

/// The signals so far.
#[derive(Debug, Clone, Copy, Default)]
struct StopRequests {
    first: Option<StopSignal>,
    count: u32,
}

/// Sends the wish: held by the signal handlers, or by a test in their place.
#[derive(Debug, Clone)]
pub struct StopSender(watch::Sender<StopRequests>);

/// Receives the wish. Cloning gives another receiver of the same.
#[derive(Debug, Clone)]
pub struct StopReceiver(watch::Receiver<StopRequests>);

/// A connected pair.
pub fn channel() -> (StopSender, StopReceiver) {
    let (sender, receiver) = watch::channel(StopRequests::default());
    (StopSender(sender), StopReceiver(receiver))
}

impl StopSender {
    /// Asks to stop; asking again insists.
    pub fn request_stop(&self, signal: StopSignal) {
        self.0.send_modify(|seen| {
            seen.first.get_or_insert(signal);
            seen.count += 1;
        });
    }

    /// Listens to the process's signals on the current runtime, for as long as it lives.
    pub fn listen_to_process(self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            loop {
                let which = tokio::select! {
                    _ = interrupt.recv() => StopSignal::Interrupt,
                    _ = terminate.recv() => StopSignal::Terminate,
                    _ = hangup.recv() => StopSignal::Terminate,
                };
                self.request_stop(which);
            }
        });
        Ok(())
    }
}

impl StopReceiver {
    /// Ready once somebody asked to stop.
    pub async fn wait_for_stop(&self) -> StopSignal {
        self.wait_for_count(1).await
    }

    /// Ready once somebody asked a second time.
    pub async fn wait_for_second_stop(&self) -> StopSignal {
        self.wait_for_count(2).await
    }

    async fn wait_for_count(&self, count: u32) -> StopSignal {
        let mut receiver = self.0.clone();
        match receiver.wait_for(|seen| seen.count >= count).await.map(|seen| seen.first) {
            Ok(Some(signal)) => signal,
            // Nobody is left who could ask: never.
            _ => std::future::pending().await,
        }
    }
}
