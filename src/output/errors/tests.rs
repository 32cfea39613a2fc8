//! Errors as they are read.

use super::*;
use jiff::tz::TimeZone;

fn style(width: usize) -> OutputStyle {
    OutputStyle::new(false, width, TimeZone::UTC)
}

#[test]
fn an_error_with_hints() {
    let hints = ["did you mean `created`?".to_owned(), "referralloop trigger --help lists them".to_owned()];
    let expected = "error: unknown event `creatd`
  hint: did you mean `created`?
  hint: referralloop trigger --help lists them
";
    assert_eq!(render_error("unknown event `creatd`", &hints, &style(80)), expected);
}

#[test]
fn long_text_is_wrapped_between_words() {
    let expected = "error: one two three four
       https://a.example/very-long-path-that-stays-whole
       end
";
    let message = "one two three four https://a.example/very-long-path-that-stays-whole end";
    assert_eq!(render_error(message, &[], &style(27)), expected);
    let rows: Vec<String> =
        wrap_text(&Sanitised::text("one two three four"), 10).iter().map(ToString::to_string).collect();
    assert_eq!(rows, ["one two", "three four"]);
}

#[test]
fn foreign_text_in_an_error_is_escaped() {
    let shown = render_error("no \x1b[31m\u{202e}", &["\u{9b}2J".to_owned()], &style(80));
    assert_eq!(shown, "error: no \\u{1b}[31m\\u{202e}\n  hint: \\u{9b}2J\n");
}

#[test]
fn only_the_label_is_coloured() {
    let style = OutputStyle { colour: true, ..style(80) };
    assert_eq!(render_error("x", &[], &style), "\x1b[31merror: \x1b[0mx\n");
}
