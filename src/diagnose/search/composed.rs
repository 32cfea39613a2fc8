//! Two body forms, one made of the other: JSON written again and then encoded, an envelope opened and then written again.

use super::super::forms::{BodySource, decode_text, find_form};
use super::{BodyVariant, CandidateKey, CauseSearch, CauseSearchStep};
use std::hash::BuildHasher;
use std::ops::ControlFlow;

/// JSON as the commonest programs write it, and what is made of such a text.
const WRITTEN: [&str; 16] = [
    "json-stringify",
    "json-python",
    "json-python-compact",
    "json-python-unicode",
    "json-python-compact-unicode",
    "json-php",
    "json-php-slashes",
    "json-php-unicode",
    "json-php-slashes-unicode",
    "json-ruby",
    "json-rails",
    "json-go",
    "json-sorted",
    "json-python-sorted",
    "json-pretty-2",
    "json-member",
];
const ENCODED: [&str; 28] = [
    "newline-added",
    "crlf-added",
    "json-slashes-escaped",
    "json-slashes-unescaped",
    "json-escaped",
    "json-html-escaped",
    "body-base64",
    "body-hex",
    "html-escaped",
    "slashes-added",
    "slashes-removed",
    "form-field",
    "json-string",
    "quoted-base64",
    "gzip-done",
    "deflate-done",
    "charset-latin-1",
    "charset-ascii",
    "charset-utf-16",
    "charset-doubled",
    "charset-dropped",
    "charset-escaped",
    "case-changed",
    "quotes-changed",
    "blanks-removed",
    "tags-removed",
    "body-base64-decoded",
    "byte-lost",
];

/// What is undone first, and what follows.
const UNDONE: [&str; 14] = [
    "envelope-opened",
    "message-body",
    "form-fields",
    "body-base64-decoded",
    "html-unescaped",
    "json-string-inner",
    "gzip-undone",
    "charset-from-utf-16",
    "charset-undoubled",
    "body-unquoted",
    "quotes-straightened",
    "body-base64",
    "body-hex",
    "bom-removed",
];
const FOLLOWING: [&str; 12] = [
    "newline-removed",
    "newline-added",
    "lf-lines",
    "json-stringify",
    "json-python",
    "json-python-compact",
    "json-php",
    "json-php-slashes-unicode",
    "json-go",
    "json-minified",
    "python-bytes",
    "quotes-changed",
];

/// Small edits that come in pairs, both of which leave the JSON as it is written: what editors, shells and consoles of
/// Windows do to a file.
const EDITED: [&str; 7] = [
    "bom-removed",
    "lf-lines",
    "charset-undoubled",
    "charset-from-utf-16",
    "charset-from-latin-1",
    "quotes-straightened",
    "html-unescaped",
];
const EDITED_AGAIN: [&str; 6] =
    ["newline-removed", "lf-lines", "body-trimmed", "newline-added", "charset-undoubled", "bom-removed"];

/// The layout alone changed, every token kept, and what an editor, a shell or a writer adds to that.
const LAID_OUT: [&str; 3] = ["json-indented", "json-spaced", "json-minified"];
const LAID_OUT_AGAIN: [&str; 4] = ["newline-added", "crlf-added", "crlf-lines", "json-escaped"];

/// What reads the escapes of a text byte by byte: Python's `unicode_escape`, PHP's `stripcslashes`.
const DECODED: [&str; 1] = ["charset-doubled"];
const DECODED_AGAIN: [&str; 1] = ["escapes-resolved"];

/// Variants of the first form that are carried on.
const VARIANTS: usize = 4;

impl CauseSearch<'_, '_, '_> {
    pub(super) fn try_small_edits(&mut self, keys: &[CandidateKey]) -> CauseSearchStep {
        self.try_pairs(&EDITED, &EDITED_AGAIN, keys)
    }

    pub(super) fn try_composed_forms(&mut self, keys: &[CandidateKey]) -> CauseSearchStep {
        self.try_pairs(&LAID_OUT, &LAID_OUT_AGAIN, keys)?;
        self.try_pairs(&DECODED, &DECODED_AGAIN, keys)?;
        self.try_pairs(&WRITTEN, &ENCODED, keys)?;
        self.try_pairs(&UNDONE, &FOLLOWING, keys)
    }

    fn try_pairs(&mut self, first: &[&str], second: &[&str], keys: &[CandidateKey]) -> CauseSearchStep {
        let mut seen = Vec::new();
        for inner in first.iter().filter_map(|id| find_form(id)) {
            for bytes in inner.variants(self.source).take(VARIANTS) {
                self.check_time()?;
                let hash = self.hasher.hash_one(bytes.as_slice());
                if bytes == self.case.body || seen.contains(&hash) {
                    continue;
                }
                seen.push(hash);
                self.try_made_of(&bytes, inner, second, keys)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn try_made_of(
        &mut self,
        bytes: &[u8],
        inner: &'static super::BodyForm,
        second: &[&str],
        keys: &[CandidateKey],
    ) -> CauseSearchStep {
        let text = decode_text(bytes);
        let source = BodySource::new(bytes, &text);
        for form in second.iter().filter_map(|id| find_form(id)) {
            for made in form.variants(&source) {
                if made == bytes || !self.seen.insert(self.hasher.hash_one(made.as_slice())) {
                    continue;
                }
                let made = BodyVariant { form, inner: Some(&inner.cause), bytes: made };
                keys.iter().try_for_each(|key| self.try_message(key, &[&made.bytes], Some(&made), None))?;
            }
        }
        ControlFlow::Continue(())
    }
}
