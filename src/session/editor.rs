//! The user's editor, opened on a body before it is sent.

use crate::context::Context;
use crate::error::Error;
use crate::protocol::body::RawBody;
use crate::protocol::json::pretty_print;
use crate::system;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Opens `$VISUAL` or `$EDITOR` on a body, laid out if it is JSON, and answers with what was saved, byte for byte but
/// for the one line feed that editors put at the end.
pub(crate) fn edit_body(body: &RawBody, context: &Context) -> Result<RawBody, Error> {
    if !context.may_prompt() {
        return Err(Error::usage("--edit needs a terminal for the editor, and cannot be used with --no-input")
            .hint("change fields with --set, or give the body with --data"));
    }
    let file = stage(body).map_err(|error| {
        Error::machine(format!("cannot create a temporary file for the editor: {error}")).caused_by(error)
    })?;
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| context.environment.text(name));
    let editor = editor.unwrap_or_else(|| if cfg!(windows) { "notepad" } else { "vi" }.to_owned());
    let run = start_editor(&editor, file.path()).status();
    match run {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(Error::usage(format!("the editor '{editor}' ended with {status}; nothing was sent"))),
        Err(error) => return Err(Error::machine(format!("the editor '{editor}' cannot be started: {error}"))),
    }
    let saved = std::fs::read(file.path())
        .map_err(|error| Error::machine(format!("cannot read the edited file: {error}")).caused_by(error))?;
    if saved.strip_suffix(b"\n") == Some(&*pretty_print(body.as_bytes())) {
        // Nothing was changed, so nothing is: laying it out was for the eyes.
        return Ok(body.clone());
    }
    let saved = saved.strip_suffix(b"\n").map(<[u8]>::to_vec).unwrap_or(saved);
    Ok(RawBody::new(saved))
}

/// Editors are configured with arguments, as in `code --wait`; the shell takes them apart, as it does for git.
fn start_editor(editor: &str, file: &Path) -> Command {
    if cfg!(windows) {
        return system::shell(&format!("{editor} \"{}\"", file.display()));
    }
    let mut shell = system::shell(&format!("{editor} \"$1\""));
    shell.arg("sh").arg(file);
    shell
}

fn stage(body: &RawBody) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("referralloop-").suffix(".json").tempfile()?;
    file.write_all(&pretty_print(body.as_bytes()))?;
    file.write_all(b"\n")?;
    file.flush()?;
    Ok(file)
}
