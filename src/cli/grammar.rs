//! The parser's complaints in this program's words: one sentence, what was probably meant, which help to read.
//!
//! The parser knows what is wrong and says it over several lines, with a usage line between; here it becomes an
//! [`Error`] like any other, so that it is sanitised, wrapped and written as a record in the one place for that.

use super::meanings::{COMMANDS_MEANT, COMMANDS_MEANT_BELOW, ELSEWHERE, OPTIONS_MEANT};
use crate::error::Error;
use crate::output::rendition::quote_shell_word;
use crate::protocol::closest::is_slip;
use crate::protocol::event::EventType;
use crate::protocol::expectation::Expectation;
use crate::session::arguments;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;
use std::ffi::OsString;

/// The complaint about a command line as an error of usage.
pub(super) fn explain_parse_error(error: &clap::Error, arguments: &[OsString], root: &clap::Command) -> Error {
    let (path, command) = find_subcommand(arguments, root);
    let complaint = UsageMessage(error);
    let told = Error::usage(complaint.sentence(&|option| name_as_typed(option, command, arguments)));
    if let Some((option, line)) = complaint.find_misplaced(command, &path, arguments) {
        return told.hint(format!("put {option} behind the command: {line}")).hint(format!("{path} --help"));
    }
    if let Some((name, line)) = complaint.find_elsewhere(command, root) {
        return told.hint(format!("did you mean referralloop {line}?")).hint(format!("referralloop {name} --help"));
    }
    if let Some(line) = complaint.find_command_line(command, &path, arguments) {
        return told.hint(format!("the command to run follows --: {line}")).hint(format!("{path} --help"));
    }
    let meant = complaint.find_meant(command, root).or_else(|| complaint.find_longer_option(command));
    let meant = meant.or_else(|| complaint.suggestion()).or_else(|| complaint.find_other_commands(command, root));
    let told = match meant.or_else(|| complaint.forgotten_option(command)) {
        // What was typed already is not what to type instead: its examples are.
        Some(meant) if meant == path => match first_example(command, &path, |_| true) {
            Some(example) => told.hint(format!("for instance: {example}")),
            None => told,
        },
        Some(meant) => told.hint(format!("did you mean {meant}?")),
        None => match complaint.find_example(command, &path) {
            Some(example) => told.hint(format!("for instance: {example}")),
            None => told,
        },
    };
    let told = match complaint.misses_input(command) {
        true => told.hint("- in its place reads standard input"),
        false => told,
    };
    told.hint(format!("{path} --help"))
}

/// The command that a command line means, as far as it can be followed, and how it is typed: `referralloop events list`.
fn find_subcommand<'c>(arguments: &[OsString], root: &'c clap::Command) -> (String, &'c clap::Command) {
    let mut path = vec!["referralloop"];
    let mut command = root;
    for argument in arguments.iter().skip(1) {
        if let Some(next) = argument.to_str().and_then(|name| command.find_subcommand(name)) {
            path.push(next.get_name());
            command = next;
        }
    }
    (path.join(" "), command)
}

/// The first command that has another one of this name below it: `events show` for `show`.
fn find_below(root: &clap::Command, name: &str) -> Option<String> {
    let parent = root.get_subcommands().find(|parent| parent.find_subcommand(name).is_some())?;
    Some(format!("{} {name}", parent.get_name()))
}

/// The first example of a command's help of which this holds, asked of what stands behind the command.
fn first_example(command: &clap::Command, path: &str, holds: impl Fn(&str) -> bool) -> Option<String> {
    let help = command.get_after_help()?.to_string();
    let mut lines = help.lines().map(str::trim).skip_while(|line| *line != "Examples:");
    let is_it = |line: &&str| line.strip_prefix(path).is_some_and(|rest| rest.starts_with(' ') && holds(rest));
    lines.find(is_it).map(str::to_owned)
}

/// An option by the one of its names that stands on the command line: `--port` for `--inspect-port`.
fn name_as_typed(option: String, command: &clap::Command, arguments: &[OsString]) -> String {
    let known = command.get_arguments().find(|known| known.get_long() == option.strip_prefix("--"));
    let is_typed = |long: &String| arguments.iter().filter_map(|word| word.to_str()).any(|word| name(word) == *long);
    let others = known.and_then(clap::Arg::get_visible_aliases).unwrap_or_default();
    let other = others.iter().map(|other| format!("--{other}")).find(is_typed);
    other.filter(|_| !is_typed(&option)).unwrap_or(option)
}

struct UsageMessage<'a>(&'a clap::Error);

