//! The catalogue's own rules, and what a selection means.

use super::catalogue::{Needs, all, find};
use super::select::Part;
use super::*;
use crate::protocol::check::Group;
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_grouped_and_explained() {
    let ids: BTreeSet<&str> = all().map(|check| check.id).collect();
    assert_eq!(ids.len(), all().count());
    for check in all() {
        assert!(Group::of(check.id).is_some(), "{}", check.id);
        for text in [check.title, check.why, check.fix] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text:?}", check.id);
        }
    }
}

/// The number that help and documentation tell.
#[test]
fn there_are_about_sixty_checks_and_usual_ones_keep_to_their_limit() {
    let usual: Vec<&Check> = all().filter(|check| !check.needs.intrusive).collect();
    assert!(usual.len() >= 60, "{}", usual.len());
    let without_state: u32 = usual.iter().map(|check| check.cost).sum();
    assert!(without_state <= Limits::USUAL.requests + 40, "{without_state}");
    assert!(all().map(|check| check.cost).sum::<u32>() <= Limits::INTRUSIVE.requests);
}

#[test]
fn a_selection_names_ids_and_groups() {
    let part = |text: &str| text.parse::<Part>();
    let selection = Selection { only: vec![part("auth").unwrap()], skip: vec![part("auth.missing").unwrap()] };
    let chosen: Vec<&str> = all().filter(|check| selection.has(check)).map(|check| check.id).collect();
    assert!(chosen.contains(&"auth.sha1") && !chosen.contains(&"auth.missing"));
    assert!(chosen.iter().all(|id| id.starts_with("auth.")));
    assert_eq!(part("auth.mising").unwrap_err().nearest, Some("auth.missing"));
    assert_eq!(part("emojis").unwrap_err().nearest, Some("robust.emoji"));
    assert_eq!(part("xyzzy").unwrap_err().nearest, None);
    assert_eq!(find("load.alive").unwrap().needs, Needs { acknowledged: true, ..Needs::default() });
}
