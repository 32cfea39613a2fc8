//! The manners of writing JSON that are known: data, commonest first within each language.

use super::escape::Escapes;
use super::number::Numbers;
use super::writer::{Dialect, Layout, Order};

const fn made(layout: Layout, numbers: Numbers, escapes: Escapes) -> Dialect {
    Dialect::new(layout, numbers, escapes)
}

const fn javascript(layout: Layout) -> Dialect {
    made(layout, Numbers::JavaScript, Escapes::PLAIN).ordered(Order::Indices)
}

/// `JSON.stringify`, compact and with an indentation.
pub static STRINGIFY: [Dialect; 1] = [javascript(Layout::COMPACT)];
pub static PRETTY_TWO: [Dialect; 1] = [javascript(Layout::TWO)];
pub static PRETTY_FOUR: [Dialect; 1] = [javascript(Layout::FOUR)];
pub static PRETTY_TAB: [Dialect; 1] = [javascript(Layout::TAB)];

const fn python(layout: Layout, escapes: Escapes) -> Dialect {
    made(layout, Numbers::Python, escapes)
}

/// `json.dumps`: default, `separators=(",", ":")`, `ensure_ascii=False`, `sort_keys=True`, `indent=`.
pub static PYTHON: [Dialect; 1] = [python(Layout::SPACED, Escapes::PYTHON)];
pub static PYTHON_COMPACT: [Dialect; 1] = [python(Layout::COMPACT, Escapes::PYTHON)];
pub static PYTHON_UNICODE: [Dialect; 1] = [python(Layout::SPACED, Escapes::PLAIN)];
pub static PYTHON_COMPACT_UNICODE: [Dialect; 1] = [python(Layout::COMPACT, Escapes::PLAIN)];
pub static PYTHON_SORTED: [Dialect; 1] = [python(Layout::SPACED, Escapes::PYTHON).ordered(Order::Bytes)];
pub static PYTHON_SORTED_COMPACT: [Dialect; 1] = [python(Layout::COMPACT, Escapes::PYTHON).ordered(Order::Bytes)];
pub static PYTHON_SORTED_UNICODE: [Dialect; 1] = [python(Layout::SPACED, Escapes::PLAIN).ordered(Order::Bytes)];
pub static PYTHON_SORTED_COMPACT_UNICODE: [Dialect; 1] =
    [python(Layout::COMPACT, Escapes::PLAIN).ordered(Order::Bytes)];
pub static PYTHON_TWO: [Dialect; 2] = [python(Layout::TWO, Escapes::PYTHON), python(Layout::TWO, Escapes::PLAIN)];
pub static PYTHON_FOUR: [Dialect; 2] = [python(Layout::FOUR, Escapes::PYTHON), python(Layout::FOUR, Escapes::PLAIN)];

const fn go(layout: Layout, escapes: Escapes) -> Dialect {
    made(layout, Numbers::Go, escapes).ordered(Order::Bytes)
}

const fn ended(dialect: Dialect) -> Dialect {
    Dialect { end: "\n", ..dialect }
}

const fn kept(dialect: Dialect) -> Dialect {
    Dialect { numbers: Numbers::Kept, ..dialect }
}

const GO_PLAIN_NEW: Escapes = Escapes { short: true, ..Escapes::GO_PLAIN };

/// `encoding/json`: a map, `json.Number`, `json.Encoder` with its newline, structs in the order of the document.
pub static GO: [Dialect; 2] = [go(Layout::COMPACT, Escapes::GO), go(Layout::COMPACT, Escapes::GO_NEW)];
pub static GO_NUMBER: [Dialect; 2] =
    [kept(go(Layout::COMPACT, Escapes::GO)), kept(go(Layout::COMPACT, Escapes::GO_NEW))];
pub static GO_ENCODER: [Dialect; 2] =
    [ended(go(Layout::COMPACT, Escapes::GO)), ended(go(Layout::COMPACT, Escapes::GO_NEW))];
pub static GO_PLAIN: [Dialect; 2] = [go(Layout::COMPACT, Escapes::GO_PLAIN), go(Layout::COMPACT, GO_PLAIN_NEW)];
pub static GO_PLAIN_ENCODER: [Dialect; 2] =
    [ended(go(Layout::COMPACT, Escapes::GO_PLAIN)), ended(go(Layout::COMPACT, GO_PLAIN_NEW))];
pub static GO_INDENT: [Dialect; 3] =
    [go(Layout::TWO, Escapes::GO), go(Layout::TWO, Escapes::GO_NEW), go(Layout::TAB, Escapes::GO)];
pub static GO_STRUCT: [Dialect; 4] = [
    go(Layout::COMPACT, Escapes::GO).ordered(Order::Document),
    go(Layout::COMPACT, Escapes::GO_NEW).ordered(Order::Document),
    ended(go(Layout::COMPACT, Escapes::GO).ordered(Order::Document)),
    ended(go(Layout::COMPACT, Escapes::GO_NEW).ordered(Order::Document)),
];

const fn php(escapes: Escapes) -> Dialect {
    made(Layout::COMPACT, Numbers::Php, escapes)
}

/// Decoded into objects, into associative arrays, and both with the fraction of whole numbers preserved.
const fn php_ways(dialect: Dialect) -> [Dialect; 4] {
    let fraction = Dialect { numbers: Numbers::PhpFraction, ..dialect };
    [Dialect { arrays: true, ..dialect }, dialect, Dialect { arrays: true, ..fraction }, fraction]
}

