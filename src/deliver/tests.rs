//! Whole deliveries against a scripted endpoint, with a clock that only moves when somebody waits.

use super::*;
use crate::protocol::body::RawBody;
use crate::protocol::schedule::RetryFrom;
use jiff::Timestamp;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Mutex;
use url::Url;

/// Time that passes by waiting alone.
#[derive(Default)]
struct SkippingClock(Mutex<Duration>);

impl Clock for SkippingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_700_000_000).unwrap() + *self.0.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        *self.0.lock().unwrap() += duration;
        Box::pin(std::future::ready(()))
    }
}

/// Remembers everything, and refuses to go on when it is told to.
struct RecordingContext<'a> {
    clock: &'a SkippingClock,
    told: Vec<ReportKind>,
    kept: Vec<Attempt>,
    steps: Vec<u32>,
    stops_at: Option<u32>,
}

impl DeliveryContext for RecordingContext<'_> {
    type Stopped = &'static str;

    fn emit_report(&mut self, report: Report) {
        self.told.push(report.what);
    }

    async fn store_attempt(&mut self, attempt: Attempt) -> Result<(), Self::Stopped> {
        let stop = self.stops_at == Some(attempt.number);
        self.kept.push(attempt);
        if stop { Err("no room") } else { Ok(()) }
    }

    async fn wait_for_retry(&mut self, delay: Duration) -> Result<(), Self::Stopped> {
        self.clock.sleep(delay).await;
        Ok(())
    }

    async fn wait_for_step(&mut self, attempt: u32) -> Result<(), Self::Stopped> {
        self.steps.push(attempt);
        Ok(())
    }
}

/// An endpoint that answers with these statuses, a connection each, and hands back the bodies that it got.
fn endpoint(statuses: &'static [u16]) -> (Url, std::thread::JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/hook", listener.local_addr().unwrap())).unwrap();
    let thread = std::thread::spawn(move || {
        let answer = |status: &u16| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.ends_with(b"\n!") {
                let read = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..read]);
            }
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwhy?");
            stream.write_all(answer.as_bytes()).unwrap();
            let start = request.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
            request[start..].to_vec()
        };
        statuses.iter().map(answer).collect()
    });
    (url, thread)
}

const BODY: &[u8] = b"\xff{ \"a\" : 1.0 }\r\n!";

fn plan(url: Url, retry: bool, pace: DeliveryPace, retry_from: RetryFrom) -> DeliveryPlan {
    let request = OutgoingRequest { url, headers: Vec::new(), body: RawBody::new(BODY) };
    DeliveryPlan {
        label: request.url.to_string(),
        request,
        event: 7,
        purpose: DeliveryPurpose::Trigger,
        rules: crate::protocol::rules::DeliveryRules::Referralloop(retry_from),
        pace,
        retry,
        budget: Some(Duration::from_secs(20)),
        stops_when_refused: false,
    }
}

fn run<'a>(
    plan: &DeliveryPlan,
    clock: &'a SkippingClock,
    stops_at: Option<u32>,
) -> (Result<DeliveryResult, &'static str>, RecordingContext<'a>) {
    let mut diary = RecordingContext { clock, told: Vec::new(), kept: Vec::new(), steps: Vec::new(), stops_at };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let delivery = runtime.block_on(deliver_event(plan, &HttpClient::new(), clock, &mut diary));
    (delivery, diary)
}

/// Seconds after the first attempt at which each attempt began.
fn starts(diary: &RecordingContext<'_>) -> Vec<i64> {
    diary.kept.iter().map(|attempt| attempt.at.as_second() - 1_700_000_000).collect()
}

#[test]
fn an_acknowledged_delivery_ends_at_once() {
    let (url, served) = endpoint(&[204]);
    let clock = SkippingClock::default();
    let (delivery, diary) = run(&plan(url, true, DeliveryPace::Times(1.0), RetryFrom::Previous), &clock, None);
    assert_eq!(delivery.unwrap().attempts, 1);
    assert!(matches!(
        diary.told.as_slice(),
        [ReportKind::Attempt(_), ReportKind::Delivered { attempts: 1, event: 7, .. }]
    ));
    assert_eq!(served.join().unwrap(), [BODY]);
}

