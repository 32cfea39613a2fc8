//! The countdown as it is drawn.

use super::*;
use indicatif::TermLike;
use std::io;
use std::sync::{Arc, Mutex};

/// A terminal that keeps what is written to it.
#[derive(Debug, Clone, Default)]
struct RecordingTerminal(Arc<Mutex<String>>);

impl RecordingTerminal {
    fn note(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
}

impl TermLike for RecordingTerminal {
    fn width(&self) -> u16 {
        80
    }
    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> io::Result<()> {
        self.note(text)
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        self.note(text)
    }
    fn clear_line(&self) -> io::Result<()> {
        self.note("<wiped>")
    }
    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn it_counts_down_and_is_wiped_away() {
    let paper = RecordingTerminal::default();
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(paper.clone()), 255);
    let countdown = Countdown::drawn_on(target, Duration::from_secs(60));
    countdown.tick(Duration::from_millis(41_300));
    drop(countdown);
    let drawn = paper.0.lock().unwrap().clone();
    assert!(drawn.contains("next attempt in 1:00 · Ctrl-C stops"), "{drawn}");
    assert!(drawn.contains("next attempt in 0:42 · Ctrl-C stops"), "{drawn}");
    assert!(drawn.contains('━'), "{drawn}");
    assert!(drawn.trim_end().ends_with("<wiped>"), "{drawn}");
}

#[test]
fn off_a_terminal_nothing_is_drawn() {
    assert!(Countdown::new(Duration::from_secs(60), false).bar.is_hidden());
}

#[test]
fn ticks_fall_on_whole_seconds() {
    let next = |millis| Countdown::next_tick(Duration::from_millis(millis)).as_millis();
    assert_eq!([next(60_000), next(59_400), next(1), next(0)], [1000, 400, 1, 0]);
}
