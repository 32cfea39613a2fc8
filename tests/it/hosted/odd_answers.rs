//! The odd answers of `reach::odd_answers` to what asks more than once or keeps something: a login, a comparison, a
//! diagnosis, several subscriptions, the end of some, a listener that subscribes. Nothing that the service has is lost.

use super::with;
use crate::reach::odd_answers::{ID, Worth, dressed, undressed};
use crate::support::{Answer, Api, KEY, Output, SUBSCRIPTION, Scene, WAITLIST, free_port, until};
use referralloop::session::subscriptions::RunClaim;
use referralloop::shutdown::StopSignal;
use referralloop::store::{SubscriptionIntent, SubscriptionJournal};
use serde_json::Value;

const URL: &str = "https://app.example.com/hook";

fn run(scene: &Scene, api: &Api, line: &[&str]) -> Output {
    with(scene, api, line.iter().copied()).output()
}

/// Lines of the journal.
fn journal(scene: &Scene, api: &Api) -> Vec<Value> {
    let listed = run(scene, api, &["subscriptions", "--json"]).code(0).records();
    listed.into_iter().filter(|record| record["type"] == "subscription").collect()
}

/// Each answer to a command, one scene for each; what is checked of it gets a name for its messages.
fn each(answers: Vec<(&'static str, Answer, Worth)>, check: impl Fn(&str, Answer, Worth) + Sync) {
    assert!(answers.len() >= 20, "{}", answers.len());
    let (first, second) = answers.split_at(answers.len() / 2);
    let check = &check;
    std::thread::scope(|scope| {
        for half in [first, second] {
            scope.spawn(move || half.iter().for_each(|(name, answer, worth)| check(name, answer.clone(), *worth)));
        }
    });
}

fn all(below: &str, list: bool) -> Vec<(&'static str, Answer, Worth)> {
    dressed(below, list).into_iter().chain(undressed()).collect()
}

/// The exit code of a call that has to tell something.
fn code(worth: Worth) -> i32 {
    match worth {
        Worth::Good => 0,
        Worth::No(code) => code,
        Worth::Odd | Worth::Unanswered => 4,
    }
}

/// A key is called refused by a 401 alone, and by a 403 the call.
#[track_caller]
fn check_words(name: &str, worth: Worth, ended: &Output) {
    let said = ended.out() + &ended.err();
    assert!(!said.contains("panicked"), "{name}: {ended}");
    let refused = said.contains("not accepted") || said.contains("refused the test API key");
    assert!(!refused || worth == Worth::No(3), "{name}: {ended}");
}

#[test]
fn a_login_keeps_what_was_taken_alone() {
    each(all("waitlists", true), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        api.instead("GET", answer);
        let line = ["login", "--api-url", &api.url()].map(str::to_owned);
        let ended = scene.with(line).stdin(KEY).columns(400).output();
        assert_eq!(ended.code, Some(code(worth)), "{name}: {ended}");
        assert_eq!(scene.config().exists(), worth == Worth::Good, "{name}: {ended}");
        check_words(name, worth, &ended);
    });
}

#[test]
fn a_comparison_claims_nothing_without_a_list() {
    each(all("signups", true), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        api.instead("GET", answer);
        let ended = run(&scene, &api, &["reconcile", "-w", WAITLIST, "--json"]);
        let wanted = if worth == Worth::Good { 1 } else { code(worth) };
        assert_eq!(ended.code, Some(wanted), "{name}: {ended}");
        let told = ended.out().contains(ID) || ended.out().contains("\"12\"");
        assert_eq!(told, worth == Worth::Good, "{name}: {ended}");
        check_words(name, worth, &ended);
    });
}

#[test]
fn a_diagnosis_blames_the_key_only_where_the_service_does() {
    each(all("waitlists", true), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        scene.write("referralloop.toml", "port = 0\n");
        api.instead("GET", answer);
        let ended = run(&scene, &api, &["doctor", "--json"]);
        let found = ended.records().into_iter().find(|one| one["id"] == "setup.api").unwrap();
        assert_eq!(found["verdict"] == "passed", worth == Worth::Good, "{name}: {ended}");
        assert_eq!(ended.code, Some(i32::from(worth != Worth::Good)), "{name}: {ended}");
        check_words(name, worth, &ended);
    });
}

