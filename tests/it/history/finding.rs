//! What happened can be found again: what was refused, what comes in, what was never passed on; and it goes again to
//! where it went.

use crate::main_job::{CREATED, DELETED, MOVED, deliver};
use crate::support::{Answer, Endpoint, Scene, until};
use referralloop::shutdown::StopSignal;

fn forge(scene: &Scene, url: &str, body: &str) {
    scene.write("other.txt", "another secret");
    deliver(scene, url, body, &["--secret-file", "other.txt"]).code(1);
}

#[test]
fn refused_requests_are_listed_and_reported() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    forge(&scene, &listener.url, CREATED);
    forge(&scene, &listener.url, DELETED);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    listener.stop().code(0);
    for option in [&["--refused"][..], &["--state", "invalid"]] {
        let listed = scene.with(["events", "list"].iter().chain(option)).output().code(0);
        let rows: Vec<String> = listed.out().lines().map(str::to_owned).collect();
        assert_eq!(rows.len(), 3, "{listed}");
        assert!(rows[1].starts_with("!2 ") && rows[1].contains("signup.deleted"), "{listed}");
        assert!(rows[2].starts_with("!1 ") && rows[2].contains("the signature does not match"), "{listed}");
        assert!(listed.err().contains("verify --event r2"), "{listed}");
    }
    let chosen = scene.run(["events", "list", "--refused", "--events", "created", "--json"]).code(0);
    assert_eq!(chosen.records().len(), 1);
    assert_eq!(chosen.record("refused")["refused"], 1);
    let none = scene.run(["events", "list", "--refused", "--email", "nobody@example.com"]).code(0);
    assert!(none.out().is_empty() && none.err().contains("no refused request matches"), "{none}");
    let page = scene.run(["events", "report", "--refused", "--html", "-"]).code(0).out();
    assert!(page.contains("<b>!1</b>") && page.contains("<b>!2</b>") && !page.contains("<b>#"), "{page}");
    assert!(page.contains("the signature does not match"));
    // Without the mark that a shell's history takes for its own.
    let (marked, plain) = (scene.run(["events", "show", "!2"]).code(0), scene.run(["events", "show", "r2"]).code(0));
    assert!(plain.out().contains("!2") && plain.out() == marked.out(), "{plain}");
    assert_eq!(plain.err(), "hint: referralloop verify --event r2\n");
    let replayed = scene.run(["replay", "r2"]).code(2);
    let why =
        "error: !2 is a refused request, not an event\n  hint: why it was refused: referralloop verify --event r2\n";
    assert_eq!((replayed.out(), replayed.err()), (String::new(), why.into()));
    for line in [&["events", "list", "--refused", "--failed"][..], &["replay", "--state", "invalid"]] {
        let wrong = scene.run(line.iter().copied()).code(2);
        assert!(wrong.err().contains("refused request"), "{wrong}");
    }
}

#[test]
fn last_is_the_newest_event_whether_it_came_or_was_sent() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.stop().code(0);
    // Sent to an app, and never received.
    let app = Endpoint::good();
    let sent = deliver(&scene, &app.url("/"), DELETED, &[]).code(0);
    // Its number is said where it is sent.
    assert!(sent.out().starts_with("signup.deleted"), "{sent}");
    let last = scene.run(["events", "show", "last", "--json"]).code(0).record("event");
    assert_eq!(last["event"], 2);
    assert!(scene.run(["events", "export", "last"]).code(0).out().contains("signup.deleted"));
    scene.run(["replay", "last"]).code(0);
    let bodies: Vec<Vec<u8>> = app.received().into_iter().map(|received| received.body).collect();
    assert_eq!(bodies, [DELETED.as_bytes(), DELETED.as_bytes()]);
    let verified = scene.run(["verify", "--event", "last"]).code(2);
    assert!(verified.err().contains("#2 was sent from here and never received"), "{verified}");
    // What comes in afterwards is the last again.
    let listener = scene.listen(["-q"]);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    listener.stop().code(0);
    assert_eq!(scene.run(["events", "show", "last", "--json"]).code(0).record("event")["event"], 3);
}

#[test]
fn what_was_triggered_is_replayed_to_its_own_target_oldest_first() {
    let scene = Scene::new();
    let app = Endpoint::statuses(&[500, 200]);
    let url = app.url("/hooks");
    deliver(&scene, &url, CREATED, &[]).code(1);
    deliver(&scene, &url, DELETED, &[]).code(0);
    let replayed = scene.run(["replay", "2", "1"]).code(0);
    let rows: Vec<String> = replayed.out().lines().map(str::to_owned).collect();
    assert!(rows[0].starts_with(&format!("#1  signup.created  → {url}")), "{replayed}");
    assert!(replayed.out().contains("was 500 Internal Server Error, now 200 OK"), "{replayed}");
    assert!(rows.last().unwrap().starts_with("#2 "), "{replayed}");
    let bodies: Vec<Vec<u8>> = app.received().into_iter().map(|received| received.body).collect();
    assert_eq!(bodies[2..], [CREATED.as_bytes(), DELETED.as_bytes()]);
}

