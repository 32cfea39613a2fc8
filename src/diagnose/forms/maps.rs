//! What a language prints for a decoded body that nobody wrote as JSON: Ruby's `inspect`, Java's and Go's maps.

use super::number::{NumberStyle, write_number};
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use std::fmt::Write;

/// A language's notation of data.
struct MapNotation {
    null: &'static str,
    object: [&'static str; 2],
    /// Between a name and its value, and between members.
    joints: [&'static str; 2],
    /// Between elements.
    comma: &'static str,
    numbers: NumberStyle,
    /// The power of ten from which Go writes an exponent.
    power: i32,
    sorted: bool,
    text: fn(&mut String, &str),
    name: fn(&mut String, &str),
}

const JAVA: MapNotation = MapNotation {
    null: "null",
    object: ["{", "}"],
    joints: ["=", ", "],
    comma: ", ",
    numbers: NumberStyle::Java,
    power: 21,
    sorted: false,
    text: |out, text| out.push_str(text),
    name: |out, text| out.push_str(text),
};

const GO: MapNotation = MapNotation {
    null: "<nil>",
    object: ["map[", "]"],
    joints: [":", " "],
    comma: " ",
    numbers: NumberStyle::Go,
    power: 6,
    sorted: true,
    ..JAVA
};

const RUBY: MapNotation =
    MapNotation { null: "nil", joints: ["=>", ", "], numbers: NumberStyle::Ruby, text: inspect, name: inspect, ..JAVA };

/// Ruby's `inspect`, before 3.4 and since, with symbols for names; Rails' parameters; the text of the body itself.
pub(super) fn write_ruby_inspect(source: &BodySource) -> Vec<Vec<u8>> {
    let new = MapNotation { joints: [" => ", ", "], ..RUBY };
    let symbols = MapNotation { name: |out, text| symbol(out, text, ":", ""), ..RUBY };
    let labels = MapNotation { joints: [" ", ", "], name: |out, text| symbol(out, text, "", ":"), ..RUBY };
    let mut forms = write_all(source, &[RUBY, new, symbols, labels]);
    let parameters =
        |text: &Vec<u8>| [b"#<ActionController::Parameters ", text.as_slice(), b" permitted: false>"].concat();
    forms.extend(forms.iter().take(2).map(parameters).collect::<Vec<_>>());
    let mut whole = String::new();
    inspect(&mut whole, source.text);
    forms.push(whole.into_bytes());
    forms
}

/// Ruby's text of a value inside.
pub(super) fn ruby_text(node: &JsonNode) -> Option<String> {
    let mut out = String::new();
    RUBY.write(&mut out, node).map(|()| out)
}

/// Go's text of a value inside.
pub(super) fn go_text(node: &JsonNode) -> Option<String> {
    let mut out = String::new();
    GO.write(&mut out, node).map(|()| out)
}

fn symbol(out: &mut String, text: &str, before: &str, after: &str) {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    out.push_str(before);
    match plain && !text.starts_with(|c: char| c.is_ascii_digit()) {
        true => out.push_str(text),
        false => inspect(out, text),
    }
    out.push_str(after);
}

/// Java's `toString` of a map: as Jackson reads it, and as Gson does, to whom every number is a double.
pub(super) fn write_java_maps(source: &BodySource) -> Vec<Vec<u8>> {
    write_all(source, &[JAVA, MapNotation { numbers: NumberStyle::JavaDouble, ..JAVA }])
}

/// Go's `fmt.Sprint` of a map: its numbers are doubles, or stay what they are.
pub(super) fn write_go_map(source: &BodySource) -> Vec<Vec<u8>> {
    write_all(source, &[GO, MapNotation { power: 21, ..GO }])
}

fn write_all(source: &BodySource, notations: &[MapNotation]) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    let write = |notation: &MapNotation| {
        let mut out = String::new();
        notation.write(&mut out, tree).map(|()| out.into_bytes())
    };
    notations.iter().filter_map(write).collect()
}

impl MapNotation {
    fn write(&self, out: &mut String, node: &JsonNode) -> Option<()> {
        match node {
            JsonNode::Null => out.push_str(self.null),
            JsonNode::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            JsonNode::Number(spelled) => self.write_number(out, spelled)?,
            JsonNode::Text(text) => (self.text)(out, &text.says),
            JsonNode::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { self.comma } else { "" });
                    self.write(out, element)?;
                }
                out.push(']');
            }
            JsonNode::Object(members) => self.write_object(out, members)?,
        }
        Some(())
    }

    fn write_object(&self, out: &mut String, members: &[(NodeText, JsonNode)]) -> Option<()> {
        // Of a repeated name the last value stays.
        let mut kept: Vec<(&str, &JsonNode)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            match kept.iter_mut().find(|(known, _)| *known == name.says) {
                Some(member) => member.1 = value,
                None => kept.push((&name.says, value)),
            }
        }
        if self.sorted {
            kept.sort_by_key(|(name, _)| *name);
        }
        out.push_str(self.object[0]);
        for (index, (name, value)) in kept.into_iter().enumerate() {
            out.push_str(if index > 0 { self.joints[1] } else { "" });
            (self.name)(out, name);
            out.push_str(self.joints[0]);
            self.write(out, value)?;
        }
        out.push_str(self.object[1]);
        Some(())
    }

    fn write_number(&self, out: &mut String, spelled: &str) -> Option<()> {
        let number: f64 = spelled.parse().ok()?;
        let exponent = |text: String| text.split_once('e').and_then(|(_, digits)| digits.parse::<i32>().ok());
        let written = match (self.numbers, exponent(format!("{number:e}"))) {
            (NumberStyle::Go, Some(power)) if number != 0.0 && (power < -4 || power >= self.power) => {
                let mantissa = format!("{number:e}").split('e').next()?.to_owned();
                format!("{mantissa}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
            }
            (numbers, _) => write_number(spelled, numbers)?,
        };
        out.push_str(&written);
        Some(())
    }
}

/// A string as Ruby's `inspect` writes it.
fn inspect(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // Writing to a String cannot fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '#' if matches!(rest.peek(), Some('{' | '$' | '@')) => out.write_str("\\#"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\u{c}' => out.write_str("\\f"),
            '\u{b}' => out.write_str("\\v"),
            '\u{8}' => out.write_str("\\b"),
            '\u{7}' => out.write_str("\\a"),
            '\u{1b}' => out.write_str("\\e"),
            '\0'..='\u{1f}' | '\u{7f}' => write!(out, "\\x{:02X}", u32::from(c)),
            '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{feff}' => {
                write!(out, "\\u{:04X}", u32::from(c))
            }
            c => out.write_char(c),
        };
    }
    out.push('"');
}
