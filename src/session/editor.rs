//! The user's editor, opened on a body before it is sent.

use crate::child::ask_to_end;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::protocol::body::RawBody;
use crate::protocol::json::pretty_print;
use crate::shutdown::InterruptHold;
use crate::system;
use crate::terminal::interrupt_process;
use serde::de::IgnoredAny;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::process::Child;

/// How long an editor has to put the terminal back, once it was asked to end.
const GRACE: Duration = Duration::from_secs(1);

/// How often it is looked at then.
const LOOK: Duration = Duration::from_millis(20);

/// What a shell tells of a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// A body in a file, and the editor for it.
struct BodyFile<'a> {
    body: &'a RawBody,
    file: NamedTempFile,
    editor: String,
}

/// Opens `$VISUAL` or `$EDITOR` on a body, laid out if it is JSON, and answers with what was saved, byte for byte but
/// for the one line feed that editors put at the end.
pub(crate) fn edit_body(body: &RawBody, context: &Context) -> Result<RawBody, Error> {
    let staged = BodyFile::stage(body, context)?;
    let ended = staged.command().status();
    let edited = staged.read(ended)?;
    if let Some(words) = describe_slip(&edited).filter(|_| edited != *body) {
        Console::new(context).print_notice(&words);
    }
    Ok(edited)
}

/// Where an edited body is not JSON. It is sent all the same, for bad bodies are tested, too; what is said is for those who
/// did not mean it.
pub(crate) fn describe_slip(edited: &RawBody) -> Option<String> {
    let error = serde_json::from_slice::<IgnoredAny>(edited.as_bytes()).err()?;
    let (line, column, words) = (error.line(), error.column(), error.to_string());
    let words = words.split_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    Some(format!("the edited body is not JSON: line {line}, column {column}: {words}; it is sent as it is"))
}

/// The same beside what else runs, which goes on. Ctrl-C is the editor's meanwhile; if it dies of it, so does this process.
/// Dropping the future ends the editor.
pub(crate) async fn edit_body_beside(body: &RawBody, context: &Context) -> Result<RawBody, Error> {
    let staged = BodyFile::stage(body, context)?;
    let hold = InterruptHold::begin();
    let ended = match tokio::process::Command::from(staged.command()).spawn() {
        Ok(child) => RunningEditor(child).0.wait().await,
        Err(error) => Err(error),
    };
    if hold.end() && ended.as_ref().is_ok_and(was_interrupted) {
        interrupt_process();
    }
    staged.read(ended)
}

/// Refuses an editor where there is no terminal for it, with what to do instead.
pub(crate) fn require_terminal(context: &Context, instead: &str) -> Result<(), Error> {
    match context.may_prompt() {
        true => Ok(()),
        false => {
            Err(Error::usage("--edit needs a terminal for the editor, and cannot be used with --no-input")
                .hint(instead))
        }
    }
}

impl<'a> BodyFile<'a> {
    fn stage(body: &'a RawBody, context: &Context) -> Result<Self, Error> {
        require_terminal(context, "run it at a terminal")?;
        let file = write_body(body).map_err(|error| {
            Error::machine(format!("cannot create a temporary file for the editor: {error}")).caused_by(error)
        })?;
        let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| context.environment.text(name));
        let editor = editor.unwrap_or_else(|| if cfg!(windows) { "notepad" } else { "vi" }.to_owned());
        Ok(Self { body, file, editor })
    }

    /// Editors are configured with arguments, as in `code --wait`; the shell takes them apart, as it does for git. Where
    /// it has nothing else to do, the editor takes its place: what ends the one ends the other.
    fn command(&self) -> Command {
        let (editor, file): (_, &Path) = (&self.editor, self.file.path());
        if cfg!(windows) {
            return system::shell(&format!("{editor} \"{}\"", file.display()));
        }
        let plain = editor.chars().all(|c| c.is_alphanumeric() || " /._-+".contains(c));
        let mut shell = system::shell(&format!("{}{editor} \"$1\"", if plain { "exec " } else { "" }));
        shell.arg("sh").arg(file);
        shell
    }

    fn read(self, ended: io::Result<ExitStatus>) -> Result<RawBody, Error> {
        let editor = &self.editor;
        match ended {
            Ok(status) if status.success() => {}
            Ok(status) => {
                return Err(Error::usage(format!("the editor '{editor}' ended with {status}; nothing was sent")));
            }
            Err(error) => return Err(Error::machine(format!("the editor '{editor}' cannot be started: {error}"))),
        }
        let saved = std::fs::read(self.file.path())
            .map_err(|error| Error::machine(format!("cannot read the edited file: {error}")).caused_by(error))?;
        if saved.strip_suffix(b"\n") == Some(&*pretty_print(self.body.as_bytes())) {
            // Nothing was changed, so nothing is: laying it out was for the eyes.
            return Ok(self.body.clone());
        }
        let saved = saved.strip_suffix(b"\n").map(<[u8]>::to_vec).unwrap_or(saved);
        Ok(RawBody::new(saved))
    }
}

fn write_body(body: &RawBody) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("referralloop-").suffix(".json").tempfile()?;
    file.write_all(&pretty_print(body.as_bytes()))?;
    file.write_all(b"\n")?;
    file.flush()?;
    Ok(file)
}

/// Whether Ctrl-C ended it.
fn was_interrupted(status: &ExitStatus) -> bool {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(status);
    #[cfg(not(unix))]
    let signal = None;
    signal.map_or(status.code(), |number: i32| Some(128 + number)) == Some(INTERRUPTED)
}

/// An editor on the terminal. One that is dropped is asked to end, and waited for: until then the terminal is its own.
struct RunningEditor(Child);

impl Drop for RunningEditor {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        if let Some(id) = self.0.id() {
            ask_to_end(id);
        }
        let mut left = GRACE;
        while !left.is_zero() && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK);
            left = left.saturating_sub(LOOK);
        }
        // One that has ended is beyond it.
        let _ = self.0.start_kill();
    }
}
