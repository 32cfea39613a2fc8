//! `help`: the help of a command, or a topic that no option belongs to.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::pager;
use crate::protocol::closest::find_closest;
use crate::session::reference::{self, ReferenceSection};
use clap::builder::StyledStr;

/// What a coding agent needs to know, as it stands in the documentation.
const AGENTS: &str = include_str!("../../docs/agents.md");

/// Explain a command, or a topic: environment, files, exit-codes, agents
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop help listen
  referralloop help events export
  referralloop help environment
  referralloop help agents")]
pub(crate) struct Arguments {
    /// A command such as listen or events export, or a topic
    #[arg(value_name = "COMMAND")]
    about: Vec<String>,
}

/// Finishes a text of the parser's library for printing, with colour or without.
type HelpFinisher = fn(&StyledStr, bool) -> String;

/// Prints the help of the root, of a command below it, or of a topic.
pub(crate) fn run(
    arguments: &Arguments,
    root: clap::Command,
    finish: HelpFinisher,
    context: &Context,
) -> Result<Exit, Error> {
    let console = Console::new(context);
    let text = match arguments.about.as_slice() {
        [topic] if topic == "agents" => AGENTS.to_owned(),
        words => match words.first().filter(|_| words.len() == 1).and_then(|topic| find_topic(topic)) {
            Some(section) => reference::render_section(&section, &console.out),
            None => {
                let mut found = reference::find_command(root, words).map_err(|error| suggest_topic(error, words))?;
                finish(&found.render_long_help(), console.out.colour)
            }
        },
    };
    pager::show_paged(&text, &console, context)?;
    Ok(Exit::Done)
}

/// What is no command may be a topic mistyped.
fn suggest_topic(mut error: Error, words: &[String]) -> Error {
    let sections = reference::list_sections();
    let topics = sections.iter().map(|section| section.topic).chain(["agents"]);
    let meant = words.first().filter(|_| words.len() == 1).and_then(|word| find_closest(word, topics));
    if let Some(topic) = meant.filter(|_| !error.hints.iter().any(|hint| hint.starts_with("did you mean"))) {
        error.hints.insert(0, format!("did you mean {topic}?"));
    }
    error
}

fn find_topic(name: &str) -> Option<ReferenceSection> {
    reference::list_sections().into_iter().find(|section| section.topic == name)
}
