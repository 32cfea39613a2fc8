//! Aligned columns for lists and settings. No frames: what a table says must survive copying and `cut`.

use super::line::{StyledLine, write_lines};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};

/// Spaces between columns.
const GAP: usize = 2;

/// A column is not made narrower than this to fit the terminal.
const LEAST: usize = 8;

/// An address that is cut to this still says who it is.
const TELLING: usize = 16;

/// Words that are cut to this are still understood.
const WORDY: usize = 12;

#[derive(Debug, Clone)]
pub(crate) struct TableCell {
    /// Its colour.
    pub ink: TextRole,
    pub text: Sanitised,
}

impl TableCell {
    /// A cell in an ink.
    pub(crate) fn new(ink: TextRole, text: impl Into<Sanitised>) -> Self {
        Self { ink, text: text.into() }
    }
}

impl From<Sanitised> for TableCell {
    fn from(text: Sanitised) -> Self {
        Self { ink: TextRole::Plain, text }
    }
}

/// A column: its name, and how it behaves where the terminal is narrow.
struct ColumnRule {
    name: &'static str,
    right: bool,
    copied: bool,
    address: bool,
    overflows: bool,
    dispensable: bool,
    wordy: bool,
    below: bool,
}

impl ColumnRule {
    fn parse(heading: &'static str) -> Self {
        let name = heading.trim_start_matches(['>', '=', '@', '+', '-', '~', '/']);
        let has = |mark: char| heading[..heading.len() - name.len()].contains(mark);
        Self {
            name,
            right: has('>'),
            copied: has('='),
            address: has('@'),
            overflows: has('+'),
            dispensable: has('-'),
            wordy: has('~'),
            below: has('/'),
        }
    }

    /// How narrow it is made in a turn; what is copied never is.
    fn narrow(&self, turn: usize) -> Option<usize> {
        match (self, turn) {
            (Self { copied: true, .. }, _) => None,
            (Self { wordy: true, .. }, 0) => Some(WORDY),
            (Self { wordy: true, .. }, 2..) => Some(LEAST),
            (_, 1 | 2) => Some(TELLING),
            (_, 3) => Some(LEAST),
            _ => None,
        }
    }

    /// How narrow the column may become before others are left out for it.
    fn fair(&self, width: usize) -> usize {
        match self {
            Self { wordy: true, .. } => width.min(WORDY),
            Self { address: true, .. } => width.min(TELLING),
            _ => width,
        }
    }

    /// How narrow it may become at all.
    fn least(&self, width: usize) -> usize {
        if self.copied { width } else { width.min(LEAST) }
    }
}

/// Rows below a heading, each ended by a line feed. Off a terminal everything is whole. On a terminal that is too narrow:
/// a column with `-` in front of its name is left out, the last first, once addresses, `@`, are shortened; one with `~`
/// holds words, whose ends are cut; one with `/` gets a line of its own below each row, or a single one for all where they
/// agree; then the widest of the others is cut in its middle, so that both ends still tell rows apart. What is copied, `=`,
/// is never cut: where there is no room for it, it stands below its row, too. What is too long in a column with `+` stays
/// whole, and its row goes on below. `>` aligns to the right.
pub(crate) fn render_columns(headings: &[&'static str], rows: &[Vec<TableCell>], style: &OutputStyle) -> String {
    let rules: Vec<ColumnRule> = headings.iter().map(|heading| ColumnRule::parse(heading)).collect();
    let names: Vec<TableCell> = rules.iter().map(|rule| TableCell::new(TextRole::Faint, rule.name)).collect();
    let table: Vec<&Vec<TableCell>> = std::iter::once(&names).chain(rows).collect();
    let all = widths(&table);
    let kept = keep_columns(&rules, &all, style.table_width);
    let below = |at: &usize| (rules[*at].below || rules[*at].copied) && !kept.contains(at);
    let agree = |at: &usize| rules[*at].below && rows.windows(2).all(|pair| said(&pair[0], *at) == said(&pair[1], *at));
    let (alike, below): (Vec<usize>, Vec<usize>) = (0..rules.len()).filter(below).partition(agree);
    let mut columns: Vec<LaidColumn> =
        kept.iter().map(|at| LaidColumn { at: *at, width: all[*at], rule: &rules[*at] }).collect();
    shrink(&mut columns, style.table_width);
    let indent = columns.first().map_or(0, |first| first.width + GAP);
    let mut lines = Vec::new();
    for (number, row) in table.iter().enumerate() {
        put_row(&mut lines, row, &columns, style);
        for cell in below.iter().filter(|_| number > 0).filter_map(|at| row.get(*at)) {
            let indent = indent.min(style.table_width.saturating_sub(cell.text.width()).max(GAP));
            lines.push(StyledLine::indented(style, indent).put(cell.ink, &cell.text));
        }
    }
    for (at, cell) in alike.iter().filter_map(|at| Some((at, rows.first()?.get(*at)?))) {
        lines.push(StyledLine::new(style).put(TextRole::Faint, rules[*at].name).add_gap(GAP).put(cell.ink, &cell.text));
    }
    let mut out = String::new();
    write_lines(&mut out, &lines);
    out
}

/// Whether a table does not fit as it is.
pub(crate) fn is_too_wide(headings: &[&'static str], rows: &[Vec<TableCell>], style: &OutputStyle) -> bool {
    let names =
        headings.iter().map(|heading| TableCell::new(TextRole::Faint, ColumnRule::parse(heading).name)).collect();
    let table: Vec<&Vec<TableCell>> = std::iter::once(&names).chain(rows).collect();
    total(widths(&table).into_iter()) > style.table_width
}

fn said(row: &[TableCell], at: usize) -> Option<&str> {
    row.get(at).map(|cell| cell.text.as_str())
}

/// A column that is shown, and as how wide.
struct LaidColumn<'a> {
    at: usize,
    width: usize,
    rule: &'a ColumnRule,
}

/// The columns that stay in the row: what can stand below it goes first, then dispensable ones, the last first, until
/// the rest fits; of those, what has room after all comes back. What is copied goes last, the widest first, and only where
/// the rest cannot become narrow enough for it.
fn keep_columns(rules: &[ColumnRule], widths: &[usize], room: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..rules.len()).collect();
    let fits = |kept: &[usize]| total(kept.iter().map(|at| rules[*at].fair(widths[*at]))) <= room;
    let mut left_out = Vec::new();
    while !fits(&kept) {
        let below = kept.iter().position(|at| rules[*at].below);
        match below.or_else(|| kept.iter().rposition(|at| rules[*at].dispensable)) {
            Some(at) => left_out.push(kept.remove(at)),
            None => break,
        }
    }
    for at in left_out.into_iter().rev().filter(|at| !rules[*at].below) {
        let mut more = kept.clone();
        more.insert(kept.partition_point(|other| *other < at), at);
        if fits(&more) {
            kept = more;
        }
    }
    while total(kept.iter().map(|at| rules[*at].least(widths[*at]))) > room {
        let copied = kept.iter().filter(|at| rules[**at].copied && widths[**at] > LEAST);
        match copied.max_by_key(|at| widths[**at]).copied().filter(|_| kept.len() > 1) {
            Some(widest) => kept.retain(|at| *at != widest),
            None => break,
        }
    }
    kept
}

