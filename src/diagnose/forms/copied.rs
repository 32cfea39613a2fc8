//! A body that was copied from a place that shows more than it: a log line, a fence of Markdown, a mail, line numbers.

use super::source::BodySource;
use crate::protocol::json::{JsonTokenKind, scan_tokens};

/// Longer files are no copies by hand.
const LINES: usize = 4_096;

/// The first document that stands in the text among other things, and the text from its first brace to its last.
pub(super) fn find_documents(source: &BodySource) -> Vec<Vec<u8>> {
    let text = source.text;
    // A member of a whole document is found elsewhere.
    if source.tree().is_some() {
        return Vec::new();
    }
    let Some(start) = text.find(['{', '[']) else { return Vec::new() };
    // A log line has brackets of its own before the body.
    let starts = text.find('{').into_iter().chain([start]);
    let document = |from: usize| document_length(&text[from..]).map(|length| &text[from..from + length]);
    let mut found: Vec<&str> = starts.filter_map(document).collect();
    let end = text.rfind(['}', ']']).unwrap_or(start);
    found.extend(text.get(start..=end));
    let ended = found.iter().map(|one| format!("{one}\n"));
    let forms = ended.chain(found.iter().map(|one| (*one).to_owned())).map(String::into_bytes);
    forms.filter(|made| made.len() > 8 && made != source.body).collect()
}

/// How long the JSON document is with which the text begins.
fn document_length(text: &str) -> Option<usize> {
    let mut scan = scan_tokens(text.as_bytes());
    while let Some(token) = scan.next() {
        let token = token.ok()?;
        if matches!(token.kind, JsonTokenKind::ObjectClose | JsonTokenKind::ArrayClose) && scan.depth() == 0 {
            return Some(token.end());
        }
    }
    None
}

/// What takes a mark off a line; `None` where it has none.
type LineReader = fn(&str) -> Option<&str>;

/// Line numbers of `cat -n`, `nl`, `grep -n`, `less -N` and editors; a mail's quotation, a diff, a comment; `cat -A`.
const READERS: [LineReader; 10] = [
    |line| numbered(line)?.strip_prefix('\t'),
    |line| numbered(line)?.strip_prefix(':'),
    |line| numbered(line)?.strip_prefix(' '),
    |line| numbered(line)?.trim_start_matches(' ').strip_prefix("| "),
    |line| if line == ">" { Some("") } else { line.strip_prefix("> ") },
    |line| line.strip_prefix('+'),
    |line| line.strip_prefix("# ").or_else(|| line.strip_prefix("// ")),
    |line| line.strip_prefix('>'),
    |line| line.strip_suffix('$'),
    |line| line.strip_suffix('\\'),
];

fn numbered(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ');
    let bare = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    (bare.len() < rest.len()).then_some(bare)
}

/// Without the mark that each line has, with a line feed at the end and without.
pub(super) fn unmark_lines(source: &BodySource) -> Vec<Vec<u8>> {
    let lines: Vec<&str> = source.text.lines().take(LINES).collect();
    let read = |reader: &LineReader| {
        let bare = lines.iter().map(|line| reader(line)).collect::<Option<Vec<_>>>()?.join("\n");
        Some([bare.clone() + "\n", bare].map(String::into_bytes))
    };
    READERS.iter().filter_map(read).flatten().collect()
}

/// The half of what stands there twice, with a line break between or without.
pub(super) fn take_half(source: &BodySource) -> Option<Vec<u8>> {
    let text = source.text;
    let at = text.len() / 2;
    let (first, second) = text.split_at_checked(at).or_else(|| text.split_at_checked(at + 1))?;
    (!first.trim().is_empty() && first.trim() == second.trim()).then(|| first.as_bytes().to_vec())
}
