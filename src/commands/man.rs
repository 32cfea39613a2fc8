//! `man`: the manual page, made from the same text as `--help`; on a terminal it is shown as a page.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::output_error::OutputError;
use crate::output::pager;
use crate::session::reference;
use clap::builder::Resettable;
use clap_mangen::roff::{Roff, bold, roman};

/// Show the manual page of referralloop, or of one of its commands; into a pipe, its source
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop man listen
  referralloop man > referralloop.1
  referralloop man events export > referralloop-events-export.1")]
pub(crate) struct Arguments {
    /// A command, such as listen or events export
    #[arg(value_name = "COMMAND")]
    of: Vec<String>,
}

/// Shows or prints the page for the command that it is handed, or for one below it.
pub(crate) fn run(arguments: &Arguments, root: clap::Command, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    // What this build is says `--version`; the page is the same wherever it was made.
    let command = reference::find_command(root.long_version(Resettable::Reset), &arguments.of)?;
    let source = render(command.clone()).map_err(OutputError::from)?;
    match pager::show_manual(&source, &console, context) {
        true => {}
        // A terminal where nothing shows pages: the same as plain text rather than its source.
        false if console.is_terminal() => pager::show_paged(&render_plain(command, &console), &console, context)?,
        false => console.write_bytes(&source)?,
    }
    Ok(Exit::Done)
}

fn render_plain(mut command: clap::Command, console: &Console) -> String {
    let mut text = command.render_long_help().to_string();
    for section in reference::list_sections() {
        text.push('\n');
        text.push_str(&reference::render_section(&section, &console.out));
    }
    text
}

/// The page's source in roff: clap_mangen's, and behind it what is true of every command.
fn render(command: clap::Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    for section in reference::list_sections() {
        let mut roff = Roff::new();
        roff.control("SH", [section.title.to_uppercase().as_str()]);
        for (term, meaning) in &section.entries {
            roff.control("TP", []).text([bold(term)]).text([roman(meaning)]);
        }
        roff.to_writer(&mut page)?;
    }
    Ok(page)
}
