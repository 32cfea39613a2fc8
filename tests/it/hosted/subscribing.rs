//! subscribe, unsubscribe, subscriptions: all or none, the journal before and after each call, nothing made twice.

use super::{run, with};
use crate::support::{Answer, Api, Endpoint, SUBSCRIPTION, Sandbox, Scene, WAITLIST, until};
use referralloop::session::subscriptions::RunClaim;
use referralloop::shutdown::StopSignal;
use referralloop::store::{JournalEntry, SubscriptionIntent, SubscriptionJournal, SubscriptionStatus};

const URL: &str = "https://app.example.com/hook";

fn journal(scene: &Scene) -> Vec<JournalEntry> {
    SubscriptionJournal::open(scene.store()).unwrap().list_entries(true).unwrap()
}

fn standings(scene: &Scene) -> Vec<(String, SubscriptionStatus)> {
    journal(scene).into_iter().map(|entry| (entry.event, entry.standing)).collect()
}

#[test]
fn each_event_is_one_call_and_one_line() {
    let (scene, api) = (Scene::new(), Api::new());
    let made = run(&scene, &api, ["subscribe", "deleted", "created", "--url", URL, "--waitlist", WAITLIST, "--json"]);
    let records = made.code(0).records();
    assert_eq!(records.len(), 2);
    assert_eq!((&records[0]["event_type"], &records[0]["made"]), (&"signup.created".into(), &true.into()));
    assert_eq!((&records[0]["id"], &records[0]["standing"]), (&"sub_1".into(), &"active".into()));
    assert_eq!(records[0]["subscription"]["since_when"], "unknown", "kept whole");
    assert_eq!(api.subscriptions(), [SUBSCRIPTION, "sub_1", "sub_2"]);
    assert_eq!(api.calls(), ["POST /api/v1/webhooks/subscribe"; 2]);

    let listed = scene.with(["subscriptions", "--json"]).output().code(0).records();
    assert_eq!(listed.iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>(), ["sub_1", "sub_2"]);
    let table = scene.with(["subscriptions"]).columns(400).output().code(0).out();
    assert!(table.lines().nth(1).unwrap().contains("sub_1  active  signup.created"), "{table}");
}

#[test]
fn what_is_there_already_is_not_made_again_unless_forced() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["subscribe", "created", "--url", URL])
        .says("sub_1  signup.created → https://app.example.com/hook\n");
    let again = run(&scene, &api, ["subscribe", "all", "--url", URL]).code(0);
    assert_eq!(again.err(), format!("note: signup.created → {URL} already exists (sub_1); --force creates another\n"));
    assert_eq!(again.out().lines().count(), 2);
    run(&scene, &api, ["subscribe", "created", "--url", URL, "--force"]).code(0);
    run(&scene, &api, ["subscribe", "created", "--url", URL, "--waitlist", WAITLIST]).code(0);
    run(&scene, &api, ["subscribe", "created", "--url", "https://app.example.com/other"]).code(0);
    assert_eq!(api.subscriptions().len(), 7);
}

