//! The table of synthetic failures: for every cause that can be told, three bodies with a value that somebody who
//! makes that mistake would send. What the real programs write is taken from `written.tsv`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use referralloop::diagnose::{self, DiagnosisCase, DiagnosisSubject, KnownSecret};
use referralloop::protocol::arrival::HeaderLines;
use referralloop::protocol::signature::Secret;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::io::Write;

/// Three bodies that hold what writers of JSON disagree about.
pub const BODIES: [&[u8]; 3] = [
    include_bytes!("../../../src/diagnose/bodies/1.json"),
    include_bytes!("../../../src/diagnose/bodies/2.json"),
    include_bytes!("../../../src/diagnose/bodies/3.json"),
];

const WRITTEN: &str = include_str!("../../../src/diagnose/forms/written.tsv");

/// The secret of every trial that is not about secrets.
pub const SECRET: &str = "canary-9f3b1c-Secret-Value";

/// One failure.
pub struct Trial {
    /// The cause that must come first.
    pub cause: &'static str,
    pub body: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
    pub target: Option<String>,
    pub secrets: Vec<KnownSecret>,
    pub got: Option<Vec<u8>>,
}

impl Trial {
    pub fn new(cause: &'static str, body: &[u8], value: impl Into<Vec<u8>>) -> Self {
        Self {
            cause,
            body: body.to_vec(),
            headers: vec![("X-Webhook-Signature".into(), value.into())],
            target: None,
            secrets: vec![known(SECRET, true)],
            got: None,
        }
    }

    fn secret(self, secret: &str) -> Self {
        Self { secrets: vec![known(secret, true)], ..self }
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.as_bytes().to_vec()));
        self
    }

    /// Runs the doctor.
    pub fn diagnose(&self, go_on: &mut dyn FnMut() -> bool) -> diagnose::Diagnosis {
        let headers = HeaderLines::collect(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
        let case = DiagnosisCase::from_received(&self.body, &headers, &self.secrets);
        let asks = self.got.as_deref().map_or(DiagnosisSubject::Sender, DiagnosisSubject::Code);
        let target = self.target.as_deref();
        diagnose::diagnose_case(&DiagnosisCase { target, asks, ..case }, None, go_on)
    }
}

