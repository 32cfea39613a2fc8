//! A decoded body as YAML: PyYAML's `dump` and Ruby's `to_yaml`.

use super::number::{NumberStyle, write_number};
use super::printed::sorted;
use super::source::BodySource;
use super::tree::JsonNode;

/// Whether a text needs quotes to stay one: what YAML reads as a number, a time, a word or a structure. `1e3` is a number
/// since YAML 1.2.
fn needs_quotes(text: &str, is_new: bool) -> bool {
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "=" | "<<"
    );
    let is_date = |(at, byte): (usize, &u8)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() };
    let dated = text.len() >= 10 && text.as_bytes()[..10].iter().enumerate().all(is_date);
    let number = text.replace('_', "").parse::<f64>().is_ok()
        && !text.contains(['n', 'N', 'i', 'I'])
        && (is_new || text.contains('.') || !text.contains(['e', 'E']));
    let mark = text.starts_with(['&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', '#', '{', '}', '[', ']', ',', ' '])
        || text.starts_with("- ")
        || text.starts_with("? ");
    let inside = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    word || dated || number || mark || inside
}

fn scalar(text: &str, escaped: bool, is_new: bool) -> String {
    let is_unprintable = |c: char| {
        matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
            || !is_new && c >= '\u{10000}'
    };
    if !text.chars().any(is_unprintable) && (!escaped || text.is_ascii()) {
        return if needs_quotes(text, is_new) { format!("'{}'", text.replace('\'', "''")) } else { text.to_owned() };
    }
    let written = text.chars().map(|c| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        c if !is_unprintable(c) && (c.is_ascii() || !escaped) => c.to_string(),
        c if u32::from(c) < 0x100 => format!("\\x{:02X}", u32::from(c)),
        c if u32::from(c) < 0x10000 => format!("\\u{:04X}", u32::from(c)),
        c => format!("\\U{:08X}", u32::from(c)),
    });
    format!("\"{}\"", written.collect::<String>())
}

/// A manner of writing YAML.
struct YamlManner {
    null: &'static str,
    escaped: bool,
    /// What stands before a name: Ruby's symbols.
    symbol: &'static str,
    /// By the rules of YAML 1.2: js-yaml, ruamel.
    is_new: bool,
    /// Lists stand further in than their name: js-yaml.
    is_deep: bool,
}

impl YamlManner {
    fn block(&self, out: &mut String, node: &JsonNode, depth: usize) -> Option<()> {
        let blanks = "  ".repeat(depth);
        match node {
            JsonNode::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    // The first member of an element stands behind its hyphen.
                    let start = if out.ends_with("- ") { "" } else { blanks.as_str() };
                    *out += &format!("{start}{}{}:", self.symbol, scalar(&name.says, self.escaped, self.is_new));
                    let is_list = matches!(value, JsonNode::Array(elements) if !elements.is_empty());
                    self.behind(out, value, if is_list && !self.is_deep { depth } else { depth + 1 })?;
                }
            }
            JsonNode::Array(elements) if !elements.is_empty() => {
                for value in elements {
                    *out += &format!("{blanks}-");
                    match value {
                        JsonNode::Object(members) if !members.is_empty() => {
                            out.push(' ');
                            self.block(out, value, depth + 1)?;
                        }
                        _ => self.behind(out, value, depth + 1)?,
                    }
                }
            }
            _ => self.behind(out, node, depth)?,
        }
        Some(())
    }

    /// What stands behind a name or a hyphen.
    fn behind(&self, out: &mut String, node: &JsonNode, depth: usize) -> Option<()> {
        let text = match node {
            JsonNode::Null => self.null.to_owned(),
            JsonNode::Flag(flag) => flag.to_string(),
            JsonNode::Number(spelled) => write_number(spelled, NumberStyle::Ruby)?,
            JsonNode::Text(text) => scalar(&text.says, self.escaped, self.is_new),
            JsonNode::Array(elements) if elements.is_empty() => "[]".to_owned(),
            JsonNode::Object(members) if members.is_empty() => "{}".to_owned(),
            _ => {
                out.push('\n');
                return self.block(out, node, depth);
            }
        };
        *out += &if text.is_empty() { "\n".to_owned() } else { format!(" {text}\n") };
        Some(())
    }
}

/// PyYAML sorted and not, with and without `allow_unicode`; Ruby; js-yaml and ruamel.
pub(super) fn write_yaml(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    let in_order = sorted(tree);
    let ways = [
        ("", "", &in_order, true),
        ("", "", tree, true),
        ("", "", tree, false),
        ("", "", &in_order, false),
        ("---\n", "", tree, false),
        ("---\n", ":", tree, false),
    ];
    let write = |(head, symbol, tree, escaped): (&str, &'static str, &JsonNode, bool)| {
        let mut out = head.to_owned();
        let null = if head.is_empty() { "null" } else { "" };
        YamlManner { null, escaped, symbol, is_new: false, is_deep: false }
            .block(&mut out, tree, 0)
            .map(|()| out.into_bytes())
    };
    let newer = [("null", true), ("", false)].map(|(null, is_deep)| {
        let mut out = String::new();
        let manner = YamlManner { null, escaped: false, symbol: "", is_new: true, is_deep };
        manner.block(&mut out, tree, 0).map(|()| out.into_bytes())
    });
    ways.into_iter().map(write).chain(newer).flatten().collect()
}
