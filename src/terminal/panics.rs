//! A panic while something is drawn: the screen is given back before the message is written. It would be lost with the
//! picture otherwise, or stand behind the line that is below all others.
//!
//! Keys are put back by whoever took them, as the panic unwinds.

use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

/// Shows the cursor, and what stood there before the picture.
pub(crate) const END_PICTURE: &str = "\x1b[?25h\x1b[?1049l";

/// To the beginning of the line that is below all others, which goes.
const WIPE_LINE: &str = "\r\x1b[J";

/// Whether a picture covers the terminal, for as long as somebody draws there.
static COVERED: Mutex<Weak<AtomicBool>> = Mutex::new(Weak::new());

/// There is one hook for the whole process, and it cannot be taken back within a panic.
static HOOK: Once = Once::new();

/// Gives the screen back at a panic, for as long as `covered` lives.
pub(crate) fn uncover_on_panic(covered: &Arc<AtomicBool>) {
    *COVERED.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(covered);
    HOOK.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |about| {
            // Whoever has the lock is about to draw: there is no message to save yet.
            let covered = COVERED.try_lock().ok().and_then(|covered| covered.upgrade());
            if let Some(covered) = covered {
                let picture = covered.swap(false, Ordering::SeqCst);
                let wipe = if picture { END_PICTURE } else { WIPE_LINE };
                // Nobody can be told that stderr is gone.
                let _ = io::stderr().write_all(wipe.as_bytes());
            }
            tell(about);
        }));
    });
}
