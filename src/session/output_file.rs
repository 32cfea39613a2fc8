//! Files that a command writes because the user named them: exports, reports, results.
//!
//! They hold events, so a new one is its owner's alone; one that exists keeps the permissions that its owner gave it.
//! Nothing is written through a symbolic link, which whoever may write to the folder could have put there, and nothing
//! waits for somebody to read a pipe.

use super::input::describe_io_error;
use crate::context::{Context, OutputStream};
use crate::error::Error;
use crate::system::{SYMBOLIC_LINK, is_pipe, open_read_pipe, private_file};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What becomes of what is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteMode {
    /// It is written over.
    Replace,
    /// It stays, and what is written follows.
    Append,
}

/// Whether a name means standard output.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// The same of an option that may not have been given.
pub(crate) fn goes_to_stdout(path: Option<&PathBuf>) -> bool {
    path.is_some_and(|path| is_stdout(path))
}

/// A file that was named, or standard output for `-`; known secrets are left out of what is written to it.
pub(crate) fn open_output_file(context: &Context, path: &Path, mode: WriteMode) -> Result<OutputStream, Error> {
    if is_stdout(path) {
        return Ok(context.stdout.buffered());
    }
    let whole = context.resolve(path);
    let (file, _) = open(&whole, mode).map_err(|error| Error::unwritable(path, error))?;
    Ok(OutputStream::new(BufWriter::new(file), false).masked_as(&context.stdout))
}

/// Writes the whole of a file.
pub(crate) fn write_output_file(context: &Context, path: &Path, text: &str, mode: WriteMode) -> Result<(), Error> {
    let mut file = open_output_file(context, path, mode)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.flush());
    written.map_err(|error| Error::unwritable(path, error))
}

/// Refuses a file that cannot be written, before there is anything to write. What it holds stays; none is left behind.
pub(crate) fn check_writable(context: &Context, path: &Path) -> Result<(), Error> {
    if is_stdout(path) {
        return Ok(());
    }
    let whole = context.resolve(path);
    // One that is opened and closed again is at its end for who reads it, and its reader may come until there is something.
    if is_pipe(&whole) {
        return Ok(());
    }
    let (_, made) = open(&whole, WriteMode::Append).map_err(|error| refuse_place(path, error))?;
    if made {
        // What cannot be removed is written over at the end.
        let _ = std::fs::remove_file(&whole);
    }
    Ok(())
}

/// Refuses a file whose folder does not exist: none is made where a name was mistyped.
pub(super) fn require_folder(path: &Path, whole: &Path) -> Result<(), Error> {
    let folder = whole.parent().filter(|folder| !folder.as_os_str().is_empty());
    let there = folder.map_or(Ok(()), |folder| std::fs::metadata(folder).map(drop));
    there.map_err(|error| refuse_place(path, error))
}

fn refuse_place(path: &Path, error: io::Error) -> Error {
    Error::machine(format!("cannot write {}: {}", path.display(), describe_io_error(&error)))
        .caused_by(error)
        .hint("name a file in a folder that exists and may be written to")
}

/// The file, and whether it was made just now.
fn open(path: &Path, mode: WriteMode) -> io::Result<(File, bool)> {
    match private_file().create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => return made.map(|file| (file, true)),
    }
    let found = std::fs::symlink_metadata(path)?;
    let leads_on = found.is_symlink();
    if leads_on && !is_of_the_system(path) {
        return Err(io::Error::other(SYMBOLIC_LINK));
    }
    let file = open_read_pipe(OpenOptions::new().write(true).append(mode == WriteMode::Append), path)?;
    let opened = file.metadata()?;
    if !leads_on && !is_same(&found, &opened) {
        return Err(io::Error::other("it was replaced while it was opened"));
    }
    if mode == WriteMode::Replace && opened.is_file() {
        file.set_len(0)?;
    }
    Ok((file, false))
}

/// `/dev/stdout` and the like, which are links of the system's own.
fn is_of_the_system(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok()).unwrap_or_default();
    folder.starts_with("/dev") || folder.starts_with("/proc")
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere only who may do anything makes links.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
