//! Forms that a body takes inside something else: compression, Base64, envelopes, form fields, string literals.

use super::coded;
use super::dialects;
use super::escape::{self, StringEscapes};
use super::source::BodySource;
use super::tree::JsonNode;
use super::writer;
use crate::diagnose::lenient;
use crate::diagnose::percent;
use crate::protocol::stringify::json_stringify;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::GzBuilder;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, ZlibEncoder};
use std::borrow::Cow;
use std::io::{Read, Write};

/// What a compressed body may grow to.
const UNPACKED: u64 = 1 << 20;

fn unpack(reader: impl Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let read = reader.take(UNPACKED + 1).read_to_end(&mut out).ok()?;
    (read > 0 && read as u64 <= UNPACKED).then_some(out)
}

/// gzip undone.
pub(super) fn gunzip_body(source: &BodySource) -> Vec<Vec<u8>> {
    let packed = source.body.starts_with(b"\x1f\x8b");
    packed.then(|| unpack(MultiGzDecoder::new(source.body))).flatten().into_iter().collect()
}

/// Deflate undone, with and without zlib's frame.
pub(super) fn inflate_body(source: &BodySource) -> Vec<Vec<u8>> {
    if source.utf8().is_some() {
        return Vec::new();
    }
    [unpack(ZlibDecoder::new(source.body)), unpack(DeflateDecoder::new(source.body))].into_iter().flatten().collect()
}

/// Brotli undone.
pub(super) fn decode_brotli(source: &BodySource) -> Vec<Vec<u8>> {
    if source.utf8().is_some() {
        return Vec::new();
    }
    unpack(brotli::Decompressor::new(source.body, 4096)).into_iter().collect()
}

/// The levels that programs use: default, best, fastest.
const LEVELS: [u32; 3] = [6, 9, 1];

/// gzip as zlib makes it without a time, for the common values of the operating-system byte.
pub(super) fn gzip_body(source: &BodySource) -> Vec<Vec<u8>> {
    let pack = |level: u32, system: u8| {
        let mut packer = GzBuilder::new().operating_system(system).write(Vec::new(), Compression::new(level));
        packer.write_all(source.body).and_then(|()| packer.finish()).ok()
    };
    LEVELS.iter().flat_map(|&level| [3, 255, 19].map(|system| pack(level, system))).flatten().collect()
}

/// Deflate, with and without zlib's frame.
pub(super) fn deflate_body(source: &BodySource) -> Vec<Vec<u8>> {
    let framed = |level: u32| {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::new(level));
        packer.write_all(source.body).and_then(|()| packer.finish()).ok()
    };
    let bare = |level: u32| {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::new(level));
        packer.write_all(source.body).and_then(|()| packer.finish()).ok()
    };
    LEVELS.iter().flat_map(|&level| [framed(level), bare(level)]).flatten().collect()
}

/// Brotli at the qualities that programs use.
pub(super) fn encode_brotli(source: &BodySource) -> Vec<Vec<u8>> {
    let pack = |quality: u32| {
        let mut packer = brotli::CompressorWriter::new(Vec::new(), 4096, quality, 22);
        packer.write_all(source.body).ok()?;
        Some(packer.into_inner())
    };
    [11, 4, 5].into_iter().filter_map(pack).collect()
}

pub(super) fn encode_base64(source: &BodySource) -> Vec<Vec<u8>> {
    let body = source.body;
    let text = STANDARD.encode(body);
    let plain = [text.clone(), STANDARD_NO_PAD.encode(body), URL_SAFE.encode(body), URL_SAFE_NO_PAD.encode(body)];
    // Java's MIME encoder, PHP's chunk_split, Python's encodebytes, Ruby's encode64, openssl, base64.
    let broken = [(76, "\r\n", ""), (76, "\r\n", "\r\n"), (76, "\n", "\n"), (60, "\n", "\n"), (64, "\n", "\n")];
    let broken = broken.map(|(width, joint, end)| {
        let lines: Vec<&str> =
            (0..text.len()).step_by(width).filter_map(|at| text.get(at..text.len().min(at + width))).collect();
        lines.join(joint) + end
    });
    let twice = STANDARD.encode(&text);
    plain.into_iter().chain(broken).chain([twice]).map(String::into_bytes).collect()
}

