//! How each language writes a number that it has read from JSON.
//!
//! All of them print the shortest digits that read back as the same double; they differ in when they use an exponent,
//! how they write it, and whether a whole number keeps its `.0`. Each rule below was compared with what the program
//! itself writes (`tests/counterparts/writers`).

/// A way of writing numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberStyle {
    /// As they were written: the writer keeps the text.
    Kept,
    /// JavaScript: every number is a double.
    JavaScript,
    /// Go's `interface{}`: like JavaScript, with a negative zero.
    Go,
    /// Python: whole numbers stay whole, `1e+21`, `1e-05`.
    Python,
    /// PHP: `1.0` becomes `1`, `1.0e+21`.
    Php,
    /// PHP with `JSON_PRESERVE_ZERO_FRACTION`: `1.0` stays.
    PhpFraction,
    /// PHP with 17 digits: `0.10000000000000001`.
    PhpLong,
    /// PHP with 14 digits.
    PhpShort,
    /// PHP with `JSON_BIGINT_AS_STRING`.
    PhpBigText,
    /// Ruby: `1.0e+21`, `1.0e-05`.
    Ruby,
    /// Java's `Double.toString` for what has a fraction: `1.0E21`.
    Java,
    /// The same for every number: Gson's `Object`.
    JavaDouble,
    /// Json.NET: `1E+21`.
    DotNet,
    /// Rust's serde_json: `1e21`.
    Serde,
}

/// The digits of a double: value = 0.d₁d₂d₃… × 10^point.
struct DecimalDigits {
    negative: bool,
    digits: String,
    point: i32,
}

