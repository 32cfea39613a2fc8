//! Tests.

use super::*;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;

fn script(name: &str, seed: u64) -> ScenarioScript {
    Scenario::built_in(name).unwrap().build_script(seed).unwrap()
}

#[test]
fn built_in_scenarios_fit_the_catalogue_and_repeat() {
    for name in BUILT_IN {
        let played = script(name, 7);
        assert_eq!(played, script(name, 7));
        assert_ne!(played.bodies, script(name, 8).bodies);
        for body in &played.bodies {
            assert!(EventFacts::from_body(&RawBody::new(body.clone())).drift.is_empty(), "{body}");
        }
    }
    assert!(Scenario::built_in("nothing").is_none());
}

#[test]
fn a_storm_is_of_few_events_and_many_deliveries() {
    let storm = script("duplicate-storm", 1);
    let shots: usize = storm.plan.steps.iter().map(|step| step.shots.len()).sum();
    assert_eq!((storm.bodies.len(), shots), (10, 50));
    assert!(storm.plan.steps.iter().any(|step| step.shots.len() == 3));
    let burst = script("burst", 1);
    assert_eq!((burst.bodies.len(), burst.plan.steps.len()), (100, 1));
}

#[test]
fn moves_follow_each_other() {
    let positions: Vec<(i64, i64)> = script("referral-climb", 3).bodies[1..]
        .iter()
        .map(|body| {
            let data = &serde_json::from_str::<Value>(body).unwrap()["data"];
            (data["old_position"].as_i64().unwrap(), data["new_position"].as_i64().unwrap())
        })
        .collect();
    assert!(positions.windows(2).all(|pair| pair[0].1 == pair[1].0), "{positions:?}");
}

#[test]
fn what_means_nothing_is_named() {
    let mut scenario = Scenario::built_in("lifecycle").unwrap();
    scenario.steps[1].event = "moved".into();
    assert_eq!(scenario.build_script(1).unwrap_err().to_string(), "step 2: 'moved' is not a valid event");
    scenario.steps.truncate(1);
    scenario.steps[0].set.insert("data.posiion".into(), Value::from(1));
    assert!(scenario.build_script(1).unwrap_err().to_string().starts_with("step 1: "));
    scenario.steps.clear();
    assert_eq!(scenario.build_script(1), Err(ScenarioError::Size));
}
