//! A secret as a text that was pasted, kept with others, or read as a number.

use super::makers;
use crate::diagnose::forms::{cp1252_byte, cp1252_char};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// What people copy along from a sentence, a list, a configuration file.
const ENDS: [u8; 5] = [b';', b',', b'.', b':', b'%'];

/// What a shell, a list or a mail puts before a line.
const STARTS: [&str; 5] = ["$ ", "> ", "# ", "- ", "* "];

/// With or without a mark at its end, without brackets or typographic quotes around it.
pub(super) fn punctuated(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = ENDS.map(|end| [secret, &[end]].concat()).into();
    keys.extend(secret.split_last().filter(|(last, _)| ENDS.contains(last)).map(|(_, rest)| rest.to_vec()));
    let text = String::from_utf8_lossy(secret);
    keys.extend(STARTS.map(|start| [start.as_bytes(), secret].concat()));
    keys.extend(STARTS.iter().filter_map(|start| text.strip_prefix(start)).map(|rest| rest.as_bytes().to_vec()));
    for pair in [["<", ">"], ["[", "]"], ["{", "}"], ["(", ")"], ["\u{201c}", "\u{201d}"], ["\u{2018}", "\u{2019}"]] {
        let inner = text.strip_prefix(pair[0]).and_then(|rest| rest.strip_suffix(pair[1]));
        keys.extend(inner.map(|inner| inner.as_bytes().to_vec()));
    }
    keys
}

/// What is seen as one character and is another, and what is not seen at all.
const DASHES: [char; 5] = ['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}'];
const UNSEEN: [char; 9] =
    ['\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{a0}'];

/// Without what nobody sees, without blanks and line breaks inside, with plain hyphens and quotes.
pub(super) fn cleaned(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(secret);
    let seen: String = text.chars().filter(|c| !UNSEEN.contains(c)).collect();
    let plain: String = seen
        .chars()
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            dash if DASHES.contains(&dash) => '-',
            other => other,
        })
        .collect();
    let joined: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    // Colours of a terminal.
    let bare = text.split('\u{1b}').enumerate().map(|(at, part)| match part.split_once('m') {
        Some((codes, rest)) if at > 0 && codes.starts_with('[') => rest,
        _ => part,
    });
    let bare: String = bare.collect();
    let joined = if text.contains('\u{1b}') { bare } else { joined };
    [seen.trim().to_owned(), seen, plain.trim().to_owned(), plain, joined].map(String::into_bytes).into()
}

const UMLAUTS: [(&str, &str); 7] = [
    ("\u{e4}", "ae"),
    ("\u{f6}", "oe"),
    ("\u{fc}", "ue"),
    ("\u{c4}", "Ae"),
    ("\u{d6}", "Oe"),
    ("\u{dc}", "Ue"),
    ("\u{df}", "ss"),
];

/// What is beyond ASCII in another charset or normalisation.
pub(super) fn recoded(secret: &[u8]) -> Vec<Vec<u8>> {
    if secret.is_ascii() {
        return Vec::new();
    }
    let doubled: String = secret.iter().copied().map(char::from).collect();
    let Ok(text) = std::str::from_utf8(secret) else { return vec![doubled.into_bytes()] };
    let narrow = |c: char| u8::try_from(u32::from(c)).unwrap_or(b'?');
    let ascii = |c: char| if c.is_ascii() { c } else { '?' };
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    let bare: String = apart.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    let spelled = UMLAUTS.iter().fold(text.to_owned(), |text, (letter, spelled)| text.replace(letter, spelled));
    let undone = text.chars().map(cp1252_byte).collect::<Option<Vec<u8>>>();
    [
        text.chars().map(narrow).collect(),
        doubled.into_bytes(),
        text.chars().map(ascii).collect::<String>().into_bytes(),
        ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned().into_bytes(),
        DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned().into_bytes(),
        text.chars().filter(char::is_ascii).collect::<String>().into_bytes(),
        text.chars().map(|c| cp1252_byte(c).unwrap_or(b'?')).collect(),
        bare.into_bytes(),
        spelled.into_bytes(),
        ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned().into_bytes(),
        secret.iter().map(|byte| cp1252_char(*byte)).collect::<String>().into_bytes(),
    ]
    .into_iter()
    .chain(undone)
    .collect()
}

