//! Small quantities and states in words: durations, sizes, positions, statuses, badges. One place, so that the same
//! thing reads the same everywhere.

use super::line::StyledLine;
use super::sanitise::Sanitised;
use super::style::{OutputStyle, TextRole};
use crate::protocol::arrival::{RepeatKind, SignatureState};
use crate::protocol::attempt::{AttemptOutcome, AttemptResponse};
use crate::protocol::facts::{DriftKind, EventFacts, PayloadDrift, WaitlistPosition};
use crate::protocol::report::AttemptReport;
use crate::protocol::target::is_listener_default;
use std::borrow::Cow;
use std::time::Duration;

/// An event's name without what all of them begin with: `created` for `signup.created`.
pub(crate) fn short_event(name: &str) -> &str {
    name.strip_prefix("signup.").unwrap_or(name)
}

/// A duration to two units at most: `0.4 ms`, `12 ms`, `2.5 s`, `61 s`, `15 min`, `1 h 21 min`, `3 d 4 h`.
pub(crate) fn format_duration(duration: Duration) -> Sanitised {
    let micros = duration.as_micros();
    let text = if micros == 0 {
        "0 ms".into()
    } else if micros < 950 {
        format!("0.{} ms", rounded(micros, 100).max(1))
    } else if micros < 999_500 {
        format!("{} ms", rounded(micros, 1_000))
    } else if micros < 9_950_000 {
        tenths(rounded(micros, 100_000))
    } else {
        long_duration(rounded(micros, 1_000_000))
    };
    Sanitised::text(&text)
}

fn rounded(value: u128, unit: u128) -> u128 {
    (value + unit / 2) / unit
}

fn tenths(tenths: u128) -> String {
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        rest => format!("{}.{rest} s", tenths / 10),
    }
}

fn long_duration(seconds: u128) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..3_600 => two_units(seconds, 60, "min", "s"),
        3_600..86_400 => two_units(seconds / 60, 60, "h", "min"),
        _ => two_units(seconds / 3_600, 24, "d", "h"),
    }
}

fn two_units(small: u128, size: u128, large_name: &str, small_name: &str) -> String {
    match small % size {
        0 => format!("{} {large_name}", small / size),
        rest => format!("{} {large_name} {rest} {small_name}", small / size),
    }
}

/// A time on the schedule's scale: `+0:00`, `+1:00`, `+1:21:00`.
pub(crate) fn format_offset(since_start: Duration) -> Sanitised {
    Sanitised::text(&format!("+{}", format_clock(since_start)))
}

/// A stretch of time as a clock shows it: `0:42`, `1:21:00`.
pub(crate) fn format_clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A size: `312 B`, `4.5 KiB`, `1.0 MiB`.
pub(crate) fn format_bytes(count: u64) -> Sanitised {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return Sanitised::text(&format!("{count} B"));
    }
    let mut size = count as f64 / 1024.0;
    let mut unit = 0;
    // From 1023.95 on, one decimal would read as 1024.0 of the smaller unit.
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    Sanitised::text(&format!("{size:.1} {}", UNITS[unit]))
}

/// A number with its thousands set apart: `1,234`.
pub(crate) fn format_count(number: u64) -> Sanitised {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    Sanitised::text(&text)
}

/// `1 report`, `2 reports`.
pub(crate) fn format_quantity(number: u64, one: &'static str, many: &'static str) -> Sanitised {
    Sanitised::text(&format!("{} {}", format_count(number), if number == 1 { one } else { many }))
}

/// `position 1`, or `10 → 5 (up 5)`; without the parenthesis in short.
pub(crate) fn format_position(position: WaitlistPosition, short: bool) -> Sanitised {
    let text = match position {
        WaitlistPosition::At(place) => format!("position {place}"),
        WaitlistPosition::Moved { from, to } if short => format!("{from} → {to}"),
        WaitlistPosition::Moved { from, to } => format!("{from} → {to} ({})", direction(from, to)),
    };
    Sanitised::text(&text)
}

/// The same where a heading says what it is: `12`, `12 → 9`.
pub(crate) fn format_place(position: WaitlistPosition) -> Sanitised {
    match position {
        WaitlistPosition::At(place) => Sanitised::text(&place.to_string()),
        moved @ WaitlistPosition::Moved { .. } => format_position(moved, true),
    }
}

