//! Chaos, scenarios, load: the same again from a seed, judged by effects.

use crate::support::{Answer, Endpoint, Scene};
use referralloop::shutdown::StopSignal;
use serde_json::Value;
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;

const CHAOS: &str = "duplicate=0.3,together=0.2,drop=0.1,reorder=4,delay=0s..2ms,corrupt=0.1,late=0.2";

fn plan(scene: &Scene, seed: &str) -> Vec<Value> {
    let line = ["rehearse", "--event", "all", "--count", "60", "--chaos", CHAOS, "--seed", seed, "--dry-run", "--json"];
    let mut records = scene.run(line).code(0).records();
    records.iter_mut().for_each(|record| drop(record.as_object_mut().unwrap().remove("at")));
    records
}

#[test]
fn the_same_seed_is_the_same_run_and_another_is_not() {
    let scene = Scene::new();
    assert_eq!(plan(&scene, "7"), plan(&scene, "7"));
    assert_ne!(plan(&scene, "7"), plan(&scene, "8"));
    let sent = || {
        let app = Endpoint::good();
        let line = ["rehearse", "--count", "15", "--chaos", "duplicate=0.5,reorder=3,drop=0.2", "--seed", "3", "--to"];
        scene.run(line.into_iter().chain([app.url("/").as_str()])).code(0);
        app.received().into_iter().map(|request| request.body).collect::<Vec<_>>()
    };
    let first = sent();
    assert!(first.len() > 12 && first == sent());
}

#[test]
fn the_line_that_is_printed_repeats_the_run() {
    let scene = Scene::new();
    let ended = scene.run(["rehearse", "--count", "5", "--chaos", "drop=0.5", "--dry-run", "--json"]).code(0);
    let repeat = ended.record("summary")["repeat"].as_str().unwrap().to_owned();
    let again = scene.run(repeat.split(' ').skip(1)).code(0);
    let prints = |output: &crate::support::Output| {
        output.records().iter().map(|record| record["fingerprint"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(prints(&ended), prints(&again));
}

/// A handler that counts what it processed in a file; a careful one looks whether it has seen the bytes before.
fn handler(scene: &Scene, careful: bool) -> (String, PathBuf) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let file = scene.write(if careful { "careful" } else { "careless" }, "0");
    let path = file.clone();
    std::thread::spawn(move || {
        let (mut seen, mut count) = (HashSet::new(), 0);
        for stream in listener.incoming() {
            let (mut stream, mut request) = (stream.unwrap(), Vec::new());
            let body = loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).unwrap();
                request.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                if body.len() >= length.unwrap().parse().unwrap() {
                    break body.to_owned();
                }
            };
            count += usize::from(seen.insert(body) || !careful);
            std::fs::write(&path, count.to_string()).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        }
    });
    (url, file)
}

#[test]
fn effects_that_happen_twice_are_caught() {
    let scene = Scene::new();
    for (careful, code) in [(false, 1), (true, 0)] {
        let (url, file) = handler(&scene, careful);
        let state = format!("cat {}", file.display());
        let line = ["rehearse", "duplicate-storm", "--seed", "1", "--to", &url, "--state-cmd", &state];
        let ended = scene.run(line).code(code);
        let told = if careful { "effects happened once for each of 10 events" } else { "grew by 50, expected 10" };
        assert!(ended.out().contains(told), "{ended}");
    }
}

#[test]
fn a_file_tells_a_scenario() {
    let scene = Scene::new();
    scene.write(
        "climb.toml",
        "seed = 7\n[signups.ada]\nemail = \"ada@example.com\"\n\n[[steps]]\nevent = \"created\"\nsignup = \"ada\"\nset = { \"data.position\" = 9 }\ntimes = 2\n\n[[steps]]\nevent = \"deleted\"\nsignup = \"ada\"\nwait = \"1ms\"\n",
    );
    let app = Endpoint::good();
    let ended = scene.run(["rehearse", "climb.toml", "--to", &app.url("/"), "--json"]).code(0);
    assert_eq!(ended.record("summary")["command"], "rehearse");
    assert_eq!((&ended.record("summary")["sent"], &ended.record("summary")["duplicates"]), (&3.into(), &1.into()));
    let received = app.received();
    assert!(
        received[0].body == received[1].body && received[2].body.windows(15).any(|part| part == b"ada@example.com")
    );
    scene.write("bad.toml", "[[steps]]\nevent = \"created\"\nfault = \"loss\"\n");
    for bad in ["bad.toml", "nothing", "missing.toml"] {
        scene.run(["rehearse", bad]).code(2);
    }
}

