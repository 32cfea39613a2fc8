//! The sink under slow, closed and broken writers.

mod order;

use super::*;
use crate::output::fixtures::{arrival_at, at, created_arrival, report};
use crate::output::records::ForgottenRecord;
use crate::output::style::TextRole;
use crate::protocol::report::ReportKind;
use jiff::tz::TimeZone;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// What was written, call by call, to which stream.
#[derive(Clone, Default)]
struct RecordedWrites(Arc<Mutex<Vec<(ScreenStream, String)>>>);

struct RecordingStream {
    stream: ScreenStream,
    log: RecordedWrites,
    /// One message lets one write through.
    gate: Option<Receiver<()>>,
    fault: Option<ErrorKind>,
}

impl Write for RecordingStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(gate) = &self.gate {
            // A gate whose other end is gone stands open.
            let _ = gate.recv();
        }
        if let Some(kind) = self.fault {
            return Err(kind.into());
        }
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        self.log.0.lock().unwrap().push((self.stream, text));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn streams(log: &RecordedWrites, gate: Option<Receiver<()>>, fault: Option<ErrorKind>) -> ScreenOutputs {
    let out = RecordingStream { stream: ScreenStream::Out, log: log.clone(), gate, fault };
    let err = RecordingStream { stream: ScreenStream::Err, log: log.clone(), gate: None, fault };
    ScreenOutputs { out: Box::new(out), err: Box::new(err) }
}

fn human() -> ScreenFormat {
    ScreenFormat::Human(OutputStyle::new(false, 120, TimeZone::UTC))
}

fn arrival(event: u64) -> Report {
    arrival_at("10:00:00", created_arrival(event))
}

fn gated(format: ScreenFormat, limits: ScreenLimits) -> (Screen, RecordedWrites, SyncSender<()>) {
    let log = RecordedWrites::default();
    let (open, gate) = sync_channel(1000);
    let screen = Screen::with_limits(format, streams(&log, Some(gate), None), || {}, limits).unwrap();
    (screen, log, open)
}

/// Tells one report and waits until the writer has taken it and stands before the gate.
fn occupy(screen: &Screen) {
    screen.send_report(arrival(1));
    while !screen.queue.is_empty() {
        thread::yield_now();
    }
}

fn written(log: &RecordedWrites, stream: ScreenStream) -> String {
    log.0.lock().unwrap().iter().filter(|(to, _)| *to == stream).map(|(_, text)| text.as_str()).collect()
}

#[test]
fn reports_come_out_in_order_on_their_streams() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    screen.print(ScreenStream::Err, "banner\n");
    screen.send_report(report(
        "10:00:00",
        ReportKind::Ready { url: String::new(), pid: 1, inspect_url: None, secret_from: String::new() },
    ));
    screen.send_report(arrival(1));
    screen.send_report(report("10:00:00", ReportKind::Notice { message: "x".into() }));
    screen.send_report(arrival(2));
    assert_eq!(screen.finish().unwrap(), ScreenEnd::Written);
    assert_eq!(written(&log, ScreenStream::Err), "banner\nReady. Ctrl-C stops.\nnote: x\n");
    let all: String = log.0.lock().unwrap().iter().map(|(_, text)| text.as_str()).collect();
    let places = ["banner", "Ready", "#1 ", "note", "#2 "].map(|mark| all.find(mark).unwrap());
    assert!(places.is_sorted(), "{all}");
}

#[test]
fn what_is_queued_is_written_in_one_call() {
    let (screen, log, open) = gated(ScreenFormat::Json, LIMITS);
    occupy(&screen);
    (2..=50).for_each(|event| screen.send_report(arrival(event)));
    drop(open);
    screen.finish().unwrap();
    let calls: Vec<usize> = log.0.lock().unwrap().iter().map(|(_, text)| text.lines().count()).collect();
    assert_eq!(calls, [1, 49]);
}

