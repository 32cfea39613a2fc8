//! What the edges' errors mean to a user: kind, sentence and hints. The one place that knows them all.

use crate::config::ConfigError;
use crate::error::{Error, ErrorCategory};
use crate::jq;
use crate::store::{OpenError, ReadError};

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let kind = match &error {
            ConfigError::EmptySecret { .. } => ErrorCategory::Usage,
            // An option that is wrong is the command line's fault, not the configuration's.
            ConfigError::Value { origin, .. } if origin.starts_with("--") => ErrorCategory::Usage,
            ConfigError::Unwritable { .. } => ErrorCategory::Machine,
            _ => ErrorCategory::Configuration,
        };
        let told = Error::new(kind, error.to_string());
        match error {
            ConfigError::NoHome => told.hint("set HOME, or name the files with --config and --store"),
            ConfigError::UnknownKey { nearest: Some(name), .. } => told.hint(format!("did you mean {name}?")),
            ConfigError::UnknownKey { .. } => told.hint("referralloop config show   lists the settings"),
            ConfigError::NotInProject { .. } => told.hint(
                "project files may come from strangers; put the setting in your own configuration: \
                    referralloop config path",
            ),
            ConfigError::NoKey { .. } => {
                told.hint("store one with: referralloop login").hint("or set REFERRALLOOP_API_KEY")
            }
            ConfigError::Key { .. } => told.hint("store another one with: referralloop login"),
            ConfigError::Astray { .. } => told
                .hint("to send it there anyway, give the URL with --api-url")
                .hint("to use a sandbox, put its own key in REFERRALLOOP_API_KEY"),
            ConfigError::EmptySecret { .. } => told.hint("anyone can sign with an empty secret, so it is refused"),
            _ => told,
        }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        explain_open_error(error, "--store")
    }
}

/// A file that could not be opened; `option` is how another one is named.
pub(crate) fn explain_open_error(error: OpenError, option: &str) -> Error {
    let told = Error::machine(error.to_string());
    match error {
        OpenError::Foreign { .. } => told.hint(format!("choose another file with {option}")),
        OpenError::TooNew { .. } => {
            told.hint(format!("a newer referralloop wrote it: update this one, or choose another file with {option}"))
        }
        OpenError::Damaged { .. } => told.hint(format!("keep the file, and start a new one with {option}")),
        OpenError::ReadOnly { .. } => told.hint(format!("choose a writable place with {option}")),
        OpenError::Locked { .. } => {
            told.hint(format!("another program is using it; close that one, or choose another file with {option}"))
        }
        _ => told,
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::machine(error.to_string())
    }
}

impl From<jq::JqError> for Error {
    fn from(fault: jq::JqError) -> Self {
        let told = Self::usage(fault.to_string());
        match fault {
            jq::JqError::Syntax(_) => told.hint("the body is the input: .event_type, .data.email, .data.position …"),
            jq::JqError::TooSlow => told.hint("it may never end; each body is given one second"),
        }
    }
}
