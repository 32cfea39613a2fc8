//! The hosted API answering in thirty ways and more, each to eight commands: no id is lost, nothing that was accepted is
//! called refused, and exit codes are those of the documentation.

use super::answers::{gzip, run};
use crate::support::{Answer, Api, Output, SUBSCRIPTION, Scene, WAITLIST};
use serde_json::{Value, json};

/// A command, the call of it that is answered oddly, and what a good answer holds: a list or an object, below a name.
struct Asked {
    line: &'static [&'static str],
    call: &'static str,
    below: &'static str,
    list: bool,
}

const ASKED: [Asked; 8] = [
    Asked { line: &["waitlists", "--json"], call: "GET", below: "waitlists", list: true },
    Asked { line: &["whoami", "--json"], call: "GET", below: "waitlists", list: true },
    Asked { line: &["signups", "list", "-w", WAITLIST, "--json"], call: "GET", below: "signups", list: true },
    Asked { line: &["signups", "get", "7", "-w", WAITLIST, "--json"], call: "GET", below: "signup", list: false },
    Asked {
        line: &["signups", "create", "--email", "a@example.com", "-w", WAITLIST, "--json"],
        call: "POST",
        below: "signup",
        list: false,
    },
    Asked {
        line: &["subscribe", "created", "--url", "https://app.example.com/hook", "--json"],
        call: "POST",
        below: "subscription",
        list: false,
    },
    Asked { line: &["unsubscribe", SUBSCRIPTION, "--yes", "--json"], call: "DELETE", below: "", list: false },
    Asked {
        line: &["signups", "delete", "7", "-w", WAITLIST, "--yes", "--json"],
        call: "DELETE",
        below: "",
        list: false,
    },
];

/// What an answer amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Worth {
    /// A 2xx that tells an id.
    Good,
    /// A 2xx that tells none.
    Odd,
    /// Nobody knows.
    Unanswered,
    /// A no, with the exit code that is documented for it.
    No(i32),
}

/// The id that good answers tell, those apart in which it is 12.
pub const ID: &str = "sub_must_not_be_lost";

fn plain(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer::Full(status, vec!["Content-Type: application/json".into()], body.into())
}

fn raw(head: &str, body: &[u8]) -> Answer {
    Answer::Raw([head.replace('\n', "\r\n").as_bytes(), b"\r\n\r\n", body].concat())
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let chunks = body.chunks(7).map(|part| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat());
    [chunks.collect::<Vec<_>>().concat(), b"0\r\n\r\n".to_vec()].concat()
}

