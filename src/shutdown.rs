//! The wish to stop: Ctrl-C, SIGTERM and a closed terminal, seen as a future. The second one means "at once".

use tokio::sync::watch;

/// Who asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM, or the terminal is gone.
    Terminate,
}

/// The signals so far.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    first: Option<Signal>,
    count: u32,
}

/// Sends the wish: held by the signal handlers, or by a test in their place.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<Seen>);

/// Receives the wish. Cloning gives another receiver of the same.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Seen>);

/// A connected pair.
pub fn channel() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(Seen::default());
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks to stop; asking again insists.
    pub fn signal(&self, signal: Signal) {
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
                    _ = interrupt.recv() => Signal::Interrupt,
                    _ = terminate.recv() => Signal::Terminate,
                    _ = hangup.recv() => Signal::Terminate,
                };
                self.signal(which);
            }
        });
        Ok(())
    }
}

impl Stop {
    /// Ready once somebody asked to stop.
    pub async fn requested(&self) -> Signal {
        self.reached(1).await
    }

    /// Ready once somebody asked a second time.
    pub async fn insisted(&self) -> Signal {
        self.reached(2).await
    }

    async fn reached(&self, count: u32) -> Signal {
        let mut receiver = self.0.clone();
        match receiver.wait_for(|seen| seen.count >= count).await.map(|seen| seen.first) {
            Ok(Some(signal)) => signal,
            // Nobody is left who could ask: never.
            _ => std::future::pending().await,
        }
    }
}