#[test]
fn a_failing_delivery_follows_the_schedule_under_both_readings() {
    for (from, expected) in
        [(RetryFrom::Previous, [0, 60, 360, 1260, 4860]), (RetryFrom::First, [0, 60, 300, 900, 3600])]
    {
        let (url, served) = endpoint(&[500, 302, 404, 199 + 301, 200]);
        let clock = SkippingClock::default();
        let (delivery, diary) = run(&plan(url, true, DeliveryPace::Times(1.0), from), &clock, None);
        assert!(delivery.unwrap().last.is_acknowledged());
        assert_eq!(starts(&diary), expected);
        assert_eq!(served.join().unwrap(), [BODY; 5]);
    }
}

#[test]
fn speed_scales_the_waits_and_the_told_schedule_stays_as_documented() {
    let (url, served) = endpoint(&[500, 500, 200]);
    let clock = SkippingClock::default();
    let (_, diary) = run(&plan(url, true, DeliveryPace::Times(60.0), RetryFrom::Previous), &clock, None);
    assert_eq!(starts(&diary), [0, 1, 6]);
    let scheduled = diary.told.iter().filter_map(|what| match what {
        ReportKind::Attempt(attempt) => Some(attempt.scheduled.as_secs()),
        _ => None,
    });
    assert_eq!(scheduled.collect::<Vec<_>>(), [0, 60, 360]);
    served.join().unwrap();
}

#[test]
fn instant_and_step_skip_the_waits() {
    for pace in [DeliveryPace::Instant, DeliveryPace::Step] {
        let (url, served) = endpoint(&[500; 5]);
        let clock = SkippingClock::default();
        let (delivery, diary) = run(&plan(url, true, pace, RetryFrom::Previous), &clock, None);
        assert_eq!(delivery.unwrap().attempts, 5);
        assert_eq!(clock.monotonic(), Duration::ZERO);
        assert_eq!(diary.steps, if pace == DeliveryPace::Step { vec![2, 3, 4, 5] } else { vec![] });
        assert!(matches!(diary.told.last(), Some(ReportKind::GaveUp { attempts: 5, of: 5, .. })));
        served.join().unwrap();
    }
}

#[test]
fn without_retries_one_attempt_is_made() {
    let (url, served) = endpoint(&[503]);
    let clock = SkippingClock::default();
    let (delivery, diary) = run(&plan(url, false, DeliveryPace::Times(1.0), RetryFrom::Previous), &clock, None);
    assert_eq!(delivery.unwrap().last.status(), Some(503));
    assert!(matches!(diary.told.last(), Some(ReportKind::GaveUp { attempts: 1, of: 1, .. })));
    served.join().unwrap();
}

#[test]
fn an_attempt_that_cannot_be_kept_ends_the_delivery() {
    let (url, served) = endpoint(&[500, 500]);
    let clock = SkippingClock::default();
    let (delivery, diary) = run(&plan(url, true, DeliveryPace::Instant, RetryFrom::Previous), &clock, Some(2));
    assert_eq!(delivery, Err("no room"));
    assert_eq!(diary.kept.len(), 2);
    served.join().unwrap();
}

#[test]
fn nothing_is_waited_for_where_nothing_ever_listened() {
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = Url::parse(&format!("http://{nowhere}/")).unwrap();
    let clock = SkippingClock::default();
    let patient = plan(url, true, DeliveryPace::Times(1.0), RetryFrom::Previous);
    assert_eq!(run(&patient, &clock, None).0.unwrap().attempts, 5);
    let hopeless = DeliveryPlan { stops_when_refused: true, ..patient };
    let (ended, diary) = run(&hopeless, &clock, None);
    assert_eq!(ended.unwrap(), DeliveryResult { attempts: 1, last: AttemptOutcome::Refused });
    assert!(matches!(diary.told.last(), Some(ReportKind::GaveUp { attempts: 1, of: 5, .. })));
    // What answers may recover.
    let (url, served) = endpoint(&[500, 200]);
    let failing =
        DeliveryPlan { stops_when_refused: true, ..plan(url, true, DeliveryPace::Instant, RetryFrom::Previous) };
    assert_eq!(run(&failing, &clock, None).0.unwrap().attempts, 2);
    served.join().unwrap();
}
