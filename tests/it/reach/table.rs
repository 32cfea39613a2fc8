//! The table of situations: every row names a test that there is, and no other row does.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// The rows: number, and the last column without its marks.
fn rows() -> Vec<(usize, &'static str)> {
    let lines = include_str!("table.md").lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    let row = |line: &'static str| {
        let number = line.trim_start_matches("| ").split(' ').next().unwrap().parse().unwrap();
        (number, line.trim_end_matches(" |").rsplit(" | ").next().unwrap().trim_matches('`'))
    };
    lines.map(row).collect()
}

/// Whether an integration test of this name stands in the file that its path leads to: one that runs against any program.
fn is_test(path: &str) -> bool {
    let (module, name) = path.rsplit_once("::").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("tests/it").join(module.replace("::", "/")).with_extension("rs");
    fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("#[test]\nfn {name}()")))
}

#[test]
fn every_situation_has_a_test_of_its_own() {
    let rows = rows();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let mut named = HashSet::new();
    for (at, (number, test)) in rows.iter().enumerate() {
        assert_eq!(*number, at + 1, "rows are numbered");
        assert!(is_test(test), "row {number}: there is no test {test}");
        assert!(named.insert(test), "row {number}: {test} is another row's test");
    }
}
