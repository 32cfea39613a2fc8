//! Wrong input: the documented exit code, one clear sentence, a suggestion where there is one, and nothing else.
//! The kinds are in `wrong_input/table.txt`, as a transcript.

mod fixtures;
mod table;

use crate::support::{Output, Scene};
use fixtures::set_up;
use table::Case;

/// Runs a case, for people or for programs.
fn run(scene: &Scene, case: &Case, json: bool) -> Output {
    let line = case.line.iter().map(String::as_str).chain(json.then_some("--json"));
    // Wide enough that nothing is wrapped.
    set_up(case, scene.with(line).columns(2000), scene).output()
}

/// Folders and ports differ from run to run.
fn named(text: &str, scene: &Scene) -> String {
    let text = text.replace(scene.folder().to_str().unwrap(), "WORK").replace(scene.home().to_str().unwrap(), "HOME");
    let busy = text.split_once("port ").and_then(|(before, after)| {
        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.starts_with(" is in use").then(|| format!("{before}port BUSY{rest}"))
    });
    busy.unwrap_or(text)
}

fn check(scene: &Scene, case: &Case) -> Result<(), String> {
    let mut expected = format!("error: {}\n", case.error);
    case.hints.iter().for_each(|hint| expected.push_str(&format!("  hint: {hint}\n")));
    let human = run(scene, case, false);
    let told = (human.code, human.out(), named(&human.err(), scene));
    if told != (Some(case.code), String::new(), expected.clone()) {
        return Err(format!("{human}--- expected {}\n{expected}", case.code));
    }
    let json = run(scene, case, true);
    let kind = match case.code {
        2 => "usage",
        3 => "configuration",
        _ => "machine",
    };
    let records = json.records();
    let [record] = records.as_slice() else { return Err(format!("not one record: {json}")) };
    let message = named(record["message"].as_str().unwrap_or_default(), scene);
    let hints: Vec<&str> = record["hints"].as_array().unwrap().iter().map(|hint| hint.as_str().unwrap()).collect();
    let fits = record["type"] == "error" && record["kind"] == kind && message == case.error && hints == case.hints;
    match fits && json.code == Some(case.code) && named(&json.err(), scene) == expected {
        true => Ok(()),
        false => Err(format!("as records: {json}")),
    }
}

#[test]
fn every_kind_of_wrong_input_is_told_in_one_sentence() {
    let scene = fixtures::scene();
    let cases = table::cases();
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(&scene, case).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 50, "{} kinds", cases.len());
    println!("{} kinds of wrong input", cases.len());
}

#[test]
fn what_was_refused_left_nothing_behind() {
    let scene = fixtures::scene();
    for case in table::cases().iter().filter(|case| case.code == 2) {
        run(&scene, case, false);
    }
    assert!(!scene.store().exists(), "no store was made");
}

#[test]
fn the_real_binary_tells_it_the_same_way() {
    let scene = fixtures::scene();
    let wrong = scene.process(["listen", "--port", "http"]).output();
    wrong.is(2, "", "error: --port: 'http' is not a port; ports are 0 to 65535\n  hint: referralloop listen --help\n");
    let none = scene.process([""; 0]).output();
    assert_eq!((none.code, none.out().as_str()), (Some(2), ""));
    assert!(none.err().contains("Usage: referralloop"), "{none}");
    let json = scene.process(["--json"]).output().code(2);
    assert_eq!(json.record("error")["message"], "a command is missing");
}

#[test]
fn a_locked_store_is_5() {
    let scene = fixtures::scene();
    scene.run(["trigger", "created", "--store", "held.db", "--to", &crate::support::Endpoint::nowhere()]).code(1);
    let holder = rusqlite::Connection::open(scene.folder().join("held.db")).unwrap();
    holder.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (x);").unwrap();
    let ended = scene.with(["--store", "held.db", "trigger", "created", "--to", "1"]).columns(2000).output();
    let told = "error: WORK/held.db is locked by another program\n  \
                hint: another program is using it; close that one, or choose another file with --store\n";
    assert_eq!((ended.code, named(&ended.err(), &scene).as_str()), (Some(5), told), "{ended}");
}
