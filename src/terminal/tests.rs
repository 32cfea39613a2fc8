//! What keys are called, and a pseudo-terminal that is put back whatever happens.

use super::*;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn keys_have_names() {
    let key = |code, modifiers| Key::from_event(&KeyEvent::new(code, modifiers));
    assert_eq!(key(KeyCode::Char('q'), KeyModifiers::NONE), Some(Key::Character('q')));
    assert_eq!(key(KeyCode::Char('Q'), KeyModifiers::SHIFT), Some(Key::Character('Q')));
    assert_eq!(key(KeyCode::Enter, KeyModifiers::NONE), Some(Key::Enter));
    assert_eq!(key(KeyCode::Char('j'), KeyModifiers::CONTROL), Some(Key::Enter));
    assert_eq!(key(KeyCode::Char('j'), KeyModifiers::NONE), Some(Key::Character('j')));
    assert_eq!(key(KeyCode::Char('r'), KeyModifiers::CONTROL), None);
    assert_eq!(key(KeyCode::F(1), KeyModifiers::NONE), None);
}

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