/// Answers whose body is good JSON, in another dress.
pub fn dressed(below: &str, list: bool) -> Vec<(&'static str, Answer, Worth)> {
    let object = json!({ "id": ID, "email": "a@example.com" });
    let inner = if list { json!([object]) } else { object.clone() };
    let body = json!({ below: inner });
    let text = body.to_string().into_bytes();
    let numbered = json!({ "id": 12, "email": "a@example.com" });
    let numbered = json!({ below: if list { json!([numbered]) } else { numbered } });
    let more = json!({ below: inner, "meta": { "page": 1 }, "id": null, "warnings": [] });
    let extra = json!({ "id": ID, "email": "a@example.com", "name": null, "tags": [1, null], "position": "3" });
    let extra = json!({ below: if list { json!([extra, 7, null]) } else { extra } });
    let bom = ["\u{feff}".as_bytes(), &text].concat();
    let spaced = [b"\n\n  ", &text[..], b"\r\n"].concat();
    let zipped = gzip(&text);
    let head = "HTTP/1.1 200 OK\nContent-Type: application/json\nConnection: close";
    let length = format!("{head}\nContent-Length: {}", text.len());
    let lower = length.to_lowercase().replace("http/1.1 200 ok", "HTTP/1.1 200 OK");
    let dripped = format!("{}\r\n\r\n", length.replace('\n', "\r\n"));
    [
        ("plain", plain(200, text.clone())),
        ("created", plain(201, text.clone())),
        ("accepted", plain(202, text.clone())),
        ("bare", plain(200, inner.to_string())),
        ("in data", plain(200, json!({ "data": inner }).to_string())),
        ("in data, named", plain(200, json!({ "success": true, "data": body }).to_string())),
        ("id is a number", plain(200, numbered.to_string())),
        ("members beside", plain(200, more.to_string())),
        ("members within", plain(200, extra.to_string())),
        ("byte order mark", plain(200, bom)),
        ("white space", plain(200, spaced)),
        ("called text", Answer::Full(200, vec!["Content-Type: text/plain".into()], text.clone())),
        ("gzip", Answer::Full(200, vec!["Content-Encoding: gzip".into()], zipped.clone())),
        ("gzip, not named", plain(200, zipped)),
        ("called gzip", Answer::Full(200, vec!["Content-Encoding: gzip".into()], text.clone())),
        ("chunked", raw(&format!("{head}\nTransfer-Encoding: chunked"), &chunked(&text))),
        ("HTTP/1.0", raw("HTTP/1.0 200 OK", &text)),
        ("no length", raw(head, &text)),
        ("no reason", raw(&length.replace("200 OK", "200 "), &text)),
        ("lower case", raw(&lower, &text)),
        ("slow", Answer::Drip([dripped.as_bytes(), &text].concat())),
    ]
    .map(|(name, answer)| (name, answer, Worth::Good))
    .into()
}

