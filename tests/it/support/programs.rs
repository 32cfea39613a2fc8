//! What may or may not be on the machine: other programs, test vectors, patience.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A program of another make to compare with, where it is installed; says so where it is not.
pub fn counterpart(program: &str) -> Option<PathBuf> {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Some(program.into());
    }
    println!("skipped: {program} is not installed");
    None
}

/// The folder of public test vectors, where one is given; says so where it is not.
pub fn vectors() -> Option<PathBuf> {
    let folder = std::env::var_os("REFERRALLOOP_TEST_VECTORS").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: REFERRALLOOP_TEST_VECTORS names no folder of test vectors");
    }
    folder
}

/// Whether tests may take minutes; says so where they may not.
pub fn slow_tests() -> bool {
    let wanted = std::env::var_os("REFERRALLOOP_SLOW_TESTS").is_some_and(|value| value == "1");
    if !wanted {
        println!("skipped: REFERRALLOOP_SLOW_TESTS=1 runs it");
    }
    wanted
}
