//! Sign-ups picked from the service's own list, for whoever gave none on the command line: on a terminal only.

use super::SignupsSession;
use crate::error::{Error, ErrorCategory};
use crate::output::prompt;
use crate::output::sanitise::Sanitised;
use crate::protocol::api::{ApiSignup, LARGEST_PAGE, check_id};
use crate::session::arguments;

/// Refuses to go on without a sign-up where nobody can be asked.
pub(super) fn require_ids(given: &[String], work: &SignupsSession<'_>) -> Result<(), Error> {
    if !given.is_empty() || work.context.may_prompt() {
        return Ok(());
    }
    Err(Error::usage("ID is missing").hint("list the sign-ups with: referralloop signups list"))
}

/// The id of a sign-up that may be given by its e-mail address. Every sign-up is looked at then: the service finds none by it.
pub(super) async fn find_id(given: &str, waitlist: &str, work: &SignupsSession<'_>) -> Result<String, Error> {
    let found = find_ids(&[given.to_owned()], waitlist, work).await?;
    Ok(found.into_iter().next().unwrap_or_default())
}

/// The same of several. None is missing, and of none are there two, or else nothing comes of it.
pub(super) async fn find_ids(
    given: &[String],
    waitlist: &str,
    work: &SignupsSession<'_>,
) -> Result<Vec<String>, Error> {
    let is_email = |given: &String| arguments::read_email(given).is_ok();
    if !given.iter().any(is_email) {
        return Ok(given.to_vec());
    }
    let found = work.service.client.list_all_signups(waitlist, |_| {}).await;
    let signups = work.explained(found).await?.items;
    let find = |given: &String| if is_email(given) { choose(given, waitlist, &signups) } else { Ok(given.clone()) };
    given.iter().map(find).collect()
}

/// The one sign-up with an e-mail address.
fn choose(email: &str, waitlist: &str, signups: &[ApiSignup]) -> Result<String, Error> {
    let has_it = |signup: &&ApiSignup| signup.email().is_some_and(|own| own.eq_ignore_ascii_case(email));
    let meant: Vec<&str> = signups.iter().filter(has_it).map(ApiSignup::id).filter(|id| check_id(id).is_ok()).collect();
    match meant.as_slice() {
        [id] => Ok((*id).to_owned()),
        [] => Err(Error::new(
            ErrorCategory::Network,
            format!("no sign-up of waitlist {waitlist} has the address {email}"),
        )
        .hint(format!("list its sign-ups with: referralloop signups list --waitlist {waitlist} --all"))),
        several => Err(Error::usage(format!("{} sign-ups have the address {email}", several.len()))
            .hint(format!("name one by its id: {}", several.join(", ")))),
    }
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
    let signups = work.explained(found).await?;
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
