//! Events chosen out of the store: by the options that every command shares, by what the user calls them, newest or
//! oldest first. The store's filter does what it can; a condition in jq syntax is asked of what is left.

use super::history::{SelectionOptions, StoredId, StoredRequest, find_stored};
use crate::context::Context;
use crate::error::Error;
use crate::jq::JqCondition;
use crate::output::console::Console;
use crate::store::{EventDirection, EventRow, StoreFilter, StoreReader};
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
        let mut fault = None;
        reader.scan(&self.filter, before, |row| match self.holds(&row) {
            Ok(false) => true,
            Ok(true) => more(row),
            Err(error) => {
                fault = Some(error);
                false
            }
        })?;
        fault.map_or(Ok(()), Err)
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

    fn holds(&self, row: &EventRow) -> Result<bool, Error> {
        match &self.condition {
            None => Ok(true),
            Some(condition) => {
                let holds = condition.matches(&row.body).map_err(Error::from)?;
                if let Some(fault) = condition.take_fault().filter(|_| !self.told.swap(true, Ordering::Relaxed)) {
                    self.console
                        .print_notice(&format!("--where fails on #{} and perhaps on others: {fault}", row.number));
                }
                Ok(holds)
            }
        }
    }
}

/// The numbers of the events that were named, oldest first; otherwise of those that were chosen.
pub(crate) fn choose_numbers(
    reader: &StoreReader,
    named: &[StoredId],
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
    let mut numbers: Vec<u64> =
        named.iter().map(|wanted| Ok(find_event(reader, *wanted)?.number)).collect::<Result<_, Error>>()?;
    // In the order in which they came, whatever the order in which they were named.
    numbers.sort_unstable();
    Ok(numbers)
}

/// An event by what the user calls it; a refused request is none.
pub(crate) fn find_event(reader: &StoreReader, wanted: StoredId) -> Result<EventRow, Error> {
    match find_stored(reader, wanted)? {
        StoredRequest::Event(event) => Ok(*event),
        StoredRequest::Refused(row) => Err(Error::usage(format!("!{} is a refused request, not an event", row.number))
            .hint("referralloop events list")),
    }
}
