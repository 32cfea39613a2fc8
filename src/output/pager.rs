//! Long lists, through the reader's pager.
//!
//! Knows the variables that name one. Off a terminal there is none, and where none can be started the text is written
//! as it is. The text is finished: sanitised and coloured.

use super::console::Console;
use super::output_error::OutputError;
use crate::context::{Context, StopSource};
use crate::system;
use std::io::Write;
use std::process::{Child, Command, Stdio};

/// Shows text: in the pager on a terminal, else on stdout.
///
/// # Errors
/// stdout cannot be written.
pub(crate) fn show_paged(text: &str, console: &Console, context: &Context) -> Result<(), OutputError> {
    match start(context, console) {
        Some(mut pager) => {
            if let Some(mut input) = pager.stdin.take() {
                // A reader who quits early has read enough.
                let _ = input.write_all(text.as_bytes());
            }
            // It has the text, however it ends.
            let _ = pager.wait();
            Ok(())
        }
        None => console.write_text(text),
    }
}

/// Shows the source of a manual page as `man` does; `false` where that is not possible, off a terminal for instance.
pub(crate) fn show_manual(source: &[u8], console: &Console, context: &Context) -> bool {
    if !may_start(context, console) {
        return false;
    }
    // "-l -" reads the page from standard input, with man-db and with mandoc.
    let started = Command::new("man").args(["-l", "-"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut manual) = started else { return false };
    if let Some(mut input) = manual.stdin.take() {
        let _ = input.write_all(source);
    }
    manual.wait().is_ok_and(|ended| ended.success())
}

/// Whether a program may take over the terminal. Whoever is handed streams of another kind, as in a test, has no
/// terminal that a child could write to.
fn may_start(context: &Context, console: &Console) -> bool {
    matches!(context.signals, StopSource::Process) && console.is_terminal() && context.has_capable_terminal()
}

/// `$PAGER`, a shell command line, else less; `PAGER=cat` and an empty one mean none.
fn start(context: &Context, console: &Console) -> Option<Child> {
    if !may_start(context, console) {
        return None;
    }
    let named = context.environment.text("PAGER");
    if named.is_none() && context.environment.is_set("PAGER") || named.as_deref() == Some("cat") {
        return None;
    }
    let mut command = match named {
        Some(line) => system::shell(&line),
        // What Windows has by itself takes no colours and shows a screen at a time, which is worse than scrolling.
        None if cfg!(windows) => return None,
        None => {
            let mut less = Command::new("less");
            less.arg("-R");
            less
        }
    };
    if !context.environment.is_set("LESS") {
        // Quit where one screen holds it all, colours through, and leave it on the screen.
        command.env("LESS", "FRX");
    }
    command.stdin(Stdio::piped()).spawn().ok()
}
