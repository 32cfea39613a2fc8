//! Files that are there whole or not at all, and that only their owner can read.

use crate::system::{NOT_ORDINARY, SYMBOLIC_LINK, outlive_size_limit, private_folder};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Replaces a file in one step, mode 0600. Missing folders are made, mode 0700. A link or a device would be lost.
pub(crate) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    check_ordinary(path)?;
    stage(path, contents)?.persist(path)?;
    Ok(())
}

/// Creates a file in one step, mode 0600, unless there is one already; tells whether it did.
pub(crate) fn create(path: &Path, contents: &[u8]) -> io::Result<bool> {
    match stage(path, contents)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Refuses what is there and is no ordinary file.
fn check_ordinary(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(io::Error::other(SYMBOLIC_LINK)),
        Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Err(io::Error::other(NOT_ORDINARY)),
        _ => Ok(()),
    }
}

/// `tempfile` creates with mode 0600.
fn stage(path: &Path, contents: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    outlive_size_limit();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_folder().create(folder).map_err(|error| match error.kind() {
        // "File exists" would puzzle whoever wanted it to exist.
        ErrorKind::AlreadyExists => {
            io::Error::new(ErrorKind::NotADirectory, format!("{} is not a folder", folder.display()))
        }
        _ => error,
    })?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(plain)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The system's own words: `tempfile` adds the name of a temporary file, which nobody has heard of.
fn plain(error: io::Error) -> io::Error {
    let words = error.to_string();
    io::Error::new(error.kind(), words.split(" at path ").next().unwrap_or_default())
}
