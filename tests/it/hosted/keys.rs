//! login, logout, whoami, and which key goes where.

use super::{run, with};
use crate::support::{Answer, Api, Endpoint, KEY, Scene};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A key that must not be seen anywhere.
const LIVE: &str = "pk_live_canary0123456789";

#[test]
fn a_key_is_kept_where_the_service_took_it_and_forgotten_on_request() {
    let (scene, api) = (Scene::new(), Api::new());
    let url = api.url();
    let login = scene.with(["login", "--api-url", &url]).stdin(format!("{KEY}\n")).output().code(0);
    assert!(login.err().contains("The test key works for 1 waitlist at http://127.0.0.1:"), "{login}");
    assert_eq!(login.out(), "");
    assert_eq!(fs::metadata(scene.config()).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = fs::read_to_string(scene.config()).unwrap();
    assert!(kept.contains("[profiles.default]") && kept.contains(KEY) && kept.contains(&url), "{kept}");

    let who = scene.run(["whoami", "--json"]).code(0).record("whoami");
    assert_eq!(who["api_url"], url.as_str());
    assert_eq!((&who["key"], &who["accepted"], &who["waitlists"]), (&"test".into(), &true.into(), &1.into()));
    assert_eq!(who["key_origin"], scene.config().to_str().unwrap());
    assert_eq!((&who["limit"], &who["remaining"], &who["plan"]), (&10_000.into(), &9_998.into(), &"growth".into()));
    assert_eq!(who["reset_at"], "2030-01-15T11:00:00.000Z");

    let logout = scene.run(["logout"]).code(0);
    assert_eq!(logout.err(), "note: Removed the key of profile default.\n");
    let kept = fs::read_to_string(scene.config()).unwrap();
    assert!(!kept.contains("canary") && !kept.contains("api_url"), "{kept}");
    scene.run(["whoami"]).code(3);
    assert_eq!(scene.run(["logout"]).code(0).err(), "note: Profile default has no key.\n");
}

#[test]
fn profiles_have_keys_of_their_own() {
    let (scene, api) = (Scene::new(), Api::new());
    let url = api.url();
    for profile in ["one", "two"] {
        scene.with(["login", "--profile", profile, "--api-url", &url]).stdin(KEY).output().code(0);
    }
    scene.run(["logout", "--profile", "one"]).code(0);
    scene.run(["whoami", "--profile", "one"]).code(3);
    scene.run(["whoami", "--profile", "two"]).code(0);
}

#[test]
fn what_the_service_does_not_take_is_not_kept() {
    let (scene, api) = (Scene::new(), Api::new());
    let url = api.url();
    let wrong = scene.with(["login", "--api-url", &url]).stdin("pk_test_wrong").columns(400).output().code(3);
    assert!(
        wrong.err().starts_with("error: the service refused the test API key from standard input: Invalid API key"),
        "{wrong}"
    );
    for (input, words) in [
        ("", "the API key is empty"),
        ("whsec_x", "this is not an API key: keys begin with pk_live_ or pk_test_"),
        ("Bearer pk_test_canary", "has 'Bearer' in front of it"),
        ("pk_test_canary two", "a space or a line break"),
    ] {
        let refused = scene.with(["login", "--api-url", &url]).stdin(input).columns(400).output().code(2);
        assert!(refused.err().contains(words) && !refused.err().contains("canary"), "{refused}");
    }
    assert_eq!(api.calls().len(), 1, "only what may be a key is sent");
    assert!(!scene.config().exists());
}

#[test]
fn the_environment_goes_before_what_is_kept() {
    let (scene, api) = (Scene::new(), Api::new());
    let url = api.url();
    scene.with(["login", "--api-url", &url]).stdin(KEY).output().code(0);
    let who = with(&scene, &api, ["whoami", "--json"]).env("REFERRALLOOP_API_KEY", "pk_test_other").output().code(3);
    assert_eq!(who.record("whoami")["key_origin"], "REFERRALLOOP_API_KEY");
    assert_eq!(who.record("whoami")["accepted"], false);
    let empty = scene.with(["whoami"]).env("REFERRALLOOP_API_KEY", "").output().code(3);
    assert!(empty.err().starts_with("error: the API key is empty (REFERRALLOOP_API_KEY)"), "{empty}");
}

#[test]
fn a_live_key_goes_to_no_place_that_was_not_named_for_it() {
    let elsewhere = Endpoint::new([Answer::Full(200, vec![], b"[]".to_vec())]);
    let url = elsewhere.url("/api/v1");
    let scene = Scene::new();
    scene.write("config.toml", format!("[profiles.default]\napi_key = \"{LIVE}\"\n"));
    let kept = |arguments: &[&str]| {
        scene.with(arguments.iter().copied()).env("REFERRALLOOP_CONFIG", "config.toml").columns(400)
    };
    let astray = kept(&["whoami"]).env("REFERRALLOOP_API_URL", &url).output().code(3);
    assert!(astray.err().contains("the live API key from") && astray.err().contains("--api-url"), "{astray}");
    let typed = scene.with(["login"]).env("REFERRALLOOP_API_URL", &url).stdin(LIVE).output().code(3);
    assert!(!typed.err().contains("canary"), "{typed}");
    assert!(elsewhere.received().is_empty(), "not even once");

    kept(&["whoami", "--api-url", &url]).output().code(0);
    let both = scene.with(["whoami"]).env("REFERRALLOOP_API_URL", &url).env("REFERRALLOOP_API_KEY", LIVE);
    both.output().code(0);
    assert_eq!(elsewhere.received().len(), 2, "named for it");
}

#[test]
fn keys_are_sent_over_https_or_within_this_machine() {
    let (scene, api) = (Scene::new(), Api::new());
    let plain = run(&scene, &api, ["whoami", "--api-url", "http://example.com/api/v1"]).code(2);
    assert!(plain.err().starts_with("error: --api-url: http would send the API key in clear text"), "{plain}");
    let project = scene.write("referralloop.toml", format!("api_url = \"{}\"\n", api.url()));
    let refused = run(&scene, &api, ["whoami"]).code(3);
    assert!(refused.err().contains("which a project file cannot"), "{refused}");
    fs::remove_file(project).unwrap();
    let on_line = run(&scene, &api, ["login", "pk_test_x1"]).code(2);
    assert!(on_line.err().contains("looks like a key") && !on_line.err().contains("pk_test_x1"), "{on_line}");
}
