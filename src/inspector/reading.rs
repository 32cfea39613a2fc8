//! What is read: lists, one event, refused requests with the doctor's story, and what the page must know to begin.
//!
//! A search on a large store is answered after a moment with what was found so far, and says where it stopped: who
//! waits sees something soon, and can break off.

use super::answer::{answer_file, answer_missing, answer_records};
use super::query::{EventSearch, TypedSearch};
use super::{Inspector, InspectorState};
use crate::clock::Clock;
use crate::diagnose::{DiagnosisCase, DiagnosisSubject};
use crate::error::Error;
use crate::output::records::{
    self, CatalogueFieldRecord, PageRecord, PendingForwardFields, RefusalRecord, StatusRecord,
};
use crate::protocol::arrival::RefusedRequest;
use crate::protocol::event::CATALOGUE;
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::protocol::schedule::RETRY_DELAYS;
use crate::session::diagnosis::{PATIENT, diagnose_within, diagnosis_fields};
use crate::session::history::{event_fields, refused_fields};
use crate::session::selection::{BatchJudge, JudgedEvent};
use crate::session::transfer::EventHistory;
use crate::store::{EventRow, RefusedRow, StoreFilter, StoreReader};
use axum::response::Response;
use jiff::Timestamp;
use std::sync::PoisonError;
use std::time::Duration;
use url::Url;

/// Time after which a search says how far it has come.
const PATIENCE: Duration = Duration::from_millis(120);

/// The same for a search that goes on: it has shown something already.
const LONGER_PATIENCE: Duration = Duration::from_millis(400);

/// Numbers that are looked through at once.
const STRIDE: u64 = 10_000;

/// Bytes of bodies in one answer; what is beyond is asked for again.
const ROOM: usize = 2 << 20;

/// What a search has found.
struct FoundEvents<'a> {
    search: &'a EventSearch,
    clock: &'a dyn Clock,
    began: Duration,
    rows: Vec<EventRow>,
    bytes: usize,
    /// Nothing below this number was looked at; `None` where nothing is left.
    next: Option<u64>,
}

impl<'a> FoundEvents<'a> {
    fn new(search: &'a EventSearch, clock: &'a dyn Clock) -> Self {
        Self { search, clock, began: clock.monotonic(), rows: Vec::new(), bytes: 0, next: None }
    }

    fn is_late(&self) -> bool {
        let patience = if self.search.before.is_some() { LONGER_PATIENCE } else { PATIENCE };
        self.clock.monotonic().saturating_sub(self.began) > patience
    }

    /// Looks through what a filter lets pass, or those of it that are given by their numbers.
    fn scan(
        &mut self,
        reader: &StoreReader,
        (filter, among): (&StoreFilter, Option<&[u64]>),
        before: Option<u64>,
    ) -> Result<(), Error> {
        let Some(condition) = &self.search.condition else {
            return Ok(match among {
                None => reader.scan(filter, before, |row| self.take(row)),
                Some(events) => reader.scan_among(filter, events, before, |row| self.take(row)),
            }?);
        };
        BatchJudge::new(reader, condition).scan((filter, among), before, |judged| match judged {
            JudgedEvent::Met(row) => self.take(*row),
            JudgedEvent::PassedOver { number, .. } => self.go_on(number),
        })
    }

    /// Takes a row, and answers whether there may be more.
    fn take(&mut self, row: EventRow) -> bool {
        let number = row.number;
        self.bytes += row.body.len();
        self.rows.push(row);
        self.go_on(number)
    }

    /// Whether to look at more than was looked at down to a number.
    fn go_on(&mut self, number: u64) -> bool {
        let is_full = self.rows.len() >= self.search.limit || self.bytes >= ROOM || self.is_late();
        if is_full {
            self.next = Some(number).filter(|number| *number > 1);
        }
        !is_full
    }
}

/// `GET /api/events`
pub(super) async fn list_events(inspector: Inspector, query: &str) -> Result<Response, Error> {
    let search = EventSearch::read(query, inspector.0.around.clock.now())?;
    let readers = inspector.0.readers.clone();
    readers
        .read(move |reader| {
            let state = &inspector.0;
            let found = state.search_events(reader, &search)?;
            let (now, mut redactor) = (state.around.clock.now(), search.redact.then(Redactor::new));
            let mut lines = Vec::new();
            for row in found.rows {
                lines.extend(records::encode_record(now, &event_fields(&mask_row(row, redactor.as_mut()))));
            }
            let page = PageRecord { next_before: found.next };
            lines.extend(records::encode_record(now, &page));
            Ok(answer_records(lines))
        })
        .await
}

