//! How each language writes a string in JSON: which characters it escapes, and how.

use std::fmt::Write;

/// A way of writing strings. The quote, the backslash and the controls are always escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringEscapes {
    /// Everything beyond ASCII.
    pub ascii: bool,
    /// Everything beyond the Basic Multilingual Plane.
    pub astral: bool,
    /// DEL.
    pub delete: bool,
    /// U+2028 and U+2029.
    pub separators: bool,
    /// `/`, as `\/`.
    pub slash: bool,
    /// ASCII characters that are written `\u00xx`.
    pub html: &'static str,
    /// Hexadecimal digits in upper case.
    pub upper: bool,
    /// The same of ASCII characters alone: PHP's `JSON_HEX_…`.
    pub ascii_upper: bool,
    /// `\b` and `\f` rather than `\u0008` and `\u000c`.
    pub short: bool,
}

impl StringEscapes {
    /// Nothing but what must be escaped: JavaScript, Ruby, Jackson, serde_json.
    pub(super) const PLAIN: Self = Self {
        ascii: false,
        astral: false,
        delete: false,
        separators: false,
        slash: false,
        html: "",
        upper: false,
        ascii_upper: false,
        short: true,
    };
    /// Python's default.
    pub(super) const PYTHON: Self = Self { ascii: true, delete: true, ..Self::PLAIN };
    /// Go without HTML escapes.
    pub(super) const GO_PLAIN: Self = Self { separators: true, short: false, ..Self::PLAIN };
    /// Go's default.
    pub(super) const GO: Self = Self { html: "<>&", ..Self::GO_PLAIN };
    /// Go 1.22 and later.
    pub(super) const GO_NEW: Self = Self { short: true, ..Self::GO };
    /// PHP's default.
    pub(super) const PHP: Self = Self { ascii: true, slash: true, ..Self::PLAIN };
    /// PHP with `JSON_UNESCAPED_SLASHES`.
    pub(super) const PHP_SLASHES: Self = Self { slash: false, ..Self::PHP };
    /// PHP with `JSON_UNESCAPED_UNICODE`.
    pub(super) const PHP_UNICODE: Self = Self { ascii: false, separators: true, ..Self::PHP };
    /// PHP with both.
    pub(super) const PHP_BOTH: Self = Self { slash: false, ..Self::PHP_UNICODE };
    /// PHP with `JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT`.
    pub(super) const PHP_HEX: Self = Self { html: "<>&'\"", ascii_upper: true, ..Self::PHP };
    /// ActiveSupport.
    pub(super) const RAILS: Self = Self { html: "<>&", separators: true, ..Self::PLAIN };
    /// Gson's default.
    pub(super) const GSON: Self = Self { html: "<>&='", separators: true, ..Self::PLAIN };
    /// Gson with `disableHtmlEscaping`.
    pub(super) const GSON_PLAIN: Self = Self { separators: true, ..Self::PLAIN };
    /// System.Text.Json's default.
    pub(super) const DOTNET: Self = Self { ascii: true, delete: true, html: "\"<>&'+`", upper: true, ..Self::PLAIN };
    /// System.Text.Json with `UnsafeRelaxedJsonEscaping`.
    pub(super) const DOTNET_RELAXED: Self =
        Self { astral: true, delete: true, separators: true, upper: true, ..Self::PLAIN };
    /// Json.NET.
    pub(super) const NEWTONSOFT: Self = Self { separators: true, ..Self::PLAIN };

    fn numeric(&self, c: char) -> bool {
        match c {
            '\u{8}' | '\u{c}' => !self.short,
            '\n' | '\r' | '\t' => false,
            '\0'..=' ' => c != ' ',
            '\u{7f}' => self.delete,
            '\u{2028}' | '\u{2029}' => self.separators || self.ascii,
            '\u{10000}'.. => self.ascii || self.astral,
            '\u{80}'.. => self.ascii,
            _ => self.html.contains(c),
        }
    }
}

/// Appends a string as a literal, quotes included.
pub(super) fn write_string(out: &mut String, says: &str, escapes: &StringEscapes) {
    out.push('"');
    for c in says.chars() {
        if escapes.numeric(c) {
            unicode(out, c, escapes.upper || escapes.ascii_upper && c.is_ascii_graphic());
            continue;
        }
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if escapes.slash => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// `\uXXXX`, twice for what takes a surrogate pair.
fn unicode(out: &mut String, c: char, upper: bool) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a String cannot fail.
        let _ = if upper { write!(out, "\\u{unit:04X}") } else { write!(out, "\\u{unit:04x}") };
    }
}