#[test]
fn what_was_never_passed_on_is_found() {
    let scene = Scene::new();
    let app = Endpoint::new([Answer::Hang]);
    let listener = scene.listen([app.url("/"), "--forward-timeout".into(), "0".into()]);
    for body in [CREATED, MOVED, DELETED] {
        deliver(&scene, &listener.url, body, &[]).code(0);
    }
    app.wait_for(1);
    let ended = listener.stop().code(0);
    assert!(ended.err().contains("Forwarding: 3 not forwarded in time.\n"), "{ended}");
    assert!(ended.err().contains("Send these with: referralloop replay --failed\n"), "{ended}");
    let failed = scene.run(["events", "list", "--failed", "--json"]).code(0);
    assert_eq!(failed.records().len(), 3, "{failed}");
    let app = Endpoint::good();
    scene.run(["replay", "--failed", "--to", &app.url("/")]).code(0);
    let bodies: Vec<Vec<u8>> = app.wait_for(3).into_iter().map(|received| received.body).collect();
    assert_eq!(bodies, [CREATED, MOVED, DELETED].map(str::as_bytes));
    assert_eq!(scene.run(["events", "list", "--failed", "--json"]).code(0).records().len(), 0);
}

#[test]
fn what_a_killed_listener_had_not_passed_on_is_found() {
    let scene = Scene::new();
    for found_by in ["events", "listen"] {
        let app = Endpoint::new([Answer::Hang]);
        let ready = scene.folder().join(found_by);
        let mut line: Vec<String> = vec!["listen".into(), "--forward-to".into(), app.url("/")];
        line.extend(["--port", "0", "--forward-timeout", "0", "--ready-file", found_by].map(String::from));
        let mut listener = scene.process(line).start();
        let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
        for body in [CREATED, MOVED, DELETED] {
            deliver(&scene, record["url"].as_str().unwrap(), body, &[]).code(0);
        }
        app.wait_for(1);
        listener.signal("KILL");
        assert_eq!(listener.finish().code, None, "killed");
        if found_by == "listen" {
            let next = scene.listen(["--body", "none"]).stop().code(0);
            assert!(next.err().contains("3 events were acknowledged but not forwarded"), "{next}");
            assert!(next.err().contains("referralloop replay --failed"), "{next}");
        }
        let failed = scene.run(["events", "list", "--failed", "--json"]).code(0);
        assert_eq!(failed.records().len(), 3, "{failed}");
        let shown = scene.run(["events", "show", "last", "--json"]).code(0);
        assert!(shown.out().contains("the listener was killed before it was forwarded"), "{shown}");
        let app = Endpoint::good();
        scene.run(["replay", "--failed", "--to", &app.url("/")]).code(0);
        let bodies: Vec<Vec<u8>> = app.wait_for(3).into_iter().map(|received| received.body).collect();
        assert_eq!(bodies, [CREATED, MOVED, DELETED].map(str::as_bytes));
        assert_eq!(scene.run(["events", "list", "--failed", "--json"]).code(0).records().len(), 0);
    }
}

#[test]
fn the_list_goes_on_with_what_comes_in() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    let following = scene.with(["events", "list", "--follow"]).start();
    let shown = |text: &str| following.stdout.text().contains(text).then_some(());
    until("the event before", || shown(" #1 created user@example.com position 1 ✔\n"));
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    until("the event that came in", || shown(" #2 position_changed user@example.com 10 → 5 (up 5) ✔\n"));
    following.signal(StopSignal::Interrupt);
    following.finish().code(0);
    listener.stop().code(0);
}

