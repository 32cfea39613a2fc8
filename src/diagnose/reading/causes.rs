//! What may be odd about how a value is written: data.

use crate::diagnose::cause::{CauseFamily, MismatchCause};

const fn header(id: &'static str, words: &'static str) -> MismatchCause {
    MismatchCause::new(id, CauseFamily::Header, words)
}

pub(in crate::diagnose) static PREFIX_MISSING: MismatchCause = header("prefix-missing", "lacks its sha256= prefix");
pub(in crate::diagnose) static PREFIX_DOUBLED: MismatchCause = header("prefix-doubled", "has its sha256= prefix twice");
pub(in crate::diagnose) static PREFIX_CASE: MismatchCause =
    header("prefix-case", "has its sha256= prefix in another case");
pub(in crate::diagnose) static PREFIX_COLON: MismatchCause =
    header("prefix-colon", "has a colon, space, dash or slash after sha256 instead of =");
pub(in crate::diagnose) static PREFIX_OTHER: MismatchCause = header("prefix-other", "has a prefix other than sha256=");
pub(in crate::diagnose) static HEX_CASE: MismatchCause = header("hex-case", "is in upper-case hexadecimal");
pub(in crate::diagnose) static BASE64: MismatchCause = header("value-base64", "is Base64 instead of hexadecimal");
pub(in crate::diagnose) static BASE64_URL: MismatchCause =
    header("value-base64url", "is base64url instead of hexadecimal");
pub(in crate::diagnose) static BINARY: MismatchCause =
    header("value-binary", "is the raw bytes of the digest instead of hexadecimal");
pub(in crate::diagnose) static BASE64_OF_HEX: MismatchCause =
    header("value-base64-of-hex", "is Base64 of the hexadecimal digits");
pub(in crate::diagnose) static BASE64_TWICE: MismatchCause =
    header("value-base64-twice", "was encoded in Base64 twice");
pub(in crate::diagnose) static HEX_OF_HEX: MismatchCause =
    header("value-hex-of-hex", "was written in hexadecimal twice");
pub(in crate::diagnose) static HEX_OF_BASE64: MismatchCause =
    header("value-hex-of-base64", "is hexadecimal of the digest in Base64");
pub(in crate::diagnose) static SUM_APPENDED: MismatchCause = header(
    "value-sum-appended",
    "begins with the body: Go's Sum(body) does not hash its argument, it puts the digest of what was written behind it",
);
pub(in crate::diagnose) static SEPARATED: MismatchCause =
    header("value-separated", "has separators between its digits");
pub(in crate::diagnose) static PRINTED: MismatchCause =
    header("value-printed", "has the words around it with which openssl dgst or sha256sum print a digest");
pub(in crate::diagnose) static QUOTED: MismatchCause = header("value-quoted", "is in quotes");
pub(in crate::diagnose) static PYTHON_BYTES: MismatchCause =
    header("value-python-bytes", "is Python's notation of bytes, b'…'");
pub(in crate::diagnose) static PERCENT: MismatchCause = header("value-percent-encoded", "is percent-encoded");
pub(in crate::diagnose) static CUT: MismatchCause =
    header("value-cut", "is cut: it has only the beginning of the digest");
pub(in crate::diagnose) static SEVERAL: MismatchCause = header("several-values", "is a list of several signatures");
pub(in crate::diagnose) static REPEATED: MismatchCause = header("header-repeated", "came in more than one header line");
pub(in crate::diagnose) static OTHER_HEADER: MismatchCause =
    header("other-header", "is in a header other than X-Webhook-Signature");

pub(in crate::diagnose) static UNPADDED: MismatchCause =
    header("value-unpadded", "is hexadecimal without the leading zero of each byte: toString(16) without padStart");
pub(in crate::diagnose) static LEADING_ZERO: MismatchCause =
    header("value-leading-zero", "lost its leading zeros: the digest was written as one number, as BigInteger does");