/// Reads what a search by address needs, so that the first one does not wait for it: a page is open.
pub(super) async fn read_ahead(inspector: Inspector) {
    let readers = inspector.0.readers.clone();
    // A store that cannot be read says so to whoever searches it.
    drop(readers.read(move |reader| inspector.0.find_address(reader, "").map(drop)).await);
}

/// An event without what identifies people, where that is wanted.
pub(super) fn mask_row(row: EventRow, redactor: Option<&mut Redactor>) -> EventRow {
    let Some(redactor) = redactor else { return row };
    EventHistory { event: row, arrivals: Vec::new(), attempts: Vec::new() }.redacted(redactor).event
}

impl InspectorState {
    /// Finds by what was typed, whatever that is.
    fn search_events<'a>(&'a self, reader: &StoreReader, search: &'a EventSearch) -> Result<FoundEvents<'a>, Error> {
        let (filter, before) = (search.filter.clone(), search.before);
        let mut found = FoundEvents::new(search, self.around.clock.as_ref());
        let text = match &search.typed {
            None => None,
            Some(TypedSearch::Text(text)) => Some(text.clone()),
            Some(TypedSearch::Number(number)) => {
                let filter = StoreFilter { above: number.checked_sub(1), ..filter };
                found.scan(reader, (&filter, None), Some(number + 1))?;
                found.next = None;
                return Ok(found);
            }
            Some(TypedSearch::Signup(id)) => {
                let filter = StoreFilter { signup: Some(id.clone()), ..filter.clone() };
                found.scan(reader, (&filter, None), before)?;
                Some(id.clone())
            }
            Some(TypedSearch::Email(address)) => {
                let named = self.find_address(reader, address)?;
                let filter = StoreFilter { email: Some(address.clone()), ..filter.clone() };
                found.scan(reader, (&filter, Some(&named)), before)?;
                Some(address.clone())
            }
        };
        // It may stand anywhere else in a body: a waitlist's id, the address of somebody's friend.
        if found.rows.is_empty() {
            self.walk_events(reader, &StoreFilter { text, ..search.filter.clone() }, &mut found)?;
        }
        Ok(found)
    }

    fn find_address(&self, reader: &StoreReader, address: &str) -> Result<Vec<u64>, Error> {
        let mut index = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        index.catch_up(reader)?;
        Ok(index.find_events(address))
    }

    /// Looks through everything by strides, as far as it comes within a moment.
    fn walk_events(
        &self,
        reader: &StoreReader,
        filter: &StoreFilter,
        found: &mut FoundEvents<'_>,
    ) -> Result<(), Error> {
        let newest = reader.read_cursor()?.events + 1;
        let mut before = found.search.before.unwrap_or(newest).min(newest);
        while before > 1 && found.next.is_none() {
            let above = before.saturating_sub(STRIDE + 1);
            let stride = StoreFilter { above: Some(above), ..filter.clone() };
            found.scan(reader, (&stride, None), Some(before))?;
            before = above + 1;
            if found.next.is_none() && found.is_late() {
                found.next = Some(before).filter(|before| *before > 1);
                break;
            }
        }
        Ok(())
    }
}

/// `GET /api/events/N`
pub(super) async fn show_event(inspector: Inspector, number: u64, query: &str) -> Result<Response, Error> {
    let redact = EventSearch::read(query, inspector.0.around.clock.now())?.redact;
    let now = inspector.0.around.clock.now();
    let read = move |reader: &StoreReader| EventHistory::read(reader, number);
    let Some(story) = inspector.0.readers.read(read).await? else {
        return Ok(answer_missing(now, &format!("there is no event #{number}")));
    };
    let story = if redact { story.redacted(&mut Redactor::new()) } else { story };
    Ok(answer_records(records::encode_record(now, &story.fields())))
}

