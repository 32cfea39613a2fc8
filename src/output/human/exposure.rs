//! The listener's public address.

use crate::output::errors::render_labelled;
use crate::output::line::StyledLine;
use crate::output::phrases::format_duration;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::report::{ExposureReach, ExposureReport};

/// `Reachable at …`, or what was lost and when it is tried again.
pub(super) fn render_exposure(told: &ExposureReport, style: &OutputStyle) -> Vec<StyledLine> {
    let by = Sanitised::text(&format!(" ({})", told.by));
    match (told.state, &told.url) {
        (ExposureReach::Up, Some(url)) => {
            let line = StyledLine::new(style)
                .put(TextRole::Plain, "Reachable at ")
                .put(TextRole::Strong, Sanitised::text(url));
            if line.width() + by.as_str().chars().count() <= style.width {
                return vec![line.put(TextRole::Plain, by)];
            }
            vec![line, StyledLine::indented(style, 1).put(TextRole::Plain, by)]
        }
        _ => {
            let why = told.message.as_deref().unwrap_or("the public address no longer leads here");
            let again =
                told.again_in.map_or(String::new(), |delay| format!("; again in {}", format_duration(delay).as_str()));
            // What a program said last follows on lines of its own.
            let (sentence, rest) = why.split_once('\n').map_or((why, String::new()), |(a, b)| (a, format!("\n{b}")));
            let why = format!("{sentence}{again}{rest}");
            render_labelled("lost: ", TextRole::Bad, &why, 0, style)
        }
    }
}
