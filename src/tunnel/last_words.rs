//! What a program's output says at its end that helps: a complaint, and not the backtrace behind it.

/// Lines that are shown where none is a complaint.
const SHOWN: usize = 3;

/// Words of complaints.
const COMPLAINTS: [&str; 16] = [
    "error",
    "err ",
    "fail",
    "denied",
    "refused",
    "invalid",
    "unauthor",
    "not found",
    "unable",
    "cannot",
    "could not",
    "timed out",
    "timeout",
    "limit",
    "expired",
    "panic",
];

/// The last line that complains; where none does, the last few that say anything.
pub(super) fn choose_last_words<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let telling: Vec<&str> = lines.filter(|line| !is_backtrace(line)).collect();
    let complains = |line: &&&str| {
        let lower = line.to_ascii_lowercase();
        COMPLAINTS.iter().any(|word| lower.contains(word))
    };
    match telling.iter().rfind(complains) {
        Some(line) => vec![(*line).to_owned()],
        None => telling[telling.len().saturating_sub(SHOWN)..].iter().map(|line| (*line).to_owned()).collect(),
    }
}

/// Lines of the backtraces of Rust, Go, Node, Python, Ruby and Java, and what introduces them.
fn is_backtrace(line: &str) -> bool {
    let line = line.trim();
    let starts = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark));
    let numbered = line.split_once(": ").is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let go_frame = line.contains(".go:") && line.contains(" +0x") || line.ends_with(')') && line.contains("(0x");
    let call = line.strip_suffix("()").is_some_and(|name| !name.contains(' '));
    let bare = !line.chars().any(char::is_alphanumeric);
    starts(&[
        "at ",
        "File \"",
        "Traceback (",
        "stack backtrace",
        "Stack backtrace",
        "goroutine ",
        "from ",
        "Location:",
        "note: run with",
        "note: Some details",
        "created by ",
        "exit status ",
        "Node.js v",
        "Caused by:",
        "... ",
    ]) || numbered
        || go_frame
        || call
        || bare
        || line.contains("RUST_BACKTRACE")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(output: &str) -> String {
        choose_last_words(output.lines()).join("|")
    }

    #[test]
    fn a_complaint_is_told_and_not_its_backtrace() {
        for (output, told) in [
            (
                "starting\nError: connect ECONNREFUSED 1.2.3.4:1\n    at Socket.<anonymous> (/x.js:1:2)\nNode.js v20.1.0",
                "Error: connect ECONNREFUSED 1.2.3.4:1",
            ),
            (
                "panic: no token\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:10 +0x1d\nexit status 2",
                "panic: no token",
            ),
            (
                "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nValueError: bad token",
                "ValueError: bad token",
            ),
            (
                "Error: could not connect to bore.pub:7835\nCaused by:\n    0: deadline\nLocation:\n    at src/x.rs:1",
                "Error: could not connect to bore.pub:7835",
            ),
            ("one\ntwo\nthree\nfour", "two|three|four"),
            ("=====\nconnecting…", "connecting…"),
            ("", ""),
        ] {
            assert_eq!(chosen(output), told, "{output}");
        }
    }
}
