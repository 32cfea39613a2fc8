//! `whoami`: which key goes where, who says so, and what the service answers to it.

use crate::config::Settings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::flows::service::{self, Service, left, local};
use crate::flows::{runtime, workspace};
use crate::output::console::Console;
use crate::output::records::instant;
use crate::output::sanitise::Sanitised;
use crate::output::style::Ink;
use crate::output::table::{Cell, pairs};
use crate::output::words;
use crate::protocol::api::{Limits, Plan};
use serde_json::json;

/// Show which API key is used, where it comes from and what the service answers to it
#[derive(Debug, clap::Args)]
#[command(after_help = "The key itself is never shown. Exit code 3 where the service refuses it.

Examples:
  referralloop whoami
  referralloop whoami --profile staging --json")]
pub struct Arguments {}

/// Asks the service.
pub fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = workspace::settings(context, &console)?;
    let service = service::open(context, &settings)?;
    let answered = runtime::block_on(async { Ok(service.client.waitlists().await) })?;
    let limits = service.client.aside().limits;
    let waitlists = answered.as_ref().ok().map(Vec::len);
    if console.is_json() {
        record(&console, &settings, &service, waitlists, limits)?;
    } else {
        show(&console, &settings, &service, waitlists, limits, context)?;
    }
    match answered {
        Ok(_) => Ok(Exit::Done),
        Err(failure) => Err(service.explain(&failure, context)),
    }
}

fn record(
    console: &Console,
    settings: &Settings,
    service: &Service,
    waitlists: Option<usize>,
    limits: Limits,
) -> Result<(), Error> {
    let fields = json!({
        "profile": settings.profile.value,
        "profile_origin": settings.profile.origin.to_string(),
        "api_url": service.place.base.to_string(),
        "api_url_origin": service.place.origin.to_string(),
        "key": service.credentials.key.sort(),
        "key_origin": service.credentials.origin.to_string(),
        "accepted": waitlists.is_some(),
        "waitlists": waitlists,
        "limit": limits.limit,
        "remaining": limits.remaining,
        "reset_at": limits.reset_at.map(instant),
        "plan": limits.limit.and_then(Plan::of_limit).map(Plan::name),
    });
    Ok(console.record("whoami", &fields)?)
}

fn show(
    console: &Console,
    settings: &Settings,
    service: &Service,
    waitlists: Option<usize>,
    limits: Limits,
    context: &Context,
) -> Result<(), Error> {
    let from = |value: &str, origin: String| Cell::from(Sanitised::text(&format!("{value}  (from {origin})")));
    let mut rows = vec![
        ("profile", from(&settings.profile.value, settings.profile.origin.to_string())),
        ("API", from(&service.place.base.to_string(), service.place.origin.to_string())),
        ("key", from(service.credentials.key.sort(), service.credentials.origin.to_string())),
    ];
    rows.push((
        "answer",
        match waitlists {
            Some(count) => {
                let seen = words::counted(count as u64, "waitlist", "waitlists");
                Cell::new(Ink::Good, Sanitised::text(&format!("accepted, {}", seen.as_str())))
            }
            None => Cell::new(Ink::Bad, Sanitised::own("not accepted")),
        },
    ));
    if let Some(left) = left(&limits, |at| local(&context.time_zone, at)) {
        rows.push(("limits", Cell::from(Sanitised::text(&left))));
    }
    if let Some(plan) = limits.limit.and_then(Plan::of_limit) {
        rows.push(("plan", Cell::from(Sanitised::text(&format!("{} (by its limit)", plan.name())))));
    }
    Ok(console.text(&pairs(&rows, &console.out))?)
}
