//! JSON Schema of the two configuration files, made from the catalogue of settings: `referralloop.json` for a project's file,
//! `config.json` for the user's. `REFERRALLOOP_BLESS=1 cargo test --lib config` writes them anew.

use super::keys::{KEYS, SettingKey, SettingSpec};
use serde_json::{Map, Value, json};
use std::path::Path;

/// What a value may be: the text that options have, a number for the same, a list for texts behind commas.
fn value(spec: &SettingSpec) -> Value {
    let text = |more: Value| {
        let mut schema = json!({ "type": "string", "minLength": 1 });
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let mut schema = match spec.key {
        SettingKey::Port => json!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": 65535 },
            text(json!({ "pattern": "^[0-9]{1,5}$" })),
        ] }),
        SettingKey::KeepEvents => json!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            text(json!({ "pattern": "^[0-9,_]*[1-9][0-9,_]*$" })),
        ] }),
        SettingKey::Path => text(json!({ "pattern": "^(auto|/.*)$" })),
        SettingKey::Profile => text(json!({ "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$" })),
        SettingKey::Events => json!({ "anyOf": [
            text(json!({})),
            { "type": "array", "items": text(json!({})), "minItems": 1 },
        ] }),
        // Each is told by whoever needs it.
        SettingKey::WebhookSecret | SettingKey::ApiKey => json!({ "type": "string" }),
        _ => text(json!({})),
    };
    let told = schema.as_object_mut().unwrap();
    told.insert("description".into(), spec.help.into());
    if let Some(default) = spec.default {
        told.insert("default".into(), default.into());
    }
    schema
}

fn settings(wanted: impl Fn(&SettingSpec) -> bool) -> Map<String, Value> {
    KEYS.iter().filter(|spec| wanted(spec)).map(|spec| (spec.name.to_owned(), value(spec))).collect()
}

fn schema(name: &str, title: &str, properties: Map<String, Value>) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}/raw/v{}/docs/schemas/{name}", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION")),
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

#[test]
fn the_schemas_are_those_of_the_catalogue() {
    let profile = json!({
        "type": "object",
        "properties": settings(|spec| !spec.top_only),
        "additionalProperties": false,
    });
    let mut user = settings(|_| true);
    let profiles = json!({
        "type": "object",
        "description": "settings of one profile each, as in [profiles.staging]",
        "propertyNames": { "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$" },
        "additionalProperties": profile,
    });
    user.insert("profiles".into(), profiles);
    let project = settings(|spec| spec.in_project);
    for (name, made) in [
        ("referralloop.json", schema("referralloop.json", "referralloop.toml, the settings of a project", project)),
        ("config.json", schema("config.json", "config.toml, the settings of a user", user)),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(name);
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        if std::env::var_os("REFERRALLOOP_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "docs/schemas/{name} is not what the catalogue makes; REFERRALLOOP_BLESS=1 writes it"
        );
    }
}
