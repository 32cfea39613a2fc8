//! Targets as people write them, and conditions on what is on its way to them.

use crate::support::{Endpoint, Scene, free_port, post};
use serde_json::Value;

/// Where a delivery to a target would go.
#[track_caller]
fn leads_to(target: &str) -> String {
    let scene = Scene::new();
    let ended = scene.run(["trigger", "created", "--dry-run", "--json", "--to", target]).code(0);
    ended.record("request")["url"].as_str().unwrap().to_owned()
}

#[track_caller]
fn refused(line: &[&str], words: &str) {
    let ended = Scene::new().with(line.iter().copied()).columns(400).output().code(2);
    let said = ended.err().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(words), "{ended}");
}

#[test]
fn a_local_name_without_a_scheme_is_http() {
    for (target, url) in [
        ("host.docker.internal:3000", "http://host.docker.internal:3000/"),
        ("app.localhost:3000/x", "http://app.localhost:3000/x"),
        ("app:3000/x", "http://app:3000/x"),
        ("hooks.example.com/x", "https://hooks.example.com/x"),
    ] {
        assert_eq!(leads_to(target), url, "{target}");
    }
}

#[test]
fn a_slip_in_front_of_a_host_is_told_with_what_was_meant() {
    for slip in ["http//localhost:3000", "http;//localhost:3000"] {
        refused(&["trigger", "created", "--to", slip], "write it as http://localhost:3000");
    }
}

#[test]
fn a_socket_without_its_scheme_is_told_how_it_is_written() {
    refused(&["listen", "--port", "0", "--for", "1s", "--forward-to", "./app.sock"], "write it as unix:$PWD/app.sock");
}

/// Nested so deeply that who reads it recursively has no stack left.
#[test]
fn a_strangers_brackets_end_no_listener() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let listener = scene.listen(["--where", ".data.position < 10", "--forward-to", &app.url("/"), "--json"]);
    assert!(post(&listener.url, &"[".repeat(1_000_000)).starts_with("HTTP/1.1 200"));
    assert!(post(&listener.url, "{\"data\":{\"position\":1}}").starts_with("HTTP/1.1 200"));
    assert_eq!(app.wait_for(1)[0].body, b"{\"data\":{\"position\":1}}");
    let ended = listener.stop().code(0);
    assert_eq!(ended.records().iter().filter(|one: &&Value| one["type"] == "forward").count(), 1, "{ended}");
}

#[test]
fn a_condition_with_a_slip_says_where_it_is() {
    refused(&["events", "list", "--where", ".data.position <"], "a value is missing at its end");
}

#[test]
fn a_target_that_is_a_path_is_told_its_port() {
    refused(&["listen", "--port", "0", "--for", "1s", "--forward-to", "/hooks"], "3000/hooks");
}

#[test]
fn a_relative_socket_is_told_its_whole_path() {
    refused(
        &["listen", "--port", "0", "--for", "1s", "--forward-to", "unix:app.sock"],
        "write it as unix:$PWD/app.sock",
    );
}

#[test]
fn a_target_without_a_host_is_none() {
    refused(&["trigger", "created", "--to", "http:///x"], "has no host");
}

#[test]
fn a_slip_in_a_setting_is_told_when_it_is_set() {
    refused(&["config", "set", "to", "/hooks"], "3000/hooks");
}

#[test]
fn a_listener_is_no_target_of_its_own() {
    let port = free_port().to_string();
    refused(&["listen", "--port", &port, "--for", "1s", "--forward-to", &format!("{port}/webhook")], "itself");
}

#[test]
fn a_listener_is_no_target_of_its_own_by_another_spelling() {
    let port = free_port().to_string();
    let target = format!("App.localhost:{port}");
    refused(&["listen", "--bind", "[::1]", "--port", &port, "--for", "1s", "--forward-to", &target], "itself");
}

#[test]
fn a_port_behind_an_address_has_an_option_of_its_own() {
    refused(&["listen", "--for", "1s", "--bind", "[::1]:3000"], "--bind ::1 --port 3000");
}

#[test]
fn a_tunnel_that_falls_over_is_told_by_its_complaint() {
    let trace = "0: std::backtrace\\n   1: main\\n   2: start\\n   3: run";
    let command = format!(": {{port}}; printf 'error: no server there\\n   {trace}\\n' >&2; exit 1");
    let ended = Scene::new().with(["listen", "--port", "0", "--tunnel", &command]).columns(400).output().code(4);
    assert!(ended.err().contains("error: no server there") && !ended.err().contains("2: start"), "{ended}");
}
