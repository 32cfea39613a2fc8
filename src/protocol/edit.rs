//! Changes to a fabricated payload before it is signed: `--set`, `--set-json` and `--unset`.
//!
//! A change names a field by its path, with dots, and is checked against the event catalogue: a path that the event
//! does not have and a value that the field does not take are errors, unless the caller forces them. Received bodies
//! are never edited; this works on values that were fabricated here.

use super::closest::did_you_mean;
use super::event::{CatalogueField, EventType, FieldKind};
use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PayloadEdit {
    /// Gives a field a value written as plain text, which is read as the catalogue says.
    Set {
        /// Path of the field.
        path: String,
        /// The value as typed.
        text: String,
    },
    /// Gives a field a JSON value.
    SetJson {
        /// Path of the field.
        path: String,
        value: Value,
    },
    /// Takes a field out.
    Unset {
        /// Path of the field.
        path: String,
    },
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PayloadEditError {
    /// There is no equals sign between path and value.
    #[error("{given:?} is not a change: write PATH=VALUE, like data.position=5")]
    NoValue { given: String },
    /// A path that is empty, or has an empty part.
    #[error("{path:?} is not a path: write member names separated by dots, like data.position")]
    BadPath { path: String },
    /// The value of `--set-json` is not JSON.
    #[error("the value for {path} is not JSON: {reason}")]
    NotJson {
        /// Path of the field.
        path: String,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The event has no such field.
    #[error("{event} has no field {path:?}{}", did_you_mean(*.suggestion))]
    UnknownPath {
        event: EventType,
        path: String,
        /// The path that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// The field does not take this value.
    #[error("{path} must be {expected}{}, not {given}", if *.nullable { " or null" } else { "" })]
    BadValue {
        /// Path of the field.
        path: &'static str,
        /// What it takes.
        expected: &'static str,
        /// Whether it takes `null` as well.
        nullable: bool,
        given: String,
    },
    /// A part of the path is there and is not an object, so nothing can be inside it.
    #[error("{path} cannot be reached: {part} is not an object")]
    NotAnObject {
        path: String,
        /// The part, as a path.
        part: String,
    },
}

impl PayloadEdit {
    /// Reads `PATH=TEXT`. The text is everything behind the first equals sign.
    ///
    /// # Errors
    /// No equals sign, or no path before it.
    pub(crate) fn set(given: &str) -> Result<Self, PayloadEditError> {
        let (path, text) = assignment(given)?;
        Ok(Self::Set { path, text: text.to_owned() })
    }

    /// Reads `PATH=JSON`.
    ///
    /// # Errors
    /// No equals sign, no path before it, or no JSON behind it.
    pub(crate) fn set_json(given: &str) -> Result<Self, PayloadEditError> {
        let (path, json) = assignment(given)?;
        match serde_json::from_str(json) {
            Ok(value) => Ok(Self::SetJson { path, value }),
            Err(error) => Err(PayloadEditError::NotJson { path, reason: error.to_string() }),
        }
    }

    /// Reads `PATH`.
    ///
    /// # Errors
    /// It is no path.
    pub(crate) fn unset(path: &str) -> Result<Self, PayloadEditError> {
        Ok(Self::Unset { path: checked(path)? })
    }

    /// The path of the field that is changed.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Set { path, .. } | Self::SetJson { path, .. } | Self::Unset { path } => path,
        }
    }

    /// Makes the change. With `force`, unknown paths and values of another kind are taken as they are: what was typed
    /// then stays text where the field cannot read it.
    ///
    /// # Errors
    /// What the catalogue does not allow, unless forced; a path that leads through something that is not an object.
    pub(crate) fn apply(&self, payload: &mut Value, event: EventType, force: bool) -> Result<(), PayloadEditError> {
        let field = event.field(self.path());
        if field.is_none() && !force {
            let path = self.path().to_owned();
            return Err(PayloadEditError::UnknownPath { event, suggestion: event.closest_path(&path), path });
        }
        match self {
            Self::Set { path, text } => put(payload, path, read(field, text, force)?),
            Self::SetJson { path, value } => {
                if let Some(field) = field.filter(|_| !force) {
                    fit(field, value)?;
                }
                put(payload, path, value.clone())
            }
            Self::Unset { path } => take(payload, path),
        }
    }
}

/// Makes several changes in their order. Where they move a sign-up without saying by how much, `position_change` is
/// made to agree, so that a changed payload is as consistent as the fabricated one.
///
/// # Errors
/// As [`PayloadEdit::apply`]; the payload is then partly changed.
pub(crate) fn apply_edits(
    payload: &mut Value,
    event: EventType,
    edits: &[PayloadEdit],
    force: bool,
) -> Result<(), PayloadEditError> {
    for edit in edits {
        edit.apply(payload, event, force)?;
    }
    let names = |path: &str| edits.iter().any(|edit| edit.path() == path);
    if (names("data.old_position") || names("data.new_position")) && !names("data.position_change") {
        agree(payload);
    }
    Ok(())
}

fn agree(payload: &mut Value) {
    let Some(data) = payload.get_mut("data") else { return };
    let position = |name: &str| data.get(name).and_then(Value::as_i64);
    let change = position("new_position").zip(position("old_position")).and_then(|(new, old)| new.checked_sub(old));
    if let (Some(slot), Some(change)) = (data.get_mut("position_change"), change) {
        *slot = change.into();
    }
}

fn assignment(given: &str) -> Result<(String, &str), PayloadEditError> {
    let (path, value) = given.split_once('=').ok_or_else(|| PayloadEditError::NoValue { given: given.to_owned() })?;
    Ok((checked(path)?, value))
}

fn checked(path: &str) -> Result<String, PayloadEditError> {
    if path.split('.').any(str::is_empty) {
        return Err(PayloadEditError::BadPath { path: path.to_owned() });
    }
    Ok(path.to_owned())
}

/// The value that a typed text means for a field.
fn read(field: Option<&'static CatalogueField>, text: &str, force: bool) -> Result<Value, PayloadEditError> {
    let Some(field) = field else { return Ok(text.into()) };
    let value = match field.kind {
        _ if text == "null" && !field.required => Value::Null,
        FieldKind::Integer => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    };
    if !force {
        fit(field, &value)?;
    }
    Ok(value)
}

/// Whether a field takes a value.
fn fit(field: &'static CatalogueField, value: &Value) -> Result<(), PayloadEditError> {
    let fits = match value {
        Value::Null => !field.required,
        Value::String(text) => field.kind.takes_text(text),
        Value::Number(number) => field.kind == FieldKind::Integer && number.is_i64(),
        Value::Object(_) => field.kind == FieldKind::Object,
        Value::Bool(_) | Value::Array(_) => false,
    };
    let error = || PayloadEditError::BadValue {
        path: field.path,
        expected: field.kind.describe(),
        nullable: !field.required,
        given: value.to_string(),
    };
    fits.then_some(()).ok_or_else(error)
}

/// Puts a value at a path, making the objects that are missing on the way.
fn put(payload: &mut Value, path: &str, value: Value) -> Result<(), PayloadEditError> {
    let (mut object, mut reached) = (within(payload, path, "the payload")?, 0);
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            object.insert(part.to_owned(), value);
            break;
        }
        reached += part.len();
        let next = object.entry(part).or_insert_with(|| Map::new().into());
        object = within(next, path, &path[..reached])?;
        reached += 1;
    }
    Ok(())
}

/// Takes what stands at a path out, the members behind it keeping their order. What is not there stays so.
fn take(payload: &mut Value, path: &str) -> Result<(), PayloadEditError> {
    let (holder, name) = path.rsplit_once('.').unwrap_or(("", path));
    let found = holder.split('.').filter(|part| !part.is_empty()).try_fold(payload, |value, part| value.get_mut(part));
    if let Some(Value::Object(object)) = found {
        object.shift_remove(name);
    }
    Ok(())
}

fn within<'a>(value: &'a mut Value, path: &str, part: &str) -> Result<&'a mut Map<String, Value>, PayloadEditError> {
    value.as_object_mut().ok_or_else(|| PayloadEditError::NotAnObject { path: path.to_owned(), part: part.to_owned() })
}
