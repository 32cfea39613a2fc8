//! What stands below what, where something waits.

use super::*;
use std::time::Duration;

#[test]
fn a_summary_stands_below_what_still_waited_for_its_forwards() {
    let log = RecordedWrites::default();
    let screen = Screen::start(human(), streams(&log, None, None), || {}).unwrap();
    screen.set_view(&ArrivalView { bodies: BodyDisplay::Never, ..ArrivalView::default() });
    screen.send_report(arrival(1));
    screen.print_last(ScreenStream::Err, "Received: 2 verified.\n");
    screen.send_report(arrival(2));
    screen.print(ScreenStream::Err, "told late\n");
    screen.finish().unwrap();
    let all: String = log.0.lock().unwrap().iter().map(|(_, text)| text.as_str()).collect();
    let held = all.find("#1 ").zip(all.find("#2 "));
    assert!(held.is_some() && all.ends_with("Received: 2 verified.\n"), "{all}");
}

/// When the next attempt is due belongs to the attempt that failed, whose event waits a moment in case many follow it.
#[test]
fn a_wait_stands_below_its_event() {
    let log = RecordedWrites::default();
    let style = OutputStyle::new(false, 120, TimeZone::UTC).with_bodies(BodyDisplay::Auto);
    let screen = Screen::start(ScreenFormat::Human(style), streams(&log, None, None), || {}).unwrap();
    screen.send_report(arrival(1));
    let delay = Duration::from_secs(60);
    screen
        .send_report(report("10:00:00", ReportKind::Wait { attempt: 2, target: None, due_at: at("10:01:00"), delay }));
    screen.finish().unwrap();
    let all: String = log.0.lock().unwrap().iter().map(|(_, text)| text.as_str()).collect();
    let places = all.find("#1 ").zip(all.find("attempt 2 in"));
    assert!(places.is_some_and(|(event, wait)| event < wait), "{all}");
}
