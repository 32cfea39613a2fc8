//! What may or may not be on the machine: other programs, ports for them, test vectors, patience.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// Why what `tests/counterparts/install` puts into the target folder is missing.
pub const INSTALL: &str = "is not installed; tests/counterparts/install does it";

/// Notes that something to compare with is missing here: as a line of the test's output, which only a failing test shows,
/// and as one in the file that `REFERRALLOOP_SKIPPED` names, which the gate counts. One write each, so that the tests of
/// several threads do not mix their lines.
pub fn note_skipped(name: &str, reason: &str) {
    println!("skipped: {name} {reason}");
    let Some(path) = std::env::var_os("REFERRALLOOP_SKIPPED") else { return };
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{name}\n").as_bytes()).unwrap();
}

/// A program of another make to compare with, where it is installed; says so where it is not.
pub fn counterpart(program: &str) -> Option<PathBuf> {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Some(program.into());
    }
    note_skipped(program, "is not installed");
    None
}

/// A port for a program that cannot choose one by itself. It lies below those that systems give out, so that nobody gets
/// it by chance before it is used; each process of tests begins in a stretch of its own.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 600) as u16 * 20;
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(|| first + GIVEN.fetch_add(1, Ordering::Relaxed)).find(is_free).unwrap()
}

/// The folder of public test vectors, where one is given; says so where it is not.
pub fn vectors() -> Option<PathBuf> {
    let folder = std::env::var_os("REFERRALLOOP_TEST_VECTORS").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        note_skipped("test vectors", "are not there: REFERRALLOOP_TEST_VECTORS names no folder");
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
