//! JSON of a type of the program's own: a pydantic model, a Go struct, a DTO. It has fewer members than the body, in its
//! own order, or one more.

use super::dialects as d;
use super::rebuilt::{change, own_text, top_members, write_all};
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use super::writer::write_document;
use std::borrow::Cow;

/// With more members there are too many orders.
const MEMBERS: usize = 5;

/// Two or more of the top-level members, but not all of them, in every order but the body's.
pub(super) fn reorder_some(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    let count = members.len();
    if !(3..=MEMBERS).contains(&count) {
        return Vec::new();
    }
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    let mut from = 0;
    for _ in 1..count {
        let longer: Vec<Vec<usize>> = orders[from..]
            .iter()
            .flat_map(|order| (0..count).filter(|at| !order.contains(at)).map(|at| [order.as_slice(), &[at]].concat()))
            .collect();
        from = orders.len();
        orders.extend(longer);
    }
    let mut orders: Vec<Vec<usize>> =
        orders.into_iter().filter(|order| order.len() > 1 && !order.is_sorted()).collect();
    // Those that lack the least come first.
    orders.sort_by_key(|order| count - order.len());
    let tree = |order: Vec<usize>| JsonNode::Object(order.into_iter().map(|at| members[at].clone()).collect());
    write_all(orders.into_iter().take(ORDERS).map(tree))
}

/// The most orders that are written.
const ORDERS: usize = 200;

/// Names of members that models have and bodies lack.
const OPTIONAL: [&str; 12] = [
    "version",
    "id",
    "metadata",
    "timestamp",
    "data",
    "name",
    "source",
    "error",
    "referred_by",
    "api_version",
    "created_at",
    "updated_at",
];

/// With one member more, which is null: at the end of the top level.
pub(super) fn add_null(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    let lacks = |name: &&&str| !members.is_empty() && !members.iter().any(|(known, _)| known.says == ***name);
    let with = |name: &str| {
        let added = (NodeText { says: Cow::Owned(name.to_owned()), literal: "" }, JsonNode::Null);
        JsonNode::Object([members, &[added]].concat())
    };
    write_all(OPTIONAL.iter().filter(lacks).map(|name| with(name)))
}

/// What validators do to texts: trim them all, write e-mail addresses in lower case, or both.
pub(super) fn clean_texts(source: &BodySource) -> Vec<Vec<u8>> {
    let original = JsonNode::Object(top_members(source).to_vec());
    let lower = |text: &str| if text.contains('@') { text.to_lowercase() } else { text.to_owned() };
    let trim = |text: &str| text.trim().to_owned();
    let address = |text: &str| if text.contains('@') { text.trim().to_lowercase() } else { text.to_owned() };
    let both = |text: &str| lower(text.trim());
    let ways: [&dyn Fn(&str) -> String; 4] = [&lower, &trim, &address, &both];
    let cleaned = ways.into_iter().map(|way| {
        change(&original, &|node| match node {
            JsonNode::Text(text) => Some(JsonNode::Text(own_text(way(&text.says)))),
            _ => None,
        })
    });
    let cleaned: Vec<JsonNode> = cleaned.filter(|made| *made != original).collect();
    let plain = [&d::PYTHON_COMPACT_UNICODE[0], &d::PHP_BOTH[0], &d::RUBY[0], &d::RAILS[0]];
    let more = cleaned.iter().flat_map(|made| plain.map(|dialect| write_document(made, dialect)));
    let more: Vec<Vec<u8>> = more.flatten().map(String::into_bytes).collect();
    write_all(cleaned).into_iter().chain(more).collect()
}
