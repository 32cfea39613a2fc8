//! What each fuzz target does with its bytes, and what must hold whatever they are: no panic, an exit code that is
//! documented, and nothing on the screen but text.
//!
//! Most targets run the whole program inside this process, as its user would; those that would be slow to reach that
//! way call the function behind it. The same file is part of the test suite, which plays the kept corpora.

mod program;
mod screen;
mod wire;

pub use program::TARGETS;

/// Plays bytes to a target by its name.
pub fn play(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target's name");
    target(bytes);
}
