//! Sign-ups, as records and for people.

use crate::error::Error;
use crate::output::console::Console;
use crate::output::records::SignupRecord;
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::output::table::{TableCell, render_columns, render_pairs};
use crate::protocol::api::ApiSignup;
use serde_json::Value;

/// Members that a page shows first, and how they are called there.
const KNOWN: [(&str, &str); 10] = [
    ("id", "id"),
    ("email", "email"),
    ("name", "name"),
    ("position", "position"),
    ("status", "status"),
    ("referral_code", "referral code"),
    ("referral_url", "referral URL"),
    ("referral_count", "referrals"),
    ("created_at", "created"),
    ("metadata", "metadata"),
];

pub(super) fn write_record(console: &Console, waitlist: &str, signup: &ApiSignup) -> Result<(), Error> {
    Ok(console.write_record(&SignupRecord::of(signup, waitlist))?)
}

/// A table of several.
pub(super) fn render_table(signups: &[ApiSignup], console: &Console) -> String {
    let text =
        |signup: &ApiSignup, name: &str| TableCell::from(Sanitised::text(&render_value(signup.members().get(name))));
    let rows: Vec<Vec<TableCell>> = signups
        .iter()
        .map(|signup| {
            vec![
                text(signup, "position"),
                TableCell::new(TextRole::Strong, Sanitised::text(signup.email().unwrap_or_default())),
                text(signup, "name"),
                text(signup, "status"),
                text(signup, "referral_code"),
                TableCell::from(Sanitised::text(signup.id())),
            ]
        })
        .collect();
    render_columns(&[">POS", "EMAIL", "-~NAME", "-STATUS", "-CODE", "=ID"], &rows, &console.out)
}

/// One, member by member; those that nobody knows last, by their own names.
pub(super) fn render_page(signup: &ApiSignup, console: &Console) -> String {
    let members = signup.members();
    let known = KNOWN.iter().filter_map(|(name, title)| Some((*title, members.get(*name)?)));
    let rows: Vec<(&'static str, TableCell)> =
        known.map(|(title, value)| (title, TableCell::from(Sanitised::text(&render_value(Some(value)))))).collect();
    let mut text = render_pairs(&rows, &console.out);
    let unknown = members.iter().filter(|(name, _)| !KNOWN.iter().any(|(known, _)| known == name));
    for (name, value) in unknown {
        let line = Sanitised::text(&format!("{name}  {}", render_value(Some(value))));
        text.push_str(line.as_str());
        text.push('\n');
    }
    text
}

fn render_value(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