#[test]
fn load_is_counted_kept_and_stays_on_this_machine() {
    let scene = Scene::new();
    let app = Endpoint::good();
    let ended = scene
        .run(["load", "all", "--count", "60", "--concurrency", "3", "--seed", "1", "--to", &app.url("/"), "--json"])
        .code(0);
    let summary = ended.record("summary");
    assert_eq!(summary["command"], "load");
    assert_eq!((&summary["events"], &summary["outcomes"]["200"]), (&60.into(), &60.into()));
    let received = app.received();
    let distinct: HashSet<&[u8]> = received.iter().map(|request| request.body.as_slice()).collect();
    assert_eq!(distinct.len(), 60);
    let first = &received[0];
    scene.write("body", &first.body);
    scene.run(["verify", "--signature", first.header("x-webhook-signature").unwrap(), "body"]).code(0);
    let refused = scene.run(["load", "created", "--count", "5", "--to", "https://app.example.com/"]).code(2);
    assert!(refused.err().contains("is not on this machine"), "{refused}");
    let report = scene.run(["events", "report", "--html", "-", "--sent"]).code(0);
    assert!(!report.out().contains("Load runs"), "no event was kept, so there is nothing to report: {report}");
    scene.run(["load", "created", "--concurrency", "5"]).code(2);
    let nowhere = Endpoint::nowhere();
    let hint = "start the endpoint first, and check the port and the path";
    let told = format!("error: nothing is listening at {nowhere}\n  hint: {hint}\n");
    scene.run(["load", "created", "--count", "2", "--to", &nowhere]).is(4, "", &told);
}

#[test]
fn totals_add_up_and_what_was_played_is_told_apart() {
    let scene = Scene::new();
    let lines = |url: &str, scenario: &str| {
        let ended = scene.run(["rehearse", scenario, "--seed", "7", "--to", url]);
        let rows = |line: &&str| !line.contains(" event ");
        (ended.code, ended.out().lines().filter(rows).map(str::to_owned).collect::<Vec<_>>())
    };
    let again = |url: &str, scenario: &str| format!("again: referralloop rehearse {scenario} --seed 7 --to {url}");
    let good = Endpoint::good();
    let (code, told) = lines(&good.url("/"), "duplicate-storm");
    let expected = [
        format!("10 events in 50 deliveries to {}", good.url("/")),
        "50 deliveries: 50 acknowledged, 0 failed".into(),
        "played: 40 repeats, 4 answers treated as late".into(),
        again(&good.url("/"), "duplicate-storm"),
    ];
    assert_eq!((code, told), (Some(0), expected.to_vec()));

    let failing = Endpoint::statuses(&[200, 503, 500, 500]);
    let (code, told) = lines(&failing.url("/"), "lifecycle");
    let expected = [
        format!("4 events in 4 deliveries to {}", failing.url("/")),
        "4 deliveries: 1 acknowledged, 3 failed: 2 × 500 Internal Server Error, 1 × 503 Service Unavailable".into(),
        "3 of 4 events were not acknowledged at all".into(),
        again(&failing.url("/"), "lifecycle"),
    ];
    assert_eq!((code, told), (Some(1), expected.to_vec()));

    let refusing = Endpoint::statuses(&[401]);
    let chaos = ["rehearse", "--chaos", "corrupt=1", "--count", "5", "--json", "--to"];
    let summary = scene.run(chaos.into_iter().chain([refusing.url("/").as_str()])).code(1).record("summary");
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!((count("corrupted_refused"), count("failed"), count("sent")), (5, 5, 10));
    assert_eq!((&summary["failures"]["401"], &summary["url"]), (&5.into(), &refusing.url("/").into()));
}

#[test]
fn a_rehearsal_without_anybody_there_is_one_error() {
    let scene = Scene::new();
    let url = Endpoint::nowhere();
    let hint = "start the endpoint first, and check the port and the path";
    for (scenario, heading) in [("duplicate-storm", "10 events in 50"), ("burst", "100 events in 100")] {
        let told = format!("error: nothing is listening at {url}\n  hint: {hint}\n");
        scene.run(["rehearse", scenario, "--to", &url]).is(4, &format!("{heading} deliveries to {url}\n"), &told);
    }
}

/// What was not sent is not judged.
#[test]
fn an_interrupted_rehearsal_judges_what_was_sent() {
    let scene = Scene::new();
    for json in [false, true] {
        let endpoint = Endpoint::new([Answer::Status(200), Answer::Hang]);
        let url = endpoint.url("/");
        let line = ["rehearse", "--chaos", "drop=0.5", "--count", "50", "--seed", "7", "--to", &url];
        let running = scene.with(line.into_iter().chain(json.then_some("--json"))).start();
        endpoint.wait_for(2);
        running.signal(StopSignal::Interrupt);
        let ended = running.finish().code(130);
        if json {
            let summary = ended.record("summary");
            assert_eq!((summary["sent"].as_u64(), summary["unacknowledged"].as_u64()), (Some(1), Some(0)), "{ended}");
            assert!(summary["planned"].as_u64() > Some(10), "{ended}");
        } else {
            assert!(ended.out().contains("\ninterrupted after 1 of "), "{ended}");
            assert!(!ended.out().contains("not acknowledged at all") && !ended.out().contains("dropped"), "{ended}");
        }
    }
}
