//! Settings: what the user wants, and where each wish came from.
//!
//! Option, then environment, then `referralloop.toml` found upward from the current folder, then the user
//! configuration, then the built-in value; one small function a layer. Handed a snapshot of the environment, it reads
//! files and nothing else of the process.

pub(crate) mod api;
pub(crate) mod atomic;
pub(crate) mod file;
pub(crate) mod keys;
pub(crate) mod secrets;

use crate::context::Environment;
use crate::protocol::api::ApiKeyError;
use crate::protocol::closest::{find_closest, is_slip};
use file::{ConfigFile, ConfigFileKind};
use keys::SettingKey;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Name of the project file.
pub(crate) const PROJECT_FILE: &str = "referralloop.toml";

/// The variable that says where a user's files are.
const HOME: &str = if cfg!(windows) { "APPDATA or LOCALAPPDATA" } else { "HOME" };

/// The variable that says where configuration is kept.
const CONFIG_FOLDER: &str = "XDG_CONFIG_HOME";

/// The profile of who names none.
const DEFAULT_PROFILE: &str = "default";

/// What is kept for a profile, one or the other, once it was used.
const KEPT_FILES: [&str; 2] = ["events.db", "development-secret"];

/// The variable that names the user configuration.
pub(crate) const CONFIG_VARIABLE: &str = "REFERRALLOOP_CONFIG";

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Neither a home folder nor an XDG folder is known.
    #[error("cannot find the home folder: {HOME} is not set")]
    NoHome,
    /// A file cannot be read.
    #[error("cannot read {}: {message}", path.display())]
    Unreadable {
        path: PathBuf,
        /// The operating system's words.
        message: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {message}", path.display())]
    Unwritable {
        path: PathBuf,
        /// The operating system's words.
        message: String,
    },
    /// A file is not TOML.
    #[error("{}{} is not valid TOML: {message}", path.display(), line.map(|n| format!(", line {n},")).unwrap_or_default())]
    Syntax {
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
        /// The parser's words.
        message: String,
    },
    /// A file has a setting that does not exist.
    #[error("{} has an unknown setting '{name}'", path.display())]
    UnknownKey {
        path: PathBuf,
        /// What it says.
        name: String,
        /// What it may have meant.
        nearest: Option<&'static str>,
    },
    /// A project file has a setting that it must not have.
    #[error("{} sets '{name}', which a project file cannot set", path.display())]
    NotInProject { path: PathBuf, name: &'static str },
    /// A value does not fit its setting.
    #[error("{}: {message}", format_place(origin, name))]
    Value {
        /// Where it came from.
        origin: String,
        name: String,
        /// What would fit.
        message: String,
    },
    /// There is no API key.
    #[error("there is no API key for profile {profile}")]
    NoKey { profile: String },
    /// An API key is none.
    #[error("{fault} ({origin})")]
    Key {
        /// Where it came from.
        origin: String,
        /// What is wrong with it.
        fault: ApiKeyError,
    },
    /// A live key would go to another place than its own, which was named for another key.
    #[error("the live API key from {key} would be sent to {url}, which comes from {origin}")]
    Astray {
        /// Where the key came from.
        key: String,
        /// Where it would go.
        url: String,
        /// Who says so.
        origin: String,
    },
    /// A live key would cross a network in clear text.
    #[error("the live API key from {key} would be sent to {url} in clear text")]
    ClearText {
        /// Where the key came from.
        key: String,
        /// Where it would go.
        url: String,
    },
    /// A secret is there and empty.
    #[error("the webhook secret from {origin} is empty")]
    EmptySecret {
        /// Where it came from.
        origin: String,
    },
}

/// An option or variable is named after its setting; a file has many.
fn format_place(origin: &str, name: &str) -> String {
    match origin.contains('/') {
        true => format!("{origin}: '{name}'"),
        false => origin.to_owned(),
    }
}

/// A value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SettingValue {
    pub value: String,
    /// Where it came from.
    pub origin: SettingOrigin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SettingOrigin {
    /// An option, by its name with the dashes.
    Option(&'static str),
    /// An environment variable, by its name.
    Environment(&'static str),
    /// The project file.
    Project(PathBuf),
    /// The user configuration.
    User(PathBuf),
    /// Built in.
    Default,
}

impl std::fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Option(name) | Self::Environment(name) => f.write_str(name),
            Self::Project(path) | Self::User(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// What the global options say about settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConfigOptions {
    pub profile: Option<String>,
    pub config: Option<PathBuf>,
    pub store: Option<PathBuf>,
    pub api_url: Option<String>,
}

/// The layers, loaded.
#[derive(Debug, Clone)]
pub(crate) struct ConfigSettings {
    /// The profile in use.
    pub profile: SettingValue,
    /// The user configuration; empty where there is no file.
    pub user: ConfigFile,
    /// The project file, where there is one.
    pub project: Option<ConfigFile>,
    options: ConfigOptions,
    environment: Environment,
}

/// Folders of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProfilePaths {
    /// Holds the development secret, the store and the list of running listeners.
    pub data: PathBuf,
}

impl ConfigSettings {
    /// Loads every layer. `directory` is where the search for a project file begins.
    pub(crate) fn load(
        options: ConfigOptions,
        environment: &Environment,
        directory: &Path,
    ) -> Result<Self, ConfigError> {
        let user_path = locate_user_file(&options, environment, directory);
        let user = match user_path {
            Ok(path) => ConfigFile::read(&path, ConfigFileKind::User)?,
            // Without a home there is no user configuration; only what needs the folder complains.
            Err(_) => ConfigFile::default(),
        };
        let project =
            find_project_file(directory).map(|path| ConfigFile::read(&path, ConfigFileKind::Project)).transpose()?;
        let mut settings = Self {
            profile: SettingValue { value: String::new(), origin: SettingOrigin::Default },
            user,
            project,
            options,
            environment: environment.clone(),
        };
        settings.profile = settings
            .get(SettingKey::Profile)?
            .unwrap_or(SettingValue { value: DEFAULT_PROFILE.into(), origin: SettingOrigin::Default });
        Ok(settings)
    }

    /// The value of a setting, from the first layer that has one. Never asked for a secret.
    pub(crate) fn get(&self, key: SettingKey) -> Result<Option<SettingValue>, ConfigError> {
        self.check_variable(key)?;
        let found = self
            .options_layer(key)
            .or_else(|| self.environment_layer(key))
            .or_else(|| self.project_layer(key))
            .or_else(|| self.user_layer(key))
            .or_else(|| default(key));
        let Some(found) = found else { return Ok(None) };
        key.check(&found.value).map_err(|message| ConfigError::Value {
            origin: found.origin.to_string(),
            name: key.name().into(),
            message,
        })?;
        Ok(Some(found))
    }

    /// A variable that is not text would otherwise be passed over in silence.
    fn check_variable(&self, key: SettingKey) -> Result<(), ConfigError> {
        let Some(variable) = key.spec().variable else { return Ok(()) };
        if self.environment.get(variable).is_none_or(|value| value.to_str().is_some()) {
            return Ok(());
        }
        let message = "the value is not valid UTF-8".to_owned();
        Err(ConfigError::Value { origin: variable.into(), name: key.name().into(), message })
    }

    fn options_layer(&self, key: SettingKey) -> Option<SettingValue> {
        let (value, name) = match key {
            SettingKey::Profile => (self.options.profile.clone()?, "--profile"),
            SettingKey::ApiUrl => (self.options.api_url.clone()?, "--api-url"),
            SettingKey::Store => (self.options.store.as_ref()?.to_string_lossy().into_owned(), "--store"),
            _ => return None,
        };
        Some(SettingValue { value, origin: SettingOrigin::Option(name) })
    }

    fn environment_layer(&self, key: SettingKey) -> Option<SettingValue> {
        let variable = key.spec().variable?;
        Some(SettingValue { value: self.environment.text(variable)?, origin: SettingOrigin::Environment(variable) })
    }

    fn project_layer(&self, key: SettingKey) -> Option<SettingValue> {
        let file = self.project.as_ref()?;
        Some(SettingValue { value: file.get(None, key)?.to_owned(), origin: SettingOrigin::Project(file.path.clone()) })
    }

    fn user_layer(&self, key: SettingKey) -> Option<SettingValue> {
        let profile = (key != SettingKey::Profile).then_some(self.profile.value.as_str());
        let value = self.user.get(profile, key)?.to_owned();
        Some(SettingValue { value, origin: SettingOrigin::User(self.user.path.clone()) })
    }

    /// The file that keeps this profile's events, and where that choice came from. Paths in options and variables
    /// are seen from `directory`.
    pub(crate) fn store(&self, directory: &Path) -> Result<(PathBuf, SettingOrigin), ConfigError> {
        if let Some(path) = &self.options.store {
            return Ok((directory.join(path), SettingOrigin::Option("--store")));
        }
        if let Some(path) = SettingKey::Store.spec().variable.and_then(|variable| self.environment.path(variable)) {
            return Ok((directory.join(path), SettingOrigin::Environment("REFERRALLOOP_STORE")));
        }
        match self.get(SettingKey::Store)? {
            Some(found) => Ok((directory.join(found.value), found.origin)),
            None => Ok((self.paths()?.data.join("events.db"), SettingOrigin::Default)),
        }
    }

    /// The profile that may have been meant, and all that there are, where the one in use is none of them: nothing is kept
    /// for it yet, so that every profile may be a new one.
    pub(crate) fn misspelt_profile(&self) -> Option<(String, Vec<String>)> {
        let mut known = self.find_kept_profiles();
        let given = &self.profile.value;
        if self.profile.origin == SettingOrigin::Default || known.contains(given) {
            return None;
        }
        known.insert(DEFAULT_PROFILE.into());
        let slips = known.iter().map(String::as_str).filter(|name| *name != given && is_slip(given, name));
        let meant = find_closest(given, slips)?.to_owned();
        Some((meant, known.into_iter().collect()))
    }

    /// Every profile that something is kept for, the one in use and the usual one among them.
    pub(crate) fn list_profiles(&self) -> BTreeSet<String> {
        let mut known = self.find_kept_profiles();
        known.extend([DEFAULT_PROFILE.to_owned(), self.profile.value.clone()]);
        known
    }

    fn find_kept_profiles(&self) -> BTreeSet<String> {
        let mut known: BTreeSet<String> = self.user.profiles().map(str::to_owned).collect();
        let kept = self.paths().ok().and_then(|paths| paths.data.parent()?.read_dir().ok());
        let is_profile = |folder: &Path| KEPT_FILES.iter().any(|file| folder.join(file).exists());
        let folders = kept.into_iter().flatten().flatten().filter(|entry| is_profile(&entry.path()));
        known.extend(folders.filter_map(|entry| entry.file_name().into_string().ok()));
        known
    }

    /// The folders of the profile in use.
    pub(crate) fn paths(&self) -> Result<ProfilePaths, ConfigError> {
        let base = folder(&self.environment, "XDG_DATA_HOME", ".local/share")?;
        Ok(ProfilePaths { data: base.join("referralloop").join(&self.profile.value) })
    }
}

fn default(key: SettingKey) -> Option<SettingValue> {
    key.spec().default.map(|value| SettingValue { value: value.to_owned(), origin: SettingOrigin::Default })
}

/// `--config`, else `REFERRALLOOP_CONFIG`, else the place of the XDG Base Directory Specification.
pub(crate) fn locate_user_file(
    options: &ConfigOptions,
    environment: &Environment,
    directory: &Path,
) -> Result<PathBuf, ConfigError> {
    if let Some(path) = options.config.clone().or_else(|| environment.path(CONFIG_VARIABLE)) {
        return Ok(directory.join(path));
    }
    Ok(folder(environment, CONFIG_FOLDER, ".config")?.join("referralloop").join("config.toml"))
}

/// Absolute paths only, as the XDG Base Directory Specification demands. Windows has folders of its own for that.
fn folder(environment: &Environment, variable: &str, below_home: &str) -> Result<PathBuf, ConfigError> {
    let absolute = |name| environment.path(name).filter(|path| path.is_absolute());
    let usual = || match cfg!(windows) {
        true => absolute(if variable == CONFIG_FOLDER { "APPDATA" } else { "LOCALAPPDATA" }),
        false => absolute("HOME").map(|home| home.join(below_home)),
    };
    absolute(variable).or_else(usual).ok_or(ConfigError::NoHome)
}

fn find_project_file(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|path| path.is_file())
}

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
