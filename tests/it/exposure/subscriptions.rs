//! Subscriptions that last as long as the run.

use super::stage::{Stage, gone, subscription};
use crate::support::{Answer, Endpoint, Listener, Output, until};
use serde_json::Value;

fn listen(stage: &Stage, api: &Endpoint, arguments: &[&str]) -> Listener {
    Listener::start(&stage.scene, arguments.iter().copied(), |run| stage.with_api(run, api))
}

/// What was called, in a word each.
fn called(api: &Endpoint) -> Vec<String> {
    let word = |head: &str| head.split(' ').take(2).collect::<Vec<_>>().join(" ");
    api.received().iter().map(|request| word(&request.head)).collect()
}

fn target(request: &crate::support::Endpoint, number: usize) -> String {
    let body: Value = serde_json::from_slice(&request.received()[number].body).unwrap();
    body["target_url"].as_str().unwrap().to_owned()
}

const SUBSCRIBE: &str = "POST /api/v1/webhooks/subscribe";

#[test]
fn subscribed_once_reachable_and_unsubscribed_at_the_end() {
    let stage = Stage::new();
    let api = Endpoint::new([subscription("sub_a", "signup.created"), subscription("sub_b", "signup.deleted"), gone()]);
    let command = stage.good();
    let listener =
        listen(&stage, &api, &["--subscribe", "created,deleted", "--tunnel", &command, "--waitlist", "wl_1"]);
    api.wait_for(2);
    let public = target(&api, 0);
    assert!(public.starts_with(&stage.relay.url()) && public.len() > stage.relay.url().len() + 32, "{public}");
    let first: Value = serde_json::from_slice(&api.received()[0].body).unwrap();
    assert_eq!((first["event_type"].as_str(), first["waitlist_id"].as_str()), (Some("signup.created"), Some("wl_1")));
    listener.running().stderr.wait_for("Subscribed to signup.deleted (sub_b)\n");
    stage.scene.run(["trigger", "created", "--waitlist", "wl_1", "--to", &public]).code(0);
    let ended = listener.stop().code(0);
    assert_eq!(
        called(&api),
        [
            SUBSCRIBE,
            SUBSCRIBE,
            "DELETE /api/v1/webhooks/unsubscribe/sub_b",
            "DELETE /api/v1/webhooks/unsubscribe/sub_a"
        ]
    );
    assert!(ended.err().contains("Unsubscribed from signup.created (sub_a)\nReceived: 1 verified.\n"), "{ended}");
    assert_eq!(stage.alive(), 0);
}

