//! The wish to stop: Ctrl-C, SIGTERM and a closed terminal, seen as a future. The second one means "at once".

use crate::logging::{self, LogFact};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use tokio::sync::watch;

/// Whether Ctrl-C asked this process to stop, as a signal or as a key.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The exit code of what Ctrl-C ended before it was done.
#[cfg(unix)]
const INTERRUPTED_CODE: u8 = 130;

/// Notes that Ctrl-C was pressed, where it came as a key.
pub(crate) fn note_interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// Whose Ctrl-C is: this process's own, or that of an editor which has the terminal; and whether it was pressed there.
static HOLD: AtomicU8 = AtomicU8::new(FREE);
const FREE: u8 = 0;
const HELD: u8 = 1;
const PRESSED: u8 = 2;

/// Keeps Ctrl-C from ending this process: the terminal sends it to an editor as well, which may use it as a key. Dropping
/// it ends that.
#[derive(Debug)]
pub(crate) struct InterruptHold(());

impl InterruptHold {
    /// Ctrl-C is somebody else's from now on.
    pub(crate) fn begin() -> Self {
        HOLD.store(HELD, Ordering::SeqCst);
        Self(())
    }

    /// Ends it; whether Ctrl-C was pressed meanwhile.
    pub(crate) fn end(self) -> bool {
        HOLD.swap(FREE, Ordering::SeqCst) == PRESSED
    }
}

impl Drop for InterruptHold {
    fn drop(&mut self) {
        HOLD.store(FREE, Ordering::SeqCst);
    }
}

/// Whether a signal of Ctrl-C is somebody else's.
fn is_held(signal: StopSignal) -> bool {
    signal == StopSignal::Interrupt
        && HOLD.compare_exchange(HELD, PRESSED, Ordering::SeqCst, Ordering::SeqCst) != Err(FREE)
}

/// Ends a process that Ctrl-C has cut short the way in which its default would have: by SIGINT. A shell tells that as 130,
/// too, and only then ends the loop or script in which the command stood. Any other end is left alone, and so is process 1
/// of a container, for which the default of a signal is to ignore it. Called last: nothing runs afterwards.
#[cfg(unix)]
pub fn die_if_interrupted(code: u8, pid: u32) {
    if code == INTERRUPTED_CODE && pid != 1 && INTERRUPTED.load(Ordering::Relaxed) {
        // Where it cannot be done, the exit code says the same.
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
    }
}

/// There are no such signals here: the exit code says it.
#[cfg(not(unix))]
pub fn die_if_interrupted(_code: u8, _pid: u32) {}

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
                if is_held(which) {
                    continue;
                }
                if which == StopSignal::Interrupt {
                    note_interrupt();
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
                if is_held(which) {
                    continue;
                }
                if which == StopSignal::Interrupt {
                    note_interrupt();
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
