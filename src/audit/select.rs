//! Which checks: `--only` and `--skip`, lists of ids and groups.

use super::catalogue::Check;
use super::checks::all;
use crate::protocol::check::Group;
use std::str::FromStr;

/// Ids and groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Only these; empty for all.
    pub only: Vec<Part>,
    /// Not these.
    pub skip: Vec<Part>,
}

/// An id or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// One check.
    One(&'static str),
    /// All of a group.
    All(Group),
}

/// Neither an id nor a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no check {given:?}{}", .nearest.map(|id| format!("; did you mean {id:?}?")).unwrap_or_default())]
pub struct UnknownId {
    /// What was given.
    pub given: String,
    /// The id that was probably meant.
    pub nearest: Option<&'static str>,
}

impl FromStr for Part {
    type Err = UnknownId;

    fn from_str(text: &str) -> Result<Self, UnknownId> {
        if let Some(group) = Group::ALL.into_iter().find(|group| group.name() == text.trim_end_matches(".*")) {
            return Ok(Self::All(group));
        }
        if let Some(check) = all().find(|check| check.id == text) {
            return Ok(Self::One(check.id));
        }
        let likeness = |id: &str| {
            let name = id.split_once('.').map_or(id, |(_, name)| name);
            strsim::jaro_winkler(text, id).max(strsim::jaro_winkler(text, name))
        };
        let nearest = all().map(|check| (likeness(check.id), check.id)).max_by(|a, b| a.0.total_cmp(&b.0));
        let nearest = nearest.filter(|(likeness, _)| *likeness > 0.7).map(|(_, id)| id);
        Err(UnknownId { given: text.to_owned(), nearest })
    }
}

impl Part {
    fn has(self, check: &Check) -> bool {
        match self {
            Self::One(id) => id == check.id,
            Self::All(group) => group == check.group(),
        }
    }
}

impl Selection {
    /// One check.
    pub fn one(id: &'static str) -> Self {
        Self { only: vec![Part::One(id)], skip: Vec::new() }
    }

    /// Whether a check is asked for.
    pub fn has(&self, check: &Check) -> bool {
        let named = |parts: &[Part]| parts.iter().any(|part| part.has(check));
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }

    /// Whether a check is asked for by its own name.
    pub fn names(&self, check: &Check) -> bool {
        self.only.contains(&Part::One(check.id))
    }
}
