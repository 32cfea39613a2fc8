//! Among containers: addresses that others reach, targets by name, keys and secrets from outside, no home, and an end as
//! soon as a supervisor asks for it. `tests/container/run` repeats it with a root file system and networks of its own.

use crate::support::{Answer, Endpoint, Sandbox, Scene, until};
use referralloop::shutdown::StopSignal;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const KEY: &str = "pk_test_given0123456789";

/// Asks for a path under a name, with more header lines; the whole answer.
fn get(sandbox: &Sandbox, path: &str, host: &str, headers: &str) -> String {
    let port = sandbox.url.split([':', '/']).nth(4).unwrap();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn whether_it_is_well_is_told_to_everybody_and_the_rest_to_who_has_the_key() {
    let scene = Scene::new();
    let here = Sandbox::start(&scene, ["--memory"]);
    for host in ["127.0.0.1", "sandbox:4010", "evil.example.com"] {
        let answer = get(&here, "/_sandbox/health", host, "");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"status":"ok"}"#), "{host}: {answer}");
    }
    let asked = |sandbox: &Sandbox, host: &str, headers: &str| {
        get(sandbox, "/_sandbox/deliveries", host, headers).lines().next().unwrap().to_owned()
    };
    assert!(asked(&here, "127.0.0.1", "").contains("200"));
    assert!(asked(&here, "sandbox:4010", "").contains("403"), "a name of elsewhere that leads here");

    let open = Sandbox::start(&scene, ["--memory", "--bind", "0.0.0.0"]);
    assert!(open.url.starts_with("http://127.0.0.1:"), "what can be called from here: {}", open.url);
    assert!(get(&open, "/_sandbox/health", "sandbox", "").contains("200 OK"));
    // printf ':KEY' | base64 is what a browser sends.
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!(":{}", open.key));
    for (headers, status) in [
        (String::new(), "401"),
        ("Authorization: Bearer pk_test_other\r\n".into(), "401"),
        (format!("Authorization: Basic {}\r\n", "%%%"), "401"),
        (format!("Authorization: Bearer {}\r\n", open.key), "200"),
        (format!("authorization: basic {basic}\r\n"), "200"),
    ] {
        for host in ["127.0.0.1", "sandbox:4010"] {
            assert!(asked(&open, host, &headers).contains(status), "{headers} {host}");
        }
    }
    // Whoever can read what it leaves beside the store is its owner.
    scene.run(["sandbox", "deliveries"]).is(0, "", "note: no delivery matches\n");
    let refused = get(&open, "/_sandbox/", "localhost", "");
    assert!(refused.contains("www-authenticate: Basic realm=\"sandbox\""), "{refused}");
    assert!(get(&open, "/w/early-access", "sandbox:4010", "").contains("200 OK"), "its page is a public one");
    let ended = open.stop().code(0);
    assert!(ended.err().contains("which other machines can reach; its pages need the key"), "{ended}");
}

#[test]
fn a_key_that_is_given_is_taken_and_not_shown() {
    let scene = Scene::new();
    let sandbox = Sandbox::start_as(&scene, ["--memory"], |run| run.env("REFERRALLOOP_API_KEY", KEY));
    let ready = sandbox.ready_record();
    assert_eq!((&ready["api_key"], &ready["api_key_from"]), (&Value::from(KEY), &"REFERRALLOOP_API_KEY".into()));
    sandbox.run(&scene, ["waitlists"]);
    let ended = sandbox.stop().code(0);
    assert!(ended.err().contains("API key: REFERRALLOOP_API_KEY\n") && !ended.to_string().contains(KEY), "{ended}");

    let file = scene.write("key", format!("{KEY}2\n"));
    let arguments = ["--memory".into(), "--json".into(), "--key-file".into(), file.clone().into_os_string()];
    let sandbox = Sandbox::start_as(&scene, arguments, |run| run.env("REFERRALLOOP_API_KEY", KEY));
    assert_eq!(sandbox.key, format!("{KEY}2"), "a file that is named goes first");
    let ended = sandbox.stop().code(0);
    let ready = ended.record("ready");
    assert_eq!(ready["api_key_from"].as_str(), file.to_str());
    assert!(ready.get("api_key").is_none() && !ended.to_string().contains(KEY), "{ended}");

    // A live key opens the real service.
    let live = "pk_live_canary0123456789";
    let sandbox = Sandbox::start_as(&scene, ["--memory"], |run| run.env("REFERRALLOOP_API_KEY", live));
    assert!(sandbox.key.starts_with("pk_test_"), "{sandbox:?}");
    let ended = sandbox.stop().code(0);
    assert!(
        ended.err().contains("holds a live key, which a sandbox does not accept") && !ended.to_string().contains(live)
    );
    scene.write("key", live);
    let refused = scene.run(["sandbox", "--memory", "--key-file", "key"]);
    let told = "error: key holds a live key, which a sandbox does not accept\n  \
                hint: set it to a test key: pk_test_ followed by letters and digits\n";
    refused.is(2, "", told);
    let empty = scene.with(["sandbox", "--memory"]).env("REFERRALLOOP_API_KEY", "").output();
    assert!(empty.err().contains("the API key is empty (REFERRALLOOP_API_KEY)"), "{empty}");
    empty.code(3);
}

