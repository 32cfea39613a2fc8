//! The stored history on a whole screen: a list, and the one that is looked at beside it or in its place.
//!
//! It reads the store again and again, so what comes in meanwhile appears. It knows keys and lines; who owns the
//! terminal puts it back.

mod detail;
mod list;
mod pages;
#[cfg(test)]
mod tests;

use super::live_terminal::LiveTerminal;
use crate::clock::SharedClock;
use crate::diagnose::KnownSecret;
use crate::error::Error;
use crate::output::errors::wrap_text;
use crate::output::line::{StyledLine, fold_rendered};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::store::StoreReader;
use crate::terminal::Key;
use list::{BrowserRow, mark_row};
use pages::{BrowserPages, PAGE};
use std::path::PathBuf;
use std::time::Duration;

/// How often what is stored, and the size of the window, are looked at.
const EVERY: Duration = Duration::from_millis(300);

/// How long keys are waited for while older events are read.
const AT_ONCE: Duration = Duration::from_millis(1);

/// Columns from which on the list and what is looked at stand side by side.
const SIDE_BY_SIDE: usize = 110;

/// Columns of the list then.
const LIST_COLUMNS: usize = 54;

/// Columns of the list with the bar beside it.
const BESIDE_LIST: usize = LIST_COLUMNS + 3;

/// What a browser shows, and where it stands.
pub(crate) struct EventBrowser {
    store: PathBuf,
    clock: SharedClock,
    known: Vec<KnownSecret>,
    style: OutputStyle,
    pages: BrowserPages,
    rows: Vec<BrowserRow>,
    /// Whether the reader wants the last row: it is the last of what was read, until all was.
    to_the_end: bool,
    /// What the row that is looked at is called: it stays when others come in above it.
    selected: Option<String>,
    /// What others are compared with.
    marked: Option<BrowserRow>,
    detail: BrowserDetail,
    filter: String,
    /// What is being typed behind `/`.
    typing: Option<String>,
    message: Option<String>,
    /// For the clipboard of the terminal, with the next picture.
    copied: Option<String>,
}

/// How it is looked at: everything about it, or compared with this one, or with the one before.
#[derive(Debug, PartialEq, Eq)]
enum BrowserForm {
    Described,
    Compared(Option<String>),
}

/// What is looked at.
#[derive(Debug, Default)]
struct BrowserDetail {
    /// Whether it has the keys.
    open: bool,
    /// Whether it is compared with the one before.
    compared: bool,
    lines: Vec<String>,
    top: usize,
    /// Which row it was made of, in which form, for how many columns.
    of: Option<(String, BrowserForm, usize)>,
}

impl EventBrowser {
    /// A browser of the store in a file.
    pub(crate) fn new(store: PathBuf, clock: SharedClock, known: Vec<KnownSecret>, style: OutputStyle) -> Self {
        Self {
            store,
            clock,
            known,
            style,
            pages: BrowserPages::default(),
            rows: Vec::new(),
            to_the_end: false,
            selected: None,
            marked: None,
            detail: BrowserDetail::default(),
            filter: String::new(),
            typing: None,
            message: None,
            copied: None,
        }
    }

    /// Shows it until the reader closes it.
    pub(crate) async fn run(&mut self, terminal: &mut LiveTerminal) -> Result<(), Error> {
        (self.detail, self.message) = (BrowserDetail::default(), None);
        loop {
            let (columns, lines) = terminal.size();
            let goes_on = self.read(columns)?;
            let picture = self.draw(columns, lines);
            terminal.show_picture(self.copied.take(), &picture, columns);
            let pause = if goes_on { AT_ONCE } else { EVERY };
            tokio::select! {
                biased;
                key = terminal.next_key() => {
                    let told = self.message.take();
                    if !self.press(key, lines, told.as_deref())? {
                        terminal.close_picture();
                        return Ok(());
                    }
                }
                () = self.clock.sleep(pause) => {}
            }
        }
    }

