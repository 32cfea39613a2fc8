//! A JSON document as a tree, for those who write it again in another language's manner.
//!
//! Numbers keep their spelling and strings their literal, since a writer may keep either. The depth is bounded: what
//! is nested deeper is no webhook, and nothing here may run out of stack.

use crate::protocol::json::{TokenKind, decode, tokens};
use std::borrow::Cow;

/// The deepest nesting that is read.
const DEPTH: usize = 128;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, as spelled.
    Number(&'a str),
    /// A string.
    Text(Text<'a>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object, its members in the order of the document, repeated names included.
    Object(Vec<(Text<'a>, Node<'a>)>),
}

/// A string: what it says and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// Its characters; what no text can hold is U+FFFD.
    pub says: Cow<'a, str>,
    /// The literal, quotes included.
    pub literal: &'a str,
}

/// What is being read.
struct Open<'a> {
    node: Node<'a>,
    /// The name under which it stands in its parent.
    name: Option<Text<'a>>,
}

/// Reads a document; `None` where it is none, or nested too deep.
pub fn parse(text: &str) -> Option<Node<'_>> {
    let mut open: Vec<Open> = Vec::new();
    let mut name = None;
    let mut root = None;
    for token in tokens(text.as_bytes()) {
        let token = token.ok()?;
        let literal = text.get(token.range())?;
        let node = match token.kind {
            TokenKind::Comma | TokenKind::Colon => continue,
            TokenKind::Key => {
                name = Some(read_text(literal));
                continue;
            }
            TokenKind::ObjectOpen | TokenKind::ArrayOpen => {
                let object = token.kind == TokenKind::ObjectOpen;
                let node = if object { Node::Object(Vec::new()) } else { Node::Array(Vec::new()) };
                open.push(Open { node, name: name.take() });
                if open.len() > DEPTH {
                    return None;
                }
                continue;
            }
            TokenKind::ObjectClose | TokenKind::ArrayClose => {
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

fn put<'a>(parent: &mut Node<'a>, name: Option<Text<'a>>, node: Node<'a>) {
    match (parent, name) {
        (Node::Object(members), Some(name)) => members.push((name, node)),
        (Node::Array(elements), _) => elements.push(node),
        _ => {}
    }
}

fn read_text(literal: &str) -> Text<'_> {
    Text { says: decode(literal.as_bytes()), literal }
}

fn scalar<'a>(kind: TokenKind, literal: &'a str) -> Node<'a> {
    match kind {
        TokenKind::String => Node::Text(read_text(literal)),
        TokenKind::Number => Node::Number(literal),
        TokenKind::True => Node::Flag(true),
        TokenKind::False => Node::Flag(false),
        _ => Node::Null,
    }
}
