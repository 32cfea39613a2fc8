//! The inspector over HTTP: who gets in, what is answered, and what happens as it happens.

mod browser;
pub mod client;
mod intruders;
mod searching;
mod streams;

use crate::support::{Endpoint, Listener, Scene, until};
use client::{Inspector, Stream, ask_raw};

fn listening(scene: &Scene, more: &[&str]) -> (Listener, Inspector) {
    let line = ["--inspect", "--inspect-port", "0"].iter().chain(more).copied();
    let listener = scene.listen(line);
    let inspector = Inspector::from_ready(&listener.ready_file);
    (listener, inspector)
}

#[test]
fn it_serves_the_records_of_json() {
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[200]));
    let (listener, inspector) = listening(&scene, &["--forward-to", &app.url("/in")]);
    for event in ["created", "deleted"] {
        scene.run(["trigger", event, "--to", &listener.url]).code(0);
    }
    app.wait_for(2);
    let told = until("two forwards", || {
        let told = inspector.get("/api/events/2");
        (told[0]["attempts"].as_array().unwrap().len() == 2).then_some(told)
    });
    let shown = scene.run(["events", "show", "2", "--json"]).code(0).records().remove(0);
    assert_eq!(told.len(), 1);
    for name in ["type", "v", "event", "body", "fingerprint", "verification", "arrivals", "attempts", "data"] {
        assert_eq!(told[0][name], shown[name], "{name}");
    }
    let listed = inspector.get("/api/events?limit=10");
    let numbers: Vec<_> = listed.iter().filter_map(|record| record["event"].as_u64()).collect();
    assert_eq!((numbers, listed.last().unwrap()["type"].as_str()), (vec![2, 1], Some("page")));
    listener.stop().code(0);
}

#[test]
fn events_are_found_by_what_is_typed_and_by_filters() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    let send = |words: &[&str]| {
        scene.run(["trigger"].iter().chain(words).chain(&["--to", &listener.url]).copied()).code(0);
    };
    send(&["created", "--email", "ann@example.org", "--set", "data.position=3"]);
    send(&["created", "--email", "bob@example.org", "--set", "data.position=30", "--unsigned"]);
    send(&["deleted", "--email", "Ann@example.org"]);
    let found = |query: &str| -> Vec<u64> {
        inspector.get(&format!("/api/events?{query}")).iter().filter_map(|record| record["event"].as_u64()).collect()
    };
    let signup = inspector.get("/api/events/2")[0]["signup_id"].as_str().unwrap().to_owned();
    let waitlist = inspector.get("/api/events/1")[0]["waitlist_id"].as_str().unwrap().to_owned();
    for (query, numbers) in [
        ("", vec![3, 2, 1]),
        ("q=ann@example.org", vec![3, 1]),
        ("q=EXAMPLE.ORG", vec![3, 2, 1]),
        ("q=bob", vec![2]),
        ("q=%232", vec![2]),
        ("q=%2399", vec![]),
        (&*format!("q={signup}"), vec![2]),
        (&*format!("q={waitlist}"), vec![1]),
        ("q=nobody@example.org", vec![]),
        ("events=created", vec![2, 1]),
        ("state=unsigned", vec![2]),
        ("events=created&state=valid&q=example", vec![1]),
        ("where=.data.position%20%3E%2010", vec![2]),
        ("before=3&limit=1", vec![2]),
        ("since=1h&until_time=1h", vec![]),
        (&*format!("waitlist={waitlist}"), vec![1]),
        ("direction=received", vec![3, 2, 1]),
    ] {
        assert_eq!(found(query), numbers, "{query}");
    }
    for (query, words) in [
        ("where=.data.%5B", "is not a condition in jq syntax"),
        ("state=good", "is not a state"),
        ("color=red", "unknown parameter 'color'"),
        ("events=creatd", "creatd"),
        ("limit=x", "limit must be a number"),
    ] {
        let answer = inspector.ask("GET", &format!("/api/events?{query}"), &[], "");
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.body.contains(words) && answer.body.contains("\"type\":\"error\""), "{}", answer.body);
    }
    listener.stop().code(0);
}

