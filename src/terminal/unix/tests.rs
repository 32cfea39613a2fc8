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
