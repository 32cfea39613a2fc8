//! `events browse`: the stored history on a whole screen.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::session::browser::EventBrowser;
use crate::session::live_terminal::LiveTerminal;
use crate::session::{self, diagnosis, runtime};

/// Browse stored events on the whole terminal: list, details, search, comparison
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Arrows or j and k move, Enter opens, / searches all that is stored, c copies a curl line to the
terminal's clipboard, q quits. d compares with the event before of the same sign-up, or with the one
that m marked. A listener opens the same with i.

Examples:
  referralloop events browse"
)]
pub(super) struct Arguments {}

/// Browses until the reader closes it.
pub(super) fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    if console.is_json() || !console.is_terminal() || !context.may_prompt() {
        return Err(Error::usage("events browse needs a terminal").hint("referralloop events list"));
    }
    if !context.has_capable_terminal() {
        let told = Error::usage("events browse needs a terminal that can place its cursor; TERM names none");
        return Err(told.hint("referralloop events list"));
    }
    let store = session::store_path(context, &settings)?;
    let secrets = session::load_secrets(context, &settings, &[])?;
    let known = diagnosis::collect_known_secrets(context, &settings, &secrets);
    let mut browser = EventBrowser::new(store, context.clock.clone(), known, console.out.clone());
    runtime::block_on(async {
        let stop = context.subscribe_stop()?;
        let (screen, _) = console.start_screen()?;
        let mut terminal = LiveTerminal::open(context, &screen);
        if !terminal.has_keys() {
            return Err(Error::usage("events browse must run in the foreground of its terminal"));
        }
        let browsed = tokio::select! {
            browsed = browser.run(&mut terminal) => browsed,
            _ = stop.wait_for_stop() => Ok(()),
        };
        drop(terminal);
        screen.finish()?;
        browsed.map(|()| Exit::Done)
    })
}