#[test]
fn what_does_not_fit_is_counted_in_its_place() {
    let (screen, log, open) = gated(ScreenFormat::Json, ScreenLimits { reports: 3, ..LIMITS });
    occupy(&screen);
    assert!(screen.has_room());
    (2..=4).for_each(|event| screen.send_report(arrival(event)));
    assert!(!screen.has_room());
    (5..=8).for_each(|event| screen.send_report(arrival(event)));
    screen.skip_report(at("10:00:09"));
    screen.send_report(report("10:00:10", ReportKind::Delivered { event: 1, url: String::new(), attempts: 1 }));
    drop(open);
    screen.finish().unwrap();
    let records: Vec<serde_json::Value> =
        written(&log, ScreenStream::Out).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = records.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["arrival", "arrival", "arrival", "arrival", "skipped", "delivered"]);
    assert_eq!(records[4]["count"], 5);
    assert_eq!(records[4]["at"], "2024-01-15T10:00:09.000Z");
}

#[test]
fn bodies_count_against_the_room_and_one_always_fits() {
    let (screen, log, open) = gated(ScreenFormat::Json, ScreenLimits { bytes: 10, ..LIMITS });
    occupy(&screen);
    screen.send_report(arrival(2));
    screen.send_report(arrival(3));
    assert!(!screen.has_room());
    drop(open);
    screen.finish().unwrap();
    let out = written(&log, ScreenStream::Out);
    assert!(out.contains("\"event\":2") && !out.contains("\"event\":3") && out.contains("\"count\":1"), "{out}");
}

#[test]
fn more_in_a_second_than_anybody_reads_is_counted_until_the_next() {
    let (screen, log, open) = gated(ScreenFormat::Json, ScreenLimits { a_second: Some(3), ..LIMITS });
    occupy(&screen);
    (2..=5).for_each(|event| screen.send_report(arrival(event)));
    assert!(!screen.has_room());
    screen.skip_report(at("10:00:00"));
    assert!(!screen.has_room());
    screen.skip_report(at("10:00:01"));
    assert!(screen.has_room());
    screen.send_report(arrival_at("10:00:01", created_arrival(6)));
    drop(open);
    screen.finish().unwrap();
    let records: Vec<serde_json::Value> =
        written(&log, ScreenStream::Out).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = records.iter().map(|record| (record["event"].as_u64(), record["count"].as_u64())).collect();
    // The one that keeps the writer busy is of the first second too.
    let shown = |event| (Some(event), None);
    assert_eq!(told, [shown(1), shown(2), shown(3), (None, Some(4)), shown(6)]);
}

#[test]
fn there_is_room_again_once_the_writer_has_caught_up() {
    let (screen, log, open) = gated(human(), ScreenLimits { reports: 1, ..LIMITS });
    occupy(&screen);
    screen.send_report(arrival(2));
    screen.send_report(arrival(3));
    drop(open);
    while !screen.has_room() {
        thread::yield_now();
    }
    screen.send_report(arrival(4));
    screen.finish().unwrap();
    assert!(written(&log, ScreenStream::Err).starts_with("… 1 report not shown"));
    assert!(written(&log, ScreenStream::Out).contains("#4 "));
}

#[test]
fn a_screen_that_is_behind_leaves_the_bodies_out() {
    let (screen, log, open) = gated(human(), LIMITS);
    occupy(&screen);
    (1000..1200).for_each(|event| screen.send_report(arrival(event)));
    drop(open);
    screen.finish().unwrap();
    let out = written(&log, ScreenStream::Out);
    let late: Vec<&str> = out.lines().skip_while(|line| !line.contains("#1000")).collect();
    assert_eq!(late.len(), 200);
}