/// The body read as Base64, and as hexadecimal digits.
pub(super) fn decode_base64(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text.trim().trim_matches('"').trim_end_matches('=');
    let read = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text));
    // Node decodes whatever it is given, a body that nobody has encoded too.
    let lenient = [lenient::decode_as_node(source.body), lenient::decode_as_php(source.body)];
    read.ok().into_iter().chain(lenient).filter(|bytes| !bytes.is_empty()).collect()
}

/// The body in hexadecimal digits.
pub(super) fn encode_hex(source: &BodySource) -> Vec<Vec<u8>> {
    let digits: Vec<String> = source.body.iter().map(|byte| format!("{byte:02x}")).collect();
    let texts = [digits.concat(), digits.concat().to_ascii_uppercase(), digits.join(" "), digits.join(":")];
    texts.map(String::into_bytes).into()
}

fn literal(text: &str, escapes: &StringEscapes) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    escape::write_string(&mut out, text, escapes);
    out
}

fn whole(source: &BodySource) -> String {
    String::from_utf8_lossy(source.body).into_owned()
}

/// The body as one JSON string: JavaScript, Python, PHP, Go.
pub(super) fn quote_as_json(source: &BodySource) -> Vec<Vec<u8>> {
    let text = whole(source);
    let lines = [StringEscapes::PLAIN, StringEscapes::GO].map(|escapes| (literal(&text, &escapes) + "\n").into_bytes());
    let texts = [
        StringEscapes::PLAIN,
        StringEscapes::PYTHON,
        StringEscapes::PHP,
        StringEscapes::PHP_BOTH,
        StringEscapes::GO,
        StringEscapes::DOTNET,
    ]
    .map(|escapes| literal(&text, &escapes).into_bytes());
    texts.into_iter().chain(lines).collect()
}

/// The re-serialised body as one JSON string.
pub(super) fn quote_reserialised(source: &BodySource) -> Vec<Vec<u8>> {
    let stringified = json_stringify(source.body).map(|text| literal(&text, &StringEscapes::PLAIN));
    let dumped = source.tree().and_then(|tree| writer::write_document(tree, &dialects::PYTHON[0]));
    [stringified, dumped.map(|text| literal(&text, &StringEscapes::PYTHON))]
        .into_iter()
        .flatten()
        .map(String::into_bytes)
        .collect()
}

/// The text inside a body that is one JSON string.
pub(super) fn unquote_json(source: &BodySource) -> Vec<Vec<u8>> {
    match source.tree() {
        Some(JsonNode::Text(text)) => vec![text.says.as_bytes().to_vec()],
        _ => Vec::new(),
    }
}

/// `JSON.stringify` of a Node buffer.
pub(super) fn write_buffer_json(source: &BodySource) -> Vec<Vec<u8>> {
    let list = numbers(source.body, |_, byte| byte.to_string());
    vec![format!("{{\"type\":\"Buffer\",\"data\":[{list}]}}").into_bytes()]
}

/// `JSON.stringify` of a typed array; a list of bytes.
pub(super) fn write_byte_list(source: &BodySource) -> Vec<Vec<u8>> {
    let keyed = numbers(source.body, |at, byte| format!("\"{at}\":{byte}"));
    let list = numbers(source.body, |_, byte| byte.to_string());
    // Go's text of a byte slice, Python's list, Java's Arrays.toString.
    let signed = numbers(source.body, |_, byte| byte.cast_signed().to_string()).replace(',', ", ");
    let lists = [
        format!("{{{keyed}}}"),
        list.clone(),
        format!("[{list}]"),
        format!("[{}]", list.replace(',', " ")),
        format!("[{}]", list.replace(',', ", ")),
        format!("[{signed}]"),
    ];
    lists.map(String::into_bytes).into()
}

