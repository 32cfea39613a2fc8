//! Which checks: `--only` and `--skip`, lists of ids and groups.

use super::catalogue::AuditCheck;
use super::checks::all_checks;
use crate::protocol::check::CheckGroup;
use crate::protocol::closest::{did_you_mean, find_closest};
use std::str::FromStr;

/// Ids and groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CheckSelection {
    /// Only these; empty for all.
    pub only: Vec<CheckSelector>,
    /// Not these.
    pub skip: Vec<CheckSelector>,
}

/// An id or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckSelector {
    /// One check.
    One(&'static str),
    All(CheckGroup),
}

/// Neither an id nor a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown check {given:?}{}", suggest_check(*.nearest))]
pub(crate) struct UnknownCheck {
    pub given: String,
    /// The id or group that was probably meant.
    pub nearest: Option<&'static str>,
}

/// What was probably meant, or else what there is.
fn suggest_check(nearest: Option<&str>) -> String {
    match nearest {
        Some(_) => did_you_mean(nearest),
        None => format!(
            "; the groups are {}, and --list names each check",
            CheckGroup::ALL.map(CheckGroup::name).join(", ")
        ),
    }
}

impl FromStr for CheckSelector {
    type Err = UnknownCheck;

    fn from_str(text: &str) -> Result<Self, UnknownCheck> {
        if let Some(group) = CheckGroup::ALL.into_iter().find(|group| group.name() == text.trim_end_matches(".*")) {
            return Ok(Self::All(group));
        }
        if let Some(check) = all_checks().find(|check| check.id == text) {
            return Ok(Self::One(check.id));
        }
        let nearest = find_titled_group(text).or_else(|| {
            find_closest(text, all_checks().map(|check| check.id).chain(CheckGroup::ALL.map(CheckGroup::name)))
        });
        Err(UnknownCheck { given: text.to_owned(), nearest })
    }
}

/// The group whose heading in a report has this word.
fn find_titled_group(text: &str) -> Option<&'static str> {
    let is_titled = |group: &CheckGroup| {
        let mut words = group.title().split(' ').filter(|word| word.len() > 3);
        group.title().eq_ignore_ascii_case(text) || words.any(|word| word.eq_ignore_ascii_case(text))
    };
    CheckGroup::ALL.into_iter().find(is_titled).map(CheckGroup::name)
}

impl CheckSelector {
    fn selects(self, check: &AuditCheck) -> bool {
        match self {
            Self::One(id) => id == check.id,
            Self::All(group) => group == check.group(),
        }
    }
}

impl CheckSelection {
    /// One check.
    pub(crate) fn single(id: &'static str) -> Self {
        Self { only: vec![CheckSelector::One(id)], skip: Vec::new() }
    }

    /// Whether a check is asked for.
    pub(crate) fn includes(&self, check: &AuditCheck) -> bool {
        let named = |parts: &[CheckSelector]| parts.iter().any(|part| part.selects(check));
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }

    /// Whether a check is left out, by its name or its group's.
    pub(crate) fn skips(&self, check: &AuditCheck) -> bool {
        self.skip.iter().any(|part| part.selects(check))
    }

    /// Whether a check is asked for by its own name.
    pub(crate) fn includes_by_id(&self, check: &AuditCheck) -> bool {
        self.only.contains(&CheckSelector::One(check.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_of_a_group_leads_to_its_name() {
        for (title, name) in
            [("authenticity", "auth"), ("Robustness", "robust"), ("liveness", "load"), ("atuh", "auth")]
        {
            let complaint = title.parse::<CheckSelector>().unwrap_err().to_string();
            assert!(complaint.ends_with(&format!("did you mean {name:?}?")), "{complaint}");
        }
        assert!("and".parse::<CheckSelector>().is_err_and(|error| error.nearest.is_none()));
        let complaint = "foo".parse::<CheckSelector>().unwrap_err().to_string();
        assert!(complaint.starts_with("unknown check \"foo\"; the groups are delivery, auth, "), "{complaint}");
    }
}
