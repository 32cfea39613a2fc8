//! Answers that come compressed although nobody asked for it: decoded, and not beyond the length that an answer may have.

use super::ApiFailureCause;
use crate::protocol::api::ApiResponseError;
use crate::protocol::attempt::AttemptResponse;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use std::io::Read;

/// What gzip begins with (RFC 1952, section 2.3.1); JSON begins otherwise.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The answer as it was before somebody compressed it.
///
/// # Errors
/// It cannot be decoded, or is longer than `limit` then.
pub(super) fn decode_answer(
    answer: AttemptResponse,
    headers: &HeaderMap,
    limit: usize,
) -> Result<AttemptResponse, ApiFailureCause> {
    let named = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().trim_ascii().to_ascii_lowercase());
    let body = answer.body.clone();
    let mut decoder: Box<dyn Read + '_> = match named.as_deref() {
        _ if body.starts_with(&GZIP) => Box::new(MultiGzDecoder::new(&body[..])),
        Some(b"deflate") => Box::new(ZlibDecoder::new(&body[..])),
        Some(b"br") => Box::new(brotli::Decompressor::new(&body[..], 4096)),
        // Named so and not so: it is read as it is.
        _ => return Ok(answer),
    };
    if answer.truncated {
        return Err(ApiFailureCause::TooLarge(limit));
    }
    let mut plain = Vec::new();
    let read = decoder.by_ref().take(limit as u64 + 1).read_to_end(&mut plain);
    if plain.len() > limit {
        return Err(ApiFailureCause::TooLarge(limit));
    }
    match read {
        Ok(_) => Ok(AttemptResponse { body: plain.into(), ..answer }),
        // A refusal is one whatever its words.
        Err(_) if answer.status >= 300 => Ok(AttemptResponse { body: bytes::Bytes::new(), ..answer }),
        Err(_) => {
            let why = ApiResponseError::Undecodable;
            Err(ApiFailureCause::Unreadable { status: answer.status, why, body: bytes::Bytes::new() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn answer(status: u16, body: Vec<u8>) -> AttemptResponse {
        AttemptResponse { status, location: None, body: body.into(), truncated: false, only_200: false }
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_compressed_is_read_within_the_limit() {
        let none = HeaderMap::new();
        let decoded = |body| decode_answer(answer(200, body), &none, 1000);
        assert_eq!(decoded(gzip(b"{}")).unwrap().body.as_ref(), b"{}");
        assert_eq!(decoded(b"{}".to_vec()).unwrap().body.as_ref(), b"{}");
        // A bomb: a thousand times as long once it is decoded.
        assert_eq!(decoded(gzip(&vec![b'x'; 1_000_000])).unwrap_err(), ApiFailureCause::TooLarge(1000));
        let broken = gzip(b"{}")[..12].to_vec();
        assert!(matches!(decoded(broken.clone()).unwrap_err(), ApiFailureCause::Unreadable { status: 200, .. }));
        assert!(decode_answer(answer(401, broken), &none, 1000).unwrap().body.is_empty());
    }
}
