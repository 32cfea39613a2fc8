//! Writing a document in another program's manner: layout, order of members, numbers, strings.

use super::escape::{self, StringEscapes};
use super::number::{self, NumberStyle};
use super::tree::{JsonNode, NodeText};
use std::cmp::Ordering;
use std::collections::HashMap;

/// A program's manner of writing JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonDialect {
    /// Blanks and line breaks.
    pub layout: JsonLayout,
    /// Order of an object's members.
    pub order: MemberOrder,
    pub numbers: NumberStyle,
    /// Strings; `None` keeps each literal.
    pub escapes: Option<StringEscapes>,
    /// Empty objects become empty arrays: PHP's associative arrays.
    pub arrays: bool,
    /// Members that are `null` are left out: Gson.
    pub nulls: bool,
    /// Strings are trimmed, and `null` where nothing is left: Laravel's middleware.
    pub trims: bool,
    /// What stands behind the document.
    pub end: &'static str,
}

impl JsonDialect {
    /// Compact, in the order of the document, everything else kept.
    pub(super) const fn new(layout: JsonLayout, numbers: NumberStyle, escapes: StringEscapes) -> Self {
        Self {
            layout,
            order: MemberOrder::Document,
            numbers,
            escapes: Some(escapes),
            arrays: false,
            nulls: true,
            trims: false,
            end: "",
        }
    }

    /// With another order of members.
    pub(super) const fn with_order(self, order: MemberOrder) -> Self {
        Self { order, ..self }
    }
}

/// Blanks and line breaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonLayout {
    /// Between members and elements.
    pub comma: &'static str,
    /// Between a name and its value.
    pub colon: &'static str,
    /// One level of indentation; `None` keeps everything on one line.
    pub indent: Option<&'static str>,
    /// Inside an empty object or array.
    pub empty: &'static str,
    /// Whether arrays stay on one line: Jackson.
    pub flat_arrays: bool,
    /// What ends a line.
    pub newline: &'static str,
    /// Whether empty objects and arrays are broken into lines: Ruby's json before 2.10.
    pub broken: bool,
}

impl JsonLayout {
    /// No blank anywhere.
    pub(super) const COMPACT: Self =
        Self { comma: ",", colon: ":", indent: None, empty: "", flat_arrays: false, newline: "\n", broken: false };
    /// Python's default, and the databases'.
    pub(super) const SPACED: Self = Self { comma: ", ", colon: ": ", ..Self::COMPACT };
    /// Two spaces a level.
    pub(super) const TWO: Self = Self { colon: ": ", indent: Some("  "), ..Self::COMPACT };
    /// Four spaces a level.
    pub(super) const FOUR: Self = Self { indent: Some("    "), ..Self::TWO };
    /// A tab a level.
    pub(super) const TAB: Self = Self { indent: Some("\t"), ..Self::TWO };
    /// Jackson's pretty printer.
    pub(super) const JACKSON: Self = Self { colon: " : ", empty: " ", flat_arrays: true, ..Self::TWO };
    /// Ruby's `pretty_generate`, as older versions have it.
    pub(super) const OLD_RUBY: Self = Self { broken: true, ..Self::TWO };
    /// Two spaces a level, lines ended as on Windows.
    pub(super) const TWO_CRLF: Self = Self { newline: "\r\n", ..Self::TWO };
}

/// Order of an object's members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberOrder {
    Document,
    /// JavaScript's: array indices first, ascending.
    Indices,
    /// Array indices first, then by bytes: JavaScript and PHP once they have sorted.
    SortedIndices,
    /// By the bytes of UTF-8, which is the order of code points.
    Bytes,
    /// By the units of UTF-16: RFC 8785, section 3.2.3.
    Units,
    /// By length, then by bytes: the binary JSON of databases.
    Length,
    /// By the buckets of Java's `HashMap`.
    JavaHash,
}

/// Writes a document; `None` where the program would fail.
pub(super) fn write_document(node: &JsonNode, dialect: &JsonDialect) -> Option<String> {
    let mut out = String::new();
    DialectWriter { dialect, out: &mut out }.value(node, 0)?;
    out.push_str(dialect.end);
    Some(out)
}

struct DialectWriter<'a> {
    dialect: &'a JsonDialect,
    out: &'a mut String,
}

