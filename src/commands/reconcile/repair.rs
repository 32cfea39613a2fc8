//! The store's events of a waitlist beside the service's sign-ups, and the delivery of what was missed.

use crate::config::ConfigSettings;
use crate::context::Context;
use crate::deliver::{DeliveryPace, DeliveryPlan};
use crate::error::{Error, Exit};
use crate::exchange::HttpClient;
use crate::output::console::Console;
use crate::protocol::attempt::DeliveryPurpose;
use crate::protocol::body::RawBody;
use crate::protocol::reconcile::{MissedEvent, ObservedWaitlist};
use crate::protocol::rules::DeliveryRules;
use crate::protocol::schedule::RetryFrom;
use crate::session::arguments::HeaderArgument;
use crate::session::{self, delivery, request};
use crate::shutdown::StopReceiver;
use crate::store::{EventDirection, EventRow, StoreFilter, StoreReader};
use std::time::Duration;
use url::Url;

/// Time that an attempt has, as documented.
const BUDGET: Duration = Duration::from_secs(5);

/// Everything that events of a waitlist told: those that came in, and those of earlier reconciliations that were
/// acknowledged. What was merely fabricated, here or with
/// another store, says nothing about the service.
pub(super) fn collect_reported(reader: &StoreReader, waitlist: &str) -> Result<ObservedWaitlist, Error> {
    let filter =
        StoreFilter { direction: EventDirection::All, waitlist: Some(waitlist.to_owned()), ..StoreFilter::default() };
    let mut heard = ObservedWaitlist::default();
    let mut fault = None;
    reader.scan(&filter, None, |row| match is_reported(reader, &row) {
        Ok(told) => {
            if let Some(at) = row.first_at.or(row.sent_at).filter(|_| told) {
                heard.observe_event(&row.facts, at);
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

fn is_reported(reader: &StoreReader, row: &EventRow) -> Result<bool, Error> {
    if row.sent_at.is_none() {
        return Ok(reader.list_arrivals(row.number)?.iter().any(|arrival| !request::is_fabricated(&arrival.headers)));
    }
    let attempts = reader.list_attempts(row.number)?;
    let own = |wanted: fn(&crate::protocol::attempt::AttemptOutcome) -> bool| {
        attempts.iter().any(|attempt| attempt.purpose == DeliveryPurpose::Reconcile && wanted(&attempt.outcome))
    };
    Ok(own(|outcome| outcome.is_acknowledged()) || row.first_at.is_some() && own(|_| true))
}

/// How a delivery of what was missed ended.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RepairCounts {
    /// Events that were acknowledged.
    pub acknowledged: u64,
    /// Events that were not.
    pub failed: u64,
}

/// What is delivered, and where to.
#[derive(Debug)]
pub(super) struct RepairPlan<'a> {
    pub missed: &'a [MissedEvent],
    pub waitlist: &'a str,
    pub url: Url,
    /// With these header fields too.
    pub headers: &'a [HeaderArgument],
    /// Over these connections.
    pub exchange: HttpClient,
    /// Whether to follow the retry schedule.
    pub retry: bool,
    /// How fast.
    pub pace: DeliveryPace,
}

/// Delivers what was missed, one after the other in its order, signed and stored like any delivery.
pub(super) async fn deliver_missed(
    mending: &RepairPlan<'_>,
    context: &Context,
    settings: &ConfigSettings,
    console: &Console,
    stop: &StopReceiver,
) -> Result<Result<RepairCounts, Exit>, Error> {
    let key = session::load_secrets(context, settings, &[])?.signing().key();
    let store = session::open_store(context, settings)?;
    let (screen, _) = console.start_screen()?;
    let mut delivered = RepairCounts::default();
    let mut ended = Ok(());
    for missed in mending.missed {
        let Some(payload) = missed.build_payload(mending.waitlist, context.clock.now()) else { continue };
        let body = RawBody::new(payload.to_string());
        let mut request = request::build_service_request(mending.url.clone(), &body, Some(key.sign(body.as_bytes())))?;
        request::replace_headers(&mut request.headers, mending.headers);
        let event = delivery::register_event(&request, context, &screen, &store).await?;
        let plan = DeliveryPlan {
            label: mending.url.to_string(),
            request,
            event,
            purpose: DeliveryPurpose::Reconcile,
            rules: DeliveryRules::Referralloop(RetryFrom::Previous),
            pace: mending.pace,
            retry: mending.retry,
            budget: Some(BUDGET),
            stops_when_refused: false,
        };
        match delivery::deliver_event(&plan, &mending.exchange, context, &screen, &store, stop).await? {
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
