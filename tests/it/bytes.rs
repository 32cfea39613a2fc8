//! Bytes: what `trigger --data @file` sent, what `listen` stored and forwarded, and what `events show --raw` pipes out
//! are the same, whatever they are.

use crate::support::{Endpoint, Listener, Scene, vectors};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Sends each body through one listener and compares it at every station. Bodies differ from each other.
fn same_everywhere(bodies: &BTreeMap<String, Vec<u8>>) {
    let scene = Scene::new();
    let app = Endpoint::good();
    let forward = app.url("/");
    let listener = Listener::start(&scene, ["-q", "--forward-to", &forward], |run| run);
    for (name, body) in bodies {
        scene.write("body", body);
        let sent = scene.run(["trigger", "--data", "@body", "--json", "--to", &listener.url]);
        assert_eq!(sent.code, Some(0), "{name}: {sent}");
        let number = sent.record("sending")["event"].to_string();
        let raw = scene.run(["events", "show", &number, "--raw"]);
        assert_eq!((raw.code, raw.err().as_str()), (Some(0), ""), "{name}");
        assert!(raw.stdout == *body, "{name}: stored otherwise than sent");
        let verified = scene.run(["verify", "--event", &number]);
        assert_eq!(verified.code, Some(0), "{name}: {verified}");
    }
    let forwarded = app.wait_for(bodies.len());
    for ((name, body), received) in bodies.iter().zip(&forwarded) {
        assert!(received.body == *body, "{name}: forwarded otherwise than sent");
    }
    let ended = listener.stop().code(0);
    assert_eq!(ended.err(), "");
}

#[test]
fn awkward_bodies() {
    let big: Vec<u8> = (0..1 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let bodies: [(&str, &[u8]); 14] = [
        ("empty", b""),
        ("line feed", b"\n"),
        ("no JSON", b"hello"),
        ("CRLF", b"{\r\n  \"a\": 1\r\n}\r\n"),
        ("BOM", b"\xef\xbb\xbf{\"a\":1}"),
        ("numbers", br#"{"a":1.0,"b":1e3,"c":-0,"d":123456789012345678901234567890}"#),
        ("escapes", br#"{"a":"\u00e9\/\u0000\ud83d\ude00"}"#),
        ("doubled keys", br#"{"a":1,"a":2}"#),
        ("spaces around", b" \t{\"a\":1} \n\n"),
        ("NUL", b"{\"a\":\"\0\"}"),
        ("invalid UTF-8", b"{\"a\":\"\xff\xfe\x80\"}"),
        ("UTF-16", b"\xff\xfe{\0}\0"),
        ("looks like an option", b"--help"),
        ("1 MiB", &big),
    ];
    same_everywhere(&bodies.into_iter().map(|(name, body)| (name.to_owned(), body.to_vec())).collect());
}

#[test]
fn the_public_json_suite() {
    let Some(folder) = vectors() else { return };
    let mut files = Vec::new();
    collect(&folder.join("json"), &mut files);
    let mut bodies = BTreeMap::new();
    for path in files {
        let body = fs::read(&path).unwrap();
        // The same bytes again would be the same event; a listener takes 1 MiB.
        if body.len() <= 1 << 20 && !bodies.values().any(|other| *other == body) {
            bodies.insert(path.display().to_string(), body);
        }
    }
    assert!(bodies.len() > 300, "{} files: that is not the suite", bodies.len());
    println!("{} distinct files", bodies.len());
    same_everywhere(&bodies);
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

#[test]
fn standard_input_and_arguments_are_bodies_too() {
    let scene = Scene::new();
    let endpoint = Endpoint::good();
    let url = endpoint.url("/");
    let body = b"\xff{}\r\n\n";
    scene.with(["trigger", "--data", "-", "--to", &url]).stdin(body).output().code(0);
    scene.run(["trigger", "--data", " {} ", "--to", &url]).code(0);
    scene.process(["trigger", "--data", "-", "--to", &url]).stdin(body).output().code(0);
    let received = endpoint.received();
    assert_eq!(received[0].body, body);
    assert_eq!(received[1].body, b" {} ");
    assert_eq!(received[2].body, body);
}

#[test]
fn a_body_beyond_the_limit_is_refused_and_not_cut() {
    let scene = Scene::new();
    scene.write("body", vec![b'x'; (1 << 20) + 1]);
    let listener = scene.listen([""; 0]);
    let sent = scene.run(["trigger", "--data", "@body", "--json"]).code(1);
    assert_eq!(sent.record("attempt")["status"], 413);
    let ended = listener.stop().code(0);
    assert!(ended.err().contains("413"), "{ended}");
    assert_eq!(scene.run(["events", "list", "--json"]).out(), "");
}
