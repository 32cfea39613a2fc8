//! The characters that HTML reserves, and how they are written.

/// Each way in which a character is written; the ampersand last, for it stands in all others.
const ENTITIES: [(&str, &str); 10] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&#43;", "+"),
    ("&amp;", "&"),
];

/// The text with each resolved once.
pub(super) fn unescape(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
