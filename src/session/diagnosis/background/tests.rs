//! Arrivals beside a clock that is told how fast to go.

use super::*;
use crate::clock::Clock;
use crate::protocol::arrival::{Arrival, HeaderLines, RequestContent, SignatureState};
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::signature::Secret;
use jiff::Timestamp;
use std::future::Future;
use std::pin::Pin;

/// Each look at the processor time takes this long, and each at the time of day that long.
struct SteppedClock {
    step: Duration,
    passing: Duration,
    count: AtomicU64,
    looks: AtomicU64,
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn monotonic(&self) -> Duration {
        self.passing * u32::try_from(self.looks.fetch_add(1, Ordering::AcqRel)).unwrap()
    }

    fn busy(&self) -> Duration {
        let looks = self.count.fetch_add(1, Ordering::AcqRel);
        self.step * u32::try_from(looks).unwrap()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

fn refused(number: u64, value: &str) -> Report {
    let body = RawBody::new(r#"{"a": 1.0}"#);
    let arrival = ArrivalReport {
        number: Some(ArrivalNumber::Refused(number)),
        fingerprint: body.fingerprint(),
        arrival: Arrival {
            at: Timestamp::UNIX_EPOCH,
            target: "/".into(),
            facts: EventFacts::from_body(&body),
            verification: SignatureState::Invalid,
            content: RequestContent { headers: HeaderLines::collect([(SIGNATURE_HEADER, value.as_bytes())]), body },
        },
        reason: Some(SignatureFault::Mismatch),
        explanation: None,
        repeat: None,
        out_of_order: false,
        answer: 401,
        not_stored: None,
        forwards: 0,
        kept_back: None,
    };
    Report { at: Timestamp::UNIX_EPOCH, what: ReportKind::Arrival(Box::new(arrival)) }
}

/// What was told about arrivals, and how often the clock was looked at.
fn told(step: Duration, reports: Vec<Report>) -> (Vec<RefusalExplanation>, u64) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let audience = heard.clone();
    let next = Arc::new(move |report: Report| {
        if let ReportKind::Arrival(arrival) = report.what {
            audience.lock().unwrap().extend(arrival.explanation);
        }
    });
    let clock =
        Arc::new(SteppedClock { step, passing: Duration::ZERO, count: AtomicU64::new(0), looks: AtomicU64::new(0) });
    let known =
        vec![KnownSecret { secret: Secret::new("secret-1").unwrap(), origin: "of a test".into(), current: true }];
    let background = BackgroundDiagnosis::start(next, clock.clone(), known);
    reports.into_iter().for_each(|report| background.emit_report(report));
    background.finish();
    let heard = heard.lock().unwrap().clone();
    (heard, clock.count.load(Ordering::Acquire))
}

fn stringified() -> String {
    Secret::new("secret-1").unwrap().key().sign(br#"{"a":1}"#)
}

#[test]
fn a_common_cause_is_told_with_the_byte() {
    let (told, _) = told(Duration::ZERO, vec![refused(7, &stringified())]);
    assert_eq!(told[0].cause, Some("json-stringify"));
    assert_eq!(told[0].words, "the sender hashed re-serialised JSON (first difference at byte 5)");
    assert!(told[0].proved);
}

#[test]
fn after_fifty_milliseconds_the_command_is_told_that_goes_on() {
    let (told, looks) = told(Duration::from_millis(10), vec![refused(7, &format!("sha256={}", "ab".repeat(32)))]);
    assert_eq!((told[0].cause, told[0].proved), (None, false));
    assert_eq!(told[0].words, "why: referralloop verify --event r7");
    assert!(looks <= 6, "{looks} looks of 10 ms each");
}

#[test]
fn what_finds_no_place_is_told_without_its_cause() {
    let flood: Vec<Report> = (0..5000).map(|number| refused(number, &stringified())).collect();
    let (told, _) = told(Duration::ZERO, flood);
    assert_eq!(told.len(), 5000);
    assert!(told.iter().any(|one| one.cause.is_some()) && told.iter().any(|one| one.cause.is_none()));
}

#[test]
fn what_comes_meanwhile_is_told_after_it_and_what_waits_too_long_without_its_cause() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let audience = heard.clone();
    let next = Arc::new(move |report: Report| {
        let told = match report.what {
            ReportKind::Arrival(arrival) => arrival.explanation.map(|told| told.words),
            ReportKind::Notice { message } => Some(message),
            _ => None,
        };
        audience.lock().unwrap().extend(told);
    });
    // The first look is when it begins to wait, the second when its turn comes.
    let (step, passing) = (Duration::ZERO, HOLD);
    let clock = Arc::new(SteppedClock { step, passing, count: AtomicU64::new(0), looks: AtomicU64::new(0) });
    let background = BackgroundDiagnosis::start(next, clock, Vec::new());
    let notice = |words: &str| Report { at: Timestamp::UNIX_EPOCH, what: ReportKind::Notice { message: words.into() } };
    background.emit_report(notice("before"));
    for number in 0..20 {
        background.emit_report(refused(number, &stringified()));
        background.emit_report(notice(&number.to_string()));
    }
    background.finish();
    let wanted = (0..20).flat_map(|number| [format!("why: referralloop verify --event r{number}"), number.to_string()]);
    let wanted: Vec<String> = std::iter::once("before".to_owned()).chain(wanted).collect();
    assert_eq!(*heard.lock().unwrap(), wanted);
}
