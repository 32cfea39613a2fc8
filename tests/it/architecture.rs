//! The house of the crate essay (`src/lib.rs`), held to: who may import whom, who may touch the process, how long
//! files and functions may be. Change the essay where the picture is wrong, in the open, not the checker.

mod figures;
mod source;

use crate::support::counterpart;
use source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

const PROCESS: [&str; 6] = ["clock", "shutdown", "context", "terminal", "system", "logging"];

/// What edges stand on.
const FOOTINGS: [&str; 4] = ["exchange", "server", "database", "child"];
const EDGES: [&str; 10] =
    ["store", "deliver", "receive", "sandbox", "hosted", "tunnel", "audit", "config", "jq", "relay"];

/// What a module may import besides itself; `None` where nobody said where it stands.
fn allowed(module: &str) -> Option<Vec<&'static str>> {
    let below_edges = || [&["protocol"], PROCESS.as_slice()].concat();
    let below_session = || [below_edges(), FOOTINGS.to_vec(), EDGES.to_vec(), vec!["diagnose", "output"]].concat();
    Some(match module {
        "protocol" | "clock" | "logging" | "system" | "error" => vec![],
        "shutdown" => vec!["logging"],
        // Where there are no signals, the wish to stop is told to who hears it.
        "terminal" => vec!["shutdown"],
        // What is secret is left out where it would leave the process.
        "context" => vec!["clock", "shutdown", "terminal", "protocol"],
        "diagnose" | "jq" => vec!["protocol"],
        "exchange" | "server" | "database" | "child" | "config" | "output" => below_edges(),
        "store" => [below_edges(), vec!["database"]].concat(),
        "deliver" | "audit" | "hosted" | "relay" => [below_edges(), vec!["exchange"]].concat(),
        "tunnel" => [below_edges(), vec!["exchange", "child"]].concat(),
        "receive" => [below_edges(), vec!["exchange", "server"]].concat(),
        "sandbox" => [below_edges(), FOOTINGS.to_vec()].concat(),
        "session" => [below_session(), vec!["error"]].concat(),
        "inspector" => [below_session(), vec!["session", "error"]].concat(),
        "commands" => [below_session(), vec!["session", "error", "inspector"]].concat(),
        "cli" => [below_session(), vec!["session", "error", "commands"]].concat(),
        // The library's root: `run`, which is handed everything.
        "" => [below_session(), vec!["session", "error", "commands", "cli"]].concat(),
        "main" => vec![],
        _ => return None,
    })
}

/// Words that only one module may say: its outside thing.
const DOORS: [(&str, &[&str]); 15] = [
    // All else goes through what cannot hold a secret.
    ("tracing", &["logging"]),
    ("async_nats", &["relay"]),
    ("crossterm", &["terminal"]),
    ("rusqlite", &["database", "store", "sandbox"]),
    ("reqwest", &["exchange"]),
    ("axum", &["server", "receive", "sandbox", "inspector"]),
    ("dialoguer", &["output"]),
    ("indicatif", &["output"]),
    ("getrandom", &["context"]),
    ("env::", &["context", "system"]),
    ("io::stdin", &["context", "terminal"]),
    ("io::stdout", &["context"]),
    ("io::stderr", &["context", "terminal"]),
    ("process::id", &["context"]),
    ("Timestamp::now", &["clock"]),
];

/// What pure modules never say.
const IMPURE: [&str; 7] = ["tokio", "std::fs", "std::io::", "std::net::Tcp", "Instant", "SystemTime", "getrandom"];

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 60;

fn is_test(source: &Source) -> bool {
    source.name.ends_with("tests.rs") || source.name.contains("tests/")
}

/// Everything that breaks a rule of importing.
fn wrong_imports(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let own = source.module();
        let module = own.first().map_or("", String::as_str);
        let Some(allowed) = allowed(module) else {
            wrong.push(format!("{}: the essay does not say on which floor `{module}` stands", source.name));
            continue;
        };
        for path in source.imports() {
            let Some(target) = path.first() else { continue };
            let is_module = sources.iter().any(|other| other.module().first() == Some(target));
            if is_module && target != module && !allowed.contains(&target.as_str()) {
                wrong.push(format!("{} imports {}", source.name, path.join("::")));
            }
            if module == "commands" && target == "commands" && path.get(1) != own.get(1) && own.len() > 1 {
                wrong.push(format!("{} imports another command: {}", source.name, path.join("::")));
            }
        }
    }
    wrong
}

