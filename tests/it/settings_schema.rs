//! The schemas of the configuration files, by a validator of another make: what the program takes is valid, what it refuses is
//! not, and a file that it makes names its schema for editors.

use crate::support::{INSTALL, Scene, note_skipped};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether the validator finds each file valid; `None` where there is no validator.
fn validate(schema: &str, files: &[PathBuf]) -> Option<Vec<bool>> {
    let python = Command::new("python3").args(["-c", "import jsonschema, tomllib"]).stderr(Stdio::null()).status();
    if !python.is_ok_and(|status| status.success()) {
        note_skipped("jsonschema", INSTALL);
        return None;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut line = Command::new("python3");
    line.arg(root.join("tests/counterparts/settings.py")).arg(root.join("docs/schemas").join(schema)).args(files);
    let output = line.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().count(), files.len(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    Some(told.lines().map(|line| line.starts_with("valid ")).collect())
}

#[test]
fn a_project_file_that_is_made_names_its_schema_and_obeys_it() {
    let scene = Scene::new();
    scene.run(["config", "set", "--project", "port", "4300"]).code(0);
    scene.run(["config", "set", "--project", "forward_to", "3000/webhooks"]).code(0);
    scene.run(["config", "set", "--project", "events", "created,deleted"]).code(0);
    let path = scene.folder().join("referralloop.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let hint = format!(
        "#:schema {}/raw/v{}/docs/schemas/referralloop.json\n",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION")
    );
    assert!(text.starts_with(&hint) && text.matches("#:schema").count() == 1, "{text}");
    let schema = include_str!("../../docs/schemas/referralloop.json");
    assert!(schema.contains(hint.trim_start_matches("#:schema ").trim_end()), "it is where the hint says");
    // A file that is there already is its owner's.
    let own = scene.write("own/referralloop.toml", "# ours\nport = 1\n");
    scene.with(["config", "set", "--project", "port", "2"]).within(own.parent().unwrap().into()).output().code(0);
    assert_eq!(std::fs::read_to_string(&own).unwrap(), "# ours\nport = \"2\"\n");
    // Nor does the user's configuration get one for a project.
    scene.run(["config", "set", "port", "4301"]).code(0);
    assert!(!std::fs::read_to_string(scene.config()).unwrap().contains("#:schema"));
    if let Some(valid) = validate("referralloop.json", &[path, own]) {
        assert_eq!(valid, [true, true]);
    }
    if let Some(valid) = validate("config.json", &[scene.config()]) {
        assert_eq!(valid, [true]);
    }
}

#[test]
fn program_and_schema_refuse_the_same() {
    let cases = [
        ("port = 4242\n", true),
        ("port = \"4242\"\npath = \"/hooks\"\nto = \"3000\"\nwaitlist = \"w\"\n", true),
        ("events = [\"created\", \"deleted\"]\n", true),
        ("forward_to = \"created=3000/new\"\n", true),
        ("", true),
        ("port = 65536\n", false),
        ("port = -1\n", false),
        ("port = \"x\"\n", false),
        ("port = true\n", false),
        ("port = 1.5\n", false),
        ("path = \"\"\n", false),
        ("to = \"\"\n", false),
        ("events = [1]\n", false),
        ("prot = 1\n", false),
        ("profile = \"x\"\n", false),
        ("bind = \"0.0.0.0\"\n", false),
        ("webhook_secret = \"x\"\n", false),
        ("api_url = \"https://example.com\"\n", false),
        ("[profiles.a]\nport = 1\n", false),
        ("waitlist = { id = \"w\" }\n", false),
    ];
    let scene = Scene::new();
    let mut files = Vec::new();
    for (number, (text, good)) in cases.iter().enumerate() {
        let file = scene.write(format!("{number}/referralloop.toml"), text);
        let taken = scene.with(["config", "show"]).within(file.parent().unwrap().into()).output();
        assert_eq!(taken.code == Some(0), *good, "{text}: {taken}");
        files.push(file);
    }
    if let Some(valid) = validate("referralloop.json", &files) {
        for ((text, good), valid) in cases.iter().zip(valid) {
            assert_eq!(valid, *good, "{text}");
        }
    }
}

#[test]
fn what_is_kept_may_be_a_number_or_a_text() {
    let scene = Scene::new();
    let cases = [
        ("keep_events = 10000\n", true),
        ("keep_events = \"10,000\"\nkeep_for = \"30d\"\nquota = \"2GB\"\n", true),
        ("[profiles.a]\nkeep_events = 5\n", true),
        ("keep_events = 0\n", false),
        ("keep_events = -1\n", false),
        ("keep_events = \"many\"\n", false),
    ];
    let mut files = Vec::new();
    for (number, (text, good)) in cases.iter().enumerate() {
        let file = scene.write(format!("kept/{number}.toml"), text);
        let profile = if text.starts_with('[') { "a" } else { "default" };
        let line = ["config", "show", "--profile", profile, "--config", file.to_str().unwrap()];
        assert_eq!(scene.run(line).code == Some(0), *good, "{text}");
        files.push(file);
    }
    if let Some(valid) = validate("config.json", &files) {
        for ((text, good), valid) in cases.iter().zip(valid) {
            assert_eq!(valid, *good, "{text}");
        }
    }
}
