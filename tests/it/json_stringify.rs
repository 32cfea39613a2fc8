//! `JSON.stringify(JSON.parse(text))` as this program computes it, against the Node that is installed.

use crate::support::note_skipped;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use referralloop::protocol::stringify::json_stringify;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

const DOCUMENTS: usize = 10_000;

/// Runs the counterpart script once and takes all its lines. `None` where there is no Node.
fn counterpart(seed: u32) -> Option<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/counterparts/json_stringify.mjs");
    let arguments = [script.to_owned(), DOCUMENTS.to_string(), seed.to_string()];
    match Command::new("node").args(arguments).stderr(Stdio::inherit()).output() {
        Ok(output) => {
            assert!(output.status.success(), "the script ended with {}", output.status);
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("node cannot be run: {error}"),
    }
}

#[test]
fn ten_thousand_documents_are_rebuilt_as_node_rebuilds_them() {
    let Some(lines) = counterpart(20_240_115) else {
        note_skipped("node", "is not installed");
        return;
    };
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 2 * DOCUMENTS);
    let mut refused = 0;
    for pair in lines.chunks(2) {
        let text = STANDARD.decode(pair[0]).unwrap();
        let theirs = (pair[1] != "throws").then(|| String::from_utf8(STANDARD.decode(pair[1]).unwrap()).unwrap());
        refused += usize::from(theirs.is_none());
        assert_eq!(json_stringify(&text), theirs, "{}", String::from_utf8_lossy(&text));
    }
    // Documents of both sorts, or the script does not do what it is for.
    assert!((300..3_000).contains(&refused), "{refused} were refused");
}
