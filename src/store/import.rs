//! What the writer enters or looks up beside arrivals as they come: events of another store, arrivals by their numbers,
//! summaries of load runs.
//!
//! May know the rows, as `tables` does. Must not decide what is imported or retried.

use super::incoming::{IncomingArrival, OutgoingEvent};
use super::tables::StoreTables;
use crate::database::WriteFault;
use crate::protocol::arrival::{Arrival, UnforwardedArrival};
use crate::protocol::attempt::Attempt;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use jiff::Timestamp;

/// An event of another store, ready to be entered with all that happened to it.
#[derive(Debug)]
pub struct EventImport {
    sent: OutgoingEvent,
    was_sent: bool,
    arrivals: Vec<IncomingArrival>,
    attempts: Vec<Attempt>,
}

impl EventImport {
    /// An event with the time at which it was sent, where it was, and its arrivals and attempts, oldest first. The
    /// attempts' event numbers do not count.
    pub fn new(body: RawBody, sent: Option<Timestamp>, arrivals: Vec<Arrival>, attempts: Vec<Attempt>) -> Self {
        let facts = EventFacts::from_body(&body);
        let at = sent.or(arrivals.first().map(|arrival| arrival.at)).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            was_sent: sent.is_some() || arrivals.is_empty(),
            sent: OutgoingEvent::new(body, &facts, at),
            arrivals: arrivals.into_iter().map(IncomingArrival::from).collect(),
            attempts,
        }
    }

    /// Bytes that it adds at most.
    pub(super) fn weight(&self) -> usize {
        let headers: usize = self.arrivals.iter().map(|arrival| arrival.content.headers.as_block().len()).sum();
        self.sent.body.len() + headers
    }
}

impl StoreTables<'_> {
    /// Enters an event of another store, and answers with its number; `None` where it is here already.
    pub(super) fn import_event(&mut self, past: &EventImport) -> Result<Option<u64>, WriteFault> {
        if self.contains_event(&past.sent.keys)? {
            return Ok(None);
        }
        let mut number = if past.was_sent { Some(self.record_sent(&past.sent)?) } else { None };
        for arrival in &past.arrivals {
            number = Some(self.record_arrival(arrival)?.event);
        }
        if let Some(event) = number {
            for attempt in &past.attempts {
                self.record_attempt(&Attempt { event, ..attempt.clone() })?;
            }
        }
        Ok(number)
    }

    /// The first arrival behind one. It stands in the row of its event, or with the later ones.
    pub(super) fn find_arrival_after(&mut self, arrival: u64) -> Result<Option<UnforwardedArrival>, WriteFault> {
        let arrival = arrival.cast_signed();
        if arrival >= self.last_arrival {
            return Ok(None);
        }
        let event = self.event_after(arrival)?;
        let later = self.forwards.find_later_arrival(arrival)?;
        let before = later.as_ref().map_or(i64::MAX, |later| later.arrival.cast_signed());
        Ok(self.forwards.find_first_arrival(event, before)?.or(later))
    }

    /// From which event on all came to be known after an arrival. The column never falls, so halving finds it.
    fn event_after(&mut self, arrival: i64) -> rusqlite::Result<i64> {
        let (mut low, mut high) = (1, self.last_event + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.forwards.find_event_from(middle)? {
                Some((event, at)) if at <= arrival => low = event + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// Keeps the summary of a load run.
    pub(super) fn save_load_summary(&mut self, at_ms: i64, summary: &str) -> Result<u64, WriteFault> {
        self.reserve(summary.len())?;
        Ok(self.forwards.save_load_summary(at_ms, summary)?)
    }
}
