//! Searches that look through many events.

use super::{Scene, listening};

#[test]
fn a_condition_is_asked_of_many_events() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    let line = |n: u64| {
        let body = serde_json::json!({ "event_type": "signup.created", "data": { "position": n } }).to_string();
        let arrival = serde_json::json!({ "arrived_at": "2024-01-15T10:00:00Z", "verification": "valid", "target": "/", "headers": [] });
        format!("{}\n", serde_json::json!({ "type": "event", "body": body, "arrivals": [arrival], "attempts": [] }))
    };
    let file = scene.write("many.jsonl", (1..=700).map(line).collect::<String>());
    scene.run(["events", "import", file.to_str().unwrap()]).code(0);
    // As often as it says that there is more.
    let found = |query: &str| {
        let (mut numbers, mut before) = (Vec::<u64>::new(), String::new());
        loop {
            let told = inspector.get(&format!("/api/events?{query}{before}"));
            numbers.extend(told.iter().filter_map(|record| record["event"].as_u64()));
            let Some(next) = told.last().unwrap()["next_before"].as_u64() else { return numbers };
            before = format!("&before={next}");
        }
    };
    let multiples: Vec<u64> = (1..=700).rev().filter(|n| n % 100 == 3).collect();
    assert_eq!(found("where=.data.position%25100==3"), multiples);
    assert_eq!(found("where=.data.position%25100==3&limit=2"), multiples);
    assert_eq!(found("where=.data.position==0"), Vec::<u64>::new());
    assert_eq!(found("where=.data.position==1&events=created"), [1]);
    assert_eq!(found("where=.data.position%3C9&q=%227%7D"), Vec::<u64>::new());
    assert_eq!(found("where=.data.position%3C9&q=:7%7D"), [7]);
    assert_eq!(found("where=true&limit=1000").len(), 700);
    let listed = scene.run(["events", "list", "--where", ".data.position%100==3", "--json", "--limit", "3"]).code(0);
    let numbers: Vec<_> = listed.records().iter().filter_map(|record| record["event"].as_u64()).collect();
    assert_eq!(numbers, [603, 503, 403]);
    listener.stop().code(0);
}