pub fn known(secret: &str, current: bool) -> KnownSecret {
    KnownSecret { secret: Secret::new(secret).unwrap(), origin: "of profile test".into(), current }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tag(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

fn signed(key: &[u8], message: &[u8]) -> String {
    format!("sha256={}", hex(&tag(key, message)))
}

/// Every trial.
pub fn trials() -> Vec<Trial> {
    let mut trials = forms();
    for body in BODIES {
        trials.extend(keys(body));
        trials.extend(framings(body));
        trials.extend(functions(body));
        trials.extend(notations(body));
        trials.extend(code(body));
        trials.extend(unproved(body));
    }
    trials
}

/// What a program really wrote for one of the bodies.
fn written(body: &[u8], id: &str) -> Option<Vec<u8>> {
    let number = BODIES.iter().position(|known| *known == body)? + 1;
    let start = format!("{number}\t{id}\t");
    WRITTEN.lines().find_map(|line| line.strip_prefix(&start)).map(|bytes| STANDARD.decode(bytes).unwrap())
}

fn forms() -> Vec<Trial> {
    let mut trials = Vec::new();
    let changes = |id: &str, body: &[u8]| diagnose::make_forms(id, body).iter().any(|made| made != body);
    let has_bodies = |id: &&str| BODIES.iter().any(|body| changes(id, body)) || !bodies_for(id).is_empty();
    let ids: Vec<&'static str> = diagnose::all_causes().map(|cause| cause.id).filter(has_bodies).collect();
    for id in ids {
        let special = bodies_for(id);
        let bodies = if special.is_empty() { BODIES.map(<[u8]>::to_vec).to_vec() } else { special };
        for body in bodies {
            let message = written(&body, id).unwrap_or_else(|| told_apart(id, &body));
            trials.push(Trial::new(id, &body, signed(SECRET.as_bytes(), &message)));
        }
    }
    trials
}

/// The first variant of a form that no commoner cause shares.
fn told_apart(id: &str, body: &[u8]) -> Vec<u8> {
    let earlier: Vec<&str> = diagnose::all_causes().map(|cause| cause.id).take_while(|other| *other != id).collect();
    let variants = diagnose::make_forms(id, body);
    let shared = |variant: &[u8]| {
        variant == body
            || earlier.iter().any(|other| diagnose::make_forms(other, body).iter().any(|made| made == variant))
    };
    let own = variants.iter().find(|variant| !shared(variant));
    // Without one, the trial fails, as it should: the table needs another body.
    own.or(variants.first()).cloned().unwrap_or_default()
}

/// Bodies with strings that Laravel changes.
const UNTRIMMED: [&str; 3] = [
    "{\"name\":\" Zo\u{eb} \",\"note\":\"\",\"url\":\"a/b\"}",
    "{\"a\": [\"\\t1\", \"  \", 1.0], \"b\": {\"c\": \"\u{a0}x\"}}",
    "{\"x\":\"\",\"list\":[]}",
];

/// Bodies for forms that say nothing about the usual ones.
fn bodies_for(id: &str) -> Vec<Vec<u8>> {
    let each = |make: &dyn Fn(&[u8]) -> Vec<u8>| BODIES.map(make).to_vec();
    let text = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
    let latin =
        |body: &[u8]| text(body).chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'.')).collect::<Vec<u8>>();
    let own = |texts: [&str; 3]| texts.map(|text| text.as_bytes().to_vec()).to_vec();
    match id {
        "newline-removed" => each(&|body| [body, b"\n"].concat()),
        "body-trimmed" => each(&|body| [b"  ", body, b" \t"].concat()),
        "bom-removed" => each(&|body| [b"\xef\xbb\xbf", body].concat()),
        "json-minified" | "lines-joined" => own([
            "{ \"a\": 1.50,\n \"b\": \"\\u00e9\\/\" }",
            "{\n\t\"b\": 1e3,\n\t\"a\": [ \"\\u0042\" ]\n}",
            "[ 1.50 ,\n\"\\u0041\", { } ]",
        ]),
        "crlf-lines" => own(["{\n \"a\": 1.0\n}", "{\n}\n\n{", "[\n\"\\u0041\"\n]"]),
        "lf-lines" => own(["{\r\n \"a\": 1.0\r\n}", "[1.0,\r\n2.0]", "[\r\n\"\\u0041\"\r\n]"]),
        "json-ruby" | "json-python-sorted-compact-unicode" | "json-serde-ordered" | "json-serde" => own([
            "{\"b\":1e21,\"a\":1.5e-7,\"z\":1.0,\"y\":\"\\u00e9<\"}",
            "{\"z\": 2E22, \"b\": 2.5e-9, \"a\": [5e-8, 1.0], \"u\": \"\u{fc}\"}",
            "[{\"q\":7e25,\"p\":0.00000012,\"o\":1.0,\"n\":\"\\u00fc/\"}]",
        ]),
        "json-php-laravel" => own(UNTRIMMED),
        "json-spaced" => own([
            "{\"b\":1.0,\"a\":\"\\u0045\"}",
            "[{\"b\":1e3,\"a\":\"\\/\\u0046\"}]",
            "{\"z\":[1.50,2],\"a\":{\"\\u0047\":1}}",
        ]),
        "json-slashes-unescaped" => {
            own(["{\"u\": \"a\\/b\\u0045\"}", "[\"\\/\\u0046\" , 1.0]", "{\"x\":\"\\/\\u0041\"}"])
        }
        "json-string-inner" => own(["\"{\\\"a\\\":1}\"", "\"text\"", "\"[1, 2]\""]),
        "body-base64-decoded" => each(&|body| STANDARD.encode(body).into_bytes()),
        "charset-from-utf-16" => each(&|body| text(body).encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "charset-lossy" | "charset-from-latin-1" => each(&latin),
        "charset-undoubled" => each(&|body| body.iter().map(|&byte| char::from(byte)).collect::<String>().into_bytes()),
        "unicode-nfc" => own(["{\"n\":\"e\u{301}\"}", "[\"u\u{308}\"]", "{\"o\": \"O\u{308}, n\u{303}\"}"]),
        "unicode-nfd" => own(["{\"n\":\"\u{e9}\"}", "[\"\u{fc}\"]", "{\"o\": \"\u{d6}, \u{f1}\"}"]),
        "gzip-undone" => each(&|body| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            packer.write_all(body).unwrap();
            packer.finish().unwrap()
        }),
        "deflate-undone" => each(&|body| {
            let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
            packer.write_all(body).unwrap();
            packer.finish().unwrap()
        }),
        "brotli-undone" => each(&|body| diagnose::make_forms("brotli-done", body).remove(0)),
        "envelope-opened" => each(&|body| {
            format!("{{\"httpMethod\":\"POST\",\"body\":\"{}\",\"isBase64Encoded\":true}}", STANDARD.encode(body))
                .into_bytes()
        }),
        "form-fields" => each(&|body| {
            let encoded: String = url::form_urlencoded::byte_serialize(body).collect();
            format!("payload={encoded}").into_bytes()
        }),
        _ => rebuilt_bodies_for(id),
    }
}