#[test]
fn a_refusal_in_the_middle_takes_back_what_was_made() {
    let (scene, api) = (Scene::new(), Api::new());
    api.after(2, "POST", 400, r#"{"error":"Too many"}"#);
    let refused = run(&scene, &api, ["subscribe", "all", "--url", URL]).code(4);
    assert!(refused.err().contains("note: sub_2 was removed again\nnote: sub_1 was removed again\n"), "{refused}");
    assert!(
        refused.err().ends_with("error: the service refused POST /api/v1/webhooks/subscribe with 400: Too many\n"),
        "{refused}"
    );
    assert_eq!(api.subscriptions(), [SUBSCRIPTION]);
    let lines = standings(&scene);
    assert_eq!(
        lines.iter().map(|(_, standing)| *standing).collect::<Vec<_>>(),
        [SubscriptionStatus::Removed; 2],
        "{lines:?}"
    );
}

#[test]
fn what_cannot_be_taken_back_is_told_and_kept() {
    let (scene, api) = (Scene::new(), Api::new());
    api.after(1, "POST", 400, r#"{"error":"Too many"}"#);
    api.refuse("DELETE", 403, r#"{"error":"No"}"#);
    let refused = run(&scene, &api, ["subscribe", "created", "deleted", "--url", URL]).code(4);
    assert!(refused.err().contains("hint: still there: referralloop unsubscribe sub_1\n"), "{refused}");
    assert_eq!(standings(&scene), [("signup.created".to_owned(), SubscriptionStatus::Active)]);
}

#[test]
fn a_call_without_a_known_end_is_kept_as_such_and_never_repeated_blindly() {
    for answer in
        [Answer::Close, Answer::Garbage, Answer::Full(500, vec![], vec![]), Answer::Full(200, vec![], b"ok".to_vec())]
    {
        let (scene, api) = (Scene::new(), Api::new());
        api.instead("POST", answer);
        let lost = run(&scene, &api, ["subscribe", "created", "--url", URL]).code(4);
        assert!(lost.err().contains("the subscription may or may not exist; line 1 of the journal"), "{lost}");
        assert_eq!(standings(&scene), [("signup.created".to_owned(), SubscriptionStatus::Unknown)]);
        let again = run(&scene, &api, ["subscribe", "created", "--url", URL]).code(1);
        assert!(again.err().contains("line 1 of the journal: it is unknown whether"), "{again}");
        assert_eq!(api.calls().len(), 1);
        let listed = scene.with(["subscriptions", "--json"]).output().code(0).record("subscription");
        assert_eq!((&listed["standing"], listed.get("id")), (&"unknown".into(), None));
        let all = run(&scene, &api, ["unsubscribe", "--all", "--yes"]).code(1);
        assert!(all.err().contains("cannot be ended"), "{all}");
        scene.run(["subscriptions", "--forget", "1"]).says("removed line 1\n");
        run(&scene, &api, ["subscribe", "created", "--url", URL]).code(0);
    }
}

#[test]
fn the_wish_is_written_before_the_call() {
    let (scene, api) = (Scene::new(), Api::new());
    api.instead("POST", Answer::Hang);
    let running = with(&scene, &api, ["subscribe", "created", "--url", URL]).start();
    until("the call", || (!api.calls().is_empty()).then_some(()));
    assert_eq!(standings(&scene), [("signup.created".to_owned(), SubscriptionStatus::Asked)]);
    running.signal(StopSignal::Interrupt);
    running.signal(StopSignal::Interrupt);
    running.finish().code(130);
    assert_eq!(standings(&scene), [("signup.created".to_owned(), SubscriptionStatus::Asked)], "nobody knows");
}

#[test]
fn subscriptions_are_ended_by_id_by_url_or_all() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["subscribe", "all", "--url", URL]).code(0);
    run(&scene, &api, ["subscribe", "created", "--url", "https://app.example.com/other"]).code(0);
    run(&scene, &api, ["unsubscribe", "sub_1"]).says(&format!("sub_1 ended  signup.created → {URL}\n"));
    let gone = run(&scene, &api, ["unsubscribe", "sub_1", "sub_unheard_of"]);
    gone.is(1, "sub_1 was already gone\nsub_unheard_of is unknown, to the service and to the journal\n", "");
    let all = run(&scene, &api, ["unsubscribe", "--all"]);
    let kept = "error: --all ends 3 subscriptions, so it needs confirmation\n  hint: --yes ends them without asking\n";
    all.is(2, "", kept);
    let by_url = run(&scene, &api, ["unsubscribe", "--url", URL, "--json"]).code(0).records();
    assert_eq!(by_url.len(), 2);
    assert_eq!((&by_url[0]["id"], &by_url[0]["found"]), (&"sub_2".into(), &true.into()));
    run(&scene, &api, ["unsubscribe", "--all", "--yes"])
        .says("sub_4 ended  signup.created → https://app.example.com/other\n");
    assert_eq!(api.subscriptions(), [SUBSCRIPTION]);
    let nothing = run(&scene, &api, ["unsubscribe", "--all", "--yes"]);
    nothing.is(0, "", "note: the journal has none of these\n");
    assert_eq!(
        scene.run(["subscriptions"]).code(0).err(),
        "note: the journal has no subscription; create one with: referralloop subscribe\n"
    );
    assert_eq!(scene.run(["subscriptions", "--ended", "--json"]).code(0).records().len(), 4);
}

#[test]
fn what_another_api_has_is_left_alone() {
    let (scene, api, other) = (Scene::new(), Api::new(), Api::new());
    run(&scene, &other, ["subscribe", "created", "--url", URL]).code(0);
    let wrong = run(&scene, &api, ["unsubscribe", "sub_1"]).code(2);
    assert!(wrong.err().contains(&format!("referralloop unsubscribe sub_1 --api-url {}", other.url())), "{wrong}");
    let all = run(&scene, &api, ["unsubscribe", "--all", "--yes"]).code(0);
    assert!(all.err().contains("1 created with another API and left alone"), "{all}");
    assert!(api.calls().is_empty());
    run(&scene, &api, ["subscribe", "created", "--url", URL]).code(0);
    assert_eq!(api.subscriptions().len(), 2, "the same there is not the same here");
}

#[test]
fn one_that_cannot_be_ended_stays_in_the_journal() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["subscribe", "created", "deleted", "--url", URL]).code(0);
    api.refuse("DELETE", 403, r#"{"error":"No"}"#);
    let half = run(&scene, &api, ["unsubscribe", "--all", "--yes"]).code(3);
    assert!(half.out().starts_with("sub_2 ended"), "{half}");
    assert_eq!(standings(&scene)[0].1, SubscriptionStatus::Active);
    // One whose call had no end may be gone; asking again does no harm.
    api.instead("DELETE", Answer::Close);
    run(&scene, &api, ["unsubscribe", "sub_1"]).code(4);
    assert_eq!(standings(&scene)[0].1, SubscriptionStatus::Removing);
    let clean = run(&scene, &api, ["subscriptions", "--cleanup"]).code(0);
    assert_eq!(clean.out(), format!("ended  sub_1  signup.created → {URL}\n"));
    assert_eq!(api.subscriptions(), [SUBSCRIPTION]);
}

