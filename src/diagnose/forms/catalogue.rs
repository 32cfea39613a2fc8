//! The catalogue of body forms, in the order in which they are tried: data.

use super::dialects as d;
use super::escape::StringEscapes;
use super::number::NumberStyle;
use super::rewrite;
use super::writer::JsonDialect;
use super::{BodyForm, BodySource, FormMaker, chunks, cleaned, frames, maps, parts, query, rebuilt, text, wrap};
use crate::diagnose::cause::{CauseFamily, MismatchCause};
use crate::protocol::stringify::json_stringify;

pub(super) const fn json(
    tier: u8,
    id: &'static str,
    words: &'static str,
    dialects: &'static [JsonDialect],
) -> BodyForm {
    BodyForm { cause: MismatchCause::new(id, CauseFamily::Json, words), tier, make: FormMaker::Json(dialects) }
}

const fn rewritten(id: &'static str, words: &'static str, rewrite: fn(&str) -> Vec<Option<String>>) -> BodyForm {
    BodyForm { cause: MismatchCause::new(id, CauseFamily::Json, words), tier: 2, make: FormMaker::Text(rewrite) }
}

pub(super) const fn json_of(
    tier: u8,
    id: &'static str,
    words: &'static str,
    make: fn(&BodySource) -> Vec<Vec<u8>>,
) -> BodyForm {
    BodyForm { cause: MismatchCause::new(id, CauseFamily::Json, words), tier, make: FormMaker::Bytes(make) }
}

pub(super) const fn bytes(
    tier: u8,
    id: &'static str,
    words: &'static str,
    make: fn(&BodySource) -> Vec<Vec<u8>>,
) -> BodyForm {
    BodyForm { cause: MismatchCause::new(id, CauseFamily::Bytes, words), tier, make: FormMaker::Bytes(make) }
}

const fn large(tier: u8, id: &'static str, words: &'static str, make: fn(&BodySource) -> Vec<Vec<u8>>) -> BodyForm {
    BodyForm { cause: MismatchCause::new(id, CauseFamily::Bytes, words), tier, make: FormMaker::Large(make) }
}

const fn absent(id: &'static str, words: &'static str, texts: &'static [&'static str]) -> BodyForm {
    BodyForm { cause: MismatchCause::new(id, CauseFamily::Absent, words), tier: 1, make: FormMaker::Fixed(texts) }
}

