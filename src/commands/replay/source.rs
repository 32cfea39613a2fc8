//! What is replayed: numbers of stored events, or what stands in a file. One at a time is in memory.

use super::Arguments;
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::error::Error;
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::sample::SeededRng;
use crate::session::transfer::{self, EventHistory};
use crate::session::{self, input, selection};
use crate::store::{ArrivalRow, EventRow, StoreReader};
use jiff::Timestamp;
use std::path::Path;

/// Largest export that is read.
const EXPORT_LIMIT: u64 = 1 << 30;

/// Where events come from, and in which order.
pub(super) struct ReplaySource {
    from: ReplayOrigin,
    order: Vec<usize>,
}

enum ReplayOrigin {
    Store(StoreReader, Vec<u64>),
    File(Vec<EventHistory>),
}

/// Finds out what is meant.
pub(super) fn open_source(
    arguments: &Arguments,
    context: &Context,
    settings: &ConfigSettings,
) -> Result<ReplaySource, Error> {
    let from = match &arguments.from {
        Some(path) => ReplayOrigin::File(read(path, context)?),
        None => open_stored(arguments, context, settings)?,
    };
    let count = match &from {
        ReplayOrigin::Store(_, numbers) => numbers.len(),
        ReplayOrigin::File(stories) => stories.len(),
    };
    let once: Vec<usize> = (0..count).collect();
    let mut order: Vec<usize> = (0..arguments.order.times).flat_map(|_| once.iter().copied()).collect();
    if arguments.order.shuffle {
        shuffle(&mut order, arguments.order.seed.unwrap_or_else(|| context.random_u64()));
    }
    Ok(ReplaySource { from, order })
}

fn open_stored(arguments: &Arguments, context: &Context, settings: &ConfigSettings) -> Result<ReplayOrigin, Error> {
    let newest = arguments.last.map(|last| last as usize);
    if arguments.ids.is_empty() && arguments.selection.is_empty() && newest.is_none() {
        return Err(Error::usage(
            "say which events: numbers, last, --last N, or options that select them, such as --failed",
        )
        .hint("--all replays everything that is stored"));
    }
    let reader = session::open_reader(context, settings)?;
    let numbers = selection::choose_numbers(&reader, &arguments.ids, &arguments.selection, newest, context)?;
    Ok(ReplayOrigin::Store(reader, numbers))
}

/// Fisher and Yates, with our dice.
fn shuffle(order: &mut [usize], seed: u64) {
    let mut dice = SeededRng::new(seed);
    for at in (1..order.len()).rev() {
        let other = dice.below(at as u64 + 1) as usize;
        order.swap(at, other);
    }
}

/// An export, or one raw body: an export's first line says that it is one.
fn read(path: &Path, context: &Context) -> Result<Vec<EventHistory>, Error> {
    let bytes = input::read_input(context, path, EXPORT_LIMIT, "export")?;
    let text = std::str::from_utf8(&bytes).ok();
    let first = text.and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    if first.is_none_or(|line| transfer::read_line(line).is_err()) {
        return Ok(vec![story(RawBody::new(bytes), Vec::new(), Vec::new())]);
    }
    let mut stories = Vec::new();
    for (number, line) in text.unwrap_or_default().lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = transfer::read_line(line).map_err(|message| {
            Error::usage(format!("line {} of {} is not an event: {message}", number + 1, path.display()))
        })?;
        if let Some(event) = read {
            let row = |arrival: crate::protocol::arrival::Arrival| ArrivalRow {
                number: 0,
                event: 0,
                at: arrival.at,
                verification: arrival.verification,
                target: arrival.target,
                headers: arrival.content.headers,
            };
            stories.push(story(event.body, event.arrivals.into_iter().map(row).collect(), event.attempts));
        }
    }
    Ok(stories)
}

/// An event that this store does not know: its number is 0 until it gets one.
fn story(body: RawBody, arrivals: Vec<ArrivalRow>, attempts: Vec<Attempt>) -> EventHistory {
    let event = EventRow {
        number: 0,
        facts: EventFacts::from_body(&body),
        body,
        sent_at: None,
        first_at: arrivals.first().map(|arrival| arrival.at),
        last_at: arrivals.last().map(|arrival| arrival.at),
        arrivals: arrivals.len() as u64,
        verification: None,
        retry_of: None,
        last_attempt: attempts.last().cloned(),
        deliveries: Vec::new(),
    };
    EventHistory { event, arrivals, attempts }
}

impl ReplaySource {
    /// How many deliveries there will be.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The events in the order in which they go out. One that was removed meanwhile is left out.
    pub(super) fn stories(&self) -> impl Iterator<Item = Result<EventHistory, Error>> {
        self.order.iter().filter_map(|at| match &self.from {
            ReplayOrigin::File(stories) => stories.get(*at).cloned().map(Ok),
            ReplayOrigin::Store(reader, numbers) => EventHistory::read(reader, *numbers.get(*at)?).transpose(),
        })
    }
}

/// When an event was first seen.
pub(super) fn first_seen(story: &EventHistory) -> Option<Timestamp> {
    story.event.first_at.or(story.event.sent_at)
}
