//! The doctor at work: in `verify`, beside `listen`, and as a probe.

use crate::support::{Endpoint, Listener, Scene};
use serde_json::{Value, json};

const SECRET: &str = "s3cret-canary-77";

/// JSON.stringify gives other bytes: blanks, `1.0`, an escape, a line feed at the end.
const BODY: &str = "{\"event_type\": \"signup.created\", \"data\": {\"position\": 1.0, \"name\": \"Zo\\u00eb\"}}\n";
const STRINGIFIED: &str = "{\"event_type\":\"signup.created\",\"data\":{\"position\":1,\"name\":\"Zo\u{eb}\"}}";

fn scene() -> Scene {
    let scene = Scene::new();
    scene.write("body.json", BODY);
    scene.write("stringified.json", STRINGIFIED);
    scene.write("secret.txt", SECRET);
    scene
}

fn sign(scene: &Scene, file: &str) -> String {
    scene.run(["sign", file, "--secret-file", "secret.txt"]).out().trim().to_owned()
}

fn verify(scene: &Scene, more: &[&str]) -> (Option<i32>, String) {
    let line = [&["verify", "body.json", "--secret-file", "secret.txt"], more].concat();
    let ended = scene.run(line);
    assert!(!format!("{ended}").contains(SECRET), "{ended}");
    (ended.code, ended.out())
}

#[test]
fn a_failing_check_names_what_was_hashed() {
    let scene = scene();
    let (wrong, right) = (sign(&scene, "stringified.json"), sign(&scene, "body.json"));
    let (code, out) = verify(&scene, &["--signature", &wrong, "--framework", "express"]);
    assert_eq!(code, Some(1));
    for words in [
        "✘ invalid: the signature does not match these bytes",
        "proof        the file may not be what was sent: the signature is that of the same JSON, as",
        "or else the sender serialised",
        "save the body as it came (curl -o, printf '%s'), not from an editor",
        "differs      from byte 14 on (counted from 0)",
        "    received   {\"event_type\": \"signup",
        "    hashed     {\"event_type\":\"signup",
        "express.raw({ type: '*/*' })",
        "check again: ",
    ] {
        assert!(out.contains(words), "{words} in {out}");
    }
    assert!(!out.contains(&right[7..]), "{out}");
}

#[test]
fn the_samples_situation_is_named() {
    let scene = scene();
    let right = sign(&scene, "body.json");
    let bare = &right[7..];
    let (code, out) = verify(&scene, &["--signature", &right, "--got", bare]);
    assert_eq!(code, Some(1));
    assert!(out.contains("✔ valid:") && out.contains("proof        your code's value lacks the sha256="), "{out}");
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("64 characters against 71"), "{out}");

    let both = &sign(&scene, "stringified.json")[7..];
    let (code, out) = verify(&scene, &["--signature", &right, "--got", both, "--json"]);
    let record: Value = serde_json::from_str(&out).unwrap();
    let ids: Vec<_> = record["got"]["causes"].as_array().unwrap().iter().map(|cause| cause["id"].clone()).collect();
    assert_eq!((code, ids), (Some(1), vec![json!("json-stringify"), json!("bare-comparison")]));
    assert_eq!((&record["verification"], &record["got"]["difference"]["byte"]), (&json!("valid"), &json!(14)));
    assert!(!out.contains(bare), "{out}");
}

#[test]
fn what_the_users_code_computes_may_be_right() {
    let scene = scene();
    let right = sign(&scene, "body.json");
    for line in [vec!["--got", &right], vec!["--signature", &right, "--got", &right]] {
        let (code, out) = verify(&scene, &line);
        assert_eq!(code, Some(0), "{out}");
        assert!(out.contains("✔ your code: computes the right value"), "{out}");
    }
    let (code, out) = verify(&scene, &["--signature", &right, "--got", "sha256=00"]);
    assert_eq!(code, Some(1));
    let given = "--got VALUE --secret-file secret.txt body.json";
    let again = format!("check again: referralloop verify --signature {right} {given}");
    assert!(out.split_whitespace().collect::<Vec<_>>().join(" ").contains(&again), "{out}");
}

