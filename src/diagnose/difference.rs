//! Where two forms of a body part, with a little of both sides.

/// Bytes shown before the place.
const BEFORE: usize = 20;

/// Bytes shown from the place on.
const AFTER: usize = 28;

/// The first byte at which two forms differ, and both sides around it. Foreign bytes: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteDifference {
    /// Offset of the first byte that differs, from 0; the length of the shorter one where it is the other's beginning.
    pub at: usize,
    /// Where the excerpts begin.
    pub from: usize,
    /// An excerpt of what was received.
    pub received: Vec<u8>,
    /// An excerpt of what was hashed.
    pub hashed: Vec<u8>,
}

/// Compares; `None` where both are the same.
pub(super) fn find_difference(received: &[u8], hashed: &[u8]) -> Option<ByteDifference> {
    let common = received.iter().zip(hashed).take_while(|(a, b)| a == b).count();
    if common == received.len() && common == hashed.len() {
        return None;
    }
    let from = boundary(received, common.saturating_sub(BEFORE));
    let excerpt = |bytes: &[u8]| {
        let end = boundary(bytes, (common + AFTER).min(bytes.len()));
        bytes[from.min(end)..end].to_vec()
    };
    Some(ByteDifference { at: common, from, received: excerpt(received), hashed: excerpt(hashed) })
}

/// The nearest place at or before `at` that is not inside a character.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (at.saturating_sub(3)..=at).rev().find(|&at| !inside(at)).unwrap_or(at)
}
