//! The wish to stop: Ctrl-C, SIGTERM and a closed terminal, seen as a future. The second one means "at once".

use crate::logging::{self, LogFact};
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
        let word = match signal {
            StopSignal::Interrupt => "interrupt",
            StopSignal::Terminate => "terminate",
        };
        logging::note("stop", &[("signal", LogFact::Word(word))]);
        self.0.send_modify(|seen| {
            seen.first.get_or_insert(signal);
            seen.count += 1;
        });
    }

    /// Listens to the console's events on the current runtime, for as long as it lives. `heard` is called at Ctrl-C
    /// before anybody else knows.
    #[cfg(windows)]
    pub fn listen_to_process(self, heard: impl Fn() + Send + 'static) -> std::io::Result<()> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
        let mut interrupt = ctrl_c()?;
        let (mut broken, mut closed) = (ctrl_break()?, ctrl_close()?);
        let (mut logged_off, mut shut_down) = (ctrl_logoff()?, ctrl_shutdown()?);
        tokio::spawn(async move {
            loop {
                let which = tokio::select! {
                    _ = interrupt.recv() => StopSignal::Interrupt,
                    () = ASKED.notified() => StopSignal::Interrupt,
                    _ = broken.recv() => StopSignal::Terminate,
                    _ = closed.recv() => StopSignal::Terminate,
                    _ = logged_off.recv() => StopSignal::Terminate,
                    _ = shut_down.recv() => StopSignal::Terminate,
                };
                if which == StopSignal::Interrupt {
                    heard();
                }
                self.request_stop(which);
            }
        });
        Ok(())
    }

    /// Listens to the process's signals on the current runtime, for as long as it lives. `heard` is called at Ctrl-C
    /// before anybody else knows.
    #[cfg(unix)]
    pub fn listen_to_process(self, heard: impl Fn() + Send + 'static) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        // Looked for first: to handle a signal ends its being ignored.
        let mut hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup())).transpose()?;
        tokio::spawn(async move {
            let mut hung_up = async || match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            };
            loop {
                let which = tokio::select! {
                    _ = interrupt.recv() => StopSignal::Interrupt,
                    _ = terminate.recv() => StopSignal::Terminate,
                    _ = hung_up() => StopSignal::Terminate,
                };
                if which == StopSignal::Interrupt {
                    heard();
                }
                self.request_stop(which);
            }
        });
        Ok(())
    }
}

/// A wish of this process itself, where no signal can be sent.
#[cfg(windows)]
static ASKED: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// Asks this process to stop, as Ctrl-C does.
#[cfg(windows)]
pub(crate) fn interrupt_process() {
    ASKED.notify_one();
}

/// Whether this process was started with SIGHUP ignored, as `nohup` does: it shall outlive its terminal. Told by Linux;
/// elsewhere nobody can be asked without unsafe code, and the answer is no.
pub fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // Bit n - 1 stands for signal n, and SIGHUP is signal 1.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
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
