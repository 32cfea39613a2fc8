//! A request written down instead of sent: as it goes over the wire, as a curl command line, as a record.

use super::records::BodyFields;
use super::sanitise::Sanitised;
use crate::protocol::body::RawBody;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use url::Url;

/// A request that could be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestRendition<'a> {
    /// Where to.
    pub url: &'a Url,
    /// Header fields in order.
    pub headers: &'a [(HeaderName, HeaderValue)],
    /// The exact bytes.
    pub body: &'a RawBody,
}

impl RequestRendition<'_> {
    /// Request line, header lines and body. The body's bytes are as they are sent.
    pub(crate) fn to_http(self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend_from_slice(self.body.as_bytes());
        bytes
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("POST {} HTTP/1.1\r\nHost: {}\r\n", target(self.url), authority(self.url)).into_bytes();
        for (name, value) in self.headers {
            head.extend_from_slice(title_case_header(name).as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes());
        head
    }

    /// The same for a terminal.
    pub(crate) fn to_http_lines(self) -> Vec<Sanitised> {
        let head = self.head();
        let head = head.split(|byte| *byte == b'\n').map(|line| Sanitised::bytes(line.trim_ascii_end()));
        // The head ends with an empty line, and what follows its line feed is the body.
        let lines = head.take(self.headers.len() + 4);
        lines.chain(Sanitised::lines(self.body.as_bytes())).collect()
    }

    /// A command line for a POSIX shell that sends the same bytes. A body that a shell word cannot hold is decoded
    /// from Base64 on the way.
    pub(crate) fn to_curl(self) -> String {
        let mut words = vec!["curl".to_owned(), "-sS".into(), "-i".into(), "-X".into(), "POST".into()];
        for (name, value) in self.headers {
            words.push("-H".into());
            words.push(quote_shell_word(&format!(
                "{}: {}",
                title_case_header(name),
                String::from_utf8_lossy(value.as_bytes())
            )));
        }
        match self.body_as_word() {
            Some(text) => {
                words.extend(["--data-binary".into(), quote_shell_word(text), quote_shell_word(self.url.as_str())]);
                words.join(" ")
            }
            None => {
                words.extend(["--data-binary".into(), "@-".into(), quote_shell_word(self.url.as_str())]);
                format!("printf %s {} | base64 -d | {}", STANDARD.encode(self.body.as_bytes()), words.join(" "))
            }
        }
    }

    /// curl reads `@` in front as a file's name, a shell word holds no NUL, and what is unsafe on a terminal should
    /// not have to pass through one.
    fn body_as_word(&self) -> Option<&str> {
        let text = std::str::from_utf8(self.body.as_bytes()).ok()?;
        let safe = !text.starts_with('@') && Sanitised::text(text).as_str() == text;
        safe.then_some(text)
    }

    /// The fields of a `request` record.
    pub(crate) fn to_record(self) -> impl Serialize {
        #[derive(Serialize)]
        struct RequestRecord<'a> {
            method: &'static str,
            url: &'a str,
            headers: Vec<[String; 2]>,
            #[serde(flatten)]
            body: BodyFields<'a>,
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        RequestRecord {
            method: "POST",
            url: self.url.as_str(),
            headers: self.headers.iter().map(|(name, value)| [title_case_header(name), text(value)]).collect(),
            body: BodyFields::of(self.body.as_bytes()),
        }
    }
}

fn target(url: &Url) -> &str {
    &url[url::Position::BeforePath..url::Position::AfterQuery]
}

fn authority(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

/// `x-webhook-signature` as documentation writes it.
pub(super) fn title_case_header(name: &HeaderName) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(usize::from(!word.is_empty()));
        first.to_ascii_uppercase() + rest
    };
    name.as_str().split('-').map(capital).collect::<Vec<_>>().join("-")
}

/// A POSIX shell word: single quotes, each quote inside closed, escaped and opened again.
pub(crate) fn quote_shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendition<'a>(
        url: &'a Url,
        headers: &'a [(HeaderName, HeaderValue)],
        body: &'a RawBody,
    ) -> RequestRendition<'a> {
        RequestRendition { url, headers, body }
    }

    #[test]
    fn wire_form_has_what_is_sent() {
        let url = Url::parse("http://localhost:3000/hook?x=1").unwrap();
        let headers = [(HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"))];
        let body = RawBody::new("{}\r\n");
        assert_eq!(
            String::from_utf8(rendition(&url, &headers, &body).to_http()).unwrap(),
            "POST /hook?x=1 HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n{}\r\n"
        );
    }

    #[test]
    fn curl_quotes_and_falls_back_to_base64() {
        let url = Url::parse("http://localhost:3000/").unwrap();
        let line = |body: &'static [u8]| rendition(&url, &[], &RawBody::new(body)).to_curl();
        assert_eq!(line(b"it's"), r"curl -sS -i -X POST --data-binary 'it'\''s' 'http://localhost:3000/'");
        for hard in [b"\xff".as_slice(), b"@file", b"a\nb", b"\0", "\u{202e}".as_bytes()] {
            assert!(rendition(&url, &[], &RawBody::new(hard)).to_curl().starts_with("printf %s "), "{hard:?}");
        }
    }
}