/// As YAML, JSON and spreadsheets write what they take for a number.
pub(super) fn renumbered(secret: &[u8]) -> Vec<Vec<u8>> {
    let Ok(spelled) = std::str::from_utf8(secret) else { return Vec::new() };
    let text = &spelled.replace('_', "");
    if let Some(number) = text.strip_prefix("0x").and_then(|digits| u128::from_str_radix(digits, 16).ok()) {
        return vec![number.to_string().into_bytes()];
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let (Some(number), true) = (number, text.starts_with(|c: char| c.is_ascii_digit())) else { return Vec::new() };
    let exponent = format!("{number:e}");
    let octal = text.strip_prefix('0').and_then(|digits| u128::from_str_radix(digits, 8).ok());
    let mut keys = vec![
        text.trim_start_matches('0').to_owned(),
        format!("{number}"),
        format!("{number}.0"),
        exponent.clone(),
        exponent.replace('e', "e+"),
        exponent.replace('e', "E+"),
        exponent.replace('e', "E"),
    ];
    keys.extend(octal.map(|octal| octal.to_string()));
    keys.push(text.to_owned());
    // Excel keeps fifteen digits and shows six; PHP printed fourteen.
    for digits in [4, 5, 13, 14] {
        let short = format!("{number:.digits$e}");
        let (mantissa, power) = short.split_once('e').unwrap_or((&short, "0"));
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        keys.extend([
            format!("{mantissa}E+{power:0>2}"),
            format!("{mantissa}e+{power}"),
            format!("{mantissa}E+{power}"),
        ]);
        keys.push(short.parse::<f64>().unwrap_or(number).to_string());
    }
    keys.into_iter().map(String::into_bytes).collect()
}

/// Without the hyphens and colons between its digits, as it stands and decoded from hexadecimal.
pub(super) fn joined(secret: &[u8]) -> Vec<Vec<u8>> {
    let digits: Vec<u8> = secret.iter().copied().filter(|byte| !matches!(byte, b'-' | b':' | b' ')).collect();
    let is_hex = digits.len() < secret.len() && digits.iter().all(u8::is_ascii_hexdigit);
    let plain: Vec<u8> = secret.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    match is_hex {
        true => [vec![digits.clone()], makers::hex_decoded(&digits)].concat(),
        false => vec![digits, plain],
    }
}

/// Each of several secrets that stand together.
pub(super) fn one_of_several(secret: &[u8]) -> Vec<Vec<u8>> {
    let separators: [fn(&u8) -> bool; 8] = [
        |byte| matches!(byte, b'<' | b'>' | b'"'),
        |byte| *byte == b'=',
        |byte| *byte == b'@',
        |byte| *byte == b'\n',
        |byte| *byte == b',',
        |byte| *byte == b';',
        u8::is_ascii_whitespace,
        |byte| matches!(byte, b'|' | b':'),
    ];
    let parts = |separator: fn(&u8) -> bool| {
        let parts: Vec<&[u8]> =
            secret.split(separator).map(<[u8]>::trim_ascii).filter(|part| part.len() >= 4).collect();
        if secret.iter().any(separator) { parts.into_iter().take(8).map(<[u8]>::to_vec).collect() } else { Vec::new() }
    };
    separators.into_iter().flat_map(parts).collect()
}

/// `JSON.stringify` of a Node buffer that holds it.
pub(super) fn buffer_json(secret: &[u8]) -> Vec<Vec<u8>> {
    let list = secret.iter().map(u8::to_string).collect::<Vec<_>>();
    vec![
        format!("{{\"type\":\"Buffer\",\"data\":[{}]}}", list.join(",")).into_bytes(),
        format!("[{}]", list.join(", ")).into_bytes(),
        list.join(",").into_bytes(),
    ]
}
