//! Questions to the person at the terminal. Nobody is asked off one, or under `--no-input`.

use super::console::Console;
use super::sanitise::Sanitised;
use crate::context::Context;
use crate::shutdown::note_interrupt;
use dialoguer::console::{Key, Term};
use dialoguer::{Input, MultiSelect, Password, Select};
use std::io::{self, ErrorKind, Write};

/// Why a question got no answer.
#[derive(Debug, thiserror::Error)]
#[error("cannot ask at the terminal: {0}")]
pub(crate) struct PromptError(#[source] io::Error);

impl PromptError {
    /// Whether the person would rather stop than answer.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.0.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof)
    }

    /// Of a question that Ctrl-C may have ended: then it is noted, like the signal.
    fn of(error: io::Error) -> Self {
        if error.kind() == ErrorKind::Interrupted {
            note_interrupt();
        }
        Self(error)
    }
}

/// Asks for a yes; `--yes` gives it. Off a terminal the answer is no.
///
/// # Errors
/// The terminal cannot be read, or Ctrl-C was pressed.
pub(crate) fn confirm(context: &Context, question: &str) -> Result<bool, PromptError> {
    if context.globals.yes {
        return Ok(true);
    }
    if !context.may_prompt() {
        return Ok(false);
    }
    read_yes(&Term::stderr(), question).map_err(PromptError::of)
}

/// One key answers. Ctrl-C is a key here: as a signal it could end the process before a word is said.
fn read_yes(terminal: &Term, question: &str) -> io::Result<bool> {
    if !terminal.is_term() {
        return Err(ErrorKind::NotConnected.into());
    }
    terminal.write_str(&format!("{question} [y/N] "))?;
    let (said, answer) = loop {
        match terminal.read_key_raw() {
            Ok(Key::Char('y' | 'Y')) => break ("yes", Ok(true)),
            Ok(Key::Char('n' | 'N') | Key::Enter | Key::Escape) => break ("no", Ok(false)),
            Ok(Key::CtrlC) => break ("", Err(ErrorKind::Interrupted.into())),
            Ok(_) => {}
            Err(error) => break ("", Err(error)),
        }
    };
    terminal.write_line(said)?;
    answer
}

/// Asks whether what was picked from a list shall go. Who picked did not name it, and a list is left with a slip of a key.
pub(crate) fn confirm_picked(console: &Console, context: &Context, question: &str) -> Result<bool, PromptError> {
    let wanted = confirm(context, question)?;
    if !wanted {
        console.print_notice("nothing was done");
    }
    Ok(wanted)
}

/// Asks for a value that is not echoed.
pub(crate) fn prompt_hidden(prompt: &str) -> Result<String, PromptError> {
    Password::new().with_prompt(prompt).allow_empty_password(true).interact().map_err(ended)
}

/// Asks for a line of text until it fits; `None` where the person would rather stop.
pub(crate) fn prompt_line<T>(
    context: &Context,
    prompt: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, PromptError> {
    let fits = |text: &String| read(text).map(drop);
    let asked = Input::<String>::new().with_prompt(prompt).allow_empty(true).validate_with(fits).interact_text();
    // What was validated reads as it did a moment ago.
    Ok(answered(context, asked.map(Some))?.and_then(|text| read(&text).ok()))
}

/// Columns that a list puts before an item, and one to spare.
const MARK: usize = 7;

/// Items that take a line each: the library that draws a list again counts those alone.
fn fit_items(items: &[Sanitised], columns: Option<usize>) -> Vec<Sanitised> {
    let room = columns.unwrap_or(80).saturating_sub(MARK).max(MARK);
    items.iter().map(|item| item.clone().clip(room)).collect()
}

/// Asks for one of several; `None` where the person would rather stop.
pub(crate) fn select_one(context: &Context, prompt: &str, items: &[Sanitised]) -> Result<Option<usize>, PromptError> {
    let items = fit_items(items, context.columns);
    let items: Vec<&str> = items.iter().map(Sanitised::as_str).collect();
    answered(context, Select::new().with_prompt(prompt).items(&items).default(0).interact_opt())
}

/// Asks for any of several; `None` where the person would rather stop.
pub(crate) fn select_several(
    context: &Context,
    prompt: &str,
    items: &[Sanitised],
    chosen: &[bool],
) -> Result<Option<Vec<usize>>, PromptError> {
    let items = fit_items(items, context.columns);
    let items: Vec<&str> = items.iter().map(Sanitised::as_str).collect();
    let prompt = format!("{prompt} (Space selects, Enter continues)");
    answered(context, MultiSelect::new().with_prompt(prompt).items(&items).defaults(chosen).interact_opt())
}

/// Ctrl-C at a question is a wish to stop like another; the cursor, which was hidden for the list, is shown again.
fn answered<T>(context: &Context, asked: dialoguer::Result<Option<T>>) -> Result<Option<T>, PromptError> {
    let asked = asked.map_err(ended);
    if asked.is_err() {
        let _ = context.stderr.clone().write_all(b"\x1b[?25h\r\n");
    }
    match asked {
        Err(error) if error.is_refusal() => Ok(None),
        asked => asked,
    }
}

fn ended(error: dialoguer::Error) -> PromptError {
    let dialoguer::Error::IO(error) = error;
    PromptError::of(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_a_list_take_a_line_each() {
        let items = [Sanitised::text(&"x".repeat(200)), Sanitised::own("short")];
        for columns in [None, Some(40), Some(60), Some(5)] {
            let fitted = fit_items(&items, columns);
            assert!(fitted[0].width() + MARK <= columns.unwrap_or(80).max(2 * MARK), "{columns:?}");
            assert_eq!(fitted[1].as_str(), "short");
        }
    }
}