fn direction(from: i64, to: i64) -> Cow<'static, str> {
    match to.cmp(&from) {
        std::cmp::Ordering::Less => format!("up {}", from.abs_diff(to)).into(),
        std::cmp::Ordering::Greater => format!("down {}", from.abs_diff(to)).into(),
        std::cmp::Ordering::Equal => "unchanged".into(),
    }
}

/// A status with the reason phrase that the standard gives it: `500 Internal Server Error`.
pub(crate) fn format_status(code: u16) -> Sanitised {
    let phrase = http::StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason());
    Sanitised::text(&match phrase {
        Some(phrase) => format!("{code} {phrase}"),
        None => code.to_string(),
    })
}

/// How an attempt ended, in words.
pub(crate) fn describe_outcome(outcome: &AttemptOutcome) -> Sanitised {
    match outcome {
        AttemptOutcome::Answered(answer) => format_status(answer.status),
        AttemptOutcome::TimedOut(_) => Sanitised::own("timed out"),
        AttemptOutcome::Refused => Sanitised::own("connection refused"),
        AttemptOutcome::UnknownHost => Sanitised::own("unknown host"),
        AttemptOutcome::Tls(_) => Sanitised::own("TLS failed"),
        AttemptOutcome::Disconnected => Sanitised::own("disconnected"),
        AttemptOutcome::Malformed(_) => Sanitised::own("not HTTP"),
        AttemptOutcome::Failed(_) => Sanitised::own("failed"),
    }
}

/// The same for several that are counted by the names that records have for them: `answered 500`, `timed out`.
pub(crate) fn describe_outcome_name(name: &str) -> String {
    match name {
        "timeout" => "timed out".to_owned(),
        "refused" => "could not connect".to_owned(),
        "unknown_host" => "found no such host".to_owned(),
        "tls" => "failed at TLS".to_owned(),
        "malformed" => "got no HTTP back".to_owned(),
        "disconnected" => "were cut off".to_owned(),
        status if status.bytes().all(|byte| byte.is_ascii_digit()) => format!("answered {status}"),
        other => other.to_owned(),
    }
}

/// What to look at when an attempt ended badly, in a sentence without its full stop.
pub(crate) fn outcome_hint(outcome: &AttemptOutcome) -> Option<Sanitised> {
    Some(Sanitised::own(match outcome {
        AttemptOutcome::Answered(answer) => return answer_hint(answer),
        AttemptOutcome::TimedOut(_) => "answer 2xx first and do the work afterwards: the service does not wait longer",
        AttemptOutcome::Refused => "nothing is listening there: is the app running?",
        AttemptOutcome::UnknownHost => "no such host: check the name in the URL",
        AttemptOutcome::Tls(words) => return Some(Sanitised::text(words)),
        AttemptOutcome::Disconnected => "the app closed the connection before answering: see its log",
        AttemptOutcome::Malformed(_) => {
            "what listens there does not speak HTTP: check the port, and http:// or https://"
        }
        AttemptOutcome::Failed(_) => return None,
    }))
}

/// The same for an attempt, which went somewhere.
pub(crate) fn attempt_hint(report: &AttemptReport) -> Option<Sanitised> {
    match report.attempt.outcome {
        AttemptOutcome::Answered(AttemptResponse { status: 401 | 403, .. }) if !report.signed => {
            Some(refusal_hint(false))
        }
        _ => delivery_hint(&report.attempt.outcome, &report.attempt.url),
    }
}

/// What a 401 or 403 means to what was signed, and to what was not. Who answers may be an app or a listener of ours.
pub(crate) fn refusal_hint(signed: bool) -> Sanitised {
    Sanitised::own(match signed {
        true => "the endpoint refused it: does it verify with the same secret, over the raw bytes?",
        false => "it carried no signature, and the endpoint requires one",
    })
}

/// The same for what went to a URL; an acknowledgement needs none.
pub(crate) fn delivery_hint(outcome: &AttemptOutcome, url: &str) -> Option<Sanitised> {
    let listener = || url::Url::parse(url).is_ok_and(|url| is_listener_default(&url));
    match outcome {
        AttemptOutcome::Refused if listener() => Some(Sanitised::own(
            "nothing is listening there: start a listener in another terminal with: referralloop listen",
        )),
        _ => outcome_hint(outcome),
    }
}

