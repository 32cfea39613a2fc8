//! The service: whether it is reached, takes the key, has calls left, and tells the same time.

use super::super::finding::{SetupCheck, SetupFinding};
use crate::config::{ConfigError, ConfigSettings, api};
use crate::context::Context;
use crate::error::Error;
use crate::hosted::ResponseMeta;
use crate::output::phrases;
use crate::protocol::check::CheckSeverity;
use crate::session::service::{self, format_calls_left, format_local_time};
use std::time::Duration;

const API: SetupCheck = SetupCheck {
    id: "setup.api",
    severity: CheckSeverity::High,
    title: "the service can be reached and accepts the API key",
    why: "subscriptions and sign-ups are managed through it",
};
const LIMITS: SetupCheck = SetupCheck {
    id: "setup.limits",
    severity: CheckSeverity::Medium,
    title: "calls are left in this hour",
    why: "further calls would be refused",
};
const CLOCK: SetupCheck = SetupCheck {
    id: "setup.clock",
    severity: CheckSeverity::Low,
    title: "this machine's clock is right",
    why: "arrival times and the gaps between retries are taken from it",
};

/// Seconds by which the clock may be off. Answers tell whole seconds, and come late.
const OFF: Duration = Duration::from_secs(30);

/// One call, three findings.
pub(super) async fn check_service(settings: &ConfigSettings, context: &Context) -> [SetupFinding; 3] {
    let unasked =
        |finding| [finding, LIMITS.skipped("the service was not called"), CLOCK.skipped("the service was not called")];
    match api::read_credentials(settings, &context.environment) {
        Err(ConfigError::NoKey { .. }) => {
            return unasked(API.skipped("there is no API key; only the hosted API needs one: referralloop login"));
        }
        Err(error) => return unasked(API.broken(Error::from(error))),
        Ok(_) => {}
    }
    let service = match service::open_service(context, settings) {
        Ok(service) => service,
        Err(error) => return unasked(API.broken(error)),
    };
    let reached = match service.client.list_waitlists().await {
        Ok(waitlists) => {
            let count = phrases::format_quantity(waitlists.len() as u64, "waitlist", "waitlists");
            let sort = service.credentials.key.mode();
            API.passed(format!("{}, {sort} key, {}", service.place.base, count.as_str()))
        }
        Err(failure) => API.broken(service.explain(&failure, context)),
    };
    let aside = service.client.response_meta();
    [reached, limits(&aside, context), clock(&aside)]
}

fn limits(aside: &ResponseMeta, context: &Context) -> SetupFinding {
    let Some(told) = format_calls_left(&aside.limits, |at| format_local_time(&context.time_zone, at)) else {
        return LIMITS.skipped("the service did not report any");
    };
    match aside.limits.remaining {
        Some(0) => LIMITS.failed(told, "wait until then, or choose a larger plan"),
        _ => LIMITS.passed(told),
    }
}

fn clock(aside: &ResponseMeta) -> SetupFinding {
    let (Some(date), Some(at)) = (aside.date, aside.at) else {
        return CLOCK.skipped("the service did not send a time");
    };
    let off = at.duration_since(date);
    let size = Duration::from_secs(off.unsigned_abs().as_secs());
    let words = phrases::format_duration(size);
    match size > OFF {
        false => CLOCK.passed("it agrees with the service's clock"),
        true => {
            let way = if off.is_negative() { "behind" } else { "ahead of" };
            CLOCK.failed(
                format!("it is {} {way} the service's clock", words.as_str()),
                "set it: arrival times and the gaps between retries are taken from it",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::SetupVerdict;
    use jiff::Timestamp;

    #[test]
    fn a_clock_that_is_off_by_more_than_a_little_is_told_which_way() {
        let at = |second: i64| Some(Timestamp::from_second(1_700_000_000 + second).unwrap());
        let judged = |date, at| clock(&ResponseMeta { date, at, ..ResponseMeta::default() });
        assert_eq!(judged(at(0), at(30)).verdict, SetupVerdict::Passed);
        assert_eq!(judged(at(30), at(0)).verdict, SetupVerdict::Passed);
        assert!(judged(at(0), at(120)).seen.contains("ahead"));
        assert!(judged(at(7200), at(0)).seen.contains("2 h behind"), "{:?}", judged(at(7200), at(0)));
        assert_eq!(judged(None, at(0)).verdict, SetupVerdict::Skipped);
    }
}
