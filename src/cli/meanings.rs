//! What people who know other tools type, and what does it here: commands and options by their meaning.

/// Options that are looked for at one command and belong to another, and the words with which the other begins.
pub(super) const ELSEWHERE: [(&str, &[&str], &str); 9] = [
    ("trigger", &["--count", "--rate", "--duration", "--concurrency"], "load EVENT"),
    ("trigger", &["--chaos", "--state-cmd", "--state-change"], "rehearse"),
    ("trigger", &["--scenario"], "rehearse SCENARIO"),
    ("trigger", &["--case", "--signature-header"], "test URL"),
    ("load", &["--chaos", "--state-cmd", "--state-change"], "rehearse"),
    ("load", &["--scenario"], "rehearse SCENARIO"),
    ("load", &["--dry-run", "--edit", "--sign"], "trigger EVENT"),
    ("rehearse", &["--scenario"], "rehearse SCENARIO"),
    ("rehearse", &["--rate", "--duration", "--concurrency"], "load EVENT"),
];

/// Commands that people know from other tools, and what does the same here.
pub(super) const COMMANDS_MEANT: [(&[&str], &str); 21] = [
    (&["forward", "start", "serve", "server", "run", "receive", "watch", "http", "up"], "listen"),
    (&["logs", "log", "tail", "history", "list", "ls", "requests", "attempts", "recent"], "events list"),
    (&["last", "latest", "newest"], "events show last"),
    (&["resend", "redeliver", "repeat"], "replay"),
    (&["retry"], "replay --failed"),
    (&["send", "fire", "emit", "publish", "post"], "trigger"),
    (&["bench", "benchmark", "stress"], "load"),
    (&["simulate", "chaos"], "rehearse"),
    (&["audit", "check", "lint", "scan"], "test"),
    (&["ci", "assert", "wait", "await"], "expect"),
    (&["init", "setup", "configure", "settings"], "config set"),
    (&["profile", "profiles", "env"], "config profiles"),
    (&["version"], "--version"),
    (&["mock", "emulate", "fake", "fixtures"], "sandbox"),
    (&["status", "ping", "info", "diagnose", "debug", "health"], "doctor"),
    (&["webhooks", "webhook", "endpoints", "endpoint", "hooks", "connections", "connection"], "subscriptions"),
    (&["auth", "token", "key", "keys", "connect", "authtoken", "signin"], "login"),
    (&["users", "user", "people", "contacts", "leads", "customers"], "signups list"),
    (&["tunnel", "expose", "share", "proxy"], "listen --tunnel cloudflared"),
    (&["ui", "web", "dashboard", "open"], "inspect"),
    (&["examples", "docs", "documentation", "manual"], "help"),
];

/// The same below a command that has others: its name, what is typed there, and what does it here.
pub(super) const COMMANDS_MEANT_BELOW: [(&str, &[&str], &str); 16] = [
    ("events", &["tail", "follow", "watch", "logs", "stream"], "events list --follow"),
    ("events", &["get", "view", "inspect", "cat", "open", "print", "retrieve", "last", "latest"], "events show"),
    ("events", &["delete", "remove", "rm", "clear", "purge", "clean"], "events prune"),
    ("events", &["search", "find", "grep", "filter"], "events list --where"),
    ("events", &["compare"], "events diff"),
    ("signups", &["view", "show", "find"], "signups get"),
    ("signups", &["add", "new", "register"], "signups create"),
    ("signups", &["remove", "rm"], "signups delete"),
    ("secret", &["generate", "create", "make", "rotate", "roll", "reset"], "secret new"),
    ("secret", &["get", "print", "view", "reveal"], "secret show"),
    ("config", &["list", "ls", "view", "print"], "config show"),
    ("config", &["read", "value"], "config get"),
    ("sandbox", &["list", "ls", "logs", "log", "attempts", "queue", "events"], "sandbox deliveries"),
    ("sandbox", &["start", "run", "serve", "up"], "sandbox"),
    ("config", &["edit", "file", "where"], "config path"),
    ("config", &["add-authtoken", "add-api-key", "login"], "login"),
];

