//! What may reach a terminal: text, line feeds, and the few sequences with which the program itself erases its lines.

/// Panics where bytes would do more on a terminal than show text.
pub fn assert_calm(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("output that is not UTF-8: {error}"));
    for (at, character) in text.char_indices() {
        assert!(is_calm(character), "U+{:04X} at byte {at} of {text:?}", u32::from(character));
    }
}

fn is_calm(character: char) -> bool {
    let hidden = matches!(u32::from(character),
        0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb
        | 0xe0000..=0xe0fff);
    character == '\n' || !(character.is_control() || hidden)
}
