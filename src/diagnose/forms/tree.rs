//! A JSON document as a tree, for those who write it again in another language's manner.
//!
//! Numbers keep their spelling and strings their literal, since a writer may keep either. The depth is bounded: what
//! is nested deeper is no webhook, and nothing here may run out of stack.

use crate::protocol::json::{JsonTokenKind, decode_literal, scan_tokens};
use std::borrow::Cow;

/// The deepest nesting that is read.
const DEPTH: usize = 128;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum JsonNode<'a> {
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, as spelled.
    Number(&'a str),
    /// A string.
    Text(NodeText<'a>),
    Array(Vec<JsonNode<'a>>),
    /// An object, its members in the order of the document, repeated names included.
    Object(Vec<(NodeText<'a>, JsonNode<'a>)>),
}

/// A string: what it says and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeText<'a> {
    /// Its characters; what no text can hold is U+FFFD.
    pub says: Cow<'a, str>,
    /// The literal, quotes included.
    pub literal: &'a str,
}

/// What is being read.
struct OpenNode<'a> {
    node: JsonNode<'a>,
    /// The name under which it stands in its parent.
    name: Option<NodeText<'a>>,
}

/// Reads a document; `None` where it is none, or nested too deep.
pub(super) fn parse_document(text: &str) -> Option<JsonNode<'_>> {
    let mut open: Vec<OpenNode> = Vec::new();
    let mut name = None;
    let mut root = None;
    for token in scan_tokens(text.as_bytes()) {
        let token = token.ok()?;
        let literal = text.get(token.range())?;
        let node = match token.kind {
            JsonTokenKind::Comma | JsonTokenKind::Colon => continue,
            JsonTokenKind::Key => {
                name = Some(read_text(literal));
                continue;
            }
            JsonTokenKind::ObjectOpen | JsonTokenKind::ArrayOpen => {
                let object = token.kind == JsonTokenKind::ObjectOpen;
                let node = if object { JsonNode::Object(Vec::new()) } else { JsonNode::Array(Vec::new()) };
                open.push(OpenNode { node, name: name.take() });
                if open.len() > DEPTH {
                    return None;
                }
                continue;
            }
            JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose => {
                let closed = open.pop()?;
                name = closed.name;
                closed.node
            }
            kind => scalar(kind, literal),
        };
        match open.last_mut() {
            Some(parent) => put(&mut parent.node, name.take(), node),
            None => root = Some(node),
        }
    }
    root
}

fn put<'a>(parent: &mut JsonNode<'a>, name: Option<NodeText<'a>>, node: JsonNode<'a>) {
    match (parent, name) {
        (JsonNode::Object(members), Some(name)) => members.push((name, node)),
        (JsonNode::Array(elements), _) => elements.push(node),
        _ => {}
    }
}

fn read_text(literal: &str) -> NodeText<'_> {
    NodeText { says: decode_literal(literal.as_bytes()), literal }
}

fn scalar<'a>(kind: JsonTokenKind, literal: &'a str) -> JsonNode<'a> {
    match kind {
        JsonTokenKind::String => JsonNode::Text(read_text(literal)),
        JsonTokenKind::Number => JsonNode::Number(literal),
        JsonTokenKind::True => JsonNode::Flag(true),
        JsonTokenKind::False => JsonNode::Flag(false),
        _ => JsonNode::Null,
    }
}
