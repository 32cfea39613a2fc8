//! Completion of a command line, for the scripts that `completions` prints: the shell calls this program with the words
//! typed so far and is told what may follow.
//!
//! Knows which argument takes which kind of value. Where the values come from is beside it; nothing here may fail
//! loudly, since a person is typing.

use super::values::{CompletionValues, ValueKind};
use crate::context::Context;
use clap::Arg;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env as shells;
use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Arc;

/// The variable by which a script asks; its value names the shell.
const VARIABLE: &str = "REFERRALLOOP_COMPLETE";

/// What a script wants to stand between two candidates.
const SEPARATOR: &str = "_CLAP_IFS";

/// Shells that put a candidate into the line as it is. With none they offer names of files themselves, and quote them.
const QUOTE_NOTHING: [&str; 2] = ["bash", "powershell"];

/// Whether one of the candidates, each before its hint, would be more to a shell than a word: as a file may be called.
fn holds_shell_words(answer: &[u8], separator: &[u8]) -> bool {
    let acts = |byte: &u8| byte.is_ascii_control() || b" $`\"'\\;&|<>(){}!".contains(byte);
    let candidates = answer.split(|byte| separator.contains(byte));
    let words = candidates.filter_map(|candidate| candidate.split(|byte| *byte == b'\t').next());
    words.flatten().any(acts)
}

/// Writes the script that makes a shell ask this program.
///
/// # Errors
/// The script cannot be written, or there is none for this shell.
pub(super) fn write_script(shell: &str, script: &mut dyn io::Write) -> io::Result<()> {
    let builtins = shells::Shells::builtins();
    let shell = builtins.completer(shell).ok_or_else(|| io::Error::other(format!("no completions for {shell}")))?;
    let mut text = Vec::new();
    shell.write_registration(VARIABLE, "referralloop", "referralloop", "referralloop", &mut text)?;
    let text = String::from_utf8_lossy(&text).replace(ZSH_REGISTRATION, ZSH_FIRST_CALL);
    script.write_all(text.as_bytes())
}

/// How the script for zsh ends.
const ZSH_REGISTRATION: &str = "\ncompdef _clap_dynamic_completer_referralloop referralloop";

/// What stands there instead: zsh runs a file of its search path at the first Tab, which shall offer something already.
const ZSH_FIRST_CALL: &str = "
if [[ ${funcstack[1]} == _referralloop ]]; then
    _clap_dynamic_completer_referralloop \"$@\"
else
    compdef _clap_dynamic_completer_referralloop referralloop
fi";

/// The shell that asks, where this is such a call.
pub(super) fn find_asking_shell(context: &Context) -> Option<&'static dyn shells::EnvCompleter> {
    let name = context.environment.text(VARIABLE)?;
    shells::Shells::builtins().0.iter().copied().find(|shell| shell.is(&name))
}

/// Answers a shell: writes what may stand at the end of the words behind `--`.
///
/// # Errors
/// The answer cannot be written.
pub(super) fn complete(shell: &dyn shells::EnvCompleter, command: clap::Command, context: &Context) -> io::Result<()> {
    let words: Vec<OsString> = context.arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    if words.is_empty() {
        return write_script(shell.name(), &mut context.stdout.clone());
    }
    let values = Arc::new(CompletionValues::new(context, &words));
    // What is offered may have come in with a secret in it, as everything else that is printed.
    context.hide_secrets(&values.list_hidden());
    let mut command = attach_values(command, &values);
    let mut answer = Vec::new();
    let separator = context.environment.text(SEPARATOR).unwrap_or_else(|| "\n".to_owned());
    // A shell has no use for an error at a place where nothing can follow.
    if shell.write_complete(&mut command, words, Some(&context.directory), &mut answer).is_ok()
        && !(QUOTE_NOTHING.contains(&shell.name()) && holds_shell_words(&answer, separator.as_bytes()))
    {
        io::Write::write_all(&mut context.stdout.clone(), &answer)?;
    }
    Ok(())
}

/// The grammar with a source of values at each argument that has one.
fn attach_values(command: clap::Command, values: &Arc<CompletionValues>) -> clap::Command {
    let name = command.get_name().to_owned();
    let with_arguments = command.mut_args(|argument| attach(argument, &name, values));
    with_arguments.mut_subcommands(|command| attach_values(command, values))
}

fn attach(argument: Arg, command: &str, values: &Arc<CompletionValues>) -> Arg {
    let Some(kind) = choose_kind(&argument, command) else { return argument };
    let (values, is_list) = (values.clone(), takes_list(&argument));
    let is_routed = command == "listen" && matches!(argument.get_id().as_str(), "forward_to" | "targets" | "headers");
    argument.add(ArgValueCompleter::new(move |typed: &OsStr| {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        let (before, typed) = match typed.rsplit_once(',') {
            Some((before, typed)) if is_list => (format!("{before},"), typed),
            _ => (String::new(), typed),
        };
        // A target may be bound to an event: created=3000/hooks.
        let (route, typed) = match typed.split_once('=') {
            Some((event, typed)) if is_routed => (format!("{event}="), typed),
            _ => (String::new(), typed),
        };
        let routes = if is_routed && route.is_empty() { CompletionValues::list_routes() } else { Vec::new() };
        let before = before + &route;
        let found = values.list(kind).into_iter().chain(routes).filter(|value| value.text.starts_with(typed));
        found
            .map(|value| {
                CompletionCandidate::new(format!("{before}{}", value.text))
                    .help(value.hint.map(clap::builder::StyledStr::from))
            })
            .collect()
    }))
}

