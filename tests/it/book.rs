//! The book: a page for each command, made from its help; every page is in the table of contents, every link leads
//! somewhere, and every command line that is printed means something to the parser. That they run is for `help.rs` and
//! `recipes.rs`.

use crate::support::{Scene, compare_committed};
use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Every page, README included, by its path below the repository.
pub fn pages() -> Vec<(PathBuf, String)> {
    let root = docs().parent().unwrap().to_owned();
    let mut found = vec![root.join("README.md")];
    for folder in [docs(), docs().join("commands")] {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        found.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    found.sort();
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// What Markdown would take for marks of its own.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for (at, piece) in text.split('`').enumerate() {
        escaped.push_str(if at == 0 { "" } else { "`" });
        // Between backquotes everything stands for itself.
        if at % 2 == 1 {
            escaped.push_str(piece);
        } else {
            escaped.extend(
                piece.chars().flat_map(|c| ['\\'; 1].into_iter().filter(move |_| "<*[\\".contains(c)).chain([c])),
            );
        }
    }
    escaped
}

fn plain(text: Option<&StyledStr>) -> String {
    text.map(StyledStr::to_string).unwrap_or_default()
}

/// Prose as paragraphs, indented lines as blocks; the examples as what they are.
fn write_prose(page: &mut String, text: &str, mark: &str) {
    let mut block = "";
    for line in text.lines() {
        let kind = match line {
            "Examples:" => {
                write!(page, "\n{mark} Examples\n").unwrap();
                "examples"
            }
            line if !line.starts_with(' ') => "",
            _ if block == "examples" || block == "sh" => "sh",
            _ => "text",
        };
        let fence = |kind: &str| kind == "sh" || kind == "text";
        if fence(block) && kind != block {
            page.push_str("```\n");
        }
        if fence(kind) && kind != block {
            write!(page, "\n```{kind}\n").unwrap();
        }
        match kind {
            "examples" => {}
            "" => writeln!(page, "{}", escape(line)).unwrap(),
            _ => writeln!(page, "{}", line.strip_prefix("  ").unwrap_or(line)).unwrap(),
        }
        block = kind;
    }
    if block == "sh" || block == "text" {
        page.push_str("```\n");
    }
}

fn takes_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
}