#[test]
fn a_refused_request_comes_with_the_doctors_story() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    let body = r#"{"event_type":"signup.created","data":{"position":1.0}}"#;
    scene.run(["trigger", "--data", body, "--sign", "json-stringify", "--to", &listener.url]).code(1);
    let told = until("a refused request", || Some(inspector.get("/api/refused")).filter(|told| !told.is_empty()));
    assert_eq!((told[0]["type"].as_str(), told[0]["refused"].as_u64()), (Some("refused"), Some(1)));
    let story = inspector.get("/api/refused/1");
    assert_eq!((story[0]["body"].as_str(), story[1]["type"].as_str()), (Some(body), Some("verification")));
    assert_eq!(story[1]["causes"][0]["certainty"], "proof", "{:?}", story[1]);
    assert!(story[1]["difference"]["byte"].is_u64());
    assert_eq!(inspector.get("/api/refused/1?redact=1").len(), 1);
    listener.stop().code(0);
}

#[test]
fn nobody_else_gets_in() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    let (port, token) = (inspector.port, inspector.token.clone());
    let own = format!("127.0.0.1:{port}");
    let bearer = format!("Bearer {token}");
    let (foreign, rebound) = (format!("http://evil.example:{port}"), format!("evil.example:{port}"));
    let asks = |method: &str, path: &str, host: &str, fields: &[(&str, &str)]| {
        ask_raw(port, method, path, &[&[("Host", host)], fields].concat(), r#"{"events":[1],"to":"9"}"#)
    };
    let signed = ("Authorization", bearer.as_str());
    let act = ("X-ReferralLoop-Inspector", "1");
    for (method, path, host, fields, status) in [
        ("GET", "/api/events", &*own, vec![], 401),
        ("GET", "/api/stream", &*own, vec![], 401),
        ("GET", "/api/events", &*own, vec![("Authorization", "Bearer 00")], 401),
        ("GET", "/api/events", &*own, vec![("Cookie", "referralloop-inspector=1")], 401),
        ("GET", "/api/events", &*rebound, vec![signed], 403),
        ("GET", "/", &*rebound, vec![], 403),
        ("GET", "/api/events", "127.0.0.1:1", vec![signed], 403),
        ("GET", "/api/events", &*own, vec![signed, ("Origin", &*foreign)], 403),
        ("GET", "/api/events", &*own, vec![signed, ("Origin", "null")], 403),
        ("GET", "/api/events", &*own, vec![signed, ("Sec-Fetch-Site", "cross-site")], 403),
        ("POST", "/api/replay", &*own, vec![signed], 403),
        ("POST", "/api/replay", &*own, vec![act], 401),
        ("POST", "/api/replay", &*own, vec![signed, act, ("Origin", &*foreign)], 403),
        ("POST", "/api/replay", &*rebound, vec![signed, act], 403),
        ("POST", "/api/session", &*own, vec![act], 401),
        ("PUT", "/api/replay", &*own, vec![signed, act], 405),
        ("POST", "/", &*own, vec![signed, act], 405),
        ("GET", "/api/nothing", &*own, vec![signed], 404),
    ] {
        let answer = asks(method, path, host, &fields);
        assert_eq!(answer.status, status, "{method} {path} {host} {fields:?}: {}", answer.body);
        assert!(!answer.body.contains("fingerprint"), "{}", answer.body);
    }
    let attempts = inspector.get("/api/events/1")[0]["attempts"].as_array().unwrap().len();
    assert_eq!(attempts, 1, "only the trigger's own");
    listener.stop().code(0);
}

