//! One HTTP/1.1 connection: a request goes out in one piece, and its answer is read to its end, counted and dropped.
//!
//! Knows RFC 9112's framing of answers. It exists because a client library spends more time on a request than a quick
//! endpoint does, and then measures itself.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest head of an answer.
const LONGEST_HEAD: usize = 64 * 1024;

/// How long an eager connection looks.
const EAGER: Duration = Duration::from_micros(200);

/// Header fields of an answer at most.
const FIELDS: usize = 128;

/// A connection and what was read from it.
#[derive(Debug)]
pub(super) struct LoadConnection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    /// Whether it looks again for a moment before it lets the thread sleep: waking up takes longer than a quick answer.
    eager: bool,
}

/// An answer, read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoadResponse {
    pub status: u16,
    /// Bytes, head and body.
    pub bytes: u64,
    /// Whether the connection can take another request.
    pub stays: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum LoadConnectionError {
    /// The connection ended or failed.
    Gone(io::Error),
    /// What came is not HTTP.
    Malformed,
}

impl From<io::Error> for LoadConnectionError {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

/// How the body of an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResponseFraming {
    Length(u64),
    Chunked,
    Close,
}

impl LoadConnection {
    pub(super) async fn open(address: SocketAddr, eager: bool) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 4096], filled: 0, eager })
    }

    /// Whether the other side has closed it or said something unasked.
    pub(super) fn is_stale(&self) -> bool {
        let mut byte = [0];
        !matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Sends a request and reads its answer.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Result<LoadResponse, LoadConnectionError> {
        self.stream.write_all(request).await?;
        self.filled = 0;
        let mut parsed = None;
        loop {
            let Some((status, head, framing, stays)) = parsed.take() else {
                self.read().await?;
                parsed = self.head()?;
                continue;
            };
            // 1xx answers come before the real one, and may come together with it.
            if (100..200).contains(&status) && status != 101 {
                self.buffer.copy_within(head..self.filled, 0);
                self.filled -= head;
                parsed = self.head()?;
                continue;
            }
            let body = self.body(head, framing).await?;
            return Ok(LoadResponse {
                status,
                bytes: head as u64 + body,
                stays: stays && framing != ResponseFraming::Close,
            });
        }
    }

    async fn read(&mut self) -> Result<(), LoadConnectionError> {
        if self.filled == self.buffer.len() {
            if self.filled >= LONGEST_HEAD {
                return Err(LoadConnectionError::Malformed);
            }
            self.buffer.resize(self.filled * 2, 0);
        }
        let read = match if self.eager { self.look().await? } else { None } {
            Some(read) => read,
            None => self.stream.read(&mut self.buffer[self.filled..]).await?,
        };
        match read {
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            read => {
                self.filled += read;
                Ok(())
            }
        }
    }

    /// Looks for an answer again and again, for a moment; `None` where none came.
    async fn look(&mut self) -> io::Result<Option<usize>> {
        let until = Instant::now() + EAGER;
        loop {
            match self.stream.try_read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read.map(Some),
            }
            if Instant::now() >= until {
                return Ok(None);
            }
            // The runtime asks the system for news meanwhile.
            tokio::task::yield_now().await;
        }
    }

    /// Status, length, framing and whether the connection stays, once the head is complete.
    fn head(&self) -> Result<Option<(u16, usize, ResponseFraming, bool)>, LoadConnectionError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut answer = httparse::Response::new(&mut fields);
        let parsed = answer.parse(&self.buffer[..self.filled]).map_err(|_| LoadConnectionError::Malformed)?;
        let (httparse::Status::Complete(length), Some(status)) = (parsed, answer.code) else { return Ok(None) };
        let (mut framing, mut stays) = (ResponseFraming::Close, answer.version == Some(1));
        for field in answer.headers.iter() {
            let says = |word: &[u8]| field.value.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
            if field.name.eq_ignore_ascii_case("content-length") && framing != ResponseFraming::Chunked {
                let text = std::str::from_utf8(field.value).map_err(|_| LoadConnectionError::Malformed)?;
                framing = ResponseFraming::Length(text.trim().parse().map_err(|_| LoadConnectionError::Malformed)?);
            } else if field.name.eq_ignore_ascii_case("transfer-encoding") && says(b"chunked") {
                framing = ResponseFraming::Chunked;
            } else if field.name.eq_ignore_ascii_case("connection") {
                stays = if says(b"close") { false } else { stays || says(b"keep-alive") };
            }
        }
        if matches!(status, 100..200 | 204 | 304) {
            framing = ResponseFraming::Length(0);
        }
        Ok(Some((status, length, framing, stays)))
    }

    /// Reads a body to its end and answers with its length as it came.
    async fn body(&mut self, head: usize, framing: ResponseFraming) -> Result<u64, LoadConnectionError> {
        let there = (self.filled - head) as u64;
        match framing {
            ResponseFraming::Length(length) => {
                let mut left = length.saturating_sub(there);
                while left > 0 {
                    left = left.saturating_sub(self.more().await? as u64);
                }
                Ok(length)
            }
            ResponseFraming::Close => {
                let mut length = there;
                loop {
                    match self.stream.read(&mut self.buffer).await? {
                        0 => return Ok(length),
                        read => length += read as u64,
                    }
                }
            }
            ResponseFraming::Chunked => {
                let (mut chunks, mut length) = (ChunkDecoder::default(), there);
                let mut ended = chunks.take(&self.buffer[head..self.filled])?;
                while !ended {
                    let read = self.more().await?;
                    length += read as u64;
                    ended = chunks.take(&self.buffer[..read])?;
                }
                Ok(length)
            }
        }
    }

    /// Reads over what is there.
    async fn more(&mut self) -> Result<usize, LoadConnectionError> {
        match self.stream.read(&mut self.buffer).await? {
            0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            read => Ok(read),
        }
    }
}

