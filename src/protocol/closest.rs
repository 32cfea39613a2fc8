//! What somebody may have meant by a name that does not exist.

/// How alike two names must be, from 0 to 1, for one to be suggested in place of the other.
const ALIKE: f64 = 0.8;

/// In so many letters one slip of the fingers is believed.
const LETTERS_PER_SLIP: usize = 3;

/// Letters that a beginning has, to stand for the whole.
const SHORTEST_BEGINNING: usize = 3;

/// Whether a name may be another one mistyped: alike at a glance is not enough, it takes few slips of the fingers to get from
/// one to the other, or the end was left off.
pub(crate) fn is_slip(given: &str, meant: &str) -> bool {
    let longer = given.chars().count().max(meant.chars().count());
    let cut_short = given.chars().count() >= SHORTEST_BEGINNING && meant.starts_with(given);
    cut_short || strsim::osa_distance(given, meant) <= longer / LETTERS_PER_SLIP
}

/// The candidate that `given` is most like, if it is like any. Of a name with a prefix, like `robust.emoji`, the part
/// behind it may be meant; of several that begin with what was given, the shortest.
pub(crate) fn find_closest<'a>(given: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_ascii_lowercase();
    let candidates: Vec<&str> = candidates.collect();
    let longer = candidates.iter().filter(|candidate| candidate.starts_with(&given));
    if given.chars().count() >= SHORTEST_BEGINNING
        && let Some(shortest) = longer.min_by_key(|candidate| candidate.len())
    {
        return Some(shortest);
    }
    let likeness = |candidate: &str| {
        let own = candidate.rsplit_once('.').map_or(candidate, |(_, own)| own);
        strsim::jaro_winkler(&given, candidate).max(strsim::jaro_winkler(&given, own))
    };
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The question that follows a sentence about an unknown name; nothing where none is like it.
pub(crate) fn did_you_mean(closest: Option<&str>) -> String {
    closest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_few_letters_or_an_end_left_off() {
        for (given, meant) in [("sectre", "secret"), ("laod", "load"), ("conf", "config"), ("--verbos", "--verbose")] {
            assert!(is_slip(given, meant), "{given}, {meant}");
        }
        for (given, meant) in [("stripe", "trigger"), ("users", "secret"), ("get", "test"), ("ui", "subscriptions")] {
            assert!(!is_slip(given, meant), "{given}, {meant}");
        }
    }

    #[test]
    fn the_most_alike_is_meant_and_nothing_that_is_not_alike() {
        let meant = |given| find_closest(given, ["port", "forward_to", "robust.emoji"].into_iter());
        assert_eq!(meant("prot"), Some("port"));
        assert_eq!(meant("Forward-To"), Some("forward_to"));
        assert_eq!(meant("emojis"), Some("robust.emoji"));
        assert_eq!(meant("zzz"), None);
        let events = ["signup.created", "signup.deleted"];
        assert_eq!(find_closest("signup", events.into_iter()), Some("signup.created"), "nobody means a deletion");
        assert_eq!(
            (did_you_mean(meant("prot")), did_you_mean(None)),
            ("; did you mean \"port\"?".into(), String::new())
        );
    }
}