#[test]
fn the_token_is_exchanged_for_a_strict_cookie_and_the_page_is_locked_up() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    let answer = inspector.ask("POST", "/api/session", &[("X-ReferralLoop-Inspector", "1")], "{}");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let host = format!("127.0.0.1:{}", inspector.port);
    let with_cookie = ask_raw(inspector.port, "GET", "/api/status", &[("Host", &host), ("Cookie", pair)], "");
    assert_eq!(with_cookie.status, 200);
    let page = ask_raw(inspector.port, "GET", "/", &[("Host", &host)], "");
    assert!(page.body.contains("<script type=\"module\" src=\"/app.js\"></script>"));
    assert!(!page.body.contains(&inspector.token));
    let policy = page.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in
        [("x-frame-options", "DENY"), ("cache-control", "no-store"), ("referrer-policy", "no-referrer")]
    {
        assert_eq!(page.header(name).as_deref(), Some(value));
    }
    listener.stop().code(0);
}

#[test]
fn the_stream_tells_each_thing_once_also_over_a_restart() {
    let scene = Scene::new();
    let (listener, inspector) = listening(&scene, &[]);
    let mut stream = Stream::open(&inspector, None);
    stream.wait_for("hello");
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    let first = stream.wait_for("event");
    assert_eq!((first["event"].as_u64(), first["type"].as_str()), (Some(1), Some("event")));
    // Behind the attempt, too: its number is the third.
    while stream.place.split('-').nth(2) != Some("1") {
        stream.wait_for("place");
    }
    let place = stream.place.clone();
    listener.stop().code(0);
    let quiet = scene.listen([""; 0]);
    for _ in 0..3 {
        scene.run(["trigger", "created", "--to", &quiet.url]).code(0);
    }
    quiet.stop().code(0);
    let (listener, again) = listening(&scene, &[]);
    assert_eq!(again.token, inspector.token, "an open page goes on");
    let mut stream = Stream::open(&again, Some(&place));
    let numbers: Vec<_> = (0..3).map(|_| stream.wait_for("event")["event"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 3, 4]);
    listener.stop().code(0);
}

#[test]
fn a_store_can_be_inspected_without_a_listener() {
    let scene = Scene::new();
    let ready = scene.folder().join("inspect.json");
    let line = ["inspect", "--port", "0", "--ready-file", ready.to_str().unwrap()];
    let started = scene.process(line).start();
    until("the ready file", || ready.exists().then_some(()));
    let inspector = Inspector::from_ready(&ready);
    assert_eq!(inspector.get("/api/status")[0]["last"], 0);
    let listener = scene.listen([""; 0]);
    scene.run(["trigger", "created", "--to", &listener.url]).code(0);
    assert_eq!(inspector.get("/api/status")[0]["last"], 1);
    assert_eq!(inspector.get("/api/status")[0]["listener"], listener.url.as_str());
    listener.stop().code(0);
    started.signal("INT");
    let ended = started.finish().code(0);
    assert_eq!(ended.out(), "");
    assert!(ended.err().contains("Inspector: http://127.0.0.1:") && ended.err().contains("#token="), "{ended}");
    assert!(!ready.exists());
}

