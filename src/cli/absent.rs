//! Help in a build without the relay: what needs it says that it is not there. It stays in the grammar, so that whoever
//! writes it is told what is missing and not that there is no such option.

use crate::session::relay::RELAY_HEADING;
use clap::{Arg, Command};

const ABSENT: &str = "(not in this build)";

/// The grammar with a mark on each option that needs the relay, and a sentence where a command has one.
pub(super) fn tell_of_absence(command: Command) -> Command {
    let has_some = command.get_arguments().any(needs_relay);
    let after = command.get_after_help().filter(|_| has_some).map(ToString::to_string);
    let told = match after {
        Some(after) => command.after_help(add_sentence(&after)),
        None => command,
    };
    told.mut_args(|argument| if needs_relay(&argument) { mark(argument) } else { argument })
        .mut_subcommands(tell_of_absence)
}

fn needs_relay(argument: &Arg) -> bool {
    let speaks = argument.get_help().is_some_and(|help| help.to_string().contains("nats://"));
    speaks || argument.get_help_heading() == Some(RELAY_HEADING)
}

fn mark(argument: Arg) -> Arg {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    argument.help(format!("{help} {ABSENT}"))
}

/// Before the examples: they end a help.
fn add_sentence(after: &str) -> String {
    let (prose, examples) = after.split_at(after.find("Examples:").unwrap_or(after.len()));
    let sentence = "This build was made without the relay (NATS JetStream); releases and builds with cargo's default \
        features have it.";
    format!("{prose}{sentence}\n\n{examples}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_the_relay_is_marked_and_all_else_left() {
        use clap::CommandFactory;
        let told = tell_of_absence(crate::cli::Cli::command());
        for (name, marks) in [("listen", 8), ("replay", 3), ("expect", 3), ("doctor", 3), ("verify", 0)] {
            let help = told.find_subcommand(name).map(|command| command.clone().render_long_help().to_string());
            let help = help.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(help.matches(ABSENT).count(), marks, "{name}: {help}");
            assert_eq!(help.contains("made without the relay"), marks > 0, "{name}: {help}");
        }
    }
}