#[test]
fn without_a_home_it_needs_nothing_kept() {
    let scene = Scene::new();
    let sandbox = Sandbox::start_as(&scene, ["--memory"], |run| run.without("HOME"));
    let ready = sandbox.ready_record();
    let secret = ready["webhook_secret"].as_str().unwrap().to_owned();
    assert_eq!((secret.starts_with("rlsec_"), &ready["secret_from"]), (true, &"made for this run".into()));
    let app = Endpoint::good();
    sandbox.run(&scene, ["subscribe", "created", "--url", &app.url("/"), "--waitlist", &waitlist(&sandbox, &scene)]);
    sign_up(&sandbox, &scene);
    let heard = app.wait_for(1).remove(0);
    let verified = scene
        .with(["verify", "--signature", heard.header("x-webhook-signature").unwrap(), "-"])
        .env("REFERRALLOOP_WEBHOOK_SECRET", &secret)
        .stdin(heard.body)
        .output();
    verified.code(0);
    assert!(sandbox.stop().code(0).err().contains(&format!("export REFERRALLOOP_WEBHOOK_SECRET={secret}\n")));

    let given = Sandbox::start_as(&scene, ["--memory"], |run| {
        run.without("HOME").env("REFERRALLOOP_WEBHOOK_SECRET", "canary-secret")
    });
    assert_eq!(given.ready_record()["secret_from"], "REFERRALLOOP_WEBHOOK_SECRET");
    let ended = given.stop().code(0);
    assert!(ended.err().contains("signed with secret: REFERRALLOOP_WEBHOOK_SECRET"), "{ended}");
    assert!(!ended.to_string().contains("canary-secret"), "{ended}");
}

fn waitlist(sandbox: &Sandbox, scene: &Scene) -> String {
    let lists = sandbox.run(scene, ["waitlists", "--json"]).records();
    lists.iter().find(|list| list.to_string().contains("early-access")).unwrap()["id"].as_str().unwrap().to_owned()
}

fn sign_up(sandbox: &Sandbox, scene: &Scene) {
    let list = waitlist(sandbox, scene);
    sandbox.run(scene, ["signups", "create", "--waitlist", &list, "--email", "ada@example.com"]);
}

#[test]
fn plain_http_goes_where_it_is_allowed_to() {
    let scene = Scene::new();
    let shut = Sandbox::start(&scene, ["--memory"]);
    let line = ["subscribe", "created", "--url", "http://app:3000/hook", "--waitlist"];
    let asking = |sandbox: &Sandbox| {
        let list = waitlist(sandbox, &scene);
        sandbox.with(&scene, line.into_iter().chain([list.as_str()])).output()
    };
    let refused = asking(&shut).code(4);
    assert!(refused.err().contains("of a host that --allow-target names"), "{refused}");
    drop(shut);
    let open = Sandbox::start(&scene, ["--memory", "--allow-target", "app", "--allow-target", "10.0.0.0/8"]);
    asking(&open).code(0);
    let list = waitlist(&open, &scene);
    open.run(&scene, ["subscribe", "deleted", "--url", "http://10.1.2.3/", "--waitlist", &list]);
    let other =
        open.with(&scene, ["subscribe", "deleted", "--url", "http://db/", "--waitlist", &list]).output().code(4);
    assert!(other.err().contains("one of a host that --allow-target names"), "{other}");
    let ended = open.stop().code(0);
    assert!(ended.err().contains("Assumption allowed-target: delivers by http to app\n"), "{ended}");
    let told = Sandbox::start(&scene, ["--memory", "--json", "--allow-target", "app"]);
    asking(&told).code(0);
    let ended = told.stop().code(0);
    let calls = ended.records().into_iter().filter(|record| record["type"] == "call");
    let answered: Vec<Value> = calls.map(|call| call["assumptions"].clone()).collect();
    assert!(answered.iter().any(|ids| ids.to_string().contains("allowed-target")), "{ended}");
}

#[test]
fn a_supervisor_waits_less_than_a_second_and_what_is_pending_is_kept() {
    let scene = Scene::new();
    let app = Endpoint::new([Answer::Hang]);
    let sandbox = Sandbox::start(&scene, ["--signups", "0"]);
    let list = waitlist(&sandbox, &scene);
    sandbox.run(&scene, ["subscribe", "created", "--url", &app.url("/"), "--waitlist", &list]);
    sign_up(&sandbox, &scene);
    app.wait_for(1);
    let asked = Instant::now();
    sandbox.running().signal(StopSignal::Terminate);
    until("its end", || (!sandbox.ready_file.exists()).then_some(()));
    // The attempt alone would take five; a busy machine may add some.
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    let again = Sandbox::start(&scene, ["--json"]);
    app.wait_for(2);
    let told = again.stop().code(0);
    assert!(told.out().contains("1 delivery of an earlier run; 1 attempt was interrupted"), "{told}");
}

#[test]
fn expect_listens_for_other_containers_with_a_secret_of_theirs() {
    let scene = Scene::new();
    let line = ["expect", "created", "--bind", "0.0.0.0", "--within", "5s", "--"];
    let open = scene.run(line.into_iter().chain(["true"])).code(2);
    assert!(open.err().contains("0.0.0.0 can be reached from other machines"), "{open}");
    // The command finds it where it is on this machine.
    let check = ["sh", "-c", "case $REFERRALLOOP_WEBHOOK_URL in http://127.0.0.1:*) ;; *) exit 9;; esac"];
    let none = ["expect", "created=0", "--bind", "0.0.0.0", "--within", "0", "--"].into_iter().chain(check);
    scene.with(none).env("REFERRALLOOP_WEBHOOK_SECRET", "ours").output().code(0);
}

#[test]
fn a_live_key_never_crosses_a_network_in_clear_text() {
    let scene = Scene::new();
    let live = "pk_live_canary0123456789";
    let asked =
        scene.with(["waitlists", "--api-url", "http://sandbox:4010"]).env("REFERRALLOOP_API_KEY", live).output();
    let told = "error: the live API key from REFERRALLOOP_API_KEY would be sent to http://sandbox:4010/api/v1 in\n       \
                clear text\n  hint: use https there; a sandbox takes a test key, which may go by http\n";
    asked.is(3, "", told);
}