fn numbers(body: &[u8], write: impl Fn(usize, u8) -> String) -> String {
    body.iter().enumerate().map(|(at, byte)| write(at, *byte)).collect::<Vec<_>>().join(",")
}

/// Go's `json.Marshal` of a byte slice: Base64 in quotes.
pub(super) fn quote_base64(source: &BodySource) -> Vec<Vec<u8>> {
    let text = format!("\"{}\"", STANDARD.encode(source.body));
    vec![text.clone().into_bytes(), format!("{text}\n").into_bytes()]
}

/// The text in the `body` of an AWS Lambda event, or any text of an envelope that is JSON itself, alone or in Base64.
pub(super) fn open_envelope(source: &BodySource) -> Vec<Vec<u8>> {
    let is_json = |text: &[u8]| text.trim_ascii_start().starts_with(b"{") || text.trim_ascii_start().starts_with(b"[");
    let (mut forms, mut open) = (Vec::new(), Vec::new());
    open.extend(
        source.tree().filter(|tree| matches!(tree, JsonNode::Object(_) | JsonNode::Array(_))).map(|tree| ("", tree)),
    );
    while let Some((name, node)) = open.pop().filter(|_| forms.len() < 16) {
        match node {
            JsonNode::Object(members) => {
                open.extend(members.iter().rev().map(|(name, value)| (name.says.as_ref(), value)))
            }
            JsonNode::Array(elements) => open.extend(elements.iter().rev().map(|value| ("", value))),
            JsonNode::Text(text) => {
                let named = matches!(name, "body" | "payload" | "data" | "Message" | "message" | "Body");
                let inner = text.says.as_bytes();
                let decoded = STANDARD.decode(inner).ok();
                forms.extend(Some(inner.to_vec()).filter(|inner| named || is_json(inner)));
                forms.extend(decoded.filter(|inner| named || is_json(inner)));
            }
            _ => {}
        }
    }
    forms
}

/// The body inside the envelope that AWS API Gateway puts around it, or a plain one.
pub(super) fn wrap_in_envelope(source: &BodySource) -> Vec<Vec<u8>> {
    let text = literal(&whole(source), &StringEscapes::PLAIN);
    let base64 = STANDARD.encode(source.body);
    [
        format!("{{\"body\":{text}}}"),
        format!("{{\"body\":{text},\"isBase64Encoded\":false}}"),
        format!("{{\"isBase64Encoded\":false,\"body\":{text}}}"),
        format!("{{\"body\":\"{base64}\",\"isBase64Encoded\":true}}"),
        format!("{{\"isBase64Encoded\":true,\"body\":\"{base64}\"}}"),
        format!("{{\"payload\":{text}}}"),
        format!("{{\"data\":{text}}}"),
    ]
    .map(String::into_bytes)
    .into()
}

/// What a form parser makes of a JSON body: one field whose name is the body, or several.
pub(super) fn write_form_key(source: &BodySource) -> Vec<Vec<u8>> {
    let name = literal(&whole(source), &StringEscapes::PLAIN);
    let field = |(name, value): (Cow<str>, Cow<str>)| {
        format!("{}:{}", literal(&name, &StringEscapes::PLAIN), literal(&value, &StringEscapes::PLAIN))
    };
    // An ampersand or an equals sign inside the body ends its name.
    let fields: Vec<String> = url::form_urlencoded::parse(source.body).take(64).map(field).collect();
    let whole = format!("{{{name}:\"\"}}").into_bytes();
    // A form has fields of its own.
    let is_json = source.text.trim_start().starts_with(['{', '[']);
    [whole].into_iter().chain(is_json.then(|| format!("{{{}}}", fields.join(",")).into_bytes())).collect()
}

