//! `completions`: the completion script of a shell, printed or put where the shell looks for it.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::output_error::OutputError;
use std::io::{self, Write};
use std::path::PathBuf;

/// Print a completion script for a shell, or install it
#[derive(Debug, clap::Args)]
#[command(after_help = "The script asks this program for what may follow, so it also offers values: events, numbers of
stored events, profiles, subscriptions, checks, settings.

Examples:
  referralloop completions bash --install
  referralloop completions zsh > _referralloop
  referralloop completions fish > referralloop.fish")]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: clap_complete::Shell,
    /// Write the script where the shell looks for it (bash, zsh, fish), and say where that is
    #[arg(long)]
    install: bool,
}

/// Writes the script of the shell with this name.
type ScriptWriter = fn(&str, &mut dyn Write) -> io::Result<()>;

/// Prints or installs what the writer makes.
pub(crate) fn run(arguments: &Arguments, write_script: ScriptWriter, context: &Context) -> Result<Exit, Error> {
    let shell = arguments.shell.to_string();
    let mut script = Vec::new();
    write_script(&shell, &mut script).map_err(OutputError::from)?;
    let console = Console::new(context);
    if !arguments.install {
        console.write_bytes(&script)?;
        if console.is_terminal() {
            console.print_hint(&format!(
                "referralloop completions {shell} --install   installs it where {shell} looks for completions"
            ));
        }
        return Ok(Exit::Done);
    }
    let (path, next) = find_place(arguments.shell, context)?;
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, &script));
    written.map_err(|error| Error::unwritable(&path, error))?;
    console.print_notice(&format!("Written to {}. {next}", path.display()));
    Ok(Exit::Done)
}

/// Where a shell looks for completions of one user, and what is left to do.
///
/// The places are those of bash-completion's README, of zsh's `fpath`, and of fish's documentation on completions.
fn find_place(shell: clap_complete::Shell, context: &Context) -> Result<(PathBuf, &'static str), Error> {
    let home = context.environment.path("HOME");
    let below = |variable: &str, usual: &str| {
        let named = context.environment.path(variable).filter(|path| path.is_absolute());
        named.or_else(|| Some(home.as_ref()?.join(usual)))
    };
    let place = match shell {
        clap_complete::Shell::Bash => below("XDG_DATA_HOME", ".local/share")
            .map(|base| (base.join("bash-completion/completions/referralloop"), "It works in the next shell.")),
        clap_complete::Shell::Zsh => below("ZDOTDIR", "").map(|base| {
            let next = "If it is not there yet, add to .zshrc before compinit: fpath=(~/.zfunc $fpath)";
            (base.join(".zfunc/_referralloop"), next)
        }),
        clap_complete::Shell::Fish => below("XDG_CONFIG_HOME", ".config")
            .map(|base| (base.join("fish/completions/referralloop.fish"), "It works in the next shell.")),
        other => {
            return Err(Error::usage(format!("there is no standard folder for completions of {other}"))
                .hint(format!("referralloop completions {other}   prints the script; load it in your profile")));
        }
    };
    place.ok_or_else(|| {
        Error::usage("cannot find the folder for completions: HOME is not set").hint("print the script instead")
    })
}
