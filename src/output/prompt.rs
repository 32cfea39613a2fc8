//! Questions to the person at the terminal. Nobody is asked off one, or under `--no-input`.

use crate::context::Context;
use dialoguer::{Confirm, Password};
use std::io;

/// Asks for a yes; `--yes` gives it. Off a terminal the answer is no.
pub fn confirm(context: &Context, question: &str) -> io::Result<bool> {
    if context.globals.yes {
        return Ok(true);
    }
    if !context.may_ask() {
        return Ok(false);
    }
    Confirm::new().with_prompt(question).default(false).interact().map_err(ended)
}

/// Asks for a value that is not echoed.
pub fn hidden(prompt: &str) -> io::Result<String> {
    Password::new().with_prompt(prompt).allow_empty_password(true).interact().map_err(ended)
}

fn ended(error: dialoguer::Error) -> io::Error {
    let dialoguer::Error::IO(error) = error;
    error
}
