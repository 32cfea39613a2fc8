//! What the service has, for whoever was not told on the command line: a waitlist out of a list, on a terminal.
//!
//! Off a terminal a missing value is an error of usage that names the option, before anything is called.

use super::arguments::{id, or_setting};
use super::service::Service;
use crate::config::Settings;
use crate::config::keys::Key;
use crate::context::Context;
use crate::error::Error;
use crate::output::prompt;
use crate::output::sanitise::Sanitised;
use crate::protocol::api::{Waitlist, check_id};

/// The waitlist of `--waitlist` or of the settings.
pub fn waitlist_given(given: Option<&String>, settings: &Settings) -> Result<Option<String>, Error> {
    or_setting(given, settings, Key::Waitlist, id)
}

/// Refuses to go on without a waitlist where nobody can be asked.
pub fn need_waitlist(waitlist: Option<&String>, context: &Context) -> Result<(), Error> {
    if waitlist.is_some() || context.may_ask() {
        return Ok(());
    }
    Err(Error::usage("no waitlist is named")
        .hint("name one with --waitlist ID; referralloop waitlists   lists them")
        .hint("or keep one for good: referralloop config set waitlist ID"))
}

/// The waitlist, picked from the service's list where none was given; `None` where nobody wanted to pick.
pub async fn waitlist(given: Option<String>, service: &Service, context: &Context) -> Result<Option<String>, Error> {
    need_waitlist(given.as_ref(), context)?;
    if given.is_some() {
        return Ok(given);
    }
    let found = service.client.waitlists().await.map_err(|failure| service.explain(&failure, context))?;
    let waitlists: Vec<Waitlist> = found.into_iter().filter(|waitlist| check_id(waitlist.id()).is_ok()).collect();
    if waitlists.is_empty() {
        return Err(Error::usage("the workspace has no waitlist yet"));
    }
    let items: Vec<Sanitised> = waitlists.iter().map(described).collect();
    Ok(prompt::one_of(context, "Waitlist", &items)?.map(|at| waitlists[at].id().to_owned()))
}

/// A waitlist as it stands in a pick list.
pub fn described(waitlist: &Waitlist) -> Sanitised {
    match waitlist.name() {
        Some(name) => Sanitised::text(&format!("{name}  {}", waitlist.id())),
        None => Sanitised::text(waitlist.id()),
    }
}
