//! JSON Schema of every record, made from the structs that are written and from the meanings on `docs/records.md`. What
//! is committed in `docs/schemas/` is what they make; `REFERRALLOOP_BLESS=1 cargo test --lib records` writes it anew.

use crate::output::records::*;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = include_str!("../../../../docs/records.md");

/// A record type, and the schemas of its fields: more than one where it is written in several forms.
type NamedSchemas = (&'static str, Vec<Value>);

/// Every record of a report.
fn report_fields(of: &mut Schemas<'_>) -> Vec<NamedSchemas> {
    vec![
        of.record::<ReadyRecord<'_>>(),
        ("arrival", vec![of.fields::<events::ArrivalRecord<'_>>()]),
        ("forward", vec![of.fields::<events::AttemptRecord<'_>>()]),
        ("forward_skipped", vec![of.fields::<report::ForwardSkippedRecord<'_>>()]),
        ("turned_away", vec![of.fields::<report::TurnedAwayRecord<'_>>()]),
        ("sending", vec![of.fields::<events::SendingRecord<'_>>()]),
        ("attempt", vec![of.fields::<events::AttemptRecord<'_>>()]),
        ("replayed", vec![of.fields::<replay::ReplayedRecord<'_>>()]),
        ("wait", vec![of.fields::<report::WaitRecord<'_>>()]),
        ("delivered", vec![of.fields::<report::DeliveredRecord<'_>>()]),
        ("gave_up", vec![of.fields::<report::GaveUpRecord<'_>>()]),
        ("check", vec![of.fields::<verdicts::CheckRecord<'_>>(), of.fields::<SetupCheckRecord<'_>>()]),
        ("expectation", vec![of.fields::<verdicts::ExpectationRecord<'_>>()]),
        ("instead", vec![of.fields::<verdicts::InsteadRecord<'_>>()]),
        ("exposure", vec![of.fields::<report::ExposureRecord<'_>>()]),
        ("published", vec![of.fields::<report::PublishedRecord<'_>>()]),
        ("lag", vec![of.fields::<report::LagRecord<'_>>()]),
        ("call", vec![of.fields::<sandbox::CallRecord<'_>>()]),
        ("delivery_attempt", vec![of.fields::<sandbox::DeliveryAttemptRecord<'_>>()]),
        ("skipped", vec![of.fields::<report::SkippedRecord>()]),
        ("notice", vec![of.fields::<report::NoticeRecord<'_>>()]),
    ]
}

/// Every record of a single command.
fn command_fields(of: &mut Schemas<'_>) -> Vec<NamedSchemas> {
    vec![
        of.record::<ErrorRecord<'_>>(),
        of.record::<CheckListedRecord<'_>>(),
        of.record::<EventRecord<'_>>(),
        of.record::<RefusedRecord<'_>>(),
        of.record::<VerificationRecord<'_>>(),
        of.record::<ProbeRecord<'_>>(),
        of.record::<SignatureRecord<'_>>(),
        of.record::<RequestRecord<'_>>(),
        of.record::<SecretRecord<'_>>(),
        of.record::<SecretKeptRecord<'_>>(),
        of.record::<SettingRecord<'_>>(),
        of.record::<SettingChangedRecord<'_>>(),
        of.record::<ConfigPathRecord>(),
        of.record::<ProfileRecord<'_>>(),
        of.record::<DifferenceRecord<'_>>(),
        of.record::<RehearsalRecord<'_>>(),
        of.record::<DeliveryRecord<'_>>(),
        of.record::<AssumptionRecord>(),
        of.record::<LoginRecord<'_>>(),
        of.record::<LogoutRecord<'_>>(),
        of.record::<WhoamiRecord<'_>>(),
        of.record::<WaitlistRecord<'_>>(),
        of.record::<SignupRecord<'_>>(),
        of.record::<SignupDeletedRecord<'_>>(),
        of.record::<SubscriptionRecord<'_>>(),
        of.record::<UnsubscribedRecord<'_>>(),
        of.record::<ForgottenRecord>(),
        of.record::<MissedRecord<'_>>(),
    ]
}

/// Every command that ends with a summary, with the schema of its fields.
fn summary_fields(of: &mut Schemas<'_>) -> Vec<(&'static str, Value)> {
    vec![
        of.summary::<ListenSummary>(),
        of.summary::<DemoSummary>(),
        of.summary::<SandboxRunSummary>(),
        of.summary::<DoctorSummary>(),
        of.summary::<AuditSummary<'_>>(),
        of.summary::<ExpectSummary>(),
        of.summary::<ReconcileSummary>(),
        of.summary::<PrunedSummary>(),
        of.summary::<ImportSummary>(),
        of.summary::<ReplaySummary<'_>>(),
        of.summary::<RehearsalSummary<'_>>(),
        of.summary::<LoadSummary<'_>>(),
    ]
}

/// Every record type, and every command that ends with a summary.
fn all_fields() -> (Vec<NamedSchemas>, Vec<(&'static str, Value)>) {
    let mut maker =
        SchemaSettings::draft2020_12().for_serialize().with(|s| s.inline_subschemas = true).into_generator();
    let mut of = Schemas(&mut maker);
    let mut records = report_fields(&mut of);
    records.extend(command_fields(&mut of));
    (records, summary_fields(&mut of))
}

struct Schemas<'a>(&'a mut SchemaGenerator);

impl Schemas<'_> {
    fn fields<T: JsonSchema>(&mut self) -> Value {
        let mut schema = self.0.root_schema_for::<T>().to_value();
        tidy(&mut schema);
        let fields = schema.as_object_mut().unwrap();
        for name in ["$schema", "title", "description"] {
            fields.shift_remove(name);
        }
        schema
    }

    fn record<T: JsonSchema + NamedRecord>(&mut self) -> NamedSchemas {
        (T::TYPE, vec![self.fields::<T>()])
    }

    fn summary<T: JsonSchema + CommandSummary>(&mut self) -> (&'static str, Value) {
        (T::COMMAND, self.fields::<T>())
    }
}

/// A field with nothing to say is left out, never `null`. Sizes of Rust's integers say nothing to other languages.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(ways)) = members.get_mut("anyOf") {
                ways.retain(|way| way != &json!({"type": "null"}));
                if let [Value::Object(only)] = ways.as_slice() {
                    let only = only.clone();
                    members.shift_remove("anyOf");
                    members.extend(only);
                }
            }
            let number = members.get("type").is_some_and(|kind| kind == "integer" || kind == "number");
            if number {
                for name in ["format", "maximum"] {
                    members.shift_remove(name);
                }
            }
            members.shift_remove("additionalProperties").filter(|more| *more != false).into_iter().for_each(|more| {
                members.insert("additionalProperties".into(), more);
            });
            members.values_mut().for_each(tidy);
        }
        Value::Array(all) => all.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// A field as the page has it.
#[derive(Clone, Copy)]
struct DocumentedField {
    kind: &'static str,
    always: bool,
    meaning: &'static str,
}

type DocumentedFields = BTreeMap<&'static str, DocumentedField>;

/// The fields of each section of the page: records by type, summaries by command.
fn documented(level: &str) -> BTreeMap<&'static str, DocumentedFields> {
    let sections = PAGE.split("\n#").filter_map(|section| section.strip_prefix(level)?.strip_prefix(" `"));
    sections
        .map(|section| {
            let rows = section.lines().filter(|line| line.starts_with("| `"));
            let fields = rows.map(|row| {
                let cells: Vec<&str> = row.split('|').map(str::trim).collect();
                let field = DocumentedField { kind: cells[2], always: cells[3] == "always", meaning: cells[4] };
                (cells[1].trim_matches('`'), field)
            });
            (section.split('`').next().unwrap(), fields.collect())
        })
        .collect()
}

/// All properties of an object, wherever alternatives put them, and those that every alternative requires.
fn properties(schema: &Value, all: &mut BTreeMap<String, Value>) -> BTreeSet<String> {
    let names = |list: &Value| list.as_array().into_iter().flatten().map(|n| n.as_str().unwrap().to_owned()).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        all.insert(name.clone(), property.clone());
    }
    let mut required: BTreeSet<String> = names(&schema["required"]);
    for more in schema["allOf"].as_array().into_iter().flatten() {
        required.extend(properties(more, all));
    }
    for word in ["oneOf", "anyOf"] {
        let ways = schema[word].as_array().into_iter().flatten().map(|way| properties(way, all));
        required.extend(ways.reduce(|a, b| &a & &b).unwrap_or_default());
    }
    required
}

/// Holds a schema to its section of the page, and takes the meanings from there. Where the page promises a field that the
/// struct could leave out, the promise stands.
fn describe(name: &str, schema: &mut Value, fields: &DocumentedFields, faults: &mut Vec<String>) {
    let mut all = BTreeMap::new();
    let required = properties(schema, &mut all);
    let (ours, theirs): (BTreeSet<&str>, BTreeSet<&str>) =
        (all.keys().map(String::as_str).collect(), fields.keys().copied().collect());
    if ours != theirs {
        faults.push(format!("{name}: only in the code or only on the page: {:?}", &ours ^ &theirs));
        return;
    }
    for (field, told) in fields {
        let property = &all[*field];
        let kind = property.get("type").and_then(Value::as_str).unwrap_or("any");
        let kind = if told.kind == "true" && kind == "boolean" { "true" } else { kind };
        let open = property.get("enum").is_some() || property.get("oneOf").is_some();
        if kind != told.kind && !(open && told.kind == "string") {
            faults.push(format!("{name}: {field} is {kind}, and {} on the page", told.kind));
        }
        match (required.contains(*field), told.always) {
            (true, false) => faults.push(format!("{name}: {field} is always there")),
            (false, true) => match schema["required"].as_array_mut() {
                Some(names) => names.push((*field).into()),
                None => schema["required"] = json!([field]),
            },
            _ => {}
        }
    }
    annotate(schema, fields);
}

fn annotate(schema: &mut Value, fields: &DocumentedFields) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties {
            if property == &json!(true) {
                *property = Value::Object(Map::new());
            }
            let told = &fields[name.as_str()];
            if told.kind == "true" {
                *property = json!({"const": true});
            }
            property["description"] = told.meaning.into();
        }
    }
    for word in ["allOf", "oneOf", "anyOf"] {
        schema.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten().for_each(|way| annotate(way, fields));
    }
}

/// Adds what every record begins with.
fn enveloped(kind: &str, mut fields: Value, command: Option<&str>) -> Value {
    let mut members = json!({
        "type": {"const": kind},
        "at": {"type": "string", "format": "date-time", "description": "when it happened, RFC 3339 in UTC"},
        "v": {"const": SCHEMA_VERSION},
    });
    let mut required = vec!["type", "at", "v"];
    if let Some(command) = command {
        members["command"] = json!({"const": command});
        required.push("command");
    }
    let own = fields["properties"].as_object_mut().map(std::mem::take).unwrap_or_default();
    members.as_object_mut().unwrap().extend(own);
    let mut whole = Map::from_iter([("type".to_owned(), json!("object"))]);
    let own = fields["required"].as_array().cloned().unwrap_or_default();
    whole.insert("properties".into(), members);
    whole.insert("required".into(), required.into_iter().map(Value::from).chain(own).collect());
    for (word, value) in fields.as_object().unwrap().clone() {
        whole.entry(word).or_insert(value);
    }
    Value::Object(whole)
}

fn document() -> Value {
    let (records, summaries) = all_fields();
    let mut faults = Vec::new();
    let (mut definitions, mut pages) = (Map::new(), documented("#"));
    // The page says so in a sentence.
    let arrival = pages["arrival"].clone();
    pages.entry("instead").or_default().extend(arrival);
    for (kind, ways) in records {
        let Some(page) = pages.get(kind) else {
            faults.push(format!("{kind}: not on the page"));
            continue;
        };
        let mut ways: Vec<Value> = ways;
        for way in &mut ways {
            describe(kind, way, page, &mut faults);
        }
        let ways: Vec<Value> = ways.into_iter().map(|way| enveloped(kind, way, None)).collect();
        let schema = if ways.len() == 1 { ways.into_iter().next().unwrap() } else { json!({"anyOf": ways}) };
        assert!(definitions.insert(kind.to_owned(), schema).is_none(), "{kind} twice");
    }
    let pages_of_summaries = documented("##");
    let mut ways = Vec::new();
    for (command, mut fields) in summaries {
        let page = pages_of_summaries.get(command).unwrap_or_else(|| panic!("no summary of {command} on the page"));
        describe(command, &mut fields, page, &mut faults);
        ways.push(enveloped("summary", fields, Some(command)));
    }
    definitions.insert("summary".into(), json!({"oneOf": ways}));
    assert!(faults.is_empty(), "docs/records.md and the structs differ:\n{}", faults.join("\n"));
    let known: BTreeSet<&str> = pages.keys().copied().collect();
    assert_eq!(known, definitions.keys().map(String::as_str).collect(), "types on the page, and in the code");
    let all: Vec<Value> = definitions.keys().map(|kind| json!({"$ref": format!("#/$defs/{kind}")})).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of referralloop",
        "description": "One line of --format json. Fields and types may be added: ignore what you do not know.",
        "oneOf": all,
        "$defs": definitions,
    })
}

#[test]
fn the_schema_is_what_the_structs_make() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/record.json");
    let made = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var_os("REFERRALLOOP_BLESS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/schemas/record.json is out of date: REFERRALLOOP_BLESS=1 cargo test --lib records");
}
