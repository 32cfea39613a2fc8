//! A stream beyond `listen`: what judges it, fills it, empties it and looks at it.

use super::{Server, bodies, body};
use crate::main_job::CREATED;
use crate::support::{Run, Scene, post};
use serde_json::Value;

const SECRET: &str = "secret-of-the-stream";

fn signed(run: Run) -> Run {
    run.env("REFERRALLOOP_WEBHOOK_SECRET", SECRET)
}

fn records(out: &[u8], kind: &str) -> Vec<Value> {
    let text = String::from_utf8_lossy(out).into_owned();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.filter(|record| record["type"] == kind).collect()
}

#[test]
fn expect_judges_what_comes_into_the_stream_while_the_command_runs() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let publishing = scene.listen(["--publish", &address, "--no-store"]);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"), "before the window: it does not count");
    let other = Scene::new();
    let send =
        format!("curl -sf -H 'Content-Type: application/json' -d @- {} <<'E'\n{}\nE", publishing.url, body(1, 1));
    let line = |expected: &'static str, within: &'static str| {
        let line = ["expect", expected, "--from", &address, "--allow-unsigned", "--within", within, "--json", "--"];
        other.with(line.into_iter().chain(["sh", "-c", &send])).output()
    };
    let met = line("created=1", "20s");
    assert_eq!(met.code, Some(0), "{met}");
    assert_eq!(records(&met.stdout, "arrival").len(), 1, "{met}");
    assert!(!format!("{met}").contains("is lost"), "{met}");
    let unmet = line("deleted", "100ms");
    assert_eq!((unmet.code, records(&unmet.stdout, "instead").len()), (Some(1), 0), "a repeat is no message: {unmet}");
    let url = other.with(
        ["expect", "--none", "created", "--within", "0s", "--from", &address, "--", "sh", "-c"]
            .into_iter()
            .chain(["test -z \"$REFERRALLOOP_WEBHOOK_URL\" && test -n \"$REFERRALLOOP_WEBHOOK_SECRET\""]),
    );
    url.output().code(0);
    publishing.stop();
    assert_eq!(consumers(&server), 0, "nothing is left in the stream");
}

/// Consumers that the server keeps, by what it writes to its disk.
fn consumers(server: &Server) -> usize {
    let streams = server.folder.join("jetstream/$G/streams");
    let entries = |path: std::path::PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
    entries(streams).flat_map(|stream| entries(stream.path().join("obs"))).count()
}

#[test]
fn what_is_stored_goes_into_a_stream_and_comes_out_of_it() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let listener = crate::support::Listener::start(&scene, [""; 0], signed);
    for _ in 0..3 {
        signed(scene.with(["trigger", "created", "--to", &listener.url])).output().code(0);
    }
    listener.stop();
    // Into the stream, twice.
    for (verb, known) in [("published", 0), ("there before", 3)] {
        let export = signed(scene.with(["events", "export", "--all", "--to", &address])).output();
        assert!(export.code == Some(0) && export.stdout.is_empty(), "{export}");
        assert!(String::from_utf8_lossy(&export.stderr).contains(verb), "{known}: {export}");
    }
    let replay = signed(scene.with(["replay", "last", "--to", &address, "--json"])).output();
    let summary = &records(&replay.stdout, "summary")[0];
    assert_eq!((replay.code, &summary["outcomes"]["duplicate"]), (Some(0), &1.into()), "{replay}");
    // Out of it: byte for byte, verified anew.
    let fresh = Scene::new();
    let import = |run: Run| run.output();
    let strange = import(fresh.with(["events", "import", &address, "--json"]).env("REFERRALLOOP_WEBHOOK_SECRET", "x"));
    let counts = |out: &[u8]| ["imported", "known", "other"].map(|key| records(out, "summary")[0][key].clone());
    assert_eq!(counts(&strange.stdout), [0, 0, 3], "with another secret they are not ours: {strange}");
    let first = import(signed(fresh.with(["events", "import", &address, "--json"])));
    assert_eq!((first.code, counts(&first.stdout)), (Some(0), [3, 0, 0].map(Value::from)), "{first}");
    let again = import(signed(fresh.with(["events", "import", &address, "--json"])));
    assert_eq!(counts(&again.stdout), [0, 3, 0], "{again}");
    let listed = |scene: &Scene| {
        let out = scene.run(["events", "export", "--all"]);
        let events = records(&out.stdout, "event");
        events.iter().map(|event| [event["body"].clone(), event["arrivals"][0].clone()]).collect::<Vec<_>>()
    };
    let strip = |mut all: Vec<[Value; 2]>| {
        all.iter_mut().for_each(|pair| drop(pair[1].as_object_mut().unwrap().remove("arrival")));
        all
    };
    assert_eq!(strip(listed(&fresh)), strip(listed(&scene)));
}

