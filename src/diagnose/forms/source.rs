//! The body that forms are made of, with what is read off it once.

use super::tree::{self, JsonNode};
use std::borrow::Cow;
use std::cell::OnceCell;

/// The largest body that is rewritten, in bytes. Beyond it only forms are made that copy or cut it.
pub(super) const TRANSFORM_LIMIT: usize = 256 << 10;

/// The characters of a body, as a decoder that never fails reads them, without a byte order mark.
pub(crate) fn decode_text(body: &[u8]) -> Cow<'_, str> {
    if body.len() > TRANSFORM_LIMIT {
        return Cow::Borrowed("");
    }
    String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}

/// A body under examination.
pub(crate) struct BodySource<'a> {
    /// Its bytes.
    pub body: &'a [u8],
    /// Its characters, without a byte order mark; empty where it is too large to be rewritten.
    pub text: &'a str,
    tree: OnceCell<Option<JsonNode<'a>>>,
}

impl<'a> BodySource<'a> {
    /// A body and its [`decode_text`].
    pub(crate) fn new(body: &'a [u8], text: &'a str) -> Self {
        Self { body, text, tree: OnceCell::new() }
    }

    /// Whether it may be rewritten.
    pub(crate) fn is_small(&self) -> bool {
        self.body.len() <= TRANSFORM_LIMIT
    }

    /// The document that it is.
    pub(crate) fn tree(&self) -> Option<&JsonNode<'a>> {
        self.tree.get_or_init(|| tree::parse_document(self.text)).as_ref()
    }

    /// The whole body, where it is UTF-8.
    pub(crate) fn utf8(&self) -> Option<&'a str> {
        std::str::from_utf8(self.body).ok()
    }

    /// The whole body, where it is UTF-8 and more than ASCII.
    pub(crate) fn non_ascii(&self) -> Option<&'a str> {
        self.utf8().filter(|text| !text.is_ascii())
    }
}
