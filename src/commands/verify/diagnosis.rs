//! A diagnosis told, as lines.

use crate::diagnose::{
    ByteDifference, CauseAdvice, CauseFinding, Diagnosis, DiagnosisSubject, FindingCertainty, MismatchCause,
    SearchStopReason, WebFramework, advise_on_cause,
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
            lines.extend(labelled("", &name_twins(finding), style));
        }
    }
    lines.extend(diagnosis.difference.iter().flat_map(|place| render_difference(place, style)));
    // The first cause is what to mend first; what else is proved has to be mended before anything is accepted.
    if let Some(first) = diagnosis.findings.first() {
        let CauseAdvice { fix, code, check } = advise_on_cause(first.cause, asks, framework);
        let others = list_other_fixes(diagnosis, asks, &fix);
        for (row, line) in fix.iter().enumerate() {
            lines.extend(labelled(if row == 0 { "fix" } else { "" }, line, style));
        }
        // Code is not wrapped: it is there to be copied.
        lines.extend(code.iter().map(|line| StyledLine::indented(style, 4 + LABEL).put(TextRole::Plain, *line)));
        lines.extend(others.iter().flat_map(|fix| labelled("and", fix, style)));
        lines.extend(match again {
            Some(again) => labelled("then", &format!("check again: {again}"), style),
            None => labelled("then", check, style),
        });
    }
    lines.extend(diagnosis.stopped.map(|stopped| render_search(diagnosis, stopped, style)).into_iter().flatten());
    lines
}

/// What mends the causes behind the first that are proved, too: the sentence of each, without code.
fn list_other_fixes(diagnosis: &Diagnosis, asks: DiagnosisSubject, first: &[String]) -> Vec<String> {
    let mut fixes: Vec<String> = Vec::new();
    for finding in diagnosis.findings.iter().skip(1).filter(|other| other.certainty == FindingCertainty::Proof) {
        let fix = advise_on_cause(finding.cause, asks, None).fix.into_iter().next();
        fixes.extend(fix.filter(|fix| !first.contains(fix) && !fixes.contains(fix)));
    }
    fixes
}

/// Other causes in words; they are many where JSON is written by the rules that most programs share.
fn name_twins(finding: &CauseFinding) -> String {
    let short = |cause: &&MismatchCause| cause.words.trim_start_matches("re-serialised JSON, as ");
    let words: Vec<&str> = finding.also.iter().take(3).map(short).collect();
    let more = finding.also.len() - words.len();
    let rest = if more > 0 { format!("; or one of {more} more") } else { String::new() };
    format!("or another that gives the very same bytes: {}{rest}", words.join("; "))
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
        lines.push(line.put(TextRole::Faint, before).put(TextRole::Plain, shorten_escapes(side)));
    }
    lines
}

/// Escaped, the usual control characters as every programmer writes them.
fn shorten_escapes(bytes: &[u8]) -> Sanitised {
    let escaped = Sanitised::bytes(bytes);
    let usual = [("\\u{a}", "\\n"), ("\\u{d}", "\\r"), ("\\u{9}", "\\t"), ("\\u{0}", "\\0")];
    Sanitised::text(&usual.iter().fold(escaped.as_str().to_owned(), |text, (long, short)| text.replace(long, short)))
}

fn render_search(diagnosis: &Diagnosis, stopped: SearchStopReason, style: &OutputStyle) -> Vec<StyledLine> {
    if diagnosis.hashes == 0 {
        return Vec::new();
    }
    let why = match stopped {
        SearchStopReason::Exhausted => "that is all that is known here",
        SearchStopReason::Hashes => "that is the limit of one search",
        SearchStopReason::Time => "time ran out",
    };
    labelled(
        "searched",
        &format!("{} known mistakes tried, none of which gives this value; {why}", diagnosis.hashes),
        style,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::all_causes;
    use crate::output::line::write_lines;

    #[test]
    fn what_else_is_proved_has_a_fix_of_its_own() {
        let finding = |id: &str, certainty| {
            let cause = all_causes().find(|cause| cause.id == id).unwrap();
            CauseFinding { cause, certainty, sentence: String::new(), also: Vec::new() }
        };
        let told = |findings| {
            let diagnosis = Diagnosis { findings, difference: None, hashes: 0, stopped: None };
            let style = OutputStyle::new(false, 100, jiff::tz::TimeZone::UTC);
            let mut out = String::new();
            write_lines(&mut out, &render_diagnosis(&diagnosis, DiagnosisSubject::Code(b""), None, &style));
            out
        };
        let proof = FindingCertainty::Proof;
        let both = told(vec![finding("json-stringify", proof), finding("other-header", proof)]);
        assert!(both.contains("  fix          hash the bytes as they were received"), "{both}");
        assert!(both.contains("\n  and          send and read X-Webhook-Signature\n  then "), "{both}");
        // The same fix is said once, and what is only likely waits.
        let alike = told(vec![finding("json-stringify", proof), finding("json-pretty-2", proof)]);
        assert!(!alike.contains("  and  "), "{alike}");
        let likely = told(vec![finding("json-stringify", proof), finding("other-header", FindingCertainty::Possible)]);
        assert!(!likely.contains("  and  "), "{likely}");
    }
}
