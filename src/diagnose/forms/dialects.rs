//! The manners of writing JSON that are known: data, commonest first within each language.

use super::escape::StringEscapes;
use super::number::NumberStyle;
use super::writer::{JsonDialect, JsonLayout, MemberOrder};

const fn made(layout: JsonLayout, numbers: NumberStyle, escapes: StringEscapes) -> JsonDialect {
    JsonDialect::new(layout, numbers, escapes)
}

const fn javascript(layout: JsonLayout) -> JsonDialect {
    made(layout, NumberStyle::JavaScript, StringEscapes::PLAIN).with_order(MemberOrder::Indices)
}

/// `JSON.stringify`, compact and with an indentation.
pub(super) static STRINGIFY: [JsonDialect; 1] = [javascript(JsonLayout::COMPACT)];
pub(super) static PRETTY_TWO: [JsonDialect; 1] = [javascript(JsonLayout::TWO)];
pub(super) static PRETTY_FOUR: [JsonDialect; 1] = [javascript(JsonLayout::FOUR)];
pub(super) static PRETTY_TAB: [JsonDialect; 1] = [javascript(JsonLayout::TAB)];

const fn python(layout: JsonLayout, escapes: StringEscapes) -> JsonDialect {
    made(layout, NumberStyle::Python, escapes)
}

/// `json.dumps`: default, `separators=(",", ":")`, `ensure_ascii=False`, `sort_keys=True`, `indent=`.
pub(super) static PYTHON: [JsonDialect; 1] = [python(JsonLayout::SPACED, StringEscapes::PYTHON)];
pub(super) static PYTHON_COMPACT: [JsonDialect; 1] = [python(JsonLayout::COMPACT, StringEscapes::PYTHON)];
pub(super) static PYTHON_UNICODE: [JsonDialect; 1] = [python(JsonLayout::SPACED, StringEscapes::PLAIN)];
pub(super) static PYTHON_COMPACT_UNICODE: [JsonDialect; 1] = [python(JsonLayout::COMPACT, StringEscapes::PLAIN)];
pub(super) static PYTHON_SORTED: [JsonDialect; 1] =
    [python(JsonLayout::SPACED, StringEscapes::PYTHON).with_order(MemberOrder::Bytes)];
pub(super) static PYTHON_SORTED_COMPACT: [JsonDialect; 1] =
    [python(JsonLayout::COMPACT, StringEscapes::PYTHON).with_order(MemberOrder::Bytes)];
pub(super) static PYTHON_SORTED_UNICODE: [JsonDialect; 1] =
    [python(JsonLayout::SPACED, StringEscapes::PLAIN).with_order(MemberOrder::Bytes)];
pub(super) static PYTHON_SORTED_COMPACT_UNICODE: [JsonDialect; 1] =
    [python(JsonLayout::COMPACT, StringEscapes::PLAIN).with_order(MemberOrder::Bytes)];
pub(super) static PYTHON_TWO: [JsonDialect; 2] =
    [python(JsonLayout::TWO, StringEscapes::PYTHON), python(JsonLayout::TWO, StringEscapes::PLAIN)];
pub(super) static PYTHON_FOUR: [JsonDialect; 2] =
    [python(JsonLayout::FOUR, StringEscapes::PYTHON), python(JsonLayout::FOUR, StringEscapes::PLAIN)];

/// `separators` that somebody wrote wrongly, with and without `ensure_ascii`.
pub(super) static PYTHON_SEPARATORS: [JsonDialect; 4] = [
    python(JsonLayout { comma: ", ", ..JsonLayout::COMPACT }, StringEscapes::PYTHON),
    python(JsonLayout { colon: ": ", ..JsonLayout::COMPACT }, StringEscapes::PYTHON),
    python(JsonLayout { comma: ", ", ..JsonLayout::COMPACT }, StringEscapes::PLAIN),
    python(JsonLayout { colon: ": ", ..JsonLayout::COMPACT }, StringEscapes::PLAIN),
];

