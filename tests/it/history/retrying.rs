//! What `--forward-retry` owes: it is found, kept, sent first at the next start and nothing else is, and it is settled by
//! whoever sends it.

use crate::main_job::{CREATED, DELETED, MOVED, deliver};
use crate::support::{Answer, Endpoint, Scene, until};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// An app that fails until it is mended.
fn mendable() -> (Endpoint, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let works = mended.clone();
    (Endpoint::answering(move |_, _| Answer::Status(if works.load(Ordering::SeqCst) { 200 } else { 500 })), mended)
}

fn bodies(app: &Endpoint, count: usize) -> Vec<String> {
    app.wait_for(count).into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect()
}

/// Numbers of the events that `--failed` finds, oldest first.
fn owed(scene: &Scene) -> Vec<u64> {
    let listed = scene.run(["events", "list", "--failed", "--json"]).code(0).records();
    listed.iter().rev().map(|one| one["event"].as_u64().unwrap()).collect()
}

/// A listener whose app fails gets these, and ends long before the second attempt, which is due after 7.5 s.
fn leave_owed(scene: &Scene, url: &str, events: &[&str]) {
    let listener = scene.listen([url, "--forward-retry", "--speed", "8x"]);
    for body in events {
        deliver(scene, &listener.url, body, &[]).code(0);
    }
    listener.running().stderr.wait_for("attempt 2");
    let ended = listener.stop().code(0);
    let waiting = format!("Forwarding: 1 attempt failed, {} waiting for the next start.\n", events.len());
    assert!(ended.err().contains(&waiting), "{ended}");
    assert!(ended.err().contains("first at the next start with --forward-retry"), "{ended}");
}