/// `json_encode`: default, `JSON_UNESCAPED_SLASHES`, `JSON_UNESCAPED_UNICODE`, both, `JSON_PRETTY_PRINT`.
pub static PHP: [Dialect; 4] = php_ways(php(Escapes::PHP));
pub static PHP_SLASHES: [Dialect; 4] = php_ways(php(Escapes::PHP_SLASHES));
pub static PHP_UNICODE: [Dialect; 4] = php_ways(php(Escapes::PHP_UNICODE));
pub static PHP_BOTH: [Dialect; 4] = php_ways(php(Escapes::PHP_BOTH));
pub static PHP_PRETTY: [Dialect; 4] = php_ways(Dialect { layout: Layout::FOUR, ..php(Escapes::PHP) });
pub static PHP_PRETTY_BOTH: [Dialect; 4] = php_ways(Dialect { layout: Layout::FOUR, ..php(Escapes::PHP_BOTH) });

/// `JSON.generate`, `JSON.pretty_generate`, ActiveSupport's `to_json`.
pub static RUBY: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Ruby, Escapes::PLAIN)];
pub static RUBY_PRETTY: [Dialect; 2] =
    [made(Layout::TWO, Numbers::Ruby, Escapes::PLAIN), made(Layout::OLD_RUBY, Numbers::Ruby, Escapes::PLAIN)];
pub static RAILS: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Ruby, Escapes::RAILS)];

const JACKSON_ESCAPES: Escapes = Escapes { upper: true, ..Escapes::PLAIN };

const fn nulls_out(dialect: Dialect) -> Dialect {
    Dialect { nulls: false, ..dialect }
}

/// Jackson's `ObjectMapper`, Gson's `toJson` of its own tree and of plain objects. Gson drops what is `null`.
pub static JACKSON: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Java, JACKSON_ESCAPES)];
pub static JACKSON_PRETTY: [Dialect; 1] = [made(Layout::JACKSON, Numbers::Java, JACKSON_ESCAPES)];
pub static JACKSON_SORTED: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Java, JACKSON_ESCAPES).ordered(Order::Units)];
pub static GSON: [Dialect; 2] = [
    nulls_out(made(Layout::COMPACT, Numbers::Kept, Escapes::GSON)),
    made(Layout::COMPACT, Numbers::Kept, Escapes::GSON),
];
pub static GSON_PLAIN: [Dialect; 2] = [
    nulls_out(made(Layout::COMPACT, Numbers::Kept, Escapes::GSON_PLAIN)),
    made(Layout::COMPACT, Numbers::Kept, Escapes::GSON_PLAIN),
];
pub static GSON_PRETTY: [Dialect; 2] =
    [nulls_out(made(Layout::TWO, Numbers::Kept, Escapes::GSON)), made(Layout::TWO, Numbers::Kept, Escapes::GSON)];
pub static GSON_OBJECT: [Dialect; 2] = [
    nulls_out(made(Layout::COMPACT, Numbers::JavaDouble, Escapes::GSON)),
    made(Layout::COMPACT, Numbers::JavaDouble, Escapes::GSON),
];

/// System.Text.Json, with its default and its relaxed encoder; Json.NET.
pub static DOTNET: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Kept, Escapes::DOTNET)];
pub static DOTNET_RELAXED: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Kept, Escapes::DOTNET_RELAXED)];
pub static DOTNET_INDENT: [Dialect; 4] = [
    made(Layout::TWO, Numbers::Kept, Escapes::DOTNET),
    made(Layout::TWO_CRLF, Numbers::Kept, Escapes::DOTNET),
    made(Layout::TWO, Numbers::Kept, Escapes::DOTNET_RELAXED),
    made(Layout::TWO_CRLF, Numbers::Kept, Escapes::DOTNET_RELAXED),
];
pub static NEWTONSOFT: [Dialect; 1] = [made(Layout::COMPACT, Numbers::DotNet, Escapes::NEWTONSOFT)];
pub static NEWTONSOFT_INDENT: [Dialect; 2] = [
    made(Layout::TWO, Numbers::DotNet, Escapes::NEWTONSOFT),
    made(Layout::TWO_CRLF, Numbers::DotNet, Escapes::NEWTONSOFT),
];

/// serde_json's `Value`: a sorted map by default, in order with `preserve_order`.
pub static SERDE: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Serde, Escapes::PLAIN).ordered(Order::Bytes)];
pub static SERDE_ORDERED: [Dialect; 1] = [made(Layout::COMPACT, Numbers::Serde, Escapes::PLAIN)];
pub static SERDE_PRETTY: [Dialect; 2] = [
    made(Layout::TWO, Numbers::Serde, Escapes::PLAIN).ordered(Order::Bytes),
    made(Layout::TWO, Numbers::Serde, Escapes::PLAIN),
];

/// RFC 8785.
pub static CANONICAL: [Dialect; 1] = [made(Layout::COMPACT, Numbers::JavaScript, Escapes::PLAIN).ordered(Order::Units)];
/// Postgres' `jsonb` and MySQL's `JSON`: members by length.
pub static DATABASE: [Dialect; 1] = [made(Layout::SPACED, Numbers::Kept, Escapes::PLAIN).ordered(Order::Length)];

const LITERAL: Dialect = Dialect { escapes: None, ..made(Layout::COMPACT, Numbers::Kept, Escapes::PLAIN) };

/// Every token kept: members sorted, blanks removed, blanks as Python puts them.
pub static SORTED: [Dialect; 2] =
    [LITERAL.ordered(Order::Bytes), Dialect { layout: Layout::SPACED, ..LITERAL.ordered(Order::Bytes) }];
pub static SPACED: [Dialect; 1] = [Dialect { layout: Layout::SPACED, ..LITERAL }];
pub static INDENTED: [Dialect; 3] = [
    Dialect { layout: Layout::TWO, ..LITERAL },
    Dialect { layout: Layout::FOUR, ..LITERAL },
    Dialect { layout: Layout::TAB, ..LITERAL },
];
