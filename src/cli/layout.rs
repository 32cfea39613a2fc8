//! How help looks on a terminal: commands in groups, the global options as one line under `-h`, prose that flows to the
//! width, examples that are never broken so that they can be copied.
//!
//! The parser's library wraps all text alike. A space that must not break is handed to it as U+00A0, which it leaves
//! alone, and becomes a space again when help is printed.

use crate::output::errors::wrap_text;
use crate::output::sanitise::Sanitised;
use clap::builder::StyledStr;
use clap::{Arg, Command};

/// Stands for a space at which a line is not broken.
const FIRM_SPACE: char = '\u{a0}';

/// The groups of commands, in the order in which they are met.
pub(super) const GROUPS: [(&str, &[&str]); 6] = [
    ("Receive", &["listen", "inspect"]),
    ("Send", &["trigger", "load", "rehearse", "replay"]),
    ("Look back", &["events", "verify", "sign"]),
    ("Test and CI", &["test", "expect"]),
    (
        "The service",
        &[
            "login",
            "logout",
            "whoami",
            "waitlists",
            "signups",
            "subscribe",
            "unsubscribe",
            "subscriptions",
            "reconcile",
        ],
    ),
    ("Set up and learn", &["demo", "sandbox", "secret", "config", "doctor", "completions", "man", "help"]),
];

/// The grammar with its help laid out for a terminal of so many columns.
pub(super) fn lay_out(root: Command, columns: usize) -> Command {
    let globals = name_globals(&root);
    let (groups, heading) = (format_groups(&root, columns), root.get_styles().get_header());
    let head = "{about-with-newline}\n{usage-heading} {usage}";
    let template = format!("{head}\n{groups}\n{heading}Options:{heading:#}\n{{options}}{{after-help}}");
    let root =
        root.mut_args(|argument| if argument.is_global_set() { argument.hide_short_help(true) } else { argument });
    lay_out_texts(root, &globals).help_template(template)
}

/// What was laid out, as it is printed.
pub(super) fn finish(text: &str) -> String {
    text.replace(FIRM_SPACE, " ")
}

fn lay_out_texts(command: Command, globals: &str) -> Command {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let long = flow(&after);
    // The prose is for who wants all of it.
    let examples = after.find("Examples:").map_or("", |at| &after[at..]);
    let short = format!("{globals}\n\n{}", flow(examples));
    command.after_help(short).after_long_help(long).mut_subcommands(|next| lay_out_texts(next, globals))
}

/// Lines of a paragraph become one, to be wrapped at the terminal's width; indented lines are kept whole.
fn flow(text: &str) -> String {
    let mut flowed = String::new();
    for line in text.lines() {
        let joins = !line.is_empty() && !line.starts_with(' ') && !flowed.is_empty() && !flowed.ends_with('\n');
        match line {
            "" => flowed.push_str(if flowed.ends_with('\n') { "\n" } else { "\n\n" }),
            line if line.starts_with(' ') => {
                if !flowed.is_empty() && !flowed.ends_with('\n') {
                    flowed.push('\n');
                }
                flowed.extend(line.chars().map(|c| if c == ' ' { FIRM_SPACE } else { c }));
                flowed.push('\n');
            }
            line => {
                flowed.push_str(if joins { " " } else { "" });
                flowed.push_str(line);
            }
        }
    }
    flowed.trim_end().to_owned()
}

/// `Global options: --profile, --config, …`, one line of them.
fn name_globals(root: &Command) -> String {
    let name = |argument: &Arg| match (argument.get_short(), argument.get_long()) {
        (Some(short), _) => Some(format!("-{short}")),
        (None, Some(long)) => Some(format!("--{long}")),
        _ => None,
    };
    let names: Vec<String> =
        root.get_arguments().filter(|argument| argument.is_global_set()).filter_map(name).collect();
    format!("Global options: {} (--help explains them)", names.join(" "))
}

/// The commands below their headings, what each does beside it.
fn format_groups(root: &Command, columns: usize) -> String {
    let style = root.get_styles();
    let (heading, literal) = (style.get_header(), style.get_literal());
    let listed = |command: &&Command| !command.is_hide_set();
    let width = root.get_subcommands().filter(listed).map(|command| command.get_name().len()).max().unwrap_or_default();
    let mut text = String::new();
    for (title, names) in GROUPS {
        text.push_str(&format!("\n{heading}{title}:{heading:#}\n"));
        for command in names.iter().filter_map(|name| root.find_subcommand(name)).filter(listed) {
            let about = command.get_about().map(StyledStr::to_string).unwrap_or_default();
            let room = columns.saturating_sub(width + 4).max(20);
            let lines = wrap_text(&Sanitised::text(&about), room);
            let about =
                lines.iter().map(Sanitised::as_str).collect::<Vec<_>>().join(&format!("\n{:1$}", "", width + 4));
            let name = command.get_name();
            text.push_str(&format!("  {literal}{name}{literal:#}{:1$}  {about}\n", "", width - name.len()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{FIRM_SPACE, GROUPS, flow};
    use std::collections::BTreeSet;

    #[test]
    fn every_command_is_in_one_group() {
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let root = crate::cli::command();
        let missing: Vec<&str> =
            root.get_subcommands().map(clap::Command::get_name).filter(|name| !grouped.contains(name)).collect();
        assert!(missing.is_empty(), "in no group of the help: {missing:?}");
        assert_eq!(grouped.iter().collect::<BTreeSet<_>>().len(), grouped.len(), "{grouped:?}");
    }

    #[test]
    fn prose_flows_and_examples_stay_whole() {
        let text = "One line\nand its rest.\n\nExamples:\n  a b\n  c";
        let examples = format!("Examples:\n{0}{0}a{0}b\n{0}{0}c", FIRM_SPACE);
        assert_eq!(flow(text), format!("One line and its rest.\n\n{examples}"));
    }
}