#[test]
fn what_waits_behind_a_failed_event_is_found_and_kept() {
    let (scene, (app, mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    leave_owed(&scene, &url, &[CREATED, MOVED, DELETED]);
    assert_eq!(owed(&scene), [1, 2, 3]);
    let checked = scene.run(["doctor", "--json"]);
    assert!(checked.out().contains("3 events not acknowledged yet"), "{checked}");
    assert!(checked.out().contains("0 of 1 attempt in"), "what was never tried is no attempt: {checked}");
    // Neither a listener without the target nor one with another lets them go.
    let other = Endpoint::good();
    for target in [None, Some(other.url("/"))] {
        let keeping = scene.listen(target.into_iter().chain(["--keep-events".to_owned(), "1".to_owned()]));
        scene.run(["load", "created", "--count", "6", "--concurrency", "1", "--to", &keeping.url]).code(0);
        keeping.stop().code(0);
        assert_eq!(owed(&scene), [1, 2, 3]);
    }
    mended.store(true, Ordering::SeqCst);
    scene.run(["replay", "--failed"]).code(0);
    assert_eq!(bodies(&app, 4)[1..], [CREATED, MOVED, DELETED]);
    assert!(owed(&scene).is_empty());
}

#[test]
fn a_start_forwards_what_is_owed_first_and_nothing_that_came_elsewhere() {
    let (scene, (app, mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    leave_owed(&scene, &url, &[CREATED, MOVED]);
    mended.store(true, Ordering::SeqCst);
    // To a listener without a target, to one with another, and to one that this app acknowledged it to.
    let other = Endpoint::good();
    for (at, target) in [None, Some(other.url("/")), Some(url.clone())].into_iter().enumerate() {
        let listener = scene.listen(target.clone());
        let count = app.received().len();
        deliver(&scene, &listener.url, &format!("{{\"elsewhere\":{at}}}"), &[]).code(0);
        match target {
            Some(target) if target == url => drop(app.wait_for(count + 1)),
            Some(_) => drop(other.wait_for(1)),
            None => {}
        }
        listener.stop().code(0);
    }
    assert_eq!((owed(&scene), app.received().len()), (vec![1, 2], 2));
    let again = scene.listen([&url, "--forward-retry", "--speed", "60x"]);
    deliver(&scene, &again.url, DELETED, &[]).code(0);
    assert_eq!(bodies(&app, 5)[2..], [CREATED, MOVED, DELETED]);
    let ended = again.stop().code(0);
    assert!(ended.err().contains(&format!("2 events wait from before and go to {url} first.")), "{ended}");
    assert!(ended.err().contains("Forwarding: 3 forwarded."), "{ended}");
    assert!(owed(&scene).is_empty());
    let third = scene.listen([&url, "--forward-retry"]).stop().code(0);
    assert!(!third.err().contains("from before"), "{third}");
    assert_eq!(app.received().len(), 5);
}

#[test]
fn what_a_killed_listener_owes_is_told_and_forwarded() {
    // What waits for an answer that takes its time, and what waits for a retry.
    for hangs in [true, false] {
        let (scene, (failing, mended)) = (Scene::new(), mendable());
        let app = if hangs { Endpoint::new([Answer::Hang, Answer::Status(200)]) } else { failing };
        let url = app.url("/");
        let ready = scene.folder().join("ready.json");
        let line = ["listen", &url, "--forward-retry", "--speed", "8x", "--forward-timeout", "0"];
        let mut listener = scene.process(line.into_iter().chain(["--port", "0", "--ready-file", "ready.json"])).start();
        let record: serde_json::Value = serde_json::from_slice(&listener.wait_for_file(&ready)).unwrap();
        for body in [CREATED, MOVED, DELETED] {
            deliver(&scene, record["url"].as_str().unwrap(), body, &[]).code(0);
        }
        app.wait_for(1);
        if !hangs {
            // While it runs, what waits is found as well.
            until("what waits", || (owed(&scene) == [1, 2, 3]).then_some(()));
        }
        listener.signal("KILL");
        assert_eq!(listener.finish().code, None, "killed");
        let plain = scene.listen(["--body", "none"]).stop().code(0);
        assert!(plain.err().contains("3 events were acknowledged but not forwarded"), "{plain}");
        assert_eq!(owed(&scene), [1, 2, 3]);
        mended.store(true, Ordering::SeqCst);
        let again = scene.listen([&url, "--forward-retry", "--speed", "6000x"]);
        assert_eq!(bodies(&app, 4)[1..], [CREATED, MOVED, DELETED]);
        again.stop().code(0);
        assert!(owed(&scene).is_empty());
    }
}

/// Its row of a target had the number of the last arrival that was done with, and what waited behind stood nowhere.
#[test]
fn what_a_former_version_left_waiting_is_forwarded() {
    let (scene, (app, mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    leave_owed(&scene, &url, &[CREATED, MOVED, DELETED]);
    let store = rusqlite::Connection::open(scene.store()).unwrap();
    store.execute_batch("UPDATE targets SET arrival = -arrival - 1; DELETE FROM attempts WHERE number = 0").unwrap();
    drop(store);
    assert_eq!(owed(&scene), [1]);
    mended.store(true, Ordering::SeqCst);
    let again = scene.listen([&url, "--forward-retry", "--speed", "8x"]);
    assert_eq!(bodies(&app, 4), [CREATED, CREATED, MOVED, DELETED]);
    again.stop().code(0);
    assert!(owed(&scene).is_empty());
}

/// A kill between the record of attempt 2 and the note that it was made leaves the note of attempt 1.
#[test]
fn an_attempt_that_was_recorded_is_not_made_again_under_its_number() {
    let (scene, (app, _mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    leave_owed(&scene, &url, &[CREATED]);
    let store = rusqlite::Connection::open(scene.store()).unwrap();
    store.execute_batch("UPDATE attempts SET number = 2; UPDATE targets SET due_ms = first_ms").unwrap();
    drop(store);
    let again = scene.listen([&url, "--forward-retry", "--speed", "8x"]);
    again.running().stderr.wait_for("attempt ");
    let ended = again.stop().code(0);
    assert!(ended.err().contains("attempt 3 in "), "{ended}");
    assert_eq!(app.received().len(), 1);
}

#[test]
fn who_sends_an_event_himself_settles_its_retries() {
    let (scene, (app, mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    // Without the replay, the next attempt is due in more than an hour.
    let listener = scene.listen([&url, "--forward-retry", "--speed", "0.01x"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    listener.running().stderr.wait_for("attempt 2");
    mended.store(true, Ordering::SeqCst);
    scene.run(["replay", "1", "--to", &url]).code(0);
    assert_eq!(bodies(&app, 3), [CREATED, CREATED, MOVED]);
    std::thread::sleep(Duration::from_millis(50));
    let ended = listener.stop().code(0);
    assert!(ended.out().contains("it was acknowledged there meanwhile"), "{ended}");
    assert!(ended.err().contains("Forwarding: 1 forwarded, 1 attempt failed, 1 skipped."), "{ended}");
    assert_eq!(app.received().len(), 3);
}

#[test]
fn what_was_given_up_is_not_sent_again_by_itself_and_attempts_count_on() {
    let (scene, (app, mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    let line = [&url, "--forward-retry", "--speed", "20000x", "--json"];
    let listener = scene.listen(line);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    listener.wait_for("gave_up");
    listener.stop().code(0);
    assert_eq!((app.received().len(), owed(&scene)), (5, vec![1]));
    // One that was tried once is tried four times more.
    leave_owed(&scene, &url, &[MOVED]);
    let again = scene.listen(line);
    again.wait_for("gave_up");
    deliver(&scene, &again.url, DELETED, &[]).code(0);
    again.wait_for("\"event\":3");
    mended.store(true, Ordering::SeqCst);
    app.wait_for(11);
    again.stop().code(0);
    let of = |body: &str| app.received().iter().filter(|request| request.body == body.as_bytes()).count();
    assert_eq!((of(CREATED), of(MOVED)), (5, 5));
}

#[test]
fn two_listeners_do_not_forward_each_others_events() {
    let (scene, (app, mended)) = (Scene::new(), mendable());
    let url = app.url("/");
    let line = [url.as_str(), "--forward-retry", "--speed", "0.01x"];
    let one = scene.listen(line);
    deliver(&scene, &one.url, CREATED, &[]).code(0);
    deliver(&scene, &one.url, MOVED, &[]).code(0);
    one.running().stderr.wait_for("attempt 2");
    mended.store(true, Ordering::SeqCst);
    let ready = scene.folder().join("two.json");
    let mut two =
        scene.process(["listen"].into_iter().chain(line).chain(["--port", "0", "--ready-file", "two.json"])).start();
    let record: serde_json::Value = serde_json::from_slice(&two.wait_for_file(&ready)).unwrap();
    deliver(&scene, record["url"].as_str().unwrap(), DELETED, &[]).code(0);
    assert_eq!(bodies(&app, 2), [CREATED, DELETED]);
    two.signal("INT");
    let two = two.finish().code(0);
    assert!(!two.err().contains("from before"), "{two}");
    one.stop().code(0);
    assert_eq!((app.received().len(), owed(&scene)), (2, vec![1, 2]));
}

/// After a pause attempts are overdue. They are not made one upon the other: the app may be a moment behind the listener.
#[test]
fn overdue_attempts_keep_their_distance() {
    let (scene, came) = (Scene::new(), Arc::new(Mutex::new(Vec::new())));
    let note = came.clone();
    let app = Endpoint::answering(move |_, _| {
        note.lock().unwrap().push(Instant::now());
        Answer::Status(500)
    });
    let url = app.url("/");
    // Due after 0.1, 0.6 and 2.1 s.
    let line = [url.as_str(), "--forward-retry", "--speed", "600x"];
    let listener = scene.listen(line);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    app.wait_for(1);
    listener.stop().code(0);
    let made = app.received().len();
    std::thread::sleep(Duration::from_millis(1_000));
    let again = scene.listen(line);
    app.wait_for(made + 2);
    again.stop().code(0);
    let came = came.lock().unwrap();
    let gap = came[made + 1] - came[made];
    assert!(gap > Duration::from_millis(250), "{gap:?} between overdue attempts");
}

/// What waits behind a failed event, or comes again, may have been sent by somebody else meanwhile.
#[test]
fn what_was_sent_there_meanwhile_is_not_sent_again() {
    let (scene, mended) = (Scene::new(), Arc::new(AtomicBool::new(false)));
    let works = mended.clone();
    let app = Endpoint::answering(move |_, body| {
        Answer::Status(if body != CREATED.as_bytes() || works.load(Ordering::SeqCst) { 200 } else { 500 })
    });
    let listener = scene.listen([&app.url("/"), "--forward-retry"]);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &listener.url, MOVED, &[]).code(0);
    until("both are owed", || (owed(&scene) == [1, 2]).then_some(()));
    scene.run(["replay", "2"]).code(0);
    mended.store(true, Ordering::SeqCst);
    scene.run(["replay", "1"]).code(0);
    deliver(&scene, &listener.url, CREATED, &[]).code(0);
    deliver(&scene, &listener.url, DELETED, &[]).code(0);
    assert_eq!(bodies(&app, 4), [CREATED, MOVED, CREATED, DELETED]);
    listener.stop().code(0);
    assert_eq!(app.received().len(), 4);
}

/// A wall clock that is set back while no listener runs: what was noted lies in the future then, and must not wait for it.
#[test]
fn a_clock_set_back_meanwhile_holds_nothing_up() {
    const DAY_MS: i64 = 86_400_000;
    // The next attempt is known from what was noted of it, or from the attempts alone.
    for forgotten in ["", "DELETE FROM targets;"] {
        let (scene, (app, mended)) = (Scene::new(), mendable());
        let url = app.url("/");
        leave_owed(&scene, &url, &[CREATED, MOVED]);
        let store = rusqlite::Connection::open(scene.store()).unwrap();
        let later = format!(
            "UPDATE targets SET first_ms = first_ms + {DAY_MS}, due_ms = due_ms + {DAY_MS};
             UPDATE attempts SET at_ms = at_ms + {DAY_MS}; {forgotten}"
        );
        store.execute_batch(&later).unwrap();
        drop(store);
        // One start after the other puts it off no further.
        let second = scene.listen([&url, "--forward-retry", "--speed", "8x"]);
        second.running().stderr.wait_for("attempt 2");
        let told = second.stop().code(0);
        assert!(!told.err().contains(" d ") && !told.err().contains(" h "), "{told}");
        let store = rusqlite::Connection::open(scene.store()).unwrap();
        let due = || store.query_row("SELECT due_ms FROM targets", [], |row| row.get::<_, i64>(0)).unwrap();
        let noted = due();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
        assert!(noted - now <= 7_500, "the schedule has 7.5 s, and {} ms are noted", noted - now);
        let third = scene.listen([&url, "--forward-retry", "--speed", "8x"]);
        third.running().stderr.wait_for("attempt 2");
        assert_eq!(due(), noted);
        mended.store(true, Ordering::SeqCst);
        assert_eq!(bodies(&app, 3)[1..], [CREATED, MOVED]);
        third.stop().code(0);
        assert!(owed(&scene).is_empty());
    }
}
