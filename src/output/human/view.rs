//! What of the arrivals a person wants to see just now.

use crate::output::style::BodyDisplay;
use crate::protocol::report::ArrivalReport;

/// Chosen with keys while a listener runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ArrivalView {
    /// When bodies are shown.
    pub bodies: BodyDisplay,
    /// Only what failed or was refused.
    pub failed: bool,
    /// Only what contains this; empty for all.
    pub filter: String,
    /// Nothing at all for now: it is shown later.
    pub paused: bool,
}

impl ArrivalView {
    /// Turns what a key stands for; whether it stands for anything.
    pub(crate) fn toggle(&mut self, key: char) -> bool {
        match key {
            'b' => {
                self.bodies = match self.bodies {
                    BodyDisplay::Auto | BodyDisplay::First => BodyDisplay::Full,
                    BodyDisplay::Full => BodyDisplay::Never,
                    BodyDisplay::Never => BodyDisplay::Auto,
                }
            }
            'f' => self.failed = !self.failed,
            'p' => self.paused = !self.paused,
            _ => return false,
        }
        true
    }

    /// Whether an arrival contains what is looked for.
    pub(super) fn contains(&self, report: &ArrivalReport) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let wanted = self.filter.to_lowercase();
        String::from_utf8_lossy(report.arrival.content.body.as_bytes()).to_lowercase().contains(&wanted)
            || super::arrival::number(report).as_str().contains(&wanted)
            || super::arrival::number(report).as_str().replace('!', "r").contains(&wanted)
    }
}
