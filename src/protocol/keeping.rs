//! How much is kept, as people write it: a number of events, an age, a size.

use std::time::Duration;

/// Less cannot hold a store and what comes while the oldest go.
const SMALLEST: u64 = 1024 * 1024;

/// A number of events: `10000`, also `10,000` or `10_000`.
pub(crate) fn parse_count(text: &str) -> Result<u64, String> {
    match text.replace([',', '_'], "").parse() {
        Ok(0) => Err("keep at least 1 event; without this setting all are kept".into()),
        Ok(count) if i64::try_from(count).is_ok() => Ok(count),
        _ => Err("write a number of events, like 10000".into()),
    }
}

/// An age: `30d`, `12h`.
pub(crate) fn parse_age(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(age) if age.is_zero() => Err("keep events for some time; without this setting all are kept".into()),
        Ok(age) => Ok(age),
        Err(_) if text.parse::<f64>().is_ok() => Err(format!("it has no unit; write {text}d or {text}h")),
        Err(_) => Err("write an age like 30d or 12h".into()),
    }
}

/// A size: `500MiB`, `2 GB`; `M` alone is `MiB`.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" if text.is_empty() => return Err("write a size like 500MiB".into()),
        "" => return Err(format!("it has no unit; write {text}MiB")),
        "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1_048_576.0,
        "g" | "gib" => 1_073_741_824.0,
        "t" | "tib" => 1_099_511_627_776.0,
        _ => return Err("write a size like 500MiB or 2GB".into()),
    };
    match number.parse::<f64>() {
        Ok(number) if number * factor < SMALLEST as f64 => Err("the store needs at least 1 MiB".into()),
        Ok(number) if number * factor < 1e15 => Ok((number * factor) as u64),
        _ => Err("write a size like 500MiB or 2GB".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read() {
        assert_eq!((parse_count("10,000"), parse_count("7")), (Ok(10_000), Ok(7)));
        assert!(parse_count("0").is_err() && parse_count("-1").is_err() && parse_count("many").is_err());
        assert_eq!(parse_age("30d"), Ok(Duration::from_secs(30 * 86_400)));
        assert!(parse_age("30").unwrap_err().contains("30d") && parse_age("0s").is_err() && parse_age("x").is_err());
        assert_eq!((parse_size("500MiB"), parse_size("2 GB")), (Ok(500 << 20), Ok(2_000_000_000)));
        assert_eq!((parse_size("1.5g"), parse_size("4m")), (Ok(3 << 29), Ok(4 << 20)));
        assert!(parse_size("500").unwrap_err().contains("500MiB"));
        assert!(parse_size("10KiB").is_err() && parse_size("lots").is_err() && parse_size("").is_err());
    }
}
