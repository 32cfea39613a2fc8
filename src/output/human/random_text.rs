//! Random text made of what terminals and build services act upon: none of it does more than show.
//!
//! Ten thousand texts by default, 40 a case; `PROPTEST_CASES=250000` makes it ten million. What is looked for is listed here
//! a second time, and read by a parser of another make, so that a hole in the list of `sanitise` is not one here as well.

use super::hostile_text::TerminalActions;
use super::{OutputStyle, render_body, write_lines};
use crate::output::sanitise::Sanitised;
use crate::protocol::body::RawBody;
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

/// Strewn among random bytes. Two of them in a row may make a third.
const PIECES: [&[u8]; 40] = [
    b"\x1b",
    b"\x1b[",
    b"\x1b]0;t\x07",
    b"\x1b]52;c;YQ==\x1b\\",
    b"\x1bP+q",
    b"\x1b_G",
    b"\x1b^",
    b"\x1bX",
    b"\x1b\\",
    b"\x1bc",
    b"\x9b",
    b"\x9d",
    b"\x90",
    b"\x9c",
    "\u{9b}2J".as_bytes(),
    "\u{9d}8;;".as_bytes(),
    b"2J",
    b"?1049h",
    b"\r",
    b"\r\n",
    b"\n",
    b"\t",
    b"\x08",
    b"\x7f",
    b"\0",
    "\u{202e}".as_bytes(),
    "\u{2066}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{e0041}".as_bytes(),
    "\u{2028}".as_bytes(),
    b"\xe2\x80",
    b"\xf3\xa0",
    b"::",
    b"error::x",
    b"#",
    b"##",
    b"vso[",
    b"teamcity[",
    b"\"",
    b"\\u001b",
];

fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        2 => select(&PIECES[..]).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
        1 => (b' '..=b'~').prop_map(|byte| vec![byte]),
    ];
    vec(piece, 1..9).prop_map(|pieces| pieces.concat())
}

/// What is wrong with text that is about to be shown.
fn find_act(shown: &str) -> Option<String> {
    let seen = TerminalActions::read(shown);
    if !seen.other.is_empty() || seen.printed != shown {
        return Some(format!("acts: {:?}", seen.other));
    }
    let hidden = |character: char| {
        matches!(u32::from(character), 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe0fff)
            || (character.is_control() && character != '\n')
    };
    if let Some(character) = shown.chars().find(|character| hidden(*character)) {
        return Some(format!("U+{:04X}", u32::from(character)));
    }
    let command = |line: &str| {
        let lower = line.to_ascii_lowercase();
        let named = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::"));
        named.is_some_and(|(name, _)| name.starts_with(|first: char| first.is_ascii_alphabetic()))
            || ["##[", "##vso[", "##teamcity["].iter().any(|start| lower.contains(start))
    };
    shown.lines().find(|line| command(line)).map(|line| format!("a command of a build service: {line:?}"))
}

/// The ways by which foreign text comes to be shown.
fn show(text: &[u8], whole: bool, style: &OutputStyle) -> [String; 3] {
    let quoted = [b"{\"a\":\"", text, b"\",\"", text, b"\":1}"].concat();
    let lines: Vec<String> = Sanitised::lines(text).map(|line| line.as_str().to_owned()).collect();
    let mut body = String::new();
    if whole {
        write_lines(&mut body, &render_body(&RawBody::new(quoted.clone()), style, None, None));
        write_lines(&mut body, &render_body(&RawBody::new(text.to_vec()), style, None, None));
    }
    [lines.join("\n"), Sanitised::json(&quoted).as_str().to_owned(), body]
}

proptest! {
    #[test]
    fn random_text_does_nothing_but_show(texts in vec(any_text(), 40)) {
        let style = OutputStyle::new(false, 80, TimeZone::UTC);
        for (number, text) in texts.iter().enumerate() {
            for shown in show(text, number % 8 == 0, &style) {
                prop_assert_eq!(find_act(&shown), None, "{:?} is shown as {:?}", text, shown);
            }
        }
    }
}