/// `GET /api/events/N/body`: the bytes, as a file.
pub(super) async fn download_body(inspector: Inspector, number: u64) -> Result<Response, Error> {
    let now = inspector.0.around.clock.now();
    let found = inspector.0.readers.read(move |reader| Ok(reader.find_event(number)?)).await?;
    Ok(match found {
        Some(row) => answer_file(&format!("event-{number}.json"), "application/octet-stream", row.body.bytes()),
        None => answer_missing(now, &format!("there is no event #{number}")),
    })
}

/// `GET /api/refused`
pub(super) async fn list_refused(inspector: Inspector, query: &str) -> Result<Response, Error> {
    let now = inspector.0.around.clock.now();
    let redact = EventSearch::read(query, now)?.redact;
    let rows = inspector.0.readers.read(|reader| Ok(reader.list_refused()?)).await?;
    let mut redactor = redact.then(Redactor::new);
    let mut lines = Vec::new();
    for row in rows {
        let row = mask_refused(row, redactor.as_mut());
        lines.extend(encode_refused(now, &row));
    }
    Ok(answer_records(lines))
}

/// `GET /api/refused/N`: the record, then the `verification` record with the doctor's story.
pub(super) async fn show_refused(inspector: Inspector, number: u64, query: &str) -> Result<Response, Error> {
    let now = inspector.0.around.clock.now();
    let redact = EventSearch::read(query, now)?.redact;
    let readers = inspector.0.readers.clone();
    readers
        .read(move |reader| {
            let Some(row) = reader.find_refused(number)? else {
                let words = format!("there is no refused request !{number}; only the last 200 are kept");
                return Ok(answer_missing(now, &words));
            };
            if redact {
                let row = mask_refused(row, Some(&mut Redactor::new()));
                return Ok(answer_records(encode_refused(now, &row)));
            }
            let mut lines = encode_refused(now, &row);
            // It quotes the body, which cannot be masked in it.
            lines.extend(records::encode_record(now, &inspector.0.diagnose(&row)));
            Ok(answer_records(lines))
        })
        .await
}

/// The record of a refused request.
pub(super) fn encode_refused(now: Timestamp, row: &RefusedRow) -> Vec<u8> {
    let facts = EventFacts::from_body(&row.refused.content.body);
    records::encode_record(now, &refused_fields(row, &facts))
}

/// A refused request without what identifies people, where that is wanted.
pub(super) fn mask_refused(mut row: RefusedRow, redactor: Option<&mut Redactor>) -> RefusedRow {
    if let Some(redactor) = redactor {
        let content = &mut row.refused.content;
        content.body = redactor.redact_body(&content.body);
        content.headers = redactor.redact_headers(&content.headers);
        row.refused.target = redactor.redact_text(&row.refused.target);
    }
    row
}

impl InspectorState {
    /// Why a signature was refused, as `verify --json` tells it.
    fn diagnose<'a>(&self, row: &'a RefusedRow) -> RefusalRecord<'a> {
        let RefusedRequest { content, target, reason, .. } = &row.refused;
        let case = DiagnosisCase::from_received(content.body.as_bytes(), &content.headers, &self.around.known);
        let case = DiagnosisCase { target: Some(target), ..case };
        let found = diagnose_within(PATIENT, self.around.clock.as_ref(), &case, None);
        RefusalRecord {
            verification: "invalid",
            reason: *reason,
            message: reason.explain(),
            bytes: content.body.len(),
            diagnosis: diagnosis_fields(&found, DiagnosisSubject::Sender, None),
        }
    }
}

/// `GET /api/status`: what the page must know to begin.
pub(super) async fn show_status(inspector: Inspector) -> Result<Response, Error> {
    let state = &inspector.0;
    let (cursor, first, pending) = state
        .readers
        .read(|reader| Ok((reader.read_cursor()?, reader.find_first_number()?, reader.list_pending_forwards()?)))
        .await?;
    let listener = state.find_listener();
    let fields = StatusRecord {
        version: env!("CARGO_PKG_VERSION"),
        profile: &state.around.profile,
        listener: listener.as_ref().map(Url::as_str),
        first,
        last: cursor.events,
        refused: cursor.refused,
        catalogue: CATALOGUE.iter().map(CatalogueFieldRecord::of).collect(),
        retry_delays_s: RETRY_DELAYS.iter().map(Duration::as_secs).collect(),
        pending: pending.into_iter().map(|(url, progress)| PendingForwardFields::of(url, &progress)).collect(),
    };
    Ok(answer_records(records::encode_record(state.around.clock.now(), &fields)))
}