#[test]
fn what_a_run_left_behind_is_found_once_it_is_gone() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["subscribe", "deleted", "--url", URL]).code(0);
    let owner = RunClaim::claim(&scene.store(), "run-1".into()).unwrap();
    let journal = SubscriptionJournal::open(scene.store()).unwrap();
    let api_url = api.url();
    let wish =
        SubscriptionIntent { api: &api_url, event: "signup.created", url: URL, waitlist: None, run: Some("run-1") };
    let number = journal.record_intent(&wish, "2024-01-15T10:00:00Z".parse().unwrap()).unwrap();
    journal.mark_active(number, SUBSCRIPTION, "{}").unwrap();

    let alive = run(&scene, &api, ["subscriptions", "--cleanup"]);
    alive.is(0, "", "note: nothing was left behind\n");
    drop(owner);
    let table = scene.with(["subscriptions"]).columns(400).output().code(0);
    assert!(table.out().contains("left behind") && table.err().contains("--cleanup"), "{table}");
    let clean = run(&scene, &api, ["subscriptions", "--cleanup", "--json"]).code(0);
    assert_eq!(clean.record("unsubscribed")["id"], SUBSCRIPTION);
    assert_eq!(api.subscriptions(), ["sub_1"], "what was to stay stays");
}

#[test]
fn targets_must_be_public_and_https_unless_the_api_is_here_or_the_user_insists() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["subscribe", "created", "--url", "3000/hook"]).code(0);
    run(&scene, &api, ["subscribe", "created", "--url", "http://example.com", "--allow-http"]).code(0);
    let public = |url: &str, more: &[&str]| {
        let line = ["subscribe", "created", "--url", url].into_iter().chain(more.iter().copied());
        let line = line.chain(["--api-url", "https://api.example.invalid"]);
        scene.with(line).env("REFERRALLOOP_API_KEY", "pk_test_x").columns(400).output().code(2).err()
    };
    assert!(public("http://example.com", &[]).contains("is not https"));
    assert!(public("http://localhost:3000", &[]).contains("hint: expose it first"));
    assert!(public("https://localhost:3000", &[]).contains("which the service cannot reach"));
    assert!(public("http://localhost:3000", &["--allow-http"]).contains("which the service cannot reach"));
}

