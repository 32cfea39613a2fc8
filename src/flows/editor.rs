//! A body in the user's editor.

use super::input::BODY_LIMIT;
use crate::context::Context;
use crate::error::Error;
use crate::protocol::body::RawBody;
use crate::protocol::json::pretty;
use std::fs;
use std::process::Command;

/// Lets the user change a body in `$VISUAL` or `$EDITOR`, a shell command line. The file shows JSON laid out; what is
/// left as it was keeps its bytes.
pub fn edit(body: &RawBody, context: &Context) -> Result<RawBody, Error> {
    let named = context.environment.text("VISUAL").or_else(|| context.environment.text("EDITOR"));
    let editor = match named {
        Some(editor) => editor,
        None if context.may_ask() => "vi".to_owned(),
        None => return Err(Error::usage("--edit needs an editor; name one in EDITOR")),
    };
    let machine = |error: std::io::Error| Error::machine(format!("the body cannot be edited: {error}"));
    let folder = tempfile::tempdir().map_err(machine)?;
    let path = folder.path().join("body.json");
    let shown = pretty(body.as_bytes());
    fs::write(&path, &shown).map_err(machine)?;
    let mut shell = Command::new("/bin/sh");
    let ended = shell.args(["-c", &format!("{editor} \"$1\""), "editor"]).arg(&path).status().map_err(machine)?;
    if !ended.success() {
        return Err(Error::usage(format!("the editor '{editor}' gave up, so nothing is sent")));
    }
    let edited = fs::read(&path).map_err(machine)?;
    if edited.len() as u64 > BODY_LIMIT {
        return Err(Error::usage("the edited body is too large"));
    }
    Ok(if edited == *shown { body.clone() } else { RawBody::new(edited) })
}
