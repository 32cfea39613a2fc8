//! `events diff`: where two events part, in body, header lines and answers.

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::output::console::Console;
use crate::output::line::StyledLine;
use crate::output::phrases;
use crate::output::records::{DifferenceRecord, TextHeaderField};
use crate::output::sanitise::Sanitised;
use crate::output::style::TextRole;
use crate::protocol::arrival::{HeaderLines, RequestContent};
use crate::protocol::attempt::Attempt;
use crate::protocol::difference::{BodyComparison, DocumentChange, compare_bodies};
use crate::session;
use crate::session::history::{StoredId, StoredRequest, find_stored};
use crate::store::StoreReader;
use serde_json::Value;

/// Compare two events: bodies as JSON, header lines, answers
#[derive(Debug, clap::Args)]
#[command(after_help = "Differences are not a failure: the exit code is 0. --json says whether the bytes are the same.

Examples:
  referralloop events diff 1 last
  referralloop events diff 1 r1
  referralloop events diff 1 last --json")]
pub(super) struct Arguments {
    /// The first event, or rN for the refused request !N
    #[arg(value_name = "A")]
    a: StoredId,
    /// The second
    #[arg(value_name = "B")]
    b: StoredId,
}

/// One side.
struct DiffSide {
    name: String,
    content: RequestContent,
    last: Option<Attempt>,
}

/// Compares.
pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let reader = session::open_reader(context, &settings)?;
    let (a, b) = (side(&reader, arguments.a)?, side(&reader, arguments.b)?);
    let comparison = compare_bodies(&a.content.body, &b.content.body);
    if console.is_json() {
        console.write_record(&fields(&a, &b, &comparison))?;
    } else {
        console.write_lines(&lines(&a, &b, &comparison, &console))?;
    }
    Ok(Exit::Done)
}

fn side(reader: &StoreReader, wanted: StoredId) -> Result<DiffSide, Error> {
    Ok(match find_stored(reader, wanted)? {
        StoredRequest::Event(event) => {
            let first = reader.list_arrivals(event.number)?.into_iter().next();
            let headers = first.map(|arrival| arrival.headers).unwrap_or_default();
            let content = RequestContent { headers, body: event.body };
            DiffSide { name: format!("#{}", event.number), content, last: event.last_attempt }
        }
        StoredRequest::Refused(row) => {
            DiffSide { name: format!("!{}", row.number), content: row.refused.content, last: None }
        }
    })
}

/// Header lines that only one side has.
fn only<'a>(side: &'a HeaderLines, other: &HeaderLines) -> Vec<(&'a [u8], &'a [u8])> {
    side.iter().filter(|line| !other.iter().any(|there| there == *line)).collect()
}

fn fields<'a>(a: &'a DiffSide, b: &'a DiffSide, comparison: &'a BodyComparison) -> DifferenceRecord<'a> {
    let headers = |side: &DiffSide, other: &DiffSide| {
        only(&side.content.headers, &other.content.headers).into_iter().map(TextHeaderField::of).collect()
    };
    let answer = |side: &DiffSide| {
        side.last.as_ref().map(|attempt| phrases::describe_outcome(&attempt.outcome).as_str().to_owned())
    };
    let (same, first_byte, changes) = match comparison {
        BodyComparison::Same => (true, None, None),
        BodyComparison::Spelling(at) | BodyComparison::Bytes(at) => (false, Some(*at), None),
        BodyComparison::Documents(changes) => (false, None, Some(changes.as_slice())),
    };
    DifferenceRecord {
        a: &a.name,
        b: &b.name,
        same,
        first_byte,
        changes,
        headers_a: headers(a, b),
        headers_b: headers(b, a),
        answer_a: answer(a),
        answer_b: answer(b),
    }
}

fn lines(a: &DiffSide, b: &DiffSide, comparison: &BodyComparison, console: &Console) -> Vec<StyledLine> {
    let style = &console.out;
    let plain = |text: String| StyledLine::new(style).put(TextRole::Plain, Sanitised::text(&text));
    let mut lines = match comparison {
        BodyComparison::Same => vec![plain(format!("{} and {} have the same body", a.name, b.name))],
        BodyComparison::Spelling(at) => {
            vec![plain(format!(
                "the same JSON in different bytes, from byte {at} on: a signature of one does not fit the other"
            ))]
        }
        BodyComparison::Bytes(at) => {
            vec![plain(format!(
                "the bodies differ from byte {at} on ({} and {} bytes)",
                a.content.body.len(),
                b.content.body.len()
            ))]
        }
        BodyComparison::Documents(changes) => changes.iter().flat_map(|change| change_lines(change, console)).collect(),
    };
    for (ink, sign, side, other) in [(TextRole::Bad, "- ", a, b), (TextRole::Good, "+ ", b, a)] {
        for (name, value) in only(&side.content.headers, &other.content.headers) {
            let words = Sanitised::concat(&[Sanitised::bytes(name), Sanitised::own(": "), Sanitised::bytes(value)]);
            lines.push(StyledLine::new(style).put(ink, sign).put(TextRole::Faint, "header ").put(ink, words));
        }
    }
    let answer = |side: &DiffSide| side.last.as_ref().map(|attempt| phrases::describe_outcome(&attempt.outcome));
    let (was, is) = (answer(a), answer(b));
    if was != is {
        let told = |answer: Option<Sanitised>| answer.unwrap_or(Sanitised::own("none"));
        let words = Sanitised::concat(&[Sanitised::own("answer: "), told(was), Sanitised::own(" → "), told(is)]);
        lines.push(StyledLine::new(style).put(TextRole::Notable, words));
    }
    lines
}

fn change_lines(change: &DocumentChange, console: &Console) -> Vec<StyledLine> {
    let path = if change.path.is_empty() { "(document)" } else { &change.path };
    let line = |ink, sign: &'static str, value: &Value| {
        let value = Sanitised::json(value.to_string().as_bytes());
        let line = StyledLine::new(&console.out).put(ink, sign).put(TextRole::Key, Sanitised::text(path)).whole();
        line.put(TextRole::Plain, ": ").put(ink, value)
    };
    let from = change.from.as_ref().map(|value| line(TextRole::Bad, "- ", value));
    let to = change.to.as_ref().map(|value| line(TextRole::Good, "+ ", value));
    from.into_iter().chain(to).collect()
}
