//! The listener's public address.

use crate::output::errors::labelled;
use crate::output::line::Line;
use crate::output::sanitise::Sanitised;
use crate::output::style::{Ink, Style};
use crate::output::words::duration;
use crate::protocol::report::{ExposureReport, Reach};

/// `Reachable at …`, or what was lost and when it is tried again.
pub(super) fn lines(told: &ExposureReport, style: &Style) -> Vec<Line> {
    let by = Sanitised::text(&format!(" ({})", told.by));
    match (told.state, &told.url) {
        (Reach::Up, Some(url)) => {
            let line = Line::new(style).put(Ink::Plain, "Reachable at ").put(Ink::Strong, Sanitised::text(url));
            if line.width() + by.as_str().chars().count() <= style.width {
                return vec![line.put(Ink::Plain, by)];
            }
            vec![line, Line::indented(style, 1).put(Ink::Plain, by)]
        }
        _ => {
            let why = told.message.as_deref().unwrap_or("the public address leads here no longer");
            let again = told.again_in.map_or(String::new(), |delay| format!("; again in {}", duration(delay).as_str()));
            // What a program said last follows on lines of its own.
            let (sentence, rest) = why.split_once('\n').map_or((why, String::new()), |(a, b)| (a, format!("\n{b}")));
            let why = format!("{sentence}{again}{rest}");
            labelled("lost: ", Ink::Bad, &why, 0, style)
        }
    }
}
