//! A file that is looked at while it is made.

use super::schema::{DatabaseSchema, SchemaStatus};
use rusqlite::Connection;
use std::sync::mpsc;

const NOTES: DatabaseSchema = DatabaseSchema {
    noun: "notebook",
    application_id: 0x6e6f_7465,
    migrations: &["CREATE TABLE notes (words TEXT) STRICT"],
    far_ends: &[],
};

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
