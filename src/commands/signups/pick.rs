//! Sign-ups picked from the service's own list, for whoever gave none on the command line: on a terminal only.

use super::SignupsSession;
use crate::error::Error;
use crate::output::prompt;
use crate::output::sanitise::Sanitised;
use crate::protocol::api::{ApiSignup, LARGEST_PAGE, check_id};

/// Refuses to go on without a sign-up where nobody can be asked.
pub(super) fn require_ids(given: &[String], work: &SignupsSession<'_>) -> Result<(), Error> {
    if !given.is_empty() || work.context.may_prompt() {
        return Ok(());
    }
    Err(Error::usage("ID is missing").hint("list the sign-ups with: referralloop signups list"))
}

/// One of the waitlist; `None` where nobody wanted to pick.
pub(super) async fn pick_one(waitlist: &str, work: &SignupsSession<'_>) -> Result<Option<String>, Error> {
    let (ids, items) = list(waitlist, work).await?;
    Ok(prompt::select_one(work.context, "Sign-up", &items)?.map(|at| ids[at].clone()))
}

/// Any of the waitlist; `None` where nobody wanted to pick.
pub(super) async fn pick_several(waitlist: &str, work: &SignupsSession<'_>) -> Result<Option<Vec<String>>, Error> {
    let (ids, items) = list(waitlist, work).await?;
    let chosen = prompt::select_several(work.context, "Which sign-ups?", &items, &vec![false; items.len()])?;
    let Some(chosen) = chosen else { return Ok(None) };
    if chosen.is_empty() {
        work.console.print_notice("none was chosen, so nothing was done");
    }
    Ok(Some(chosen.into_iter().map(|at| ids[at].clone()).collect()))
}

/// The first page: who has more sign-ups than that knows which is meant.
async fn list(waitlist: &str, work: &SignupsSession<'_>) -> Result<(Vec<String>, Vec<Sanitised>), Error> {
    let found = work.service.client.list_signups(waitlist, LARGEST_PAGE, 0).await;
    let signups = found.map_err(|failure| work.explain(&failure))?;
    let usable: Vec<ApiSignup> = signups.items.into_iter().filter(|signup| check_id(signup.id()).is_ok()).collect();
    if usable.is_empty() {
        return Err(Error::usage("the waitlist has no sign-up yet"));
    }
    let describe = |signup: &ApiSignup| {
        let position = signup.position().map(|position| format!("  position {position}")).unwrap_or_default();
        Sanitised::text(&format!("{}{position}  {}", signup.email().unwrap_or("(no e-mail)"), signup.id()))
    };
    Ok((usable.iter().map(|signup| signup.id().to_owned()).collect(), usable.iter().map(describe).collect()))
}