fn answer_hint(answer: &AttemptResponse) -> Option<Sanitised> {
    Some(Sanitised::own(match answer.status {
        201..=299 if answer.only_200 => "ReferralHero takes 200 alone for an acknowledgement: answer 200",
        300..=399 => return Some(redirect_hint(answer.location.as_deref())),
        400 if mentions(answer, &["HTTPS port", "HTTPS server", "SSL-enabled server port"]) => {
            "this port speaks TLS: write https://"
        }
        400..=499 if answer.status == 419 || mentions(answer, &["CSRF", "AuthenticityToken"]) => {
            "a check against forged forms (CSRF) refused it: exempt this route from it"
        }
        401 | 403 => return Some(refusal_hint(true)),
        404 => "no such route in the app: check the path of the URL",
        405 => "the route does not accept POST",
        413 => "the body is larger than the app's limit",
        500..=599 => "the app failed: see its log",
        _ => return None,
    }))
}

fn mentions(answer: &AttemptResponse, words: &[&str]) -> bool {
    let body = &answer.body[..];
    words.iter().any(|words| body.windows(words.len()).any(|part| part.eq_ignore_ascii_case(words.as_bytes())))
}

fn redirect_hint(location: Option<&str>) -> Sanitised {
    match location {
        Some(to) => Sanitised::concat(&[
            Sanitised::own("redirects are never followed: use "),
            Sanitised::text(to).clip(200),
            Sanitised::own(" itself"),
        ]),
        None => Sanitised::own("redirects are never followed: use the final URL"),
    }
}

/// One departure from the catalogue: `data.position is missing`.
pub(crate) fn describe_drift(drift: &PayloadDrift) -> Sanitised {
    let what = match drift.kind {
        DriftKind::Missing => " is missing",
        DriftKind::Unknown => " is not documented",
        DriftKind::Inconsistent => " contradicts another field",
        DriftKind::Mistyped => " does not have the documented type or format",
    };
    Sanitised::concat(&[Sanitised::text(&drift.path).clip(120), Sanitised::own(what)])
}

/// The state of a signature: sign and word, so that neither colour nor font is needed.
pub(crate) fn render_badge(verification: SignatureState, style: &OutputStyle) -> StyledLine {
    let (ink, words) = match verification {
        SignatureState::Valid => (TextRole::Good, "✔ verified"),
        SignatureState::Unsigned => (TextRole::Plain, "○ unsigned"),
        SignatureState::Invalid => (TextRole::Bad, "✘ invalid"),
    };
    StyledLine::new(style).put(ink, words)
}

/// What an arrival that is probably a retry has in common with the event that it repeats.
pub(crate) fn describe_likeness(facts: &EventFacts) -> &'static str {
    match facts.event_id {
        Some(_) => "with its event id",
        None => "the same except for its timestamp",
    }
}

/// The badge of an arrival that repeats an earlier one.
pub(crate) fn render_repeat_badge(kind: RepeatKind, style: &OutputStyle) -> StyledLine {
    let words = match kind {
        RepeatKind::Duplicate => "↻ duplicate",
        RepeatKind::ProbableRetry => "↻ retry?",
    };
    StyledLine::new(style).put(TextRole::Notable, words)
}

/// The state of a signature, or that an arrival repeats another one, in one sign.
pub(crate) fn render_mark(repeat: Option<RepeatKind>, state: SignatureState, style: &OutputStyle) -> StyledLine {
    let (ink, sign) = match (repeat, state) {
        (Some(_), _) => (TextRole::Notable, "↻"),
        (None, SignatureState::Valid) => (TextRole::Good, "✔"),
        (None, SignatureState::Unsigned) => (TextRole::Plain, "○"),
        (None, SignatureState::Invalid) => (TextRole::Bad, "✘"),
    };
    StyledLine::new(style).put(ink, sign)
}

/// A body on one line for quoting, without the quotes: breaks become spaces; cut to so many columns. `None` when there
/// is nothing to quote.
pub(crate) fn excerpt_body(body: &[u8], columns: usize) -> Option<Sanitised> {
    // What lies further behind than this cannot be seen.
    let start = body.trim_ascii_start();
    let head = &start[..start.len().min(16 * columns)];
    let line: Vec<u8> = head.trim_ascii_end().iter().map(|b| if b.is_ascii_whitespace() { b' ' } else { *b }).collect();
    (!line.is_empty()).then(|| Sanitised::bytes(&line).clip(columns))
}

/// The first words of an answer, or those of a failure.
pub(crate) fn excerpt_outcome(outcome: &AttemptOutcome) -> String {
    match outcome {
        AttemptOutcome::Answered(answer) => {
            excerpt_body(&answer.body, 200).map(|words| words.as_str().to_owned()).unwrap_or_default()
        }
        other => other.detail().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
