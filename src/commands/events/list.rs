//! `events list`: one line an event, newest first.

use super::follow;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::pager;
use crate::output::phrases;
use crate::output::rendition::write_shell_word;
use crate::output::sanitise::Sanitised;
use crate::output::style::{OutputStyle, TextRole};
use crate::output::table::{TableCell, is_too_wide, render_columns};
use crate::protocol::arrival::SignatureState;
use crate::protocol::attempt::{Attempt, AttemptOutcome};
use crate::protocol::facts::EventFacts;
use crate::session;
use crate::session::history::{self, SelectionOptions};
use crate::session::selection::HistoryQuery;
use crate::session::{arguments, refusals, runtime};
use crate::store::{EventRow, RefusedRow, StoreReader};
use jiff::Timestamp;

/// List stored events, newest first
#[derive(Debug, clap::Args)]
#[command(mut_arg("all", |all| all.help("Both what was sent and what was received; --limit still holds")))]
#[command(
    after_help = "The highest number first; WHEN is when an event came last, and an old one that comes again keeps its place.

Examples:
  referralloop events list --limit 50
  referralloop events list --email ada@example.com --all
  referralloop events list --sent --failed --json
  referralloop events list --refused
  referralloop events list --events created --where '.data.position < 10'"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: SelectionOptions,
    /// Show at most this many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20, value_parser = arguments::read_count)]
    limit: u64,
    /// Show events with numbers below this one: the next page
    #[arg(long, value_name = "N")]
    before: Option<u64>,
    /// List the requests that were refused for their signature, instead of events
    #[arg(long, conflicts_with = "follow")]
    refused: bool,
    /// Oldest first, and go on with what comes in until Ctrl-C
    #[arg(long, short = 'f', conflicts_with = "before")]
    follow: bool,
}

/// Lists.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    if arguments.refused || arguments.selection.wants_refused() {
        return list_refused(arguments, context, &console, &session::open_reader(context, &settings)?);
    }
    let choice = HistoryQuery::new(&arguments.selection, context)?;
    arguments.selection.recover_failed(context, &settings)?;
    let reader = session::open_reader(context, &settings)?;
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    // One more than is shown says whether there are older ones.
    let mut rows = choice.list(&reader, limit.saturating_add(1), arguments.before)?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    if arguments.follow {
        return runtime::block_on(follow::follow_events(&choice, rows, context, &console, &settings));
    }
    if console.is_json() {
        for row in &rows {
            console.write_record(&history::event_fields(row))?;
        }
        // A program that reads them all has to learn that these are not.
        tell_older(rows.last().filter(|_| has_more).map(|row| row.number), context, &console);
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        console.print_notice(explain_nothing(arguments, context, &reader)?);
        return Ok(Exit::Done);
    }
    pager::show_paged(&render_rows(&rows, &console.out, context.clock.now()), &console, context)?;
    let last = rows.last().filter(|_| has_more).map(|row| row.number);
    tell_older(last, context, &console);
    tell_sent_only(arguments, last, context, &console, &reader)
}

/// Says how to list what is older than the last row, where there is any.
fn tell_older(last: Option<u64>, context: &Context, console: &Console) {
    if let Some(last) = last {
        let older = repeat_line(context, &format!("--before {last}"));
        console.print_notice(&format!("older ones: {older}"));
    }
}

/// Events that are looked through for those that were only sent.
const LOOKED_AT: usize = 1000;

/// Says how many are left out of what is listed because they were sent from here and never came in.
fn tell_sent_only(
    arguments: &Arguments,
    last: Option<u64>,
    context: &Context,
    console: &Console,
    reader: &StoreReader,
) -> Result<Exit, Error> {
    // A condition is not asked again: where it fails, that was told.
    if arguments.selection.direction().is_some() || arguments.selection.condition()?.is_some() {
        return Ok(Exit::Done);
    }
    let (mut seen, mut sent) = (0, 0_u64);
    HistoryQuery::of_all(&arguments.selection, context)?.scan(reader, arguments.before, |row| {
        let is_listed = last.is_none_or(|last| row.number >= last);
        seen += 1;
        sent += u64::from(is_listed && row.verification.is_none());
        is_listed && seen < LOOKED_AT
    })?;
    if sent > 0 {
        let words = if sent == 1 { "1 that was only sent is" } else { &format!("{sent} that were only sent are") };
        console.print_notice(&format!("{words} left out: {}", repeat_line(context, "--all")));
    }
    Ok(Exit::Done)
}

