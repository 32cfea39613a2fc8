//! What to do about a cause, and how to see that it is done.

use super::case::DiagnosisSubject;
use super::cause::{CauseFamily, MismatchCause};
use super::framework::{FRAMEWORKS, WebFramework};

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseAdvice {
    /// Sentences.
    pub fix: Vec<String>,
    /// Lines of code for the framework, in order.
    pub code: Vec<&'static str>,
    /// How to check again: one sentence.
    pub check: &'static str,
}

/// Advice about a cause.
pub fn advise_on_cause(cause: &MismatchCause, asks: DiagnosisSubject, framework: Option<&WebFramework>) -> CauseAdvice {
    let code = asks.is_code();
    let mut fix: Vec<String> = special_for_code(cause.id)
        .filter(|_| code)
        .or_else(|| special_for_file(cause).filter(|_| asks == DiagnosisSubject::File))
        .or_else(|| special(cause.id))
        .or_else(|| rule(cause.family, code))
        .into_iter()
        .map(str::to_owned)
        .collect();
    if asks == DiagnosisSubject::File && cause.family == CauseFamily::Json {
        fix.push(SENDER_OF_FILE.to_owned());
    }
    let code_lines = lines(cause, framework);
    if let Some(framework) = framework.filter(|_| !code_lines.is_empty()) {
        let who = if code { "in" } else { "the receiving side, with" };
        fix.push(format!("{who} {}:", framework.title));
    }
    if framework.is_none() && asks != DiagnosisSubject::File && wants_framework(cause.family) {
        let names: Vec<&str> = FRAMEWORKS.iter().map(|framework| framework.name).collect();
        fix.push(format!("for example code, name your framework with --framework: {}", names.join(", ")));
    }
    CauseAdvice { fix, code: code_lines, check: check(cause, asks) }
}

/// What is left where the file is what was sent.
const SENDER_OF_FILE: &str =
    "if the file is exactly what was sent: the sender must serialise once, then sign and send those same bytes";

/// Advice about a file, which is looked at before the sender.
fn special_for_file(cause: &MismatchCause) -> Option<&'static str> {
    Some(match (cause.id, cause.family) {
        ("gzip-undone" | "deflate-undone" | "brotli-undone", _) => {
            "decompress the file (gunzip, curl --compressed) and check the body inside it"
        }
        (_, CauseFamily::Json) => {
            "save the body as it came (curl -o, printf '%s'), not from an editor, jq or a formatter, and check that file"
        }
        (
            "charset-from-utf-16" | "charset-from-latin-1" | "charset-undoubled" | "lines-joined" | "html-unescaped",
            _,
        )
        | ("quotes-straightened" | "body-part" | "lines-added" | "lines-unmarked", _) => {
            "save the body byte for byte as it came (curl -o; not by copying it from a window, nor with PowerShell's >), \
            and check that file"
        }
        _ => return None,
    })
}

fn wants_framework(family: CauseFamily) -> bool {
    !matches!(family, CauseFamily::Key | CauseFamily::Unproved)
}

/// The fix for a family, for the sender's side or the receiver's.
fn rule(family: CauseFamily, code: bool) -> Option<&'static str> {
    Some(match (family, code) {
        (CauseFamily::Json | CauseFamily::Bytes | CauseFamily::Absent, true) => {
            "hash the bytes as they were received, before anything parses them"
        }
        (CauseFamily::Json | CauseFamily::Bytes | CauseFamily::Absent, false) => {
            "serialise once, then sign and send those same bytes; nothing between may rewrite them"
        }
        (CauseFamily::Key, _) => "use the secret exactly as it was given, on both sides",
        (CauseFamily::Hole, _) => "anybody can forge this signature: set the secret, and refuse to start without one",
        (CauseFamily::Framing, true) => "hash only the body: nothing goes before or after it",
        (CauseFamily::Framing, false) => "sign only the body: this header covers no timestamp, id or URL",
        (CauseFamily::Algorithm, _) => "the function is HMAC-SHA256 with the secret as key and the raw body as message",
        (CauseFamily::Header, _) => {
            "write the value as sha256= and 64 lower-case hexadecimal digits, once, in X-Webhook-Signature"
        }
        (CauseFamily::Comparison, _) => {
            "put sha256= before your digits, or strip it from the header, and compare only values of equal length"
        }
        (CauseFamily::Unproved, _) => return None,
    })
}

/// Advice about the user's own code where that about a sender would miss it.
fn special_for_code(id: &str) -> Option<&'static str> {
    Some(match id {
        "other-secret" => {
            "let your code print the length of its secret and a hash of it, never the secret, and compare with the file"
        }
        "body-changed" => {
            "let your code print how many bytes it hashes, and compare with the file: hash them before anything else reads \
            the body"
        }
        "value-empty" => {
            "look at the name under which your code reads the header ($_SERVER['HTTP_X_WEBHOOK_SIGNATURE'] in PHP, \
            HTTP_X_WEBHOOK_SIGNATURE in Rack), at what the digest is called on, and whether a proxy passes the header on"
        }
        "no-digest" => {
            "call the digest (hexdigest(), digest('hex')), await what is a promise, and encode the bytes as 64 hexadecimal \
            digits"
        }
        "newline-removed" | "body-trimmed" | "bom-removed" | "lf-lines" | "crlf-lines" => {
            "the bytes given here are not those that your code hashed: either the file gained line breaks or a byte order \
            mark when it was saved (editors, echo, PowerShell's >), or your code trims the body; hash the bytes as they come"
        }
        _ => return None,
    })
}

