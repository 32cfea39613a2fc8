//! Aligned columns for lists and settings. No frames: what a table says must survive copying and `cut`.

use super::line::{StyledLine, write_lines};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};

/// Spaces between columns.
const GAP: usize = 2;

/// A column is not made narrower than this to fit the terminal.
const LEAST: usize = 8;

/// Nor than this, where even that does not fit.
const NARROWEST: usize = 5;

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
    dispensable: bool,
    wordy: bool,
    below: bool,
}

impl ColumnRule {
    fn parse(heading: &'static str) -> Self {
        let name = heading.trim_start_matches(['>', '=', '-', '~', '/']);
        let has = |mark: char| heading[..heading.len() - name.len()].contains(mark);
        Self { name, right: has('>'), copied: has('='), dispensable: has('-'), wordy: has('~'), below: has('/') }
    }

    /// When its turn to become narrow comes.
    fn turn(&self) -> u8 {
        match self {
            Self { wordy: true, .. } => 0,
            Self { copied: true, .. } => 2,
            _ => 1,
        }
    }

    /// How narrow the column may become before others are left out for it.
    fn fair(&self, width: usize) -> usize {
        if self.wordy { width.min(WORDY) } else { width }
    }
}

/// Rows below a heading, each ended by a line feed. Off a terminal everything is whole. On a terminal that is too narrow:
/// a column with `-` in front of its name is left out, the last first; one with `~` holds words, whose ends are cut; one
/// with `/` gets a line of its own below each row, or a single one for all where they agree; then the widest of the others
/// is cut in its middle, so that both ends still tell rows apart, and what is copied, `=`, last of all. `>` aligns to the
/// right.
pub(crate) fn render_columns(headings: &[&'static str], rows: &[Vec<TableCell>], style: &OutputStyle) -> String {
    let rules: Vec<ColumnRule> = headings.iter().map(|heading| ColumnRule::parse(heading)).collect();
    let names: Vec<TableCell> = rules.iter().map(|rule| TableCell::new(TextRole::Faint, rule.name)).collect();
    let table: Vec<&Vec<TableCell>> = std::iter::once(&names).chain(rows).collect();
    let all = widths(&table);
    let kept = keep_columns(&rules, &all, style.table_width);
    let below = rules.iter().enumerate().find(|(at, rule)| rule.below && !kept.contains(at)).map(|(at, _)| at);
    let mut columns: Vec<LaidColumn> =
        kept.iter().map(|at| LaidColumn { at: *at, width: all[*at], rule: &rules[*at] }).collect();
    shrink(&mut columns, style.table_width);
    let alike = below.filter(|at| rows.windows(2).all(|pair| said(&pair[0], *at) == said(&pair[1], *at)));
    let mut lines = Vec::new();
    for (number, row) in table.iter().enumerate() {
        lines.push(line(row, &columns, style));
        if let Some(cell) = below.filter(|_| alike.is_none() && number > 0).and_then(|at| row.get(at)) {
            let indent = columns.first().map_or(0, |first| first.width + GAP);
            lines.push(StyledLine::indented(style, indent).put(cell.ink, &cell.text));
        }
    }
    if let Some((at, cell)) = alike.and_then(|at| Some((at, rows.first()?.get(at)?))) {
        lines.push(StyledLine::new(style).put(TextRole::Faint, rules[at].name).add_gap(GAP).put(cell.ink, &cell.text));
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
/// the rest fits; of those, what has room after all comes back.
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

/// Takes columns in until they fit: words first, what is copied last, of equals the widest.
fn shrink(columns: &mut [LaidColumn<'_>], room: usize) {
    for (least, turn) in [(WORDY, 0), (LEAST, 0), (LEAST, 1), (LEAST, 2), (NARROWEST, 2)] {
        while total(columns.iter().map(|column| column.width)) > room {
            match columns.iter_mut().filter(|column| column.rule.turn() <= turn).max_by_key(|column| column.width) {
                Some(widest) if widest.width > least => widest.width -= 1,
                _ => break,
            }
        }
    }
}

fn line(row: &[TableCell], columns: &[LaidColumn<'_>], style: &OutputStyle) -> StyledLine {
    let mut line = StyledLine::new(style).whole();
    let mut start = 0;
    for LaidColumn { at, width, rule } in columns {
        if let Some(cell) = row.get(*at) {
            let text = cell.text.clone();
            let text = if rule.wordy { text.clip(*width) } else { text.clip_address(*width) };
            let before = if rule.right { width.saturating_sub(text.width()) } else { 0 };
            if text.width() > 0 {
                line = line.pad_to(start + before).put(cell.ink, text);
            }
        }
        start += width + GAP;
    }
    line
}

#[cfg(test)]
mod tests;
