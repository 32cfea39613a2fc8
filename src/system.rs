//! What each system does in its own way: the shell, files that are their owner's alone, words of bytes, where programs are
//! looked for.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(unix)]
use std::time::{Duration, Instant};

/// Why a link is not written through: whoever can make one where a file is expected would have another one written.
pub(crate) const SYMBOLIC_LINK: &str = "it is a symbolic link; name the file itself";

/// Why a FIFO, a socket or a device is not taken for a file: reading one may never end, replacing one destroys it.
pub(crate) const NOT_ORDINARY: &str = "it is not an ordinary file";

/// Why nothing is written into a pipe.
#[cfg(unix)]
const UNREAD_PIPE: &str = "it is a pipe that nobody reads";

/// Time for a reader that is started at the same time.
#[cfg(unix)]
const READER_TIME: Duration = Duration::from_secs(1);

/// Makes folders that are their owner's alone; elsewhere than on POSIX they inherit what the folder above allows.
pub(crate) fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Opens a file for writing that is its owner's alone once it is made; whether it may be there says the caller.
pub(crate) fn private_file() -> OpenOptions {
    outlive_size_limit();
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens what may be a pipe for writing: where nobody reads it, that is an error rather than a wait without end. Whoever
/// starts its reader beside this program has a moment for it.
#[cfg(unix)]
pub(crate) fn open_read_pipe(options: &OpenOptions, path: &Path) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = options.clone();
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let since = Instant::now();
    loop {
        match options.open(path) {
            Ok(file) => {
                // Behind a reader that is slow there is a wait like any other.
                fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
                return Ok(file);
            }
            Err(error) if !is_unread_pipe(&error, path) => return Err(error),
            Err(_) if since.elapsed() >= READER_TIME => return Err(io::Error::other(UNREAD_PIPE)),
            Err(_) => std::thread::sleep(READER_TIME / 50),
        }
    }
}

/// Elsewhere pipes have no place among files.
#[cfg(not(unix))]
pub(crate) fn open_read_pipe(options: &OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

#[cfg(unix)]
fn is_unread_pipe(error: &io::Error, path: &Path) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) && is_pipe(path)
}

/// Whether a path leads to a pipe.
#[cfg(unix)]
pub(crate) fn is_pipe(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type()))
}

#[cfg(not(unix))]
pub(crate) fn is_pipe(_: &Path) -> bool {
    false
}

/// A file that reaches the limit of `ulimit -f` fails to grow, as on a full disk, instead of ending the process: a signal
/// that is handled does not kill. Once handled it stays so, and what is heard of it matters to nobody.
#[cfg(unix)]
pub(crate) fn outlive_size_limit() {
    use tokio::signal::unix::{SignalKind, signal};
    static HANDLED: std::sync::Once = std::sync::Once::new();
    HANDLED.call_once(|| {
        // SIGXFSZ, on Linux and on macOS.
        let handle = || drop(signal(SignalKind::from_raw(25)));
        if tokio::runtime::Handle::try_current().is_ok() {
            return handle();
        }
        let runtime =
            check_descriptors().and_then(|()| tokio::runtime::Builder::new_current_thread().enable_io().build());
        if let Ok(runtime) = runtime {
            let _entered = runtime.enter();
            handle();
        }
    });
}

#[cfg(not(unix))]
pub(crate) fn outlive_size_limit() {}

/// Whether there are file descriptors enough for a runtime: where there are not, the library ends the process.
#[cfg(unix)]
pub(crate) fn check_descriptors() -> std::io::Result<()> {
    use std::os::unix::net::UnixStream;
    let (first, second) = (UnixStream::pair()?, UnixStream::pair()?);
    drop((first, second));
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn check_descriptors() -> std::io::Result<()> {
    Ok(())
}

/// What others than its owner may do with a file, as in `0o644`; `None` where nothing, and where systems have no such mode.
#[cfg(unix)]
pub(crate) fn mode_for_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some(found.permissions().mode() & 0o777).filter(|mode| mode & 0o077 != 0)
}

/// Elsewhere a file has what its folder allows.
#[cfg(not(unix))]
pub(crate) fn mode_for_others(_: &Path) -> Option<u32> {
    None
}

/// A line of the user's own for the shell of the system.
#[cfg(unix)]
pub(crate) fn shell(line: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", line]);
    shell
}

/// A line of the user's own for the shell of the system, which takes it as it is written.
#[cfg(windows)]
pub(crate) fn shell(line: &str) -> Command {
    use std::os::windows::process::CommandExt;
    let mut shell = Command::new("cmd");
    shell.args(["/D", "/S", "/C"]).raw_arg(format!("\"{line}\""));
    shell
}

/// The words that run a line in the shell, for who starts a command by its words.
pub(crate) fn shell_words(line: String) -> Vec<String> {
    match cfg!(windows) {
        true => ["cmd", "/D", "/S", "/C"].map(str::to_owned).into_iter().chain([line]).collect(),
        false => vec!["/bin/sh".into(), "-c".into(), line],
    }
}

/// Bytes as a word for the system: any on POSIX, Unicode alone elsewhere.
pub(crate) fn os_word(bytes: Vec<u8>) -> OsString {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(bytes);
    #[cfg(not(unix))]
    return String::from_utf8_lossy(&bytes).into_owned().into();
}

/// The folders of a search path, in its order; an empty one is the current folder.
pub(crate) fn split_search_path(path: &OsStr) -> Vec<PathBuf> {
    let folders = std::env::split_paths(path);
    folders.map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }).collect()
}

/// The system and the processor, with the release of the kernel where that stands in a file.
pub(crate) fn describe_system() -> String {
    use std::env::consts::{ARCH, OS};
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{} on {ARCH}", format!("{OS} {}", release.trim()).trim_end())
}