#[test]
fn a_replay_into_a_stream_reaches_who_receives_from_there() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let listener = crate::support::Listener::start(&scene, [""; 0], signed);
    signed(scene.with(["trigger", "created", "--to", &listener.url])).output().code(0);
    listener.stop();
    let dry = signed(scene.with(["replay", "last", "--to", &address, "--dry-run"])).output();
    assert!(dry.code == Some(0) && String::from_utf8_lossy(&dry.stdout).contains(&address), "{dry}");
    let replay = signed(scene.with(["replay", "last", "--to", &address])).output();
    assert!(replay.code == Some(0) && format!("{replay}").contains("Published 1 of 1 to"), "{replay}");
    let other = Scene::new();
    let line = ["listen", "--from", &address, "--as", "eve", "--since", "first", "--until", "1", "--json"];
    let run = signed(other.with(line)).output();
    let arrivals = records(&run.stdout, "arrival");
    assert_eq!((run.code, arrivals.len(), &arrivals[0]["verification"]), (Some(0), 1, &"valid".into()), "{run}");
    for (option, words) in [(&["--retry"][..], "--retry is about deliveries"), (&["--timeout", "1s"], "--timeout is")] {
        let wrong = scene.run(["replay", "last", "--to", &address].iter().chain(option).copied());
        assert!(wrong.code == Some(2) && format!("{wrong}").contains(words), "{wrong}");
    }
    assert_eq!(bodies(&String::from_utf8_lossy(&run.stdout)).len(), 1);
}

#[test]
fn doctor_tells_what_a_stream_is_and_lacks() {
    let scene = Scene::new();
    let doctor = |address: &str| {
        let output = scene.run(["doctor", "--relay", address, "--json"]);
        let found = records(&output.stdout, "check").into_iter().find(|check| check["id"] == "setup.relay");
        found.unwrap_or_else(|| panic!("{output}"))
    };
    let gone = doctor("nats://127.0.0.1:1/hooks");
    assert!(gone["verdict"] == "failed" && gone["seen"].as_str().unwrap().contains("cannot be reached"), "{gone}");
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let none = doctor(&address);
    assert!(none["verdict"] == "passed" && none["seen"].as_str().unwrap().contains("will be made"), "{none}");
    scene.listen(["--publish", &address, "--no-store"]).stop();
    let made = doctor(&address);
    assert!(made["verdict"] == "passed" && made["seen"].as_str().unwrap().contains("kept 30days"), "{made}");
    // Made by somebody else, without limits and with the server's own window of two minutes.
    server.request("$JS.API.STREAM.CREATE.BARE", r#"{"name":"BARE","subjects":["bare.>"],"storage":"memory"}"#);
    let bare = doctor(&address.replace("/hooks", "/bare"));
    assert_eq!(bare["verdict"], "failed");
    for words in ["no limit of age", "no limit of bytes", "knows repeats for 2m only", "is in memory"] {
        assert!(bare["seen"].as_str().unwrap().contains(words), "{words}: {bare}");
    }
    assert!(bare["fix"].as_str().unwrap().contains("nats stream edit BARE --dupe-window 2h"), "{bare}");
}

#[test]
fn the_settings_name_the_relay_and_never_a_password() {
    let scene = Scene::new();
    let Some(server) = Server::alone(&scene) else { return };
    let address = format!("nats://127.0.0.1:{}/hooks", server.port);
    let wrong = scene.run(["config", "set", "publish", "nats://me:canary@h/x"]);
    assert!(wrong.code == Some(2) && String::from_utf8_lossy(&wrong.stderr).contains("--nats-creds"), "{wrong}");
    scene.run(["config", "set", "publish", &address]).code(0);
    let publishing = scene.listen(["--no-store", "--json"]);
    assert!(post(&publishing.url, CREATED).starts_with("HTTP/1.1 200"));
    let told = publishing.stop();
    assert_eq!(records(&told.stdout, "published").len(), 1, "{told}");
    scene.write("referralloop.toml", format!("publish = \"{address}\"\n"));
    let project = scene.run(["listen", "--port", "0", "--for", "1ms"]);
    assert!(project.code == Some(3), "a stranger's file sends nothing anywhere: {project}");
}
