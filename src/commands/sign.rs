//! `sign`: the signature header's value for a body.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::records::SignatureRecord;
use crate::session::{self, input};
use std::path::PathBuf;

/// Print the signature of a body: sha256= and 64 hexadecimal digits
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop sign body.json
  printf '{\"a\":1}' | referralloop sign -
  referralloop sign body.json --secret-file secret.txt")]
pub(crate) struct Arguments {
    /// The body's exact bytes; - for standard input
    #[arg(value_name = "FILE")]
    body: PathBuf,
    /// Sign with the secret in this file (- for standard input)
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// Signs.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    input::require_one_stdin(&[Some(&arguments.body), arguments.secret_file.as_ref()])?;
    let secrets = session::load_secrets(context, &settings, arguments.secret_file.as_slice())?;
    let body = input::read_input(context, &arguments.body, input::BODY_LIMIT, "body")?;
    let signature = secrets.signing().key().sign(&body);
    if console.is_json() {
        console.write_record(&SignatureRecord { signature: &signature, bytes: body.len() })?;
    } else {
        console.write_line(&signature)?;
    }
    Ok(Exit::Done)
}
