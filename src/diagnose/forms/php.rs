//! `json_encode` with rarer flags, and under other settings of `serialize_precision`.

use super::dialects as d;
use super::escape::StringEscapes;
use super::number::NumberStyle;
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use super::writer::{JsonDialect, write_document};
use std::borrow::Cow;

/// The characters of each of `JSON_HEX_TAG`, `AMP`, `APOS`, `QUOT`, and of the four together.
const HEX: [&str; 5] = ["<>", "&", "'", "\"", "<>&'\""];

/// Every flag with every plain manner of escaping.
pub(super) fn write_flagged(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    let forced = force_objects(tree);
    let mut forms = Vec::new();
    for plain in [d::PHP, d::PHP_SLASHES, d::PHP_UNICODE, d::PHP_BOTH] {
        let escapes = plain[0].escapes.unwrap_or(StringEscapes::PHP);
        forms.extend(write_document(&forced, &JsonDialect { arrays: false, ..plain[0] }));
        for numbers in [NumberStyle::PhpLong, NumberStyle::PhpShort, NumberStyle::PhpBigText] {
            forms.extend(write_document(tree, &JsonDialect { numbers, ..plain[0] }));
        }
        for html in HEX {
            let escapes = Some(StringEscapes { html, ascii_upper: true, ..escapes });
            forms.extend(plain[..2].iter().filter_map(|one| write_document(tree, &JsonDialect { escapes, ..*one })));
        }
        // JSON_UNESCAPED_LINE_TERMINATORS.
        let escapes = Some(StringEscapes { separators: false, ..escapes });
        forms.extend(plain[..2].iter().filter_map(|one| write_document(tree, &JsonDialect { escapes, ..*one })));
    }
    forms.into_iter().map(String::into_bytes).collect()
}

fn force_objects<'a>(node: &JsonNode<'a>) -> JsonNode<'a> {
    match node {
        JsonNode::Array(elements) => JsonNode::Object(elements.iter().enumerate().map(numbered).collect()),
        JsonNode::Object(members) => {
            JsonNode::Object(members.iter().map(|(name, value)| (name.clone(), force_objects(value))).collect())
        }
        other => other.clone(),
    }
}

fn numbered<'a>((at, value): (usize, &JsonNode<'a>)) -> (NodeText<'a>, JsonNode<'a>) {
    (NodeText { says: Cow::Owned(at.to_string()), literal: "" }, force_objects(value))
}