/// `-p`, `--port PORT`
fn name_argument(argument: &Arg) -> String {
    let values: Vec<String> = argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let takes = takes_value(argument);
    let value = if takes { values.join(" ") } else { String::new() };
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let mut names: Vec<String> = short.into_iter().chain(long).collect();
    match names.last_mut() {
        Some(last) if takes => last.push_str(&format!(" {value}")),
        Some(_) => {}
        None => names.push(value),
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn write_argument(page: &mut String, argument: &Arg) {
    let help = plain(argument.get_long_help().or(argument.get_help()));
    let mut text = format!("- {}: {}", name_argument(argument), escape(&help.replace('\n', " ")));
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes_value(argument) && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        write!(text, " \\[default: {}]", defaults.join(" ")).unwrap();
    }
    let values = argument.get_possible_values();
    let values: Vec<_> =
        values.iter().filter(|value| !value.is_hide_set()).map(|value| format!("`{}`", value.get_name())).collect();
    if matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
        && !values.is_empty()
        && !argument.is_hide_possible_values_set()
    {
        write!(text, ". One of {}", values.join(", ")).unwrap();
    }
    writeln!(page, "{text}").unwrap();
}

/// The command's own arguments, below their headings; what all commands take stands on the page of all of them.
fn write_arguments(page: &mut String, arguments: Vec<&Arg>, mark: &str) {
    let mut headings = vec!["Arguments".to_owned()];
    let heading = |argument: &Arg| {
        let own = if argument.is_positional() { "Arguments" } else { "Options" };
        argument.get_help_heading().unwrap_or(own).to_owned()
    };
    for argument in &arguments {
        if !headings.contains(&heading(argument)) {
            headings.push(heading(argument));
        }
    }
    headings.retain(|title| arguments.iter().any(|argument| heading(argument) == *title));
    for title in headings {
        write!(page, "\n{mark} {title}\n\n").unwrap();
        arguments
            .iter()
            .filter(|argument| heading(argument) == title)
            .for_each(|argument| write_argument(page, argument));
    }
}

fn write_command(page: &mut String, path: &str, command: &Command, depth: usize) {
    let mark = "#".repeat(depth + 1);
    write!(page, "{} {path}\n\n{}.\n", "#".repeat(depth), escape(&plain(command.get_about()))).unwrap();
    let usage = command.clone().render_usage().to_string();
    write!(page, "\n```text\n{}\n```\n\n", usage.trim_start_matches("Usage: ").replace("\n       ", "\n")).unwrap();
    write_prose(page, &plain(command.get_after_long_help().or(command.get_after_help())), &mark);
    let own = command.get_arguments().filter(|argument| !argument.is_global_set() && !argument.is_hide_set());
    write_arguments(page, own.filter(|argument| argument.get_id() != "help").collect(), &mark);
    for next in command.get_subcommands().filter(|next| !next.is_hide_set()) {
        page.push('\n');
        write_command(page, &format!("{path} {}", next.get_name()), next, depth + 1);
    }
}

/// No paragraph is empty, and no two empty lines follow one another.
fn tidy(page: &str) -> String {
    let mut tidied = String::new();
    for line in page.lines() {
        if !(line.is_empty() && tidied.ends_with("\n\n")) {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    tidied.trim_end().to_owned() + "\n"
}

/// The root with everything that its commands inherit.
fn root() -> Command {
    let mut root = referralloop::cli::command();
    root.build();
    root
}

/// What all commands have in common, and the list of them.
fn write_overview(root: &Command) -> String {
    let mut page = "# Commands\n\n| command | does |\n|---|---|\n".to_owned();
    for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = command.get_name();
        writeln!(page, "| [`{name}`](commands/{name}.md) | {} |", escape(&plain(command.get_about()))).unwrap();
    }
    page.push_str("\nThese pages say what `referralloop help COMMAND` says.\n");
    page.push_str("\n## Options of every command\n\n");
    let globals = root.get_arguments().filter(|argument| argument.is_global_set() && !argument.is_hide_set());
    globals.for_each(|argument| write_argument(&mut page, argument));
    for topic in ["environment", "files"] {
        let told = Scene::new().run(["help", topic]).code(0).out();
        let (title, rest) = told.split_once('\n').unwrap();
        write!(page, "\n## {}\n\n```text\n{}\n```\n", title.trim_end_matches(':'), rest.trim_end()).unwrap();
    }
    page.push_str("\n[Exit codes](exit-codes.md) have a page of their own.\n");
    page
}

#[test]
fn each_command_has_its_page() {
    let root = root();
    let commands = root.get_subcommands().filter(|command| !command.is_hide_set());
    let files = commands.map(|command| {
        let mut page = String::new();
        write_command(&mut page, &format!("referralloop {}", command.get_name()), command, 1);
        (format!("{}.md", command.get_name()), tidy(&page).into_bytes())
    });
    compare_committed("docs/commands", files.collect(), "book");
}

#[test]
fn the_page_of_all_commands_is_theirs() {
    let page = write_overview(&root());
    let path = docs().join("commands.md");
    if std::env::var_os("REFERRALLOOP_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page, "docs/commands.md is out of date; REFERRALLOOP_BLESS=1 cargo test --test it book");
}

/// The targets of a page's links, as far as they lead to files.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

#[test]
fn every_page_is_in_the_book_and_every_link_leads_somewhere() {
    let contents = std::fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<&str> = links(&contents).into_iter().collect();
    let mut count = 0;
    for (path, text) in pages() {
        if let Ok(name) = path.strip_prefix(docs()) {
            let name = name.to_str().unwrap();
            assert!(name == "SUMMARY.md" || listed.contains(name), "{name} is not in docs/SUMMARY.md");
        }
        for target in links(&text) {
            let file = path.parent().unwrap().join(target.split('#').next().unwrap());
            assert!(file.exists(), "{}: {target}", path.display());
            count += 1;
        }
    }
    assert!(count > 100, "{count} links");
}

/// Command lines between backquotes and in fenced blocks, with what a prompt or a list puts before them.
fn command_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            let line = line.trim_start().trim_start_matches("- ").trim_start_matches("$ ");
            lines.extend(line.strip_prefix("referralloop ").map(str::to_owned));
        } else {
            let inline = line.split('`').skip(1).step_by(2);
            lines.extend(inline.filter_map(|code| code.strip_prefix("referralloop ")).map(str::to_owned));
        }
    }
    lines
}

#[test]
fn every_command_line_means_something() {
    let scene = Scene::new();
    for name in ["key.txt", "secret.txt", "body.json", "events.jsonl"] {
        scene.write(name, "");
    }
    let mut checked = 0;
    for (path, text) in pages() {
        for line in command_lines(&text) {
            // What is left out, or asked of another command first, and lines that go on.
            if ["…", "...", "$", "COMMAND", "[OPTIONS]", "\\"].iter().any(|part| line.contains(part))
                || line.matches('\'').count() % 2 == 1
            {
                continue;
            }
            let line = line.split(" | ").next().unwrap().replace(" & ", " # ");
            let words = scene.shell(&format!("printf '%s\\n' {line}")).output().code(0);
            let words: Vec<String> = words.out().lines().map(str::to_owned).collect();
            assert!(words.iter().all(|word| !word.is_empty()), "{words:?}");
            let parsed = root().try_get_matches_from([&["referralloop".to_owned()], &words[..]].concat());
            let unknown = [ErrorKind::UnknownArgument, ErrorKind::InvalidSubcommand, ErrorKind::InvalidValue];
            let refused = parsed.err().filter(|error| unknown.contains(&error.kind()));
            assert!(refused.is_none(), "{}: {line}\n{}", path.display(), refused.unwrap());
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
    println!("{checked} command lines");
}
