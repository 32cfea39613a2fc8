//! The console of Windows. Its keys are read as events, which no mode of the console changes: there is nothing to be put
//! back, and Ctrl-C stays the system's.

use super::{Key, TerminalChange, TerminalObserver};
use crate::shutdown;
use crossterm::event::{self, Event};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the reader waits before it looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

/// Asks this process to stop, as Ctrl-C does.
pub(crate) fn interrupt_process() {
    shutdown::interrupt_process();
}

/// The console does not show the key.
pub(crate) fn erase_interrupt_echo(_places_cursor: bool) {}

/// No shell runs anything in a background there.
pub(crate) fn holds_terminal() -> bool {
    true
}

/// Keys as they are pressed.
pub(crate) struct ConsoleKeyboard {
    keys: mpsc::UnboundedReceiver<Key>,
    observer: TerminalObserver,
    over: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl ConsoleKeyboard {
    /// Takes over the console. Called on a runtime.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub(crate) fn open(observer: TerminalObserver) -> io::Result<Self> {
        let (keys, over, reader) = start_reader(&observer)?;
        Ok(Self { keys, observer, over, reader: Some(reader) })
    }

    /// Forgets the keys that were pressed so far.
    pub(crate) fn discard_keys(&mut self) {
        while self.keys.try_recv().is_ok() {}
    }

    /// The next key; never ready once the console is gone.
    pub(crate) async fn next_key(&mut self) -> Key {
        match self.keys.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }

    /// Gives the console to somebody else, an editor for instance, until [`ConsoleKeyboard::take_back`].
    pub(crate) fn lend(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // A reader that panicked reads no more either.
        let _ = self.reader.take().map(JoinHandle::join);
    }

    /// Takes the console again.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub(crate) fn take_back(&mut self) -> io::Result<()> {
        let (keys, over, reader) = start_reader(&self.observer)?;
        (self.keys, self.over, self.reader) = (keys, over, Some(reader));
        Ok(())
    }

    /// Columns and lines, where the console says them.
    pub(crate) fn size(&self) -> Option<(u16, u16)> {
        terminal_size::terminal_size().map(|(columns, lines)| (columns.0, lines.0))
    }
}

impl Drop for ConsoleKeyboard {
    fn drop(&mut self) {
        self.lend();
    }
}

type ConsoleReader = (mpsc::UnboundedReceiver<Key>, Arc<AtomicBool>, JoinHandle<()>);

fn start_reader(observer: &TerminalObserver) -> io::Result<ConsoleReader> {
    let (sender, keys) = mpsc::unbounded_channel();
    let over = Arc::new(AtomicBool::new(false));
    let (told, observer) = (over.clone(), observer.clone());
    let read = move || {
        while !told.load(Ordering::Relaxed) && read_once(&sender, &observer) {}
    };
    Ok((keys, over, thread::Builder::new().name("keys".into()).spawn(read)?))
}

/// Reads what comes within a moment; whether there may be more.
fn read_once(keys: &mpsc::UnboundedSender<Key>, observer: &TerminalObserver) -> bool {
    match event::poll(LOOK) {
        Ok(false) => return true,
        Ok(true) => {}
        Err(_) => return false,
    }
    match event::read() {
        Ok(Event::Key(event)) => Key::from_event(&event).all(|key| keys.send(key).is_ok()),
        Ok(Event::Resize(columns, lines)) => {
            observer(TerminalChange::Resized { columns, lines });
            true
        }
        Ok(_) => true,
        Err(_) => false,
    }
}
