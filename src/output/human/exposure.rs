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

#[cfg(test)]
mod tests {
    use crate::output::fixtures::{exposure_lost, exposure_opened, report};
    use crate::output::human::tests::{screen, style};
    use crate::protocol::report::ReportKind;

    #[test]
    fn a_public_address_is_told_and_its_loss() {
        let told = [
            report("10:00:02", ReportKind::Exposure(exposure_opened())),
            report("10:00:02", ReportKind::Exposure(exposure_lost())),
        ];
        assert_eq!(
            screen(&style(80), &told),
            "Reachable at http://bore.pub:20027/6f1d (bore:bore.pub)\n\
             lost: bore ended with 1: Error: server closed the connection; again in 1 s\n"
        );
        assert_eq!(
            screen(&style(50), &told[..1]),
            "Reachable at http://bore.pub:20027/6f1d\n  (bore:bore.pub)\n",
            "what is to be copied is not wrapped"
        );
    }
}
