//! This program once more, between a listener and a tunnel's program: it starts that one, and ends it with everything
//! that it started as soon as the listener is gone.
//!
//! A process that is killed can do nothing for its children. But the system closes its pipes: whoever reads one of them
//! knows then.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::supervise;
#[cfg(windows)]
pub(crate) use windows::supervise;

use super::SUPERVISE;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read};
use tokio::sync::oneshot;

/// The command line that is to be supervised, where a command line asks for that.
pub(crate) fn parse_supervised_command(arguments: &[OsString]) -> Option<&[OsString]> {
    match arguments {
        [_, word, command @ ..] if word == SUPERVISE && !command.is_empty() => Some(command),
        _ => None,
    }
}

/// Ready when there is nothing more to be read.
fn watch_lifeline(mut lifeline: impl Read + Send + 'static) -> io::Result<oneshot::Receiver<()>> {
    let (sender, gone) = oneshot::channel::<()>();
    std::thread::Builder::new().name("lifeline".into()).spawn(move || {
        let _sender = sender;
        let mut buffer = [0; 64];
        loop {
            match lifeline.read(&mut buffer) {
                Ok(1..) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => return,
            }
        }
    })?;
    Ok(gone)
}
