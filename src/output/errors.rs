//! Errors in words: one sentence, then what to type or to look at, wrapped to the terminal's width.

use super::line::{StyledLine, write_lines};
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};

/// `error: …`, and a `hint: …` line below it for each hint. A line feed in the message begins a new line.
pub(crate) fn render_error(message: &str, hints: &[String], style: &OutputStyle) -> String {
    let mut lines = render_labelled("error: ", TextRole::Bad, message, 0, style);
    lines.extend(hints.iter().flat_map(|hint| render_labelled("hint: ", TextRole::Strong, hint, 2, style)));
    text(&lines)
}

/// `note: …`: a word to the user that is no error.
pub(crate) fn render_notice(message: &str, style: &OutputStyle) -> String {
    text(&render_labelled("note: ", TextRole::Strong, message, 0, style))
}

fn text(lines: &[StyledLine]) -> String {
    let mut out = String::new();
    write_lines(&mut out, lines);
    out
}

/// A label, and text wrapped beside it.
pub(crate) fn render_labelled(
    label: &'static str,
    ink: TextRole,
    text: &str,
    indent: usize,
    style: &OutputStyle,
) -> Vec<StyledLine> {
    // Beside a long label a narrow terminal would leave room for half words.
    let column = (indent + label.len()).min((style.width / 3).max(indent + 2));
    let room = style.width.saturating_sub(column).max(20);
    let words = text.trim_end().split('\n').flat_map(|line| wrap_text(&Sanitised::text(line), room));
    let beside = |(row, words)| match row {
        0 => StyledLine::indented(style, indent).put(ink, label).put(TextRole::Plain, words),
        _ => StyledLine::indented(style, column).put(TextRole::Plain, words),
    };
    words.enumerate().map(beside).collect()
}

/// Breaks text between words so that each line keeps to so many columns. A longer word stands alone on its line:
/// URLs and commands stay whole, for copying.
pub(crate) fn wrap_text(text: &Sanitised, columns: usize) -> Vec<Sanitised> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.as_str().split(' ') {
        let width = unicode_width::UnicodeWidthStr::width(word);
        if used > 0 && used + 1 + width > columns {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += width;
        }
    }
    lines.iter().map(|line| Sanitised::text(line)).collect()
}

#[cfg(test)]
mod tests;