const fn go(layout: JsonLayout, escapes: StringEscapes) -> JsonDialect {
    made(layout, NumberStyle::Go, escapes).with_order(MemberOrder::Bytes)
}

const fn ended(dialect: JsonDialect) -> JsonDialect {
    JsonDialect { end: "\n", ..dialect }
}

const fn kept(dialect: JsonDialect) -> JsonDialect {
    JsonDialect { numbers: NumberStyle::Kept, ..dialect }
}

const GO_PLAIN_NEW: StringEscapes = StringEscapes { short: true, ..StringEscapes::GO_PLAIN };

/// `encoding/json`: a map, `json.Number`, `json.Encoder` with its newline, structs in the order of the document.
pub(super) static GO: [JsonDialect; 2] =
    [go(JsonLayout::COMPACT, StringEscapes::GO), go(JsonLayout::COMPACT, StringEscapes::GO_NEW)];
pub(super) static GO_NUMBER: [JsonDialect; 5] = [
    kept(go(JsonLayout::COMPACT, StringEscapes::GO)),
    kept(go(JsonLayout::COMPACT, StringEscapes::GO_NEW)),
    kept(GO_PLAIN[0]),
    kept(GO_ENCODER[0]),
    kept(GO_PLAIN_ENCODER[0]),
];
pub(super) static GO_ENCODER: [JsonDialect; 2] =
    [ended(go(JsonLayout::COMPACT, StringEscapes::GO)), ended(go(JsonLayout::COMPACT, StringEscapes::GO_NEW))];
pub(super) static GO_PLAIN: [JsonDialect; 2] =
    [go(JsonLayout::COMPACT, StringEscapes::GO_PLAIN), go(JsonLayout::COMPACT, GO_PLAIN_NEW)];
pub(super) static GO_PLAIN_ENCODER: [JsonDialect; 2] =
    [ended(go(JsonLayout::COMPACT, StringEscapes::GO_PLAIN)), ended(go(JsonLayout::COMPACT, GO_PLAIN_NEW))];
pub(super) static GO_INDENT: [JsonDialect; 3] = [
    go(JsonLayout::TWO, StringEscapes::GO),
    go(JsonLayout::TWO, StringEscapes::GO_NEW),
    go(JsonLayout::TAB, StringEscapes::GO),
];
pub(super) static GO_STRUCT: [JsonDialect; 4] = [
    go(JsonLayout::COMPACT, StringEscapes::GO).with_order(MemberOrder::Document),
    go(JsonLayout::COMPACT, StringEscapes::GO_NEW).with_order(MemberOrder::Document),
    ended(go(JsonLayout::COMPACT, StringEscapes::GO).with_order(MemberOrder::Document)),
    ended(go(JsonLayout::COMPACT, StringEscapes::GO_NEW).with_order(MemberOrder::Document)),
];

const fn php(escapes: StringEscapes) -> JsonDialect {
    made(JsonLayout::COMPACT, NumberStyle::Php, escapes)
}

/// Decoded into objects, into associative arrays, and both with the fraction of whole numbers preserved.
const fn php_ways(dialect: JsonDialect) -> [JsonDialect; 4] {
    let fraction = JsonDialect { numbers: NumberStyle::PhpFraction, ..dialect };
    [JsonDialect { arrays: true, ..dialect }, dialect, JsonDialect { arrays: true, ..fraction }, fraction]
}

