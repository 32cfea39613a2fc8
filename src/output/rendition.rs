//! A request written down instead of sent: as it goes over the wire, as a curl command line, as a record.

use super::records::{BodyFields, RequestRecord};
use super::sanitise::{Sanitised, spell_bytes};
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::field::FieldName;
use crate::protocol::target::socket_parts;
use crate::protocol::wire::{request_target, wire_fields};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// A request that could be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestRendition<'a>(pub &'a OutgoingRequest);

impl RequestRendition<'_> {
    /// Request line, header lines and body. The body's bytes are as they are sent.
    pub(crate) fn to_http(self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend_from_slice(self.0.body.as_bytes());
        bytes
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("POST {} HTTP/1.1\r\n", request_target(&self.0.url)).into_bytes();
        for (name, value) in self.wire_fields() {
            head.extend_from_slice(name.spelling().as_bytes());
            // What is empty has no space in front.
            head.extend_from_slice(if value.is_empty() { b":" } else { b": " });
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    fn wire_fields(&self) -> Vec<(FieldName, HeaderValue)> {
        wire_fields(&self.0.url, &self.0.headers, Some(self.0.body.len()))
    }

    /// The same for a terminal.
    pub(crate) fn to_http_lines(self) -> Vec<Sanitised> {
        let head = self.head();
        let head = head.split(|byte| *byte == b'\n').map(|line| Sanitised::bytes(line.trim_ascii_end()));
        // The head ends with an empty line, and what follows its line feed is the body.
        let lines = head.take(self.wire_fields().len() + 2);
        lines.chain(Sanitised::lines(self.0.body.as_bytes())).collect()
    }

    /// A command line for a POSIX shell that sends the same bytes. A body that a shell word cannot hold is decoded
    /// from Base64 on the way.
    pub(crate) fn to_curl(self) -> String {
        let mut words = vec!["curl".to_owned(), "-sS".into(), "-i".into(), "-X".into(), "POST".into()];
        for (name, value) in &self.0.headers {
            words.push("-H".into());
            words.push(quote_shell_bytes(&[name.spelling().as_bytes(), b": ", value.as_bytes()].concat()));
        }
        let mut url = self.0.url.as_str().to_owned();
        if let Some((socket, target)) = socket_parts(&self.0.url) {
            words.extend(["--unix-socket".into(), quote_shell_word(&socket.to_string_lossy())]);
            url = format!("http://localhost{target}");
        }
        let url = quote_shell_word(&url);
        match self.body_as_word() {
            Some(text) => {
                words.extend(["--data-binary".into(), quote_shell_word(text), url]);
                words.join(" ")
            }
            None => {
                words.extend(["--data-binary".into(), "@-".into(), url]);
                format!("printf %s {} | base64 -d | {}", STANDARD.encode(self.0.body.as_bytes()), words.join(" "))
            }
        }
    }

    /// curl reads `@` in front as a file's name, a shell word holds no NUL, and what is unsafe on a terminal should
    /// not have to pass through one.
    fn body_as_word(&self) -> Option<&str> {
        let text = std::str::from_utf8(self.0.body.as_bytes()).ok()?;
        let safe = !text.starts_with('@') && Sanitised::text(text).as_str() == text;
        safe.then_some(text)
    }

    /// The fields of a `request` record.
    pub(crate) fn as_record(&self) -> RequestRecord<'_> {
        let text = |value: &HeaderValue| spell_bytes(value.as_bytes());
        RequestRecord {
            method: "POST",
            url: self.0.url.as_str(),
            headers: self.wire_fields().iter().map(|(name, value)| [name.spelling().into(), text(value)]).collect(),
            body: BodyFields::of(self.0.body.as_bytes()),
        }
    }
}

/// A word of a command line as it is typed: quoted only where a shell would read it otherwise. A tilde at its beginning
/// would be a home.
pub(crate) fn write_shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/,=@%+".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) { text.to_owned() } else { quote_shell_word(text) }
}

/// A POSIX shell word: single quotes, each quote inside closed, escaped and opened again.
pub(crate) fn quote_shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same for bytes of which some are no text, or none that a terminal should see: those stand as octal numbers, which
/// every shell's `printf` reads.
fn quote_shell_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes).ok().filter(|text| Sanitised::text(text).as_str() == *text) {
        Some(text) => quote_shell_word(text),
        None => {
            let letter = |byte: &u8| match byte {
                b'%' => "%%".to_owned(),
                b'\\' | b'\'' | b':' | b'#' | ..=0x1f | 0x7f.. => format!("\\{byte:03o}"),
                plain => char::from(*plain).to_string(),
            };
            format!("\"$(printf '{}')\"", bytes.iter().map(letter).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::body::RawBody;
    use crate::protocol::field::FieldName;
    use http::header::CONTENT_TYPE;
    use url::Url;

    fn request(url: &str, headers: Vec<(FieldName, HeaderValue)>, body: &'static [u8]) -> OutgoingRequest {
        OutgoingRequest { url: Url::parse(url).unwrap(), headers, body: RawBody::new(body) }
    }

    #[test]
    fn wire_form_has_what_is_sent() {
        let headers = vec![(CONTENT_TYPE.into(), HeaderValue::from_static("application/json"))];
        let request = request("http://localhost:3000/hook?x=1", headers, b"{}\r\n");
        assert_eq!(
            String::from_utf8(RequestRendition(&request).to_http()).unwrap(),
            "POST /hook?x=1 HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: 4\r\n\r\n{}\r\n"
        );
    }

    #[test]
    fn header_values_keep_their_bytes_and_show_nothing_to_a_terminal() {
        let value = HeaderValue::from_bytes(b"caf\xc3\xa9 \x9b31m 100% it's \\ \xe2\x80\xae").unwrap();
        let line = RequestRendition(&request("http://a/", vec![(CONTENT_TYPE.into(), value)], b"{}")).to_curl();
        let word = r#"-H "$(printf 'Content-Type\072 caf\303\251 \23331m 100%% it\047s \134 \342\200\256')""#;
        assert!(line.contains(word), "{line}");
        let value = HeaderValue::from_bytes("caf\u{e9}".as_bytes()).unwrap();
        let line = RequestRendition(&request("http://a/", vec![(CONTENT_TYPE.into(), value)], b"{}")).to_curl();
        assert!(line.contains("-H 'Content-Type: café'"), "{line}");
    }

    #[test]
    fn curl_quotes_and_falls_back_to_base64() {
        let to = |url, body| RequestRendition(&request(url, Vec::new(), body)).to_curl();
        let line = |body| to("http://localhost:3000/", body);
        assert_eq!(line(b"it's"), r"curl -sS -i -X POST --data-binary 'it'\''s' 'http://localhost:3000/'");
        assert_eq!(
            to("unix:/run/app.sock:/in?x=1", b"{}"),
            "curl -sS -i -X POST --unix-socket '/run/app.sock' --data-binary '{}' 'http://localhost/in?x=1'"
        );
        for hard in [b"\xff".as_slice(), b"@file", b"a\nb", b"\0", "\u{202e}".as_bytes()] {
            assert!(line(hard).starts_with("printf %s "), "{hard:?}");
        }
    }
}