#[test]
fn a_closed_pipe_is_a_silent_end() {
    let told = Arc::new(AtomicBool::new(false));
    let on_closed = told.clone();
    let streams = streams(&RecordedWrites::default(), None, Some(ErrorKind::BrokenPipe));
    let screen = Screen::start(human(), streams, move || on_closed.store(true, Ordering::SeqCst)).unwrap();
    screen.send_report(arrival(1));
    assert_eq!(screen.finish().unwrap(), ScreenEnd::Closed);
    assert!(told.load(Ordering::SeqCst));
    screen.send_report(arrival(2));
    assert_eq!(screen.finish().unwrap(), ScreenEnd::Written);
}

#[test]
fn a_full_disk_is_an_error() {
    let streams = streams(&RecordedWrites::default(), None, Some(ErrorKind::StorageFull));
    let screen = Screen::start(ScreenFormat::Json, streams, || {}).unwrap();
    screen.send_report(arrival(1));
    let error = screen.finish().unwrap_err();
    assert!(matches!(&error, OutputError::Unwritable(cause) if cause.kind() == ErrorKind::StorageFull), "{error}");
}

#[test]
fn stderr_may_be_gone() {
    let log = RecordedWrites::default();
    let err =
        RecordingStream { stream: ScreenStream::Err, log: log.clone(), gate: None, fault: Some(ErrorKind::BrokenPipe) };
    let streams = ScreenOutputs { err: Box::new(err), ..streams(&log, None, None) };
    let screen = Screen::start(human(), streams, || {}).unwrap();
    screen.print(ScreenStream::Err, "banner\n");
    screen.send_report(arrival(1));
    assert_eq!(screen.finish().unwrap(), ScreenEnd::Written);
    assert!(written(&log, ScreenStream::Out).contains("#1 "));
}

#[test]
fn a_screen_is_told_from_many_threads() {
    let log = RecordedWrites::default();
    let screen = Screen::start(ScreenFormat::Json, streams(&log, None, None), || {}).unwrap();
    thread::scope(|scope| {
        for thread in 0..8 {
            let screen = screen.clone();
            scope.spawn(move || (0..100).for_each(|n| screen.send_report(arrival(thread * 100 + n))));
        }
    });
    screen.write_record(at("10:00:00"), &ForgottenRecord { line: 1 });
    screen.finish().unwrap();
    assert_eq!(written(&log, ScreenStream::Out).lines().count(), 801);
}

/// What stands below all others is wiped away before anything else is written, and drawn again after it.
#[test]
fn a_footer_stands_below_everything() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    let style = OutputStyle::new(false, 80, TimeZone::UTC);
    screen.set_footer(Some(StyledLine::new(&style).put(crate::output::style::TextRole::Plain, "waiting")));
    while written(&log, ScreenStream::Err).is_empty() {
        thread::yield_now();
    }
    screen.print(ScreenStream::Out, "a line\n");
    while written(&log, ScreenStream::Out).is_empty() {
        thread::yield_now();
    }
    screen.clear_footer();
    screen.print(ScreenStream::Err, "the end\n");
    screen.finish().unwrap();
    let all: String = log.0.lock().unwrap().iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(all, "waiting\r\x1b[Ja line\nwaiting\r\x1b[Jthe end\n");
}

/// Where a narrower window has broken it, all of its rows go.
#[test]
fn a_broken_footer_goes_whole() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    let style = OutputStyle::new(false, 80, TimeZone::UTC);
    screen.set_footer(Some(StyledLine::new(&style).put(crate::output::style::TextRole::Plain, "0123456789")));
    while written(&log, ScreenStream::Err).is_empty() {
        thread::yield_now();
    }
    screen.resize(4);
    screen.finish().unwrap();
    assert!(written(&log, ScreenStream::Err).starts_with("0123456789\r\x1b[2A\x1b[J"));
}

