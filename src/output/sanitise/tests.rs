//! Every unsafe class in every notation, and nothing else.

use super::*;
use proptest::prelude::*;

fn text(text: &str) -> String {
    Sanitised::text(text).to_string()
}

#[test]
fn clean_text_stays_as_it_is() {
    for clean in ["", "plain", "a\\b \"c\"", "Zoë — ✔ 日本語 العربية 😀", "\u{a0}\u{3000}"] {
        assert_eq!(text(clean), clean);
        assert_eq!(Sanitised::json(clean.as_bytes()).as_str(), clean);
    }
}

/// Characters at the edges of each class of unsafe ones.
const EDGES: &str = "\
    \0\u{7}\u{8}\t\n\r\u{1b}\u{1f}\u{7f}\u{80}\u{9b}\u{9f}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\
    \u{17b5}\u{180b}\u{180e}\u{180f}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\
    \u{202e}\u{2060}\u{2064}\u{2066}\u{2069}\u{206f}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\
    \u{fffb}\u{fffe}\u{ffff}\u{1bca0}\u{1d173}\u{e0000}\u{e0001}\u{e0020}\u{e007f}\u{e0100}\u{e01ef}";

#[test]
fn every_class_is_escaped_in_both_notations() {
    for edge in EDGES.chars() {
        let code = u32::from(edge);
        assert_eq!(text(&format!("a{edge}b")), format!("a\\u{{{code:x}}}b"));
        let literal = format!("\"{}\"", Sanitised::json(edge.to_string().as_bytes()));
        assert!(literal.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&literal).unwrap(), edge.to_string(), "{literal}");
    }
}

#[test]
fn neighbours_of_the_classes_are_left_alone() {
    let safe = [
        ' ',
        '~',
        '\u{a0}',
        '\u{ac}',
        '\u{ae}',
        '\u{350}',
        '\u{61b}',
        '\u{115e}',
        '\u{1161}',
        '\u{180a}',
        '\u{200a}',
        '\u{2010}',
        '\u{2027}',
        '\u{202f}',
        '\u{205f}',
        '\u{2070}',
        '\u{fe10}',
        '\u{fffc}',
        '\u{fffd}',
        '\u{10000}',
        '\u{1f600}',
    ];
    assert!(safe.iter().all(|c| !is_unsafe(*c)));
}

#[test]
fn astral_characters_become_surrogate_pairs_in_json() {
    assert_eq!(Sanitised::json("\"\u{e0041}\"".as_bytes()).as_str(), "\"\\udb40\\udc41\"");
}

#[test]
fn bytes_that_are_not_utf8_stay_visible() {
    assert_eq!(Sanitised::bytes(b"a\xff\x9b\xe2\x82z").as_str(), "a\\xff\\x9b\\xe2\\x82z");
    assert_eq!(Sanitised::json(b"\"\xc3\"").as_str(), "\"\\xc3\"");
    // Overlong forms and surrogates are no UTF-8 either.
    assert_eq!(Sanitised::bytes(b"\xc0\x9b \xed\xa0\x80").as_str(), "\\xc0\\x9b \\xed\\xa0\\x80");
}

#[test]
fn lines_break_at_line_feeds_alone() {
    let lines: Vec<String> = Sanitised::lines(b"a\r\nb\x0bc\n\nd\n").map(|line| line.to_string()).collect();
    assert_eq!(lines, ["a\\u{d}", "b\\u{b}c", "", "d"]);
}

#[test]
fn clipping_counts_columns() {
    let clip = |text: &str, columns| Sanitised::text(text).clip(columns).to_string();
    assert_eq!(clip("abcdef", 6), "abcdef");
    assert_eq!(clip("abcdef", 5), "abcd…");
    assert_eq!(clip("日本語", 6), "日本語");
    assert_eq!(clip("日本語", 5), "日本…");
    assert_eq!(clip("日本語", 4), "日…");
    assert_eq!(clip("abc", 1), "…");
}

#[test]
fn addresses_that_are_cut_remain_told_apart() {
    let clip = |text: &str, columns| Sanitised::text(text).clip_address(columns).to_string();
    let address = |number| format!("chidi.okonkwobello{number}@students.example.org");
    assert_eq!(clip(&address(4125), 60), address(4125));
    assert_eq!(clip(&address(4125), 28), "chidi.okonkwobello4125@stud…");
    assert_eq!(clip(&address(4125), 24), "chidi.okonkwobello4125@…");
    assert_eq!(clip(&address(4125), 16), "chidi.o…lo4125@…");
    for columns in 12..60 {
        assert_ne!(clip(&address(4125), columns), clip(&address(4126), columns), "{columns}");
        assert!(Sanitised::text(&address(4125)).clip_address(columns).width() <= columns, "{columns}");
    }
    // What is no address keeps its end.
    assert_eq!(clip("http://ada@example.com/a/b/webhooks", 16), "http://a…ebhooks");
    assert_eq!(clip("123e4567-e89b-12d3", 9), "123e…12d3");
    assert_eq!(clip("ada@example.com", 4), "ad…m");
}

proptest! {
    #[test]
    fn nothing_unsafe_ever_remains(bytes in prop::collection::vec(any::<u8>(), 0..64), text in any::<String>()) {
        for input in [bytes.as_slice(), text.as_bytes()] {
            for shown in [Sanitised::bytes(input), Sanitised::json(input)] {
                prop_assert!(shown.as_str().chars().all(|c| !is_unsafe(c)));
                prop_assert_eq!(&Sanitised::text(shown.as_str()), &shown);
            }
        }
    }

    #[test]
    fn json_strings_keep_their_meaning(text in any::<String>()) {
        let literal = serde_json::to_vec(&text).unwrap();
        let shown = Sanitised::json(&literal);
        prop_assert_eq!(serde_json::from_str::<String>(shown.as_str()).unwrap(), text);
    }

    #[test]
    fn clipped_text_fits(text in any::<String>(), columns in 1_usize..40) {
        prop_assert!(Sanitised::text(&text).clip(columns).width() <= columns);
    }
}

#[test]
fn commands_of_build_services_are_text() {
    for (text, shown) in [
        ("::error::boom", "\\u{3a}:error::boom"),
        ("\u{a0}\u{3000} ::error::boom", "\u{a0}\u{3000} \\u{3a}:error::boom"),
        ("  ::set-output name=x::y", "  \\u{3a}:set-output name=x::y"),
        ("a ##vso[task.complete]", "a #\\u{23}vso[task.complete]"),
        ("##[error]x", "#\\u{23}[error]x"),
        ("x##TeamCity[message]", "x#\\u{23}TeamCity[message]"),
        ("é ##[group]\u{7}", "é #\\u{23}[group]\\u{7}"),
        ("###[x]", "##\\u{23}[x]"),
        ("::1", "::1"),
        ("std::fmt::Debug", "std::fmt::Debug"),
        ("## heading", "## heading"),
    ] {
        assert_eq!(Sanitised::text(text).as_str(), shown, "{text}");
    }
    assert_eq!(Sanitised::json(br###""##vso[x]""###).as_str(), r##""#\u0023vso[x]""##);
}
