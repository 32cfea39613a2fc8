//! What is looked at: an event with everything that happened to it, a refused request with why, two bodies compared, a
//! curl line.

use super::super::destination::default_target;
use super::super::diagnosis::diagnose_within;
use super::super::event_view;
use super::super::replay_request::{ReplayForm, ReplaySigning, build_replay_request};
use super::super::transfer::EventHistory;
use super::list::BrowserRow;
use super::pages::find_previous;
use crate::clock::Clock;
use crate::diagnose::{DiagnosisCase, DiagnosisSubject, KnownSecret, advise_on_cause};
use crate::error::Error;
use crate::output::errors::wrap_text;
use crate::output::line::StyledLine;
use crate::output::rendition::RequestRendition;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::protocol::difference::{BodyComparison, compare_bodies};
use crate::protocol::signature::SIGNATURE_HEADER;
use crate::store::{RefusedRow, StoreReader};
use std::time::Duration;

/// Time for finding out why a signature fails: the picture waits for it.
const BUDGET: Duration = Duration::from_millis(300);

/// Columns of sentences.
const PROSE: usize = 72;

/// Everything about a row.
pub(super) fn describe(
    row: &BrowserRow,
    reader: &StoreReader,
    known: &[KnownSecret],
    clock: &dyn Clock,
    style: &OutputStyle,
) -> Result<Vec<String>, Error> {
    let text = match row {
        BrowserRow::Stored(row) => match EventHistory::read(reader, row.number)? {
            Some(story) => event_view::render_event(&story, style),
            None => String::new(),
        },
        BrowserRow::Refused(row, _) => {
            let why = explain(row, known, clock, style);
            why + &event_view::render_refused(row, style)
        }
    };
    Ok(text.lines().map(str::to_owned).collect())
}

/// Text without what is secret here, for where it is folded or encoded and would not be found on its way out.
pub(super) fn leave_secrets_out(text: &str, style: &OutputStyle) -> String {
    String::from_utf8_lossy(&style.mask.read().apply(text.as_bytes())).into_owned()
}

/// Why a signature does not hold, as far as it is found out at once.
fn explain(row: &RefusedRow, known: &[KnownSecret], clock: &dyn Clock, style: &OutputStyle) -> String {
    let content = &row.refused.content;
    let case = DiagnosisCase {
        body: content.body.as_bytes(),
        headers: Some(&content.headers),
        values: content.headers.values(SIGNATURE_HEADER).collect(),
        target: Some(&row.refused.target),
        file: None,
        secrets: known,
        asks: DiagnosisSubject::Sender,
    };
    let found = diagnose_within(BUDGET, clock, &case, None);
    let mut out = String::new();
    for finding in found.findings.iter().take(3) {
        let advice = advise_on_cause(finding.cause, DiagnosisSubject::Sender, None);
        let sentences =
            [("why  ", TextRole::Bad, finding.sentence.clone()), ("fix  ", TextRole::Good, advice.fix.join(" "))];
        for (label, role, words) in sentences {
            for (at, words) in wrap_text(&Sanitised::text(&words), PROSE).iter().enumerate() {
                let line = StyledLine::new(style).put(role, if at == 0 { label } else { "     " });
                out.push_str(line.put(TextRole::Plain, words).as_str());
                out.push('\n');
            }
        }
    }
    out.push('\n');
    out
}

/// The body beside that of the row that is marked, else of the event before it of the same sign-up.
pub(super) fn compare(
    row: &BrowserRow,
    marked: Option<&BrowserRow>,
    reader: &StoreReader,
    style: &OutputStyle,
) -> Result<Vec<String>, Error> {
    let plain = |words: String| StyledLine::new(style).put(TextRole::Plain, Sanitised::text(&words)).to_string();
    let (before, which) = match marked.filter(|marked| marked.name() != row.name()) {
        Some(marked) => (Some(marked.clone()), "which is marked"),
        None => (find_previous(row, reader)?, "the one before of this sign-up"),
    };
    let Some(before) = before else {
        let other = "To compare with another, mark it with m.".to_owned();
        return Ok(vec![plain("No earlier event of this sign-up is stored.".into()), plain(other)]);
    };
    let words = format!("{} compared with {}, {which}", row.name(), before.name());
    let heading = StyledLine::new(style).put(TextRole::Strong, Sanitised::text(&words)).to_string();
    let mut lines = vec![heading, String::new()];
    match compare_bodies(before.body(), row.body()) {
        BodyComparison::Same => lines.push(plain("the same bytes".into())),
        BodyComparison::Spelling(at) => {
            lines.push(plain(format!("the same JSON in different bytes, from byte {at} on")))
        }
        BodyComparison::Bytes(at) => lines.push(plain(format!("the bodies differ from byte {at} on"))),
        BodyComparison::Documents(changes) => {
            for change in changes {
                let line = |role, sign: &'static str, value: &serde_json::Value| {
                    StyledLine::new(style)
                        .put(role, sign)
                        .put(TextRole::Key, Sanitised::text(&change.path))
                        .put(TextRole::Plain, ": ")
                        .put(role, Sanitised::json(value.to_string().as_bytes()))
                        .to_string()
                };
                lines.extend(change.from.as_ref().map(|value| line(TextRole::Bad, "- ", value)));
                lines.extend(change.to.as_ref().map(|value| line(TextRole::Good, "+ ", value)));
            }
        }
    }
    Ok(lines)
}

/// A command line that sends an event again; a refused request has none.
pub(super) fn build_curl_line(row: &BrowserRow, reader: &StoreReader) -> Result<Option<String>, Error> {
    let BrowserRow::Stored(row) = row else { return Ok(None) };
    let Some(story) = EventHistory::read(reader, row.number)? else { return Ok(None) };
    let url = match story.last_target() {
        Some(url) => url,
        None => default_target()?,
    };
    let request = build_replay_request(&story, url, &ReplayForm::plain(ReplaySigning::Kept))?;
    Ok(Some(RequestRendition(&request).to_curl()))
}
