//! Slips of somebody who copies a secret: pasted twice, cut, mistyped.

/// Letters that are taken for each other by people who read them.
const ALIKE: [(u8, u8); 8] =
    [(b'0', b'O'), (b'1', b'l'), (b'1', b'I'), (b'l', b'I'), (b'5', b'S'), (b'8', b'B'), (b'-', b'_'), (b'2', b'Z')];

/// One slip of somebody who typed it, at each place of the first 128.
pub(super) fn mistyped(secret: &[u8]) -> Vec<Vec<u8>> {
    let with = |at: usize, taken: usize, put: &[u8]| [&secret[..at], put, &secret[at + taken..]].concat();
    let mut keys = Vec::new();
    for (at, &byte) in secret.iter().enumerate().take(128) {
        keys.push(with(at, 1, b""));
        keys.push(with(at, 1, &[byte, byte]));
        let other = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
        keys.push(with(at, 1, &[other]));
        if let Some(&next) = secret.get(at + 1) {
            keys.push(with(at, 2, &[next, byte]));
        }
        for (one, another) in ALIKE {
            match byte {
                _ if byte == one => keys.push(with(at, 1, &[another])),
                _ if byte == another => keys.push(with(at, 1, &[one])),
                _ => {}
            }
        }
    }
    keys
}

/// Twice, and the half of what stands there twice.
pub(super) fn doubled(secret: &[u8]) -> Vec<Vec<u8>> {
    let joints = [b"".as_slice(), b"\n", b" "];
    let mut keys: Vec<Vec<u8>> = joints.map(|joint| [secret, joint, secret].concat()).into();
    let half = secret.len() / 2;
    let (first, second) = secret.split_at(half);
    if !secret.is_empty() && first == second.trim_ascii_start() {
        keys.push(first.to_vec());
    }
    keys
}

/// A letter or two lost at either end, Base64's padding lost, then cut at usual lengths.
pub(super) fn cut(secret: &[u8]) -> Vec<Vec<u8>> {
    let padding = secret.iter().rev().take_while(|byte| **byte == b'=').count();
    let ends = [1, 2].into_iter().filter_map(|few| {
        let (rest, end) = secret.split_at_checked(secret.len().checked_sub(few)?)?;
        let (start, tail) = secret.split_at_checked(few)?;
        Some([(end, rest), (start, tail)])
    });
    // Zeros at the end are lost where a number was read, and what is no letter where the secret was cleaned.
    let lost =
        ends.flatten().filter(|(end, _)| end.len() == 1 || end.iter().all(u8::is_ascii_graphic) && *end != b"00");
    let limits = [8, 10, 12, 16, 20, 24, 30, 32, 36, 40, 50, 60, 63, 64, 72, 100, 128, 255]
        .into_iter()
        .filter_map(|length| secret.get(..length));
    let bare = [&secret[..secret.len() - padding]];
    let parts = lost.map(|(_, rest)| rest).chain(bare).chain(limits);
    parts.map(<[u8]>::to_vec).collect()
}

/// Up to each character that a shell, `split` or a double click stops at; one letter alone is what an index takes.
pub(super) fn cut_at_marks(secret: &[u8]) -> Vec<Vec<u8>> {
    let marks = (1..secret.len()).filter(|at| !secret[*at].is_ascii_alphanumeric()).take(16);
    marks.map(|at| secret[..at].to_vec()).chain(secret.get(..1).map(<[u8]>::to_vec)).collect()
}

/// Letters that secrets are made of.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/// Another letter at each of the first 48 places, and one more at either end.
pub(super) fn changed(secret: &[u8]) -> Vec<Vec<u8>> {
    let added = LETTERS.iter().flat_map(|letter| [[secret, &[*letter]].concat(), [&[*letter], secret].concat()]);
    let places = (0..secret.len().min(48)).flat_map(|at| LETTERS.iter().map(move |letter| (at, *letter)));
    let other = places.map(|(at, letter)| [&secret[..at], &[letter], &secret[at + 1..]].concat());
    added.chain(other).collect()
}
