//! A body that is no JSON but shows the data of one, as a console or a log prints it: Python, JavaScript, Ruby.

use super::dialects as d;
use super::escape::{self, StringEscapes};
use super::source::BodySource;
use super::tree::parse_document;
use super::writer::write_document;

/// The data written as JSON by the commonest programs.
pub(super) fn read_printed(source: &BodySource) -> Vec<Vec<u8>> {
    if source.tree().is_some() || !source.text.trim_start().starts_with(['{', '[', '<']) {
        return Vec::new();
    }
    let Some(json) = write_as_json(source.text) else { return Vec::new() };
    let Some(tree) = parse_document(&json) else { return Vec::new() };
    let ways = [
        &d::STRINGIFY[0],
        &d::PYTHON[0],
        &d::PHP[0],
        &d::PHP_BOTH[0],
        &d::GO[0],
        &d::PYTHON_COMPACT[0],
        &d::PRETTY_TWO[0],
    ];
    let written: Vec<String> = ways.into_iter().filter_map(|way| write_document(&tree, way)).collect();
    let ended = written.iter().map(|text| format!("{text}\n"));
    written.iter().cloned().chain(ended).map(String::into_bytes).collect()
}

/// The notation of a program made JSON: quotes, words, names without quotes, `=>`, commas before brackets.
fn write_as_json(text: &str) -> Option<String> {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(c) = rest.chars().next() {
        if matches!(c, '"' | '\'' | '`') {
            let (says, length) = read_quoted(rest, c)?;
            escape::write_string(&mut out, &says, &StringEscapes::PLAIN);
            rest = &rest[length..];
            continue;
        }
        let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$')).len();
        if word > 0 && !c.is_ascii_digit() {
            let (name, behind) = rest.split_at(word);
            out += &match name {
                "None" | "nil" | "null" | "undefined" => "null".to_owned(),
                "True" | "true" => "true".to_owned(),
                "False" | "false" => "false".to_owned(),
                _ if behind.trim_start().starts_with(':') || behind.trim_start().starts_with("=>") => {
                    format!("\"{name}\"")
                }
                _ => return None,
            };
            rest = behind;
            continue;
        }
        let taken = if rest.starts_with("=>") { 2 } else { c.len_utf8().max(word) };
        match c {
            '=' if taken == 2 => out.push(':'),
            // A symbol's colon stands before its name.
            ':' if out.trim_end().ends_with(['{', ',']) => {}
            '}' | ']' if out.trim_end().ends_with(',') => {
                out.truncate(out.trim_end().len() - 1);
                out.push(c);
            }
            _ => out += &rest[..taken],
        }
        rest = &rest[taken..];
    }
    Some(out)
}

/// The text in quotes at the beginning, and how long it is with them.
fn read_quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut says = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let (_, escaped) = chars.next()?;
                match escaped {
                    'n' => says.push('\n'),
                    'r' => says.push('\r'),
                    't' => says.push('\t'),
                    'x' | 'u' => {
                        let digits: String =
                            chars.by_ref().take(if escaped == 'x' { 2 } else { 4 }).map(|(_, c)| c).collect();
                        says.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    other => says.push(other),
                }
            }
            _ if c == quote => return Some((says, at + c.len_utf8())),
            _ => says.push(c),
        }
    }
    None
}
