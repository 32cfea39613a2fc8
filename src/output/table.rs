//! Aligned columns for lists and settings. No frames: what a table says must survive copying and `cut`.

use super::line::{StyledLine, write_lines};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};

/// Spaces between columns.
const GAP: usize = 2;

/// A column is not made narrower than this to fit the terminal.
const LEAST: usize = 8;

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
    whole: bool,
    dispensable: bool,
}

impl ColumnRule {
    fn parse(heading: &'static str) -> Self {
        let name = heading.trim_start_matches(['>', '=', '-']);
        let marks = &heading[..heading.len() - name.len()];
        Self { name, right: marks.contains('>'), whole: marks.contains('='), dispensable: marks.contains('-') }
    }
}

/// Rows below a heading, each ended by a line feed. Marks in front of a heading's name: `>` aligns the column to the
/// right, `=` names what is copied and is never cut, `-` is left out first where the terminal is too narrow. Then the
/// widest of the others is cut in its middle, with `…`, so that both ends still tell rows apart. Where there is no
/// terminal, nothing is left out or cut.
pub(crate) fn render_columns(headings: &[&'static str], rows: &[Vec<TableCell>], style: &OutputStyle) -> String {
    let rules: Vec<ColumnRule> = headings.iter().map(|heading| ColumnRule::parse(heading)).collect();
    let names: Vec<TableCell> = rules.iter().map(|rule| TableCell::new(TextRole::Faint, rule.name)).collect();
    let table: Vec<&Vec<TableCell>> = std::iter::once(&names).chain(rows).collect();
    let all = widths(&table);
    let kept = keep_columns(&rules, &all, style.table_width);
    let mut widths: Vec<usize> = kept.iter().map(|at| all[*at]).collect();
    let whole: Vec<bool> = kept.iter().map(|at| rules.get(*at).is_some_and(|rule| rule.whole)).collect();
    shrink(&mut widths, &whole, style.table_width);
    let columns: Vec<LaidColumn> = kept
        .iter()
        .zip(widths)
        .map(|(at, width)| LaidColumn { at: *at, width, right: rules.get(*at).is_some_and(|rule| rule.right) })
        .collect();
    let mut out = String::new();
    write_lines(&mut out, &table.iter().map(|row| line(row, &columns, style)).collect::<Vec<_>>());
    out
}

/// A column that is shown, and as how wide.
struct LaidColumn {
    at: usize,
    width: usize,
    right: bool,
}

/// The columns that stay: dispensable ones go, the last first, until the rest fits.
fn keep_columns(rules: &[ColumnRule], widths: &[usize], room: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..widths.len()).collect();
    while total(kept.iter().map(|at| widths[*at])) > room {
        match kept.iter().rposition(|at| rules.get(*at).is_some_and(|rule| rule.dispensable)) {
            Some(last) => drop(kept.remove(last)),
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

fn shrink(widths: &mut [usize], whole: &[bool], room: usize) {
    while total(widths.iter().copied()) > room {
        let cut = widths.iter_mut().enumerate().filter(|(at, _)| whole.get(*at) != Some(&true));
        match cut.map(|(_, width)| width).max_by_key(|width| **width) {
            Some(widest) if *widest > LEAST => *widest -= 1,
            _ => return,
        }
    }
}

fn line(row: &[TableCell], columns: &[LaidColumn], style: &OutputStyle) -> StyledLine {
    let mut line = StyledLine::new(style);
    let mut start = 0;
    for column in columns {
        if let Some(cell) = row.get(column.at) {
            let text = cell.text.clone().clip_middle(column.width);
            let before = if column.right { column.width.saturating_sub(text.width()) } else { 0 };
            if text.width() > 0 {
                line = line.pad_to(start + before).put(cell.ink, text);
            }
        }
        start += column.width + GAP;
    }
    line
}

#[cfg(test)]
mod tests;