/// Columns with the gaps between them.
fn total(widths: impl ExactSizeIterator<Item = usize>) -> usize {
    GAP * widths.len().saturating_sub(1) + widths.sum::<usize>()
}

/// Names and values below each other, the values aligned.
pub(crate) fn render_pairs(rows: &[(&'static str, TableCell)], style: &OutputStyle) -> String {
    let column = rows.iter().map(|(name, _)| name.len() + GAP).max().unwrap_or(0);
    let lines: Vec<StyledLine> = rows
        .iter()
        .map(|(name, value)| {
            StyledLine::new(style).put(TextRole::Faint, *name).pad_to(column).put(value.ink, &value.text)
        })
        .collect();
    let mut out = String::new();
    write_lines(&mut out, &lines);
    out
}

fn widths(table: &[&Vec<TableCell>]) -> Vec<usize> {
    let count = table.iter().map(|row| row.len()).max().unwrap_or(0);
    (0..count).map(|at| table.iter().filter_map(|row| row.get(at)).map(|c| c.text.width()).max().unwrap_or(0)).collect()
}

/// Takes columns in until they fit: words first, then addresses and their like, what is copied not at all, of equals the
/// widest.
fn shrink(columns: &mut [LaidColumn<'_>], room: usize) {
    for turn in 0..4 {
        while total(columns.iter().map(|column| column.width)) > room {
            let in_turn = |column: &&mut LaidColumn<'_>| column.rule.narrow(turn).is_some_and(|to| column.width > to);
            match columns.iter_mut().filter(in_turn).max_by_key(|column| column.width) {
                Some(widest) => widest.width -= 1,
                None => break,
            }
        }
    }
}

/// A row as one line; as more where a cell that stays whole leaves no room for those behind it.
fn put_row(lines: &mut Vec<StyledLine>, row: &[TableCell], columns: &[LaidColumn<'_>], style: &OutputStyle) {
    let mut line = StyledLine::new(style).whole();
    let mut start = 0;
    for LaidColumn { at, width, rule } in columns {
        if let Some(cell) = row.get(*at) {
            let text = cell.text.clone();
            let text = match rule {
                ColumnRule { overflows: true, .. } => text,
                ColumnRule { wordy: true, .. } => text.clip(*width),
                _ => text.clip_address(*width),
            };
            let before = if rule.right { width.saturating_sub(text.width()) } else { 0 };
            if text.width() > 0 {
                let fits = !rule.overflows || start + text.width() <= style.table_width;
                let place = match fits {
                    true => start + before,
                    // Apart from its column, and by no single step, which would look like a slip.
                    false => style.table_width.saturating_sub(text.width()).clamp(GAP, 2 * GAP),
                };
                if line.width() > place || (!fits && line.width() > 0) {
                    lines.push(std::mem::replace(&mut line, StyledLine::new(style).whole()));
                }
                line = line.pad_to(place).put(cell.ink, text);
            }
        }
        start += width + GAP;
    }
    lines.push(line);
}

#[cfg(test)]
mod tests;
