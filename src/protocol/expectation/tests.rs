//! The grammar, and counting with and without order.

use super::*;

fn count(list: &[&str], in_order: bool) -> ExpectationCounter {
    ExpectationCounter::new(list.iter().map(|text| text.parse().unwrap()).collect(), in_order)
}

fn after(list: &[&str], in_order: bool, came: &[&str]) -> ExpectationCounter {
    let mut count = count(list, in_order);
    came.iter().for_each(|name| {
        count.count_event(Some(&format!("signup.{name}")));
    });
    count
}

fn verdicts(count: &ExpectationCounter) -> Vec<ExpectationVerdict> {
    count.results().map(|tally| tally.verdict).collect()
}

#[test]
fn every_spelling_of_a_bound() {
    for (text, bound, shown) in [
        ("created", ExpectedCount::AtLeast(1), "created"),
        ("signup.created=2", ExpectedCount::Exactly(2), "signup.created=2"),
        ("created>=2", ExpectedCount::AtLeast(2), "created>=2"),
        ("created=2+", ExpectedCount::AtLeast(2), "created>=2"),
        ("created<=3", ExpectedCount::AtMost(3), "created<=3"),
        ("deleted=0", ExpectedCount::Exactly(0), "deleted=0"),
        ("all>=3", ExpectedCount::AtLeast(3), "all>=3"),
    ] {
        let expectation: Expectation = text.parse().unwrap();
        assert_eq!((expectation.bound, expectation.to_string().as_str()), (bound, shown));
    }
    for bad in ["", "creatd", "created=", "created=x", "created=-1", "created>2", "created<2", "created,deleted=1"] {
        assert!(bad.parse::<Expectation>().is_err(), "{bad}");
    }
    assert!("creatd=2".parse::<Expectation>().unwrap_err().contains("did you mean \"created\""));
}

#[test]
fn lower_bounds_settle_and_upper_bounds_stay_open_to_the_end() {
    assert_eq!(after(&["created"], false, &[]).standing(), ExpectationStanding::Open);
    assert_eq!(after(&["created"], false, &["created"]).standing(), ExpectationStanding::Settled);
    assert_eq!(after(&["created=1"], false, &["created"]).standing(), ExpectationStanding::Met);
    assert_eq!(after(&["created=1"], false, &["created", "created"]).standing(), ExpectationStanding::Broken);
    assert_eq!(after(&["created", "deleted=0"], false, &["created"]).standing(), ExpectationStanding::Met);
    assert_eq!(after(&["created", "deleted=0"], false, &["deleted"]).standing(), ExpectationStanding::Broken);
    assert_eq!(after(&["created=0"], false, &[]).standing(), ExpectationStanding::Met);
}

#[test]
fn order_is_a_matter_of_turns() {
    let list = ["created=2", "deleted"];
    assert_eq!(
        verdicts(&after(&list, true, &["created", "created", "deleted"])),
        [ExpectationVerdict::Met, ExpectationVerdict::Met]
    );
    assert_eq!(
        verdicts(&after(&list, true, &["created", "deleted", "created"])),
        [ExpectationVerdict::Met, ExpectationVerdict::OutOfOrder]
    );
    assert_eq!(
        verdicts(&after(&list, false, &["created", "deleted", "created"])),
        [ExpectationVerdict::Met, ExpectationVerdict::Met]
    );
    // A later one may still come in its turn.
    assert_eq!(after(&list, true, &["deleted", "created", "created"]).standing(), ExpectationStanding::Open);
    assert_eq!(after(&list, true, &["deleted", "created", "created", "deleted"]).standing(), ExpectationStanding::Met);
    assert_eq!(verdicts(&after(&list, true, &["created"])), [ExpectationVerdict::TooFew, ExpectationVerdict::TooFew]);
}

#[test]
fn an_event_of_no_name_counts_for_all_alone() {
    let mut all = count(&["all", "created=0"], false);
    assert!(all.count_event(None));
    assert_eq!(all.standing(), ExpectationStanding::Met);
}
