//! How far a run has got, on a terminal's stderr, wiped away when it is over.
//!
//! It looks at no clock but the one that the drawing crate brings along for its rate; the caller says what is done.

use super::sanitise::Sanitised;
use dialoguer::console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};
use std::io;

/// Columns that are left free for the `^C` that a terminal writes at the cursor: below the bar nobody would find it.
const ECHO: u16 = 3;

/// How often a second a bar is drawn at most.
const RATE: u8 = 20;

/// A bar. Dropping it wipes it away.
#[derive(Debug)]
pub(crate) struct RunProgressBar(ProgressBar);

impl RunProgressBar {
    /// A bar for so many steps, or for an unknown number of them; off a terminal it shows nothing.
    pub(crate) fn new(total: Option<u64>, stderr_is_terminal: bool) -> Self {
        let target = match stderr_is_terminal {
            true => ProgressDrawTarget::term_like_with_hz(Box::new(NarrowedTerminal(Term::stderr())), RATE),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(total, target);
        let template = match total {
            Some(_) => "  {bar:30} {human_pos}/{human_len}  {wide_msg}",
            None => "  {spinner} {human_pos}  {wide_msg}",
        };
        // The templates are constant and right; were one not, the bare bar would do.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("━╸─"));
        Self(bar)
    }

    /// Shows how much is done, and a few words.
    pub(crate) fn update(&self, done: u64, words: &str) {
        self.0.set_message(Sanitised::text(words).as_str().to_owned());
        self.0.set_position(done);
    }
}

impl Drop for RunProgressBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The terminal with fewer columns than it has: the drawing crate fills its line.
#[derive(Debug)]
struct NarrowedTerminal(Term);

impl TermLike for NarrowedTerminal {
    fn width(&self) -> u16 {
        TermLike::width(&self.0).saturating_sub(ECHO)
    }

    fn height(&self) -> u16 {
        TermLike::height(&self.0)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}
