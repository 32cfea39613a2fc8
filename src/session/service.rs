//! The hosted API of the profile, ready to be called, and what its refusals mean to a user.

use crate::config::api::{self, ApiCredentials, ApiLocation};
use crate::config::{ConfigSettings, SettingOrigin};
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::hosted::{ApiClient, ApiFailure, ApiFailureCause, ClientEvent};
use crate::output::console::Console;
use crate::output::phrases;
use crate::protocol::api::{ApiCall, ApiErrorResponse, ApiRateLimits, ApiWaitlist};
use crate::protocol::attempt::{AttemptOutcome, AttemptPhase};
use jiff::Timestamp;
use jiff::fmt::strtime;

/// The client, and where what it works with came from.
pub(crate) struct HostedService {
    pub client: ApiClient,
    /// Where it calls.
    pub place: ApiLocation,
    /// With which key.
    pub credentials: ApiCredentials,
}

/// The hosted API with the key of the profile. Nothing is called yet.
pub(crate) fn open_service(context: &Context, settings: &ConfigSettings) -> Result<HostedService, Error> {
    let place = api::resolve_location(settings)?;
    let credentials = api::read_credentials(settings, &context.environment)?;
    open_service_with(context, place, credentials)
}

/// The hosted API with a key that is given.
pub(crate) fn open_service_with(
    context: &Context,
    place: ApiLocation,
    credentials: ApiCredentials,
) -> Result<HostedService, Error> {
    api::check_key_location(&place, &credentials)?;
    let console = Console::new(context);
    let zone = context.time_zone.clone();
    let telling = Box::new(move |told: &ClientEvent<'_>| match told {
        ClientEvent::Answered { call, status, latency, limits } => {
            let left = format_calls_left(limits, |at| format_local_time(&zone, at))
                .map(|left| format!("; {left}"))
                .unwrap_or_default();
            console.print_detail(&format!(
                "{}  {status}  {}{left}",
                call.describe(),
                phrases::format_duration(*latency).as_str()
            ));
        }
        ClientEvent::Again { call, status, pause } => {
            let pause = phrases::format_duration(*pause);
            console.print_notice(&format!("{}  {status}; trying again in {}", call.describe(), pause.as_str()));
        }
        ClientEvent::LeftOut { call, rows } => {
            let were = if *rows == 1 { "was" } else { "were" };
            let rows = phrases::format_quantity(*rows as u64, "row", "rows");
            console.print_notice(&format!(
                "{} of the answer to {} had no usable id and {were} left out",
                rows.as_str(),
                call.describe()
            ));
        }
    });
    let client = ApiClient::new(place.base.clone(), credentials.key.clone(), context.clock.clone(), telling);
    Ok(HostedService { client, place, credentials })
}

/// `993 of 1,000 calls left until 11:00:00`.
pub(crate) fn format_calls_left(limits: &ApiRateLimits, time: impl Fn(Timestamp) -> String) -> Option<String> {
    let remaining = phrases::format_count(limits.remaining?);
    let of = limits.limit.map(|limit| format!(" of {}", phrases::format_count(limit).as_str())).unwrap_or_default();
    let until = limits.reset_at.map(|at| format!(" until {}", time(at))).unwrap_or_default();
    Some(format!("{}{of} calls left{until}", remaining.as_str()))
}

/// A time in the user's clock, with the date where it is another day's in any zone.
pub(crate) fn format_local_time(zone: &jiff::tz::TimeZone, at: Timestamp) -> String {
    strtime::format("%Y-%m-%d %H:%M:%S", &at.to_zoned(zone.clone())).unwrap_or_else(|_| at.to_string())
}

