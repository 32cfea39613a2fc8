//! Reading what the user named: a file, or standard input for `-`.

use crate::config::secrets::SECRET_FILE_LIMIT;
use crate::context::Context;
use crate::error::Error;
use crate::output::prompt;
use crate::output::rendition::write_shell_word;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest body that is read from a file, in bytes. The listener takes 1 MiB; what is larger can still be signed.
pub(crate) const BODY_LIMIT: u64 = 64 * 1024 * 1024;

/// Reads a file whole, or standard input for `-`.
pub(crate) fn read_input(context: &Context, path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, Error> {
    if path.as_os_str().is_empty() {
        return Err(Error::usage(format!("the name of the {what} is empty")));
    }
    let shown = if path == Path::new("-") { "on standard input".into() } else { path.display().to_string() };
    let bytes = if path == Path::new("-") {
        context.stdin.read_up_to(limit).map_err(|e| Error::usage(format!("cannot read standard input: {e}")))?
    } else {
        let mut bytes = Vec::new();
        File::open(context.resolve(path)).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(
            |error| Error::usage(format!("cannot read {what} {shown}: {}", describe_io_error(&error))).caused_by(error),
        )?;
        bytes
    };
    if bytes.len() as u64 > limit {
        return Err(Error::usage(format!("{what} {shown} is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Text, `@FILE` or `-` as an option takes it. A text that is no JSON and the name of a file lacks its @.
pub(crate) fn read_text_or_file(context: &Context, given: &str, option: &str, what: &str) -> Result<Vec<u8>, Error> {
    if let Some(path) = given.strip_prefix('@').or(Some("-").filter(|dash| *dash == given)) {
        return read_input(context, Path::new(path), BODY_LIMIT, what);
    }
    if is_json(given.as_bytes()) || !context.resolve(Path::new(given)).is_file() {
        return Ok(given.as_bytes().to_vec());
    }
    Err(Error::usage(format!("{option}: '{given}' is the name of a file, and a file needs an @ before its name"))
        .hint(format!("write {option} {}", write_shell_word(&format!("@{given}")))))
}

/// Whether bytes are one JSON value.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Reads the files of `--secret-file`.
pub(crate) fn read_secret_files(context: &Context, paths: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
    require_one_stdin(&paths.iter().map(Some).collect::<Vec<_>>())?;
    paths.iter().map(|path| Ok((path.clone(), read_input(context, path, SECRET_FILE_LIMIT, "secret file")?))).collect()
}

/// Asks before a file that holds something is written over; `force` and `--yes` say yes. Devices hold nothing.
pub(crate) fn confirm_overwrite(context: &Context, path: &Path, force: bool) -> Result<(), Error> {
    let holds = std::fs::metadata(context.resolve(path)).is_ok_and(|found| found.is_file() && found.len() > 0);
    if !holds || force || prompt::confirm(context, &format!("{} exists. Overwrite it?", path.display()))? {
        return Ok(());
    }
    Err(Error::usage(format!("{} exists and was left as it is", path.display())).hint("--force overwrites it"))
}

/// The operating system's words without their error number.
pub(crate) fn describe_io_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Refuses a command line that reads standard input for two things.
pub(crate) fn require_one_stdin(paths: &[Option<&PathBuf>]) -> Result<(), Error> {
    if paths.iter().flatten().filter(|path| path.as_path() == Path::new("-")).count() > 1 {
        return Err(Error::usage("standard input (-) can be used only once; put the other input in a file"));
    }
    Ok(())
}