    /// Reads what is shown; whether older ones are still to be read at once.
    fn read(&mut self, columns: usize) -> Result<bool, Error> {
        let reader = StoreReader::open(&self.store)?;
        let wanted = self.filter.to_lowercase();
        self.rows = self.pages.read(&reader, &wanted)?;
        let is_near_the_end = self.position().is_some_and(|at| at + PAGE / 2 > self.rows.len());
        let wants_more = self.to_the_end || !wanted.is_empty() || is_near_the_end;
        if wants_more && self.pages.has_more() {
            self.pages.read_on(&reader)?;
            self.rows = self.pages.read(&reader, &wanted)?;
        }
        if self.to_the_end {
            self.selected = self.rows.last().map(BrowserRow::name);
            self.to_the_end = self.pages.has_more();
        }
        if self.position().is_none() {
            self.selected = self.rows.first().map(BrowserRow::name);
        }
        self.look(&reader, columns)?;
        Ok((self.to_the_end || !wanted.is_empty()) && self.pages.has_more())
    }

    /// What is looked at, where it is not there yet.
    fn look(&mut self, reader: &StoreReader, columns: usize) -> Result<(), Error> {
        let columns = if columns >= SIDE_BY_SIDE { columns - BESIDE_LIST } else { columns };
        let form = match self.detail.compared {
            true => BrowserForm::Compared(self.marked.as_ref().map(BrowserRow::name)),
            false => BrowserForm::Described,
        };
        let of = self.selected.clone().map(|name| (name, form, columns));
        if self.detail.of != of {
            let lines = match self.position().and_then(|at| self.rows.get(at)) {
                Some(row) if self.detail.compared => detail::compare(row, self.marked.as_ref(), reader, &self.style)?,
                Some(row) => detail::describe(row, reader, &self.known, self.clock.as_ref(), &self.style)?,
                None => Vec::new(),
            };
            let shown = detail::leave_secrets_out(&lines.join("\n"), &self.style);
            self.detail.lines = shown.lines().flat_map(|line| fold_rendered(line, columns)).collect();
            (self.detail.of, self.detail.top) = (of, 0);
        }
        Ok(())
    }

    fn position(&self) -> Option<usize> {
        let selected = self.selected.as_ref()?;
        self.rows.iter().position(|row| row.name() == *selected)
    }

    /// Whether it goes on.
    fn press(&mut self, key: Key, lines: usize, told: Option<&str>) -> Result<bool, Error> {
        if let Some(typed) = &mut self.typing {
            match key {
                Key::Character(character) | Key::Pasted(character) => typed.push(character),
                Key::Backspace => drop(typed.pop()),
                Key::Escape => (self.typing, self.filter) = (None, String::new()),
                Key::Enter => self.typing = None,
                _ => {}
            }
            if let Some(typed) = &self.typing {
                self.filter.clone_from(typed);
            }
            return Ok(true);
        }
        let page = lines.saturating_sub(4).max(1);
        self.to_the_end = false;
        match key {
            Key::Pasted(_) => self.message = Some(PASTED.to_owned()),
            // Out of what was opened last: the keys, which are gone by now, the comparison, the details, the search, everything.
            Key::Escape if told.is_some_and(|told| [KEYS, MARKS].contains(&told)) => {}
            Key::Escape if self.detail.compared => self.detail.compared = false,
            Key::Character('q') if !self.detail.open => return Ok(false),
            Key::Escape if !self.detail.open && self.filter.is_empty() => return Ok(false),
            Key::Escape if !self.detail.open => self.filter.clear(),
            Key::Escape | Key::Left | Key::Backspace | Key::Character('q' | 'h') => self.detail.open = false,
            Key::Enter | Key::Right | Key::Character('l') => self.detail.open = !self.rows.is_empty(),
            Key::Character('d') => self.detail.compared = !self.detail.compared,
            Key::Character('m') => self.mark(),
            Key::Character('c') => self.copy()?,
            Key::Character('/') => self.typing = Some(self.filter.clone()),
            // The keys, and at the next press the marks.
            Key::Character('?') => {
                let after_keys = told == Some(KEYS);
                self.message = Some(if after_keys { MARKS } else { KEYS }.to_owned());
            }
            Key::Down | Key::Character('j') => self.move_by(1),
            Key::Up | Key::Character('k') => self.move_by(-1),
            Key::PageDown | Key::Character(' ') => self.move_by(page.cast_signed()),
            Key::PageUp => self.move_by(-page.cast_signed()),
            Key::Home | Key::Character('g') => self.move_by(isize::MIN),
            Key::End | Key::Character('G') => {
                self.to_the_end = !self.detail.open;
                self.move_by(isize::MAX);
            }
            Key::Tab => self.detail.open = !self.detail.open,
            _ => {}
        }
        Ok(true)
    }