/// Cycles between the children of a module, for every module. What a child takes from its parent is no cycle: the
/// parent is where what its children share is born.
fn cycles(sources: &[Source]) -> Vec<String> {
    let mut edges: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let modules: BTreeSet<Vec<String>> = sources.iter().map(Source::module).collect();
    for source in sources.iter().filter(|source| !is_test(source)) {
        let own = source.module();
        for path in source.imports() {
            let shared = own.iter().zip(&path).take_while(|(a, b)| a == b).count();
            let (Some(from), Some(to)) = (own.get(shared), path.get(shared)) else { continue };
            if modules.contains(&path[..=shared]) {
                edges.entry(own[..shared].to_vec()).or_default().entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    let reaches = |graph: &BTreeMap<String, BTreeSet<String>>, from: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(node) = next.pop() {
            next.extend(graph.get(&node).into_iter().flatten().filter(|to| seen.insert((*to).clone())).cloned());
        }
        seen
    };
    let circular = |graph: &BTreeMap<String, BTreeSet<String>>| {
        graph.keys().filter(|node| reaches(graph, node).contains(*node)).cloned().collect::<Vec<_>>()
    };
    let told = edges.iter().map(|(parent, graph)| (parent.join("::"), circular(graph)));
    told.filter(|(_, nodes)| !nodes.is_empty())
        .map(|(parent, nodes)| format!("in `{parent}`: {}", nodes.join(", ")))
        .collect()
}

/// Outside things that are touched elsewhere than at their door.
fn wrong_doors(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !is_test(source) && source.name != "main.rs") {
        let code = source.code();
        let module = source.module().first().cloned().unwrap_or_default();
        for (word, doors) in DOORS {
            if says(&code, word) && !doors.contains(&module.as_str()) {
                wrong.push(format!("{} says {word}, which belongs to {doors:?}", source.name));
            }
        }
        if matches!(module.as_str(), "protocol" | "diagnose") {
            // Two traits over bytes in memory, which compressors speak; nothing of the outside.
            let code = code.replace("use std::io::{Read, Write};", "");
            let impure = IMPURE.iter().filter(|word| says(&code, word));
            wrong.extend(impure.map(|word| format!("{} says {word}, and is pure", source.name)));
        }
    }
    wrong
}

/// Whether a word occurs, not as the end of a longer one.
fn says(code: &str, word: &str) -> bool {
    let apart = |at: usize| code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
    code.match_indices(word).any(|(at, _)| apart(at))
}

/// Files without an essay of their own, and what has grown too long.
fn wrong_sizes(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        if !source.text.starts_with("//! ") {
            wrong.push(format!("{} does not begin with //!", source.name));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{} has {lines} lines", source.name));
        }
        let long = source.functions().into_iter().filter(|function| function.lines > LONGEST_FUNCTION);
        wrong.extend(long.map(|function| format!("{}: {} has {} lines", source.name, function.name, function.lines)));
    }
    wrong
}

/// Type names that stand in more than one file. Every command has its `Arguments`, every module may have its `Error`.
fn shared_names(sources: &[Source]) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !is_test(source)) {
        for name in source.types().into_iter().filter(|name| !matches!(name.as_str(), "Arguments" | "Error")) {
            places.entry(name).or_default().push(&source.name);
        }
    }
    let shared = places.into_iter().filter(|(_, files)| files.len() > 1);
    shared.map(|(name, files)| format!("{name}: {}", files.join(", "))).collect()
}

#[test]
fn no_two_types_share_a_name() {
    assert_eq!(shared_names(&Source::below("src")), Vec::<String>::new());
}

#[test]
fn imports_go_down() {
    assert_eq!(wrong_imports(&Source::below("src")), Vec::<String>::new());
}

#[test]
fn modules_do_not_form_cycles() {
    assert_eq!(cycles(&Source::below("src")), Vec::<String>::new());
}

#[test]
fn outside_things_are_touched_at_their_door_only() {
    assert_eq!(wrong_doors(&Source::below("src")), Vec::<String>::new());
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    assert_eq!(wrong_sizes(&Source::below("src")), Vec::<String>::new());
    assert_eq!(wrong_sizes(&Source::below("tests")), Vec::<String>::new());
}

#[test]
fn every_mutant_finds_its_line() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants/run");
    let Some(python) = counterpart("python3") else { return };
    let output = Command::new(python).arg(script).arg("--check").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_file_is_looked_at() {
    let names: Vec<String> = Source::below("src").into_iter().map(|source| source.name).collect();
    for expected in ["lib.rs", "main.rs", "protocol/signature.rs", "session/listener.rs", "commands/events/show.rs"] {
        assert!(names.iter().any(|name| name == expected), "{expected}");
    }
}

/// The checker itself, on sources that break each rule.
mod checker {
    use super::*;

    fn house(name: &str, text: &str) -> Vec<Source> {
        let modules =
            ["protocol/mod.rs", "store/mod.rs", "receive/mod.rs", "output/mod.rs", "session/mod.rs", "cli.rs"];
        let commands = ["commands/mod.rs", "commands/listen.rs", "commands/trigger.rs", "exchange.rs", "context.rs"];
        let empty =
            modules.iter().chain(&commands).filter(|other| **other != name).map(|other| Source::new(other, "//! x\n"));
        empty.chain([Source::new(name, text)]).collect()
    }