/// Whatever the second call is answered with, what the first one made is taken back or in the journal.
#[test]
fn of_two_subscriptions_none_is_lost() {
    each(all("subscription", false), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        api.instead_after(1, "POST", answer);
        let ended = run(&scene, &api, &["subscribe", "created", "deleted", "--url", URL, "--json"]);
        assert_eq!(ended.code, Some(code(worth)), "{name}: {ended}");
        let kept = journal(&scene, &api);
        let is_kept = |id: &str| kept.iter().any(|line| line["id"] == id && line["standing"] == "active");
        for id in api.subscriptions().iter().filter(|id| *id != SUBSCRIPTION) {
            assert!(is_kept(id), "{name}: {id} is lost: {ended}");
        }
        assert_eq!(is_kept(ID) || is_kept("12"), worth == Worth::Good, "{name}: {kept:?}");
        let doubtful = kept.iter().any(|line| line["standing"] == "unknown");
        assert_eq!(doubtful, matches!(worth, Worth::Odd | Worth::Unanswered), "{name}: {kept:?}");
        check_words(name, worth, &ended);
    });
}

/// Ends what the journal holds; what is not known to be gone stays there.
fn check_end(line: &[&str], name: &str, (scene, api): (&Scene, &Api), (answer, worth): (Answer, Worth)) {
    api.instead("DELETE", answer);
    let ended = run(scene, api, line);
    let gone = matches!(worth, Worth::Good | Worth::Odd);
    assert_eq!(ended.code, Some(if gone { 0 } else { code(worth) }), "{name}: {ended}");
    let kept = journal(scene, api);
    let listed = kept.iter().any(|line| line["id"].is_string());
    assert_eq!(listed, !gone, "{name}: {kept:?}: {ended}");
    check_words(name, worth, &ended);
}

#[test]
fn what_is_not_known_to_be_gone_stays_in_the_journal() {
    each(undressed(), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        run(&scene, &api, &["subscribe", "created", "--url", URL]).code(0);
        check_end(&["unsubscribe", "--all", "--yes", "--json"], name, (&scene, &api), (answer, worth));
    });
}

#[test]
fn what_was_left_behind_stays_until_it_is_gone() {
    each(undressed(), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        // The store is there.
        run(&scene, &api, &["subscribe", "created", "--url", URL]).code(0);
        run(&scene, &api, &["unsubscribe", "--all", "--yes"]).code(0);
        drop(RunClaim::claim(&scene.store(), "run-1".into()).unwrap());
        let (journal, api_url) = (SubscriptionJournal::open(scene.store()).unwrap(), api.url());
        let (event, run) = ("signup.created", Some("run-1"));
        let wish = SubscriptionIntent { api: &api_url, event, url: URL, waitlist: None, run };
        let number = journal.record_intent(&wish, "2024-01-15T10:00:00Z".parse().unwrap()).unwrap();
        journal.mark_active(number, SUBSCRIPTION, "{}").unwrap();
        check_end(&["subscriptions", "--cleanup", "--json"], name, (&scene, &api), (answer, worth));
    });
}

/// It ends what it made, and says what it does not know.
#[test]
fn a_listener_that_subscribes_loses_none() {
    each(all("subscription", false), |name, answer, worth| {
        let (scene, api) = (Scene::new(), Api::new());
        api.instead("POST", answer);
        // Outside is inside here: the public address is the listener's own.
        let port = free_port();
        let (own, outside) = (port.to_string(), format!("http://127.0.0.1:{port}"));
        let line = ["listen", "--port", &own, "--subscribe", "created", "--public-url", &outside];
        let mut running = with(&scene, &api, line.iter().chain(&["--json"]).copied()).start();
        until("a subscription, or the end", || {
            (running.has_ended().is_some() || running.stdout.text().contains("\"type\":\"subscription\"")).then_some(())
        });
        running.signal(StopSignal::Interrupt);
        let ended = running.finish();
        assert_eq!(ended.code, Some(code(worth)), "{name}: {ended}");
        let doubtful = journal(&scene, &api).iter().any(|line| line["standing"] == "unknown");
        assert_eq!(doubtful, matches!(worth, Worth::Odd | Worth::Unanswered), "{name}: {ended}");
        let ends = api.calls().iter().filter(|call| call.starts_with("DELETE")).count();
        assert_eq!(ends, usize::from(worth == Worth::Good), "{name}: {ended}");
        check_words(name, worth, &ended);
    });
}