impl HostedService {
    /// What a failed call means.
    pub(crate) fn explain(&self, failure: &ApiFailure, context: &Context) -> Error {
        let call = failure.call.describe();
        match &failure.cause {
            ApiFailureCause::Unanswered(outcome) => self.explain_unanswered(outcome, &call),
            ApiFailureCause::Refused(refusal) => self.explain_refusal(refusal, failure, context),
            ApiFailureCause::Redirected { status, to } => {
                let to = to.as_deref().unwrap_or("nowhere");
                network(format!("the service answered {status} with a redirect to {to}; redirects are never followed"))
                    .hint(self.describe_origin())
            }
            ApiFailureCause::Unreadable { status, why, .. } => {
                let told = network(format!("the answer {status} to {call} cannot be used: {why}"));
                let answer = failure.odd_answer().map(|text| format!("it was: {}", clip_answer(&text)));
                answer.into_iter().fold(told, Error::hint).hint(self.describe_origin())
            }
            ApiFailureCause::TooLarge(limit) => network(format!(
                "the answer to {call} is larger than {}",
                phrases::format_bytes(*limit as u64).as_str()
            )),
            ApiFailureCause::Endless { pages, rows } => explain_endless(*pages, *rows, &failure.call),
            ApiFailureCause::Unwritable(words) => Error::usage(format!("the request cannot be built: {words}")),
        }
    }

    /// The same; where a waitlist is not found, those there are are asked for one that goes by what was given.
    pub(crate) async fn explain_by_asking(&self, failure: &ApiFailure, context: &Context) -> Error {
        let mut told = self.explain(failure, context);
        let (Some(404), Some(given)) = (failure.status(), failure.call.waitlist()) else { return told };
        let all = self.client.list_waitlists().await.unwrap_or_default();
        let is_given = |list: &&ApiWaitlist| ["slug", "name"].iter().any(|name| list.text(name) == Some(given));
        if let Some(meant) = all.iter().find(is_given).map(ApiWaitlist::id).filter(|id| *id != given) {
            // The other hints would repeat what was given.
            told.hints = vec![format!("a waitlist is given by its id, and that of {given} is: --waitlist {meant}")];
        }
        told
    }

    fn describe_origin(&self) -> String {
        let ApiLocation { base, origin } = &self.place;
        match origin {
            SettingOrigin::Default => format!("the API URL is {base}"),
            origin => format!("the API URL is {base}, from {origin}"),
        }
    }

    fn explain_unanswered(&self, outcome: &AttemptOutcome, call: &str) -> Error {
        let url = self.place.base.url();
        let host = url.host_str().unwrap_or_default();
        let told = network(match outcome {
            AttemptOutcome::Refused => format!("nothing is listening at {}", url.origin().ascii_serialization()),
            AttemptOutcome::UnknownHost => format!("cannot resolve {host}; is this machine offline?"),
            AttemptOutcome::Tls(words) => format!("cannot make a secure connection to {host}: {words}"),
            AttemptOutcome::TimedOut(AttemptPhase::Connect) => format!("no connection to {host} within 5 s"),
            AttemptOutcome::TimedOut(_) => format!("no answer to {call} within 15 s"),
            AttemptOutcome::Disconnected => format!("the connection ended before {call} was answered"),
            AttemptOutcome::Malformed(words) => format!("{host} did not answer with HTTP: {words}"),
            AttemptOutcome::Failed(words) => format!("{host} cannot be reached: {words}"),
            AttemptOutcome::Answered(answer) => format!("{host} answered {}", answer.status),
        });
        told.hint(self.describe_origin())
    }

    fn explain_refusal(&self, refusal: &ApiErrorResponse, failure: &ApiFailure, context: &Context) -> Error {
        let said = refusal.error().map(str::to_owned).unwrap_or_else(|| format!("status {}", refusal.status));
        let reason = refusal.error().unwrap_or("it gave no reason");
        match refusal.status {
            401 => {
                let ApiCredentials { key, origin } = &self.credentials;
                let message = format!("the service refused the {} API key from {origin}: {said}", key.mode());
                Error::configuration(message)
                    .hint("store another one with: referralloop login")
                    .hint(self.describe_origin())
            }
            403 => {
                let told = Error::configuration(format!("the service refused the call: {said}"));
                let message = refusal.message().unwrap_or("Upgrade your plan");
                match refusal.upgrade_url() {
                    Some(url) => told.hint(format!("{message}: {url}")),
                    None => told.hint(message),
                }
            }
            404 => match failure.call {
                // These are there whatever was asked for, so that it was asked in the wrong place.
                ApiCall::Waitlists | ApiCall::Subscribe => explain_missing(failure, &said).hint(self.describe_origin()),
                _ => explain_missing(failure, &said),
            },
            409 => explain_existing(refusal, failure, &said),
            429 => explain_rate_limit(refusal, &self.client.response_meta().limits, &said, context),
            500.. => {
                let tries =
                    if failure.tries > 1 { format!(", {} times in a row", failure.tries) } else { String::new() };
                network(format!("the service failed with {}{tries}: {reason}", refusal.status)).hint("try again later")
            }
            status => network(format!("the service refused {} with {status}: {reason}", failure.call.describe())),
        }
    }
}

