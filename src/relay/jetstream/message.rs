//! An arrival as a message: the body as it came; arrival time, path, verification and every header line as headers of
//! the message, so that nothing has to be built anew on the other side.

use super::subjects::push_token;
use crate::protocol::arrival::{Arrival, HeaderLines, RequestContent, SignatureState};
use crate::protocol::body::RawBody;
use crate::protocol::event::EventType;
use crate::protocol::relay_address::RelayAddress;
use crate::protocol::secrecy::SecretMask;
use crate::relay::told::RelayedRequest;
use async_nats::header::{HeaderMap, HeaderName, NATS_MESSAGE_ID};
use bytes::Bytes;
use jiff::Timestamp;
use std::borrow::Cow;

const ARRIVED: HeaderName = HeaderName::from_static("Referralloop-Arrived");
const TARGET: HeaderName = HeaderName::from_static("Referralloop-Target");
const VERIFICATION: HeaderName = HeaderName::from_static("Referralloop-Verification");
const LINE: HeaderName = HeaderName::from_static("Referralloop-Line");
const UNSIGNED: &str = "unsigned";

/// `SUBJECT.<event type>.<waitlist>`: events of the service by their short names, others by their own.
pub(super) fn write_subject(address: &RelayAddress, arrival: &Arrival) -> String {
    let name = arrival.facts.event_type.as_deref();
    let short = name.and_then(EventType::from_name).map(EventType::short_name);
    let mut subject = String::with_capacity(128);
    subject.push_str(&address.subject);
    subject.push('.');
    match short {
        Some(short) => subject.push_str(short),
        None => push_token(&mut subject, name),
    }
    subject.push('.');
    push_token(&mut subject, arrival.facts.waitlist_id.as_deref());
    subject
}

/// The headers of a message. The fingerprint as its id makes one message of whatever repeats. A sender may have put a secret
/// that is known here into path or headers: everybody behind the stream would read it.
pub(super) fn write_headers(arrival: &Arrival, mask: &SecretMask) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, arrival.content.body.fingerprint().to_string());
    headers.insert(ARRIVED, arrival.at.to_string());
    headers.insert(TARGET, without_secrets(escape(arrival.target.as_bytes()), mask));
    headers.insert(
        VERIFICATION,
        match arrival.verification {
            SignatureState::Valid => "valid",
            SignatureState::Invalid => "invalid",
            SignatureState::Unsigned => UNSIGNED,
        },
    );
    let mut lines = String::with_capacity(1024);
    for (name, value) in arrival.content.headers.iter() {
        if !lines.is_empty() {
            lines.push('\t');
        }
        escape_into(&mut lines, name);
        lines.push_str(": ");
        escape_into(&mut lines, value);
    }
    if !lines.is_empty() {
        headers.insert(LINE, without_secrets(lines, mask));
    }
    headers
}

fn without_secrets(text: String, mask: &SecretMask) -> String {
    match mask.apply(text.as_bytes()) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => String::from_utf8_lossy(&masked).into_owned(),
    }
}

/// The id of a delivery that was verified, where the first copy of its bytes was not.
pub(super) fn verified_id(arrival: &Arrival) -> String {
    format!("{}-verified", arrival.content.body.fingerprint())
}

/// Whether a message of the stream is there unverified.
pub(super) fn is_unsigned(headers: &HeaderMap) -> bool {
    headers.get(VERIFICATION).is_some_and(|told| told.as_str() == UNSIGNED)
}

/// Reads a message back. One that somebody else put into the stream has a body and no more: it arrived when the
/// stream took it, in seconds since 1970.
pub(super) fn read_message(headers: Option<&HeaderMap>, payload: Bytes, taken: i64) -> RelayedRequest {
    let empty = HeaderMap::new();
    let headers = headers.unwrap_or(&empty);
    let taken = || Timestamp::from_second(taken).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = headers.get(ARRIVED).and_then(|at| at.as_str().parse().ok()).unwrap_or_else(taken);
    let target = headers.get(TARGET).and_then(|target| String::from_utf8(unescape(target.as_str())).ok());
    let mut block = Vec::new();
    for line in headers.get_all(LINE).flat_map(|lines| lines.as_str().split('\t')).filter(|line| !line.is_empty()) {
        block.extend_from_slice(&unescape(line));
        block.extend_from_slice(b"\r\n");
    }
    if block.is_empty() {
        block.extend_from_slice(b"Content-Type: application/json\r\n");
    }
    RelayedRequest {
        at,
        target: target.filter(|target| target.starts_with('/')).unwrap_or_else(|| "/".into()),
        content: RequestContent { headers: HeaderLines::from_block(block), body: RawBody::new(payload) },
    }
}

/// Headers of messages hold text of one line without tabs, and spaces at its ends may get lost: all else is written as %XX.
fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    escape_into(&mut text, bytes);
    text
}

fn escape_into(text: &mut String, bytes: &[u8]) {
    let last = bytes.len().saturating_sub(1);
    let plain = |at, byte| matches!(byte, b'!'..=b'~') && byte != b'%' || byte == b' ' && at != 0 && at != last;
    match std::str::from_utf8(bytes) {
        Ok(whole) if bytes.iter().enumerate().all(|(at, &byte)| plain(at, byte)) => text.push_str(whole),
        _ => {
            for (at, &byte) in bytes.iter().enumerate() {
                match plain(at, byte) {
                    true => text.push(char::from(byte)),
                    false => text.push_str(&format!("%{byte:02X}")),
                }
            }
        }
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let code =
            code.and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).chain(*b"  %41 ").collect();
        let text = escape(&all);
        assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text}");
        assert_eq!(unescape(&text), all);
        assert_eq!(escape(b"Content-Type: application/json"), "Content-Type: application/json");
        assert_eq!(unescape("100%"), b"100%", "what is no code stays");
    }
}