/// Advice that one cause alone has.
fn special(id: &str) -> Option<&'static str> {
    Some(match id {
        "body-empty" => {
            "the stream had been read already when it was hashed: read the body once, keep the bytes, hash those"
        }
        "object-object" => "an object was turned into text: hash the raw bytes, not the parsed body",
        "empty-object" => {
            "no parser took the body (its content type, or the order of the middleware): hash the raw bytes"
        }
        "form-key" => "the body was parsed as a form: send Content-Type: application/json, and hash the raw bytes",
        "body-base64" | "envelope-opened" | "envelope-added" => {
            "decode event.body from Base64 when isBase64Encoded is true, and hash only those bytes"
        }
        "gzip-undone" | "deflate-undone" | "brotli-undone" | "gzip-done" | "deflate-done" | "brotli-done" => {
            "sign and verify on the same side of the compression: turn it off for this route, or hash before \
            decompressing"
        }
        "newline-removed" | "body-trimmed" | "bom-removed" | "lf-lines" | "crlf-lines" => {
            "the bytes given here are not those that were signed: editors, echo, curl > and PowerShell's > add line \
            breaks or a byte order mark to a file; save the body as it came (curl -o, printf '%s'), and sign what is sent"
        }
        "newline-added" | "crlf-added" | "blank-added" | "bom-added" => {
            "white space or a byte order mark was hashed that is not in the body: echo and print add a line break; use \
            printf '%s', or hash the very bytes that are sent"
        }
        "chunks-decoded" => {
            "collect the chunks as bytes and join them before anything decodes them: Buffer.concat(chunks), never \
            text += chunk"
        }
        "cut-by-characters" => "count the length in bytes (Buffer.byteLength), never in characters",
        "cut-at-limit" => "raise the limit of the parser, buffer or column that cuts the body",
        "message-body" | "chunk-frames-removed" => {
            "give the body alone: no head (curl -i), no chunk lengths (curl --raw)"
        }
        "slashes-added" => "read php://input; WordPress adds slashes to what it has parsed",
        "other-secret" => "compare the secrets of both sides: length first, then a hash of each",
        "body-changed" => "look at what is in between: a proxy, a firewall, a logger that rewrites bodies",
        "body-preceded" => {
            "hash only the body; what other services put before it (timestamp, id, URL) does not belong there"
        }
        "other-delivery" => "take body and signature of the same delivery, and compare the time and the id of both",
        "body-rebuilt" => "hash the bytes as they were received or sent, not an object made of them",
        "body-cut" => "look for a limit or a broken connection on the way",
        "body-decoded" | "body-lossy" => "hash the bytes before anything decodes them",
        "secret-edges" => "remove the unexpected character from the secret, on both sides",
        "json-php-laravel" => {
            "use $request->getContent(): Laravel's middleware TrimStrings and ConvertEmptyStringsToNull has changed what \
            $request->all() gives"
        }
        _ => return special_for_key(id).or_else(|| special_for_value(id)).or_else(|| special_for_endpoint(id)),
    })
}

/// What a probed endpoint does.
fn special_for_endpoint(id: &str) -> Option<&'static str> {
    Some(match id {
        "rejects-everything" => {
            "check that both sides have the same secret, then look at what the handler compares: referralloop verify \
            --got VALUE FILE, with the body in FILE"
        }
        "throws" => {
            "look in the endpoint's log: an exception while comparing (values of different length), a missing header, or \
            the refusal itself: then check that both sides have the same secret, and answer 401 instead of throwing"
        }
        "fails-after-verifying" => {
            "look in the handler's log behind the comparison: the signature is right; where no answer came, or a late one, \
            answer 2xx first and work afterwards: the service waits 5 seconds"
        }
        "no-such-route" => "check that the path is right and the route accepts POST",
        "redirects" => "give the very address that it redirects to, to its last slash, to the service and to --probe",
        "redirects-away" => {
            "perhaps a login wall stands before the endpoint: exempt the webhook's path from whatever sends it elsewhere; \
            the signature is what lets the service in"
        }
        "rate-limited" => "raise the limit for the service, or probe a copy of the endpoint on your machine",
        "accepts-unsigned" => "answer 401 where X-Webhook-Signature is missing: whoever forges an event leaves it out",
        "compares-part" | "compares-contained" => {
            "compare the whole value, of equal length, in constant time: neither a beginning nor a part of it will do"
        }
        "unreachable" => "start the endpoint, and check that host and port are right",
        "verifies-nothing" => "anybody can send events there: verify the signature, and answer 401 when it is invalid",
        "body-too-large" => "try a smaller delivery",
        _ => return None,
    })
}