/// Options that people know from other tools, and what may be meant here: the first one that the command has, or the
/// line of another command.
pub(super) const OPTIONS_MEANT: [(&[&str], &[&str]); 30] = [
    (&["--override"], &["--set"]),
    (&["--add"], &["--set"]),
    (&["--remove"], &["--unset"]),
    (&["--print-json"], &["--json"]),
    (&["--print-secret"], &["referralloop secret show"]),
    (&["--secret", "--webhook-secret", "--signing-secret"], &["--secret-file"]),
    (&["--api-key", "--apikey", "--authtoken", "--cli-key", "--token", "--key"], &["referralloop login"]),
    (&["--forward", "--target", "--destination", "--endpoint"], &["--forward-to", "--to", "--url"]),
    (&["--forward-connect-to", "--to", "--forward-to"], &["--forward-to", "--to", "--url"]),
    (&["--url"], &["--public-url", "--to"]),
    (&["--load-from-webhooks-api", "--use-configured-webhooks"], &["--subscribe"]),
    (&["--domain", "--subdomain", "--hostname"], &["--public-url"]),
    (&["--host-header"], &["--header"]),
    (&["--skip-verify", "--no-verify", "--skip-tls-verify"], &["--insecure"]),
    (&["--raw", "--payload", "--body", "--json-body"], &["--data"]),
    (&["--repeat"], &["--times", "--count"]),
    (&["--project-name", "--project", "--account"], &["--profile"]),
    (&["--filter-body", "--jq", "--query", "--grep", "--search"], &["--where"]),
    (&["--log", "--log-format"], &["--format"]),
    (&["--event", "--filter", "--event-type", "--types", "-e"], &["--events"]),
    (&["--headers"], &["--header"]),
    (&["--silent"], &["--quiet"]),
    (&["--debug", "--log-level"], &["--verbose"]),
    (&["--output-format"], &["--format"]),
    (&["--output", "--out", "--file"], &["--output", "--html", "--junit", "--format"]),
    (&["--for", "--within", "--wait", "--max-time", "--deadline"], &["--within", "--for", "--duration", "--timeout"]),
    (&["--last", "--tail", "--lines", "--max-count", "-n"], &["--last", "--limit", "--count"]),
    (&["--host", "--address", "--listen"], &["--bind", "--api-url"]),
    (&["--retries", "--max-retries", "--max-attempts", "--attempts"], &["--retry", "--forward-retry"]),
    (&["--until", "--before"], &["--until-time"]),
];

#[cfg(test)]
mod tests {
    use super::{COMMANDS_MEANT, COMMANDS_MEANT_BELOW, OPTIONS_MEANT};

    #[test]
    fn what_is_meant_exists_and_what_is_not_does_not() {
        let root = crate::cli::command();
        let below = COMMANDS_MEANT_BELOW.map(|(parent, names, line)| (Some(parent), names, line));
        for (parent, names, line) in COMMANDS_MEANT.map(|(names, line)| (None, names, line)).into_iter().chain(below) {
            let above = parent.map_or(Some(&root), |parent| root.find_subcommand(parent)).unwrap();
            assert!(names.iter().all(|name| above.find_subcommand(name).is_none()), "{names:?}");
            let mut at = &root;
            for word in line.split(' ').take_while(|word| !word.starts_with('-') && *word != "last") {
                at = at.find_subcommand(word).unwrap_or_else(|| panic!("referralloop {line} does not exist"));
            }
        }
        let deeper = root.get_subcommands().flat_map(clap::Command::get_subcommands);
        let commands = [&root].into_iter().chain(root.get_subcommands()).chain(deeper);
        let options: Vec<&str> =
            commands.flat_map(clap::Command::get_arguments).filter_map(clap::Arg::get_long).collect();
        for (_, meant) in OPTIONS_MEANT {
            let is_known = |option: &&&str| option.strip_prefix("--").is_none_or(|long| options.contains(&long));
            assert_eq!(meant.iter().filter(is_known).count(), meant.len(), "{meant:?}");
        }
    }
}
