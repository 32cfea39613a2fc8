//! The layers of settings, and what each of them may say.

use super::file::{ConfigFileKind, write_setting};
use super::secrets::{SecretOrigin, load_profile_secrets};
use super::*;
use crate::context::EntropySource;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tempfile::TempDir;

struct TestHome {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl TestHome {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().display().to_string();
        Self { folder, environment: vec![("HOME", home)] }
    }

    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn user(self, text: &str) -> Self {
        self.write(".config/referralloop/config.toml", text);
        self
    }

    fn project(self, text: &str) -> Self {
        self.write("work/referralloop.toml", text);
        self
    }

    fn environment(&self) -> Environment {
        self.environment.iter().map(|(name, value)| (name, value)).collect()
    }

    fn load(&self, options: ConfigOptions) -> Result<ConfigSettings, ConfigError> {
        let directory = self.folder.path().join("work/deep/inside");
        std::fs::create_dir_all(&directory).unwrap();
        ConfigSettings::load(options, &self.environment(), &directory)
    }

    fn get(&self, key: SettingKey) -> (String, String) {
        let found = self.load(ConfigOptions::default()).unwrap().get(key).unwrap().unwrap();
        (found.value, found.origin.to_string())
    }
}

fn entropy() -> EntropySource {
    Arc::new(|buffer| buffer.fill(7))
}

#[test]
fn the_nearest_layer_wins() {
    let home = TestHome::new();
    assert_eq!(home.get(SettingKey::Port), ("4242".into(), "default".into()));
    let home = home.user("port = 5000\n[profiles.default]\nport = 5001\n");
    assert_eq!(home.get(SettingKey::Port).0, "5001");
    let home = home.project("port = 6000\n");
    let (value, origin) = home.get(SettingKey::Port);
    assert_eq!(value, "6000");
    assert!(origin.ends_with("work/referralloop.toml"), "{origin}");
}

#[test]
fn options_beat_variables_and_variables_beat_files() {
    let home = TestHome::new().user("profile = \"one\"\n").variable("REFERRALLOOP_PROFILE", "two");
    assert_eq!(home.load(ConfigOptions::default()).unwrap().profile.value, "two");
    let options = ConfigOptions { profile: Some("three".into()), ..ConfigOptions::default() };
    let settings = home.load(options).unwrap();
    assert_eq!((settings.profile.value, settings.profile.origin), ("three".into(), SettingOrigin::Option("--profile")));
}

#[test]
fn profiles_have_stores_of_their_own() {
    let store = |profile: &str| {
        let options = ConfigOptions { profile: Some(profile.into()), ..ConfigOptions::default() };
        TestHome::new().load(options).unwrap().store(Path::new("/")).unwrap().0
    };
    assert!(store("a").ends_with(".local/share/referralloop/a/events.db"));
    assert!(store("b").ends_with(".local/share/referralloop/b/events.db"));
}

#[test]
fn a_project_file_can_name_no_secret_and_open_no_door() {
    for name in ["webhook_secret", "bind", "store", "profile"] {
        let home = TestHome::new().project(&format!("{name} = \"x\"\n"));
        assert!(matches!(home.load(ConfigOptions::default()), Err(ConfigError::NotInProject { .. })), "{name}");
    }
}

#[test]
fn broken_files_are_told_with_their_place() {
    let told = |text: &str| TestHome::new().project(text).load(ConfigOptions::default()).unwrap_err().to_string();
    assert!(told("port = \n").contains("line 1, is not valid TOML"), "{}", told("port = \n"));
    assert!(told("prot = 1\n").contains("unknown setting 'prot'"));
    assert!(told("port = 70000\n").contains("'port': a port is a number from 0 to 65535"));
    assert!(told("port = true\n").contains("'port': must be a string"));
    assert!(told("[profiles.x]\nport = 1\n").contains("unknown setting 'profiles'"));
}

#[test]
fn changing_keeps_comments_and_other_settings() {
    let home = TestHome::new();
    let path = home.write("c.toml", "# mine\nport = 1 # here\n\n[profiles.a]\nevents = \"all\"\n");
    write_setting(&path, Some("a"), SettingKey::Port, Some("2")).unwrap();
    write_setting(&path, Some("b"), SettingKey::Waitlist, Some("w")).unwrap();
    write_setting(&path, Some("a"), SettingKey::Events, None).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# mine\nport = 1 # here\n"), "{text}");
    let file = ConfigFile::read(&path, ConfigFileKind::User).unwrap();
    assert_eq!((file.get(Some("a"), SettingKey::Port), file.get(None, SettingKey::Port)), (Some("2"), Some("1")));
    assert_eq!((file.get(Some("b"), SettingKey::Waitlist), file.get(Some("a"), SettingKey::Events)), (Some("w"), None));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_development_secret_is_made_once_and_for_its_owner() {
    let home = TestHome::new();
    let settings = home.load(ConfigOptions::default()).unwrap();
    let first = load_profile_secrets(&settings, &home.environment(), &entropy()).unwrap();
    let again: EntropySource = Arc::new(|buffer| buffer.fill(8));
    let second = load_profile_secrets(&settings, &home.environment(), &again).unwrap();
    assert_eq!(first.signing().expose(), second.signing().expose());
    let SecretOrigin::Development(path) = first.origin else { panic!("not the development secret") };
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_empty_secret_is_never_replaced_by_another() {
    let home = TestHome::new().variable("REFERRALLOOP_WEBHOOK_SECRET", "");
    let settings = home.load(ConfigOptions::default()).unwrap();
    let error = load_profile_secrets(&settings, &home.environment(), &entropy()).unwrap_err();
    assert_eq!(error, ConfigError::EmptySecret { origin: "REFERRALLOOP_WEBHOOK_SECRET".into() });
}

#[test]
fn secrets_go_by_variable_then_configuration() {
    let home = TestHome::new().user("[profiles.default]\nwebhook_secret = \"from the file\"\n");
    let settings = home.load(ConfigOptions::default()).unwrap();
    let secret = |environment: &Environment| {
        load_profile_secrets(&settings, environment, &entropy()).unwrap().signing().expose().to_vec()
    };
    assert_eq!(secret(&home.environment()), b"from the file");
    let both = TestHome::new().variable("REFERRALLOOP_WEBHOOK_SECRET", "from the variable");
    assert_eq!(secret(&both.environment()), b"from the variable");
}

#[test]
fn without_a_home_only_what_needs_one_complains() {
    let settings = ConfigSettings::load(ConfigOptions::default(), &Environment::default(), Path::new("/")).unwrap();
    assert_eq!(settings.get(SettingKey::Port).unwrap().unwrap().value, "4242");
    assert_eq!(settings.paths(), Err(ConfigError::NoHome));
}
