//! The terminal as a keyboard: keys come one by one and are not echoed, for as long as a [`Keyboard`] lives.
//!
//! Ctrl-C stays what it is everywhere. It draws nothing; who draws is told when to. How a terminal is taken over and put back
//! is the system's affair: `unix` and `windows` know.

mod panics;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub(crate) use panics::{END_PICTURE, uncover_on_panic};
#[cfg(unix)]
pub(crate) use unix::{Keyboard, erase_interrupt_echo, holds_terminal, interrupt_process};
#[cfg(windows)]
pub(crate) use windows::{ConsoleKeyboard as Keyboard, erase_interrupt_echo, holds_terminal, interrupt_process};

#[cfg(windows)]
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::sync::Arc;

/// What whoever draws on the terminal must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TerminalChange {
    /// The process is about to be stopped: what is drawn should be wiped away before this returns.
    #[cfg_attr(not(unix), expect(dead_code, reason = "no shell stops a process there"))]
    Suspending,
    /// It goes on, and has the terminal.
    #[cfg_attr(not(unix), expect(dead_code, reason = "no shell stops a process there"))]
    Resumed,
    /// The window has another size.
    Resized { columns: u16, lines: u16 },
}

/// Who is told of changes.
pub(crate) type TerminalObserver = Arc<dyn Fn(TerminalChange) + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Character(char),
    /// A character of text that was pasted, which is no key.
    #[cfg_attr(not(unix), expect(dead_code, reason = "no console there tells what was pasted"))]
    Pasted(char),
    Enter,
    Escape,
    Backspace,
    Tab,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// A screen back.
    PageUp,
    /// A screen on.
    PageDown,
    /// To the first.
    Home,
    /// To the last.
    End,
}

#[cfg(windows)]
impl Key {
    /// What was pressed, where it is anything that anybody here knows. Escape and the key after it, read at once, look
    /// like that key with Alt, which means nothing here: they are the two.
    fn from_event(event: &KeyEvent) -> impl Iterator<Item = Self> + use<> {
        let alt = event.modifiers.contains(KeyModifiers::ALT) && !event.modifiers.contains(KeyModifiers::CONTROL);
        let escape = (alt && event.kind != KeyEventKind::Release).then_some(Self::Escape);
        escape.into_iter().chain(Self::of_code(event))
    }

    fn of_code(event: &KeyEvent) -> Option<Self> {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        Some(match event.code {
            _ if event.kind == KeyEventKind::Release => return None,
            // Ctrl-J is the line feed, which some terminals send for Enter.
            KeyCode::Enter | KeyCode::Char('j') if control || event.code == KeyCode::Enter => Self::Enter,
            KeyCode::Char(_) if control => return None,
            KeyCode::Char(character) => Self::Character(character),
            KeyCode::Esc => Self::Escape,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Tab => Self::Tab,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            _ => return None,
        })
    }
}

#[cfg(all(test, windows))]
mod tests;
