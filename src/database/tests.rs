//! A file that is looked at while it is made.

use super::schema::{DatabaseSchema, SchemaStatus};
use super::{OpenError, open_reader, open_writer};
use rusqlite::Connection;
use std::sync::mpsc;

const NOTES_1: &str = "CREATE TABLE notes (words TEXT) STRICT";

const NOTES: DatabaseSchema =
    DatabaseSchema { noun: "notebook", application_id: 0x6e6f_7465, migrations: &[NOTES_1], far_ends: &[] };

#[test]
fn who_looks_while_the_tables_are_made_sees_all_of_it_or_nothing() {
    for _ in 0..64 {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("notes.db");
        let open = || {
            let connection = Connection::open(path).unwrap();
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").unwrap();
            connection
        };
        let (mut maker, looker) = (open(), open());
        std::thread::scope(|scope| {
            let (looked, has_looked) = mpsc::sync_channel(1);
            scope.spawn(move || {
                while NOTES.read_status(path, &looker).unwrap() != SchemaStatus::Current {
                    let _ = looked.try_send(());
                }
            });
            has_looked.recv().unwrap();
            NOTES.migrate(path, &mut maker).unwrap();
        });
    }
}

#[test]
fn a_file_of_the_version_before_is_brought_to_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.db");
    let patience = std::time::Duration::ZERO;
    open_writer(&NOTES, &path, patience).unwrap().execute("INSERT INTO notes VALUES ('kept')", []).unwrap();
    let newer = DatabaseSchema { migrations: &[NOTES_1, "ALTER TABLE notes ADD COLUMN at INTEGER"], ..NOTES };
    let words = |connection: Connection| -> (String, Option<i64>) {
        connection.query_row("SELECT words, at FROM notes", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    assert_eq!(words(open_reader(&newer, &path, patience).unwrap().unwrap()), ("kept".into(), None));
    assert!(matches!(open_writer(&NOTES, &path, patience), Err(OpenError::TooNew { found: 2, known: 1, .. })));
}