pub(in crate::diagnose) static SIGNED_BYTES: MismatchCause =
    header("value-signed-bytes", "is hexadecimal of signed bytes (ffffffa3), as Java's Integer.toHexString writes it");
pub(in crate::diagnose) static BYTE_LIST: MismatchCause =
    header("value-byte-list", "is a list of the digest's bytes in decimal");
pub(in crate::diagnose) static READ_AS_TEXT: MismatchCause =
    header("value-text", "is the digest read as text: what is not UTF-8 in it became U+FFFD");

pub(in crate::diagnose) static WRAPPED: MismatchCause =
    header("value-wrapped", "stands among other text (a name, quotes, JSON, punctuation or unseen characters)");
pub(in crate::diagnose) static DECIMAL: MismatchCause =
    header("value-decimal", "is the digest written as one decimal number");
pub(in crate::diagnose) static CUT_START: MismatchCause =
    header("value-cut-start", "is cut: it has only the end of the digest");
pub(in crate::diagnose) static LONGER: MismatchCause =
    header("value-longer", "has more behind it than the digest, or has it twice");
pub(in crate::diagnose) static BASE32: MismatchCause = header("value-base32", "is Base32 instead of hexadecimal");

pub(in crate::diagnose) static HEX_PREFIX: MismatchCause = header("value-0x", "has 0x before its digits");
pub(in crate::diagnose) static LISTED: MismatchCause =
    header("value-in-brackets", "stands in square brackets: a list was printed");
pub(in crate::diagnose) static TIMESTAMPED: MismatchCause =
    header("value-timestamped", "has a timestamp before it, t=…,v1=…, as Stripe writes its signatures");
pub(in crate::diagnose) static INSPECTED: MismatchCause =
    header("value-buffer-text", "is Node's text of a Buffer, <Buffer …>: the digest was printed and not encoded");
pub(in crate::diagnose) static SPACED: MismatchCause =
    header("value-space", "has a space before its digits, as behind sha256=");
pub(in crate::diagnose) static BROKEN: MismatchCause =
    header("value-line-break", "has a line break in its middle, as xxd -p and encoders of Base64 wrap long lines");
pub(in crate::diagnose) static MISTYPED: MismatchCause = header(
    "value-mistyped",
    "has one or two wrong characters and is right in all others, as if it were copied by hand (O for 0, l for 1)",
);
pub(in crate::diagnose) static LOWERED: MismatchCause =
    header("value-base64-lowered", "is Base64 that was changed to lower case, from which it cannot be read back");
pub(in crate::diagnose) static PADDED: MismatchCause =
    header("value-padded", "has white space at its beginning or end");

/// All causes of this file.
pub(in crate::diagnose) static ALL: [&MismatchCause; 42] = [
    &HEX_PREFIX,
    &LISTED,
    &TIMESTAMPED,
    &INSPECTED,
    &SPACED,
    &BROKEN,
    &MISTYPED,
    &LOWERED,
    &PADDED,
    &WRAPPED,
    &DECIMAL,
    &CUT_START,
    &LONGER,
    &BASE32,
    &BASE64_TWICE,
    &HEX_OF_HEX,
    &HEX_OF_BASE64,
    &SUM_APPENDED,
    &UNPADDED,
    &LEADING_ZERO,
    &SIGNED_BYTES,
    &BYTE_LIST,
    &READ_AS_TEXT,
    &PREFIX_MISSING,
    &PREFIX_DOUBLED,
    &PREFIX_CASE,
    &PREFIX_COLON,
    &PREFIX_OTHER,
    &HEX_CASE,
    &BASE64,
    &BASE64_URL,
    &BINARY,
    &BASE64_OF_HEX,
    &SEPARATED,
    &PRINTED,
    &QUOTED,
    &PYTHON_BYTES,
    &PERCENT,
    &CUT,
    &SEVERAL,
    &REPEATED,
    &OTHER_HEADER,
];