/// Every body form: the smallest edit first, then the commonest. What takes bytes off the ends or puts them on comes
/// before all that reads the body and writes it again, since both often give the same bytes.
pub(crate) static FORMS: [BodyForm; 146] = [
    large(0, "newline-removed", "the body without the line break at its end", text::remove_newline),
    large(0, "newline-added", "the body with a line feed added at its end", text::add_newline),
    large(0, "crlf-added", "the body with CR and LF added at its end", text::add_crlf),
    large(0, "bom-removed", "the body without its byte order mark", text::remove_bom),
    large(0, "bom-added", "the body with a byte order mark before it", text::add_bom),
    large(0, "body-trimmed", "the body without the white space around it", text::trim_blanks),
    large(0, "blank-added", "the body with white space added around it", text::add_blanks),
    large(0, "lf-lines", "the body with its line breaks changed to LF", text::convert_from_crlf),
    large(0, "crlf-lines", "the body with its line breaks changed to CRLF", text::convert_to_crlf),
    json(1, "json-stringify", "re-serialised JSON, as JSON.stringify writes it", &d::STRINGIFY),
    json(1, "json-python", "re-serialised JSON, as Python's json.dumps writes it", &d::PYTHON),
    json(
        1,
        "json-python-compact",
        "re-serialised JSON, as Python writes it with separators=(',', ':')",
        &d::PYTHON_COMPACT,
    ),
    json(
        1,
        "json-python-unicode",
        "re-serialised JSON, as Python writes it with ensure_ascii=False",
        &d::PYTHON_UNICODE,
    ),
    json(
        1,
        "json-python-compact-unicode",
        "re-serialised JSON, as Python writes it with separators=(',', ':') and ensure_ascii=False",
        &d::PYTHON_COMPACT_UNICODE,
    ),
    absent("body-empty", "nothing: an empty body", &[""]),
    absent("object-object", "the text [object Object] in place of the body", &["[object Object]"]),
    absent("empty-object", "the empty object {} in place of the body", &["{}"]),
    json(1, "json-php", "re-serialised JSON, as PHP's json_encode writes it", &d::PHP),
    json(1, "json-php-slashes", "re-serialised JSON, as PHP writes it with JSON_UNESCAPED_SLASHES", &d::PHP_SLASHES),
    json(1, "json-php-unicode", "re-serialised JSON, as PHP writes it with JSON_UNESCAPED_UNICODE", &d::PHP_UNICODE),
    json(
        1,
        "json-php-slashes-unicode",
        "re-serialised JSON, as PHP writes it with JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE",
        &d::PHP_BOTH,
    ),
    json(
        1,
        "json-php-laravel",
        "re-serialised JSON, as PHP writes it after Laravel has trimmed its strings and made empty ones null",
        &d::PHP_LARAVEL,
    ),
    json(
        1,
        "json-php-symfony",
        "re-serialised JSON, as PHP writes it with JSON_HEX_TAG, AMP, APOS and QUOT: Symfony's JsonResponse, Drupal",
        &d::PHP_HEX,
    ),
    json(1, "json-ruby", "re-serialised JSON, as Ruby's JSON.generate writes it", &d::RUBY),
    json(1, "json-rails", "re-serialised JSON, as Rails' to_json writes it", &d::RAILS),
    json(1, "json-go", "re-serialised JSON, as Go's json.Marshal writes a map", &d::GO),
    json(1, "json-jackson", "re-serialised JSON, as Jackson writes it", &d::JACKSON),
    json(1, "json-gson", "re-serialised JSON, as Gson writes it", &d::GSON),
    json(1, "json-dotnet", "re-serialised JSON, as System.Text.Json writes it", &d::DOTNET),
    json(1, "json-newtonsoft", "re-serialised JSON, as Json.NET writes it", &d::NEWTONSOFT),
    json(1, "json-serde", "re-serialised JSON, as serde_json writes a Value (sorted)", &d::SERDE),
    json(
        1,
        "json-pretty-2",
        "JSON indented with two spaces, as JSON.stringify(value, null, 2) writes it",
        &d::PRETTY_TWO,
    ),
    json(
        1,
        "json-pretty-4",
        "JSON indented with four spaces, as JSON.stringify(value, null, 4) writes it",
        &d::PRETTY_FOUR,
    ),
    json(
        1,
        "json-pretty-tab",
        "JSON indented with tabs, as JSON.stringify(value, null, '\\t') writes it",
        &d::PRETTY_TAB,
    ),
    rewritten("json-minified", "the body without the white space between its tokens", |t| {
        vec![rewrite::minify_json(t)]
    }),
    json(2, "json-python-sorted", "re-serialised JSON, as Python writes it with sort_keys=True", &d::PYTHON_SORTED),
    json(
        2,
        "json-python-sorted-compact",
        "re-serialised JSON, as Python writes it with sort_keys=True and separators=(',', ':')",
        &d::PYTHON_SORTED_COMPACT,
    ),
    json(
        2,
        "json-python-sorted-unicode",
        "re-serialised JSON, as Python writes it with sort_keys=True and ensure_ascii=False",
        &d::PYTHON_SORTED_UNICODE,
    ),
    json(
        2,
        "json-python-sorted-compact-unicode",
        "re-serialised JSON, as Python writes it sorted, compact and with ensure_ascii=False",
        &d::PYTHON_SORTED_COMPACT_UNICODE,
    ),
    json(2, "json-python-indent-2", "re-serialised JSON, as Python writes it with indent=2", &d::PYTHON_TWO),
    json(2, "json-python-indent-4", "re-serialised JSON, as Python writes it with indent=4", &d::PYTHON_FOUR),
    json(2, "json-canonical", "canonical JSON (RFC 8785): members sorted, numbers as in JavaScript", &d::CANONICAL),
    json_of(2, "json-sorted", "the body's JSON with its members sorted", rebuilt::write_sorted),
    json(
        2,
        "json-printed",
        "re-serialised JSON, indented or not, with a line feed after it, as console.log, print and jq write it",
        &d::PRINTED,
    ),
    json(2, "json-flask", "re-serialised JSON, as Flask's jsonify writes it: sorted, with a line feed", &d::FLASK),
    json(
        2,
        "json-go-encoder",
        "re-serialised JSON, as Go's json.Encoder writes it, with its line feed",
        &d::GO_ENCODER,
    ),
    json(2, "json-go-no-html", "re-serialised JSON, as Go writes it with SetEscapeHTML(false)", &d::GO_PLAIN),
    json(
        2,
        "json-go-encoder-no-html",
        "re-serialised JSON, as Go's json.Encoder writes it with SetEscapeHTML(false)",
        &d::GO_PLAIN_ENCODER,
    ),
    json(2, "json-go-number", "re-serialised JSON, as Go writes a map read with UseNumber", &d::GO_NUMBER),
    json(2, "json-go-struct", "re-serialised JSON, as Go writes a struct", &d::GO_STRUCT),
    rewritten("json-go-raw", "the body compacted and HTML-escaped, as Go writes a json.RawMessage", raw_message),
    json(2, "json-go-indent", "re-serialised JSON, as Go's json.MarshalIndent writes it", &d::GO_INDENT),
    json(2, "json-php-pretty", "re-serialised JSON, as PHP writes it with JSON_PRETTY_PRINT", &d::PHP_PRETTY),
    json(
        2,
        "json-php-pretty-slashes-unicode",
        "re-serialised JSON, as PHP writes it with JSON_PRETTY_PRINT and nothing escaped",
        &d::PHP_PRETTY_BOTH,
    ),
    json(2, "json-ruby-pretty", "re-serialised JSON, as Ruby's JSON.pretty_generate writes it", &d::RUBY_PRETTY),
    json(2, "json-jackson-pretty", "re-serialised JSON, as Jackson's pretty printer writes it", &d::JACKSON_PRETTY),
    json(2, "json-jackson-sorted", "re-serialised JSON, as Jackson writes sorted maps", &d::JACKSON_SORTED),
    json(2, "json-gson-no-html", "re-serialised JSON, as Gson writes it with disableHtmlEscaping", &d::GSON_PLAIN),
    json(2, "json-gson-pretty", "re-serialised JSON, as Gson's pretty printing writes it", &d::GSON_PRETTY),
    json(2, "json-gson-object", "re-serialised JSON, as Gson writes an Object: every number a double", &d::GSON_OBJECT),
    json(
        2,
        "json-dotnet-relaxed",
        "re-serialised JSON, as System.Text.Json writes it with UnsafeRelaxedJsonEscaping",
        &d::DOTNET_RELAXED,
    ),
    json(2, "json-dotnet-indent", "re-serialised JSON, as System.Text.Json writes it indented", &d::DOTNET_INDENT),
    json(2, "json-newtonsoft-indent", "re-serialised JSON, as Json.NET writes it indented", &d::NEWTONSOFT_INDENT),
    json(
        2,
        "json-serde-ordered",
        "re-serialised JSON, as serde_json writes a Value with preserve_order",
        &d::SERDE_ORDERED,
    ),
    json(2, "json-serde-pretty", "re-serialised JSON, as serde_json's to_string_pretty writes it", &d::SERDE_PRETTY),
    json(
        2,
        "json-database",
        "JSON as a database gives it back (Postgres jsonb, MySQL): members sorted by length",
        &d::DATABASE,
    ),
    json(2, "json-spaced", "the body with a space after each comma and colon", &d::SPACED),
    json(2, "json-indented", "the body indented, its tokens unchanged", &d::INDENTED),
    rewritten("json-slashes-unescaped", "the body with \\/ written as /", |t| vec![rewrite::rewrite_slashes(t, false)]),
    rewritten("json-slashes-escaped", "the body with / written as \\/", rewrite::escape_slashes),
    rewritten("json-unescaped", "the body with its \\u escapes resolved", |t| {
        vec![
            rewrite::rewrite_escapes(t, &StringEscapes::PLAIN),
            rewrite::rewrite_escapes(t, &StringEscapes::GO_PLAIN),
            Some(rewrite::resolve_unicode(t)),
        ]
    }),
    rewritten("json-escaped", "the body with its non-ASCII characters escaped", |t| {
        vec![
            rewrite::rewrite_escapes(t, &StringEscapes::PYTHON),
            rewrite::rewrite_escapes(t, &StringEscapes::PHP_SLASHES),
            rewrite::rewrite_escapes(t, &StringEscapes::PHP),
            rewrite::rewrite_escapes(t, &UPPER),
        ]
    }),
    rewritten("json-html-escaped", "the body with <, > and & escaped in its strings", |t| {
        vec![
            rewrite::rewrite_escapes(t, &StringEscapes::RAILS),
            rewrite::rewrite_escapes(t, &StringEscapes::GO),
            rewrite::rewrite_escapes(t, &StringEscapes::GSON),
            rewrite::rewrite_escapes(t, &StringEscapes::DOTNET),
            // The serialize-javascript of npm.
            json_stringify(t.as_bytes()).map(|text| {
                let text = text.replace('<', "\\u003C").replace('>', "\\u003E").replace('/', "\\u002F");
                text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
            }),
        ]
    }),
    rewritten("json-escapes-recased", "the body with the digits of its \\u escapes in the other case", |t| {
        vec![rewrite::rewrite_escape_case(t, false), rewrite::rewrite_escape_case(t, true)]
    }),
    rewritten("json-numbers-javascript", "the body with its numbers written as JavaScript does", |t| {
        vec![rewrite::rewrite_numbers(t, NumberStyle::JavaScript), rewrite::rewrite_numbers(t, NumberStyle::Php)]
    }),
    rewritten("json-numbers-python", "the body with its numbers written as Python does", |t| {
        vec![rewrite::rewrite_numbers(t, NumberStyle::Python), rewrite::rewrite_numbers(t, NumberStyle::Ruby)]
    }),
    rewritten("json-numbers-java", "the body with its numbers written as Java does", |t| {
        vec![rewrite::rewrite_numbers(t, NumberStyle::Java), rewrite::rewrite_numbers(t, NumberStyle::JavaDouble)]
    }),
    json_of(2, "json-string", "the body as one JSON string, in quotes", wrap::quote_as_json),
    json_of(2, "json-string-of-json", "JSON that was serialised twice", wrap::quote_reserialised),
    json_of(2, "json-string-inner", "the text inside the JSON string that the body is", wrap::unquote_json),
    bytes(
        2,
        "envelope-opened",
        "the content of the envelope that the body is, such as a Lambda event's body",
        wrap::open_envelope,
    ),
    json_of(2, "json-member", "only one member of the body, such as data", parts::extract_members),
    bytes(1, "body-base64", "the body in Base64", wrap::encode_base64),
    bytes(2, "body-base64-decoded", "the body decoded from Base64", wrap::decode_base64),
    bytes(2, "body-hex", "the body in hexadecimal digits", wrap::encode_hex),
    large(2, "lines-joined", "the body without its line breaks", text::join_lines),
    large(2, "blanks-removed", "the body without any spaces, even inside strings", text::remove_blanks),
    large(2, "zero-added", "the body with a zero byte after it", text::add_zero_byte),
    bytes(
        2,
        "charset-undoubled",
        "the body encoded in UTF-8 once; the bytes given here are encoded twice",
        text::undo_double_encoding,
    ),
    bytes(2, "charset-latin-1", "the body encoded in Latin-1", text::encode_latin_1),
    bytes(2, "charset-ascii", "the body encoded in ASCII, with ? for all other characters", text::encode_ascii),
    large(2, "charset-dropped", "the body without its non-ASCII characters", text::drop_non_ascii),
    bytes(2, "charset-utf-16", "the body encoded in UTF-16", text::encode_utf_16),
    bytes(2, "charset-from-utf-16", "the body in UTF-8; the bytes given here are UTF-16", text::decode_utf_16),
    bytes(2, "charset-lossy", "the body with bytes that are not UTF-8 replaced", text::replace_invalid_utf8),
    bytes(2, "charset-doubled", "the body encoded in UTF-8 twice", text::encode_twice),
    bytes(2, "charset-from-latin-1", "the body in UTF-8; the bytes given here are Latin-1", text::decode_latin_1),
    bytes(2, "unicode-nfc", "the body normalised to NFC", text::normalise_nfc),
    bytes(2, "unicode-nfd", "the body normalised to NFD", text::normalise_nfd),
    bytes(2, "gzip-undone", "the decompressed body; the bytes given here are gzip", wrap::gunzip_body),
    bytes(2, "deflate-undone", "the decompressed body; the bytes given here are deflate", wrap::inflate_body),
    bytes(2, "brotli-undone", "the decompressed body; the bytes given here are Brotli", wrap::decode_brotli),
    bytes(2, "gzip-done", "the body compressed with gzip; it arrived decompressed", wrap::gzip_body),
    bytes(2, "deflate-done", "the body compressed with deflate; it arrived decompressed", wrap::deflate_body),
    bytes(2, "envelope-added", "the body inside an envelope, such as a Lambda event", wrap::wrap_in_envelope),
    bytes(
        2,
        "form-key",
        "the body as a form parser reads it: one field named after the whole body",
        wrap::write_form_key,
    ),
    bytes(2, "form-fields", "a decoded field of the form that the body is", wrap::decode_form_fields),
    bytes(2, "form-field", "the body percent-encoded, as a form's field", wrap::write_form_field),
    bytes(2, "buffer-json", "JSON.stringify of a Buffer: {\"type\":\"Buffer\",\"data\":[…]}", wrap::write_buffer_json),
    bytes(2, "byte-list", "the body's bytes as a list of numbers", wrap::write_byte_list),
    bytes(2, "quoted-base64", "the body in Base64 and quotes, as Go marshals a byte slice", wrap::quote_base64),
    bytes(2, "python-repr", "Python's str() of the decoded body", parts::write_python_repr),
    bytes(2, "ruby-inspect", "Ruby's text of the decoded body: {\"a\"=>1}", maps::write_ruby_inspect),
    bytes(2, "java-map", "Java's text of the decoded body: {a=1}", maps::write_java_maps),
    bytes(2, "go-map", "Go's text of the decoded body: map[a:1]", maps::write_go_map),
    bytes(2, "python-bytes", "Python's str() of the body's bytes: b'…'", parts::write_python_bytes),
    bytes(2, "html-escaped", "the body with its quotes and brackets escaped for HTML", wrap::escape_html),
    bytes(2, "slashes-added", "the body with backslashes before its quotes, as WordPress adds them", wrap::add_slashes),
    bytes(2, "slashes-removed", "the body without its backslashes: PHP's stripslashes", cleaned::remove_slashes),
    bytes(2, "html-unescaped", "the body with its &amp; and &quot; resolved", cleaned::unescape_html),
    bytes(2, "tags-removed", "the body without anything that looks like a tag of HTML", cleaned::remove_tags),
    bytes(2, "percent-decoded", "the body percent-decoded, as if it were a form", cleaned::decode_percents),
    bytes(2, "blanks-collapsed", "the body with each run of white space made one space", cleaned::collapse_blanks),
    bytes(2, "case-changed", "the body in lower or in upper case", cleaned::change_case),
    bytes(2, "query-string", "the decoded body as a query string: a=1&b=2", query::write_queries),
    large(2, "message-body", "the body alone; the file holds the head of the message, too", frames::cut_off_head),
    large(
        2,
        "chunk-frames-removed",
        "the body without the chunk lengths that the file holds",
        frames::remove_chunk_frames,
    ),
    large(2, "chunk-frames-added", "the body with the lengths of its chunks around it", frames::add_chunk_frames),
    absent("body-null", "the text null or None in place of the body", &["null", "None", "nil", "NULL"]),
    absent("body-undefined", "the text undefined in place of the body", &["undefined", "[object Undefined]"]),
    absent(
        "empty-text",
        "the text of an empty or unread value ([], \"\", Array) in place of the body",
        &["[]", "\"\"", "''", "Array", "b''", "ImmutableMultiDict([])", "<QueryDict: {}>", "map[]", "<nil>"],
    ),
    absent(
        "object-text",
        "the name of an object in place of the body",
        &[
            "[object ReadableStream]",
            "[object Promise]",
            "[object Buffer]",
            "[object IncomingMessage]",
            "[object ArrayBuffer]",
        ],
    ),
    large(2, "cut-at-limit", "the beginning of the body, cut at a common limit", parts::cut_at_limits),
    large(
        2,
        "cut-by-characters",
        "the body cut short: its length was counted in characters, not bytes",
        parts::cut_to_character_count,
    ),
    large(2, "byte-lost", "the body without its first or last bytes", parts::drop_one_byte),
    BodyForm {
        cause: MismatchCause::new(
            "chunks-decoded",
            CauseFamily::Bytes,
            "the body read as text piece by piece: a character cut between two pieces became U+FFFD",
        ),
        tier: 3,
        make: FormMaker::Each(chunks::decode_chunks),
    },
    json_of(
        2,
        "json-typed",
        "JSON of a type with the documented members alone, in their documented order: a struct, model or DTO",
        rebuilt::write_documented,
    ),
    json_of(2, "json-java-hash", "re-serialised JSON in the order of a Java HashMap", rebuilt::write_java_hash),
    json_of(3, "json-times", "re-serialised JSON with its times spelled otherwise", rebuilt::respell_times),
    json_of(3, "json-empty-dropped", "re-serialised JSON without what is null or empty", rebuilt::drop_empty),
    json_of(3, "json-members-dropped", "re-serialised JSON without some of its members", rebuilt::drop_members),
    json_of(3, "json-reordered", "re-serialised JSON in an order of the program's own", rebuilt::reorder_members),
    json_of(3, "json-renamed", "re-serialised JSON with its members renamed, like camelCase", rebuilt::rename_members),
    json_of(
        3,
        "json-php-numeric",
        "re-serialised JSON, as PHP writes it with JSON_NUMERIC_CHECK",
        rebuilt::make_numbers,
    ),
    json_of(3, "json-inner-member", "only one text from inside the body", parts::extract_inner_texts),
    // The best quality is slow, so it comes last.
    bytes(3, "brotli-done", "the body compressed with Brotli; it arrived decompressed", wrap::encode_brotli),
];

const UPPER: StringEscapes = StringEscapes { upper: true, ..StringEscapes::PYTHON };

/// Go's `compact` with HTML escapes: inside strings, whatever else they hold.
fn raw_message(body: &str) -> Vec<Option<String>> {
    let escaped = |text: String| {
        let text = text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
        text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    };
    vec![rewrite::minify_json(body).map(escaped)]
}