/// The command line that was given, with one more option; another value of it stands in the place of the old one.
fn repeat_line(context: &Context, option: &str) -> String {
    let name = option.split(' ').next().unwrap_or(option);
    let given = context.arguments.iter().map(|word| word.to_string_lossy().into_owned());
    // Options of every command stand before it, and are repeated with each hint.
    let mut words = given.skip_while(|word| word != "list").skip(1);
    let mut line = "referralloop events list".to_owned();
    while let Some(word) = words.next() {
        let (key, value) = word.split_once('=').map_or((word.as_str(), None), |(key, value)| (key, Some(value)));
        let is_old = key == name || REPEATED.contains(&key);
        if is_old && value.is_none() {
            words.next();
        }
        if !is_old {
            line = format!("{line} {}", write_shell_word(&word));
        }
    }
    format!("{line} {option}")
}

/// Options that hints repeat by themselves.
const REPEATED: [&str; 3] = ["--profile", "--config", "--store"];

/// The table: for a narrow terminal a mark for the state, and the status alone of the last delivery.
fn render_rows(rows: &[EventRow], style: &OutputStyle, now: Timestamp) -> String {
    // A person's address and position are one column for programs, which have read them as one since the beginning.
    let headings: &[&'static str] = if style.is_terminal() {
        &["=#", "WHEN", "EVENT", "SIGNUP", "->POS", "-STATE", "->TIMES", "~LAST DELIVERY"]
    } else {
        &["#", "WHEN", "EVENT", "SIGNUP", "STATE", ">TIMES", "LAST DELIVERY"]
    };
    let whole: Vec<Vec<TableCell>> = rows.iter().map(|row| cells(row, style, now, false)).collect();
    if !style.is_terminal() || !is_too_wide(headings, &whole, style) {
        return render_columns(headings, &whole, style);
    }
    let brief: Vec<Vec<TableCell>> = rows.iter().map(|row| cells(row, style, now, true)).collect();
    render_columns(&["=#", "WHEN", "~EVENT", "SIGNUP", "->POS", "=", "->TIMES", "~LAST"], &brief, style)
}

/// Why the list is empty. What was sent from here is listed only where it is asked for.
fn explain_nothing(arguments: &Arguments, context: &Context, reader: &StoreReader) -> Result<&'static str, Error> {
    if !reader.exists() {
        return Ok("nothing is stored yet; start with: referralloop listen");
    }
    // A condition is not asked again: where it fails, that was told.
    let sent = match arguments.selection.condition()? {
        Some(_) => Vec::new(),
        None => HistoryQuery::of_all(&arguments.selection, context)?.list(reader, 1, arguments.before)?,
    };
    Ok(if sent.is_empty() { "no event matches" } else { "nothing received matches; --all lists what was sent, too" })
}

/// Refused requests, newest first. They are no events, and have a table of their own.
fn list_refused(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    reader: &StoreReader,
) -> Result<Exit, Error> {
    if arguments.follow {
        return Err(Error::usage("--follow shows events only, not refused requests")
            .hint("listen shows refused requests as they come"));
    }
    let now = context.clock.now();
    let mut rows = refusals::list_refused(reader, &arguments.selection, &context.local_now())?;
    rows.retain(|row| arguments.before.is_none_or(|before| row.number < before));
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| has_more).map(|row| row.number);
    if console.is_json() {
        for row in &rows {
            console.write_record(&history::refused_fields(row, &EventFacts::from_body(&row.refused.content.body)))?;
        }
        tell_older(last, context, console);
        return Ok(Exit::Done);
    }
    let Some(newest) = rows.first().map(|row| row.number) else {
        console.print_notice("no refused request matches; the last 200 are kept");
        return Ok(Exit::Done);
    };
    let cells: Vec<Vec<TableCell>> = rows.iter().map(|row| refused_cells(row, &console.out, now)).collect();
    let headings = ["=#", "WHEN", "~EVENT", "SIGNUP", "~REASON"];
    pager::show_paged(&render_columns(&headings, &cells, &console.out), console, context)?;
    tell_older(last, context, console);
    console.print_notice(&format!("why: referralloop verify --event r{newest}"));
    Ok(Exit::Done)
}

