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
    assert_eq!(shown, "#   e-mail               state\n#1  a-very-l…-address@…  x\n");
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
fn what_has_room_after_all_comes_back() {
    let rows = [row(&["ada@example.com", "Ada Augusta King", "active"])];
    assert_eq!(
        render_columns(&["EMAIL", "-NAME", "-STATUS"], &rows, &style(26)),
        "EMAIL            STATUS\nada@example.com  active\n"
    );
}

#[test]
fn words_lose_their_ends_before_names_their_middles() {
    let rows = [row(&["a-very-long-address@example.com", "500 Internal Server Error"])];
    assert_eq!(
        render_columns(&["EMAIL", "~LAST"], &rows, &style(45)),
        "EMAIL                            LAST\na-very-long-address@example.com  500 Interna…\n"
    );
}

#[test]
fn a_url_without_room_stands_below_its_row_or_once_for_all() {
    let (one, other) = ("https://one.example.com/hooks/referrals", "https://two.example.com/hooks/referrals");
    let rows = |second: &str| [row(&["1", "0123456789abcdef", one]), row(&["2", "fedcba9876543210", second])];
    let headings = [">LINE", "=ID", "/URL"];
    assert_eq!(
        render_columns(&headings, &rows(other), &style(60)),
        format!("LINE  ID\n   1  0123456789abcdef\n      {one}\n   2  fedcba9876543210\n      {other}\n")
    );
    assert_eq!(
        render_columns(&headings, &rows(one), &style(60)),
        format!("LINE  ID\n   1  0123456789abcdef\n   2  fedcba9876543210\nURL  {one}\n")
    );
    assert!(render_columns(&headings, &rows(one), &style(80)).starts_with("LINE  ID                URL\n"));
}

const ID: &str = "a6349a38-3768-4a8f-8769-e78ec8b4bc19";

#[test]
fn what_is_copied_is_never_cut() {
    let rows = [row(&["12", "a-long-address@example.com", "Ada Augusta King", "waiting", ID])];
    let headings = [">POS", "@EMAIL", "-~NAME", "-STATUS", "=ID"];
    for width in 1..120 {
        let shown = render_columns(&headings, &rows, &style(width));
        assert!(shown.contains(ID), "{width}: {shown}");
        let fits = shown.lines().all(|line| line.chars().count() <= width);
        assert!(fits || width < GAP + ID.len(), "{width}: {shown}");
    }
    assert_eq!(
        render_columns(&headings, &rows, &style(80)),
        format!("POS  EMAIL                    NAME          ID\n 12  a-long-address@example…  Ada Augusta…  {ID}\n")
    );
    assert_eq!(
        render_columns(&headings, &rows, &style(60)),
        format!("POS  EMAIL              ID\n 12  a-long-address@e…  {ID}\n")
    );
}

#[test]
fn what_is_copied_and_has_no_room_stands_below_its_row() {
    let rows = [row(&["0123456789abcdef", "a-long-address@example.com"])];
    let shown = render_columns(&["=id", "e-mail"], &rows, &style(20));
    assert_eq!(shown, "e-mail\na-long-address@exam…\n    0123456789abcdef\n");
}

#[test]
fn what_overflows_is_whole_and_its_row_goes_on_below() {
    let rows = [row(&["port", "4242", "default"]), row(&["waitlist", ID, "file"])];
    assert_eq!(
        render_columns(&["=SETTING", "+VALUE", "=FROM"], &rows, &style(40)),
        format!(
            "SETTING   VALUE                  FROM\nport      4242                   default\nwaitlist\n    {ID}\n{}file\n",
            " ".repeat(33)
        )
    );
    // One column is missing: the value stands on a line of its own, not one column beside all others.
    let close = render_columns(&["=SETTING", "+VALUE", "=FROM"], &rows, &style(45));
    assert!(close.contains(&format!("\nwaitlist\n    {ID}\n")), "{close}");
    let narrow = render_columns(&["=SETTING", "+VALUE", "=FROM"], &rows, &style(48));
    assert!(narrow.contains(&format!("\nwaitlist  {ID}\n  ")), "{narrow}");
    let whole = render_columns(&["=SETTING", "+VALUE", "=FROM"], &rows, &style(80));
    assert_eq!(whole.lines().count(), 3, "{whole}");
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
