//! NOTICES.md names what is linked in, in the versions of Cargo.lock. `.ci/notices` writes it anew.

use crate::minimum_rust::metadata;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const HINT: &str = ".ci/notices writes it anew";

/// Names and versions on the page.
fn noticed() -> BTreeSet<(String, String)> {
    let lines = include_str!("../../NOTICES.md").lines().filter_map(|line| line.strip_prefix("- "));
    let pair = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        Some((words.next()?, words.next()?)).filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    lines.filter_map(pair).collect()
}

/// What is reached from the program by ordinary dependencies, on this platform.
fn linked() -> BTreeSet<(String, String)> {
    let metadata = metadata();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<String, &Value> = nodes.iter().map(|node| (text(&node["id"]), node)).collect();
    let root = text(&metadata["resolve"]["root"]);
    let (mut found, mut waiting) = (BTreeSet::new(), vec![root.clone()]);
    while let Some(id) = waiting.pop() {
        for dependency in nodes[&id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            let next = text(&dependency["pkg"]);
            if kinds.iter().any(|kind| kind["kind"].is_null()) && found.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    let packages = metadata["packages"].as_array().unwrap().iter();
    // A macro's code runs in the compiler.
    let is_macro = |package: &Value| package["targets"].to_string().contains("\"proc-macro\"");
    let linked = packages.filter(|package| found.contains(package["id"].as_str().unwrap()) && !is_macro(package));
    linked.map(|package| (text(&package["name"]), text(&package["version"]))).collect()
}

#[test]
fn what_is_linked_in_is_noticed() {
    let (noticed, linked) = (noticed(), linked());
    assert!(linked.len() > 100, "{} packages", linked.len());
    let missing: Vec<_> = linked.difference(&noticed).collect();
    assert!(missing.is_empty(), "not in NOTICES.md: {missing:?}; {HINT}");
}

#[test]
fn what_is_noticed_is_locked() {
    let lock = include_str!("../../Cargo.lock");
    let gone =
        |(name, version): &&(String, String)| !lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n"));
    let noticed = noticed();
    let gone: Vec<_> = noticed.iter().filter(gone).collect();
    assert!(gone.is_empty(), "in NOTICES.md and not in Cargo.lock: {gone:?}; {HINT}");
}
