//! What happens, as it happens: Server-Sent Events whose data are records.
//!
//! The store is the source: whatever wrote it, this process or another, is seen, and a place in it outlives both. Each
//! message that ends a step carries that place as its id, and a browser that comes back sends the last one, so nothing
//! is missed and nothing told twice but what has changed again.

use super::answer::{answer, answer_crowded};
use super::query::EventSearch;
use super::reading::{mask_refused, mask_row};
use super::seats::StreamSeat;
use super::{Inspector, InspectorContext, reading};
use crate::error::Error;
use crate::output::records::{self, HelloRecord, NamedRecord, PlaceRecord, ResetRecord};
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::session::history::{event_fields, refused_fields};
use crate::store::{StoreCursor, StoreReader};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use std::borrow::Cow;
use std::time::Duration;

/// How often the store is looked at. Looking costs next to nothing while nothing was written.
const LOOK: Duration = Duration::from_millis(40);

/// Looks after which something is sent, so that a connection that is gone is noticed.
const HEARTBEAT: u32 = 250;

/// Events that are told at one look; more than that nobody can follow, and only their number is told.
const STEP: usize = 60;

/// Bytes of bodies at one look.
const ROOM: usize = 256 * 1024;

/// After how many milliseconds a browser that is cut off comes back.
const RECONNECT: &str = "retry: 500\n\n";

/// `GET /api/stream`
pub(super) fn open_stream(
    inspector: &Inspector,
    query: &str,
    since: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let now = inspector.0.around.clock.now();
    let redact = EventSearch::read(query, now)?.redact;
    // A browser that was cut off says where; a page that begins anew may say so itself.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let since = last.or(since).and_then(read_place);
    let Some((seat, body)) = inspector.0.streams.take_seat() else { return Ok(answer_crowded(now)) };
    tokio::spawn(follow(inspector.clone(), since, redact, seat));
    tokio::spawn(reading::read_ahead(inspector.clone()));
    Ok(answer(StatusCode::OK, "text/event-stream", Body::new(body)))
}

/// A place as it is sent: five numbers. The number of an event alone will do as well.
fn read_place(text: &str) -> Option<StreamPlace> {
    let numbers: Vec<u64> = text.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    match numbers[..] {
        [events] => Some(StreamPlace::Event(events)),
        [events, arrivals, attempts, refused, removals] => {
            Some(StreamPlace::Whole(StoreCursor { events, arrivals, attempts, refused, removals }))
        }
        _ => None,
    }
}

fn write_place(at: &StoreCursor) -> String {
    format!("{}-{}-{}-{}-{}", at.events, at.arrivals, at.attempts, at.refused, at.removals)
}

/// Where somebody left off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StreamPlace {
    /// Behind this event.
    Event(u64),
    /// Behind all of these.
    Whole(StoreCursor),
}

impl StreamPlace {
    fn among(self, now: StoreCursor) -> StoreCursor {
        match self {
            Self::Event(events) => StoreCursor { events, ..now },
            Self::Whole(at) => at,
        }
    }
}

/// One connection: a reader of its own, and where it is.
struct StoreFollower {
    reader: StoreReader,
    version: u64,
    at: StoreCursor,
    redactor: Option<Redactor>,
}

impl StoreFollower {
    fn start(inspector: &Inspector, since: Option<StreamPlace>, redact: bool) -> Result<(Self, Bytes), Error> {
        let reader = StoreReader::open(&inspector.0.around.store)?;
        let (version, now) = (reader.read_data_version()?, reader.read_cursor()?);
        // A store that was begun anew has less than there was.
        let at = since.map_or(now, |place| place.among(now));
        let is_other = at.events > now.events || at.removals > now.removals;
        let at = if is_other { now } else { at };
        let (mut messages, time) = (RECONNECT.as_bytes().to_vec(), inspector.0.around.clock.now());
        match is_other {
            true => push_record(&mut messages, Some(&at), time, &ResetRecord { last: at.events, skipped: 0 }),
            false => push_record(&mut messages, Some(&at), time, &HelloRecord { last: at.events, skipped: 0 }),
        }
        // Something may have happened since that place: the first look finds out.
        let version = if at == now { version } else { u64::MAX };
        Ok((Self { reader, version, at, redactor: redact.then(Redactor::new) }, messages.into()))
    }

