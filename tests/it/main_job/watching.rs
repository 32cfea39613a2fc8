//! What a person sees who watches a listener: bodies while it is calm, a line each in a burst, and what to type next.

use super::{CREATED, MOVED, deliver};
use crate::support::{Answer, Endpoint, Listener, Scene, post, until};

fn body(number: usize) -> String {
    CREATED.replace("user@", &format!("user{number}@"))
}

#[test]
fn a_burst_takes_a_line_for_each_event_and_its_forward() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let listener = Listener::start(&scene, [app.url("/hooks")], |run| run.terminal(100).env("NO_COLOR", "1"));
    for number in 0..200 {
        post(&listener.url, &body(number));
    }
    app.wait_for(200);
    let ended = listener.stop().code(0);
    let out = ended.out();
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines.len() <= 210, "{} lines: {ended}", lines.len());
    for number in [1, 5, 100, 200] {
        let line = lines.iter().find(|line| line.contains(&format!(" #{number} created ")));
        assert!(line.is_some_and(|line| line.contains(" ○ → 200 ")), "{number}: {line:?} in {ended}");
    }
    assert_eq!(out.matches("one line each until it is calm").count(), 1);
}

#[test]
fn bodies_are_shown_as_asked() {
    for (more, wide, bodies, lines) in [
        (&[][..], true, 2, 0),
        (&["--body", "full"], true, 2, 0),
        (&["--body", "none"], true, 0, 2),
        (&["--body", "none"], false, 0, 2),
        (&[], false, 2, 0),
    ] {
        let scene = Scene::new();
        let listener =
            Listener::start(&scene, more, |run| if wide { run.terminal(100).env("NO_COLOR", "1") } else { run });
        deliver(&scene, &listener.url, CREATED, &[]).code(0);
        deliver(&scene, &listener.url, MOVED, &[]).code(0);
        let ended = listener.stop().code(0);
        let out = ended.out();
        assert_eq!((out.matches("│ {").count(), out.matches(" ✔\n").count()), (bodies, lines), "{more:?}: {ended}");
    }
    let refused = Scene::new().run(["listen", "--body", "none", "--json"]).code(2);
    assert!(refused.err().starts_with("error: --body cannot be used with --json"), "{refused}");
}

#[test]
fn a_failing_app_is_quoted_on_the_line_of_its_event() {
    let scene = Scene::new();
    let app = Endpoint::new([Answer::Full(500, vec![], b"database is down".to_vec())]);
    let listener =
        Listener::start(&scene, ["--body", "none", &app.url("/")], |run| run.terminal(120).env("NO_COLOR", "1"));
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    let out = until("the forward", || Some(listener.running().stdout.text()).filter(|text| text.contains("hint: ")));
    let line = out.lines().next().unwrap();
    assert!(line.contains(" #1 position_changed user@example.com 10 → 5 (up 5) ✔ → 500 "), "{out}");
    assert!(line.ends_with(" \"database is down\""), "{out}");
    listener.stop().code(0);
}

#[test]
fn the_banner_says_what_to_type_next_on_a_terminal() {
    let scene = Scene::new();
    let listener = Listener::start(&scene, [""; 0], |run| run.terminal(80).env("NO_COLOR", "1"));
    let ended = listener.stop().code(0);
    assert!(ended.err().contains("In another terminal:  referralloop trigger created\n"), "{ended}");
    assert!(ended.err().contains("Secret for your app:  referralloop secret show\n"), "{ended}");
    let piped = scene.listen([""; 0]).stop().code(0);
    assert!(!piped.err().contains("another terminal"), "{piped}");
}

#[test]
fn the_name_alone_says_what_to_do_next() {
    let scene = Scene::new();
    let fresh = scene.with([""; 0]).terminal(80).env("NO_COLOR", "1").output().code(2);
    assert_eq!(fresh.out(), "");
    for step in
        ["referralloop listen 3000/webhooks ", "referralloop demo ", "referralloop login ", "referralloop help "]
    {
        assert!(fresh.err().contains(step), "{step}: {fresh}");
    }
    assert!(fresh.err().lines().all(|line| line.chars().count() <= 80), "{fresh}");
    let listener = scene.listen([""; 0]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    let busy = scene.with([""; 0]).terminal(80).env("NO_COLOR", "1").output().code(2);
    assert!(busy.err().contains("A listener is running on http://127.0.0.1:"), "{busy}");
    assert!(busy.err().contains("1 event in the history\n") && busy.err().contains("replay last"), "{busy}");
    listener.stop().code(0);
    let piped = scene.run([""; 0]).code(2);
    assert!(piped.err().contains("Usage: referralloop"), "a script gets the help: {piped}");
}
