//! `demo`
use crate::context::Context;
use crate::error::{Error, Exit};
/// See the whole loop in one process
#[derive(Debug, clap::Args)]
pub struct Arguments {}
/// Runs.
pub fn run(_: &Arguments, _: &Context) -> Result<Exit, Error> {
    Ok(Exit::Done)
}