#[test]
fn an_active_line_is_not_struck_out() {
    let (scene, api) = (Scene::new(), Api::new());
    run(&scene, &api, ["subscribe", "created", "--url", URL]).code(0);
    let refused = scene.run(["subscriptions", "--forget", "1"]).code(2);
    assert!(refused.err().contains("referralloop unsubscribe sub_1"), "{refused}");
    scene.run(["subscriptions", "--forget", "7"]).code(2);
}

/// A sandbox in memory begins anew on the same port: what the journal tells of the one before is no reason to stand still.
#[test]
fn a_sandbox_that_began_anew_is_subscribed_anew() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let url = app.url("/hook");
    let first = Sandbox::start(&scene, ["--memory"]);
    let port = url::Url::parse(&first.url).unwrap().port().unwrap().to_string();
    first.run(&scene, ["subscribe", "created", "--url", &url]);
    let known = first.run(&scene, ["subscribe", "created", "--url", &url]);
    assert!(known.err().contains("already exists"), "{known}");
    // Every event would come twice.
    let alias = first.run(&scene, ["subscribe", "created", "--url", &url.replace("127.0.0.1", "localhost")]);
    assert!(alias.err().contains("already exists"), "{alias}");
    let (api, key) = (first.url.clone(), first.key.clone());
    let scene_with =
        |line: &[&str]| scene.with(line).env("REFERRALLOOP_API_URL", &api).env("REFERRALLOOP_API_KEY", &key).output();
    let early = scene_with(&["subscriptions", "--forget", "1"]).code(2);
    assert!(early.err().contains("would keep delivering"), "{early}");
    first.stop();
    let id = journal(&scene)[0].id.clone().unwrap();
    let ended = scene_with(&["unsubscribe", &id]).code(4);
    assert!(ended.err().contains("referralloop subscriptions --forget 1"), "{ended}");
    let again = Sandbox::start(&scene, ["--memory", "--port", &port]);
    let doctor = again.with(&scene, ["doctor", "--json"]).output();
    let finding = doctor.records().into_iter().find(|record| record["id"] == "arriving.subscription").unwrap();
    assert_eq!(finding["verdict"], "failed", "{doctor}");
    let made = again.run(&scene, ["subscribe", "created", "--url", &url]);
    assert!(made.err().contains("is gone with the sandbox that had it"), "{made}");
    let lists = again.run(&scene, ["waitlists", "--json"]).records();
    again.run(
        &scene,
        ["signups", "create", "--waitlist", lists[0]["id"].as_str().unwrap(), "--email", "ada@example.com"],
    );
    app.wait_for(1);
    let standings = standings(&scene);
    assert_eq!(standings.iter().filter(|(_, standing)| *standing == SubscriptionStatus::Active).count(), 1);
    again.stop();
    scene_with(&["subscriptions", "--forget", "2"]).code(0);
}

/// A port that is left to the system is another one at each start; the data, and what is subscribed, is the same.
#[test]
fn a_sandbox_at_another_port_has_what_it_had() {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let url = app.url("/hook");
    let first = Sandbox::start(&scene, ["--data", "data.db"]);
    first.run(&scene, ["subscribe", "created", "--url", &url]);
    first.stop();
    let again = Sandbox::start(&scene, ["--data", "data.db"]);
    let known = again.run(&scene, ["subscribe", "created", "--url", &url]);
    assert!(known.err().contains("already exists"), "{known}");
    again.run(&scene, ["unsubscribe", "--url", &url]);
    assert_eq!(standings(&scene), [("signup.created".to_owned(), SubscriptionStatus::Removed)]);
}