fn refused_cells(row: &RefusedRow, style: &OutputStyle, now: Timestamp) -> Vec<TableCell> {
    let facts = EventFacts::from_body(&row.refused.content.body);
    let event =
        facts.event_type.as_deref().map(|name| if style.is_terminal() { phrases::short_event(name) } else { name });
    vec![
        TableCell::new(TextRole::Strong, Sanitised::text(&format!("!{}", row.number))),
        TableCell::from(Sanitised::text(&style.format_when(row.refused.at, now))),
        TableCell::from(event.map_or(Sanitised::own("(none)"), Sanitised::text)),
        TableCell::from(facts.email.as_deref().map(Sanitised::text).unwrap_or_default()),
        TableCell::new(TextRole::Bad, Sanitised::own(row.refused.reason.explain())),
    ]
}

fn cells(row: &EventRow, style: &OutputStyle, now: Timestamp, brief: bool) -> Vec<TableCell> {
    let when = row.last_at.or(row.sent_at).map(|at| Sanitised::text(&style.format_when(at, now)));
    let event =
        row.facts.event_type.as_deref().map(|name| if style.is_terminal() { phrases::short_event(name) } else { name });
    let email = row.facts.email.as_deref().map(Sanitised::text).unwrap_or_default();
    let who = match row.facts.position {
        _ if style.is_terminal() => vec![email, row.facts.position.map(phrases::format_place).unwrap_or_default()],
        Some(position) if email.width() > 0 => {
            vec![Sanitised::concat(&[email, Sanitised::own("  "), phrases::format_position(position, true)])]
        }
        Some(position) => vec![phrases::format_position(position, true)],
        None => vec![email],
    };
    let mut cells = vec![
        TableCell::new(TextRole::Strong, Sanitised::text(&format!("#{}", row.number))),
        TableCell::from(when.unwrap_or_default()),
        TableCell::from(event.map_or(Sanitised::own("(none)"), Sanitised::text)),
    ];
    cells.extend(who.into_iter().map(TableCell::from));
    cells.extend([
        state(row, brief),
        TableCell::from(Sanitised::text(&row.arrivals.to_string())),
        row.telling_attempt().map_or_else(|| TableCell::from(Sanitised::default()), |last| delivery(row, last, brief)),
    ]);
    cells
}

fn state(row: &EventRow, brief: bool) -> TableCell {
    let (role, word, mark) = match row.verification {
        Some(SignatureState::Valid) => (TextRole::Good, "verified", "✔"),
        Some(SignatureState::Unsigned) => (TextRole::Notable, "unsigned", "○"),
        Some(SignatureState::Invalid) => (TextRole::Bad, "invalid", "✘"),
        None => (TextRole::Faint, "sent", "↗"),
    };
    TableCell::new(role, Sanitised::own(if brief { mark } else { word }))
}

/// How the last delivery ended; of several targets, how it ended at one that failed, and how many did.
fn delivery(row: &EventRow, attempt: &Attempt, brief: bool) -> TableCell {
    let ink = if attempt.outcome.is_acknowledged() { TextRole::Good } else { TextRole::Bad };
    let words = match attempt.outcome.status() {
        Some(status) if brief => Sanitised::text(&status.to_string()),
        None if brief && attempt.outcome == AttemptOutcome::Refused => Sanitised::own("unreachable"),
        _ => phrases::describe_outcome(&attempt.outcome),
    };
    let share = match (row.list_owed().count(), row.deliveries.len()) {
        (0, _) | (_, 1) => return TableCell::new(ink, words),
        (owed, of) if brief => format!(" {owed}/{of}"),
        (owed, of) => format!(" ({owed} of {of} targets)"),
    };
    TableCell::new(ink, Sanitised::concat(&[words, Sanitised::text(&share)]))
}
