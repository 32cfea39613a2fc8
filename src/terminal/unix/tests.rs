//! A pseudo-terminal that is put back whatever happens.

use super::*;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The settings of a terminal of which this process is not even the foreground: they stay.
#[test]
fn a_terminal_of_somebody_else_is_left_alone() {
    let manager = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&manager).unwrap();
    unlockpt(&manager).unwrap();
    let name = ptsname(&manager, Vec::new()).unwrap();
    let terminal = OwnedFd::from(std::fs::File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap());
    let before = termios::tcgetattr(&terminal).unwrap().local_modes;
    let seen = terminal.try_clone().unwrap();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let mut mode = TerminalMode::of(terminal).unwrap();
        mode.change();
        assert_eq!(termios::tcgetattr(&seen).unwrap().local_modes, before);
        panic!("an end like another");
    }));
    assert!(ended.is_err());
    assert_eq!(termios::tcgetattr(&seen).unwrap().local_modes, before);
}

/// A process with a terminal of its own that takes it, covers it, and panics: `script` makes the terminal, and `stty` tells its
/// settings before and after.
#[test]
#[cfg(target_os = "linux")]
fn a_panic_puts_the_terminal_back_before_its_message() {
    let program = std::env::current_exe().unwrap();
    let inner = "terminal::unix::tests::panics_with_the_terminal_taken";
    let line = format!("stty -g; '{}' --ignored --exact {inner} --nocapture; stty -g", program.display());
    let played = std::process::Command::new("script").args(["-qec", &line, "/dev/null"]).output();
    let Ok(played) = played else { return println!("without `script`: not tried") };
    let said = String::from_utf8_lossy(&played.stdout).into_owned();
    let is_settings =
        |line: &&str| line.len() > 40 && line.bytes().all(|byte| byte == b':' || byte.is_ascii_hexdigit());
    let marks = (said.find(MARK_PASTES), said.rfind(PASTE_AS_KEYS));
    assert!(marks.0.is_some() && marks.0 < marks.1, "pasted text is still marked: {said}");
    let bare = said.replace(MARK_PASTES, "").replace(PASTE_AS_KEYS, "");
    let settings: Vec<&str> = bare.lines().map(str::trim).filter(is_settings).collect();
    assert_eq!(settings.len(), 3, "{said}");
    assert_ne!(settings[0], settings[1], "it was never taken");
    assert_eq!(settings[0], settings[2]);
    let uncovered = said.find("\x1b[?25h\x1b[?1049l").unwrap_or_else(|| panic!("still covered: {said}"));
    let told = said.find("an end like another").unwrap_or_else(|| panic!("no message: {said}"));
    assert!(uncovered < told, "the message is lost with the picture: {said}");
}

#[test]
#[ignore = "panics; the test above runs it on a terminal"]
fn panics_with_the_terminal_taken() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let _keyboard = Keyboard::open(Arc::new(|_| {})).unwrap();
        let covered = Arc::new(std::sync::atomic::AtomicBool::new(true));
        crate::terminal::uncover_on_panic(&covered);
        std::process::Command::new("stty").arg("-g").status().unwrap();
        panic!("an end like another");
    });
}