#[test]
fn a_store_that_was_replaced_is_read_anew() {
    let scene = Scene::new();
    let store = scene.folder().join("replaced.db");
    let (ready, file) = (scene.folder().join("inspect.json"), store.to_str().unwrap());
    let listener = scene.listen(["--store", file]);
    for _ in 0..3 {
        scene.run(["trigger", "created", "--email", "old@example.org", "--store", file, "--to", &listener.url]).code(0);
    }
    listener.stop().code(0);
    let line = ["inspect", "--inspect-port", "0", "--store", file, "--ready-file", ready.to_str().unwrap()];
    let started = scene.process(line).start();
    until("the ready file", || ready.exists().then_some(()));
    let inspector = Inspector::from_ready(&ready);
    let mut stream = Stream::open(&inspector, None);
    assert_eq!(stream.wait_for("hello")["last"], 3);
    let found = |address: &str| {
        let told = inspector.get(&format!("/api/events?q={address}"));
        told.iter().filter_map(|record| record["event"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!(found("old@example.org"), [3, 2, 1]);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::rename(format!("{file}{end}"), format!("{file}.old{end}"));
    }
    assert_eq!(stream.wait_for("reset")["last"], 0);
    assert_eq!((inspector.get("/api/status")[0]["last"].as_u64(), found("old@example.org")), (Some(0), vec![]));
    let listener = scene.listen(["--store", file]);
    assert_eq!(stream.wait_for("reset")["last"], 0, "the new store is told before anything is in it");
    scene.run(["trigger", "created", "--email", "new@example.org", "--store", file, "--to", &listener.url]).code(0);
    until("the new store's event", || (found("new@example.org") == [1]).then_some(()));
    assert_eq!(stream.wait_for("event")["event"], 1);
    listener.stop().code(0);
    started.signal("INT");
    started.finish().code(0);
}

#[test]
fn what_is_sent_again_is_recorded_in_the_store_that_lies_there_now() {
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[200]));
    let (store, other) = (scene.folder().join("replaced.db"), scene.folder().join("other.db"));
    let (ready, file, other) = (scene.folder().join("inspect.json"), store.to_str().unwrap(), other.to_str().unwrap());
    for (store, address) in [(file, "old@example.org"), (other, "new@example.org")] {
        scene.run(["trigger", "created", "--email", address, "--store", store, "--to", "9"]).code(1);
    }
    let line = ["inspect", "--inspect-port", "0", "--store", file, "--ready-file", ready.to_str().unwrap()];
    let started = scene.process(line).start();
    until("the ready file", || ready.exists().then_some(()));
    let inspector = Inspector::from_ready(&ready);
    assert_eq!(inspector.get("/api/events/1")[0]["email"], "old@example.org");
    let old = format!("{file}.old");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::rename(format!("{file}{end}"), format!("{old}{end}"));
        let _ = std::fs::rename(format!("{other}{end}"), format!("{file}{end}"));
    }
    let told = inspector.post("/api/replay", &format!(r#"{{"events":[1],"to":"{}"}}"#, app.url("/again")));
    assert_eq!(told[0]["status"], 200, "{told:?}");
    let sent = inspector.get("/api/events/1").remove(0);
    assert_eq!((sent["email"].as_str(), sent["attempts"].as_array().unwrap().len()), (Some("new@example.org"), 2));
    assert_eq!(app.wait_for(1)[0].body, sent["body"].as_str().unwrap().as_bytes());
    started.signal("INT");
    started.finish().code(0);
    let kept = scene.run(["events", "show", "1", "--json", "--store", &old]).code(0).records().remove(0);
    assert_eq!((kept["email"].as_str(), kept["attempts"].as_array().unwrap().len()), (Some("old@example.org"), 1));
}

#[test]
fn other_machines_need_a_secret_of_the_users_own() {
    let scene = Scene::new();
    let told = scene.run(["inspect", "--bind", "0.0.0.0", "--inspect-port", "0"]).code(2);
    assert!(told.err().contains("you have not set a secret of your own"), "{told}");
    assert_eq!(told.out(), "");
}

mod acting {
    use super::*;

    const ACT: (&str, &str) = ("X-ReferralLoop-Inspector", "1");

    #[test]
    fn events_are_sent_again_edited_and_made() {
        let (scene, app) = (Scene::new(), Endpoint::statuses(&[200]));
        let (listener, inspector) = listening(&scene, &[]);
        scene.run(["trigger", "created", "--to", &listener.url]).code(0);
        let to = app.url("/again");
        let told = inspector.post("/api/replay", &format!(r#"{{"events":[1],"to":"{to}"}}"#));
        assert_eq!((told[0]["type"].as_str(), told[0]["status"].as_u64()), (Some("replayed"), Some(200)));
        let original = inspector.get("/api/events/1").remove(0);
        assert_eq!(app.wait_for(1)[0].body, original["body"].as_str().unwrap().as_bytes());
        let made = inspector.post("/api/make", r#"{"event_type":"created","set":{"data.email":"new@example.org"}}"#);
        let body = made[0]["body"].as_str().unwrap();
        assert!(body.contains("new@example.org"), "{body}");
        let send = serde_json::json!({ "body": body, "to": to, "headers": ["X-Odd: 1"] });
        let sent = inspector.post("/api/send", &send.to_string());
        assert_eq!((sent[0]["type"].as_str(), sent[0]["event"].as_u64()), (Some("attempt"), Some(2)));
        let received = &app.wait_for(2)[1];
        assert_eq!((received.body.as_slice(), received.header("x-odd")), (body.as_bytes(), Some("1")));
        assert!(received.header("x-webhook-signature").unwrap().starts_with("sha256="));
        assert_eq!(inspector.get("/api/events/2")[0]["attempts"][0]["purpose"], "trigger");
        // Where nobody says where to, an edited event goes where the event itself went.
        inspector.post("/api/send", r#"{"body":"edited","of":2}"#);
        assert_eq!(app.wait_for(3)[2].body, b"edited");
        listener.stop().code(0);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let scene = Scene::new();
        let (listener, inspector) = listening(&scene, &[]);
        for (path, body, words) in [
            ("/api/replay", r#"{"events":[9]}"#, "there is no event #9"),
            ("/api/replay", "nothing", "the request cannot be understood"),
            ("/api/replay", r#"{"events":[1],"speed":2}"#, "speed"),
            ("/api/send", r#"{"body":"x","to":"ftp://x"}"#, "ftp"),
            ("/api/send", "{}", "give either body or body_base64"),
            ("/api/make", r#"{"event_type":"creatd"}"#, "creatd"),
            ("/api/make", r#"{"event_type":"created","set":{"data.postion":"1"}}"#, "data.position"),
        ] {
            let answer = inspector.ask("POST", path, &[ACT], body);
            assert_eq!(answer.status, 400, "{path} {body}: {}", answer.body);
            assert!(answer.body.contains(words), "{}", answer.body);
        }
        assert_eq!(inspector.get("/api/status")[0]["last"], 0);
        listener.stop().code(0);
    }

    #[test]
    fn requests_are_written_down_and_events_exported() {
        let scene = Scene::new();
        let (listener, inspector) = listening(&scene, &[]);
        scene.run(["trigger", "created", "--email", "ann@example.org", "--to", &listener.url]).code(0);
        for (form, words) in
            [("curl", "curl -sS"), ("hurl", "POST http"), ("python", "unittest"), ("node", "node:test")]
        {
            let answer = inspector.ask("GET", &format!("/api/events/1/as/{form}?to=3000/x"), &[], "");
            assert!(answer.body.contains(words) && answer.body.contains(":3000/x"), "{}", answer.body);
        }
        assert_eq!(inspector.ask("GET", "/api/events/1/as/cobol", &[], "").status, 404);
        let exported = inspector.ask("GET", "/api/export?ids=1", &[], "");
        let imported = scene.write("page.jsonl", &exported.body);
        let other = scene.folder().join("other.db");
        let other = other.to_str().unwrap();
        scene.run(["events", "import", imported.to_str().unwrap(), "--store", other]).code(0);
        let shown = scene.run(["events", "show", "1", "--json", "--store", other]).code(0).records().remove(0);
        assert_eq!(shown["body"], inspector.get("/api/events/1")[0]["body"]);
        let masked = inspector.ask("GET", "/api/export?ids=1&redact=1", &[], "");
        assert!(exported.body.contains("ann@example.org") && !masked.body.contains("ann@example.org"));
        let bytes = inspector.ask("GET", "/api/events/1/body", &[], "");
        assert_eq!(bytes.header("content-disposition").as_deref(), Some("attachment; filename=\"event-1.json\""));
        assert_eq!(Some(&*bytes.body), shown["body"].as_str());
        listener.stop().code(0);
    }
}
