//! The files and surroundings that make input wrong.

use super::table::Case;
use crate::support::{Run, Scene};
use rusqlite::Connection;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};

/// A scene with one file of each sort.
pub fn scene() -> Scene {
    let scene = Scene::new();
    scene.write("body.json", "{}");
    scene.write("secret.txt", "a secret\n");
    scene.write("empty", "");
    scene.write("blank", "\n");
    scene.write("huge", vec![b'x'; 70_000]);
    scene.write("notes.txt", "these are notes of mine, and no database at all; they are worth keeping as they are");
    fs::create_dir(scene.folder().join("folder")).unwrap();
    stores(&scene);
    scene
}

fn stores(scene: &Scene) {
    let store = |name: &str| scene.folder().join(name);
    let foreign = Connection::open(store("foreign.db")).unwrap();
    foreign.execute_batch("CREATE TABLE recipes (name TEXT); PRAGMA user_version = 3;").unwrap();
    for name in ["newer.db", "damaged.db"] {
        let url = crate::support::Endpoint::nowhere();
        scene.run(["trigger", "created", "--store", name, "--to", &url]).code(1);
        let connection = Connection::open(store(name)).unwrap();
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;").unwrap();
    }
    Connection::open(store("newer.db")).unwrap().execute_batch("PRAGMA user_version = 99;").unwrap();
    // The header stays, the rest is gone.
    let mut bytes = fs::read(store("damaged.db")).unwrap();
    bytes[100..].fill(0xa5);
    fs::write(store("damaged.db"), bytes).unwrap();
}

/// Puts a run into its surroundings.
pub fn set_up(case: &Case, run: Run, scene: &Scene) -> Run {
    let Some((name, text)) = &case.setting else { return run };
    match (name.as_str(), text.split_once('=')) {
        ("environment", Some((name, value))) => run.env(name, value),
        ("environment", None) => run.without(text),
        ("configuration", _) => {
            scene.write("config.toml", text);
            run.env("REFERRALLOOP_CONFIG", "config.toml")
        }
        ("project file", _) => {
            scene.write("project/referralloop.toml", text);
            run.within(scene.folder().join("project"))
        }
        ("standard input", _) => run.stdin(text.as_str()),
        ("port BUSY is taken", _) => run.holding(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()),
        _ => panic!("there is no setting {name}"),
    }
}
