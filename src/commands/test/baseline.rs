//! The baseline file: findings that are known and accepted, each with its reason.

use crate::audit;
use crate::context::Context;
use crate::error::Error;
use crate::session::input;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Larger than any list of ids.
const LIMIT: u64 = 256 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    #[serde(default)]
    accepted: BTreeMap<String, String>,
}

/// Reads a baseline file: a TOML table `accepted` of ids and reasons.
pub(super) fn read_baseline(context: &Context, path: &Path) -> Result<BTreeMap<String, String>, Error> {
    let shown = path.display();
    let bytes = input::read_input(context, path, LIMIT, "baseline")?;
    let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("baseline {shown} is not UTF-8")))?;
    let file: BaselineFile = toml_edit::de::from_str(&text).map_err(|error| {
        Error::usage(format!("baseline {shown}: {}", error.message()))
            .hint("it must have one table, [accepted], with lines like \"hygiene.no-cors\" = \"why that is fine\"")
    })?;
    for (id, reason) in &file.accepted {
        let of = |what: &str| Error::usage(format!("baseline {shown}: {what}"));
        if audit::find_check(id).is_none() {
            let unknown = id.parse::<audit::CheckSelector>().err().map(|error| error.to_string());
            return Err(of(&unknown.unwrap_or_else(|| format!("{id:?} is a group; name each check"))));
        }
        if reason.trim().is_empty() {
            return Err(of(&format!("{id} is accepted without a reason")));
        }
    }
    Ok(file.accepted)
}
