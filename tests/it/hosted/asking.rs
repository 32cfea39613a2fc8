//! On a terminal, what is not given is asked for; the equivalent command line is told. Through a real pseudo-terminal.

use crate::support::{Api, KEY, Output, SUBSCRIPTION, Sandbox, Scene, WAITLIST, counterpart, until};
use serde_json::json;
use std::path::Path;

const ENTER: &str = "\r";
const DOWN: &str = "\u{1b}[B";
const CTRL_C: &str = "\u{3}";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

/// Runs a command on a terminal; each pair is what must appear, and what is typed then.
#[track_caller]
fn talk(scene: &Scene, api: &Api, line: &[&str], dialogue: &[(&str, &str)]) -> Option<Output> {
    talk_to(scene, &api.url(), (line != ["login"]).then_some(KEY), line, dialogue)
}

/// The same with any API, and a key or none.
#[track_caller]
fn talk_to(scene: &Scene, url: &str, key: Option<&str>, line: &[&str], dialogue: &[(&str, &str)]) -> Option<Output> {
    let python = counterpart("python3")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/counterparts/terminal.py");
    let dialogue = json!(dialogue).to_string();
    let program = env!("CARGO_BIN_EXE_referralloop");
    let arguments = [script.to_str().unwrap(), &dialogue, program].into_iter().chain(line.iter().copied());
    let run = scene.command(&python, arguments).env("REFERRALLOOP_API_URL", url).env("TERM", "xterm");
    let run = match key {
        Some(key) => run.env("REFERRALLOOP_API_KEY", key),
        None => run,
    };
    let output = run.env("PAGER", "cat").env("NO_COLOR", "1").output();
    assert_ne!(output.code, Some(97), "{output}");
    let told = output.out().replace(&dialogue, "");
    assert!(!told.contains("canary"), "the key is shown: {output}");
    Some(output)
}

