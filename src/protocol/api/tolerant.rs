//! JSON whose numbers and text no reader takes, written so that the rest of it can be read: one odd member does not take
//! an answer away.

/// The same document, in which a whole number that is too large for readers stands in quotes, digit by digit, any other
/// one that is too large is null, and half a character is the sign for one that cannot be shown.
pub(super) fn mend_json(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    let mut quoted = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                quoted = !quoted;
                push(&mut out, &rest[..1])
            }
            '\\' if quoted => push_escape(&mut out, rest),
            '\0'..'\u{20}' if quoted => {
                out.push_str(&format!("\\u{:04x}", u32::from(first)));
                1
            }
            '-' | '0'..='9' if !quoted => push_number(&mut out, rest),
            other => push(&mut out, &rest[..other.len_utf8()]),
        };
        rest = &rest[length..];
    }
    out
}

fn push(out: &mut String, part: &str) -> usize {
    out.push_str(part);
    part.len()
}

/// An escape as it came; half of a pair becomes the sign for what cannot be shown.
fn push_escape(out: &mut String, rest: &str) -> usize {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    match (unit(0), unit(6)) {
        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => push(out, &rest[..12]),
        (Some(0xd800..=0xdfff), _) => {
            out.push_str("\\ufffd");
            6
        }
        _ => {
            let end = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            push(out, &rest[..end])
        }
    }
}

fn push_number(out: &mut String, rest: &str) -> usize {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    let number = &rest[..rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())];
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty();
    let fits = number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok();
    match number.parse::<f64>() {
        Ok(_) if is_whole && !fits => out.push_str(&format!("\"{number}\"")),
        Ok(value) if value.is_infinite() => out.push_str("null"),
        _ => out.push_str(number),
    }
    number.len()
}

#[cfg(test)]
mod tests {
    use super::mend_json;

    #[test]
    fn what_readers_take_is_left_as_it_is() {
        for text in [
            r#"{"a":[1,-2,3.5e10,18446744073709551615,-9223372036854775808],"b":"x\"\\\u00e4\ud83d\ude00 1e400 99999999999999999999"}"#,
            "",
            "\"\\",
            "\"\\u12",
            "\"\\ä",
            "-",
            "01",
        ] {
            assert_eq!(mend_json(text.as_bytes()), text);
        }
    }

    #[test]
    fn what_they_do_not_take_stands_for_itself() {
        for (text, mended) in [
            (&b"[36893488147419103232,-9223372036854775809]"[..], r#"["36893488147419103232","-9223372036854775809"]"#),
            (b"[1e400,-1.0E999,1e-400]", "[null,null,1e-400]"),
            (br#"["\ud800","\ude00x","\ud800\u0041"]"#, r#"["\ufffd","\ufffdx","\ufffd\u0041"]"#),
            (b"[\"J\xf6rg\"]", "[\"J\u{fffd}rg\"]"),
            (b"[\"a\nb\"]", r#"["a\u000ab"]"#),
        ] {
            assert_eq!(mend_json(text), mended);
        }
    }
}
