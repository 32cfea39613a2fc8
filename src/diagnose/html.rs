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
    let plain = resolve_numbers(text);
    ENTITIES.iter().fold(plain, |text, (entity, character)| text.replace(entity, character))
}

/// `&#246;` and `&#xf6;` resolved, but for what HTML reserves.
fn resolve_numbers(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let read = part.split_once(';').and_then(|(digits, rest)| {
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            let c = char::from_u32(code.ok()?).filter(|c| !c.is_ascii())?;
            Some(format!("{c}{rest}"))
        });
        out += &read.unwrap_or_else(|| format!("&#{part}"));
    }
    out
}
