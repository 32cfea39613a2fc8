//! Base64 as Node and PHP decode it, who never fail.

/// Node: both alphabets, whatever else is skipped, until the first `=`.
pub(super) fn decode_as_node(text: &[u8]) -> Vec<u8> {
    let end = text.iter().position(|&byte| byte == b'=').unwrap_or(text.len());
    decode(&text[..end], |byte| match byte {
        b'-' => Some(62),
        b'_' => Some(63),
        _ => read_digit(byte),
    })
}

/// PHP: whatever is no digit is skipped.
pub(super) fn decode_as_php(text: &[u8]) -> Vec<u8> {
    decode(text, read_digit)
}

fn decode(text: &[u8], digit: fn(u8) -> Option<u8>) -> Vec<u8> {
    let (mut out, mut bits, mut held) = (Vec::with_capacity(text.len()), 0u32, 0u32);
    for value in text.iter().filter_map(|byte| digit(*byte)) {
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}

fn read_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
