//! The hosted API of the profile, ready to be called, and what its refusals mean to a user.

use crate::config::api::{self, Credentials, Place};
use crate::config::{Origin, Settings};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::hosted::{Cause, Client, Failure, Told};
use crate::output::console::Console;
use crate::output::words;
use crate::protocol::api::{Call, Limits, Refusal};
use crate::protocol::attempt::{Outcome, Phase};
use jiff::Timestamp;
use jiff::fmt::strtime;

/// The client, and where what it works with came from.
pub struct Service {
    /// The client.
    pub client: Client,
    /// Where it calls.
    pub place: Place,
    /// With which key.
    pub credentials: Credentials,
}

/// The hosted API with the key of the profile. Nothing is called yet.
pub fn open(context: &Context, settings: &Settings) -> Result<Service, Error> {
    let place = api::place(settings)?;
    let credentials = api::credentials(settings, &context.environment)?;
    with(context, place, credentials)
}

/// The hosted API with a key that is given.
pub fn with(context: &Context, place: Place, credentials: Credentials) -> Result<Service, Error> {
    api::check_together(&place, &credentials)?;
    let console = Console::new(context);
    let zone = context.time_zone.clone();
    let telling = Box::new(move |told: &Told<'_>| match told {
        Told::Answered { call, status, latency, limits } => {
            let left = left(limits, |at| local(&zone, at)).map(|left| format!("; {left}")).unwrap_or_default();
            console.detail(&format!("{}  {status}  {}{left}", call.describe(), words::duration(*latency).as_str()));
        }
        Told::Again { call, status, pause } => {
            let pause = words::duration(*pause);
            console.note(&format!("{}  {status}; once more in {}", call.describe(), pause.as_str()));
        }
    });
    let client = Client::new(place.base.clone(), credentials.key.clone(), context.clock.clone(), telling);
    Ok(Service { client, place, credentials })
}

/// `993 of 1,000 calls left until 11:00:00`.
pub fn left(limits: &Limits, time: impl Fn(Timestamp) -> String) -> Option<String> {
    let remaining = words::count(limits.remaining?);
    let of = limits.limit.map(|limit| format!(" of {}", words::count(limit).as_str())).unwrap_or_default();
    let until = limits.reset_at.map(|at| format!(" until {}", time(at))).unwrap_or_default();
    Some(format!("{}{of} calls left{until}", remaining.as_str()))
}

/// A time in the user's clock, with the date where it is another day's in any zone.
pub fn local(zone: &jiff::tz::TimeZone, at: Timestamp) -> String {
    strtime::format("%Y-%m-%d %H:%M:%S", &at.to_zoned(zone.clone())).unwrap_or_else(|_| at.to_string())
}

impl Service {
    /// What a failed call means.
    pub fn explain(&self, failure: &Failure, context: &Context) -> Error {
        let call = failure.call.describe();
        match &failure.cause {
            Cause::Unanswered(outcome) => self.unanswered(outcome, &call),
            Cause::Refused(refusal) => self.refused(refusal, failure, context),
            Cause::Redirected { status, to } => {
                let to = to.as_deref().unwrap_or("nowhere");
                network(format!("the service answers {status} and points to {to}; redirects are never followed"))
                    .hint(self.whence())
            }
            Cause::Unreadable { status, why } => {
                network(format!("the answer {status} to {call} cannot be used: {why}")).hint(self.whence())
            }
            Cause::TooLarge(limit) => {
                network(format!("the answer to {call} is larger than {}", words::bytes(*limit as u64).as_str()))
            }
            Cause::Unwritable(words) => Error::usage(format!("the request cannot be written: {words}")),
        }
    }

    fn whence(&self) -> String {
        let Place { base, origin } = &self.place;
        match origin {
            Origin::Default => format!("the API called is {base}"),
            origin => format!("the API called is {base}, which {origin} names"),
        }
    }

