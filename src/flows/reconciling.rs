//! The store's events of a waitlist beside the service's sign-ups, and the delivery of what was missed.

use super::{delivery, request, workspace};
use crate::config::Settings;
use crate::context::Context;
use crate::deliver::{Pace, Plan};
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::protocol::attempt::Purpose;
use crate::protocol::body::RawBody;
use crate::protocol::reconcile::{Heard, Missed};
use crate::protocol::schedule::RetryFrom;
use crate::shutdown::Stop;
use crate::store::{Direction, EventRow, Filter, Reader};
use std::time::Duration;
use url::Url;

/// Time that an attempt has, as documented.
const BUDGET: Duration = Duration::from_secs(5);

/// Everything that events of a waitlist told: those that came in, and those of earlier reconciliations that were
/// acknowledged. What was merely fabricated here says nothing about the service.
pub fn heard(reader: &Reader, waitlist: &str) -> Result<Heard, Error> {
    let filter = Filter { direction: Direction::All, waitlist: Some(waitlist.to_owned()), ..Filter::default() };
    let mut heard = Heard::default();
    let mut fault = None;
    reader.scan(&filter, None, |row| match is_told(reader, &row) {
        Ok(told) => {
            if let Some(at) = row.first_at.or(row.sent_at).filter(|_| told) {
                heard.take(&row.facts, at);
            }
            true
        }
        Err(error) => {
            fault = Some(error);
            false
        }
    })?;
    fault.map_or(Ok(heard), Err)
}

fn is_told(reader: &Reader, row: &EventRow) -> Result<bool, Error> {
    if row.sent_at.is_none() {
        return Ok(row.first_at.is_some());
    }
    let attempts = reader.attempts(row.number)?;
    let own = |wanted: fn(&crate::protocol::attempt::Outcome) -> bool| {
        attempts.iter().any(|attempt| attempt.purpose == Purpose::Reconcile && wanted(&attempt.outcome))
    };
    Ok(own(|outcome| outcome.acknowledged()) || row.first_at.is_some() && own(|_| true))
}

/// How a delivery of what was missed ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delivered {
    /// Events that were acknowledged.
    pub acknowledged: u64,
    /// Events that were not.
    pub failed: u64,
}

/// What is delivered, and where to.
#[derive(Debug)]
pub struct Mending<'a> {
    /// What was missed.
    pub missed: &'a [Missed],
    /// Of this waitlist.
    pub waitlist: &'a str,
    /// To this URL.
    pub url: Url,
    /// Whether to follow the retry schedule.
    pub retry: bool,
    /// How fast.
    pub pace: Pace,
}

/// Delivers what was missed, one after the other in its order, signed and stored like any delivery.
pub async fn deliver(
    mending: &Mending<'_>,
    context: &Context,
    settings: &Settings,
    console: &Console,
    stop: &Stop,
) -> Result<Result<Delivered, Exit>, Error> {
    let key = workspace::secrets(context, settings, &[])?.signing().key();
    let store = workspace::open_store(context, settings)?;
    let (screen, _) = console.screen()?;
    let mut delivered = Delivered::default();
    let mut ended = Ok(());
    for missed in mending.missed {
        let Some(payload) = missed.payload(mending.waitlist, context.clock.now()) else { continue };
        let body = RawBody::new(payload.to_string());
        let request = request::plain(mending.url.clone(), &body, Some(key.sign(body.as_bytes())))?;
        let event = delivery::announce(&request, context, &screen, &store).await?;
        let plan = Plan {
            request,
            event,
            purpose: Purpose::Reconcile,
            retry_from: RetryFrom::Previous,
            pace: mending.pace,
            retry: mending.retry,
            budget: Some(BUDGET),
        };
        match delivery::run(&plan, context, &screen, &store, stop).await? {
            Exit::Done => delivered.acknowledged += 1,
            Exit::No => delivered.failed += 1,
            interrupted => {
                ended = Err(interrupted);
                break;
            }
        }
    }
    store.close().await;
    screen.finish()?;
    Ok(ended.map(|()| delivered))
}