impl UsageMessage<'_> {
    fn sentence(&self, typed: &dyn Fn(String) -> String) -> String {
        let argument = self.text(ContextKind::InvalidArg).map(name).map(typed).unwrap_or_default();
        let value = self.text(ContextKind::InvalidValue).unwrap_or_default();
        match self.0.kind() {
            ErrorKind::InvalidValue if value.is_empty() => format!("{argument} needs a value"),
            ErrorKind::InvalidValue => {
                format!("{argument} takes {}, not '{value}'", join_names(&self.texts(ContextKind::ValidValue), "or"))
            }
            ErrorKind::ValueValidation => match self.0.source() {
                Some(source) => format!("{argument}: {}", translate_complaint(&source.to_string(), value)),
                None => format!("{argument} does not accept '{value}'"),
            },
            ErrorKind::UnknownArgument
                if argument.starts_with("-") && argument[1..].starts_with(|c: char| c.is_ascii_digit()) =>
            {
                format!("unknown option '{argument}'; values cannot be negative here")
            }
            ErrorKind::UnknownArgument if argument.starts_with('-') => format!("unknown option '{argument}'"),
            ErrorKind::UnknownArgument => format!("unexpected argument '{argument}'"),
            ErrorKind::InvalidSubcommand => {
                format!("unknown command '{}'", self.text(ContextKind::InvalidSubcommand).unwrap_or_default())
            }
            ErrorKind::MissingRequiredArgument => describe_missing(&self.texts(ContextKind::InvalidArg)),
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                "a command is missing".into()
            }
            ErrorKind::ArgumentConflict => self.conflict(&argument),
            ErrorKind::InvalidUtf8 => "an argument is not valid UTF-8".into(),
            _ => self.first_line(),
        }
    }

    fn conflict(&self, argument: &str) -> String {
        let others: Vec<String> = self.texts(ContextKind::PriorArg).iter().map(|other| name(other)).collect();
        match others.as_slice() {
            [] => self.first_line(),
            [other] if other == argument => format!("{argument} can be given only once"),
            _ => format!("{argument} cannot be used with {}", join_names(&others, "or")),
        }
    }

    /// The parser's own words, for complaints that nobody has met yet.
    fn first_line(&self) -> String {
        let text = self.0.render().to_string();
        text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
    }

    /// What the parser thinks was meant, where that is a slip of the fingers away.
    fn suggestion(&self) -> Option<String> {
        let kinds = [
            (ContextKind::InvalidArg, ContextKind::SuggestedArg),
            (ContextKind::InvalidValue, ContextKind::SuggestedValue),
            (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        ];
        kinds.into_iter().find_map(|(given, meant)| {
            let given = name(self.text(given)?);
            // Of several, the parser puts the likeliest last.
            self.texts(meant)
                .iter()
                .rev()
                .map(|meant| name(meant))
                .find(|meant| is_slip(given.trim_start_matches('-'), meant.trim_start_matches('-')))
        })
    }

    /// An option that stands before its command, and how the line begins with it behind.
    fn find_misplaced(&self, command: &clap::Command, path: &str, arguments: &[OsString]) -> Option<(String, String)> {
        let option = self.text(ContextKind::InvalidArg).filter(|_| self.0.kind() == ErrorKind::UnknownArgument)?;
        let option = name(option);
        let known = command.get_arguments().find(|argument| {
            let short = argument.get_short().is_some_and(|short| option == format!("-{short}"));
            short || argument.get_long().is_some_and(|long| option == format!("--{long}"))
        })?;
        let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let at = words.iter().position(|word| name(word) == option)?;
        let start = words.iter().position(|word| word == command.get_name()).filter(|start| at < *start)?;
        let has_value = words[at] == option && known.get_action().takes_values();
        let moved = &words[at..(at + 1 + usize::from(has_value)).min(start)];
        let rest = if start + 1 < words.len() { " …" } else { "" };
        Some((option, format!("{path} {}{rest}", join_words(moved))))
    }

    /// The command that has the option, and how its line begins: `load` and `load EVENT --count`.
    fn find_elsewhere(&self, command: &clap::Command, root: &clap::Command) -> Option<(&'static str, String)> {
        let option = self.text(ContextKind::InvalidArg).filter(|_| self.0.kind() == ErrorKind::UnknownArgument)?;
        let belongs =
            |(here, options, _): &&(&str, &[&str], &str)| *here == command.get_name() && options.contains(&option);
        let (_, _, meant) = ELSEWHERE.iter().find(belongs)?;
        let name = meant.split(' ').next()?;
        let has_option = root
            .find_subcommand(name)?
            .get_arguments()
            .any(|argument| argument.get_long() == option.strip_prefix("--"));
        Some((name, if has_option { format!("{meant} {option}") } else { (*meant).to_owned() }))
    }

    /// What other tools call by this name, as it is called here.
    fn find_meant(&self, command: &clap::Command, root: &clap::Command) -> Option<String> {
        match self.0.kind() {
            ErrorKind::InvalidSubcommand => {
                let name = self.text(ContextKind::InvalidSubcommand)?;
                let here = command.get_name();
                if here != root.get_name() {
                    let is_it = |(parent, names, _): &&(&str, &[&str], &str)| *parent == here && names.contains(&name);
                    let (_, _, line) = COMMANDS_MEANT_BELOW.iter().find(is_it)?;
                    return Some(format!("referralloop {line}"));
                }
                // An event where a command belongs was to be sent.
                let event = match name.parse::<EventType>() {
                    Ok(event) => Some(event.short_name()),
                    Err(unknown) => {
                        unknown.suggestion.filter(|meant| self.suggestion().is_none() && is_slip(name, meant))
                    }
                };
                let meant = COMMANDS_MEANT.iter().find(|(names, _)| names.contains(&name)).map(|(_, line)| *line);
                let line = meant.map(str::to_owned).or_else(|| find_below(root, name));
                let line = line.or_else(|| event.map(|event| format!("trigger {event}")))?;
                Some(format!("referralloop {line}"))
            }
            ErrorKind::UnknownArgument => {
                let name = self.text(ContextKind::InvalidArg)?;
                let (_, meant) = OPTIONS_MEANT.iter().find(|(names, _)| names.contains(&name))?;
                let has = |option: &str| {
                    let is_it = |argument: &clap::Arg| argument.get_long() == option.strip_prefix("--");
                    !option.starts_with("--") || command.get_arguments().chain(root.get_arguments()).any(is_it)
                };
                meant.iter().find(|option| has(option)).map(|option| (*option).to_owned())
            }
            _ => None,
        }
    }

    /// What was typed below a command and is known at the top: `events resend` is `replay`.
    fn find_other_commands(&self, command: &clap::Command, root: &clap::Command) -> Option<String> {
        let name = self.text(ContextKind::InvalidSubcommand).filter(|_| command.get_name() != root.get_name())?;
        let known = root.find_subcommand(name).map(clap::Command::get_name);
        let meant = || COMMANDS_MEANT.iter().find(|(names, _)| names.contains(&name)).map(|(_, line)| *line);
        known.or_else(meant).map(|line| format!("referralloop {line}"))
    }

    /// The one option of the command whose name goes on where this one ends or begins: `--inspect-port` for `--port`.
    fn find_longer_option(&self, command: &clap::Command) -> Option<String> {
        let option = self.text(ContextKind::InvalidArg).filter(|_| self.0.kind() == ErrorKind::UnknownArgument)?;
        let word = option.strip_prefix("--").filter(|word| word.len() > 2)?;
        let goes_on = |long: &&str| {
            long.strip_suffix(word).is_some_and(|rest| rest.ends_with('-'))
                || long.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'))
        };
        let mut longer = command.get_arguments().filter_map(clap::Arg::get_long).filter(goes_on);
        let one = longer.next().filter(|_| longer.next().is_none())?;
        Some(format!("--{one}"))
    }

    /// Whether a file is missing whose content standard input may have as well.
    fn misses_input(&self, command: &clap::Command) -> bool {
        let missing = self.texts(ContextKind::InvalidArg);
        let takes_input = |argument: &clap::Arg| {
            let is_missing = argument
                .get_value_names()
                .is_some_and(|names| names.iter().any(|value| missing.iter().any(|one| name(one) == value.as_str())));
            is_missing && argument.get_help().is_some_and(|help| help.to_string().contains("- for standard input"))
        };
        self.0.kind() == ErrorKind::MissingRequiredArgument && command.get_positionals().any(takes_input)
    }

    /// A line that has what is missing: the first example of the command's help.
    fn find_example(&self, command: &clap::Command, path: &str) -> Option<String> {
        let missing = self.texts(ContextKind::InvalidArg);
        if self.0.kind() != ErrorKind::MissingRequiredArgument {
            return None;
        }
        let options =
            || missing.iter().filter(|one| one.starts_with('-')).filter_map(|one| one.split_whitespace().next());
        let has_options = |rest: &str| options().all(|option| rest.split_whitespace().any(|word| word == option));
        first_example(command, path, has_options)
    }

    /// How the line reads with the `--` that was left out before the command that is to be run.
    fn find_command_line(&self, command: &clap::Command, path: &str, arguments: &[OsString]) -> Option<String> {
        let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        if !command.get_positionals().any(clap::Arg::is_last_set) || words.iter().any(|word| word == "--") {
            return None;
        }
        let is_value = |at: usize| {
            let named = |argument: &clap::Arg| {
                let long = argument.get_long().is_some_and(|long| words[at - 1] == format!("--{long}"));
                long || argument.get_short().is_some_and(|short| words[at - 1] == format!("-{short}"))
            };
            command.get_arguments().any(|argument| named(argument) && argument.get_action().takes_values())
        };
        let start = words.iter().position(|word| word == command.get_name())? + 1;
        let mut events = (start..words.len()).filter(|at| !words[*at].starts_with('-') && !is_value(*at));
        let other = events.find_map(|at| words[at].parse::<Expectation>().err().map(|complaint| (at, complaint)));
        match other {
            // A name that is nearly an event's was meant as one.
            Some((_, complaint)) if complaint.contains("did you mean") => None,
            Some((at, _)) if at > start => {
                Some(format!("{path} {} -- {}", join_words(&words[start..at]), join_words(&words[at..])))
            }
            None if self.0.kind() == ErrorKind::MissingRequiredArgument && words.len() > start => {
                Some(format!("{path} {} -- npm test", join_words(&words[start..])))
            }
            _ if self.0.kind() == ErrorKind::MissingRequiredArgument => Some(format!("{path} created -- npm test")),
            _ => None,
        }
    }

    /// The option that was left out before a port, an address or a body.
    fn forgotten_option(&self, command: &clap::Command) -> Option<String> {
        let argument = self.text(ContextKind::InvalidArg)?;
        let value = match self.0.kind() {
            ErrorKind::UnknownArgument => argument,
            // An address in the place of an event or an id.
            ErrorKind::ValueValidation if !argument.starts_with('-') => {
                self.text(ContextKind::InvalidValue).filter(|value| value.contains("://"))?
            }
            _ => return None,
        };
        let begins_with_port = value.split_once('/').is_some_and(|(port, _)| arguments::read_port(port).is_ok());
        let takers: &[&str] = match value {
            _ if arguments::read_port(value).is_ok() => &["port", "to"],
            _ if value.starts_with(['{', '@']) => &["data"],
            _ if arguments::read_email(value).is_ok() => &["email"],
            _ if begins_with_port || value.contains(':') && arguments::read_target(value).is_ok() => {
                &["to", "forward-to", "url", "app"]
            }
            _ => return None,
        };
        let knows = |name: &&&str| command.get_arguments().any(|argument| argument.get_long() == Some(name));
        takers.iter().find(knows).map(|name| format!("--{name}"))
    }

    fn text(&self, kind: ContextKind) -> Option<&str> {
        match self.0.get(kind) {
            Some(ContextValue::String(text)) => Some(text),
            _ => None,
        }
    }

    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.0.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }
}

