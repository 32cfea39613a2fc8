//! The log of a process, where its environment asks for one.

use super::build::{VERSION, list_build_facts};
use crate::context::{Context, StopSource};
use crate::error::Error;
use crate::logging::{self, FILE_VARIABLE, LEVEL_VARIABLE, LogFact};
use crate::system::{open_read_pipe, private_file};

/// Begins the log that `REFERRALLOOP_LOG` asks for. It is the process's: where the program runs within another one, a test
/// for instance, there is none.
///
/// # Errors
/// The level is none, or the file cannot be written.
pub(crate) fn start_log(context: &Context, command: &str) -> Result<(), Error> {
    let Some(name) = context.environment.text(LEVEL_VARIABLE).filter(|name| name != "off") else { return Ok(()) };
    let Some(level) = logging::parse_level(&name) else {
        return Err(Error::configuration(format!("{LEVEL_VARIABLE}: '{name}' is not a level"))
            .hint("use error, warn, info, debug or trace; off, or nothing, switches it off"));
    };
    if !matches!(context.signals, StopSource::Process) {
        return Ok(());
    }
    match context.environment.path(FILE_VARIABLE) {
        None => logging::start(level, context.stderr.clone()),
        Some(path) => {
            let path = context.resolve(&path);
            let file = open_read_pipe(private_file().append(true).create(true), &path);
            logging::start(level, file.map_err(|error| Error::unwritable(&path, error))?);
        }
    }
    let [commit, target, profile, ..] = list_build_facts();
    logging::note(
        "start",
        &[
            ("version", LogFact::Word(VERSION)),
            (commit.0, LogFact::Word(commit.1)),
            (target.0, LogFact::Word(target.1)),
            (profile.0, LogFact::Word(profile.1)),
            ("command", LogFact::Name(command)),
            ("pid", LogFact::Number(context.pid.into())),
        ],
    );
    Ok(())
}
