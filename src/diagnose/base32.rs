//! Base32 (RFC 4648, section 6), which `base64` does not have.

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// With its padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for five in bytes.chunks(5) {
        let bits = (0..5).fold(0u64, |bits, at| bits << 8 | u64::from(five.get(at).copied().unwrap_or(0)));
        let letters = (five.len() * 8).div_ceil(5);
        for at in 0..8 {
            let value = (bits >> (35 - 5 * at) & 31) as usize;
            out.push(if at < letters { char::from(LETTERS[value]) } else { '=' });
        }
    }
    out
}

/// Without padding, in either case; nothing where a character does not belong.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut out) = (0u64, 0, Vec::new());
    for byte in text.bytes() {
        let value = LETTERS.iter().position(|letter| *letter == byte.to_ascii_uppercase())?;
        bits = (bits << 5 | value as u64) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    (out.len() >= 5).then_some(out)
}