/// `json_encode`: default, `JSON_UNESCAPED_SLASHES`, `JSON_UNESCAPED_UNICODE`, both, `JSON_PRETTY_PRINT`.
pub(super) static PHP: [JsonDialect; 4] = php_ways(php(StringEscapes::PHP));
pub(super) static PHP_SLASHES: [JsonDialect; 4] = php_ways(php(StringEscapes::PHP_SLASHES));
pub(super) static PHP_UNICODE: [JsonDialect; 4] = php_ways(php(StringEscapes::PHP_UNICODE));
pub(super) static PHP_BOTH: [JsonDialect; 4] = php_ways(php(StringEscapes::PHP_BOTH));
pub(super) static PHP_PRETTY: [JsonDialect; 4] =
    php_ways(JsonDialect { layout: JsonLayout::FOUR, ..php(StringEscapes::PHP) });
pub(super) static PHP_PRETTY_SLASHES: [JsonDialect; 4] =
    php_ways(JsonDialect { layout: JsonLayout::FOUR, ..php(StringEscapes::PHP_SLASHES) });
pub(super) static PHP_PRETTY_UNICODE: [JsonDialect; 4] =
    php_ways(JsonDialect { layout: JsonLayout::FOUR, ..php(StringEscapes::PHP_UNICODE) });
pub(super) static PHP_PRETTY_BOTH: [JsonDialect; 4] =
    php_ways(JsonDialect { layout: JsonLayout::FOUR, ..php(StringEscapes::PHP_BOTH) });

/// Symfony's `JsonResponse` and Drupal's `Json::encode`, and with `JSON_UNESCAPED_SLASHES`.
pub(super) static PHP_HEX: [JsonDialect; 4] = php_ways(php(StringEscapes::PHP_HEX));

const fn laravel(escapes: StringEscapes) -> JsonDialect {
    JsonDialect { arrays: true, trims: true, ..php(escapes) }
}

/// `json_encode($request->all())` behind Laravel's middleware.
pub(super) static PHP_LARAVEL: [JsonDialect; 4] = [
    laravel(StringEscapes::PHP),
    laravel(StringEscapes::PHP_BOTH),
    laravel(StringEscapes::PHP_SLASHES),
    laravel(StringEscapes::PHP_UNICODE),
];

/// What prints a document puts a line feed behind it: console.log, `jq -c`, `print`, Flask's `jsonify`.
pub(super) static PRINTED: [JsonDialect; 17] = [
    ended(STRINGIFY[0]),
    ended(PYTHON[0]),
    ended(PYTHON_UNICODE[0]),
    ended(PRETTY_TWO[0]),
    ended(PYTHON_COMPACT[0]),
    ended(PRETTY_FOUR[0]),
    ended(PRETTY_TAB[0]),
    ended(PYTHON_TWO[0]),
    ended(PYTHON_FOUR[0]),
    ended(PHP[0]),
    ended(PHP_BOTH[0]),
    ended(PHP_PRETTY[0]),
    ended(RUBY[0]),
    ended(RUBY_PRETTY[0]),
    ended(GO_INDENT[0]),
    JsonDialect { end: "\r\n", ..STRINGIFY[0] },
    JsonDialect { end: "\r\n", ..PYTHON[0] },
];
pub(super) static FLASK: [JsonDialect; 3] =
    [ended(PYTHON_SORTED_COMPACT[0]), ended(PYTHON_SORTED[0]), ended(PYTHON_TWO[0].with_order(MemberOrder::Bytes))];

/// `JSON.generate`, `JSON.pretty_generate`, ActiveSupport's `to_json`.
pub(super) static RUBY: [JsonDialect; 1] = [made(JsonLayout::COMPACT, NumberStyle::Ruby, StringEscapes::PLAIN)];
pub(super) static RUBY_PRETTY: [JsonDialect; 2] = [
    made(JsonLayout::TWO, NumberStyle::Ruby, StringEscapes::PLAIN),
    made(JsonLayout::OLD_RUBY, NumberStyle::Ruby, StringEscapes::PLAIN),
];
pub(super) static RAILS: [JsonDialect; 1] = [made(JsonLayout::COMPACT, NumberStyle::Ruby, StringEscapes::RAILS)];

const JACKSON_ESCAPES: StringEscapes = StringEscapes { upper: true, ..StringEscapes::PLAIN };

