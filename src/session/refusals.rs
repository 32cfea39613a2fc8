//! Refused requests chosen out of the ring, by the options that choose events. They are no events: nothing was
//! acknowledged, and nothing is forwarded or replayed.

use super::history::SelectionOptions;
use crate::error::Error;
use crate::protocol::facts::EventFacts;
use crate::store::{EventDirection, RefusedRow, StoreFilter, StoreReader};

/// The refused requests that the options mean, newest first.
pub(crate) fn list_refused(
    reader: &StoreReader,
    selection: &SelectionOptions,
    now: &jiff::Zoned,
) -> Result<Vec<RefusedRow>, Error> {
    if selection.direction().is_some() || selection.asks_for_failed() {
        return Err(Error::usage("a refused request was neither sent nor forwarded")
            .hint("leave out --sent, --received, --all and --failed"));
    }
    let filter = StoreFilter { direction: EventDirection::All, ..selection.filter_refused(now)? };
    let condition = selection.condition()?;
    let mut found = Vec::new();
    for row in reader.list_refused()? {
        let body = &row.refused.content.body;
        let at = row.refused.at;
        let in_time = filter.since.is_none_or(|since| at >= since) && filter.until.is_none_or(|until| at < until);
        if !in_time || !filter.accepts(&EventFacts::from_body(body)) {
            continue;
        }
        if condition.as_ref().map_or(Ok(true), |condition| condition.matches(body))? {
            found.push(row);
        }
    }
    Ok(found)
}