#[test]
fn with_a_sandbox_on_this_machine_no_tunnel_is_needed() {
    let stage = Stage::new();
    let api = Endpoint::new([subscription("sub_a", "signup.created"), gone()]);
    let listener = listen(&stage, &api, &["--subscribe", "created", "--json"]);
    api.wait_for(1);
    assert_eq!(target(&api, 0), listener.url);
    listener.wait_for("\"standing\":\"active\"");
    let ended = listener.stop().code(0);
    let kinds: Vec<String> = ended.records().iter().map(|record| record["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["ready", "exposure", "subscription", "subscription", "summary"], "{ended}");
    assert_eq!(ended.records()[3]["standing"], "removed");
}

#[test]
fn a_refusal_ends_the_listener_with_its_code_and_leaves_nothing() {
    let stage = Stage::new();
    let refused = Answer::Full(401, vec![], br#"{"error":"Invalid API key"}"#.to_vec());
    let api = Endpoint::new([subscription("sub_a", "signup.created"), refused, gone()]);
    let command = stage.good();
    let line = ["listen", "--port", "0", "--subscribe", "created,deleted", "--tunnel", &command];
    let ended = stage.with_api(stage.scene.with(line), &api).output().code(3);
    assert_eq!(called(&api), [SUBSCRIBE, SUBSCRIBE, "DELETE /api/v1/webhooks/unsubscribe/sub_a"]);
    assert!(ended.err().contains("Invalid API key"), "{ended}");
    assert_eq!(stage.alive(), 0);
}

#[test]
fn another_address_is_another_subscription() {
    let stage = Stage::new();
    let other = super::stage::Relay::new(stage.scene.folder().join("port"));
    let api = Endpoint::new([
        subscription("sub_a", "signup.created"),
        gone(),
        subscription("sub_b", "signup.created"),
        gone(),
    ]);
    let script = format!(
        "echo $1 > port; if [ -e again ]; then echo {}; exec sleep MARK; fi; touch again; echo RELAY; while ! [ -e die ]; do sleep 0.05; done; exit 1",
        other.url()
    );
    let command = stage.tunnel(&script);
    let listener = listen(&stage, &api, &["--subscribe", "created", "--tunnel", &command]);
    api.wait_for(1);
    stage.scene.write("die", "");
    api.wait_for(3);
    listener.running().stderr.wait_for("Subscribed to signup.created (sub_b)\n");
    assert!(target(&api, 0).starts_with(&stage.relay.url()) && target(&api, 2).starts_with(&other.url()));
    assert!(listener.running().stderr.text().contains(&format!("The public address has changed to {}/", other.url())));
    listener.stop().code(0);
    let delete = |id: &str| format!("DELETE /api/v1/webhooks/unsubscribe/{id}");
    assert_eq!(called(&api), [SUBSCRIBE.to_owned(), delete("sub_a"), SUBSCRIBE.to_owned(), delete("sub_b")]);
}

/// Killed while subscribed.
fn killed(stage: &Stage, api: &Endpoint) {
    let command = stage.good();
    let line = ["listen", "--port", "0", "--subscribe", "created,deleted", "--tunnel", &command];
    let process = stage.scene.process(line).env("PATH", stage.path());
    let process =
        process.env("REFERRALLOOP_API_URL", api.url("/api/v1")).env("REFERRALLOOP_API_KEY", super::stage::KEY);
    let listener = process.start();
    listener.stderr.wait_for("Subscribed to signup.deleted (sub_b)");
    listener.signal("KILL");
    listener.finish();
    until("the end of every process", || (stage.alive() == 0).then_some(()));
}

#[test]
fn what_a_killed_run_left_is_told_and_removed_when_wished() {
    let stage = Stage::new();
    let api = Endpoint::new([subscription("sub_a", "signup.created"), subscription("sub_b", "signup.deleted"), gone()]);
    killed(&stage, &api);
    let next = |more: &[&str]| -> Output {
        let line = ["listen", "--port", "0", "--for", "1ms"].into_iter().chain(more.iter().copied());
        stage.with_api(stage.scene.with(line), &api).columns(2000).output().code(0)
    };
    let told = next(&[]);
    assert!(
        told.err().starts_with(
            "note: 2 subscriptions were left behind by earlier runs; referralloop subscriptions --cleanup removes"
        ),
        "{told}"
    );
    assert_eq!(api.received().len(), 2, "nobody was asked, so nothing is removed");
    let asked = next(&["--yes"]);
    assert!(
        asked.err().starts_with("note: removed sub_b (signup.deleted)\nnote: removed sub_a (signup.created)\n"),
        "{asked}"
    );
    assert_eq!(api.received().len(), 4);
    assert!(next(&[]).err().starts_with("Listening on "), "told once only");
}

#[test]
fn what_cannot_be_removed_at_the_end_is_told() {
    let stage = Stage::new();
    let broken = Answer::Full(400, vec![], br#"{"error":"no"}"#.to_vec());
    let api = Endpoint::new([subscription("sub_a", "signup.created"), broken]);
    let command = stage.good();
    let listener = listen(&stage, &api, &["--subscribe", "created", "--tunnel", &command]);
    listener.running().stderr.wait_for("Subscribed to signup.created (sub_a)");
    let ended = listener.stop().code(0);
    let told = ended.err().replace("\n      ", " ");
    assert!(told.contains("note: the subscription sub_a to signup.created is still there: "), "{ended}");
    assert!(told.contains("note: Subscriptions left on the service: 1; the next start reports them."), "{ended}");
}

/// Whoever insists cuts off what is under way; the journal knows it.
#[test]
fn a_second_ctrl_c_waits_for_nobody() {
    let stage = Stage::new();
    let api = Endpoint::new([subscription("sub_a", "signup.created"), Answer::Hang]);
    let command = stage.good();
    let listener = listen(&stage, &api, &["--subscribe", "created", "--tunnel", &command]);
    listener.running().stderr.wait_for("Subscribed to signup.created (sub_a)");
    listener.running().signal(referralloop::shutdown::StopSignal::Interrupt);
    api.wait_for(2);
    listener.running().signal(referralloop::shutdown::StopSignal::Interrupt);
    let ended = listener.finish().code(130);
    assert!(ended.err().contains("Subscriptions left on the service: 1"), "{ended}");
    until("the end of every process", || (stage.alive() == 0).then_some(()));
}