const fn nulls_out(dialect: JsonDialect) -> JsonDialect {
    JsonDialect { nulls: false, ..dialect }
}

/// Jackson's `ObjectMapper`, Gson's `toJson` of its own tree and of plain objects. Gson drops what is `null`.
pub(super) static JACKSON: [JsonDialect; 1] = [made(JsonLayout::COMPACT, NumberStyle::Java, JACKSON_ESCAPES)];
pub(super) static JACKSON_PRETTY: [JsonDialect; 1] = [made(JsonLayout::JACKSON, NumberStyle::Java, JACKSON_ESCAPES)];
pub(super) static JACKSON_SORTED: [JsonDialect; 1] =
    [made(JsonLayout::COMPACT, NumberStyle::Java, JACKSON_ESCAPES).with_order(MemberOrder::Units)];
pub(super) static GSON: [JsonDialect; 2] = [
    nulls_out(made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::GSON)),
    made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::GSON),
];
pub(super) static GSON_PLAIN: [JsonDialect; 2] = [
    nulls_out(made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::GSON_PLAIN)),
    made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::GSON_PLAIN),
];
pub(super) static GSON_PRETTY: [JsonDialect; 2] = [
    nulls_out(made(JsonLayout::TWO, NumberStyle::Kept, StringEscapes::GSON)),
    made(JsonLayout::TWO, NumberStyle::Kept, StringEscapes::GSON),
];
pub(super) static GSON_OBJECT: [JsonDialect; 2] = [
    nulls_out(made(JsonLayout::COMPACT, NumberStyle::JavaDouble, StringEscapes::GSON)),
    made(JsonLayout::COMPACT, NumberStyle::JavaDouble, StringEscapes::GSON),
];

/// System.Text.Json, with its default and its relaxed encoder; Json.NET.
pub(super) static DOTNET: [JsonDialect; 1] = [made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::DOTNET)];
pub(super) static DOTNET_RELAXED: [JsonDialect; 1] =
    [made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::DOTNET_RELAXED)];
pub(super) static DOTNET_INDENT: [JsonDialect; 4] = [
    made(JsonLayout::TWO, NumberStyle::Kept, StringEscapes::DOTNET),
    made(JsonLayout::TWO_CRLF, NumberStyle::Kept, StringEscapes::DOTNET),
    made(JsonLayout::TWO, NumberStyle::Kept, StringEscapes::DOTNET_RELAXED),
    made(JsonLayout::TWO_CRLF, NumberStyle::Kept, StringEscapes::DOTNET_RELAXED),
];
pub(super) static NEWTONSOFT: [JsonDialect; 1] =
    [made(JsonLayout::COMPACT, NumberStyle::DotNet, StringEscapes::NEWTONSOFT)];
pub(super) static NEWTONSOFT_INDENT: [JsonDialect; 2] = [
    made(JsonLayout::TWO, NumberStyle::DotNet, StringEscapes::NEWTONSOFT),
    made(JsonLayout::TWO_CRLF, NumberStyle::DotNet, StringEscapes::NEWTONSOFT),
];

/// serde_json's `Value`: a sorted map by default, in order with `preserve_order`.
pub(super) static SERDE: [JsonDialect; 1] =
    [made(JsonLayout::COMPACT, NumberStyle::Serde, StringEscapes::PLAIN).with_order(MemberOrder::Bytes)];
pub(super) static SERDE_ORDERED: [JsonDialect; 1] =
    [made(JsonLayout::COMPACT, NumberStyle::Serde, StringEscapes::PLAIN)];
pub(super) static SERDE_PRETTY: [JsonDialect; 2] = [
    made(JsonLayout::TWO, NumberStyle::Serde, StringEscapes::PLAIN).with_order(MemberOrder::Bytes),
    made(JsonLayout::TWO, NumberStyle::Serde, StringEscapes::PLAIN),
];

