//! Files that are generated and committed: what a test makes anew has to be what stands in the repository.

use std::collections::BTreeSet;
use std::path::Path;

/// Compares a folder of the repository with what belongs into it, nothing more and nothing less; writes it anew where
/// `REFERRALLOOP_BLESS=1` asks for that. `test` names the tests to run for it.
#[track_caller]
pub fn compare_committed(folder: &str, files: Vec<(String, Vec<u8>)>, test: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("REFERRALLOOP_BLESS").is_some_and(|value| value == "1") {
        // What a command left behind that is gone goes, too.
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        files.iter().for_each(|(name, contents)| std::fs::write(path.join(name), contents).unwrap());
    }
    let hint = format!("write it anew with: REFERRALLOOP_BLESS=1 cargo test --test it {test}");
    for (name, contents) in &files {
        let committed = std::fs::read(path.join(name)).unwrap_or_default();
        assert!(committed == *contents, "{folder}/{name} is out of date; {hint}");
    }
    let entries = std::fs::read_dir(&path).unwrap();
    let there: BTreeSet<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let wanted: BTreeSet<String> = files.into_iter().map(|(name, _)| name).collect();
    assert_eq!(there, wanted, "{folder}: {hint}");
}