#[test]
fn subscribing_asks_for_events_waitlist_and_url() {
    let (scene, api) = (Scene::new(), Api::new());
    // Every event is chosen to begin with; the second one is taken out.
    let answers =
        [("Events", &format!("{DOWN} {ENTER}")[..]), ("Waitlist", ENTER), ("URL that receives them", "3000/hook\r")];
    let Some(output) = talk(&scene, &api, &["subscribe"], &answers) else { return };
    let output = output.code(0);
    let line = format!("referralloop subscribe created deleted --url http://localhost:3000/hook --waitlist {WAITLIST}");
    let flat = output.out().replace("\r\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&format!("The same without questions: {line}")), "{output}");
    assert_eq!(api.subscriptions(), [SUBSCRIPTION, "sub_1", "sub_2"]);
}

#[test]
fn a_key_is_typed_without_being_seen() {
    let (scene, api) = (Scene::new(), Api::new());
    let Some(output) = talk(&scene, &api, &["login"], &[("API key (not shown)", &format!("{KEY}\r"))]) else { return };
    assert!(output.code(0).out().contains("The test key works for 1 waitlist"));
    assert!(std::fs::read_to_string(scene.config()).unwrap().contains(KEY));
}

#[test]
fn sign_ups_ask_for_address_and_waitlist_and_subscriptions_are_picked() {
    let (scene, api) = (Scene::new(), Api::new());
    let answers = [("E-mail address", "ada@example.com\r"), ("Waitlist", ENTER)];
    let Some(output) = talk(&scene, &api, &["signups", "create"], &answers) else { return };
    assert!(output.code(0).out().contains("ada@example.com"));
    let subscribe = ["subscribe", "all", "--url", "https://app.example.com/hook"];
    talk(&scene, &api, &subscribe, &[]).unwrap().code(0);
    let picked = talk(
        &scene,
        &api,
        &["unsubscribe"],
        &[("Which subscriptions should be ended?", &format!(" {DOWN}{DOWN} {ENTER}")), ("End 2 subscriptions?", "y")],
    )
    .unwrap();
    let picked = picked.code(0);
    assert!(picked.out().contains("The same without questions: referralloop unsubscribe sub_2 sub_4"), "{picked}");
    assert_eq!(api.subscriptions(), [SUBSCRIPTION, "sub_3"]);
}

#[test]
fn what_was_picked_goes_after_a_yes_only() {
    let (scene, sandbox) = (Scene::new(), Sandbox::start(&Scene::new(), ["--signups", "3", "--memory"]));
    let talk =
        |line: &[&str], dialogue: &[(&str, &str)]| talk_to(&scene, &sandbox.url, Some(&sandbox.key), line, dialogue);
    let first = format!(" {ENTER}");
    let picked = [("Waitlist", ENTER), ("Which sign-ups?", first.as_str())];
    let line = ["signups", "delete"];
    for (answer, code, said) in [("n", 130, "nothing was done"), ("y", 0, "deleted ")] {
        let asked = [&picked[..], &[("Delete 1 sign-up for good?", answer)]].concat();
        let Some(output) = talk(&line, &asked) else { return };
        let output = output.code(code);
        assert!(output.out().contains(said), "{answer:?}: {output}");
    }
    let output = talk(&["signups", "delete", "--yes"], &picked).unwrap().code(0);
    assert!(!output.out().contains("for good?"), "{output}");
    let none = talk(&line, &[("Waitlist", ENTER), ("Which sign-ups?", ENTER)]).unwrap().code(0);
    assert!(none.out().contains("none was chosen"), "{none}");
}

#[test]
fn ctrl_c_at_a_list_ends_it_and_shows_the_cursor_again() {
    let (scene, api) = (Scene::new(), Api::new());
    for key in [CTRL_C, "\u{1b}"] {
        let Some(output) = talk(&scene, &api, &["subscribe"], &[("Events", key)]) else { return };
        let output = output.code(130);
        assert!(output.out().contains(SHOW_CURSOR), "{output}");
    }
    assert_eq!(api.calls(), Vec::<String>::new());
}

#[test]
fn ctrl_c_at_a_question_is_no_answer_and_leaves_the_cursor_shown() {
    let (scene, api) = (Scene::new(), Api::new());
    let secret = |more: &[&str]| scene.run(["secret"].iter().chain(more).copied()).code(0).out();
    secret(&["new"]);
    let kept = secret(&["show"]);
    for (key, code) in [(CTRL_C, 130), ("n", 2), (ENTER, 2), ("\u{1b}", 2)] {
        let Some(output) = talk(&scene, &api, &["secret", "new"], &[("Replace it? [y/N]", key)]) else { return };
        let output = output.code(code);
        let hidden = output.out().rfind("\u{1b}[?25l");
        assert!(hidden <= output.out().rfind(SHOW_CURSOR), "{output}");
        assert_eq!(output.out().contains("error"), code == 2, "{output}");
        assert_eq!(secret(&["show"]), kept);
    }
    talk(&scene, &api, &["secret", "new"], &[("Replace it? [y/N]", "xY")]).unwrap().code(0);
    assert_ne!(secret(&["show"]), kept);
}

#[test]
fn nobody_is_asked_who_does_not_want_to_be() {
    let (scene, api) = (Scene::new(), Api::new());
    let Some(output) = talk(&scene, &api, &["subscribe", "--no-input"], &[]) else { return };
    assert!(output.code(2).out().contains("no event given"));
}

#[test]
fn the_whole_way_with_every_question_answered() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--signups", "3", "--memory"]);
    let listener = scene.listen(["-q"]);
    let talk = |line: &[&str], dialogue: &[(&str, &str)]| talk_to(&scene, &sandbox.url, None, line, dialogue);
    let typed = format!("{}\r", sandbox.key);
    let Some(login) = talk(&["login"], &[("API key (not shown)", &typed)]) else { return };
    assert!(!login.code(0).out().replace(&json!(typed).to_string(), "").contains(&sandbox.key));
    let url = format!("{}\r", listener.url);
    let questions = [("Events", ENTER), ("Waitlist", ENTER), ("URL that receives them", &url)];
    talk(&["subscribe"], &questions).unwrap().code(0);
    let questions = [("E-mail address", "ada@example.com\r"), ("Waitlist", ENTER)];
    talk(&["signups", "create"], &questions).unwrap().code(0);
    let events = || scene.run(["events", "list", "--json"]).records();
    let arrived = until("the event", || events().first().cloned());
    assert_eq!((&arrived["email"], &arrived["verification"]), (&"ada@example.com".into(), &"valid".into()));
    let all = format!(" {DOWN} {DOWN} {ENTER}");
    talk(&["unsubscribe"], &[("Which subscriptions should be ended?", &all), ("End 3 subscriptions?", "y")])
        .unwrap()
        .code(0);
    assert_eq!(scene.run(["subscriptions", "--json"]).records().len(), 0);
    listener.stop().code(0);
}