/// The same for forms that clean a body or put it into a type.
fn rebuilt_bodies_for(id: &str) -> Vec<Vec<u8>> {
    let each = |make: &dyn Fn(&[u8]) -> Vec<u8>| BODIES.map(make).to_vec();
    let text = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
    let own = |texts: [&str; 3]| texts.map(|text| text.as_bytes().to_vec()).to_vec();
    match id {
        "message-body" => each(&|body| [b"POST /hook HTTP/1.1\r\nHost: x\r\n\r\n", body].concat()),
        "chunk-frames-removed" => {
            each(&|body| [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n0\r\n\r\n"].concat())
        }
        "html-unescaped" => each(&|body| text(body).replace('&', "&amp;").replace("\"a", "&quot;a").into_bytes()),
        "percent-decoded" => own(["{\"u\": \"a%20b+c\"}", "[\"%C3%A9=1\" , 1.0]", "{\"x\":\"1+1%3D2\"}"]),
        "blanks-collapsed" => own(["{\"a\":\"x  y\"}", "[\"a \t b\",\r\n1.0]", "{\n  \"a\": \"x   y\"\n}"]),
        "json-php-numeric" => own(["{\"code\":\"000123\"}", "[\"1.5\", \"x/y\"]", "{\"n\": {\"a\": \"-7\"}}"]),
        "unicode-nfkc" => own(["{\"n\":\"\u{fb01}ne\"}", "[\"\u{2460}\", 1.0]", "{\"o\": \"\u{ff21}da \u{bd}\"}"]),
        "json-empty-dropped" => {
            own(["{\"a\":null,\"b\":1}", "{\"x\": \"\", \"y\": [2]}", "{\"m\":{\"n\":[],\"o\":\"p\"}}"])
        }
        _ => super::reported::bodies_for(id),
    }
}

fn keys(body: &'static [u8]) -> Vec<Trial> {
    let pairs: &[(&'static str, &str, &str)] = &[
        ("key-trimmed", " canary-9f3b1c \n", "canary-9f3b1c"),
        ("key-newline-added", "canary-9f3b1c", "canary-9f3b1c\n"),
        ("key-blank-added", "canary-9f3b1c", "canary-9f3b1c "),
        ("key-unquoted", "\"canary-9f3b1c\"", "canary-9f3b1c"),
        ("key-quoted", "canary-9f3b1c", "'canary-9f3b1c'"),
        ("key-prefix-stripped", "whsec_canary9f3b1c#", "canary9f3b1c#"),
        ("key-prefix-added", "canary-9f3b1c", "whsec_canary-9f3b1c"),
        ("key-base64-encoded", "canary-9f3b1c", "Y2FuYXJ5LTlmM2IxYw=="),
        ("key-hex-encoded", "canary", "63616e617279"),
        ("key-unescaped", "canary\\n9f3b1c", "canary\n9f3b1c"),
        ("key-escaped", "canary$9f3b1c", "canary\\$9f3b1c"),
        ("key-percent-decoded", "canary%2B9f3b1c", "canary+9f3b1c"),
        ("key-percent-encoded", "canary+9f3b1c", "canary%2B9f3b1c"),
        ("key-cut-at-hash", "canary#9f3b1c", "canary"),
        ("key-dollar-expanded", "canary$name-9f", "canary-9f"),
        ("key-first-line", "canary\n9f3b1c", "canary"),
        ("key-behind-equals", "NAME=canary9f3b1c", "canary9f3b1c"),
        ("key-upper-case", "canary-9f3b1c", "CANARY-9F3B1C"),
        ("key-lower-case", "CANARY-9F3B1C", "canary-9f3b1c"),
        ("key-bom-added", "canary-9f3b1c", "\u{feff}canary-9f3b1c"),
        ("key-bom-removed", "\u{feff}canary-9f3b1c", "canary-9f3b1c"),
        ("key-bearer", "canary-9f3b1c", "Bearer canary-9f3b1c"),
        ("key-cut", "canary-9f3b1c-canary-9f3b1c-canary", "canary-9f3b1c-canary-9f3b1c-cana"),
        ("key-cleaned", "canary\u{200b}9f3b1c", "canary9f3b1c"),
        ("key-one-of-several", "canary9f3b1c\nnarcissus-of-old", "narcissus-of-old"),
        ("key-punctuated", "canary9f3b1c", "canary9f3b1c;"),
        ("key-recoded", "canary-n\u{e9}e", "canary-ne\u{301}e"),
        ("key-renumbered", "00012345678901", "12345678901"),
        ("key-joined", "9f3b-1c9f-3b1c", "9f3b1c9f3b1c"),
        ("key-buffer-json", "canary", "{\"type\":\"Buffer\",\"data\":[99,97,110,97,114,121]}"),
        ("key-empty", "canary-9f3b1c", ""),
        ("key-undefined", "canary-9f3b1c", "undefined"),
        ("key-placeholder", "canary-9f3b1c", "your_webhook_secret"),
    ];
    let mut trials: Vec<Trial> = pairs
        .iter()
        .map(|(cause, ours, theirs)| Trial::new(cause, body, signed(theirs.as_bytes(), body)).secret(ours))
        .collect();
    let raw: [(&'static str, &str, Vec<u8>); 6] = [
        ("key-prefix-decoded", "whsec_Y2FuYXJ5LTlmM2IxYw==", b"canary-9f3b1c".to_vec()),
        ("key-base64-decoded", "Y2FuYXJ5LTlmM2IxYw==", b"canary-9f3b1c".to_vec()),
        ("key-base64url-decoded", "-_-_canary", URL_SAFE_NO_PAD.decode("-_-_canar").unwrap_or_default()),
        ("key-hex-decoded", "63616e61727921", b"canary!".to_vec()),
        ("key-utf-16", "canary", "canary".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("key-hashed", "canary", Sha256::digest("canary").to_vec()),
    ];
    for (cause, ours, theirs) in raw {
        let (ours, theirs) = match cause {
            "key-base64url-decoded" => ("-_-_canary-_", URL_SAFE_NO_PAD.decode("-_-_canary-_").unwrap()),
            _ => (ours, theirs),
        };
        trials.push(Trial::new(cause, body, signed(&theirs, body)).secret(ours));
    }
    let mut other = Trial::new("key-other-known", body, signed(b"another-canary", body));
    other.secrets.push(known("another-canary", false));
    trials.push(other);
    trials
}

fn framings(body: &'static [u8]) -> Vec<Trial> {
    let key = SECRET.as_bytes();
    let framed = |before: &str, after: &str| tag(key, &[before.as_bytes(), body, after.as_bytes()].concat());
    let value = |before: &str, after: &str| format!("sha256={}", hex(&framed(before, after)));
    let event =
        String::from_utf8_lossy(body).split("\"event_type\"").nth(1).unwrap().split('"').nth(1).unwrap().to_owned();
    let digest = Sha256::digest(body);
    vec![
        Trial::new("framing-stripe", body, format!("t=1700000000,v1={}", hex(&framed("1700000000.", "")))),
        Trial::new("framing-standard-webhooks", body, value("msg_1.1700000000.", ""))
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", "1700000000"),
        Trial::new("framing-slack", body, value("v0:1700000000:", ""))
            .header("X-Slack-Request-Timestamp", "1700000000"),
        Trial {
            target: Some("/hook?a=1".into()),
            ..Trial::new("framing-method-url", body, value("POST/hook?a=1", ""))
        },
        Trial {
            target: Some("/hook".into()),
            ..Trial::new("framing-url", body, value("https://example.com/hook", ""))
        }
        .header("Host", "example.com"),
        Trial::new("framing-timestamp", body, value("2024-01-15T10:00:00Z", "")),
        Trial::new("framing-id", body, value("", "d-1")).header("X-Delivery-Id", "d-1"),
        Trial::new("framing-digest", body, signed(key, hex(&digest).as_bytes())),
        Trial::new("framing-event", body, value(&format!("{event}."), "")),
        Trial::new("framing-method", body, value("POST\n", "")),
        Trial::new("framing-field", body, value("payload=", "")),
        Trial::new("framing-secret", body, value(SECRET, "")),
    ]
}

fn functions(body: &'static [u8]) -> Vec<Trial> {
    let key = SECRET.as_bytes();
    let sha1 = Hmac::<Sha1>::new_from_slice(key).unwrap().chain_update(body).finalize().into_bytes();
    let sha512 = Hmac::<Sha512>::new_from_slice(key).unwrap().chain_update(body).finalize().into_bytes();
    let plain = |pieces: &[&[u8]]| format!("sha256={}", hex(&Sha256::digest(pieces.concat())));
    vec![
        Trial::new("hmac-sha1", body, format!("sha256={}", hex(&sha1))),
        Trial::new("hmac-sha512", body, format!("sha256={}", hex(&sha512))),
        Trial::new("plain-hash", body, plain(&[body])),
        Trial::new("hash-secret-body", body, plain(&[key, body])),
        Trial::new("hash-body-secret", body, plain(&[body, key])),
        Trial::new("arguments-swapped", body, signed(body, key)),
    ]
}

fn notations(body: &'static [u8]) -> Vec<Trial> {
    let raw = tag(SECRET.as_bytes(), body);
    let digits = hex(&raw);
    let value = format!("sha256={digits}");
    let dashed =
        digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect::<Vec<_>>();
    let trial = |cause, value: String| Trial::new(cause, body, value);
    let mut trials = vec![
        trial("prefix-missing", digits.clone()),
        trial("prefix-doubled", format!("sha256={value}")),
        trial("prefix-case", format!("SHA256={digits}")),
        trial("prefix-colon", format!("sha256:{digits}")),
        trial("prefix-other", format!("v1={digits}")),
        trial("value-base64", format!("sha256={}", STANDARD.encode(&raw))),
        trial("value-base64url", format!("sha256={}", base64url(&raw))),
        Trial::new("value-binary", body, [b"sha256=", raw.as_slice()].concat()),
        trial("value-base64-of-hex", format!("sha256={}", STANDARD_NO_PAD.encode(&digits))),
        trial("value-base64-twice", format!("sha256={}", STANDARD.encode(STANDARD.encode(&raw)))),
        trial("value-hex-of-hex", format!("sha256={}", hex(digits.as_bytes()))),
        trial("value-hex-of-base64", format!("sha256={}", hex(STANDARD.encode(&raw).as_bytes()))),
        trial("value-separated", format!("sha256={}", dashed.join("-"))),
        trial("value-quoted", format!("\"{value}\"")),
        trial("value-python-bytes", format!("b'{value}'")),
        trial("value-percent-encoded", value.replace('=', "%3D")),
        trial("value-cut", value[..47].to_owned()),
        trial("several-values", format!("{value}, sha256={}", hex(&[7; 32]))),
        trial("header-repeated", value.clone()).header("X-Webhook-Signature", &value),
    ];
    let mut elsewhere = trial("other-header", value.clone());
    elsewhere.headers[0].0 = "X-Hub-Signature-256".into();
    trials.push(elsewhere);
    trials
}

/// Base64 and base64url are the same where no digit is special; then the commoner one is named.
fn base64url(raw: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(raw)
}

fn code(body: &'static [u8]) -> Vec<Trial> {
    let raw = tag(SECRET.as_bytes(), body);
    let right = format!("sha256={}", hex(&raw));
    let stringified = written(body, "json-stringify").unwrap();
    let got = |cause, got: String| Trial { got: Some(got.into_bytes()), ..Trial::new(cause, body, right.clone()) };
    vec![
        got("bare-comparison", hex(&raw)),
        got("hex-case", format!("sha256={}", hex(&raw).to_uppercase())),
        got("json-stringify", hex(&tag(SECRET.as_bytes(), &stringified))),
        got("value-base64", format!("sha256={}", STANDARD.encode(&raw))),
        got("key-empty", signed(b"", body)),
        got("value-padded", format!("{right}\n")),
    ]
}

fn unproved(body: &'static [u8]) -> Vec<Trial> {
    let value = signed(b"nobody knows this one", body);
    let lossy = [&body[..body.len() - 1], ",\"x\":\"\u{fffd}\"}".as_bytes()].concat();
    vec![
        Trial::new("other-secret", body, value.clone()),
        Trial::new("body-cut", body, value.clone()).header("Content-Length", "99999"),
        Trial::new("body-decoded", body, value.clone()).header("Content-Encoding", "gzip"),
        Trial::new("body-lossy", &lossy, value.clone()),
        Trial::new("secret-edges", body, value.clone()).secret("canary-9f3b1c\t"),
        Trial::new("other-digest", body, format!("sha256={}", hex(&[9; 28]))),
        Trial::new("no-digest", body, "sha256=hello"),
    ]
}
