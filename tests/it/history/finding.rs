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
fn last_is_the_top_row_of_the_list() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.stop().code(0);
    // Sent somewhere else, and never received: the list of what was received does not show it.
    deliver(&scene, &Endpoint::good().url("/"), DELETED, &[]).code(0);
    let top = scene.run(["events", "list", "--limit", "1", "--json"]).code(0).record("event");
    let last = scene.run(["events", "show", "last", "--json"]).code(0).record("event");
    assert_eq!((&top["event"], &last["event"]), (&1.into(), &1.into()));
    let only_sent = Scene::new();
    deliver(&only_sent, &Endpoint::good().url("/"), DELETED, &[]).code(0);
    assert_eq!(only_sent.run(["events", "show", "last", "--json"]).code(0).record("event")["event"], 1);
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
    assert_eq!((records.records().len(), records.err()), (2, String::new()));
    let sent = scene.run(["events", "list", "--all"]).code(0);
    assert_eq!((sent.out().lines().count(), sent.err()), (5, String::new()));
}
