//! Events chosen out of the store: by the options that every command shares, by what the user calls them, newest or
//! oldest first. The store's filter does what it can; a condition in jq syntax is asked of what is left.

use super::history::{SelectionOptions, StoredId, StoredIds, StoredRequest, find_stored};
use crate::context::Context;
use crate::error::Error;
use crate::jq::JqCondition;
use crate::output::console::Console;
use crate::store::{BareEvent, EventDirection, EventRow, StoreFilter, StoreReader};
use std::sync::atomic::{AtomicBool, Ordering};

/// What is looked for.
pub(crate) struct HistoryQuery {
    filter: StoreFilter,
    condition: Option<JqCondition>,
    /// Whether it was told that the condition fails on some bodies.
    told: AtomicBool,
    console: Console,
}

impl HistoryQuery {
    /// Reads the options.
    pub(crate) fn new(selection: &SelectionOptions, context: &Context) -> Result<Self, Error> {
        let filter = selection.filter(&context.local_now())?;
        Ok(Self {
            filter,
            condition: selection.condition()?,
            told: AtomicBool::new(false),
            console: Console::new(context),
        })
    }

    /// The same among all that was sent or received, where the options name no direction.
    pub(crate) fn of_all(selection: &SelectionOptions, context: &Context) -> Result<Self, Error> {
        let choice = Self::new(selection, context)?;
        let direction = selection.direction().unwrap_or(EventDirection::All);
        Ok(Self { filter: StoreFilter { direction, ..choice.filter.clone() }, ..choice })
    }

    /// Hands over what is found, newest first, until there is no more or `more` says no.
    pub(crate) fn scan(
        &self,
        reader: &StoreReader,
        before: Option<u64>,
        mut more: impl FnMut(EventRow) -> bool,
    ) -> Result<(), Error> {
        let Some(condition) = &self.condition else { return Ok(reader.scan(&self.filter, before, more)?) };
        let mut judge = BatchJudge::new(reader, condition);
        judge.scan((&self.filter, None), before, |judged| match judged {
            JudgedEvent::Met(row) => more(*row),
            JudgedEvent::PassedOver { number, fault } => {
                if let Some(fault) = fault.filter(|_| !self.told.swap(true, Ordering::Relaxed)) {
                    self.console.print_notice(&format!("--where fails on #{number} and perhaps on others: {fault}"));
                }
                true
            }
        })
    }

    /// At most so many, newest first, with numbers below `before`.
    pub(crate) fn list(&self, reader: &StoreReader, limit: usize, before: Option<u64>) -> Result<Vec<EventRow>, Error> {
        let mut found = Vec::new();
        self.scan(reader, before, |row| {
            found.push(row);
            found.len() < limit
        })?;
        Ok(found)
    }

    /// The numbers of all of them, oldest first; of the newest so many only, where there is a limit.
    pub(crate) fn list_numbers(&self, reader: &StoreReader, newest: Option<usize>) -> Result<Vec<u64>, Error> {
        let mut numbers = Vec::new();
        let most = newest.unwrap_or(usize::MAX);
        self.scan(reader, None, |row| {
            numbers.push(row.number);
            numbers.len() < most
        })?;
        numbers.reverse();
        Ok(numbers)
    }
}

/// What a condition says of an event.
pub(crate) enum JudgedEvent {
    Met(Box<EventRow>),
    PassedOver {
        number: u64,
        /// Why the condition fails on it.
        fault: Option<String>,
    },
}

/// Events that meet a condition: their bodies are judged in batches, and only what meets it is looked up any further.
pub(crate) struct BatchJudge<'a> {
    reader: &'a StoreReader,
    condition: &'a JqCondition,
    waiting: Vec<BareEvent>,
    bytes: usize,
}

impl<'a> BatchJudge<'a> {
    /// Events and bytes of bodies that are judged at once: more would only make whoever breaks off wait.
    const EVENTS: usize = 128;
    const BYTES: usize = 1 << 20;

    pub(crate) fn new(reader: &'a StoreReader, condition: &'a JqCondition) -> Self {
        Self { reader, condition, waiting: Vec::with_capacity(Self::EVENTS), bytes: 0 }
    }

    /// Hands over what is said of each, newest first, until there are none or `more` says no.
    ///
    /// # Errors
    /// The store cannot be read, or the condition takes too long.
    pub(crate) fn scan(
        &mut self,
        wanted: (&StoreFilter, Option<&[u64]>),
        before: Option<u64>,
        mut more: impl FnMut(JudgedEvent) -> bool,
    ) -> Result<(), Error> {
        let mut going = Ok(true);
        self.reader.scan_bare(wanted, before, |event| {
            self.bytes += event.body().len();
            self.waiting.push(event);
            if self.waiting.len() >= Self::EVENTS || self.bytes >= Self::BYTES {
                going = self.judge(&mut more);
            }
            matches!(going, Ok(true))
        })?;
        if going? {
            self.judge(&mut more)?;
        }
        Ok(())
    }

    fn judge(&mut self, more: &mut impl FnMut(JudgedEvent) -> bool) -> Result<bool, Error> {
        let batch = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let answers = self.condition.judge(batch.iter().map(|event| event.body().clone()).collect())?;
        for (event, answer) in batch.into_iter().zip(answers) {
            let judged = match answer {
                Ok(true) => JudgedEvent::Met(self.reader.complete(event)?.into()),
                Ok(false) => JudgedEvent::PassedOver { number: event.number(), fault: None },
                Err(fault) => JudgedEvent::PassedOver { number: event.number(), fault: Some(fault) },
            };
            if !more(judged) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The numbers of the events that were named, oldest first; otherwise of those that were chosen.
pub(crate) fn choose_numbers(
    reader: &StoreReader,
    named: &[StoredIds],
    selection: &SelectionOptions,
    newest: Option<usize>,
    context: &Context,
) -> Result<Vec<u64>, Error> {
    if named.is_empty() {
        return HistoryQuery::new(selection, context)?.list_numbers(reader, newest);
    }
    if !selection.is_empty() || newest.is_some() {
        return Err(Error::usage("name events, or choose them with options, but not both"));
    }
    let mut numbers = Vec::new();
    for wanted in named {
        match *wanted {
            StoredIds::One(wanted) => numbers.push(find_event(reader, wanted)?.number),
            StoredIds::Range(first, last) => numbers.extend(find_range(reader, first, last)?),
        }
    }
    // In the order in which they came, whatever the order in which they were named.
    numbers.sort_unstable();
    Ok(numbers)
}

/// The events from a number to another, without those that were removed; one there has to be.
fn find_range(reader: &StoreReader, first: u64, last: u64) -> Result<Vec<u64>, Error> {
    let above = first.checked_sub(1);
    let all = StoreFilter { direction: EventDirection::All, above, ..StoreFilter::default() };
    let mut found = Vec::new();
    reader.scan_bare((&all, None), last.checked_add(1), |event| {
        found.push(event.number());
        true
    })?;
    match found.is_empty() {
        true => {
            Err(Error::usage(format!("there is no event from #{first} to #{last}"))
                .hint("referralloop events list --all"))
        }
        false => Ok(found),
    }
}

/// An event by what the user calls it; a refused request is none.
pub(crate) fn find_event(reader: &StoreReader, wanted: StoredId) -> Result<EventRow, Error> {
    match find_stored(reader, wanted)? {
        StoredRequest::Event(event) => Ok(*event),
        StoredRequest::Refused(row) => Err(Error::usage(format!("!{} is a refused request, not an event", row.number))
            .hint(format!("why it was refused: referralloop verify --event r{}", row.number))),
    }
}
