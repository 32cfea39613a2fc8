//! `help`: the help of a command, or a topic that no option belongs to.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::pager;
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
            None => finish(&reference::find_command(root, words)?.render_long_help(), console.out.colour),
        },
    };
    pager::show_paged(&text, &console, context)?;
    Ok(Exit::Done)
}

fn find_topic(name: &str) -> Option<ReferenceSection> {
    reference::list_sections().into_iter().find(|section| section.topic == name)
}
