//! A request's head as it came: names in their own spelling, lines in their own order. hyper keeps neither, so a
//! connection's first bytes after each answer are remembered up to the end of a head.

use super::intake::{GrantedMemory, RequestIntake};
use bytes::Bytes;
use http::HeaderMap;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest head that is remembered, which is the longest that is read.
const LONGEST: usize = 64 << 10;

/// Bytes of a head that every connection may hold; beyond them a head takes part in the server's memory.
const FREE: usize = 4 << 10;

/// Fields of a head, of which hyper takes no more.
const FIELDS: usize = 100;

/// The head of a request, as bytes. Put among the extensions of the request.
#[derive(Debug, Clone)]
pub(crate) struct RawHead(Bytes);

impl RawHead {
    /// Name and value of each line, in order; `None` where they are not those that were read of this request, because
    /// its sender did not wait for the answer to the one before.
    pub(crate) fn list_fields(&self, read: &HeaderMap) -> Option<Vec<(&str, &[u8])>> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let complete = request.parse(&self.0).is_ok_and(|parsed| parsed.is_complete());
        let count = request.headers.len();
        // Slices of the bytes, which live longer than the array they were parsed into.
        let known = |field: &httparse::Header<'_>| read.get_all(field.name).iter().any(|value| value == field.value);
        if !complete || count != read.len() || !request.headers.iter().all(known) {
            return None;
        }
        Some(fields[..count].iter().map(|field| (field.name, field.value)).collect())
    }
}

/// Why there is no request in what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadFault {
    /// It is no HTTP.
    Malformed,
    /// Its head is too long.
    TooLarge,
    /// It is the beginning of a TLS connection.
    Tls,
    /// It names no host, or two.
    Hostless,
}

impl HeadFault {
    /// What it was answered.
    pub(crate) fn status(self) -> u16 {
        if self == Self::TooLarge { 431 } else { 400 }
    }
}

/// Whoever is told of such.
pub(crate) type HeadFaultObserver = Arc<dyn Fn(HeadFault) + Send + Sync>;

/// What a connection has read since its last answer.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadTap(Arc<Mutex<TappedHead>>);

#[derive(Debug, Default)]
struct TappedHead {
    bytes: Vec<u8>,
    complete: bool,
    /// The last head began as TLS does (RFC 8446, section 5.1: a handshake record).
    tls: bool,
    intake: Option<RequestIntake>,
    granted: GrantedMemory,
}

impl HeadTap {
    /// A tap whose long heads are held in the memory of all requests.
    pub(super) fn within(intake: RequestIntake) -> Self {
        Self(Arc::new(Mutex::new(TappedHead { intake: Some(intake), ..TappedHead::default() })))
    }

    /// A stream that is listened to.
    pub(super) fn tap<S>(&self, stream: S) -> TappedStream<S> {
        TappedStream { stream, tap: self.clone() }
    }

    /// The head that was read.
    pub(super) fn take_head(&self) -> RawHead {
        RawHead(std::mem::take(&mut self.lock().bytes).into())
    }

    /// Tells where a connection ended for want of a request.
    pub(super) fn tell_fault(&self, ended: hyper::Result<()>, observer: &HeadFaultObserver) {
        let fault = match ended {
            Err(error) if error.is_parse_too_large() => HeadFault::TooLarge,
            Err(error) if error.is_parse() => {
                if self.lock().tls {
                    HeadFault::Tls
                } else {
                    HeadFault::Malformed
                }
            }
            _ => return,
        };
        observer(fault);
    }

    fn lock(&self) -> MutexGuard<'_, TappedHead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what was read; false where there is no memory for it.
    fn hear(&self, read: &[u8]) -> bool {
        let mut head = self.lock();
        if head.complete {
            return true;
        }
        if head.bytes.is_empty() {
            head.tls = read.starts_with(&[0x16, 0x03]);
        }
        let from = head.bytes.len().saturating_sub(3);
        head.bytes.extend_from_slice(read);
        let ended = find_end(&head.bytes, from);
        head.complete = ended.is_some() || head.bytes.len() > LONGEST;
        if let Some(at) = ended {
            head.bytes.truncate(at + 3);
        }
        head.bytes.len() <= FREE || head.grant(read.len())
    }

    /// What comes next is a head again.
    fn restart(&self) {
        let mut head = self.lock();
        head.bytes.clear();
        head.complete = false;
        head.granted = GrantedMemory::default();
    }
}

impl TappedHead {
    /// Twice as much as was read: hyper holds it, too.
    fn grant(&mut self, read: usize) -> bool {
        self.intake.as_ref().is_none_or(|intake| intake.grant(&mut self.granted, read * 2))
    }
}

/// The line feed before the empty line that ends a head.
fn find_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(step) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        at += step;
        if bytes[at..].starts_with(b"\n\r\n") || bytes[at..].starts_with(b"\n\n") {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// A stream whose heads are remembered.
pub(super) struct TappedStream<S> {
    stream: S,
    tap: HeadTap,
}

impl<S: AsyncRead + Unpin> AsyncRead for TappedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if polled.is_ready() && !self.tap.hear(&buf.filled()[before..]) {
            return Poll::Ready(Err(io::ErrorKind::OutOfMemory.into()));
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TappedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.tap.restart();
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.tap.restart();
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_told_as_it_came_and_never_another() {
        let tap = HeadTap::default();
        for piece in ["POST / HTTP/1.1\r\nX-ODD: 1\r", "\nhost: a\r\nx-odd: 2\r\n\r", "\nX-Body: 3\r\n\r\n"] {
            tap.hear(piece.as_bytes());
        }
        let mut read = HeaderMap::new();
        read.append("x-odd", "1".parse().unwrap());
        read.append("x-odd", "2".parse().unwrap());
        read.append("host", "a".parse().unwrap());
        let head = tap.take_head();
        let fields = head.list_fields(&read).unwrap();
        assert_eq!(fields, [("X-ODD", &b"1"[..]), ("host", b"a"), ("x-odd", b"2")]);
        read.insert("host", "b".parse().unwrap());
        assert_eq!(head.list_fields(&read), None);
        // The rest of the body is not taken for a head; what comes after the answer is.
        tap.hear(b"POST / HTTP/1.1\r\n\r\n");
        assert_eq!(tap.take_head().list_fields(&HeaderMap::new()), None);
        tap.restart();
        tap.hear(b"POST / HTTP/1.1\n\n");
        assert_eq!(tap.take_head().list_fields(&HeaderMap::new()), Some(Vec::new()));
    }
}