/// RFC 8785.
pub(super) static CANONICAL: [JsonDialect; 1] =
    [made(JsonLayout::COMPACT, NumberStyle::JavaScript, StringEscapes::PLAIN).with_order(MemberOrder::Units)];
/// Postgres' `jsonb` and MySQL's `JSON`: members by length.
pub(super) static DATABASE: [JsonDialect; 1] =
    [made(JsonLayout::SPACED, NumberStyle::Kept, StringEscapes::PLAIN).with_order(MemberOrder::Length)];

const LITERAL: JsonDialect =
    JsonDialect { escapes: None, ..made(JsonLayout::COMPACT, NumberStyle::Kept, StringEscapes::PLAIN) };

/// Every token kept: members sorted, blanks removed, blanks as Python puts them.
pub(super) static SORTED: [JsonDialect; 2] = [
    LITERAL.with_order(MemberOrder::Bytes),
    JsonDialect { layout: JsonLayout::SPACED, ..LITERAL.with_order(MemberOrder::Bytes) },
];
pub(super) static STRINGIFY_SORTED: [JsonDialect; 1] = [STRINGIFY[0].with_order(MemberOrder::SortedIndices)];
pub(super) static SPACED: [JsonDialect; 1] = [JsonDialect { layout: JsonLayout::SPACED, ..LITERAL }];
pub(super) static INDENTED: [JsonDialect; 3] = [
    JsonDialect { layout: JsonLayout::TWO, ..LITERAL },
    JsonDialect { layout: JsonLayout::FOUR, ..LITERAL },
    JsonDialect { layout: JsonLayout::TAB, ..LITERAL },
];

const fn php_sorted(dialect: JsonDialect) -> JsonDialect {
    JsonDialect { arrays: true, ..dialect }.with_order(MemberOrder::SortedIndices)
}

/// `ksort` at every level.
pub(super) static PHP_SORTED: [JsonDialect; 8] = [
    php_sorted(PHP[0]),
    php_sorted(PHP_SLASHES[0]),
    php_sorted(PHP_UNICODE[0]),
    php_sorted(PHP_BOTH[0]),
    php_sorted(PHP_PRETTY[0]),
    php_sorted(PHP_PRETTY_BOTH[0]),
    php_sorted(PHP[2]),
    php_sorted(PHP_BOTH[2]),
];

const fn indented(indent: &'static str, dialect: JsonDialect) -> JsonDialect {
    JsonDialect { layout: JsonLayout { indent: Some(indent), ..JsonLayout::TWO }, ..dialect }
}

/// Indentations that are rarer, and sorted ones; Go's encoder with an indentation or with `UseNumber`.
pub(super) static PRETTY_OTHER: [JsonDialect; 23] = [
    indented(" ", STRINGIFY[0]),
    indented("   ", STRINGIFY[0]),
    indented("        ", STRINGIFY[0]),
    indented("", PYTHON[0]),
    indented(" ", PYTHON[0]),
    indented("   ", PYTHON[0]),
    indented("        ", PYTHON[0]),
    indented("\t", PYTHON[0]),
    indented("\t", PYTHON_UNICODE[0]),
    indented("  ", PYTHON_SORTED[0]),
    indented("    ", PYTHON_SORTED[0]),
    indented("  ", PYTHON_SORTED_UNICODE[0]),
    indented("    ", PYTHON_SORTED_UNICODE[0]),
    indented("  ", CANONICAL[0]),
    indented("    ", CANONICAL[0]),
    indented("\t", CANONICAL[0]),
    indented("    ", GO[0]),
    ended(GO_INDENT[0]),
    ended(GO_INDENT[1]),
    ended(indented("  ", GO_PLAIN[0])),
    ended(indented("    ", GO[0])),
    kept(GO_INDENT[0]),
    ended(indented("    ", PYTHON_SORTED[0])),
];
