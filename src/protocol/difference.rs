//! Where two bodies part: as JSON documents, member by member, or as bytes.
//!
//! Pure. Order of members and white space are no difference between documents, and are one between bodies: a signature
//! covers bytes.

use super::body::RawBody;
use serde::Serialize;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DocumentChange {
    /// Where, as a path like `data.position` or `list[3]`; empty for the whole document.
    pub path: String,
    /// What stands there in the first; `None` where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What stands there in the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// What two bodies have in common.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BodyComparison {
    /// Every byte.
    Same,
    /// The document, but not the bytes, which part at this offset.
    Spelling(usize),
    /// Neither; the documents differ in these places.
    Documents(Vec<DocumentChange>),
    /// At least one is no JSON; the bytes part at this offset.
    Bytes(usize),
}

/// Compares two bodies.
pub(crate) fn compare_bodies(first: &RawBody, second: &RawBody) -> BodyComparison {
    let (a, b) = (first.as_bytes(), second.as_bytes());
    if a == b {
        return BodyComparison::Same;
    }
    let parts = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    match (serde_json::from_slice::<Value>(a), serde_json::from_slice::<Value>(b)) {
        (Ok(a), Ok(b)) => {
            let mut changes = Vec::new();
            walk("", &a, &b, &mut changes);
            if changes.is_empty() { BodyComparison::Spelling(parts) } else { BodyComparison::Documents(changes) }
        }
        _ => BodyComparison::Bytes(parts),
    }
}

fn walk(path: &str, a: &Value, b: &Value, changes: &mut Vec<DocumentChange>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let member = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            for (key, value) in a {
                either(member(key), Some(value), b.get(key), changes);
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                either(member(key), None, Some(value), changes);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for at in 0..a.len().max(b.len()) {
                either(format!("{path}[{at}]"), a.get(at), b.get(at), changes);
            }
        }
        _ if a == b => {}
        _ => changes.push(DocumentChange { path: path.to_owned(), from: Some(a.clone()), to: Some(b.clone()) }),
    }
}

fn either(path: String, a: Option<&Value>, b: Option<&Value>, changes: &mut Vec<DocumentChange>) {
    match (a, b) {
        (Some(a), Some(b)) => walk(&path, a, b, changes),
        _ => changes.push(DocumentChange { path, from: a.cloned(), to: b.cloned() }),
    }
}