/// A picture covers everything; what is told meanwhile comes after it, in order.
#[test]
fn a_picture_covers_what_is_told() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    screen.set_picture(Some("a list".into()));
    screen.print(ScreenStream::Out, "a line\n");
    screen.set_picture(Some("another".into()));
    screen.print(ScreenStream::Err, "a note\n");
    screen.set_picture(None);
    screen.finish().unwrap();
    let all: String = log.0.lock().unwrap().iter().map(|(_, text)| text.as_str()).collect();
    let expected = "\x1b[?1049h\x1b[?25l\x1b[Ha list\x1b[Hanother\x1b[?25h\x1b[?1049la line\na note\n";
    assert_eq!(all, expected);
}

/// Whatever ends the screen takes the picture away, and nothing that was told is lost.
#[test]
fn the_end_takes_the_picture_away() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    screen.set_view(&ArrivalView { paused: true, ..ArrivalView::default() });
    screen.set_picture(Some("a list".into()));
    screen.print(ScreenStream::Out, "a line\n");
    screen.finish().unwrap();
    assert!(written(&log, ScreenStream::Err).ends_with("\x1b[?25h\x1b[?1049l"));
    assert_eq!(written(&log, ScreenStream::Out), "a line\n");
}

#[test]
fn a_pause_keeps_what_comes() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    let paused = ArrivalView { paused: true, ..ArrivalView::default() };
    screen.set_view(&paused);
    screen.print(ScreenStream::Out, "first\n");
    screen.clear_footer();
    assert_eq!(written(&log, ScreenStream::Out), "");
    screen.set_view(&ArrivalView { paused: false, ..paused });
    screen.print(ScreenStream::Out, "second\n");
    screen.finish().unwrap();
    assert_eq!(written(&log, ScreenStream::Out), "first\nsecond\n");
}

#[test]
fn nothing_is_drawn_while_the_terminal_is_lent() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    screen.lend();
    screen
        .set_footer(Some(StyledLine::new(&OutputStyle::new(false, 80, TimeZone::UTC)).put(TextRole::Plain, "a foot")));
    screen.print(ScreenStream::Out, "a line\n");
    // As a stop of the process does.
    screen.set_picture(None);
    screen.wait_until_written();
    assert!(log.0.lock().unwrap().is_empty(), "{:?}", log.0);
    screen.take_back();
    screen.wait_until_written();
    assert_eq!(written(&log, ScreenStream::Out), "a line\n");
    screen.finish().unwrap();
}

#[test]
fn the_same_word_is_said_again_only_behind_something_else() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    screen.print_aside("a word\n");
    screen.print_aside("a word\n");
    screen.print_aside("another\n");
    screen.print_aside("a word\n");
    screen.send_report(arrival(1));
    screen.print_aside("a word\n");
    screen.finish().unwrap();
    assert_eq!(written(&log, ScreenStream::Err), "a word\nanother\na word\na word\n");
}

/// A stream that panics when it is written to.
struct PanickingStream;

impl Write for PanickingStream {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("a fault of our own")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_of_the_writer_gives_the_terminal_back_and_ends_the_command() {
    let log = RecordedWrites::default();
    let ScreenOutputs { err, .. } = streams(&log, None, None);
    let closed = Arc::new(AtomicBool::new(false));
    let told = closed.clone();
    let on_closed = move || told.store(true, Ordering::SeqCst);
    let screen = Screen::start(human(), ScreenOutputs { out: Box::new(PanickingStream), err }, on_closed).unwrap();
    screen.set_picture(Some("a picture".into()));
    screen.set_picture(None);
    screen.set_picture(Some("a picture".into()));
    screen.send_report(arrival(1));
    screen.set_picture(None);
    assert!(screen.finish().is_err());
    assert!(closed.load(Ordering::SeqCst), "the listener would go on unseen");
    assert!(!screen.covered().load(Ordering::SeqCst));
    let err = written(&log, ScreenStream::Err);
    assert_eq!(err.matches("\x1b[?1049h\x1b[?25l").count(), 2, "{err:?}");
    assert_eq!(err.matches("\x1b[?25h\x1b[?1049l").count(), 2, "{err:?}");
}