/// Each field of a form, and the form decoded as one text.
pub(super) fn decode_form_fields(source: &BodySource) -> Vec<Vec<u8>> {
    // JSON is no form, though a URL in it has = and &.
    let is_form = source.tree().is_none() && (source.body.contains(&b'=') || source.body.contains(&b'%'));
    if !is_form {
        return Vec::new();
    }
    let mut forms: Vec<Vec<u8>> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(source.body).take(16) {
        forms.extend([value.into_owned().into_bytes(), name.into_owned().into_bytes()]);
    }
    forms.retain(|form| !form.is_empty());
    forms
}

/// The body as a form's field, and percent-encoded by itself.
pub(super) fn write_form_field(source: &BodySource) -> Vec<Vec<u8>> {
    let encoded: String = url::form_urlencoded::byte_serialize(source.body).collect();
    let spaces = encoded.replace('+', "%20");
    let fields = ["payload", "body", "data", "json", "event"].map(|name| format!("{name}={encoded}").into_bytes());
    let units = source.text.encode_utf16().map(|unit| match unit {
        0..0x80 if char::from(unit as u8).is_ascii_alphanumeric() || b"@*_+-./".contains(&(unit as u8)) => {
            char::from(unit as u8).to_string()
        }
        0..0x100 => format!("%{unit:02X}"),
        _ => format!("%u{unit:04X}"),
    });
    // JavaScript's old escape().
    let escaped = units.collect::<String>().into_bytes();
    let others = percent::encode_in_every_way(source.body);
    let named = ["payload=", "body=", "data="].iter();
    let named = named.flat_map(|name| others.iter().take(3).map(|text| [name.as_bytes(), text].concat()));
    let named: Vec<Vec<u8>> = named.collect();
    let plain = [encoded.into_bytes(), spaces.into_bytes()].into_iter();
    plain.chain(fields).chain(others).chain([escaped]).chain(named).collect()
}

/// The characters that HTML reserves, escaped.
pub(super) fn escape_html(source: &BodySource) -> Vec<Vec<u8>> {
    let brackets = whole(source).replace('<', "&lt;").replace('>', "&gt;");
    let base = whole(source).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = base.replace('"', "&quot;");
    let numeric = base.replace('"', "&#34;").replace('\'', "&#39;");
    [
        numeric,
        quoted.replace('\'', "&#039;"),
        quoted.replace('\'', "&#x27;"),
        quoted.replace('\'', "&#39;"),
        quoted.replace('\'', "&apos;"),
        base.replace('\'', "&#39;"),
        quoted.replace('\'', "&#x27;").replace('/', "&#x2F;").replace('\\', "&#x5C;").replace('`', "&#96;"),
        quoted.replace('\'', "&#39;").replace('/', "&#x2F;").replace('`', "&#x60;").replace("=", "&#x3D;"),
        whole(source)
            .replace('&', "&#38;")
            .replace('"', "&#34;")
            .replace('\'', "&#39;")
            .replace('<', "&#60;")
            .replace('>', "&#62;"),
        quoted.replace('&', "&amp;"),
        quoted.replace('\'', "&#039;").replace('&', "&amp;"),
        format!("\"{quoted}\""),
        quoted,
        base,
        brackets,
    ]
    .map(String::into_bytes)
    .into_iter()
    .chain(coded::escape_all_html(source))
    .collect()
}

/// PHP's `addslashes`, which WordPress applies to what it receives.
pub(super) fn add_slashes(source: &BodySource) -> Vec<Vec<u8>> {
    let mut out = Vec::with_capacity(source.body.len() + 64);
    for &byte in source.body {
        match byte {
            b'\'' | b'"' | b'\\' => out.extend([b'\\', byte]),
            0 => out.extend(*b"\\0"),
            _ => out.push(byte),
        }
    }
    vec![out]
}