impl DecimalDigits {
    fn of(number: f64) -> Self {
        let shortest = format!("{:e}", number.abs());
        let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
        let digits = mantissa.replace('.', "");
        Self { negative: number.is_sign_negative(), digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    /// Without exponent, `.0` behind whole numbers where `fraction` asks for it.
    fn plain(&self, fraction: bool) -> String {
        let sign = if self.negative { "-" } else { "" };
        let tail = if fraction { ".0" } else { "" };
        let digits = &self.digits;
        let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
        if self.point <= 0 {
            let zeros = "0".repeat(self.point.unsigned_abs() as usize);
            format!("{sign}0.{zeros}{digits}")
        } else if self.point >= count {
            let zeros = "0".repeat((self.point - count).unsigned_abs() as usize);
            format!("{sign}{digits}{zeros}{tail}")
        } else {
            let (whole, rest) = digits.split_at(self.point.unsigned_abs() as usize);
            format!("{sign}{whole}.{rest}")
        }
    }

    /// With an exponent: `fraction` keeps `.0`, `e` is how the exponent begins, `width` its least digits.
    fn scientific(&self, fraction: bool, e: [&str; 2], width: usize) -> String {
        let sign = if self.negative { "-" } else { "" };
        let (first, rest) = self.digits.split_at(1);
        let rest = match (rest.is_empty(), fraction) {
            (true, true) => ".0".to_owned(),
            (true, false) => String::new(),
            (false, _) => format!(".{rest}"),
        };
        let exponent = self.point - 1;
        let e = e[usize::from(exponent < 0)];
        format!("{sign}{first}{rest}{e}{:0width$}", exponent.unsigned_abs())
    }
}

/// Writes a number of a document; `None` where this writer would fail.
pub(super) fn write_number(spelled: &str, numbers: NumberStyle) -> Option<String> {
    let whole = !spelled.contains(['.', 'e', 'E']);
    match numbers {
        NumberStyle::Kept => Some(spelled.to_owned()),
        NumberStyle::JavaScript => Some(javascript(spelled)),
        NumberStyle::Go => go(spelled),
        NumberStyle::Python | NumberStyle::Ruby | NumberStyle::Java if whole => Some(integer(spelled)),
        NumberStyle::DotNet if whole => Some(spelled.to_owned()),
        NumberStyle::Php | NumberStyle::PhpFraction => php(spelled, whole, numbers == NumberStyle::PhpFraction),
        NumberStyle::PhpLong => php_precise(spelled, whole, 17),
        NumberStyle::PhpShort => php_precise(spelled, whole, 14),
        NumberStyle::PhpBigText if whole && spelled.parse::<i64>().is_err() => Some(format!("\"{spelled}\"")),
        NumberStyle::PhpBigText => php(spelled, whole, false),
        NumberStyle::Serde => serde(spelled),
        _ => double(spelled.parse().ok()?, numbers),
    }
}

/// Arbitrary precision; only a negative zero changes.
fn integer(spelled: &str) -> String {
    if spelled == "-0" { "0".into() } else { spelled.to_owned() }
}

fn javascript(spelled: &str) -> String {
    match spelled.parse::<f64>() {
        Ok(number) if number.is_finite() => ryu_js::Buffer::new().format_finite(number + 0.0).to_owned(),
        _ => "null".to_owned(),
    }
}

fn go(spelled: &str) -> Option<String> {
    let number: f64 = spelled.parse().ok()?;
    match number {
        _ if !number.is_finite() => None,
        0.0 if number.is_sign_negative() => Some("-0".into()),
        _ => Some(javascript(spelled)),
    }
}

fn php(spelled: &str, whole: bool, fraction: bool) -> Option<String> {
    if whole && spelled == "-0" {
        return Some(if fraction { "-0.0" } else { "-0" }.into());
    }
    if whole && spelled.parse::<i64>().is_ok() {
        return Some(spelled.to_owned());
    }
    let number: f64 = spelled.parse().ok().filter(|number: &f64| number.is_finite())?;
    let digits = DecimalDigits::of(number);
    Some(if number != 0.0 && !(-3..=17).contains(&digits.point) {
        digits.scientific(true, ["e+", "e-"], 1)
    } else {
        digits.plain(fraction)
    })
}

/// So many digits, without the zeros at their end.
fn php_precise(spelled: &str, whole: bool, digits: i32) -> Option<String> {
    let number: f64 = spelled.parse().ok().filter(|number: &f64| number.is_finite())?;
    if number == 0.0 || whole && spelled.parse::<i64>().is_ok() {
        return php(spelled, whole, false);
    }
    let behind = usize::try_from(digits - 1).ok()?;
    let written = format!("{:.behind$e}", number.abs());
    let (mantissa, exponent) = written.split_once('e')?;
    let kept = mantissa.replace('.', "").trim_end_matches('0').to_owned();
    let point = exponent.parse::<i32>().ok()? + 1;
    let made = DecimalDigits { negative: number < 0.0, digits: kept, point };
    let is_long = point > digits || point < -3;
    Some(if is_long { made.scientific(true, ["e+", "e-"], 1) } else { made.plain(false) })
}

fn serde(spelled: &str) -> Option<String> {
    serde_json::from_str::<serde_json::Number>(spelled).ok().map(|number| number.to_string())
}

fn double(number: f64, numbers: NumberStyle) -> Option<String> {
    if number.is_infinite() {
        // Python alone reads and writes what is no JSON.
        return (numbers == NumberStyle::Python)
            .then(|| if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned());
    }
    let digits = DecimalDigits::of(number);
    // The exponent in d.ddd × 10^exponent.
    let exponent = digits.point - 1;
    let zero = number == 0.0;
    Some(match numbers {
        NumberStyle::Python if !zero && !(-4..16).contains(&exponent) => digits.scientific(false, ["e+", "e-"], 2),
        NumberStyle::Ruby if !zero && !(-4..16).contains(&exponent) => digits.scientific(true, ["e+", "e-"], 2),
        NumberStyle::Java | NumberStyle::JavaDouble if !zero && !(-3..7).contains(&exponent) => {
            digits.scientific(true, ["E", "E-"], 1)
        }
        NumberStyle::DotNet if !zero && !(-5..15).contains(&exponent) => digits.scientific(false, ["E+", "E-"], 2),
        _ => digits.plain(true),
    })
}
