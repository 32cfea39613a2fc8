//! Requests that are no deliveries, told one by one: what was asked for, what it was answered, and what this listener
//! takes. Where everybody can reach the listener, only so many a second.

use super::context::ReceiverContext;
use crate::protocol::report::{ReportKind, TurnedAwayReport};
use crate::server::HeadFault;
use http::Method;
use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// Lines of one second at most, where the listener is exposed.
const A_SECOND: u32 = 5;

/// What was told of late.
#[derive(Debug)]
pub(super) struct TurnedAwayLog {
    /// The one path that is served.
    path: Option<String>,
    exposed: bool,
    pace: Mutex<TellingPace>,
}

/// The second of the last line, lines of that second, and requests that got none since the last.
#[derive(Debug, Default)]
struct TellingPace {
    second: i64,
    told: u32,
    untold: u64,
}

impl TellingPace {
    /// How many were left out before this one, where it may be told.
    fn admit(&mut self, at: Timestamp) -> Option<u64> {
        if self.second != at.as_second() {
            (self.second, self.told) = (at.as_second(), 0);
        }
        if self.told >= A_SECOND {
            self.untold += 1;
            return None;
        }
        self.told += 1;
        Some(std::mem::take(&mut self.untold))
    }
}

impl TurnedAwayLog {
    pub(super) fn new(path: Option<String>, exposed: bool) -> Self {
        Self { path, exposed, pace: Mutex::default() }
    }

    /// A path or a method that is not taken.
    pub(super) fn tell_request<R>(&self, shared: &ReceiverContext<R>, method: &Method, target: &str, status: u16) {
        let why = match (&self.path, status) {
            (Some(path), 404) => format!("this listener takes {path} only"),
            _ => "this listener takes POST only".to_owned(),
        };
        self.tell(shared, (method.as_str(), target), status, why);
    }

    /// A body that was not read.
    pub(super) fn tell_body<R>(&self, shared: &ReceiverContext<R>, target: &str, status: u16, why: &str) {
        self.tell(shared, ("POST", target), status, why.to_owned());
    }

    /// What is no request.
    pub(super) fn tell_fault<R>(&self, shared: &ReceiverContext<R>, fault: HeadFault) {
        let why = match fault {
            HeadFault::Malformed => "it is not HTTP/1.1".to_owned(),
            HeadFault::TooLarge => "its head is longer than the limit".to_owned(),
            HeadFault::Hostless => "it has no Host header, two, or another host in its URL".to_owned(),
            HeadFault::Tls => "it is TLS, and this listener speaks http: write http:// in the sender's URL".to_owned(),
        };
        self.tell(shared, ("", ""), fault.status(), why);
    }

    fn tell<R>(&self, shared: &ReceiverContext<R>, (method, path): (&str, &str), status: u16, why: String) {
        shared.tally.turned_away.increment();
        if !shared.audience.wants_report() {
            return;
        }
        let admitted = || self.pace.lock().unwrap_or_else(PoisonError::into_inner).admit(shared.clock.now());
        if let Some(untold) = if self.exposed { admitted() } else { Some(0) } {
            let (method, path) = (method.to_owned(), path.to_owned());
            shared.emit_report(ReportKind::TurnedAway(TurnedAwayReport { method, path, status, why, untold }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_in_part_and_counted_in_whole() {
        let mut pace = TellingPace::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        let told: Vec<_> = (0..9).map(|_| pace.admit(at(7))).collect();
        assert_eq!(told.iter().flatten().count(), A_SECOND as usize);
        assert_eq!((pace.admit(at(8)), pace.admit(at(8))), (Some(4), Some(0)));
    }
}
