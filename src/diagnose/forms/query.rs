//! A decoded body written as a query string, by those who sign parameters: PHP, JavaScript's three ways, Python, Rails.

use super::number::{NumberStyle, write_number};
use super::source::BodySource;
use super::tree::JsonNode;
use super::{maps, parts};

/// A program's manner of writing parameters.
struct QueryManner {
    /// What is left alone beside letters and digits.
    untouched: &'static [u8],
    /// A space is `+`, not `%20`.
    plus: bool,
    numbers: NumberStyle,
    /// Texts of true, false and null; `None` leaves the member out.
    words: [Option<&'static str>; 3],
    inner: InnerNode,
    sorted: bool,
}

/// What becomes of an object or array inside.
enum InnerNode {
    /// Each of its members, as `data[id]`.
    Spread,
    /// A text whatever it is.
    Text(&'static str),
    /// Python's, Ruby's or Go's text of it.
    Own(fn(&JsonNode) -> Option<String>),
}

const PHP: QueryManner = QueryManner {
    untouched: b"-._",
    plus: true,
    numbers: NumberStyle::Php,
    words: [Some("1"), Some("0"), None],
    inner: InnerNode::Spread,
    sorted: false,
};
const WORDS: [Option<&str>; 3] = [Some("true"), Some("false"), Some("")];
const QS: QueryManner = QueryManner {
    untouched: b"-._~",
    plus: false,
    numbers: NumberStyle::JavaScript,
    words: WORDS,
    inner: InnerNode::Spread,
    sorted: false,
};

const PYTHON: QueryManner = QueryManner {
    untouched: b"-._~",
    numbers: NumberStyle::Python,
    words: [Some("True"), Some("False"), Some("None")],
    inner: InnerNode::Own(parts::python_text),
    ..PHP
};

const MANNERS: [QueryManner; 11] = [
    PHP,
    QueryManner { plus: false, untouched: b"-._~", ..PHP },
    QueryManner { sorted: true, ..PHP },
    PYTHON,
    QueryManner { sorted: true, ..PYTHON },
    QueryManner {
        inner: InnerNode::Own(maps::ruby_text),
        numbers: NumberStyle::Ruby,
        untouched: b"-._*",
        words: WORDS,
        ..PHP
    },
    QueryManner {
        inner: InnerNode::Own(maps::go_text),
        numbers: NumberStyle::Go,
        words: [Some("true"), Some("false"), Some("<nil>")],
        sorted: true,
        ..PYTHON
    },
    QS,
    // Node's querystring, and URLSearchParams.
    QueryManner { untouched: b"-._~!'()*", inner: InnerNode::Text(""), ..QS },
    QueryManner {
        untouched: b"-._*",
        plus: true,
        words: [Some("true"), Some("false"), Some("null")],
        inner: InnerNode::Text("[object Object]"),
        ..QS
    },
    QueryManner { untouched: b"-._~*", numbers: NumberStyle::Ruby, words: WORDS, sorted: true, ..PHP },
];

/// The body in each manner.
pub(super) fn write_queries(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(JsonNode::Object(members)) = source.tree() else { return Vec::new() };
    let write = |manner: &QueryManner| {
        let mut pairs = Vec::new();
        for (name, value) in members {
            manner.collect(&name.says, value, &mut pairs)?;
        }
        if manner.sorted {
            pairs.sort();
        }
        Some(pairs.join("&").into_bytes())
    };
    // ksort before http_build_query sorts the top alone.
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.says.cmp(&other.says));
    let top = [PHP, QS].into_iter().filter_map(|manner| {
        let mut pairs = Vec::new();
        sorted.iter().try_for_each(|(name, value)| manner.collect(&name.says, value, &mut pairs))?;
        Some(pairs.join("&").into_bytes())
    });
    MANNERS.iter().filter_map(write).chain(top).collect()
}

impl QueryManner {
    fn collect(&self, name: &str, node: &JsonNode, pairs: &mut Vec<String>) -> Option<()> {
        let text = match (node, &self.inner) {
            (JsonNode::Flag(flag), _) => self.words[usize::from(!flag)].map(str::to_owned),
            (JsonNode::Null, _) => self.words[2].map(str::to_owned),
            (JsonNode::Text(text), _) => Some(text.says.to_string()),
            (JsonNode::Number(spelled), _) => Some(write_number(spelled, self.numbers)?),
            (JsonNode::Object(members), InnerNode::Spread) => {
                return members
                    .iter()
                    .try_for_each(|(inner, value)| self.collect(&format!("{name}[{}]", inner.says), value, pairs));
            }
            (JsonNode::Array(elements), InnerNode::Spread) => {
                return elements
                    .iter()
                    .enumerate()
                    .try_for_each(|(at, value)| self.collect(&format!("{name}[{at}]"), value, pairs));
            }
            (_, InnerNode::Text(text)) => Some((*text).to_owned()),
            (_, InnerNode::Own(write)) => Some(write(node)?),
        };
        pairs.extend(text.map(|text| format!("{}={}", self.encode(name), self.encode(&text))));
        Some(())
    }

    fn encode(&self, text: &str) -> String {
        percent_each(text, self.untouched, if self.plus { "+" } else { "%20" })
    }
}

/// Percent-encoded but for letters, digits and these; a blank is written so.
pub(super) fn percent_each(text: &str, untouched: &[u8], blank: &str) -> String {
    let encode = |byte: u8| match byte {
        b' ' => blank.to_owned(),
        _ if byte.is_ascii_alphanumeric() || untouched.contains(&byte) => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
