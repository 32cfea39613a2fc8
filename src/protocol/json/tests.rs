//! Grammar, layout and literals of the JSON reader, by hand-picked and by generated documents.

use super::*;
use proptest::prelude::*;

fn kinds(text: &str) -> Vec<JsonTokenKind> {
    scan_tokens(text.as_bytes()).map(|token| token.unwrap().kind).collect()
}

fn laid_out(text: &str) -> String {
    String::from_utf8(pretty_print(text.as_bytes()).into_owned()).unwrap()
}

#[test]
fn tokens_know_their_kind_and_place() {
    use JsonTokenKind::*;
    assert_eq!(
        kinds(r#"{"a":[1,"b",true],"c":{}} "#),
        [
            ObjectOpen,
            Key,
            Colon,
            ArrayOpen,
            Number,
            Comma,
            String,
            Comma,
            True,
            ArrayClose,
            Comma,
            Key,
            Colon,
            ObjectOpen,
            ObjectClose,
            ObjectClose
        ]
    );
    let second = scan_tokens(b" [ -1.5e+3 , null]").nth(1).unwrap().unwrap();
    assert_eq!((second.kind, second.range(), second.bytes), (Number, 3..10, &b"-1.5e+3"[..]));
}

#[test]
fn depth_counts_open_brackets() {
    let mut tokens = scan_tokens(b"[{\"a\":[]}]");
    let mut depths = Vec::new();
    while let Some(token) = tokens.next() {
        token.unwrap();
        depths.push(tokens.depth());
    }
    assert_eq!(depths, [1, 2, 2, 2, 3, 2, 1, 0]);
}

#[test]
fn faults_name_their_place() {
    let fault = |text: &str| check_syntax(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(fault(""), "the text ends before the document does at byte 0");
    assert_eq!(fault("[1,]"), "a value was expected at byte 3");
    assert_eq!(fault("[1 2]"), "a comma or ] was expected at byte 3");
    assert_eq!(fault("{\"a\" 1}"), "a colon was expected at byte 5");
    assert_eq!(fault("{\"a\":1,}"), "the name of a member was expected at byte 7");
    assert_eq!(fault("{\"a\":1]"), "a comma or } was expected at byte 6");
    assert_eq!(fault("1 2"), "something follows the end of the document at byte 2");
    assert_eq!(fault("01"), "something follows the end of the document at byte 1");
    assert_eq!(fault("-"), "a digit was expected at byte 1");
    assert_eq!(fault("2."), "a digit was expected at byte 2");
    assert_eq!(fault("1e+"), "a digit was expected at byte 3");
    assert_eq!(fault("\"a"), "the text ends inside a string at byte 2");
    assert_eq!(fault("\"a\\"), "the text ends inside a string at byte 2");
    assert_eq!(fault("\"\n\""), "a control character in a string at byte 1");
    assert_eq!(fault("\"\\x\""), "an unknown escape in a string at byte 1");
    assert_eq!(fault("\"\\u12g4\""), "four hexadecimal digits must follow \\u at byte 1");
    assert_eq!(fault("\u{feff}{}"), "a value was expected at byte 0");
    assert_eq!(fault("tru"), "a value was expected at byte 0");
}

#[test]
fn an_error_ends_the_tokens() {
    let mut tokens = scan_tokens(b"[1 2]");
    assert_eq!(tokens.by_ref().filter(Result::is_err).count(), 1);
    assert_eq!(tokens.next(), None);
}

#[test]
fn bytes_that_are_not_utf8_may_stand_in_strings_only() {
    assert!(check_syntax(b"[\"\xff\xfe\"]").is_ok());
    assert!(check_syntax(b"[\xff]").is_err());
}

#[test]
fn depth_is_bounded_by_nothing() {
    let deep = vec![b'['; 1 << 20];
    assert_eq!(check_syntax(&deep).unwrap_err().offset, 1 << 20);
    assert_eq!(&*pretty_print(&deep), &deep[..]);
    let mut mixed: Vec<u8> = b"[{\"\":".repeat(100_000);
    mixed.push(b'1');
    mixed.extend(b"}]".repeat(100_000));
    assert_eq!(check_syntax(&mixed), Ok(()));
    assert!(pretty_print(&mixed).len() < 64 << 20);
    mixed[500_001] = b']';
    assert!(check_syntax(&mixed).is_err());
}

#[test]
fn pretty_changes_blanks_and_nothing_else() {
    assert_eq!(
        laid_out(r#" {"a":{},"b" : [ ] ,"c":[1.0,{"d":"\u00e9 \/"}]}"#),
        "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1.0,\n    {\n      \"d\": \"\\u00e9 \\/\"\n    }\n  ]\n}"
    );
    assert_eq!(laid_out(" 1.50 "), "1.50");
    assert_eq!(laid_out("[]"), "[]");
    assert_eq!(laid_out("[ not json"), "[ not json");
}

#[test]
fn indentation_stops_growing() {
    let text = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let widest = laid_out(&text).lines().map(|line| line.len() - line.trim_start().len()).max();
    assert_eq!(widest, Some(64));
}

#[test]
fn nothing_is_laid_out_before_all_is_checked() {
    assert!(lay_out(b"[1, 2", |part| panic!("{part:?} was given")).is_err());
}

#[test]
fn literals_are_decoded() {
    assert_eq!(decode_literal(br#""plain""#), "plain");
    assert_eq!(decode_literal(br#""\"\\\/\b\f\n\r\t""#), "\"\\/\u{8}\u{c}\n\r\t");
    assert_eq!(decode_literal(br#""\u00e9\u00E9\uD83D\uDE00""#), "éé😀");
    assert_eq!(decode_literal(br#""\ud83dx\ude00""#), "\u{fffd}x\u{fffd}");
    assert_eq!(decode_literal(br#""\ud83d\ud83d\ude00""#), "\u{fffd}😀");
    assert_eq!(decode_literal(b"\"\xff\\n\xc3\xa9\""), "\u{fffd}\né");
    assert_eq!(decode_literal(b"\"\""), "");
}

#[test]
fn what_is_no_literal_is_decoded_somehow() {
    for text in [&b""[..], b"\"", b"\\", b"\\u", b"\\u12", b"abc\\", b"\\\xff"] {
        decode_literal(text);
    }
}

#[test]
fn lone_surrogates_are_told_apart() {
    let pieces: Vec<_> = read_pieces(br#""a\ud800\n""#).collect();
    assert_eq!(pieces, [JsonLiteralPiece::Plain(b"a"), JsonLiteralPiece::Lone(0xd800), JsonLiteralPiece::Char('\n')]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_survived(text in proptest::collection::vec(any::<u8>(), 0..64)) {
        let fine = check_syntax(&text).is_ok();
        prop_assert_eq!(matches!(pretty_print(&text), std::borrow::Cow::Owned(_)), fine);
        let _ = decode_literal(&text);
    }

    #[test]
    fn nearly_json_is_judged_as_serde_judges_it(text in r#"[\[\]{},:" \\u0e1.\-tn]{0,12}"#) {
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(check_syntax(text.as_bytes()).is_ok(), theirs, "{}", text);
    }

    #[test]
    fn strings_come_back_as_they_were(text in any::<String>()) {
        let literal = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(decode_literal(literal.as_bytes()), text);
    }
}