impl DialectWriter<'_> {
    fn value(&mut self, node: &JsonNode, depth: usize) -> Option<()> {
        match node {
            JsonNode::Null => self.out.push_str("null"),
            JsonNode::Flag(true) => self.out.push_str("true"),
            JsonNode::Flag(false) => self.out.push_str("false"),
            JsonNode::Number(spelled) => self.out.push_str(&number::write_number(spelled, self.dialect.numbers)?),
            JsonNode::Text(text) if self.dialect.trims => self.trimmed(text),
            JsonNode::Text(text) => self.text(text),
            JsonNode::Array(elements) => self.array(elements, depth)?,
            JsonNode::Object(members) => self.object(members, depth)?,
        }
        Some(())
    }

    fn text(&mut self, text: &NodeText) {
        match &self.dialect.escapes {
            Some(escapes) => escape::write_string(self.out, &text.says, escapes),
            None => self.out.push_str(text.literal),
        }
    }

    fn trimmed(&mut self, text: &NodeText) {
        let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}');
        match (text.says.trim_matches(blank), &self.dialect.escapes) {
            ("", _) | (_, None) => self.out.push_str("null"),
            (kept, Some(escapes)) => escape::write_string(self.out, kept, escapes),
        }
    }

    fn array(&mut self, elements: &[JsonNode], depth: usize) -> Option<()> {
        let layout = self.dialect.layout;
        if elements.is_empty() {
            self.empty('[', ']', depth);
            return Some(());
        }
        self.out.push_str(if layout.flat_arrays { "[ " } else { "[" });
        for (index, element) in elements.iter().enumerate() {
            match layout.flat_arrays {
                true if index > 0 => self.out.push_str(", "),
                true => {}
                false => self.separate(index, depth + 1),
            }
            self.value(element, if layout.flat_arrays { depth } else { depth + 1 })?;
        }
        if layout.flat_arrays {
            self.out.push(' ');
        } else {
            self.line(depth);
        }
        self.out.push(']');
        Some(())
    }

    fn object(&mut self, members: &[(NodeText, JsonNode)], depth: usize) -> Option<()> {
        let members = arrange_members(members, self.dialect);
        if members.is_empty() {
            match self.dialect.arrays {
                true => self.empty('[', ']', depth),
                false => self.empty('{', '}', depth),
            }
            return Some(());
        }
        self.out.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            self.separate(index, depth + 1);
            self.text(name);
            self.out.push_str(self.dialect.layout.colon);
            self.value(value, depth + 1)?;
        }
        self.line(depth);
        self.out.push('}');
        Some(())
    }

    fn empty(&mut self, open: char, close: char, depth: usize) {
        self.out.push(open);
        self.out.push_str(self.dialect.layout.empty);
        if self.dialect.layout.broken {
            self.out.push_str(if open == '[' { "\n" } else { "" });
            self.line(depth);
        }
        self.out.push(close);
    }

    fn separate(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push_str(self.dialect.layout.comma);
        }
        self.line(depth);
    }

    fn line(&mut self, depth: usize) {
        let Some(indent) = self.dialect.layout.indent else { return };
        self.out.push_str(self.dialect.layout.newline);
        (0..depth).for_each(|_| self.out.push_str(indent));
    }
}

/// The members as this program writes them: a repeated name has its last value at the place of its first.
fn arrange_members<'a, 'b>(
    members: &'b [(NodeText<'a>, JsonNode<'a>)],
    dialect: &JsonDialect,
) -> Vec<(&'b NodeText<'a>, &'b JsonNode<'a>)> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(members.len());
    let mut kept: Vec<(&NodeText, &JsonNode)> = Vec::with_capacity(members.len());
    for (name, value) in members {
        if *value == JsonNode::Null && !dialect.nulls {
            continue;
        }
        match places.get(name.says.as_ref()) {
            Some(&place) => kept[place].1 = value,
            None => {
                places.insert(&name.says, kept.len());
                kept.push((name, value));
            }
        }
    }
    if dialect.order == MemberOrder::JavaHash {
        let buckets =
            (16..).step_by(16).find(|buckets: &usize| buckets.is_power_of_two() && kept.len() * 4 <= buckets * 3);
        kept.sort_by_key(|(name, _)| bucket(&name.says) & (buckets.unwrap_or(16) - 1));
    } else if dialect.order != MemberOrder::Document {
        kept.sort_by(|a, b| compare(&a.0.says, &b.0.says, dialect.order));
    }
    kept
}

fn compare(a: &str, b: &str, order: MemberOrder) -> Ordering {
    match order {
        MemberOrder::Document | MemberOrder::JavaHash => Ordering::Equal,
        MemberOrder::Indices => rank(a).cmp(&rank(b)),
        MemberOrder::SortedIndices => rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)),
        MemberOrder::Bytes => a.cmp(b),
        MemberOrder::Units => a.encode_utf16().cmp(b.encode_utf16()),
        MemberOrder::Length => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
    }
}

/// `String.hashCode`, spread as `HashMap` does.
fn bucket(name: &str) -> usize {
    let hash = name.encode_utf16().fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    (hash ^ (hash >> 16)) as usize
}

/// The array index that a name is; beyond them all for one that is none (ECMA-262, section 6.1.7).
fn rank(name: &str) -> u64 {
    let canonical = name == "0" || !name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit());
    let index = name.parse::<u32>().ok().filter(|&index| canonical && index != u32::MAX);
    index.map_or(u64::MAX, u64::from)
}