    fn unanswered(&self, outcome: &Outcome, call: &str) -> Error {
        let url = self.place.base.url();
        let host = url.host_str().unwrap_or_default();
        let told = network(match outcome {
            Outcome::Refused => format!("nothing listens at {}", url.origin().ascii_serialization()),
            Outcome::UnknownHost => format!("the name {host} is not known; is this machine offline?"),
            Outcome::Tls(words) => format!("no secure connection to {host}: {words}"),
            Outcome::TimedOut(Phase::Connect) => format!("no connection to {host} within 5 s"),
            Outcome::TimedOut(_) => format!("no answer to {call} within 15 s"),
            Outcome::Disconnected => format!("the connection ended before {call} was answered"),
            Outcome::Malformed(words) => format!("what {host} answers is not HTTP: {words}"),
            Outcome::Failed(words) => format!("{host} cannot be reached: {words}"),
            Outcome::Answered(answer) => format!("{host} answered {}", answer.status),
        });
        told.hint(self.whence())
    }

    fn refused(&self, refusal: &Refusal, failure: &Failure, context: &Context) -> Error {
        let said = refusal.error().map(str::to_owned).unwrap_or_else(|| format!("status {}", refusal.status));
        match refusal.status {
            401 => {
                let Credentials { key, origin } = &self.credentials;
                let message = format!("the {} API key from {origin} is refused: {said}", key.sort());
                Error::configuration(message).hint("store another one with: referralloop login").hint(self.whence())
            }
            403 => {
                let told = Error::configuration(format!("the service refuses: {said}"));
                let message = refusal.message().unwrap_or("Upgrade your plan");
                match refusal.upgrade_url() {
                    Some(url) => told.hint(format!("{message}: {url}")),
                    None => told.hint(message),
                }
            }
            404 => missing(failure, &said),
            409 => exists(refusal, failure, &said),
            429 => rate_limited(refusal, &self.client.aside().limits, &said, context),
            500.. => {
                let tries =
                    if failure.tries > 1 { format!(", {} times in a row", failure.tries) } else { String::new() };
                network(format!("the service failed with {}{tries}: {said}", refusal.status)).hint("try again later")
            }
            status => network(format!("the service refuses {} with {status}: {said}", failure.call.describe())),
        }
    }
}

fn network(message: impl Into<String>) -> Error {
    Error::new(Kind::Network, message)
}

fn missing(failure: &Failure, said: &str) -> Error {
    let told = network(format!("the service does not have it: {said}"));
    match &failure.call {
        Call::Signup { waitlist, .. } | Call::DeleteSignup { waitlist, .. } => told
            .hint(format!("referralloop signups list --waitlist {waitlist}   lists its sign-ups"))
            .hint("referralloop waitlists   lists the waitlists"),
        Call::Waitlists | Call::Unsubscribe { .. } => told,
        _ => told.hint("referralloop waitlists   lists the waitlists"),
    }
}

fn exists(refusal: &Refusal, failure: &Failure, said: &str) -> Error {
    let Some(existing) = refusal.existing() else { return network(said.to_owned()) };
    let position = existing.position.map(|position| format!(", position {position}")).unwrap_or_default();
    let code = existing.referral_code.map(|code| format!(", referral code {code}")).unwrap_or_default();
    let told = network(format!("{said}: sign-up {}{position}{code}", existing.id));
    match &failure.call {
        Call::CreateSignup { waitlist } => {
            told.hint(format!("referralloop signups get {} --waitlist {waitlist}", existing.id))
        }
        _ => told,
    }
}

/// The body tells when calls are answered again; where it does not, the header fields may.
fn rate_limited(refusal: &Refusal, limits: &Limits, said: &str, context: &Context) -> Error {
    let of = refusal.limit().or(limits.limit);
    let of = of.map(|limit| format!(" ({} calls an hour)", words::count(limit).as_str())).unwrap_or_default();
    let told = network(format!("the service answers no more calls for now: {said}{of}"));
    let Some(at) = refusal.reset_at().or(limits.reset_at) else { return told.hint("try again in an hour") };
    let wait = at.duration_since(context.clock.now());
    let wait = std::time::Duration::try_from(wait).unwrap_or_default();
    let wait = words::duration(std::time::Duration::from_secs(wait.as_secs()));
    told.hint(format!("calls are answered again from {} (in {})", local(&context.time_zone, at), wait.as_str()))
}
