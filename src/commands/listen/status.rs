//! The line below all others while a listener runs: what has come, what became of it, what is shown.

use crate::output::line::StyledLine;
use crate::output::phrases::{format_count, format_duration, format_quantity};
use crate::output::sanitise::Sanitised;
use crate::output::screen::ArrivalView;
use crate::output::style::{BodyDisplay, OutputStyle, TextRole};
use crate::receive::{ForwardsLeft, ListenerCounters};
use std::sync::Arc;

/// Columns from which on the line says how a filter is ended.
const ROOMY: usize = 80;

/// `12 events · 2 refused · 1 attempt failed · forward median 12 ms · ? keys`, narrower than `columns`: parts that do not fit
/// are left out from the end, the keys before what is hidden just now. Beside the view stands how many had come when it was
/// paused, and what was said meanwhile.
pub(super) fn render_status(
    counters: Option<&Arc<ListenerCounters>>,
    (subscribed, relay): (&Option<String>, &Option<String>),
    (view, paused_after, said): (&ArrivalView, u64, Option<&str>),
    typing: Option<&str>,
    columns: usize,
    style: &OutputStyle,
) -> StyledLine {
    if let Some(typed) = typing {
        let typed = Sanitised::text(typed).clip(columns.saturating_sub(24).max(8));
        let line = StyledLine::new(style).put(TextRole::Strong, "show only: ").put(TextRole::Plain, typed);
        return line.put(TextRole::Plain, "▏");
    }
    let keys = StyledLine::new(style).put(TextRole::Faint, " · ? keys");
    let mut line = StyledLine::new(style);
    let said = said.map(|words| Sanitised::text(words).clip(columns.saturating_sub(24).max(8)));
    for part in describe_view(counters, (view, paused_after), columns).into_iter().chain(said) {
        line = put_part(line, (TextRole::Notable, part), columns);
    }
    for part in parts(counters, (subscribed, relay), view) {
        line = put_part(line, part, columns.saturating_sub(keys.width()));
    }
    if line.width() + keys.width() < columns { line.join(&keys) } else { line }
}

