//! Columns that stand below each other.

use super::*;
use jiff::tz::TimeZone;

fn style(width: usize) -> OutputStyle {
    OutputStyle::new(false, width, TimeZone::UTC)
}

fn row(cells: &[&str]) -> Vec<TableCell> {
    cells.iter().map(|cell| Sanitised::text(cell).into()).collect()
}

#[test]
fn columns_are_aligned() {
    let rows = [row(&["#1", "signup.created", "312 B", "a@x.io"]), row(&["#12", "日本", "1.0 MiB", ""])];
    let expected = "\
#    event              size  e-mail
#1   signup.created    312 B  a@x.io
#12  日本            1.0 MiB
";
    assert_eq!(render_columns(&["#", "event", ">size", "e-mail"], &rows, &style(80)), expected);
}

#[test]
fn the_widest_column_gives_way() {
    let rows = [row(&["#1", "a-very-long-address@example.com", "x"])];
    let shown = render_columns(&["#", "e-mail", "state"], &rows, &style(30));
    assert_eq!(shown, "#   e-mail               state\n#1  a-very-lo…ample.com  x\n");
}

#[test]
fn what_is_copied_is_never_cut() {
    let rows = [row(&["0123456789abcdef", "a-long-address@example.com"])];
    let shown = render_columns(&["=id", "e-mail"], &rows, &style(20));
    assert_eq!(shown, "id                e-mail\n0123456789abcdef  a-lo…com\n");
}

#[test]
fn a_dispensable_column_goes_before_anything_is_cut() {
    let rows = [row(&["#1", "7", "ada@example.com"])];
    let shown = render_columns(&["#", "->TIMES", "EMAIL"], &rows, &style(20));
    assert_eq!(shown, "#   EMAIL\n#1  ada@example.com\n");
    let shown = render_columns(&["#", "->TIMES", "EMAIL"], &rows, &style(30));
    assert_eq!(shown, "#   TIMES  EMAIL\n#1      7  ada@example.com\n");
}

#[test]
fn nothing_is_cut_where_there_is_no_terminal() {
    let long = "https://hooks.example.com/".repeat(20);
    let rows = [row(&["#1", &long, "7"])];
    let shown = render_columns(&["#", "URL", "-TIMES"], &rows, &style(20).with_whole_tables());
    assert!(shown.contains(&long) && shown.contains("TIMES"), "{shown}");
}

#[test]
fn a_row_may_be_short_and_a_terminal_tiny() {
    let rows = [row(&["#1"]), row(&["#2", "abcdefghijkl", "z"])];
    for width in 0..40 {
        assert_eq!(render_columns(&["#", "b", "c"], &rows, &style(width)).lines().count(), 3);
    }
}

#[test]
fn pairs_align_their_values() {
    let rows = [("port", TableCell::from(Sanitised::text("4242"))), ("secret", TableCell::new(TextRole::Good, "set"))];
    assert_eq!(render_pairs(&rows, &style(80)), "port    4242\nsecret  set\n");
}
