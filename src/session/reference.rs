//! What `help` and `man` share: the command that somebody asks about, and what a manual says beside commands and
//! options (environment variables, files, exit codes).

use crate::config::keys::KEYS;
use crate::error::Error;
use crate::output::errors::wrap_text;
use crate::output::line::{StyledLine, write_lines};
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::closest::find_closest;

/// Columns that prose keeps to, however wide the terminal is.
const WIDTH: usize = 100;

/// A section of the manual: a title, and entries of a term and what it means.
pub(crate) struct ReferenceSection {
    /// As `help` names it.
    pub topic: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Terms, each with what it means.
    pub entries: Vec<(String, String)>,
}

/// Variables that are no setting's.
const VARIABLES: [(&str, &str); 11] = [
    ("REFERRALLOOP_CONFIG", "the user configuration, in place of ~/.config/referralloop/config.toml"),
    ("NO_COLOR", "if set and not empty, no colours; beats CLICOLOR_FORCE"),
    ("CLICOLOR_FORCE", "if set and not 0, colours even into a pipe"),
    ("TERM=dumb, CLICOLOR=0", "no colours, no pager"),
    ("PAGER, LESS", "the pager for long lists on a terminal (default: less with FRX); PAGER=cat means none"),
    ("VISUAL, EDITOR", "the editor of --edit"),
    (
        "XDG_CONFIG_HOME, XDG_DATA_HOME",
        "where configuration and stores are kept, in place of ~/.config and ~/.local/share",
    ),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "certificates to trust, in place of the machine's"),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "the proxy for the hosted API and remote targets; never for this machine"),
    ("TZ", "the time zone in which times are shown"),
    (
        "REFERRALLOOP_LOG, REFERRALLOOP_LOG_FILE",
        "error, warn, info, debug or trace: what the program does, on stderr or in that file; never a secret or a body",
    ),
];

const FILES: [(&str, &str); 4] = [
    (
        "~/.config/referralloop/config.toml",
        "the user configuration: profiles, secrets and API keys; only you can read it",
    ),
    (
        "referralloop.toml",
        "a project's settings, found from the current folder upwards: ports, targets, events, waitlist; never a secret",
    ),
    (
        "~/.local/share/referralloop/PROFILE/events.db",
        "the store of a profile: events, arrivals, attempts, the journal",
    ),
    ("~/.local/share/referralloop/PROFILE/", "the development secret, and which listeners run"),
];

const EXIT_CODES: [(&str, &str); 8] = [
    ("0", "done; listen and sandbox were ended by Ctrl-C or SIGTERM"),
    ("1", "the answer is no: signature invalid, delivery failed, check failed, expectation unmet"),
    ("2", "usage: a wrong or missing argument, an unreadable input file"),
    ("3", "configuration or credentials: broken configuration, no key, 401, 403"),
    ("4", "network or service: unreachable, TLS, or an error of the hosted API"),
    ("5", "this machine: port busy, store locked or damaged, disk full"),
    ("130, 143", "interrupted before it was finished, by Ctrl-C or SIGTERM"),
    ("other", "expect passes on the exit code of its command where every expectation was met"),
];

/// Every section, in the order of a manual page.
pub(crate) fn list_sections() -> [ReferenceSection; 3] {
    let owned = |entries: &[(&str, &str)]| entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let settings = KEYS.iter().filter_map(|key| Some((key.variable?.to_owned(), key.help.to_owned())));
    let others: Vec<(String, String)> = owned(&VARIABLES);
    [
        ReferenceSection { topic: "environment", title: "Environment", entries: settings.chain(others).collect() },
        ReferenceSection { topic: "files", title: "Files", entries: owned(&FILES) },
        ReferenceSection { topic: "exit-codes", title: "Exit codes", entries: owned(&EXIT_CODES) },
    ]
}

/// The command that words lead to, with the words before it as its name: `referralloop events list`.
///
/// # Errors
/// There is none of that name.
pub(crate) fn find_command(mut root: clap::Command, words: &[String]) -> Result<clap::Command, Error> {
    root.build();
    let mut found = &root;
    for word in words {
        found = found.find_subcommand(word).ok_or_else(|| {
            let names = found.get_subcommands().map(clap::Command::get_name);
            let meant = find_closest(word, names);
            let error = Error::usage(format!("unknown command '{word}'"));
            let error = match meant {
                Some(name) => error.hint(format!("did you mean {name}?")),
                None => error,
            };
            error.hint("referralloop help")
        })?;
    }
    Ok(found.clone())
}

/// A section for reading: each term on a line of its own, what it means below.
pub(crate) fn render_section(section: &ReferenceSection, style: &OutputStyle) -> String {
    let mut lines = vec![StyledLine::new(style).put(TextRole::Strong, section.title)];
    for (term, meaning) in &section.entries {
        lines.push(StyledLine::indented(style, 2).put(TextRole::Key, Sanitised::text(term)));
        let wrapped = wrap_text(&Sanitised::text(meaning), style.width.min(WIDTH).saturating_sub(6).max(20));
        lines.extend(wrapped.into_iter().map(|words| StyledLine::indented(style, 6).put(TextRole::Plain, words)));
    }
    let mut text = String::new();
    write_lines(&mut text, &lines);
    text
}
