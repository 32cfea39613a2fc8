//! The listener was down for a while: reconcile finds exactly what the sandbox did meanwhile, and mends it.

use crate::support::{Endpoint, Sandbox, Scene, until};
use serde_json::Value;

fn arrivals(scene: &Scene, count: usize) {
    until("the arrivals", || (scene.run(["events", "list", "--json"]).records().len() >= count).then_some(()));
}

fn missed(scene: &Scene, sandbox: &Sandbox, list: &str) -> Vec<(String, String)> {
    let found = sandbox.with(scene, ["reconcile", "-w", list, "--since", "5m", "--json"]).output();
    let of = |record: &Value, name: &str| record[name].as_str().unwrap_or_default().to_owned();
    let records = found.records().into_iter().filter(|record| record["type"] == "missed");
    records.map(|record| (of(&record, "event_type"), of(&record, "email"))).collect()
}

#[test]
fn what_happened_while_the_listener_was_down_is_found_and_mended() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--signups", "4", "--memory"]);
    let list = sandbox.run(&scene, ["waitlists", "--json"]).records()[0]["id"].as_str().unwrap().to_owned();
    let listener = scene.listen(["-q"]);
    sandbox.run(&scene, ["subscribe", "all", "--url", &listener.url, "-w", &list]);
    let create = |email: &str| {
        let made = sandbox.run(&scene, ["signups", "create", "-w", &list, "--email", email, "--json"]);
        made.record("signup")["id"].as_str().unwrap().to_owned()
    };
    create("stays@example.com");
    let goes = create("goes@example.com");
    arrivals(&scene, 2);
    assert_eq!(missed(&scene, &sandbox, &list), [], "nothing so far");

    listener.stop().code(0);
    create("comes@example.com");
    let first = sandbox.run(&scene, ["signups", "list", "-w", &list, "-n", "1", "--json"]).record("signup");
    let first = first["id"].as_str().unwrap();
    sandbox.run(&scene, ["signups", "delete", &goes, first, "-w", &list]);
    let expected = [
        ("signup.created", "comes@example.com"),
        ("signup.position_changed", "stays@example.com"),
        ("signup.deleted", "goes@example.com"),
    ];
    let expected = expected.map(|(kind, email)| (kind.to_owned(), email.to_owned()));
    assert_eq!(missed(&scene, &sandbox, &list), expected);

    let app = Endpoint::good();
    let again = scene.listen(["-q", "--forward-to", &app.url("/hook")]);
    sandbox.run(&scene, ["reconcile", "-w", &list, "--since", "5m", "--deliver", "--to", &again.url]);
    let bodies: Vec<Value> = app.wait_for(3).iter().map(|got| serde_json::from_slice(&got.body).unwrap()).collect();
    let told: Vec<(String, String)> = bodies
        .iter()
        .map(|body| (body["event_type"].as_str().unwrap().into(), body["data"]["email"].as_str().unwrap().into()))
        .collect();
    assert_eq!(told, expected);
    again.stop().code(0);
    assert_eq!(missed(&scene, &sandbox, &list), [], "mended");
}