#[test]
fn a_list_says_what_it_leaves_out_and_with_which_line_it_comes() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    for body in [CREATED, MOVED, DELETED] {
        deliver(&scene, &listener.url, body, &[]).code(0);
    }
    listener.stop().code(0);
    let app = Endpoint::good();
    deliver(&scene, &app.url("/"), &CREATED.replace("789e", "790e"), &[]).code(0);
    let all = scene.run(["events", "list"]).code(0);
    assert_eq!(all.out().lines().count(), 4, "{all}");
    assert_eq!(all.err(), "note: 1 that was only sent is left out: referralloop events list --all\n");
    let page = scene.run(["events", "list", "-n", "2", "--before=4", "--where", ".data.id != \"a b\""]).code(0);
    assert_eq!(page.out().lines().count(), 3, "{page}");
    let more = "note: older ones: referralloop events list -n 2 --where '.data.id != \"a b\"' --before 2\n";
    assert_eq!(page.err().split_whitespace().collect::<Vec<_>>(), more.split_whitespace().collect::<Vec<_>>());
    let whole = scene.run(["events", "list", "-n", "3"]).code(0);
    assert!(whole.out().lines().count() == 4 && !whole.err().contains("older ones"), "none is older: {whole}");
    let records = scene.run(["events", "list", "-n", "2", "--json"]).code(0);
    let more = "note: older ones: referralloop events list -n 2 --json --before 2\n";
    assert_eq!((records.records().len(), records.err()), (2, more.to_owned()));
    let sent = scene.run(["events", "list", "--all"]).code(0);
    assert_eq!((sent.out().lines().count(), sent.err()), (5, String::new()));
}

#[test]
fn several_events_are_named_alike_wherever_events_are_named() {
    let scene = Scene::new();
    let app = Endpoint::good();
    for body in [CREATED, MOVED, DELETED] {
        deliver(&scene, &app.url("/"), body, &[]).code(0);
    }
    let exported = |line: &[&str]| -> Vec<u64> {
        let ended = scene.with(["events", "export"].iter().chain(line)).output().code(0);
        ended.records().iter().filter_map(|record| record["event"].as_u64()).collect()
    };
    assert_eq!(exported(&["1-2"]), [1, 2]);
    assert_eq!(exported(&["3,1"]), [1, 3]);
    assert_eq!(exported(&["2-9"]), [2, 3]);
    assert_eq!(exported(&["--all", "--last", "2"]), [2, 3]);
    scene.run(["replay", "1-2,3"]).code(0);
    assert_eq!(app.received().len(), 6);
    for wrong in ["3-1", "1-last", "r1-r2"] {
        let refused = scene.run(["replay", wrong]).code(2);
        assert!(refused.err().contains("write several events as 43-45, or 43,45"), "{refused}");
    }
    let none = scene.run(["replay", "7-9"]).code(2);
    assert!(none.err().contains("there is no event from #7 to #9"), "{none}");
}

/// The 2xx is the listener's own, which says nothing about an app.
#[test]
fn what_was_triggered_into_a_listener_was_not_delivered_to_an_app() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &Endpoint::good().url("/"), DELETED, &[]).code(0);
    let listed = scene.run(["events", "list", "--all"]).code(0);
    let rows: Vec<String> = listed.out().lines().map(str::to_owned).collect();
    assert!(rows[1].starts_with("#2 ") && rows[1].contains("200 OK"), "{listed}");
    assert!(rows[2].starts_with("#1 ") && !rows[2].contains("200"), "{listed}");
    // Nobody said where to, and it was never sent to an app: the listener is told, and without one it goes nowhere.
    scene.run(["replay", "1"]).code(0);
    listener.stop().code(0);
    for line in [&["replay", "1-2"][..], &["replay", "1", "--dry-run"]] {
        let nowhere = scene.with(line.iter().copied()).output().code(2);
        assert!(nowhere.err().contains("#1 was never sent to an app") && nowhere.out().is_empty(), "{nowhere}");
        assert!(nowhere.err().contains("--to 3000/webhooks"), "{nowhere}");
    }
}

#[test]
fn an_editor_without_a_terminal_is_refused_before_anything_is_sent() {
    let scene = Scene::new();
    deliver(&scene, &Endpoint::good().url("/"), CREATED, &[]).code(0);
    let refused = scene.run(["replay", "1", "--edit"]).code(2);
    assert!(refused.err().contains("--edit needs a terminal") && refused.err().contains("--raw"), "{refused}");
    assert!(!refused.err().contains("--set") && !refused.err().contains("Replayed"), "{refused}");
}

#[test]
fn a_list_that_is_cut_says_so_to_programs_too() {
    let scene = Scene::new();
    let app = Endpoint::good();
    for body in [CREATED, MOVED, DELETED] {
        deliver(&scene, &app.url("/"), body, &[]).code(0);
    }
    let cut = scene.run(["events", "list", "--all", "--limit", "2", "--json"]).code(0);
    assert_eq!(cut.records().len(), 2);
    assert!(cut.err().contains("--limit 2 --json --before 2"), "{cut}");
    let whole = scene.run(["events", "list", "--all", "--limit", "3", "--json"]).code(0);
    assert_eq!((whole.records().len(), whole.err()), (3, String::new()));
    let report = scene.run(["events", "report", "--all", "-n", "2", "--html", "two.html"]).code(0);
    assert!(report.err().contains("The newest 2 of 3 events reported in "), "{report}");
}
