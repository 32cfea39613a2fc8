//! `signups`: the sign-ups of a waitlist, and what causes real events: making and removing them.

mod create;
mod delete;
mod get;
mod list;
mod pick;
mod view;

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::hosted::ApiFailure;
use crate::output::console::Console;
use crate::session::service::HostedService;
use crate::session::{self, arguments, runtime, service, waitlist};

/// List, show, create and delete sign-ups of a waitlist
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  referralloop signups list --waitlist 123e4567-e89b-12d3-a456-426614174000
  referralloop signups create --email ada@example.com -w 123e4567-e89b-12d3-a456-426614174000")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: SignupsAction,
}

#[derive(Debug, clap::Subcommand)]
enum SignupsAction {
    List(list::Arguments),
    Get(get::Arguments),
    Create(create::Arguments),
    Delete(delete::Arguments),
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct WaitlistArgument {
    /// The waitlist [default: the setting waitlist]
    #[arg(long, short = 'w', value_name = "ID", value_parser = arguments::read_id)]
    waitlist: Option<String>,
}

/// What every action works with.
struct SignupsSession<'a> {
    console: Console,
    settings: ConfigSettings,
    service: HostedService,
    context: &'a Context,
}

/// Does it.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let service = service::open_service(context, &settings)?;
    let work = SignupsSession { console, settings, service, context };
    runtime::block_on(async {
        match &arguments.action {
            SignupsAction::List(arguments) => list::run(arguments, &work).await,
            SignupsAction::Get(arguments) => get::run(arguments, &work).await,
            SignupsAction::Create(arguments) => create::run(arguments, &work).await,
            SignupsAction::Delete(arguments) => delete::run(arguments, &work).await,
        }
    })
}

impl SignupsSession<'_> {
    /// The waitlist, asked for on a terminal; `None` where nobody wanted to answer.
    async fn waitlist(&self, of: &WaitlistArgument) -> Result<Option<String>, Error> {
        let given = waitlist::resolve_waitlist(of.waitlist.as_ref(), &self.settings)?;
        waitlist::pick_waitlist(given, &self.service, self.context).await
    }

    /// A waitlist that must be named where nobody can be asked: before anything else is looked at.
    fn need_waitlist(&self, of: &WaitlistArgument) -> Result<(), Error> {
        let given = waitlist::resolve_waitlist(of.waitlist.as_ref(), &self.settings)?;
        waitlist::require_waitlist(given.as_ref(), self.context)
    }

    /// What was answered, or what the failure means.
    async fn explained<T>(&self, answered: Result<T, ApiFailure>) -> Result<T, Error> {
        match answered {
            Ok(answer) => Ok(answer),
            Err(failure) => Err(self.explain(&failure).await),
        }
    }

    async fn explain(&self, failure: &ApiFailure) -> Error {
        self.service.explain_by_asking(failure, self.context).await
    }
}