/// `--port <PORT>` is called `--port`, `[EVENT]` is called `EVENT`.
fn name(argument: &str) -> String {
    match argument.starts_with('-') {
        true => argument.split([' ', '=']).next().unwrap_or_default().trim_end_matches('.').to_owned(),
        false => {
            let one = argument.trim_end_matches('.');
            let inner = |open, close| one.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
            inner('<', '>').or_else(|| inner('[', ']')).unwrap_or(one).to_owned()
        }
    }
}

/// What the parser of numbers says, in plain words; all else is in such words already.
fn translate_complaint(words: &str, value: &str) -> String {
    if let Some((_, range)) = words.split_once(" is not in ") {
        return match range.split_once("..") {
            Some((least, "")) => format!("{value} is too small; write at least {least}"),
            Some((least, most)) => {
                format!("{value} is out of range; write a number from {least} to {}", most.trim_start_matches('='))
            }
            None => words.to_owned(),
        };
    }
    match words {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            format!("'{value}' is not a whole number")
        }
        "invalid float literal" | "cannot parse float from empty string" => format!("'{value}' is not a number"),
        "number too large to fit in target type" => format!("{value} is too large"),
        "number too small to fit in target type" => format!("{value} is too small"),
        other => other.to_owned(),
    }
}

/// Words as a shell takes them.
fn join_words(words: &[String]) -> String {
    let is_plain =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./:=+,@%".contains(c));
    let typed = |word: &String| if is_plain(word) { word.clone() } else { quote_shell_word(word) };
    words.iter().map(typed).collect::<Vec<_>>().join(" ")
}

fn describe_missing(arguments: &[String]) -> String {
    let names: Vec<String> = arguments.iter().map(|argument| name(argument)).collect();
    format!("{} {} missing", join_names(&names, "and"), if names.len() == 1 { "is" } else { "are" })
}

/// `a`, `a or b`, `a, b or c`.
fn join_names(names: &[String], word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} {word} {last}", most.join(", ")),
    }
}
