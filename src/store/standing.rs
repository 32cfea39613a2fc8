//! How an event stands with each target that it went to: the last attempt there, and whether the event is still owed.
//!
//! Pure: conditions on `attempts a`. Who fails is a target, not an event, so that what one app answered says nothing about
//! another.

/// Whether this is the last attempt of its event to its target. What `trigger` was answered (purpose 0) counts where
/// nothing else was tried: it may be this listener's own answer, written down after the forward that it led to.
pub(super) const IS_LAST: &str = "(a.purpose <> 0 OR NOT EXISTS
    (SELECT 1 FROM attempts o WHERE o.event = a.event AND o.purpose <> 0))
    AND NOT EXISTS (SELECT 1 FROM attempts l WHERE l.event = a.event AND l.id > a.id AND l.url = a.url
    AND (l.purpose <> 0 OR a.purpose = 0))";

/// Whether the target of such a last attempt is owed the event: it failed, and nobody has sent the event elsewhere since,
/// in its place. Of two targets that a listener passes events on to (purpose 1), neither stands in for the other. An
/// attempt stands in for those that ended before it began; a replay to a listener began before the forward that it led to.
pub(super) const IS_OWED: &str = "a.failed AND NOT EXISTS (SELECT 1 FROM attempts r WHERE r.event = a.event
    AND NOT r.failed AND r.url <> a.url AND r.at_ms > a.at_ms AND (r.purpose <> 0 OR a.purpose = 0)
    AND (SELECT count(DISTINCT w.url) FROM attempts w
        WHERE w.event = a.event AND w.purpose = 1 AND w.url IN (a.url, r.url)) < 2)";