    /// Moves in the list, or in what is looked at.
    fn move_by(&mut self, rows: isize) {
        if self.detail.open {
            let last = self.detail.lines.len().saturating_sub(1);
            self.detail.top = self.detail.top.saturating_add_signed(rows).min(last);
            return;
        }
        let last = self.rows.len().saturating_sub(1);
        let at = self.position().unwrap_or(0).saturating_add_signed(rows).min(last);
        self.selected = self.rows.get(at).map(BrowserRow::name);
    }

    /// Marks the row that is looked at, for others to be compared with, or takes the mark away.
    fn mark(&mut self) {
        let row = self.position().and_then(|at| self.rows.get(at)).cloned();
        let name = row.as_ref().map(BrowserRow::name);
        self.marked = row.filter(|_| name != self.marked.as_ref().map(BrowserRow::name));
        self.message = Some(match &self.marked {
            Some(row) => format!("{} is marked: d compares others with it", row.name()),
            None => "nothing is marked: d compares with the event before of the same sign-up".to_owned(),
        });
    }

    fn copy(&mut self) -> Result<(), Error> {
        let Some(row) = self.position().and_then(|at| self.rows.get(at)) else { return Ok(()) };
        let reader = StoreReader::open(&self.store)?;
        if let Some(line) = detail::build_curl_line(row, &reader)? {
            self.message = Some(format!("{} as a curl line: sent to the clipboard of your terminal", row.name()));
            self.copied = Some(detail::leave_secrets_out(&line, &self.style));
        }
        Ok(())
    }

    /// The whole screen, line by line.
    fn draw(&self, columns: usize, lines: usize) -> Vec<String> {
        let mut foot = self.draw_foot(columns);
        foot.truncate(lines.saturating_sub(2).max(1));
        let room = lines.saturating_sub(1 + foot.len()).max(1);
        let wide = columns >= SIDE_BY_SIDE;
        // Where there is no room beside the list, what is compared stands in its place.
        let shows_detail = self.detail.open || self.detail.compared && !self.rows.is_empty();
        let list_columns = if wide { LIST_COLUMNS } else { columns };
        let list = self.draw_list(list_columns, room);
        let detail: Vec<&String> = self.detail.lines.iter().skip(self.detail.top).take(room).collect();
        let mut picture = vec![self.draw_title(columns)];
        for at in 0..room {
            let shown = detail.get(at).map_or("", |line| line.as_str());
            let row = list.get(at).cloned().unwrap_or_else(|| StyledLine::new(&self.style));
            picture.push(match (wide, shows_detail) {
                (true, _) => {
                    let bar = if self.detail.open { "┃ " } else { "│ " };
                    let line = row.pad_to(LIST_COLUMNS + 1).put(TextRole::Faint, bar);
                    format!("{}{shown}", line.as_str())
                }
                (false, true) => shown.to_owned(),
                (false, false) => row.as_str().to_owned(),
            });
        }
        picture.extend(foot);
        picture
    }

    fn draw_title(&self, columns: usize) -> String {
        let count = self.rows.len();
        let at = self.position().map_or(0, |at| at + 1);
        let words = self.describe_place(at, count);
        let line = StyledLine::new(&self.style).put(TextRole::Strong, "referralloop").add_gap(2);
        line.put(TextRole::Plain, Sanitised::text(&words).clip(columns.saturating_sub(15).max(8))).as_str().to_owned()
    }

    /// Where in the list, and how much of the store that is.
    fn describe_place(&self, at: usize, count: usize) -> String {
        let (filter, goes_on) = (&self.filter, self.pages.has_more());
        match filter.is_empty() {
            true if self.pages.is_cut() => format!("{at} of the newest {count}; / searches older ones, too"),
            true if goes_on => format!("{at} of the newest {count}, older ones follow"),
            true => format!("{at} of {count} stored"),
            false if self.pages.is_cut() => format!("{at} of the newest {count} that contain '{filter}'"),
            false if goes_on => format!("{at} of {count} that contain '{filter}', searching older ones"),
            false => format!("{at} of {count} that contain '{filter}'"),
        }
    }

