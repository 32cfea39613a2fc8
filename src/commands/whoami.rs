//! `whoami`: which key goes where, who says so, and what the service answers to it.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::hosted::ApiFailure;
use crate::output::console::Console;
use crate::output::phrases;
use crate::output::records::WhoamiRecord;
use crate::output::records::format_instant;
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::output::table::{TableCell, render_pairs};
use crate::protocol::api::{ApiRateLimits, WorkspacePlan};
use crate::session::service::{self, HostedService, format_calls_left, format_local_time};
use crate::session::{self, runtime};

/// Show which API key is used, where it comes from and what the service answers to it
#[derive(Debug, clap::Args)]
#[command(after_help = "The key itself is never shown. Exit code 3 if the service refuses it.

Examples:
  referralloop whoami
  referralloop whoami --profile staging --json")]
pub(crate) struct Arguments {}

/// Asks the service.
pub(crate) fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let service = service::open_service(context, &settings)?;
    let answered = runtime::block_on(async { Ok(service.client.list_waitlists().await) })?;
    let limits = service.client.response_meta().limits;
    let waitlists = answered.as_ref().ok().map(Vec::len);
    let accepted = answered.as_ref().map_or_else(ApiFailure::accepts_key, |_| Some(true));
    if console.is_json() {
        record(&console, &settings, &service, (accepted, waitlists), limits)?;
    } else {
        print_account(&console, &settings, &service, (accepted, waitlists), limits, context)?;
    }
    match answered {
        Ok(_) => Ok(Exit::Done),
        Err(failure) => Err(service.explain(&failure, context)),
    }
}

fn record(
    console: &Console,
    settings: &ConfigSettings,
    service: &HostedService,
    (accepted, waitlists): (Option<bool>, Option<usize>),
    limits: ApiRateLimits,
) -> Result<(), Error> {
    Ok(console.write_record(&WhoamiRecord {
        profile: &settings.profile.value,
        profile_origin: settings.profile.origin.to_string(),
        api_url: service.place.base.to_string(),
        api_url_origin: service.place.origin.to_string(),
        key: service.credentials.key.mode(),
        key_origin: service.credentials.origin.to_string(),
        accepted,
        waitlists,
        limit: limits.limit,
        remaining: limits.remaining,
        reset_at: limits.reset_at.map(format_instant),
        plan: limits.limit.and_then(WorkspacePlan::from_hourly_limit).map(WorkspacePlan::name),
    })?)
}

fn print_account(
    console: &Console,
    settings: &ConfigSettings,
    service: &HostedService,
    (accepted, waitlists): (Option<bool>, Option<usize>),
    limits: ApiRateLimits,
    context: &Context,
) -> Result<(), Error> {
    let from = |value: &str, origin: String| TableCell::from(Sanitised::text(&format!("{value}  (from {origin})")));
    let mut rows = vec![
        ("profile", from(&settings.profile.value, settings.profile.origin.to_string())),
        ("API", from(&service.place.base.to_string(), service.place.origin.to_string())),
        ("key", from(service.credentials.key.mode(), service.credentials.origin.to_string())),
    ];
    rows.push((
        "answer",
        match waitlists {
            Some(count) => {
                let seen = phrases::format_quantity(count as u64, "waitlist", "waitlists");
                TableCell::new(TextRole::Good, Sanitised::text(&format!("accepted, {}", seen.as_str())))
            }
            None => match accepted {
                Some(true) => {
                    TableCell::new(TextRole::Good, Sanitised::own("accepted, with an answer that cannot be used"))
                }
                Some(false) => TableCell::new(TextRole::Bad, Sanitised::own("not accepted")),
                None => {
                    TableCell::new(TextRole::Notable, Sanitised::own("unknown: the service said neither yes nor no"))
                }
            },
        },
    ));
    if let Some(left) = format_calls_left(&limits, |at| format_local_time(&context.time_zone, at)) {
        rows.push(("limits", TableCell::from(Sanitised::text(&left))));
    }
    if let Some(plan) = limits.limit.and_then(WorkspacePlan::from_hourly_limit) {
        rows.push(("plan", TableCell::from(Sanitised::text(&format!("{} (inferred from its limit)", plan.name())))));
    }
    Ok(console.write_text(&render_pairs(&rows, &console.out))?)
}
