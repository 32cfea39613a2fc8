//! The bundle: what a report of a fault needs, in a file that may be shown to anybody.
//!
//! Versions, settings with where they came from, the shape of the store, what the checks found. No body, no address, no header,
//! no secret: the store is counted and not read, and what a URL has behind its port is left out.

use super::finding::{SetupFinding, SetupVerdict};
use crate::config::ConfigSettings;
use crate::config::keys::{KEYS, SettingKey};
use crate::context::Context;
use crate::error::Error;
use crate::output::phrases;
use crate::session::build::{VERSION, list_build_facts};
use crate::session::{self, settings_view};
use crate::system::describe_system;
use std::fmt::Write;
use url::Url;

/// Variables of others that change what the program does; whether they are set is told, and not to what.
const FOREIGN: [&str; 10] = [
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "LANG",
    "LC_ALL",
    "NO_COLOR",
    "TERM",
    "TZ",
];

/// Lays out a bundle.
pub(super) fn render_bundle(settings: Option<&ConfigSettings>, findings: &[SetupFinding], context: &Context) -> String {
    let mut text = String::from(
        "# referralloop doctor --bundle\n\nNo secret, key, e-mail address or body is in here; look through it all the same.\n",
    );
    section(&mut text, "Build", &build_rows(context));
    // Where they cannot be read, the checks say why.
    if let Some(settings) = settings {
        section(&mut text, "Settings", &setting_rows(settings, context));
        section(&mut text, "Store", &store_rows(settings, context));
    }
    section(&mut text, "Environment", &environment_rows(context));
    let checks: Vec<_> = findings.iter().map(|finding| check_row(finding, context)).collect();
    section(&mut text, "Checks", &checks);
    text
}

fn section(text: &mut String, title: &str, rows: &[(String, String)]) {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    // Writing into a string does not fail.
    let _ = write!(text, "\n## {title}\n\n```text\n");
    for (name, value) in rows {
        let _ = writeln!(text, "{name:width$}  {}", value.replace(char::is_control, " "));
    }
    text.push_str("```\n");
}

fn build_rows(context: &Context) -> Vec<(String, String)> {
    let mut rows = vec![("version".to_owned(), VERSION.to_owned())];
    rows.extend(list_build_facts().map(|(name, value)| (name.to_owned(), value.to_owned())));
    rows.push(("system".into(), describe_system()));
    let terminal = if context.stderr.is_terminal { "a terminal" } else { "no terminal" };
    rows.push(("standard error".into(), terminal.into()));
    rows
}

fn setting_rows(settings: &ConfigSettings, context: &Context) -> Vec<(String, String)> {
    let row = |key: SettingKey| match settings_view::show_value(settings, context, key) {
        // One that nobody can guess keeps strangers out.
        Ok((Some(path), origin)) if key == SettingKey::Path && path != "auto" => {
            format!("set, not shown  ({})", redact(&origin.to_string(), context))
        }
        Ok((Some(value), origin)) => format!("{}  ({})", redact(&value, context), redact(&origin.to_string(), context)),
        Ok((None, _)) => "–".to_owned(),
        Err(error) => format!("cannot be read: {}", redact(&error.message, context)),
    };
    KEYS.iter().map(|spec| (spec.name.to_owned(), row(spec.key))).collect()
}

fn store_rows(settings: &ConfigSettings, context: &Context) -> Vec<(String, String)> {
    let read = || -> Result<Vec<(String, String)>, Error> {
        let reader = session::open_reader(context, settings)?;
        if !reader.exists() {
            return Ok(vec![("state".into(), "there is none yet".into())]);
        }
        let stats = reader.read_stats()?;
        let row = |name: &str, count: u64| (name.to_owned(), phrases::format_count(count).as_str().to_owned());
        Ok(vec![
            row("events", stats.events),
            row("arrivals", stats.arrivals),
            row("attempts", stats.attempts),
            row("refused", stats.refused),
            row("bytes in use", stats.used_bytes),
            row("schema", reader.schema_version()?),
        ])
    };
    read().unwrap_or_else(|error| vec![("state".into(), redact(&error.message, context))])
}

fn environment_rows(context: &Context) -> Vec<(String, String)> {
    let own = KEYS.iter().filter_map(|spec| spec.variable);
    let more = ["REFERRALLOOP_CONFIG", "REFERRALLOOP_LOG", "REFERRALLOOP_LOG_FILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME"];
    let set = own.chain(more).chain(FOREIGN).filter(|name| context.environment.is_set(name));
    set.map(|name| (name.to_owned(), if context.environment.get(name).is_some() { "set" } else { "empty" }.into()))
        .collect()
}

fn check_row(finding: &SetupFinding, context: &Context) -> (String, String) {
    let verdict = match finding.verdict {
        SetupVerdict::Passed => "passed",
        SetupVerdict::Failed => "FAILED",
        SetupVerdict::Skipped => "skipped",
    };
    (finding.id.to_owned(), format!("{verdict}: {}", redact(&finding.seen, context)))
}

/// Words without what only their owner should know: the home folder's name, and of URLs whatever stands behind the port.
fn redact(text: &str, context: &Context) -> String {
    let home = context.environment.text("HOME").filter(|home| home.len() > 1);
    let text = home.map_or_else(|| text.to_owned(), |home| text.replace(&home, "~"));
    let words = text.split(' ').map(|word| match Url::parse(word.trim_matches(['(', ')', ',', ';'])) {
        Ok(url) if url.has_host() && url.path().len() + url.query().map_or(0, str::len) > 1 => {
            format!("{}/…", url.origin().ascii_serialization())
        }
        _ if word.contains('@') => "…@…".to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}
