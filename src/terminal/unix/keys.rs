//! The bytes that a terminal sends for keys, read as keys. Pure: who reads the bytes is beside it.

use crate::terminal::Key;
use std::str;

const ESCAPE: u8 = 0x1b;

/// What a terminal that was asked to puts around pasted text.
const PASTE: &[u8] = b"\x1b[200~";
const PASTED: &[u8] = b"\x1b[201~";

/// Reads keys out of bytes as they come; what is no whole key yet waits for the rest.
#[derive(Debug, Default)]
pub(super) struct KeyDecoder {
    waiting: Vec<u8>,
    /// Whether what comes is pasted text.
    pasting: bool,
}

impl KeyDecoder {
    /// The keys in what was read at once, and in what waited for it. Keys that nobody here knows are left out.
    pub(super) fn decode(&mut self, read: &[u8]) -> Vec<Key> {
        self.waiting.extend_from_slice(read);
        let (mut keys, mut at) = (Vec::new(), 0);
        loop {
            let rest = self.waiting.get(at..).unwrap_or_default();
            let mark = if self.pasting { PASTED } else { PASTE };
            if rest.starts_with(mark) {
                self.pasting = !self.pasting;
                at += mark.len();
                continue;
            }
            let decoded = if self.pasting { decode_pasted(rest) } else { decode_one(rest) };
            let Some((key, length)) = decoded else { break };
            keys.extend(key);
            at += length;
        }
        self.waiting.drain(..at);
        keys
    }
}

/// The first character of pasted text. What stands there for keys is left out; a tab is a space.
fn decode_pasted(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let (&first, _) = bytes.split_first()?;
    match first {
        // The mark of its end may have come in parts.
        ESCAPE if PASTED.starts_with(bytes) => None,
        b'\t' => Some((Some(Key::Pasted(' ')), 1)),
        0..0x20 | 0x7f => Some((None, 1)),
        _ => decode_character(bytes).map(|(key, length)| match key {
            Some(Key::Character(character)) => (Some(Key::Pasted(character)), length),
            _ => (None, length),
        }),
    }
}

/// The first key, if it is one that is known, and how many bytes it takes; `None` where the rest is still to come.
fn decode_one(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        ESCAPE => match rest {
            [b'[', parameters @ ..] => decode_sequence(parameters).map(|(key, length)| (key, length + 2)),
            [b'O', letter, ..] if letter.is_ascii_uppercase() => Some((name_letter(*letter), 3)),
            // Escape alone, and in front of a key that was read at once: two keys.
            _ => Some((Some(Key::Escape), 1)),
        },
        // The line feed is what some terminals send for Enter.
        b'\r' | b'\n' => Some((Some(Key::Enter), 1)),
        b'\t' => Some((Some(Key::Tab), 1)),
        0x08 | 0x7f => Some((Some(Key::Backspace), 1)),
        0..0x20 => Some((None, 1)),
        _ => decode_character(bytes),
    }
}

/// What stands behind `ESC [`: parameters, and a letter that ends them.
fn decode_sequence(parameters: &[u8]) -> Option<(Option<Key>, usize)> {
    let end = parameters.iter().position(|byte| !(0x20..0x40).contains(byte))?;
    let key = match (parameters[end], parameters[..end].split(|byte| *byte == b';').next()) {
        // A function key of the Linux console has one letter more.
        (b'[', _) if parameters.len() == end + 1 => return None,
        (b'[', _) => return Some((None, end + 2)),
        (b'~', Some(b"1" | b"7")) => Some(Key::Home),
        (b'~', Some(b"4" | b"8")) => Some(Key::End),
        (b'~', Some(b"5")) => Some(Key::PageUp),
        (b'~', Some(b"6")) => Some(Key::PageDown),
        (letter, _) => name_letter(letter),
    };
    Some((key, end + 1))
}

fn name_letter(letter: u8) -> Option<Key> {
    Some(match letter {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'M' => Key::Enter,
        _ => return None,
    })
}

/// A character of UTF-8; bytes that are none are left out.
fn decode_character(bytes: &[u8]) -> Option<(Option<Key>, usize)> {
    let start = &bytes[..bytes.len().min(4)];
    let valid = match str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
        // Without a length it is the end that is missing.
        Err(error) => return error.error_len().map(|length| (None, length)),
    };
    let character = valid.chars().next()?;
    Some((Some(Key::Character(character)), character.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(parts: &[&[u8]]) -> Vec<Key> {
        let mut decoder = KeyDecoder::default();
        parts.iter().flat_map(|part| decoder.decode(part)).collect()
    }

    #[test]
    fn keys_have_names() {
        use Key::{Backspace, Character, Down, End, Enter, Escape, Home, Left, PageDown, PageUp, Right, Tab, Up};
        let typed = "qQ/ä€😀".chars().map(Character).collect::<Vec<_>>();
        assert_eq!(decode(&["qQ/ä€😀".as_bytes()]), typed);
        assert_eq!(decode(&[b"\r\n\t\x7f\x08"]), [Enter, Enter, Tab, Backspace, Backspace]);
        assert_eq!(decode(&[b"\x1b[A\x1b[B\x1b[C\x1b[D\x1bOA\x1bOH"]), [Up, Down, Right, Left, Up, Home]);
        assert_eq!(decode(&[b"\x1b[5~\x1b[6~\x1b[1~\x1b[4~\x1b[H\x1b[F"]), [PageUp, PageDown, Home, End, Home, End]);
        assert_eq!(decode(&[b"\x1b[1;5A", b"\x1b"]), [Up, Escape]);
    }

    #[test]
    fn what_nobody_knows_is_left_out_and_nothing_behind_it() {
        for unknown in [&b"\x12"[..], b"\x1b[15~", b"\x1bOP", b"\x1b[[A", b"\x1b[201~", b"\x1b[Z", b"\xff", b"\xc3\x28"]
        {
            let keys = decode(&[unknown, b"q"]);
            assert_eq!(keys.last(), Some(&Key::Character('q')), "{unknown:?}");
            assert!(keys.len() == 1 || unknown == b"\xc3\x28", "{unknown:?}: {keys:?}");
        }
    }

    #[test]
    fn escape_and_a_key_that_are_read_at_once_are_two() {
        assert_eq!(decode(&[b"\x1bq"]), [Key::Escape, Key::Character('q')]);
        assert_eq!(decode(&[b"\x1b\x1b"]), [Key::Escape, Key::Escape]);
        assert_eq!(decode(&[b"\x1bO"]), [Key::Escape, Key::Character('O')]);
    }

    #[test]
    fn pasted_text_is_no_keys_and_ends_where_its_mark_does() {
        let pasted = |text: &str| text.chars().map(Key::Pasted).collect::<Vec<_>>();
        let keys = decode(&[b"\x1b[200~q\tr\x1bq\r\n\x1b[A\x03\x1b[201~", b"q"]);
        assert_eq!(keys, [pasted("q rq[A"), vec![Key::Character('q')]].concat());
        // Marks and characters in parts.
        let keys = decode(&[b"\x1b[20", b"0~q\xc3", b"\xa4\x1b", b"[2", b"01~", b"r"]);
        assert_eq!(keys, [pasted("q\u{e4}"), vec![Key::Character('r')]].concat());
    }

    #[test]
    fn a_key_may_come_in_parts() {
        assert_eq!(decode(&[b"\x1b[", b"5", b"~"]), [Key::PageUp]);
        assert_eq!(decode(&[b"\xf0\x9f", b"\x98\x80", b"x"]), [Key::Character('😀'), Key::Character('x')]);
    }
}
