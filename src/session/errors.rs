//! What the edges' errors mean to a user: kind, sentence and hints. The one place that knows them all.

use crate::config::ConfigError;
use crate::config::keys::KEY_VARIABLE;
use crate::config::secrets::SECRET_VARIABLE;
use crate::context::SignalError;
use crate::error::{Error, ErrorCategory};
use crate::jq;
use crate::output::output_error::OutputError;
use crate::output::prompt::PromptError;
use crate::protocol::api::ApiKeyError;
use crate::protocol::attempt::AttemptOutcome;
use crate::store::{OpenError, ReadError};
use url::Url;

/// What to do where nobody answers at an endpoint.
pub(super) const START_ENDPOINT: &str = "start the endpoint first, and check the port and the path";

/// There is nobody at a URL that was to be tested or sent to.
pub(crate) fn explain_unreachable_endpoint(outcome: &AttemptOutcome, url: &Url) -> Error {
    Error::new(ErrorCategory::Network, outcome.explain_unreachable(url)).hint(START_ENDPOINT)
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let kind = match &error {
            ConfigError::EmptySecret { .. } => ErrorCategory::Usage,
            // An option that is wrong is the command line's fault, not the configuration's.
            ConfigError::Value { origin, .. } if origin.starts_with("--") => ErrorCategory::Usage,
            ConfigError::Unwritable { .. } => ErrorCategory::Machine,
            _ => ErrorCategory::Configuration,
        };
        let hints = explain_config_error(&error);
        hints.into_iter().fold(Error::from_source(kind, error), Error::hint)
    }
}

fn explain_config_error(error: &ConfigError) -> Vec<String> {
    let hints: &[&str] = match error {
        ConfigError::NoHome => &["set HOME, or name the configuration: --config FILE, or REFERRALLOOP_CONFIG"],
        ConfigError::Unwritable { .. } => &["name another configuration: --config FILE, or REFERRALLOOP_CONFIG"],
        ConfigError::UnknownKey { nearest: Some(name), .. } => return vec![format!("did you mean {name}?")],
        ConfigError::UnknownKey { .. } => &["list the settings with: referralloop config show"],
        ConfigError::NotInProject { .. } => {
            &["project files may come from strangers; put the setting in your own configuration: \
                referralloop config path"]
        }
        ConfigError::NoKey { .. } => &["store one with: referralloop login", "or set REFERRALLOOP_API_KEY"],
        ConfigError::Key { origin, fault: ApiKeyError::Empty } if origin == KEY_VARIABLE => {
            &["to use the key that login stored instead: unset REFERRALLOOP_API_KEY"]
        }
        ConfigError::Key { .. } => &["store another one with: referralloop login"],
        ConfigError::Astray { .. } => &[
            "to send it there anyway, give the URL with --api-url",
            "to use a sandbox, put its own key in REFERRALLOOP_API_KEY",
        ],
        ConfigError::ClearText { .. } => &["use https there; a sandbox takes a test key, which may go by http"],
        ConfigError::EmptySecret { origin } if origin == SECRET_VARIABLE => &[
            "anyone can sign with an empty secret, so it is refused",
            "to use the profile's secret instead: unset REFERRALLOOP_WEBHOOK_SECRET",
        ],
        ConfigError::EmptySecret { .. } => &["anyone can sign with an empty secret, so it is refused"],
        _ => &[],
    };
    hints.iter().map(|hint| (*hint).to_owned()).collect()
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        explain_open_error(error, "--store")
    }
}

/// A file that could not be opened; `option` is how another one is named.
pub(crate) fn explain_open_error(error: OpenError, option: &str) -> Error {
    let hint = match &error {
        OpenError::Foreign { .. } => Some(format!("choose another file with {option}")),
        OpenError::TooNew { .. } => {
            Some(format!("a newer referralloop wrote it: update this one, or choose another file with {option}"))
        }
        OpenError::Damaged { .. } => Some(format!("keep the file, and start a new one with {option}")),
        OpenError::ReadOnly { .. } => Some(format!("choose a writable place with {option}")),
        OpenError::Locked { .. } => {
            Some(format!("another program is using it; close that one, or choose another file with {option}"))
        }
        OpenError::Unopenable { .. } => Some(format!("choose another place with {option}")),
        _ => None,
    };
    hint.into_iter().fold(Error::from_source(ErrorCategory::Machine, error), Error::hint)
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::from_source(ErrorCategory::Machine, error)
    }
}

impl From<jq::JqError> for Error {
    fn from(fault: jq::JqError) -> Self {
        let hint = match fault {
            jq::JqError::Syntax { .. } => "write one like '.data.position < 10'; the body is the input",
            jq::JqError::TooSlow => "it may never end; each body is given one second",
        };
        Self::from_source(ErrorCategory::Usage, fault).hint(hint)
    }
}

impl From<SignalError> for Error {
    fn from(error: SignalError) -> Self {
        Self::from_source(ErrorCategory::Machine, error)
    }
}

impl From<PromptError> for Error {
    fn from(error: PromptError) -> Self {
        let kind = if error.is_refusal() { ErrorCategory::Interrupted } else { ErrorCategory::Machine };
        Self::from_source(kind, error)
    }
}

/// Failing to write to standard output: silent when the reader is gone, otherwise told.
impl From<OutputError> for Error {
    fn from(error: OutputError) -> Self {
        let kind = match error {
            OutputError::Closed(_) => ErrorCategory::Closed,
            OutputError::Unwritable(_) | OutputError::Unstartable(_) => ErrorCategory::Machine,
        };
        Self::from_source(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn output_that_nobody_reads_is_no_error_to_speak_of() {
        let kind = |cause: io::ErrorKind| Error::from(OutputError::from(io::Error::from(cause))).kind;
        assert_eq!(kind(io::ErrorKind::BrokenPipe), ErrorCategory::Closed);
        assert_eq!(kind(io::ErrorKind::StorageFull), ErrorCategory::Machine);
    }
}