/// Whether an argument takes several values with commas between.
fn takes_list(argument: &Arg) -> bool {
    matches!(value_name(argument), "EVENTS" | "IDS" | "FAULTS" | "STATUSES")
}

fn value_name(argument: &Arg) -> &str {
    argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str())
}

/// What an argument takes, from the name of its value, its own, and the command where the same name means several.
fn choose_kind(argument: &Arg, command: &str) -> Option<ValueKind> {
    let id = argument.get_id().as_str();
    Some(match (value_name(argument), id, command) {
        ("EVENT" | "EVENT[=N]", ..) => ValueKind::Event,
        ("EVENTS", ..) => ValueKind::EventSelection,
        ("ID", "waitlist", _) => ValueKind::Waitlist,
        ("ID", "signup", _) | ("ID", _, "get" | "delete") => ValueKind::Signup,
        ("ID" | "IDS", "case" | "only" | "skip", _) => ValueKind::AuditCheck,
        ("ID", _, "unsubscribe" | "deliveries") => ValueKind::Subscription,
        ("ID", _, "show") | ("A" | "B", ..) | ("N", "event", "verify") => ValueKind::EventOrRefused,
        ("ID", ..) => ValueKind::EventNumber,
        ("LINE", ..) => ValueKind::JournalLine,
        ("NAME", "profile", _) => ValueKind::Profile,
        ("NAME", "framework", _) => ValueKind::Framework,
        ("NAME", _, "get" | "set" | "unset") => ValueKind::Setting,
        ("PATH", "unset", _) => ValueKind::Member,
        ("PATH=VALUE" | "PATH=JSON", ..) => ValueKind::MemberAssignment,
        ("PATH", "path", _) => ValueKind::Fixed(&[("auto", "one that cannot be guessed")]),
        ("PLAN", ..) => ValueKind::Plan,
        ("SCENARIO", ..) => ValueKind::Scenario,
        ("COMMAND", "about", _) => ValueKind::HelpTopic,
        ("COMMAND", ..) => ValueKind::Command,
        // A header is typed by hand; the event whose target alone gets it is not.
        ("NAME: VALUE", _, "listen") => ValueKind::Fixed(&[]),
        ("SHELL", ..) => ValueKind::Fixed(SHELLS),
        ("HOW", ..) => ValueKind::Fixed(TUNNELS),
        ("SPEED", ..) => ValueKind::Fixed(SPEEDS),
        ("PACE", ..) => ValueKind::Fixed(PACES),
        ("SEVERITY", ..) => ValueKind::Fixed(SEVERITIES),
        ("FAULTS", ..) => ValueKind::Fixed(FAULTS),
        ("STATUSES", ..) => ValueKind::Fixed(STATUSES),
        ("ADDRESS", "bind", _) => ValueKind::Fixed(ADDRESSES),
        ("ADDRESS", "email", _) => ValueKind::Email,
        ("TARGET" | "URL", "to" | "forward_to" | "app" | "url" | "target" | "targets", _) => ValueKind::Target,
        _ => return None,
    })
}

const TUNNELS: &[(&str, &str)] = &[
    ("cloudflared", "a quick tunnel, no account"),
    ("ngrok", "the agent of ngrok"),
    ("bore:", "bore:SERVER"),
    ("ssh:", "ssh:USER@HOST"),
];
const SPEEDS: &[(&str, &str)] = &[
    ("60x", "a minute in a second"),
    ("10x", "ten times as fast"),
    ("instant", "every attempt at once"),
    ("step", "Enter for each attempt"),
];
const PACES: &[(&str, &str)] =
    &[("original", "as they came"), ("10x", "ten times as fast"), ("asap", "one after the other")];
const SEVERITIES: &[(&str, &str)] =
    &[("info", ""), ("low", ""), ("medium", "the default"), ("high", ""), ("critical", "")];
const FAULTS: &[(&str, &str)] = &[
    ("duplicate=", "a share, such as 0.2"),
    ("together=", "a share, such as 0.1"),
    ("drop=", "a share, such as 0.1"),
    ("reorder=", "how many change places, such as 5"),
    ("delay=", "a range, such as 50ms..2s"),
    ("corrupt=", "a share, such as 0.01"),
    ("late=", "a share, such as 0.1"),
];
const SHELLS: &[(&str, &str)] = &[
    ("bash", "for your bashrc; or --install it"),
    ("zsh", "for your zshrc; or --install it"),
    ("fish", "for your config.fish; or --install it"),
    ("powershell", "for your profile"),
    ("elvish", "for your rc.elv"),
];
const STATUSES: &[(&str, &str)] = &[
    ("200", "OK"),
    ("202", "Accepted"),
    ("400", "Bad Request"),
    ("401", "Unauthorized"),
    ("404", "Not Found"),
    ("429", "Too Many Requests"),
    ("500", "Internal Server Error"),
    ("503", "Service Unavailable"),
];
const ADDRESSES: &[(&str, &str)] =
    &[("127.0.0.1", "this machine alone"), ("::1", "this machine alone, IPv6"), ("0.0.0.0", "every network")];
