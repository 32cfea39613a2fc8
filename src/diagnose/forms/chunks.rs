//! A body decoded piece by piece, as `text += chunk` does: a character that two pieces share is in neither of them.
//!
//! Where the network cut cannot be known, so every cut inside every character is tried; with the sizes in which
//! programs read and networks deliver, all cuts are tried together.

use super::source::BodySource;

/// The most characters beyond ASCII whose cuts are tried one by one.
const CHARACTERS: usize = 1_000;

/// Bytes a piece: reads of Node, TLS records, buffers, TCP segments.
const SIZES: [usize; 8] = [65_536, 16_384, 8_192, 4_096, 32_768, 1_460, 1_448, 1_024];

/// Every text that a body becomes, one after the other: there may be thousands of them.
pub(super) fn decode_chunks<'s>(source: &'s BodySource<'_>) -> Box<dyn Iterator<Item = Vec<u8>> + 's> {
    let Some(text) = source.non_ascii() else { return Box::new(std::iter::empty()) };
    let body = source.body;
    let read = move |size: usize| body.chunks(size).flat_map(decode_piece).collect::<Vec<u8>>();
    let sizes = SIZES.iter().filter(move |size| **size < body.len()).map(move |&size| read(size));
    let beyond = text.char_indices().filter(|(_, c)| !c.is_ascii()).take(CHARACTERS);
    let cuts = beyond.flat_map(|(at, c)| (1..c.len_utf8()).map(move |part| (at, at + part, at + c.len_utf8())));
    let single = cuts.map(move |(start, cut, end)| {
        let (head, tail) = (decode_piece(&body[start..cut]), decode_piece(&body[cut..end]));
        [&body[..start], &head, &tail, &body[end..]].concat()
    });
    Box::new(single.chain(sizes).filter(move |made| made != body))
}

/// As decoders do that replace what is no UTF-8 (WHATWG Encoding, section 4.1; Unicode, section 3.9).
fn decode_piece(piece: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(piece).into_owned().into_bytes()
}
