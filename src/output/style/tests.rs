//! Who decides about colours, and how times are shown.

use super::*;

fn auto(is_terminal: bool, env: &[(&str, &str)]) -> bool {
    decide_colour(ColourChoice::Auto, is_terminal, lookup(env))
}

fn lookup<'a>(env: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn a_terminal_gets_colours_and_a_pipe_does_not() {
    assert!(auto(true, &[("TERM", "xterm-256color")]));
    assert!(auto(true, &[]));
    assert!(!auto(false, &[("TERM", "xterm-256color")]));
}

#[test]
fn the_environment_may_refuse() {
    assert!(!auto(true, &[("NO_COLOR", "1")]));
    assert!(auto(true, &[("NO_COLOR", "")]));
    assert!(!auto(true, &[("TERM", "dumb")]));
    assert!(!auto(true, &[("CLICOLOR", "0")]));
}

#[test]
fn force_beats_the_pipe_but_not_no_color() {
    assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
    assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
    assert!(!auto(false, &[("CLICOLOR_FORCE", "")]));
    assert!(!auto(true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn the_option_beats_everything() {
    let env = [("NO_COLOR", "1"), ("TERM", "dumb")];
    assert!(decide_colour(ColourChoice::Always, false, lookup(&env)));
    assert!(!decide_colour(ColourChoice::Never, true, lookup(&[("CLICOLOR_FORCE", "1")])));
}

#[test]
fn times_are_shown_in_the_zone() {
    let at: Timestamp = "2024-01-15T23:59:59.9996Z".parse().unwrap();
    let style = OutputStyle::new(false, 80, TimeZone::fixed(jiff::tz::offset(1)));
    assert_eq!(style.format_time(at), "00:59:59.999");
    assert_eq!(style.format_short_time(at), "00:59:59");
    assert_eq!(style.format_date_time(at), "2024-01-16 00:59:59");
    let whole: Timestamp = "2024-01-15T10:00:00Z".parse().unwrap();
    assert_eq!(style.format_time(whole), "11:00:00.000");
}

#[test]
fn inks_are_basic_colours() {
    let starts = [TextRole::Strong, TextRole::Faint, TextRole::Good, TextRole::Bad, TextRole::Notable, TextRole::Key]
        .map(TextRole::start_sequence);
    assert_eq!(starts, ["\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[35m", "\x1b[36m"]);
    assert_eq!(TextRole::Plain.start_sequence(), "");
}