/// A chunked body on its way (RFC 9112, section 7.1), looked at byte by byte only where it is not content.
#[derive(Debug, Default)]
struct ChunkDecoder {
    state: ChunkState,
    size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum ChunkState {
    /// In the digits of a size.
    #[default]
    Size,
    /// Behind them, up to the line's end.
    Extension,
    Content,
    /// In the line break behind it.
    Break,
    /// At the start of a line of the trailer.
    Trailer,
    /// Within such a line.
    Field,
}

impl ChunkDecoder {
    /// Takes what came; whether that was the end.
    fn take(&mut self, mut bytes: &[u8]) -> Result<bool, LoadConnectionError> {
        while let Some((&byte, rest)) = bytes.split_first() {
            if self.state == ChunkState::Content {
                let part = self.size.min(bytes.len() as u64);
                self.size -= part;
                bytes = &bytes[part as usize..];
                if self.size == 0 {
                    self.state = ChunkState::Break;
                }
                continue;
            }
            bytes = rest;
            self.state = match (self.state, byte) {
                (ChunkState::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                    let digit = u64::from((byte as char).to_digit(16).unwrap_or(0));
                    self.size = self.size.checked_mul(16).ok_or(LoadConnectionError::Malformed)? + digit;
                    ChunkState::Size
                }
                (ChunkState::Size | ChunkState::Extension, b'\n') if self.size == 0 => ChunkState::Trailer,
                (ChunkState::Size | ChunkState::Extension, b'\n') => ChunkState::Content,
                (ChunkState::Size, b'\r' | b';' | b' ' | b'\t') | (ChunkState::Extension, _) => ChunkState::Extension,
                (ChunkState::Break, b'\r') | (ChunkState::Trailer, b'\r') => self.state,
                (ChunkState::Break, b'\n') => ChunkState::Size,
                (ChunkState::Trailer, b'\n') => return Ok(true),
                (ChunkState::Trailer | ChunkState::Field, b) => {
                    if b == b'\n' {
                        ChunkState::Trailer
                    } else {
                        ChunkState::Field
                    }
                }
                _ => return Err(LoadConnectionError::Malformed),
            };
        }
        Ok(false)
    }
}