#[test]
fn other_profiles_secrets_are_known() {
    let scene = scene();
    let config = scene.config();
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(config, "[profiles.staging]\nwebhook_secret = \"staging-canary\"\n").unwrap();
    scene.write("staging.txt", "staging-canary");
    let value = scene.run(["sign", "body.json", "--secret-file", "staging.txt"]).out();
    let (_, out) = verify(&scene, &["--signature", value.trim()]);
    assert!(out.contains("the sender used another secret: the one of profile staging"), "{out}");
    assert!(!out.contains("staging-canary"), "{out}");
}

#[test]
fn usage_errors_name_what_is_missing() {
    let scene = scene();
    let ended = scene.run(["verify", "body.json"]).code(2);
    assert!(ended.err().contains("--signature"), "{ended}");
    let ended = scene.run(["verify", "--probe", "http://192.0.2.1/hook"]).code(2);
    assert!(ended.err().contains("--yes") && ended.err().contains("is not this machine"), "{ended}");
    let ended = scene.run(["verify", "body.json", "--got", "x", "--framework", "expres"]).code(2);
    assert!(ended.err().contains("'expres' is no framework that is known here; they are express"), "{ended}");
}

/// Posts a body with a signature, and answers with what came back.
fn post(url: &str, signature: &str) -> String {
    use std::io::{Read, Write};
    let url = url::Url::parse(url).unwrap();
    let mut stream = std::net::TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let length = BODY.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         X-Webhook-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n{BODY}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_listener_tells_the_cause_in_its_line_and_nothing_to_the_sender() {
    let scene = scene();
    let listener = Listener::start(&scene, ["--secret-file", "secret.txt"], |run| run.terminal(140));
    let (wrong, right) = (sign(&scene, "stringified.json"), sign(&scene, "body.json"));
    let bare = &right[7..];
    for value in [&wrong, bare, &format!("sha256={}", "ab".repeat(32))] {
        let answer = post(&listener.url, value);
        assert!(
            answer.starts_with("HTTP/1.1 401 ") && answer.ends_with("\r\n\r\n{\"error\":\"invalid signature\"}"),
            "{answer}"
        );
    }
    listener.wait_for("!3");
    let ended = listener.stop();
    let out = ended.out();
    for words in [
        "the sender hashed re-serialised JSON (first difference at byte 14)   ",
        "the signature lacks its sha256= prefix",
    ] {
        assert!(out.contains(words), "{words} in {out}");
    }
    assert!(!out.contains(bare) && !out.contains(SECRET), "{out}");

    let told = scene.run(["verify", "--event", "!1", "--secret-file", "secret.txt", "--json"]).code(1);
    let record = told.record("verification");
    assert_eq!(record["causes"][0]["id"], "json-stringify");
    assert_eq!(record["causes"][0]["certainty"], "proof");
}

#[test]
fn an_arrivals_record_carries_the_cause() {
    let scene = scene();
    let listener = scene.listen(["--secret-file", "secret.txt", "--json"]);
    post(&listener.url, &sign(&scene, "stringified.json"));
    listener.wait_for("\"refused\":1");
    let record = listener.stop().record("arrival");
    let told = ["reason", "cause", "proved"].map(|name| record[name].clone());
    assert_eq!(told, [json!("mismatch"), json!("json-stringify"), json!(true)]);
}

#[test]
fn a_probe_finds_an_endpoint_right_or_a_hole() {
    let scene = scene();
    let listener = scene.listen(["--secret-file", "secret.txt", "--require-signature"]);
    let probe = |url: &str| scene.run(["verify", "--probe", url, "--secret-file", "secret.txt", "--json"]);
    let right = probe(&listener.url);
    assert_eq!((right.code, &right.record("probe")["raw_body"]), (Some(0), &json!(true)), "{right}");
    assert!(right.record("probe")["requests"].as_array().unwrap().len() <= 40);
    drop(listener);

    let open = Endpoint::good();
    let url = open.url("/hook?a=1&b=2");
    let told = scene.run(["verify", "--probe", &url, "--secret-file", "secret.txt"]).code(1).out();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let again = format!("then check again: referralloop verify --probe '{url}' --secret-file secret.txt");
    assert!(told.contains(&again), "{told}");
    assert!(told.contains("--framework: express, nextjs, nest"), "{told}");
    let hole = probe(&open.url("/hook"));
    assert_eq!((hole.code, &hole.record("probe")["causes"][0]["id"]), (Some(1), &json!("verifies-nothing")), "{hole}");
    let nowhere = Endpoint::nowhere();
    let nobody = probe(&nowhere).code(4);
    assert_eq!(nobody.record("error")["kind"], "network");
    let hint = "start the endpoint first, and check the port and the path";
    let told = format!("error: nothing is listening at {nowhere}\n  hint: {hint}\n");
    scene.run(["verify", "--probe", &nowhere]).is(4, "", &told);
    let plain = scene.run(["verify", "--probe", &open.url("/hook"), "--secret-file", "secret.txt"]).code(1);
    assert!(plain.out().contains("✘ wrong: it does not verify as it should (after 1 request)\n"), "{plain}");
    // What is asked in the same words, and answered alike, is one line.
    let refusing = Endpoint::statuses(&[401]);
    let line = ["verify", "--probe", &refusing.url("/hook"), "--secret-file", "secret.txt"];
    let small = |told: &str| told.lines().filter(|line| line.contains("a small body")).count();
    let told = scene.run(line).code(1).out();
    assert_eq!(small(&told), 1, "{told}");
    assert!(told.contains(" that many rewritings leave alone, ") && told.contains(" times\n"), "{told}");
    let whole = scene.run(line.iter().chain(&["--verbose"])).code(1).out();
    assert!(small(&whole) > 10, "{whole}");
    // A handler that throws whatever comes: bare digits are tried too, and the bound holds.
    let throws = Endpoint::statuses(&[500]);
    let told = probe(&throws.url("/hook")).record("probe");
    assert_eq!(told["causes"][0]["id"], "throws");
    let sent = throws.received();
    assert!(sent.len() <= 40, "{}", sent.len());
    assert!(sent.iter().any(|one| one.header("x-webhook-signature").is_some_and(|value| value.len() == 64)));
}

/// A line that is to be run again has what changes its outcome; only the keys are the reader's to put in.
#[test]
fn what_was_given_is_given_again() {
    let (scene, open) = (scene(), Endpoint::good());
    let url = open.url("/hook");
    let words = |told: String| told.split_whitespace().collect::<Vec<_>>().join(" ");
    let given = ["-H", "X-Tenant: a b", "-H", "Authorization: Bearer canary-22", "-k", "--secret-file", "secret.txt"];
    let line = [&["verify", "--probe", &url, "--framework", "express", "--profile", "p"], &given[..]].concat();
    let told = words(scene.run(line).code(1).out());
    let again = format!(
        "check again: referralloop --profile p verify --probe {url} -H 'X-Tenant: a b' -H 'Authorization: [redacted]' \
        --insecure --secret-file secret.txt --framework express"
    );
    assert!(told.contains(&again) && !told.contains("canary-22"), "{told}");
    // Two secrets, while they are rotated.
    scene.write("next.txt", "another-secret");
    let wrong = sign(&scene, "stringified.json");
    let line = ["verify", "body.json", "--got", &wrong, "--framework", "express", "--store", "a.db"];
    let line = [&line[..], &["--secret-file", "next.txt", "--secret-file", "secret.txt"]].concat();
    let told = words(scene.run(line).code(1).out());
    let given = "--got VALUE --secret-file next.txt --secret-file secret.txt --framework express body.json";
    assert!(told.contains(&format!("check again: referralloop --store a.db verify {given}")), "{told}");
}