    fn draw_list(&self, columns: usize, room: usize) -> Vec<StyledLine> {
        let at = self.position().unwrap_or(0);
        if self.rows.is_empty() {
            let words = match self.filter.is_empty() {
                true => NOTHING_STORED,
                false if self.pages.has_more() => SEARCHING,
                false => NOTHING_FOUND,
            };
            let rows = wrap_text(&Sanitised::own(words), columns.saturating_sub(2).max(20));
            return rows.iter().map(|row| StyledLine::indented(&self.style, 2).put(TextRole::Faint, row)).collect();
        }
        // The row that is looked at stays in sight.
        let top = at.saturating_sub(room.saturating_sub(1)).max(at.saturating_sub(room / 2)).min(at);
        let rows = self.rows.iter().enumerate().skip(top).take(room);
        let marked = self.marked.as_ref().map(BrowserRow::name);
        let mark = |row, event: &BrowserRow| mark_row(row == at, marked.as_ref() == Some(&event.name()));
        rows.map(|(row, event)| event.render(mark(row, event), columns, &self.style)).collect()
    }

    fn draw_foot(&self, columns: usize) -> Vec<String> {
        let style = &self.style;
        if let Some(typed) = &self.typing {
            let typed = Sanitised::text(typed).clip(columns.saturating_sub(10).max(8));
            let line = StyledLine::new(style).put(TextRole::Strong, "search: ").put(TextRole::Plain, typed);
            return vec![line.to_string()];
        }
        let words = match &self.message {
            Some(message) => return self.draw_message(message, columns),
            None if self.detail.compared && self.detail.open => join_keys(&COMPARED_DETAIL_KEYS, columns),
            None if self.detail.compared => join_keys(&COMPARISON_KEYS, columns),
            None => join_keys(if self.detail.open { &DETAIL_KEYS } else { &LIST_KEYS }, columns),
        };
        vec![StyledLine::new(style).put(TextRole::Faint, Sanitised::text(&words).clip(columns)).to_string()]
    }

    /// On as many lines as it takes, broken between its parts where it has any.
    fn draw_message(&self, message: &str, columns: usize) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for part in message.split(" · ") {
            let longer = rows.last().map(|row| format!("{row} · {part}"));
            match (rows.last_mut(), longer.filter(|longer| Sanitised::text(longer).width() <= columns)) {
                (Some(row), Some(longer)) => *row = longer,
                _ => rows.push(part.to_owned()),
            }
        }
        let rows = rows.iter().flat_map(|row| wrap_text(&Sanitised::text(row), columns));
        rows.map(|row| StyledLine::new(&self.style).put(TextRole::Faint, row.clip(columns)).to_string()).collect()
    }
}

/// In the place of a list: what to do.
const NOTHING_STORED: &str = "Nothing is stored yet. What comes in appears here: referralloop listen";
const SEARCHING: &str = "Searching older events …";
const NOTHING_FOUND: &str = "Nothing that is stored contains that. Esc shows everything again.";

/// What the keys do in the list, those first that are missed most.
const LIST_KEYS: [&str; 7] =
    ["↑ ↓ choose", "Enter open", "/ search", "q quit", "d compare", "m mark", "c copy as curl"];

/// The same in the details.
const DETAIL_KEYS: [&str; 4] =
    ["↑ ↓ scroll", "Esc list", "d compare with the one before of the sign-up", "c copy as curl"];

/// The same while two are compared.
const COMPARISON_KEYS: [&str; 4] = ["Esc no longer compare", "↑ ↓ choose", "Enter scroll", "c copy as curl"];
const COMPARED_DETAIL_KEYS: [&str; 3] = ["Esc no longer compare", "↑ ↓ scroll", "c copy as curl"];

/// Said of text that is pasted where none is asked for.
const PASTED: &str = "pasted text is not taken for keys; / searches for it";

/// As many as fit, and where the rest is explained.
fn join_keys(keys: &[&str], columns: usize) -> String {
    const ALL: &str = "? keys";
    let mut line = String::new();
    for key in keys {
        let more = format!("{line}{key}   ");
        if more.chars().count() + ALL.len() > columns {
            break;
        }
        line = more;
    }
    line + ALL
}

/// What the keys do, on one line.
const KEYS: &str = "Esc back · j k move · g G ends · Enter open · d m compare · c curl · / search · ? marks";

/// What the marks mean, on one line.
const MARKS: &str = "✔ verified · ○ unsigned · ✘ refused · ↗ only sent · 3 → 1 moved · → 200 answer · Esc back";
