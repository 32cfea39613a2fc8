//! Aligned columns for lists and settings. No frames: what a table says must survive copying and `cut`.

use super::line::{StyledLine, write_lines};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};

/// Spaces between columns.
const GAP: usize = 2;

/// A column is not made narrower than this to fit the terminal.
const LEAST: usize = 8;

/// One cell.
#[derive(Debug, Clone)]
pub struct TableCell {
    /// Its colour.
    pub ink: TextRole,
    /// Its text.
    pub text: Sanitised,
}

impl TableCell {
    /// A cell in an ink.
    pub fn new(ink: TextRole, text: impl Into<Sanitised>) -> Self {
        Self { ink, text: text.into() }
    }
}

impl From<Sanitised> for TableCell {
    fn from(text: Sanitised) -> Self {
        Self { ink: TextRole::Plain, text }
    }
}

/// Rows below a heading, each ended by a line feed. A heading that begins with `>` aligns its column to the right; one
/// that begins with `=` names what is copied, and is never cut. When the terminal is too narrow the widest of the others
/// is cut, with `…`.
pub fn render_columns(headings: &[&'static str], rows: &[Vec<TableCell>], style: &OutputStyle) -> String {
    let names = headings
        .iter()
        .map(|name| TableCell::new(TextRole::Faint, name.strip_prefix(['>', '=']).unwrap_or(name)))
        .collect();
    let right: Vec<bool> = headings.iter().map(|name| name.starts_with('>')).collect();
    let table: Vec<&Vec<TableCell>> = std::iter::once(&names).chain(rows).collect();
    let mut widths = widths(&table);
    let whole: Vec<bool> = headings.iter().map(|name| name.starts_with('=')).collect();
    shrink(&mut widths, &whole, style.width);
    let mut out = String::new();
    write_lines(&mut out, &table.iter().map(|row| line(row, &widths, &right, style)).collect::<Vec<_>>());
    out
}

/// Names and values below each other, the values aligned.
pub fn render_pairs(rows: &[(&'static str, TableCell)], style: &OutputStyle) -> String {
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
    while widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > room {
        let cut = widths.iter_mut().enumerate().filter(|(at, _)| whole.get(*at) != Some(&true));
        match cut.map(|(_, width)| width).max_by_key(|width| **width) {
            Some(widest) if *widest > LEAST => *widest -= 1,
            _ => return,
        }
    }
}

fn line(row: &[TableCell], widths: &[usize], right: &[bool], style: &OutputStyle) -> StyledLine {
    let mut line = StyledLine::new(style);
    let mut column = 0;
    for (at, cell) in row.iter().enumerate() {
        let text = cell.text.clone().clip(widths[at]);
        let before = if right.get(at) == Some(&true) { widths[at].saturating_sub(text.width()) } else { 0 };
        if text.width() > 0 {
            line = line.pad_to(column + before).put(cell.ink, text);
        }
        column += widths[at] + GAP;
    }
    line
}

#[cfg(test)]
mod tests;