/// Advice about one manner of changing a secret.
fn special_for_key(id: &str) -> Option<&'static str> {
    Some(match id {
        "key-trimmed" | "key-newline-added" | "key-blank-added" => {
            "one side has a space or line break in its secret: trim it once when it is read, and write files with \
            printf, not echo"
        }
        "key-unquoted" | "key-quoted" => "one side keeps the quotes around the secret: remove them from the variable",
        "key-cut-at-hash" => "quote the secret in the .env file: an unquoted # begins a comment there",
        "key-dollar-expanded" => "put the secret in single quotes: $ begins a variable there",
        "key-reference" => "read the file, or ask the store for the secret, and use what it holds as key",
        "key-other-known" => "use the same profile on both sides, or pass the right secret with --secret-file",
        "key-prefix-decoded" | "key-base64-decoded" | "key-base64url-decoded" | "key-hex-decoded" => {
            "use the secret's characters as the key; do not decode it"
        }
        "key-renumbered" => "put the secret in quotes: YAML and JSON read it as a number otherwise",
        "key-cut-at-blank" => "put the variable in quotes (\"$SECRET\"): a shell cuts it at its blanks otherwise",
        "key-one-of-several" => {
            "if the secret is one text, take the whole of it; if several stand there, take the right one alone"
        }
        "key-json-member" | "key-yaml-value" | "key-behind-equals" => {
            "one side took the whole line or document for the secret: take the value alone out of it"
        }
        "key-doubled" | "key-cut" | "key-cut-at-mark" | "key-mistyped" | "key-cleaned" | "key-punctuated"
        | "key-recoded" => "copy the secret again, once and whole, and compare its length on both sides",
        _ => return None,
    })
}

/// Advice about one manner of writing a value, and about what stood where a value was meant.
fn special_for_value(id: &str) -> Option<&'static str> {
    Some(match id {
        "other-digest" => "the header needs HMAC-SHA256: 64 hexadecimal digits",
        "value-empty" => {
            "whoever sends has no value to put there (a secret or digest that is not set), a proxy dropped it, or it was \
            read under another name than X-Webhook-Signature ($_SERVER['HTTP_X_WEBHOOK_SIGNATURE'] in PHP)"
        }
        "hmac-md5" | "hmac-sha1" | "hmac-sha384" | "hmac-sha512" | "hmac-sha3" | "hmac-blake2" => {
            "use SHA-256 as the hash function of the HMAC"
        }
        "body-named" => "take the variable without quotes around it: its value is to be hashed, not its name",
        "framing-missing" => {
            "hash only the body: no timestamp or id belongs there, and the one that was read was not set"
        }
        "value-unpadded" => "write two digits for each byte: b.toString(16).padStart(2, '0')",
        "value-leading-zero" => {
            "a digest is bytes, not a number: one in sixteen loses a zero; write it with HexFormat, or String.format(\"%064x\")"
        }
        "value-signed-bytes" => {
            "Java's bytes are signed: HexFormat.of().formatHex(digest), or String.format(\"%02x\", b & 0xff)"
        }
        "value-byte-list" | "value-text" | "value-binary" => {
            "encode the digest as hexadecimal: digest('hex'), hexdigest(), bin2hex"
        }
        "no-digest" => "the header must be X-Webhook-Signature: sha256= and 64 hexadecimal digits",
        "other-header" => "send and read X-Webhook-Signature",
        "header-repeated" => "a proxy or middleware adds the header a second time: let one do it",
        _ => return None,
    })
}

/// Lines of code for a framework.
fn lines(cause: &MismatchCause, framework: Option<&WebFramework>) -> Vec<&'static str> {
    let Some(framework) = framework else { return Vec::new() };
    let language = framework.language;
    match cause.family {
        CauseFamily::Json | CauseFamily::Bytes | CauseFamily::Absent => {
            framework.raw.iter().copied().chain([language.sign]).collect()
        }
        CauseFamily::Key | CauseFamily::Hole => vec![language.key],
        CauseFamily::Framing | CauseFamily::Algorithm => vec![language.sign],
        CauseFamily::Header | CauseFamily::Comparison => vec![language.sign, language.compare],
        CauseFamily::Unproved => Vec::new(),
    }
}

fn check(cause: &MismatchCause, asks: DiagnosisSubject) -> &'static str {
    match (cause.family, asks.is_code()) {
        (CauseFamily::Json | CauseFamily::Bytes, _) if asks == DiagnosisSubject::File => {
            "check again: referralloop verify --signature HEADER with the body as it came"
        }
        (CauseFamily::Unproved, _) if matches!(cause.id, "unreachable" | "fails-after-verifying") => {
            "run this command again"
        }
        (CauseFamily::Unproved, true) => "give the new value to referralloop verify --got VALUE FILE",
        (CauseFamily::Unproved, false) => {
            "compare with the right value: referralloop verify --got VALUE FILE checks what your code computes"
        }
        (_, true) => {
            "check again: referralloop verify --signature HEADER --got VALUE FILE, or --probe URL for the whole endpoint"
        }
        (_, false) => "check again: referralloop trigger sends a correctly signed delivery",
    }
}
