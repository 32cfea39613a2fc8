//! What the service has, for whoever was not told on the command line: a waitlist out of a list, on a terminal.
//!
//! Off a terminal a missing value is an error of usage that names the option, before anything is called.

use super::arguments::{option_or_setting, read_id};
use super::service::HostedService;
use crate::config::ConfigSettings;
use crate::config::keys::SettingKey;
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::output::prompt;
use crate::output::sanitise::Sanitised;
use crate::protocol::api::{ApiWaitlist, check_id};

/// The waitlist of `--waitlist` or of the settings.
pub(crate) fn resolve_waitlist(given: Option<&String>, settings: &ConfigSettings) -> Result<Option<String>, Error> {
    option_or_setting(given, settings, SettingKey::Waitlist, read_id)
}

/// Refuses to go on without a waitlist where nobody can be asked.
pub(crate) fn require_waitlist(waitlist: Option<&String>, context: &Context) -> Result<(), Error> {
    if waitlist.is_some() || context.may_prompt() {
        return Ok(());
    }
    Err(Error::usage("no waitlist given")
        .hint("give one with --waitlist ID; list them with: referralloop waitlists")
        .hint("or set a default: referralloop config set waitlist ID"))
}

/// The waitlist, picked from the service's list where none was given; `None` where nobody wanted to pick.
pub(crate) async fn pick_waitlist(
    given: Option<String>,
    service: &HostedService,
    context: &Context,
) -> Result<Option<String>, Error> {
    require_waitlist(given.as_ref(), context)?;
    if given.is_some() {
        return Ok(given);
    }
    let found = service.client.list_waitlists().await.map_err(|failure| service.explain(&failure, context))?;
    let waitlists: Vec<ApiWaitlist> = found.into_iter().filter(|waitlist| check_id(waitlist.id()).is_ok()).collect();
    if waitlists.is_empty() {
        return Err(Error::usage("the workspace has no waitlist yet"));
    }
    let items: Vec<Sanitised> = waitlists.iter().map(render_waitlist).collect();
    let picked = prompt::select_one(context, "Waitlist", &items)?.map(|at| waitlists[at].id().to_owned());
    if let Some(id) = &picked {
        Console::new(context).print_notice(&format!("not to be asked again: referralloop config set waitlist {id}"));
    }
    Ok(picked)
}

/// A waitlist as it stands in a pick list.
pub(crate) fn render_waitlist(waitlist: &ApiWaitlist) -> Sanitised {
    match waitlist.name() {
        Some(name) => Sanitised::text(&format!("{name}  {}", waitlist.id())),
        None => Sanitised::text(waitlist.id()),
    }
}
