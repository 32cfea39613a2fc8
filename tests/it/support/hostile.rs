//! A terminal's ears: what a terminal would do with the bytes that a program wrote, and what must never be among them.

/// What a terminal was told.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Text that it showed, line feeds included.
    pub text: String,
    /// Whatever it was told to do beyond showing text, changing ink and beginning a new line.
    pub acts: Vec<String>,
}

struct Ears(Heard);

impl vte::Perform for Ears {
    fn print(&mut self, character: char) {
        self.0.text.push(character);
        if is_unsafe(character) {
            self.0.acts.push(format!("shows U+{:04X}", u32::from(character)));
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => self.0.text.push('\n'),
            _ => self.0.acts.push(format!("control {byte:#04x}")),
        }
    }

    fn csi_dispatch(&mut self, parameters: &vte::Params, intermediates: &[u8], _ignored: bool, action: char) {
        // Colours and weights: 0, 1, 2 and the basic eight.
        let ink = |value: u16| matches!(value, 0..=2 | 4 | 22 | 24 | 30..=37 | 39 | 90..=97);
        let plain = intermediates.is_empty() && parameters.iter().flatten().all(|value| ink(*value));
        if action != 'm' || !plain {
            self.0.acts.push(format!("CSI {parameters:?} {action}"));
        }
    }

    fn esc_dispatch(&mut self, _intermediates: &[u8], _ignored: bool, byte: u8) {
        self.0.acts.push(format!("ESC {byte:#04x}"));
    }

    fn osc_dispatch(&mut self, parameters: &[&[u8]], _bell: bool) {
        self.0.acts.push(format!("OSC {parameters:?}"));
    }

    fn hook(&mut self, _parameters: &vte::Params, _intermediates: &[u8], _ignored: bool, action: char) {
        self.0.acts.push(format!("DCS {action}"));
    }
}

/// Plays bytes to a terminal. Bytes that are not UTF-8 count as acts: an 8-bit control may hide among them.
pub fn heard(bytes: &[u8]) -> Heard {
    let mut ears = Ears(Heard::default());
    if std::str::from_utf8(bytes).is_err() {
        ears.0.acts.push("bytes that are not UTF-8".into());
    }
    vte::Parser::new().advance(&mut ears, bytes);
    ears.0
}

/// Characters that must reach no terminal as they are: controls, separators, bidi, zero-width, tags. Written down here
/// a second time, from Unicode's tables, so that the program's own list has something to be compared with.
pub fn unsafe_characters() -> impl Iterator<Item = char> {
    ('\0'..=char::MAX).filter(|character| is_unsafe(*character))
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb
            | 0xfffe..=0xffff | 0xfe00..=0xfe0f | 0xe0000..=0xe0fff)
}
