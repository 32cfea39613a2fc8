//! Lines of a stream, of bounded length, without what only a terminal understands.

use tokio::io::{AsyncRead, AsyncReadExt};

/// A longer line is cut: nobody says an address behind that.
const LONGEST: usize = 8 * 1024;

/// Reads lines. A carriage return ends one as well: programs write over their own lines.
pub(super) struct TunnelLines<R> {
    stream: R,
    buffer: Vec<u8>,
    unread: std::ops::Range<usize>,
}

impl<R: AsyncRead + Unpin> TunnelLines<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, buffer: vec![0; 4096], unread: 0..0 }
    }

    /// The next line that says something; `None` at the end.
    pub(super) async fn next_line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        loop {
            for at in self.unread.by_ref() {
                match self.buffer[at] {
                    b'\n' | b'\r' => {
                        let text = to_plain_text(&line);
                        line.clear();
                        if !text.is_empty() {
                            return Some(text);
                        }
                    }
                    byte if line.len() < LONGEST => line.push(byte),
                    _ => {}
                }
            }
            match self.stream.read(&mut self.buffer).await {
                Ok(read @ 1..) => self.unread = 0..read,
                _ => return Some(to_plain_text(&line)).filter(|text| !text.is_empty()),
            }
        }
    }
}

/// Text without escape sequences (ECMA-48: CSI … final byte, OSC … BEL or ST, others of two characters).
fn to_plain_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\u{1b}' {
            out.push(character);
            continue;
        }
        match rest.next() {
            Some('[') => drop(rest.find(|c| matches!(c, '@'..='~'))),
            Some(']') => drop(rest.find(|c| matches!(c, '\u{7}' | '\\'))),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(bytes: &[u8]) -> Vec<String> {
        let mut lines = TunnelLines::new(bytes);
        let mut read = Vec::new();
        while let Some(line) = lines.next_line().await {
            read.push(line);
        }
        read
    }

    #[tokio::test]
    async fn lines_are_plain_and_bounded() {
        let coloured = b"\x1b[2m2026\x1b[0m \x1b[32m INFO\x1b[0m listening at \x1b]8;;x\x07h:1\n\n\rone\rtwo";
        assert_eq!(lines(coloured).await, ["2026  INFO listening at h:1", "one", "two"]);
        let long = [vec![b'x'; 20_000], b"\nnext".to_vec()].concat();
        let read = lines(&long).await;
        assert_eq!((read[0].len(), read[1].as_str()), (LONGEST, "next"));
    }
}