/// The start of an answer, for a line of its own.
pub(crate) fn clip_answer(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = line.char_indices().nth(300) {
        line.truncate(at);
        line.push('…');
    }
    line
}

fn network(message: impl Into<String>) -> Error {
    Error::new(ErrorCategory::Network, message)
}

fn explain_endless(pages: u32, rows: u64, call: &ApiCall) -> Error {
    let told = network(format!(
        "{pages} pages of sign-ups were read ({}), and there are more: this is as many as are taken at once",
        phrases::format_quantity(rows, "sign-up", "sign-ups").as_str()
    ));
    match call {
        ApiCall::Signups { waitlist, limit, .. } => {
            told.hint(format!("read on with: referralloop signups list -w {waitlist} --limit {limit} --offset {rows}"))
        }
        _ => told,
    }
}

fn explain_missing(failure: &ApiFailure, said: &str) -> Error {
    let told = network(format!("the service did not find it: {said}"));
    match &failure.call {
        ApiCall::Signup { waitlist, .. } | ApiCall::DeleteSignup { waitlist, .. } => told
            .hint(format!("list its sign-ups with: referralloop signups list --waitlist {waitlist}"))
            .hint("list the waitlists with: referralloop waitlists"),
        ApiCall::Waitlists | ApiCall::Unsubscribe { .. } => told,
        ApiCall::Signups { waitlist, .. } | ApiCall::CreateSignup { waitlist } => told
            .hint(format!("the waitlist {waitlist} was asked for; list those there are with: referralloop waitlists")),
        _ => told.hint("list the waitlists with: referralloop waitlists"),
    }
}

fn explain_existing(refusal: &ApiErrorResponse, failure: &ApiFailure, said: &str) -> Error {
    let Some(existing) = refusal.existing() else { return network(said.to_owned()) };
    let position = existing.position.map(|position| format!(", position {position}")).unwrap_or_default();
    let code = existing.referral_code.map(|code| format!(", referral code {code}")).unwrap_or_default();
    let told = network(format!("{said}: sign-up {}{position}{code}", existing.id));
    match &failure.call {
        ApiCall::CreateSignup { waitlist } => {
            told.hint(format!("referralloop signups get {} --waitlist {waitlist}", existing.id))
        }
        _ => told,
    }
}

/// The body tells when calls are answered again; where it does not, the header fields may.
fn explain_rate_limit(refusal: &ApiErrorResponse, limits: &ApiRateLimits, said: &str, context: &Context) -> Error {
    let of = refusal.limit().or(limits.limit);
    let of = of.map(|limit| format!(" ({} calls an hour)", phrases::format_count(limit).as_str())).unwrap_or_default();
    let told = network(format!("the service is not accepting calls for now: {said}{of}"));
    let Some(at) = refusal.reset_at().or(limits.reset_at) else { return told.hint("try again in an hour") };
    let wait = at.duration_since(context.clock.now());
    if !wait.is_positive() {
        return told.hint(format!(
            "calls should have been accepted again since {}: try again now, and check this machine's clock",
            format_local_time(&context.time_zone, at)
        ));
    }
    let wait = std::time::Duration::try_from(wait).unwrap_or_default();
    let wait = phrases::format_duration(std::time::Duration::from_secs(wait.as_secs()));
    told.hint(format!(
        "calls are accepted again at {} (in {})",
        format_local_time(&context.time_zone, at),
        wait.as_str()
    ))
}
