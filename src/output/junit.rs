//! JUnit XML, as continuous integration servers read it: suites of cases, each passed, failed or skipped.
//!
//! The format was never written down by its makers; this is the part that every reader agrees on (the schema that
//! Jenkins' xUnit plugin publishes): `testsuites`, `testsuite`, `testcase`, `failure`, `skipped`, `system-out`.

use super::sanitise::Sanitised;
use jiff::Timestamp;
use std::fmt::Write;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// A group of cases.
#[derive(Debug, Clone)]
pub(crate) struct JunitSuite {
    pub name: String,
    /// Its cases, in order.
    pub cases: Vec<JunitCase>,
}

#[derive(Debug, Clone)]
pub(crate) struct JunitCase {
    /// Its name within its class.
    pub name: String,
    /// What it belongs to.
    pub class: String,
    /// How long it took.
    pub time: Duration,
    pub status: JunitStatus,
    /// What else there is to say, in lines.
    pub output: Option<String>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JunitStatus {
    /// Well.
    Passed,
    /// Badly.
    Failed {
        /// A word for the sort of failure.
        kind: String,
        /// One sentence.
        message: String,
        /// All there is to say, in lines.
        text: String,
    },
    /// It was not run, for this reason.
    Skipped(String),
}

/// The whole document.
pub(crate) fn render_junit(name: &str, at: Timestamp, took: Duration, suites: &[JunitSuite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    put(&mut out, format_args!("<testsuites name=\"{}\"{}>\n", attribute(name), counts(all(), took)));
    for suite in suites {
        let took = suite.cases.iter().map(|case| case.time).sum();
        let name = attribute(&suite.name);
        let counts = counts(suite.cases.iter(), took);
        // Seconds and no zone: what the schema calls an ISO 8601 date and time.
        let at = at.strftime("%Y-%m-%dT%H:%M:%S");
        put(&mut out, format_args!("  <testsuite name=\"{name}\"{counts} timestamp=\"{at}\">\n"));
        suite.cases.iter().for_each(|case| push_case(&mut out, case));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

fn counts<'a>(cases: impl Iterator<Item = &'a JunitCase>, took: Duration) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        match case.status {
            JunitStatus::Passed => {}
            JunitStatus::Failed { .. } => failures += 1,
            JunitStatus::Skipped(_) => skipped += 1,
        }
    }
    let time = took.as_secs_f64();
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{time:.3}\"")
}

fn push_case(out: &mut String, case: &JunitCase) {
    let (name, class, time) = (attribute(&case.name), attribute(&case.class), case.time.as_secs_f64());
    put(out, format_args!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"{time:.3}\""));
    if case.status == JunitStatus::Passed && case.output.is_none() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    match &case.status {
        JunitStatus::Passed => {}
        JunitStatus::Skipped(reason) => put(out, format_args!("      <skipped message=\"{}\"/>\n", attribute(reason))),
        JunitStatus::Failed { kind, message, text } => {
            let (kind, message, text) = (attribute(kind), attribute(message), lines(text));
            put(out, format_args!("      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>\n"));
        }
    }
    if let Some(output) = &case.output {
        put(out, format_args!("      <system-out>{}</system-out>\n", lines(output)));
    }
    out.push_str("    </testcase>\n");
}

/// Text as an attribute's value. What XML cannot hold or a terminal could act upon is written as an escape.
fn attribute(text: &str) -> String {
    escaped(Sanitised::text(text).as_str())
}

/// Text as an element's content, its line feeds kept.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| escaped(Sanitised::text(line).as_str())).collect();
    lines.join("\n")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
