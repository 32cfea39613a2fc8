//! One configuration file: read, checked against the catalogue, or changed in place with its comments kept.

use super::keys::SettingKey;
use super::{ConfigError, PROJECT_FILE, atomic};
use crate::system::NOT_ORDINARY;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table, Value};

/// Which kind of file it is: that decides what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigFileKind {
    /// `referralloop.toml` in a project: settings for everybody who works there, no profiles, no secrets.
    Project,
    /// The user's own file: settings at the top, and per profile under `[profiles.NAME]`.
    User,
}

/// Where an editor finds what may stand in a project's file.
const EDITOR_HINT: &str = concat!(
    "#:schema ",
    env!("CARGO_PKG_REPOSITORY"),
    "/raw/v",
    env!("CARGO_PKG_VERSION"),
    "/docs/schemas/referralloop.json\n"
);

/// The values of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConfigFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    top: BTreeMap<SettingKey, String>,
    profiles: BTreeMap<String, BTreeMap<SettingKey, String>>,
}

impl ConfigFile {
    /// Reads a file; one that does not exist is an empty one.
    pub(crate) fn read(path: &Path, kind: ConfigFileKind) -> Result<Self, ConfigError> {
        let Some(document) = parse(path)? else {
            return Ok(Self { path: path.to_owned(), ..Self::default() });
        };
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        for (name, item) in document.iter() {
            match (name, item.as_table_like()) {
                ("profiles", Some(profiles)) if kind == ConfigFileKind::User => {
                    for (profile, table) in profiles.iter() {
                        SettingKey::Profile.check(profile).map_err(|message| file.wrong(profile, message))?;
                        let table =
                            table.as_table_like().ok_or_else(|| file.wrong(profile, "is not a table".into()))?;
                        let values = table.iter().map(|(name, item)| file.value(kind, true, name, item));
                        let values = values.collect::<Result<_, _>>()?;
                        file.profiles.insert(profile.to_owned(), values);
                    }
                }
                ("profiles", None) if kind == ConfigFileKind::User => {
                    return Err(file.wrong(name, "must be a table, like [profiles.staging]".into()));
                }
                _ => {
                    let (key, value) = file.value(kind, false, name, item)?;
                    file.top.insert(key, value);
                }
            }
        }
        Ok(file)
    }

    /// A setting of a profile, else the one at the top.
    pub(crate) fn get(&self, profile: Option<&str>, key: SettingKey) -> Option<&str> {
        let own = profile.and_then(|name| self.profiles.get(name)).and_then(|values| values.get(&key));
        own.or_else(|| self.top.get(&key)).map(String::as_str)
    }

    /// Whether it keeps a key or a secret, of whatever profile.
    pub(crate) fn holds_secrets(&self) -> bool {
        let is_kept = |(key, value): (&SettingKey, &String)| key.is_secret() && !value.is_empty();
        self.profiles.values().chain([&self.top]).any(|values| values.iter().any(is_kept))
    }

    /// Whether a profile has a setting of its own.
    pub(crate) fn has_own(&self, profile: &str, key: SettingKey) -> bool {
        self.profiles.get(profile).is_some_and(|values| values.contains_key(&key))
    }

    pub(crate) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    fn value(
        &self,
        kind: ConfigFileKind,
        in_profile: bool,
        name: &str,
        item: &Item,
    ) -> Result<(SettingKey, String), ConfigError> {
        let key = SettingKey::parse(name).ok_or_else(|| ConfigError::UnknownKey {
            path: self.path.clone(),
            name: name.to_owned(),
            nearest: SettingKey::nearest(name),
        })?;
        if kind == ConfigFileKind::Project && !key.spec().in_project {
            return Err(ConfigError::NotInProject { path: self.path.clone(), name: key.name() });
        }
        if in_profile && key.spec().top_only {
            return Err(self.wrong(name, "cannot be set inside a profile".into()));
        }
        let text = item
            .as_value()
            .and_then(as_text)
            .ok_or_else(|| self.wrong(name, "must be a string, a whole number or a list of strings".into()))?;
        key.check(&text).map_err(|message| self.wrong(name, message))?;
        Ok((key, text))
    }

    fn wrong(&self, name: &str, message: String) -> ConfigError {
        ConfigError::Value { origin: self.path.display().to_string(), name: name.to_owned(), message }
    }
}

/// Numbers are taken for their text, lists of texts for a comma separated text.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Array(list) => list.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|texts| texts.join(",")),
        _ => None,
    }
}

/// Reads a file. A FIFO might never answer, a device never end.
fn read_ordinary(path: &Path) -> io::Result<String> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() && !found.is_dir() {
        return Err(io::Error::other(NOT_ORDINARY));
    }
    std::fs::read_to_string(path)
}

fn parse(path: &Path) -> Result<Option<DocumentMut>, ConfigError> {
    let text = match read_ordinary(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ConfigError::Unreadable { path: path.to_owned(), message: error.to_string() }),
    };
    text.parse::<DocumentMut>().map(Some).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: error.span().map(|span| text[..span.start.min(text.len())].lines().count().max(1)),
        message: error.message().lines().collect::<Vec<_>>().join(", "),
    })
}

/// Sets or removes one setting and writes the file back, 0600 and at once. Comments and order are kept.
pub(crate) fn write_setting(
    path: &Path,
    profile: Option<&str>,
    key: SettingKey,
    value: Option<&str>,
) -> Result<(), ConfigError> {
    write_settings(path, profile, &[(key, value)])
}

/// The same for several settings that must change together.
pub(crate) fn write_settings(
    path: &Path,
    profile: Option<&str>,
    changes: &[(SettingKey, Option<&str>)],
) -> Result<(), ConfigError> {
    let found = parse(path)?;
    let is_new = found.is_none();
    let mut document = found.unwrap_or_default();
    for (key, value) in changes {
        let table = match profile {
            Some(name) if !key.spec().top_only => profile_table(&mut document, name),
            _ => Some(document.as_table_mut()),
        };
        let Some(table) = table else {
            return Err(ConfigError::Syntax {
                path: path.to_owned(),
                line: None,
                message: "profiles is not a table".into(),
            });
        };
        match value {
            Some(text) => table[key.name()] = toml_edit::value(*text),
            None => drop(table.remove(key.name())),
        }
    }
    let text = document.to_string();
    // Its owner may have taken the hint out again: only a file that is made gets it.
    let hint = if is_new && path.ends_with(PROJECT_FILE) { EDITOR_HINT } else { "" };
    atomic::write(path, format!("{hint}{text}").as_bytes())
        .map_err(|error| ConfigError::Unwritable { path: path.to_owned(), message: error.to_string() })
}

fn profile_table<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut Table> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    let profiles = document.entry("profiles").or_insert_with(implicit).as_table_mut()?;
    profiles.entry(name).or_insert_with(toml_edit::table).as_table_mut()
}
