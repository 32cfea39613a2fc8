//! A body with more of the message around it than its bytes: the head of the request, the frames of chunks.

use super::source::BodySource;

/// What stands behind the blank line, where the file holds a whole request or answer; its chunks put together, too.
pub(super) fn cut_off_head(source: &BodySource) -> Vec<Vec<u8>> {
    let end = |mark: &[u8]| source.body.windows(mark.len()).position(|bytes| bytes == mark).map(|at| (at, mark.len()));
    let Some((at, length)) = end(b"\r\n\r\n").or_else(|| end(b"\n\n")) else { return Vec::new() };
    let head = String::from_utf8_lossy(&source.body[..at]);
    let is_field = |line: &str| line.split_once(':').is_some_and(|(name, _)| !name.contains([' ', '{', '"']));
    if !head.lines().enumerate().all(|(at, line)| is_field(line) || (at == 0 && line.contains("HTTP/"))) {
        return Vec::new();
    }
    let rest = &source.body[at + length..];
    let ended = rest.strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest)).unwrap_or(rest);
    [Some(rest.to_vec()), Some(ended.to_vec()), join_chunks(rest)].into_iter().flatten().collect()
}

/// The chunks that the file holds, without their lengths.
pub(super) fn remove_chunk_frames(source: &BodySource) -> Vec<Vec<u8>> {
    join_chunks(source.body).into_iter().collect()
}

fn join_chunks(framed: &[u8]) -> Option<Vec<u8>> {
    let (mut rest, mut body) = (framed, Vec::new());
    loop {
        let end = rest.iter().take(18).position(|&byte| byte == b'\n')?;
        let line = std::str::from_utf8(&rest[..end]).ok()?.trim();
        let length = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
        rest = &rest[end + 1..];
        if length == 0 {
            return (!body.is_empty()).then_some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = &rest[length..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(body);
        }
    }
}

/// The body as one chunk, with the lengths that a reader of the bare connection sees.
pub(super) fn add_chunk_frames(source: &BodySource) -> Vec<Vec<u8>> {
    let length = source.body.len();
    let framed = |head: String, end: &[u8]| [head.as_bytes(), source.body, end].concat();
    [b"\r\n0\r\n\r\n".as_slice(), b"\r\n", b""]
        .iter()
        .flat_map(|end| [framed(format!("{length:x}\r\n"), end), framed(format!("{length:X}\r\n"), end)])
        .collect()
}