/// Answers that tell nothing, or no.
pub fn undressed() -> Vec<(&'static str, Answer, Worth)> {
    let html = b"<!doctype html><html><body>Sign in</body></html>";
    let moved = |status| Answer::Full(status, vec!["Location: https://elsewhere.example/".into()], Vec::new());
    vec![
        ("empty", plain(200, ""), Worth::Odd),
        ("no content", Answer::Full(204, Vec::new(), Vec::new()), Worth::Odd),
        ("null", plain(200, "null"), Worth::Odd),
        ("a number", plain(200, "42"), Worth::Odd),
        ("a word", plain(200, "OK"), Worth::Odd),
        ("HTML", Answer::Full(200, vec!["Content-Type: text/html".into()], html.to_vec()), Worth::Odd),
        ("another message", plain(200, r#"{"message":"done"}"#), Worth::Odd),
        ("broken gzip", plain(200, gzip(b"{}")[..12].to_vec()), Worth::Odd),
        ("not UTF-8", plain(200, b"{\"id\":\"\xff\xfe\"}".to_vec()), Worth::Odd),
        ("no answer", Answer::Close, Worth::Unanswered),
        ("no HTTP", Answer::Garbage, Worth::Unanswered),
        ("cut off", raw("HTTP/1.1 200 OK\nContent-Length: 900", b"{\"subscr"), Worth::Unanswered),
        ("moved for good", moved(301), Worth::Unanswered),
        ("asked elsewhere", moved(307), Worth::No(4)),
        ("400", plain(400, r#"{"error":{"code":7,"text":"no"}}"#), Worth::No(4)),
        ("401", plain(401, r#"{"error":"Invalid API key"}"#), Worth::No(3)),
        ("401, HTML", Answer::Full(401, Vec::new(), html.to_vec()), Worth::No(3)),
        ("403", plain(403, "[]"), Worth::No(3)),
        ("409", plain(409, r#"{"error":"there","signup":{"id":7,"position":"1"}}"#), Worth::No(4)),
        ("422", plain(422, r#"{"errors":["no"]}"#), Worth::No(4)),
        ("429", plain(429, r#"{"error":null,"limit":"1000","reset_at":1700000000}"#), Worth::No(4)),
    ]
}

/// What the exit code has to be: a deletion needs no words, and one of what is gone is done.
fn expected(asked: &Asked, worth: Worth) -> i32 {
    match worth {
        Worth::Good => 0,
        Worth::Odd if asked.call == "DELETE" => 0,
        Worth::No(code) => code,
        Worth::Odd | Worth::Unanswered => 4,
    }
}

/// What the journal says after a subscription was asked for: everything but a clear no leaves a line, and whatever came
/// back is in it.
fn check_journal(scene: &Scene, api: &Api, name: &str, worth: Worth, ended: &Output) {
    let lines = run(scene, api, &["subscriptions", "--json"]).code(0).records();
    let line = lines.iter().find(|record| record["type"] == "subscription");
    match (worth, line) {
        (Worth::No(_), line) => assert!(line.is_none(), "{name}: a refused one is in the journal: {line:?}"),
        (_, None) => panic!("{name}: nothing is in the journal: {ended}"),
        (Worth::Good, Some(line)) => {
            assert_eq!(line["standing"], "active", "{name}: {line}");
            assert!([ID, "12"].contains(&line["id"].as_str().unwrap()), "{name}: {line}");
        }
        (_, Some(line)) => {
            assert_eq!(line["standing"], "unknown", "{name}: {line}");
            assert!(!ended.err().contains("refused the call"), "{name}: {ended}");
        }
    }
}

/// One answer to one command.
fn check(asked: &Asked, name: &str, answer: Answer, worth: Worth) {
    let (scene, api) = (Scene::new(), Api::new());
    api.instead(asked.call, answer);
    let ended = run(&scene, &api, asked.line);
    let what = format!("{} answered with {name}", asked.line.join(" "));
    assert_eq!(ended.code, Some(expected(asked, worth)), "{what}: {ended}");
    assert!(!ended.err().contains("panicked") && !ended.err().contains("not accepted"), "{what}: {ended}");
    let accepted: Vec<Value> = ended.records().iter().filter_map(|one| one.get("accepted").cloned()).collect();
    assert_eq!(accepted.contains(&json!(false)), accepted.len() == 1 && expected(asked, worth) == 3, "{what}: {ended}");
    if asked.below == "subscription" {
        check_journal(&scene, &api, &what, worth, &ended);
    } else if worth == Worth::Good && asked.line[0] != "whoami" {
        assert!(ended.out().contains(ID) || ended.out().contains("\"12\""), "{what}: the id is lost: {ended}");
    }
}

#[test]
fn thirty_odd_answers_to_eight_commands() {
    let asked_with = |asked: &Asked| {
        let answers = match asked.call {
            // Whatever is good is good for it.
            "DELETE" => undressed(),
            _ => dressed(asked.below, asked.list).into_iter().chain(undressed()).collect(),
        };
        let seen = answers.len();
        answers.into_iter().for_each(|(name, answer, worth)| check(asked, name, answer, worth));
        seen
    };
    let seen: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = ASKED.iter().map(|asked| scope.spawn(|| asked_with(asked))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert!(seen >= 30 * 8, "{seen}");
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let (scene, api) = (Scene::new(), Api::new());
    api.instead("GET", plain(200, "\u{feff}{\"waitlists\":[{\"id\":\"w1\",\"name\":\"Marked\"}]}"));
    assert!(run(&scene, &api, &["waitlists"]).code(0).out().contains("Marked"));
}

/// Calls that may be made twice are, after a 5xx; one that makes something is not.
#[test]
fn a_service_that_fails_is_asked_again_only_where_that_is_harmless() {
    for asked in ASKED.iter().filter(|asked| asked.call == "POST") {
        let (scene, api) = (Scene::new(), Api::new());
        api.instead(asked.call, Answer::Full(502, Vec::new(), b"<html>".to_vec()));
        let ended = run(&scene, &api, asked.line).code(4);
        assert_eq!(api.calls().len(), 1, "{ended}");
        if asked.below == "subscription" {
            check_journal(&scene, &api, "502", Worth::Unanswered, &ended);
        }
    }
}