/// The same while the listener ends: what it waits for, and how not to; or what it drops, and how that is sent later.
pub(super) fn render_end(
    counters: Option<&Arc<ListenerCounters>>,
    dropping: bool,
    columns: usize,
    style: &OutputStyle,
) -> StyledLine {
    let ForwardsLeft { under_way, waiting, several, .. } =
        counters.map(|counters| counters.forwards_left()).unwrap_or_default();
    let line = StyledLine::new(style).put(TextRole::Notable, if dropping { "dropping" } else { "stopping" });
    let parts = [
        (under_way > 0).then(|| format!("{} under way", format_quantity(under_way, "forward", "forwards").as_str())),
        (waiting > 0).then(|| describe_waiting(waiting, several).as_str().to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return line;
    }
    let drop = if under_way + waiting == 1 { "it" } else { "them" };
    let all =
        StyledLine::new(style).put(TextRole::Faint, ": ").put(TextRole::Plain, Sanitised::text(&parts.join(", ")));
    let end = match dropping {
        true => format!("; replay --failed sends {drop} later"),
        false => format!(", Ctrl-C again to drop {drop}"),
    };
    let end = StyledLine::new(style).put(TextRole::Faint, Sanitised::text(&end));
    [all, end]
        .iter()
        .fold(line, |line, more| if line.width() + more.width() < columns { line.join(more) } else { line })
}

/// The line with one more part, if that fits.
fn put_part(line: StyledLine, (role, part): (TextRole, Sanitised), columns: usize) -> StyledLine {
    let gap = if line.width() > 0 { " · " } else { "" };
    if line.width() + gap.chars().count() + part.width() >= columns {
        return line;
    }
    line.put(TextRole::Faint, gap).put(role, part)
}

/// What keeps events from the screen just now: whoever forgot it takes the listener for broken.
fn describe_view(
    counters: Option<&Arc<ListenerCounters>>,
    (view, paused_after): (&ArrivalView, u64),
    columns: usize,
) -> Vec<Sanitised> {
    let paused = view.paused.then(|| {
        let waiting = counters.map_or(0, |counters| count_arrivals(counters)).saturating_sub(paused_after);
        Sanitised::text(&format!("paused, {} waiting", format_count(waiting).as_str()))
    });
    let filter = (!view.filter.is_empty()).then(|| {
        let filter = Sanitised::text(&view.filter).clip(columns.saturating_sub(52).clamp(8, 22));
        let end = if columns >= ROOMY { "' (Esc: all)" } else { "'" };
        Sanitised::concat([&Sanitised::own("only '"), &filter, &Sanitised::own(end)])
    });
    let failed = view.failed.then(|| Sanitised::own("failed only"));
    [paused, filter, failed].into_iter().flatten().collect()
}

fn parts(
    counters: Option<&Arc<ListenerCounters>>,
    (subscribed, relay): (&Option<String>, &Option<String>),
    view: &ArrivalView,
) -> Vec<(TextRole, Sanitised)> {
    let mut parts = Vec::new();
    let Some(counters) = counters else { return parts };
    let counts = counters.snapshot();
    let repeats = counts.duplicates + counts.probable_retries;
    // The counters are read one after the other.
    let events = (counts.valid + counts.unsigned).saturating_sub(repeats);
    parts.push((TextRole::Plain, format_quantity(events, "event", "events")));
    if repeats > 0 {
        parts.push((TextRole::Plain, format_quantity(repeats, "repeat", "repeats")));
    }
    if counts.invalid > 0 {
        parts.push((TextRole::Bad, some(counts.invalid, "refused")));
    }
    if counts.forward_failed > 0 {
        parts.push((TextRole::Bad, format_quantity(counts.forward_failed, "attempt failed", "attempts failed")));
    }
    if counts.filtered > 0 {
        parts.push((TextRole::Notable, some(counts.filtered, "filtered")));
    }
    let left = counters.forwards_left();
    if left.waiting + left.kept > 0 {
        parts.push((TextRole::Notable, describe_waiting(left.waiting + left.kept, left.several)));
    }
    if let Some(words) = relay {
        parts.push((TextRole::Plain, Sanitised::text(words)));
    }
    if let Some(median) = counters.forward_median() {
        let words = format!("forward median {}", format_duration(median).as_str());
        parts.push((TextRole::Plain, Sanitised::text(&words)));
    }
    match view.bodies {
        BodyDisplay::Full => parts.push((TextRole::Notable, Sanitised::own("bodies always"))),
        BodyDisplay::Never => parts.push((TextRole::Notable, Sanitised::own("no bodies"))),
        _ => {}
    }
    if let Some(words) = subscribed {
        parts.push((TextRole::Plain, Sanitised::text(&format!("subscribed {words}"))));
    }
    parts
}

/// Arrivals so far, refused ones too.
pub(super) fn count_arrivals(counters: &ListenerCounters) -> u64 {
    let counts = counters.snapshot();
    counts.valid + counts.unsigned + counts.invalid
}

/// An event waits once for each of several targets.
fn describe_waiting(count: u64, several: bool) -> Sanitised {
    match several {
        true => Sanitised::text(&format!("{} waiting", format_quantity(count, "forward", "forwards").as_str())),
        false => some(count, "waiting"),
    }
}

fn some(count: u64, what: &str) -> Sanitised {
    Sanitised::text(&format!("{} {what}", format_count(count).as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::arrival::RepeatKind;
    use jiff::tz::TimeZone;

    #[test]
    fn the_end_says_what_it_waits_for() {
        let style = OutputStyle::new(false, 80, TimeZone::UTC);
        let line = |columns, counters: ListenerCounters| {
            render_end(Some(&Arc::new(counters)), false, columns, &style).as_str().to_owned()
        };
        let insisted = render_end(Some(&Arc::new(ListenerCounters::with_forwards_left(1, 2090))), true, 80, &style);
        assert_eq!(insisted.as_str(), "dropping: 1 forward under way, 2,090 waiting; replay --failed sends them later");
        let counters = || ListenerCounters::with_forwards_left(2, 91);
        let whole = "stopping: 2 forwards under way, 91 waiting, Ctrl-C again to drop them";
        assert_eq!(line(80, counters()), whole);
        assert_eq!(line(50, counters()), "stopping: 2 forwards under way, 91 waiting");
        assert_eq!(line(12, counters()), "stopping");
        assert_eq!(
            line(80, ListenerCounters::with_forwards_left(1, 0)),
            "stopping: 1 forward under way, Ctrl-C again to drop it"
        );
        assert_eq!(line(80, ListenerCounters::new(None)), "stopping");
    }

    #[test]
    fn what_waits_is_counted() {
        let style = OutputStyle::new(false, 80, TimeZone::UTC);
        let counters = Some(Arc::new(ListenerCounters::with_forwards_left(1, 93)));
        let view = ArrivalView { bodies: BodyDisplay::Auto, ..ArrivalView::default() };
        let line = render_status(counters.as_ref(), (&None, &None), (&view, 0, None), None, 80, &style);
        assert_eq!(line.as_str(), "0 events · 93 waiting · ? keys");
        let said = render_status(None, (&None, &None), (&view, 0, Some("#7 sent again")), None, 80, &style);
        assert_eq!(said.as_str(), "#7 sent again · ? keys");
    }

    #[test]
    fn what_came_again_is_no_further_event() {
        let style = OutputStyle::new(false, 80, TimeZone::UTC);
        let view = ArrivalView { bodies: BodyDisplay::Auto, ..ArrivalView::default() };
        let repeats = [RepeatKind::Duplicate, RepeatKind::ProbableRetry];
        let counters = Some(Arc::new(ListenerCounters::with_arrivals(3, &repeats)));
        let line = render_status(counters.as_ref(), (&None, &None), (&view, 0, None), None, 80, &style);
        assert_eq!(line.as_str(), "1 event · 2 repeats · ? keys");
    }

    #[test]
    fn the_line_is_narrower_than_the_terminal() {
        let style = OutputStyle::new(false, 80, TimeZone::UTC);
        let counters = Some(Arc::new(ListenerCounters::new(None)));
        let view =
            ArrivalView { failed: true, paused: true, filter: "ada@example.com".into(), ..ArrivalView::default() };
        let line = |columns, typing| {
            let relay = Some("12 published".to_owned());
            render_status(
                counters.as_ref(),
                (&Some("created, deleted".into()), &relay),
                (&view, 0, None),
                typing,
                columns,
                &style,
            )
        };
        let all = "paused, 0 waiting · only 'ada@example.com' (Esc: all) · failed only · 0 events · 12 published · bodies always · subscribed created, deleted · ? keys";
        assert_eq!(line(180, None).as_str(), all);
        let hidden = "paused, 0 waiting · only 'ada@example.com' (Esc: all) · failed only · ? keys";
        assert_eq!(line(80, None).as_str(), hidden, "what is hidden stands before what has come");
        assert_eq!(line(60, None).as_str(), "paused, 0 waiting · only 'ada@exa…' · failed only · ? keys");
        for columns in [12, 20, 40, 60, 80] {
            assert!(line(columns, None).width() < columns, "{columns}");
        }
        assert_eq!(line(80, Some("ada")).as_str(), "show only: ada▏");
    }
}
