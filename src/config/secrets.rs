//! Where webhook secrets come from: a file, the environment, the user configuration, or the development secret that
//! is made once for each profile so that `listen` and `trigger` agree without any setup.

use super::{ConfigError, ConfigSettings, atomic};
use crate::config::keys::{KEY_VARIABLE, SettingKey};
use crate::context::{EntropySource, Environment};
use crate::protocol::signature::Secret;
use base64::Engine;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Largest secret file, in bytes. A bigger one is not a secret but a mistake.
pub(crate) const SECRET_FILE_LIMIT: u64 = 64 * 1024;

/// Environment variable that holds the webhook secret.
pub(crate) const SECRET_VARIABLE: &str = "REFERRALLOOP_WEBHOOK_SECRET";

/// What secrets made here begin with, so that one on a command line is recognised.
pub(crate) const SECRET_PREFIX: &str = "rlsec_";

/// Secrets and where they came from.
#[derive(Debug, Clone)]
pub(crate) struct WebhookSecrets {
    /// At least one; the first signs, all verify.
    pub all: Vec<Secret>,
    /// Where they came from.
    pub origin: SecretOrigin,
}

/// Where a secret came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretOrigin {
    /// Files named with `--secret-file`.
    Files(Vec<PathBuf>),
    /// The environment variable.
    Environment,
    /// The user configuration.
    User(PathBuf),
    /// Made by this program for the profile.
    Development(PathBuf),
    /// Made by this program for one run.
    Fresh,
}

impl SecretOrigin {
    /// Whether the user chose the secret, rather than this program.
    pub(crate) fn is_user_chosen(&self) -> bool {
        !matches!(self, Self::Development(_) | Self::Fresh)
    }

    /// A few words for the banner.
    pub(crate) fn describe(&self, profile: &str) -> String {
        match self {
            Self::Files(paths) => paths.iter().map(|path| named(path)).collect::<Vec<_>>().join(", "),
            Self::Environment => SECRET_VARIABLE.to_owned(),
            Self::User(_) => format!("configured (profile {profile})"),
            Self::Development(_) => format!("development (profile {profile})"),
            Self::Fresh => "made for this run".to_owned(),
        }
    }
}

impl WebhookSecrets {
    /// The secret that signs: the first.
    pub(crate) fn signing(&self) -> &Secret {
        &self.all[0]
    }
}

/// A secret file as it is spoken of.
fn named(path: &Path) -> String {
    if path == Path::new("-") { "standard input".into() } else { path.display().to_string() }
}

/// Secrets given as files, already read: their paths and contents.
pub(crate) fn parse_secret_files(files: Vec<(PathBuf, Vec<u8>)>) -> Result<WebhookSecrets, ConfigError> {
    let mut all = Vec::with_capacity(files.len());
    let mut paths = Vec::with_capacity(files.len());
    for (path, contents) in files {
        let secret =
            Secret::from_file_contents(&contents).map_err(|_| ConfigError::EmptySecret { origin: named(&path) })?;
        all.push(secret);
        paths.push(path);
    }
    Ok(WebhookSecrets { all, origin: SecretOrigin::Files(paths) })
}

/// The secret of the profile: environment, else user configuration, else the development secret, which is made now
/// if this is the first time.
pub(crate) fn load_profile_secrets(
    settings: &ConfigSettings,
    environment: &Environment,
    entropy: &EntropySource,
) -> Result<WebhookSecrets, ConfigError> {
    if let Some(secrets) = find_user_secret(settings, environment)? {
        return Ok(secrets);
    }
    let path = settings.paths()?.data.join("development-secret");
    let secret = read_development_secret(&path, entropy)?;
    Ok(WebhookSecrets { all: vec![secret], origin: SecretOrigin::Development(path) })
}

/// A secret of the moment, kept nowhere.
pub(crate) fn generate_run_secret(entropy: &EntropySource) -> WebhookSecrets {
    WebhookSecrets { all: vec![generate_secret(entropy)], origin: SecretOrigin::Fresh }
}

/// The secret that the user set, where there is one.
pub(crate) fn find_user_secret(
    settings: &ConfigSettings,
    environment: &Environment,
) -> Result<Option<WebhookSecrets>, ConfigError> {
    // Set but empty is how a missing CI secret looks. Falling back to another one would hide it.
    if environment.is_set(SECRET_VARIABLE) {
        let value = environment.get(SECRET_VARIABLE).map(|value| value.as_encoded_bytes().to_vec()).unwrap_or_default();
        let secret = Secret::new(value).map_err(|_| ConfigError::EmptySecret { origin: SECRET_VARIABLE.into() })?;
        return Ok(Some(WebhookSecrets { all: vec![secret], origin: SecretOrigin::Environment }));
    }
    let Some(text) = settings.user.get(Some(&settings.profile.value), SettingKey::WebhookSecret) else {
        return Ok(None);
    };
    let path = settings.user.path.clone();
    let secret = Secret::new(text).map_err(|_| ConfigError::EmptySecret { origin: path.display().to_string() })?;
    Ok(Some(WebhookSecrets { all: vec![secret], origin: SecretOrigin::User(path) }))
}