    #[test]
    fn sees_an_import_that_goes_up_or_aside() {
        for (name, text) in [
            ("protocol/event.rs", "use crate::store::Store;"),
            ("protocol/event.rs", "fn f() { crate::output::line(); }"),
            ("store/writer.rs", "use crate::receive::Settings;"),
            ("store/writer.rs", "use crate::{protocol::body, receive::{self, Counts}};"),
            ("receive/mod.rs", "use crate::store::Store;"),
            ("output/mod.rs", "use crate::exchange as x;"),
            ("session/mod.rs", "use crate::commands::listen;"),
            ("session/deep/er.rs", "use super::super::super::cli;"),
            ("commands/listen.rs", "use crate::cli;"),
            ("commands/listen.rs", "use super::trigger::Arguments;"),
            ("commands/listen.rs", "use crate::commands::{mod_of_nothing, trigger};"),
            ("unknown.rs", ""),
        ] {
            assert!(!wrong_imports(&house(name, text)).is_empty(), "{name}: {text}");
        }
        for (name, text) in [
            ("store/writer.rs", "use crate::protocol::body; use super::Store; use std::receive::X;"),
            ("receive/mod.rs", "// use crate::store;\nconst S: &str = \"crate::store::x\"; use crate::exchange::E;"),
            ("commands/events/list.rs", "use super::Arguments; use crate::session::x; use crate::context::Context;"),
            ("session/x.rs", "use crate::store::{self, Store as S}; use crate::output::line;"),
        ] {
            assert_eq!(wrong_imports(&house(name, text)), Vec::<String>::new(), "{name}: {text}");
        }
    }

    #[test]
    fn sees_names_that_are_used_twice() {
        let pair = |one: &str, other: &str| [Source::new("a.rs", one), Source::new("b/c.rs", other)];
        assert_eq!(shared_names(&pair("pub struct Queue<T>(T);", "enum Queue {}")), ["Queue: a.rs, b/c.rs"]);
        assert_eq!(shared_names(&pair("trait Sink {}", "pub(crate) type Sink = u8;")), ["Sink: a.rs, b/c.rs"]);
        for (one, other) in [("struct Arguments;", "struct Arguments;"), ("struct A; // struct B", "struct B;")] {
            assert_eq!(shared_names(&pair(one, other)), Vec::<String>::new());
        }
        // What a trait or an implementation calls a type of its own is no type of the crate.
        assert_eq!(shared_names(&pair("impl X for Y { type Err = u8; }", "impl X for Z { type Err = u8; }")), [""; 0]);
    }

    #[test]
    fn sees_cycles_of_any_length() {
        let circle = |third: &str| {
            vec![
                Source::new("a/mod.rs", "use self::b::B;"),
                Source::new("a/b.rs", "use super::c::C; use super::Shared;"),
                Source::new("a/c/mod.rs", "use super::d;"),
                Source::new("a/c/deep.rs", "use super::super::d::D;"),
                Source::new("a/d.rs", third),
            ]
        };
        assert_eq!(cycles(&circle("use super::b::B;")), ["in `a`: b, c, d"]);
        assert_eq!(cycles(&circle("use super::Shared;")), Vec::<String>::new());
    }

    #[test]
    fn sees_who_touches_the_world() {
        for (name, text) in [
            ("session/x.rs", "let x = std::env::var(\"X\");"),
            ("output/x.rs", "use std::io; fn f() { io::stdout(); }"),
            ("session/x.rs", "rusqlite::Connection::open(x);"),
            ("protocol/x.rs", "use tokio::time;"),
            ("receive/x.rs", "Timestamp::now()"),
        ] {
            assert!(!wrong_doors(&house(name, text)).is_empty(), "{name}: {text}");
        }
        let fine = "concat!(env!(\"X\")); // std::env::var\nlet t = \"io::stdout\";";
        assert_eq!(wrong_doors(&house("session/x.rs", fine)), Vec::<String>::new());
    }

    #[test]
    fn sees_what_is_too_long_or_says_nothing() {
        let body =
            |lines: usize| format!("//! x\nfn f(x: [u8; 2]) -> u8 {{\n{}}}\n", "let _ = '{'; // }\n".repeat(lines));
        assert_eq!(wrong_sizes(&[Source::new("a.rs", &body(58))]), Vec::<String>::new());
        assert_eq!(wrong_sizes(&[Source::new("a.rs", &body(59))]), ["a.rs: f has 61 lines"]);
        assert_eq!(wrong_sizes(&[Source::new("a.rs", "fn f();")]), ["a.rs does not begin with //!"]);
        assert_eq!(
            wrong_sizes(&[Source::new("a.rs", &format!("//! x\n{}", "\n".repeat(400)))]),
            ["a.rs has 401 lines"]
        );
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        let text = r####"a /* b /* c */ d */ e "f \" g" h r#"i " j"# k r"\" l 'm' n '\'' o 'life p // q
r"####;
        let code = Source::new("a.rs", text).code();
        let words: Vec<&str> = code.split_whitespace().collect();
        assert_eq!(words, ["a", "e", "h", "k", "l", "n", "o", "'life", "p", "r"]);
    }
}
