//! Requests written down as files that send them again: hurl, and tests in Python and for Node, without any package
//! beyond what these bring along.
//!
//! Bodies keep their bytes. What a quoted text could not hold, or should not show on a terminal, stands in Base64.

use super::rendition::RequestRendition;
use super::sanitise::{EscapeNotation, Sanitised, is_unsafe, push_escaped};
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::target::socket_parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

#[cfg(test)]
mod tests;

/// What a request is called in a file of several.
#[derive(Debug, Clone)]
pub(crate) struct NamedRequest<'a> {
    /// A word of letters, digits and underscores.
    pub name: String,
    pub request: RequestRendition<'a>,
}

/// Something to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScriptLanguage {
    /// A POSIX shell script of curl command lines.
    Curl,
    /// hurl.dev.
    Hurl,
    /// unittest and urllib.
    Python,
    /// node:test and fetch.
    Node,
}

/// Refuses targets that a language's own means do not reach: sockets, from Python and Node.
pub(crate) fn check_reach<'a>(
    language: Option<ScriptLanguage>,
    urls: impl IntoIterator<Item = &'a url::Url>,
) -> Result<(), String> {
    let plain = matches!(language, Some(ScriptLanguage::Python | ScriptLanguage::Node));
    match urls.into_iter().find(|url| plain && socket_parts(url).is_some()) {
        Some(url) => {
            Err(format!("{url} is a socket, which Python's urllib and Node's fetch do not reach; use curl or hurl"))
        }
        None => Ok(()),
    }
}

/// A file that sends the requests in order and expects each to be acknowledged.
pub(crate) fn render_script<'a>(
    language: ScriptLanguage,
    requests: impl IntoIterator<Item = NamedRequest<'a>>,
) -> String {
    let mut out = String::from(match language {
        ScriptLanguage::Curl => "#!/bin/sh\nset -eu\n",
        ScriptLanguage::Hurl => "",
        ScriptLanguage::Python => PYTHON_HEAD,
        ScriptLanguage::Node => NODE_HEAD,
    });
    for named in requests {
        let text = match language {
            ScriptLanguage::Curl => format!(
                "\n# {}\n{}\n",
                named.name,
                named.request.to_curl().replacen("-sS -i", "-sS -i --fail-with-body", 1)
            ),
            ScriptLanguage::Hurl => hurl(&named),
            ScriptLanguage::Python => python(&named),
            ScriptLanguage::Node => node(&named),
        };
        out.push_str(&text);
    }
    if language == ScriptLanguage::Python {
        out.push_str("\n\nif __name__ == \"__main__\":\n    unittest.main()\n");
    }
    out
}

const PYTHON_HEAD: &str = "import base64
import os
import unittest
import urllib.error
import urllib.request


def post(url, headers, body):
    target = os.environ.get(\"WEBHOOK_URL\", url)
    request = urllib.request.Request(target, data=body, headers=headers, method=\"POST\")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


class Webhooks(unittest.TestCase):
";

const NODE_HEAD: &str = "import test from \"node:test\";
import assert from \"node:assert\";

async function post(url, headers, body) {
  const target = process.env.WEBHOOK_URL ?? url;
  const signal = AbortSignal.timeout(5000);
  return (await fetch(target, { method: \"POST\", headers, body, redirect: \"manual\", signal })).status;
}
";

/// A text literal that Python and JavaScript read alike; JSON's escapes mean the same in both.
fn literal(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// The body as text, where showing it is harmless.
fn plain<'a>(request: &RequestRendition<'a>) -> Option<&'a str> {
    let text = std::str::from_utf8(request.0.body.as_bytes()).ok()?;
    (Sanitised::text(text).as_str() == text).then_some(text)
}

fn headers<'a>(request: &RequestRendition<'a>) -> Vec<(String, &'a [u8])> {
    let OutgoingRequest { headers, .. } = request.0;
    headers.iter().map(|(name, value)| (name.spelling().into_owned(), value.as_bytes())).collect()
}

/// A header value as a literal of Python and JavaScript: both send each character as the byte of its number.
fn byte_literal(value: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(*byte)),
        // Two of them may begin a build service's command.
        b'#' => "\\u0023".to_owned(),
        0x20..=0x7e => char::from(*byte).to_string(),
        other => format!("\\u00{other:02x}"),
    };
    format!("\"{}\"", value.iter().map(letter).collect::<String>())
}

/// A header line of hurl, whose files are text: what is not is left out, and that is said.
fn hurl_field(name: &str, value: &[u8]) -> String {
    let Ok(value) = std::str::from_utf8(value) else {
        return format!("# {name} has bytes that are not UTF-8, which hurl cannot send\n");
    };
    let mut out = format!("{name}: ");
    for character in value.replace('\\', "\\\\").replace('#', "\\#").replace("{{", "\\{\\{").chars() {
        match is_unsafe(character) {
            true => push_escaped(&mut out, character, EscapeNotation::Braced),
            false => out.push(character),
        }
    }
    out.push('\n');
    out
}

fn base64(request: &RequestRendition<'_>) -> String {
    STANDARD.encode(request.0.body.as_bytes())
}

fn hurl(named: &NamedRequest<'_>) -> String {
    let request = &named.request;
    let socket = socket_parts(&request.0.url);
    let url = socket.as_ref().map_or(request.0.url.to_string(), |(_, target)| format!("http://localhost{target}"));
    let mut out = format!("# {}\nPOST {url}\n", named.name);
    for (name, value) in headers(request) {
        out.push_str(&hurl_field(&name, value));
    }
    if let Some((socket, _)) = socket {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "[Options]\nunix-socket: {}", socket.display());
    }
    // A one-line text between backquotes is taken as it stands.
    match plain(request).filter(|text| !text.contains(['`', '\n', '\r', '\\']) && !text.contains("{{")) {
        Some(text) => drop(writeln!(out, "`{text}`")),
        None => drop(writeln!(out, "base64,{};", base64(request))),
    }
    out.push_str("HTTP *\n[Asserts]\nstatus >= 200\nstatus < 300\n\n");
    out
}

fn python(named: &NamedRequest<'_>) -> String {
    let request = &named.request;
    let fields: Vec<String> =
        headers(request).iter().map(|(name, value)| format!("{}: {}", literal(name), byte_literal(value))).collect();
    let body = match plain(request) {
        Some(text) => format!("{}.encode()", literal(text)),
        None => format!("base64.b64decode(\"{}\")", base64(request)),
    };
    format!(
        "\n    def test_{}(self):\n        headers = {{{}}}\n        body = {body}\n        status = post({}, headers, body)\n        self.assertTrue(200 <= status < 300, f\"answered {{status}}\")\n",
        named.name,
        fields.join(", "),
        literal(request.0.url.as_str()),
    )
}

fn node(named: &NamedRequest<'_>) -> String {
    let request = &named.request;
    let fields: Vec<String> =
        headers(request).iter().map(|(name, value)| format!("[{}, {}]", literal(name), byte_literal(value))).collect();
    let body = match plain(request) {
        Some(text) => literal(text),
        None => format!("Buffer.from(\"{}\", \"base64\")", base64(request)),
    };
    format!(
        "\ntest({}, async () => {{\n  const headers = [{}];\n  const body = {body};\n  const status = await post({}, headers, body);\n  assert.ok(status >= 200 && status < 300, `answered ${{status}}`);\n}});\n",
        literal(&named.name),
        fields.join(", "),
        literal(request.0.url.as_str()),
    )
}