/// Reads the development secret, making it first where there is none. Two processes that start at once agree.
fn read_development_secret(path: &Path, entropy: &EntropySource) -> Result<Secret, ConfigError> {
    let unwritable =
        |error: std::io::Error| ConfigError::Unwritable { path: path.to_owned(), message: error.to_string() };
    let read = || std::fs::read(path);
    let contents = match read() {
        Ok(contents) => contents,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut line = generate_secret(entropy).expose().to_vec();
            line.push(b'\n');
            atomic::create(path, &line).map_err(unwritable)?;
            read().map_err(|error| ConfigError::Unreadable { path: path.to_owned(), message: error.to_string() })?
        }
        Err(error) => return Err(ConfigError::Unreadable { path: path.to_owned(), message: error.to_string() }),
    };
    Secret::from_file_contents(&contents).map_err(|_| ConfigError::EmptySecret { origin: path.display().to_string() })
}

/// Every other secret that is kept here, with where it is from in words that follow "the secret": those of all
/// profiles, configured and made for development, and the API keys. What cannot be read is left out: this is for explaining, never for
/// accepting.
pub(crate) fn list_known_secrets(settings: &ConfigSettings, environment: &Environment) -> Vec<(String, Secret)> {
    let mut kept = Vec::new();
    if let Some(value) = environment.get(SECRET_VARIABLE) {
        kept.push((format!("in {SECRET_VARIABLE}"), value.as_encoded_bytes().to_vec()));
    }
    let user = &settings.user;
    kept.extend(user.get(None, SettingKey::WebhookSecret).map(|text| ("configured".to_owned(), text.into())));
    for profile in user.profiles() {
        let text = user.get(Some(profile), SettingKey::WebhookSecret);
        kept.extend(text.map(|text| (format!("of profile {profile}"), text.into())));
    }
    for (profile, contents) in development_secrets(settings) {
        let line = Secret::from_file_contents(&contents).map(|secret| secret.expose().to_vec());
        kept.extend(line.into_iter().map(|line| (format!("made for development (profile {profile})"), line)));
    }
    // Many take the API key for the webhook's secret.
    kept.extend(
        environment
            .get(KEY_VARIABLE)
            .map(|key| (format!("that is the API key in {KEY_VARIABLE}"), key.as_encoded_bytes().to_vec())),
    );
    for profile in std::iter::once(None).chain(user.profiles().map(Some)) {
        let text = user.get(profile, SettingKey::ApiKey);
        kept.extend(
            text.map(|text| (format!("that is the API key of profile {}", profile.unwrap_or("default")), text.into())),
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    kept.retain(|(_, bytes)| seen.insert(bytes.clone()));
    kept.into_iter().filter_map(|(origin, bytes)| Some((origin, Secret::new(bytes).ok()?))).collect()
}

/// All secrets and API keys that are kept here or in the environment, of every profile: what is never to be printed.
pub(crate) fn list_hidden(settings: &ConfigSettings, environment: &Environment) -> Vec<Secret> {
    let given = list_environment_secrets(environment).into_iter();
    let known = list_known_secrets(settings, environment).into_iter().map(|(_, secret)| secret);
    known.chain(given).collect()
}

/// Passwords in URLs of the command line, which is refused and may be repeated for it, and in those of proxies.
pub(crate) fn list_url_passwords(arguments: &[OsString], environment: &Environment) -> Vec<Secret> {
    const PROXIES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let proxies = PROXIES.into_iter().filter_map(|name| environment.get(name).map(|value| value.to_string_lossy()));
    let words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    words.chain(proxies).flat_map(|word| find_passwords(&word)).collect()
}

/// What stands before the `@` of each authority, behind its colon where it has one.
fn find_passwords(text: &str) -> Vec<Secret> {
    let authorities = text.split("://").skip(1).map(|rest| rest.split(['/', '?', '#', ' ']).next().unwrap_or_default());
    let users = authorities.filter_map(|authority| authority.rsplit_once('@').map(|(user, _)| user));
    users.filter_map(|user| Secret::new(user.split_once(':').map_or(user, |(_, password)| password)).ok()).collect()
}

/// What the environment has of them.
pub(crate) fn list_environment_secrets(environment: &Environment) -> Vec<Secret> {
    let values = [SECRET_VARIABLE, KEY_VARIABLE].into_iter().filter_map(|name| environment.get(name));
    values.filter_map(|value| Secret::new(value.as_encoded_bytes()).ok()).collect()
}

/// The development secrets of all profiles, by name.
fn development_secrets(settings: &ConfigSettings) -> Vec<(String, Vec<u8>)> {
    let folder = settings.paths().ok().and_then(|paths| std::fs::read_dir(paths.data.parent()?).ok());
    let mut secrets: Vec<_> = folder
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((name, std::fs::read(entry.path().join("development-secret")).ok()?))
        })
        .take(64)
        .collect();
    secrets.sort();
    secrets
}

/// A fresh secret: 32 random bytes in base64url behind a recognisable prefix.
pub(crate) fn generate_secret(entropy: &EntropySource) -> Secret {
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    entropy(&mut *bytes);
    let text = format!("{SECRET_PREFIX}{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(*bytes));
    Secret::new(text).unwrap_or_else(|_| unreachable!("a prefix is not empty"))
}
