//! The catalogue of rarer body forms, tried on the body once everything commoner has been: data.

use super::catalogue::{bytes, json, json_of};
use super::{BodyForm, coded, dialects as d, handed, joined, parts, php, printed, rebuilt, yaml};

/// Each in the order in which it is tried.
pub(crate) static RARE_FORMS: [BodyForm; 32] = [
    json(
        3,
        "json-python-separators",
        "re-serialised JSON, as Python writes it with separators=(', ', ':') or (',', ': ')",
        &d::PYTHON_SEPARATORS,
    ),
    json(
        3,
        "json-php-pretty-slashes",
        "re-serialised JSON, as PHP writes it with JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES",
        &d::PHP_PRETTY_SLASHES,
    ),
    json(
        3,
        "json-php-pretty-unicode",
        "re-serialised JSON, as PHP writes it with JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE",
        &d::PHP_PRETTY_UNICODE,
    ),
    bytes(3, "body-unquoted", "the body without the quotes around it, its escapes resolved", handed::unquote),
    bytes(3, "quotes-straightened", "the body with plain quotes, hyphens and spaces", handed::straighten),
    bytes(3, "body-part", "one line or one part of the file", handed::take_parts),
    bytes(3, "body-hex-decoded", "the body decoded from hexadecimal", handed::decode_hex),
    bytes(
        3,
        "envelope-opened-deeply",
        "an object or text from inside the envelope that the body is",
        parts::open_deeply,
    ),
    json_of(3, "json-wrapped", "the body's JSON inside another object or list", handed::wrap_json),
    bytes(3, "body-twice", "the body twice: it was fed to the hash two times", handed::repeat),
    bytes(
        3,
        "quotes-changed",
        "the body with other quotes, without them, or with quotes around it",
        handed::change_quotes,
    ),
    bytes(3, "brace-added", "the body with a brace or bracket added or lost at its ends", handed::add_braces),
    json(3, "json-php-sorted", "re-serialised JSON, as PHP writes it after ksort at every level", &d::PHP_SORTED),
    json_of(
        3,
        "json-php-flags",
        "re-serialised JSON, as PHP writes it with rarer flags or settings (JSON_FORCE_OBJECT, serialize_precision)",
        php::write_flagged,
    ),
    json(3, "json-pretty-other", "JSON indented otherwise: by one, three or eight, or sorted", &d::PRETTY_OTHER),
    json_of(3, "json-allowlist", "JSON.stringify with a list of names, which holds inside, too", rebuilt::allow_names),
    json_of(3, "json-members-added", "re-serialised JSON with members added, as Rails adds them", rebuilt::add_members),
    json_of(3, "json-stringified-values", "re-serialised JSON with its numbers as texts", rebuilt::quote_numbers),
    bytes(3, "node-inspect", "Node's util.inspect of the decoded body", printed::write_inspected),
    bytes(
        3,
        "python-pprint",
        "Python's pprint of the decoded body, or its text in another order",
        printed::write_pprint,
    ),
    bytes(3, "php-print-r", "PHP's print_r of the decoded body", printed::write_print_r),
    bytes(3, "php-var-export", "PHP's var_export or var_dump of the decoded body", printed::write_var_export),
    bytes(3, "php-serialize", "PHP's serialize of the decoded body", printed::write_serialized),
    bytes(3, "yaml", "the decoded body as YAML", yaml::write_yaml),
    bytes(
        3,
        "charset-astral",
        "the body without its four-byte characters, or with them replaced",
        handed::replace_astral,
    ),
    bytes(
        3,
        "charset-escaped",
        "the body with its non-ASCII characters escaped or cut to seven bits",
        handed::escape_non_ascii,
    ),
    bytes(3, "charset-utf-32", "the body encoded in UTF-32", coded::encode_utf_32),
    bytes(3, "charset-utf-7", "the body encoded in UTF-7", coded::encode_utf_7),
    bytes(
        3,
        "charset-read-as-utf-16",
        "the body taken for UTF-16, which it is not, and written as UTF-8",
        coded::read_as_utf_16,
    ),
    bytes(3, "unicode-nfkc", "the body normalised to NFKC or NFKD", coded::normalise_compatible),
    bytes(3, "quoted-printable", "the body in quoted-printable", coded::encode_quoted_printable),
    bytes(
        3,
        "values-joined",
        "the values of the body joined to one text, alone or with their names",
        joined::join_values,
    ),
];