    /// What happened since the last look.
    fn look(&mut self, around: &InspectorContext) -> Result<Vec<u8>, Error> {
        if !self.reader.is_current() {
            return self.begin_anew(around);
        }
        let version = self.reader.read_data_version()?;
        if version == self.version {
            return Ok(Vec::new());
        }
        let (until, now, mut messages) = (self.reader.read_cursor()?, around.clock.now(), Vec::new());
        self.version = version;
        if until.removals != self.at.removals {
            push_record(&mut messages, None, now, &ResetRecord { last: until.events, skipped: 0 });
        }
        let skipped = self.push_events(&until, now, &mut messages)?;
        // What came in the meantime is told at the next look, and only then.
        for row in self.reader.list_refused_between(self.at.refused, until.refused)?.into_iter().rev() {
            let row = mask_refused(row, self.redactor.as_mut());
            let facts = EventFacts::from_body(&row.refused.content.body);
            push_record(&mut messages, None, now, &refused_fields(&row, &facts));
        }
        self.at = until;
        push_record(&mut messages, Some(&until), now, &PlaceRecord { last: until.events, skipped });
        Ok(messages)
    }

    /// Another store lies there, or none any more: what was told is out of date.
    fn begin_anew(&mut self, around: &InspectorContext) -> Result<Vec<u8>, Error> {
        let existed = self.reader.exists();
        self.reader = StoreReader::open(&around.store)?;
        (self.version, self.at) = (self.reader.read_data_version()?, self.reader.read_cursor()?);
        if !existed && !self.reader.exists() {
            return Ok(Vec::new());
        }
        let (mut message, last) = (Vec::new(), self.at.events);
        push_record(&mut message, Some(&self.at), around.clock.now(), &ResetRecord { last, skipped: 0 });
        Ok(message)
    }

    /// The newest of what changed, oldest first; answers how many were passed over.
    fn push_events(&mut self, until: &StoreCursor, now: Timestamp, messages: &mut Vec<u8>) -> Result<u64, Error> {
        let (numbers, changed) = self.reader.list_changed(&self.at, until, STEP)?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        for number in numbers {
            let Some(row) = self.reader.find_event(number)? else { continue };
            bytes += row.body.len();
            rows.push(mask_row(row, self.redactor.as_mut()));
            if bytes > ROOM {
                break;
            }
        }
        let told = rows.len() as u64;
        for row in rows.iter().rev() {
            push_record(messages, None, now, &event_fields(row));
        }
        Ok(changed.saturating_sub(told))
    }
}

/// Appends a record as a message of its type. It is one line, which is what a message's data must be.
fn push_record<R: NamedRecord>(out: &mut Vec<u8>, place: Option<&StoreCursor>, at: Timestamp, fields: &R) {
    out.extend_from_slice(format!("event: {}\n", R::TYPE).as_bytes());
    if let Some(place) = place {
        out.extend_from_slice(format!("id: {}\n", write_place(place)).as_bytes());
    }
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(&records::encode_record(at, fields));
    out.push(b'\n');
}

/// Follows the store until nobody listens any more or the inspector ends. Who does not read what there is misses nothing: what
/// happens meanwhile is found by the look that comes then.
async fn follow(inspector: Inspector, since: Option<StreamPlace>, redact: bool, seat: StreamSeat) {
    let beginner = inspector.clone();
    let start = move || StoreFollower::start(&beginner, since, redact);
    let Ok(Ok((mut follower, hello))) = tokio::task::spawn_blocking(start).await else { return };
    seat.put(hello);
    let mut closing = inspector.0.closing.clone();
    let mut quiet = 0;
    loop {
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            () = inspector.0.around.clock.sleep(LOOK) => {}
        }
        if seat.is_over() {
            return;
        }
        let Some(turn) = seat.take_turn().await else { continue };
        let state = inspector.clone();
        let look = move || {
            let found = follower.look(&state.0.around).map(|found| mask_whole(&state, found));
            (follower, found)
        };
        let Ok((back, Ok(mut found))) = tokio::task::spawn_blocking(look).await else { return };
        follower = back;
        quiet = if found.is_empty() { quiet + 1 } else { 0 };
        if quiet == HEARTBEAT {
            quiet = 0;
            found.extend_from_slice(b": still here\n\n");
        }
        if !found.is_empty() {
            seat.put(found.into());
        }
        drop(turn);
    }
}

/// Leaves secrets out before a message is handed over in parts: a secret that two of them share would be found in neither.
fn mask_whole(inspector: &Inspector, found: Vec<u8>) -> Vec<u8> {
    match inspector.0.around.mask.apply(&found) {
        Cow::Borrowed(_) => found,
        Cow::Owned(masked) => masked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let at = StoreCursor { events: 41, arrivals: 2, attempts: 7, refused: 1, removals: 3 };
        assert_eq!(read_place(&write_place(&at)), Some(StreamPlace::Whole(at)));
        assert_eq!(read_place("41"), Some(StreamPlace::Event(41)));
        assert_eq!(StreamPlace::Event(4).among(at), StoreCursor { events: 4, ..at });
        for nothing in ["", "a", "1-2", "1-2-3-4-x", "-1"] {
            assert_eq!(read_place(nothing), None, "{nothing}");
        }
    }
}
