//! HTML in the making: tags are this program's own words, and text from anywhere else gets in only escaped.

use super::sanitise::Sanitised;

/// A piece of HTML that is whole and safe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HtmlFragment(String);

impl HtmlFragment {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Markup that was compiled in.
    #[must_use]
    pub(crate) fn tag(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Any text, as text: what a reader could not see is named, and nothing is markup, in or between tags.
    #[must_use]
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.escape(Sanitised::text(text).as_str());
        self
    }

    /// Bytes as text.
    #[must_use]
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        for line in Sanitised::lines(bytes) {
            self.escape(line.as_str());
            self.0.push('\n');
        }
        self
    }

    #[must_use]
    pub(crate) fn number(mut self, number: f64) -> Self {
        let text = format!("{number:.2}");
        self.0.push_str(text.trim_end_matches('0').trim_end_matches('.'));
        self
    }

    /// Another piece.
    #[must_use]
    pub(crate) fn piece(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// The text of it all.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '`' => self.0.push_str("&#96;"),
                c => self.0.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let html = HtmlFragment::new()
            .tag("<p title=\"")
            .text("\" onload=x '`")
            .tag("\">")
            .text("<script>&amp;\u{202e}\0")
            .tag("</p>");
        assert_eq!(html.as_str(), "<p title=\"&quot; onload=x &#39;&#96;\">&lt;script&gt;&amp;amp;\\u{202e}\\u{0}</p>");
        assert_eq!(HtmlFragment::new().number(1.50).number(2.0).as_str(), "1.52");
        assert_eq!(HtmlFragment::new().bytes(b"a<\xff\nb").as_str().lines().count(), 2);
    }
}
