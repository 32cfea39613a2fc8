//! A diagnosis told, as lines.

use crate::diagnose::{
    ByteDifference, CauseAdvice, Diagnosis, DiagnosisSubject, FindingCertainty, SearchStopReason, WebFramework,
    advise_on_cause,
};
use crate::output::errors::wrap_text;
use crate::output::line::StyledLine;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};

/// Columns of the labels.
const LABEL: usize = 13;

/// The whole story, indented below the verdict.
pub fn render_diagnosis(
    diagnosis: &Diagnosis,
    asks: DiagnosisSubject,
    framework: Option<&WebFramework>,
    style: &OutputStyle,
) -> Vec<StyledLine> {
    render_with_check(diagnosis, asks, framework, None, style)
}

/// The same where the line is known with which it is seen whether the fault is mended.
pub(super) fn render_with_check(
    diagnosis: &Diagnosis,
    asks: DiagnosisSubject,
    framework: Option<&WebFramework>,
    again: Option<&str>,
    style: &OutputStyle,
) -> Vec<StyledLine> {
    let mut lines = Vec::new();
    for finding in &diagnosis.findings {
        lines.extend(labelled(certainty(finding.certainty), &finding.sentence, style));
        if !finding.also.is_empty() {
            let ids: Vec<&str> = finding.also.iter().take(6).map(|cause| cause.id).collect();
            lines.extend(labelled("", &format!("the same bytes come from: {}", ids.join(", ")), style));
        }
    }
    lines.extend(diagnosis.difference.iter().flat_map(|place| render_difference(place, style)));
    // One thing at a time: the first cause is what to mend first.
    if let Some(first) = diagnosis.findings.first() {
        let CauseAdvice { fix, code, check } = advise_on_cause(first.cause, asks, framework);
        for (row, line) in fix.iter().enumerate() {
            lines.extend(labelled(if row == 0 { "fix" } else { "" }, line, style));
        }
        // Code is not wrapped: it is there to be copied.
        lines.extend(code.iter().map(|line| StyledLine::indented(style, 4 + LABEL).put(TextRole::Plain, *line)));
        lines.extend(match again {
            Some(again) => labelled("then", &format!("check again: {again}"), style),
            None => labelled("then", check, style),
        });
    }
    lines.extend(diagnosis.stopped.map(|stopped| render_search(diagnosis, stopped, style)).into_iter().flatten());
    lines
}

fn certainty(certainty: FindingCertainty) -> &'static str {
    match certainty {
        FindingCertainty::Proof => "proof",
        FindingCertainty::Consistent => "likely",
        FindingCertainty::Possible => "possible",
    }
}

/// A label and text beside it, wrapped; continued lines stand below the text.
fn labelled(label: &'static str, text: &str, style: &OutputStyle) -> Vec<StyledLine> {
    let room = style.width.saturating_sub(2 + LABEL).max(40);
    let rows = wrap_text(&Sanitised::text(text), room);
    rows.into_iter()
        .enumerate()
        .map(|(row, words)| {
            let line = StyledLine::indented(style, 2).put(TextRole::Strong, if row == 0 { label } else { "" });
            line.pad_to(2 + LABEL).put(TextRole::Plain, words)
        })
        .collect()
}

/// Both sides, one below the other, so that the eye finds the place.
fn render_difference(place: &ByteDifference, style: &OutputStyle) -> Vec<StyledLine> {
    let mut lines = labelled("differs", &format!("from byte {} on (counted from 0)", place.at), style);
    for (label, side) in [("  received", &place.received), ("  hashed", &place.hashed)] {
        let before = if place.from > 0 { "…" } else { "" };
        let line = StyledLine::indented(style, 2).put(TextRole::Plain, label).pad_to(2 + LABEL);
        lines.push(line.put(TextRole::Faint, before).put(TextRole::Plain, show_bytes(side)));
    }
    lines
}

/// Bytes as text, control characters as most languages write them.
fn show_bytes(side: &[u8]) -> Sanitised {
    let shown = Sanitised::bytes(side).as_str().to_owned();
    let escapes = [("\\u{a}", "\\n"), ("\\u{d}", "\\r"), ("\\u{9}", "\\t")];
    Sanitised::text(&escapes.iter().fold(shown, |text, (from, to)| text.replace(from, to)))
}

fn render_search(diagnosis: &Diagnosis, stopped: SearchStopReason, style: &OutputStyle) -> Vec<StyledLine> {
    if diagnosis.hashes == 0 {
        return Vec::new();
    }
    let why = match stopped {
        SearchStopReason::Exhausted => "everything known was tried",
        SearchStopReason::Hashes => "the search stops there",
        SearchStopReason::Time => "time ran out",
    };
    labelled("searched", &format!("{} values computed, none of them matches; {why}", diagnosis.hashes), style)
}
