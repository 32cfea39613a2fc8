//! Events do not arrive: the documentation's chapter, item by item. Is a subscription active, is its URL https, does
//! it answer from here, what did the app answer, and does it take an event that is sent by hand?

use super::super::finding::{SetupCheck, SetupFinding};
use super::history::RecentHistory;
use crate::context::Context;
use crate::error::Error;
use crate::exchange::{BodyEncoding, ExchangeResult, HttpClient, RequestOverrides, TlsTrust};
use crate::output::console::Console;
use crate::output::{phrases, prompt};
use crate::protocol::api::ApiBase;
use crate::protocol::attempt::{Attempt, AttemptOutcome, DeliveryPurpose, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::check::CheckSeverity;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use crate::session::request::AGENT;
use crate::session::subscriptions::{check_target, is_inactive};
use crate::store::JournalEntry;
use http::header::USER_AGENT;
use http::{HeaderValue, Method};
use std::collections::BTreeSet;
use url::Url;

const SUBSCRIPTION: SetupCheck = SetupCheck {
    id: "arriving.subscription",
    severity: CheckSeverity::High,
    title: "a subscription is active",
    why: "the service delivers to active subscriptions alone",
};
const HTTPS: SetupCheck = SetupCheck {
    id: "arriving.https",
    severity: CheckSeverity::High,
    title: "the subscribed URLs are public and https",
    why: "the service delivers to public https endpoints alone",
};
const ENDPOINT: SetupCheck = SetupCheck {
    id: "arriving.endpoint",
    severity: CheckSeverity::High,
    title: "the subscribed URLs answer",
    why: "what cannot be reached from here can hardly be reached from the service",
};
const LOGS: SetupCheck = SetupCheck {
    id: "arriving.logs",
    severity: CheckSeverity::Low,
    title: "the app's last answer is a 2xx",
    why: "its own log says why it answered anything else",
};
const BY_HAND: SetupCheck = SetupCheck {
    id: "arriving.by-hand",
    severity: CheckSeverity::Low,
    title: "the app takes an event that is sent by hand",
    why: "where it does, the fault is on the way to it",
};

/// The URLs that are subscribed, each once, and whether they may be called: asked of a person, and given by `--yes`.
pub(in crate::commands::doctor) fn ask_consent(
    entries: &[JournalEntry],
    context: &Context,
) -> Result<Option<Vec<Url>>, Error> {
    let urls: BTreeSet<Url> = entries.iter().filter_map(|entry| Url::parse(&entry.url).ok()).collect();
    let (Some(first), more) = (urls.first(), urls.len().saturating_sub(1)) else { return Ok(Some(Vec::new())) };
    let others = if more == 0 { String::new() } else { format!(" and {more} more") };
    // Whoever reads through a pipe sees no question, and a half of the answer.
    let may_ask = context.may_prompt() && context.stdout.is_terminal;
    if !context.globals.yes && !may_ask {
        return Ok(None);
    }
    if !context.globals.yes {
        Console::new(context).print_notice(
            "Whether what is subscribed can be reached shows in an answer: doctor would ask each URL for one.",
        );
    }
    let consents = prompt::confirm(context, &format!("Send a GET request to {first}{others}?"))?;
    Ok(consents.then(|| urls.into_iter().collect()))
}

/// `gone` are the numbers of those that a sandbox has lost.
pub(super) fn check_active(history: &RecentHistory, gone: &BTreeSet<u64>) -> SetupFinding {
    let entries = &history.subscriptions;
    if !gone.is_empty() {
        return SUBSCRIPTION.failed(
            format!(
                "{} of {} went with the sandbox that had them, and nothing is delivered",
                gone.len(),
                entries.len()
            ),
            "subscribe again as before: the lines of those that are gone end by that",
        );
    }
    if entries.is_empty() {
        return SUBSCRIPTION.skipped(
            "the journal has none, and the service cannot list what was subscribed elsewhere: referralloop subscribe",
        );
    }
    let inactive = entries.iter().filter(|entry| is_inactive(entry)).count();
    if inactive > 0 {
        return SUBSCRIPTION.failed(
            format!("{inactive} that the service called inactive when it made them, so nothing is delivered"),
            "switch them on in the service's dashboard, or subscribe again: referralloop subscribe --force",
        );
    }
    let events: BTreeSet<&str> = entries.iter().map(|entry| entry.event.as_str()).collect();
    let count = phrases::format_quantity(entries.len() as u64, "active subscription", "active subscriptions");
    let events: Vec<&str> = events.into_iter().collect();
    SUBSCRIPTION.passed(format!("{}: {}", count.as_str(), events.join(", ")))
}

/// By the rules that `subscribe` has as well.
pub(super) fn check_https(history: &RecentHistory) -> SetupFinding {
    let entries = &history.subscriptions;
    if entries.is_empty() {
        return HTTPS.skipped("nothing is subscribed");
    }
    for entry in entries {
        let (Ok(url), Ok(api)) = (Url::parse(&entry.url), ApiBase::parse(&entry.api)) else { continue };
        if let Err(error) = check_target(&url, false, api.reach()) {
            let id = entry.id.as_deref().unwrap_or_default();
            let fix = format!("subscribe a public https URL, and end this one: referralloop unsubscribe {id}");
            return HTTPS.failed(error.message, fix);
        }
    }
    let plain = entries.iter().filter(|entry| entry.url.starts_with("http:")).count();
    match plain {
        0 => HTTPS.passed("all are https"),
        _ => HTTPS.passed(format!("{plain} with http, for an API that is not on the internet either")),
    }
}

/// One GET request each: it has no effects, and tells whether somebody is there.
pub(super) async fn check_endpoints(urls: Option<&[Url]>, trust: &TlsTrust) -> SetupFinding {
    let urls = match urls {
        None => return ENDPOINT.skipped("not called without consent; --yes sends a GET request to each"),
        Some([]) => return ENDPOINT.skipped("nothing is subscribed"),
        Some(urls) => urls,
    };
    let client = HttpClient::trusting(trust.clone());
    let (mut seen, mut fixes) = (Vec::new(), Vec::new());
    for url in urls {
        let (words, fix) = judge(url, &ask(&client, url).await);
        seen.push(format!("{url} {words}"));
        fixes.extend(fix);
    }
    let seen = seen.join("; ");
    match fixes.is_empty() {
        true => ENDPOINT.passed(seen),
        false => ENDPOINT.failed_with(seen, fixes),
    }
}

async fn ask(client: &HttpClient, url: &Url) -> ExchangeResult {
    let request = OutgoingRequest {
        url: url.clone(),
        headers: vec![(USER_AGENT.into(), HeaderValue::from_static(AGENT))],
        body: RawBody::new(Vec::new()),
    };
    let get = RequestOverrides { method: Method::GET, manner: BodyEncoding::Whole };
    client.send(&request, Some(&get), Some(ATTEMPT_BUDGET)).await
}

/// What an answer to GET says about a place that takes POST, and what to do about it.
fn judge(url: &Url, answer: &ExchangeResult) -> (String, Option<String>) {
    let shown = phrases::describe_outcome(&answer.outcome);
    let time = phrases::format_duration(answer.latency);
    let place = url.host_str().unwrap_or_default();
    let AttemptOutcome::Answered(response) = &answer.outcome else {
        let why = match &answer.outcome {
            AttemptOutcome::Tls(words) => words.clone(),
            AttemptOutcome::UnknownHost => format!("the name {place} does not resolve: correct the subscribed URL"),
            AttemptOutcome::Refused => format!("start what should listen at {place}, or correct the subscribed URL"),
            _ => format!("look at what stands before the app at {place}: firewall, proxy, tunnel"),
        };
        return (format!("does not answer: {}", shown.as_str()), Some(why));
    };
    let words = format!("answers {} to GET in {}", shown.as_str(), time.as_str());
    // ngrok says so with a 404 of its own.
    let tunnel = answer.headers.contains_key("ngrok-error-code");
    let fix = match response.status {
        _ if tunnel => Some(format!("the tunnel of {place} has ended: start it again, or subscribe its new address")),
        502 | 503 | 504 | 520..=530 => Some(format!("a proxy answers at {place}, and no app behind it: start the app")),
        500.. => Some("the app fails: see its log".to_owned()),
        300..=399 => Some(format!(
            "redirects are not followed: subscribe {} itself",
            response.location.as_deref().unwrap_or("where it leads to")
        )),
        _ => None,
    };
    let words = match response.status {
        404 | 405 if fix.is_none() => format!("{words}, which is usual where only POST is taken"),
        401 | 403 => format!("{words}; the service sends no login"),
        _ => words,
    };
    (words, fix)
}

pub(super) fn check_last_answer(history: &RecentHistory) -> SetupFinding {
    judge_last(LOGS, history.attempts.first(), "the history has no attempt to deliver to an app")
}

pub(super) fn check_by_hand(history: &RecentHistory) -> SetupFinding {
    let by_hand = |attempt: &&Attempt| attempt.purpose != DeliveryPurpose::Forward;
    let none = "none was sent by hand lately: referralloop trigger created --to 3000/webhooks";
    let newest = history.attempts.iter().find(by_hand);
    // Where that was the app's last answer, it has just been told.
    let is_last = newest.is_some_and(|_| history.attempts.first().is_some_and(|last| by_hand(&last)));
    let told = judge_last(BY_HAND, newest, none);
    if !is_last {
        return told;
    }
    let fix = told.fix.iter().take(1).map(|_| "as said for arriving.logs".to_owned()).collect();
    SetupFinding { seen: "the app's last answer, above, was to one".to_owned(), fix, ..told }
}

fn judge_last(check: SetupCheck, last: Option<&Attempt>, none: &'static str) -> SetupFinding {
    let Some(last) = last else { return check.skipped(none) };
    let outcome = phrases::describe_outcome(&last.outcome);
    let seen = format!("#{} to {}: {}", last.event, last.url, outcome.as_str());
    match last.outcome.is_acknowledged() {
        true => check.passed(seen),
        false => {
            let hint = phrases::outcome_hint(&last.outcome).map(|hint| hint.as_str().to_owned());
            check.failed(seen, hint.unwrap_or_else(|| "see the app's log".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::attempt::AttemptResponse;
    use http::HeaderMap;

    #[test]
    fn an_answer_to_get_is_no_fault_where_only_post_is_taken() {
        let judged = |status, header: Option<&'static str>| {
            let outcome = AttemptOutcome::Answered(AttemptResponse {
                status,
                location: None,
                body: bytes::Bytes::new(),
                truncated: false,
                only_200: false,
            });
            let mut headers = HeaderMap::new();
            headers
                .extend(header.map(|name| (name.parse::<http::HeaderName>().unwrap(), HeaderValue::from_static("x"))));
            let answer = ExchangeResult { outcome, headers, latency: std::time::Duration::from_millis(3) };
            judge(&Url::parse("https://app.example.com/hook").unwrap(), &answer)
        };
        for status in [200, 204, 400, 401, 404, 405] {
            assert_eq!(judged(status, None).1, None, "{status}");
        }
        for (status, words) in [(302, "subscribe"), (500, "its log"), (502, "no app behind it"), (530, "no app")] {
            assert!(judged(status, None).1.unwrap().contains(words), "{status}");
        }
        assert!(judged(404, Some("ngrok-error-code")).1.unwrap().contains("tunnel"));
    }
}
