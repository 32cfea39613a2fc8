//! When things happened and how long answers took, ready to be drawn: `GET /api/timeline`.

use super::Inspector;
use super::answer::answer_records;
use super::query::EventSearch;
use crate::error::Error;
use crate::output::records::{self, LatencyFields, TimelineRecord};
use crate::protocol::latency::LatencyDistribution;
use crate::store::{TimelinePoint, TimelineSample};
use axum::response::Response;
use jiff::Timestamp;
use std::time::Duration;

/// Bars of a drawing.
const BARS: usize = 120;

/// The shortest span that is drawn where nobody chose one, in milliseconds: one event alone has none.
const SHORTEST_MS: i64 = 1_000;

/// Answers with the `timeline` record of a span, by the parameters `since` and `until_time`.
pub(super) async fn show_timeline(inspector: Inspector, query: &str) -> Result<Response, Error> {
    let now = inspector.0.around.clock.now();
    let filter = EventSearch::read(query, now)?.filter;
    let (since, until) = (filter.since, filter.until);
    let sample = inspector.0.readers.read(move |reader| Ok(reader.sample_timeline(since, until)?)).await?;
    Ok(answer_records(records::encode_record(now, &draw_timeline(&sample, (since, until)))))
}

fn draw_timeline(sample: &TimelineSample, (since, until): (Option<Timestamp>, Option<Timestamp>)) -> TimelineRecord {
    let times = || sample.arrivals.iter().chain(&sample.attempts).map(|point| point.at_ms);
    let from = since.map(Timestamp::as_millisecond).or_else(|| times().min());
    let from = from.or(until.map(|until| until.as_millisecond() - SHORTEST_MS)).unwrap_or_default();
    // The last one lies within the last bar.
    let last = times().max().map_or(from, |last| last + 1);
    let to = until.map_or(last.max(from + SHORTEST_MS), Timestamp::as_millisecond).max(from + 1);
    let count = |points: &[TimelinePoint], failed: bool| {
        let mut bars = vec![0; BARS];
        for point in points.iter().filter(|point| point.failed == failed) {
            let bar = (point.at_ms - from).saturating_mul(BARS as i64) / (to - from);
            bars[usize::try_from(bar).unwrap_or_default().min(BARS - 1)] += point.weight;
        }
        bars
    };
    let latencies =
        sample.attempts.iter().filter_map(|point| Some((Duration::from_micros(point.latency_us?), point.weight)));
    let all = || sample.arrivals.iter().chain(&sample.attempts);
    TimelineRecord {
        from: format_milliseconds(from),
        to: format_milliseconds(to),
        is_estimate: all().any(|point| point.weight > 1),
        arrivals: count(&sample.arrivals, false),
        acknowledged: count(&sample.attempts, false),
        failed: count(&sample.attempts, true),
        latency: LatencyDistribution::of(latencies.collect()).map(LatencyFields::of),
    }
}

fn format_milliseconds(at: i64) -> String {
    records::format_instant(Timestamp::from_millisecond(at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(times: &[i64]) -> Vec<TimelinePoint> {
        let point = |at_ms: &i64| TimelinePoint { at_ms: *at_ms, failed: *at_ms % 2 == 1, latency_us: None, weight: 1 };
        times.iter().map(point).collect()
    }

    fn filled(bars: &[u64]) -> Vec<usize> {
        (0..bars.len()).filter(|bar| bars[*bar] > 0).collect()
    }

    #[test]
    fn everything_lies_between_the_ends() {
        let sample = TimelineSample { arrivals: points(&[0, 119_998]), attempts: points(&[1, 119_999]) };
        let drawn = draw_timeline(&sample, (None, None));
        assert_eq!((filled(&drawn.arrivals), filled(&drawn.failed)), (vec![0, 119], vec![0, 119]));
        assert_eq!((drawn.from.as_str(), drawn.to.as_str()), ("1970-01-01T00:00:00.000Z", "1970-01-01T00:02:00.000Z"));
        assert!(filled(&drawn.acknowledged).is_empty() && drawn.latency.is_none());
    }

    #[test]
    fn nothing_and_one_moment_have_a_span_too() {
        let nothing = draw_timeline(&TimelineSample::default(), (None, None));
        assert_eq!(nothing.to, "1970-01-01T00:00:01.000Z");
        let one = TimelineSample { arrivals: points(&[60_000]), ..TimelineSample::default() };
        assert_eq!(filled(&draw_timeline(&one, (None, None)).arrivals), [0]);
        let (at, earlier) = (Timestamp::from_second(60).unwrap(), Timestamp::from_second(90).unwrap());
        let turned = draw_timeline(&TimelineSample::default(), (Some(earlier), Some(at)));
        assert_eq!(turned.to, "1970-01-01T00:01:30.001Z");
    }
}
