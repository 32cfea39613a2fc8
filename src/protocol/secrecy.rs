//! Secrets and keys that are known here, taken out of what is shown: senders put them into paths, queries and bodies
//! by mistake, or because somebody copied the wrong line.
//!
//! Found as they are, in UTF-16, in hexadecimal and in Base64 (both alphabets, at each of the three places that a byte can have
//! in a group), each of them also with escapes of URLs, JSON, HTML and shells, cut off at an ellipsis on either side, or
//! broken over lines; and all of that in Base64 once or twice more.

use encoded::{find_encoded, join};

use super::arrival::REDACTED;
use super::body::hex_digits;
use super::signature::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use zeroize::Zeroizing;

mod encoded;
#[cfg(test)]
mod tests;

/// Shorter secrets stand in too much else.
const LEAST: usize = 8;

/// Digits alone may be any number.
const LEAST_DIGITS: usize = 16;

/// The least beginning or end that is taken for a secret where the rest was cut off.
const LEAST_CUT: usize = 12;

/// What stands where something was cut, and the same where there is nothing but ASCII.
const CUTS: [&[u8]; 2] = ["…".as_bytes(), b"~"];

/// How often what is looked for may be in Base64, beyond the forms that are themselves in it.
const LAYERS: usize = 2;

/// What was escaped five times has no more of them. A sender may send a million.
const MOST_BACKSLASHES: usize = 31;

/// What stands between two lines of this program's own is no longer, nor is a colour.
const LONGEST_BREAK: usize = 200;
const LONGEST_COLOUR: usize = 12;

/// Words that programs read are no longer.
const LONGEST_NAME: usize = 24;

/// What is to be taken out.
#[derive(Clone, Default)]
pub(crate) struct SecretMask {
    forms: Vec<SecretForm>,
    /// Bytes that one of the forms may begin with.
    starts: Vec<bool>,
    /// By a byte in lower case, which forms go on with it, and where: what is left of one that was cut begins anywhere.
    tails: Vec<Vec<(usize, usize)>>,
}

/// What is to be taken out, as several who print share it: a secret may become known while they do.
#[derive(Clone, Default, Debug)]
pub(crate) struct SharedMask(Arc<RwLock<SecretMask>>);

impl SharedMask {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, SecretMask> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, SecretMask> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One way to write a secret.
#[derive(Clone)]
struct SecretForm {
    bytes: Zeroizing<Vec<u8>>,
    any_case: bool,
    /// Whether it may be a word of this program's own, such as the name of a member.
    wordy: bool,
}

impl fmt::Debug for SecretMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretMask({} forms)", self.forms.len())
    }
}

impl SecretMask {
    /// Takes this secret out as well.
    pub(crate) fn add(&mut self, secret: &Secret) {
        let bytes = secret.expose();
        let digits = bytes.iter().all(u8::is_ascii_digit);
        if bytes.len() < if digits { LEAST_DIGITS } else { LEAST } {
            return;
        }
        self.starts.resize(256, false);
        for form in list_forms(bytes) {
            if self.forms.iter().any(|known| known.bytes == form.bytes) {
                continue;
            }
            let first = form.bytes[0];
            // Escapes of URLs, of JSON and of HTML, and the blank of forms.
            let begins = [first, first.to_ascii_lowercase(), first.to_ascii_uppercase(), b'%', b'\\', b'&'];
            begins.into_iter().for_each(|byte| self.starts[usize::from(byte)] = true);
            self.starts[usize::from(b'+')] |= first == b' ';
            self.forms.push(form);
        }
        self.index_tails();
    }

    /// Leaves this secret where it stands from now on.
    pub(crate) fn remove(&mut self, secret: &Secret) {
        let forms = list_forms(secret.expose());
        self.forms.retain(|known| forms.iter().all(|form| form.bytes != known.bytes));
        self.index_tails();
    }

    fn index_tails(&mut self) {
        self.tails = vec![Vec::new(); 256];
        for (at, form) in self.forms.iter().enumerate() {
            for (from, byte) in form.bytes.iter().enumerate().skip(1) {
                self.tails[usize::from(byte.to_ascii_lowercase())].push((at, from));
            }
        }
    }

    /// The text with `[redacted]` in place of each secret; borrowed where there was none.
    pub(crate) fn apply<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let found = self.find(text, text.len());
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = Vec::with_capacity(text.len());
        let mut done = 0;
        for secret in found {
            out.extend_from_slice(&text[done..secret.start]);
            out.extend_from_slice(REDACTED);
            done = secret.end;
        }
        out.extend_from_slice(&text[done..]);
        Cow::Owned(out)
    }

    /// Where the secrets are that begin before a place, in order. For who lays bytes out in a way in which
    /// [`Self::apply`] would not find them again.
    pub(crate) fn find(&self, text: &[u8], before: usize) -> Vec<Range<usize>> {
        if self.forms.is_empty() {
            return Vec::new();
        }
        self.find_within(text, before, LAYERS)
    }

    /// The same in so many layers of Base64: a body that has some may itself be shown in it.
    fn find_within(&self, text: &[u8], before: usize, layers: usize) -> Vec<Range<usize>> {
        let mut found = self.find_forms(text, before);
        if layers > 0 {
            let encoded = find_encoded(text, before, |within| self.find_within(within, within.len(), layers - 1));
            if !encoded.is_empty() {
                found.extend(encoded);
                found = join(found);
            }
        }
        found
    }

    fn find_forms(&self, text: &[u8], before: usize) -> Vec<Range<usize>> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < before {
            let begins = self.starts[usize::from(text[at])];
            // Asked at every byte of every message: the last one of a mark decides nearly always.
            let may_be_cut = at > 0 && CUTS.iter().any(|cut| cut.ends_with(&text[at - 1..at]));
            let was_cut = may_be_cut && CUTS.iter().any(|cut| text[..at].ends_with(cut));
            let whole = begins.then(|| self.find_end(text, at)).flatten();
            match whole.or_else(|| was_cut.then(|| self.find_tail_end(text, at)).flatten()) {
                Some(end) => {
                    found.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Puts `*` in place of each byte of a secret in an excerpt, which may begin and end within one.
    pub(crate) fn blot(&self, excerpt: &mut [u8]) {
        let (cut, end) = (CUTS[0], excerpt.len());
        for secret in self.find(&[cut, excerpt, cut].concat(), cut.len() + end) {
            let [start, end] = [secret.start, secret.end].map(|at| at.saturating_sub(cut.len()).min(end));
            excerpt[start..end].fill(b'*');
        }
    }

    /// Where the longest secret that begins here ends.
    fn find_end(&self, text: &[u8], at: usize) -> Option<usize> {
        let begun = self.forms.iter().filter(|form| form.may_begin_with(text[at]));
        let ends = begun.filter_map(|form| Some((form, form.find_end(text, at)?)));
        ends.filter(|(form, end)| !(form.wordy && is_member_name(text, at, *end))).map(|(_, end)| end).max()
    }

    /// Where the longest end of a secret that was cut off before this place ends.
    fn find_tail_end(&self, text: &[u8], at: usize) -> Option<usize> {
        let byte = text[at];
        let meant = read_escape(text, at).map(|(meant, _)| meant).filter(|meant| !meant.eq_ignore_ascii_case(&byte));
        let bytes = [Some(byte), meant, (byte == b'+').then_some(b' ')].into_iter().flatten();
        let tails = bytes.flat_map(|byte| &self.tails[usize::from(byte.to_ascii_lowercase())]);
        let ends = tails.filter_map(|(form, from)| self.forms[*form].find_end_from(*from, text, at));
        ends.filter(|end| end - at >= LEAST_CUT).max()
    }
}

/// Hexadecimal, Base64, and the bytes themselves.
fn list_forms(secret: &[u8]) -> Vec<SecretForm> {
    let wordy = secret.len() <= LONGEST_NAME && secret.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    let form = |bytes: Vec<u8>| SecretForm { bytes: Zeroizing::new(bytes), any_case: false, wordy: false };
    let hex: Vec<u8> = secret.iter().flat_map(|&byte| hex_digits(byte)).map(|digit| digit as u8).collect();
    // Hosts and names of headers lose their capitals.
    let mut forms =
        vec![SecretForm { wordy, any_case: true, ..form(secret.to_vec()) }, SecretForm { any_case: true, ..form(hex) }];
    // UTF-16, with either byte first.
    let wide = Zeroizing::new(secret.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>());
    forms.push(SecretForm { any_case: true, ..form(wide[..wide.len() - 1].to_vec()) });
    for before in 0..3 {
        let padded = Zeroizing::new([&[0; 2][..before], secret].concat());
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
        // Digits that a neighbouring byte has part in are left out.
        let own = &encoded.as_bytes()[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
        let for_urls: Vec<u8> = own
            .iter()
            .map(|digit| match digit {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect();
        forms.push(form(own.to_vec()));
        forms.push(form(for_urls));
    }
    forms
}

/// Whether these bytes are the name of a member of a record, in quotation marks and before a colon.
fn is_member_name(text: &[u8], start: usize, end: usize) -> bool {
    start.checked_sub(1).is_some_and(|before| text[before] == b'"') && text[end..].starts_with(b"\":")
}

impl SecretForm {
    /// Whether its first byte may be written with this one: itself, or an escape. Rules most of them out at nearly every place.
    fn may_begin_with(&self, byte: u8) -> bool {
        matches!(byte, b'%' | b'\\' | b'&' | b'+') || byte.eq_ignore_ascii_case(&self.bytes[0])
    }

    /// Where it ends, if it begins here.
    fn find_end(&self, text: &[u8], start: usize) -> Option<usize> {
        self.find_end_from(0, text, start)
    }

    /// The same for what is left of it from one of its bytes on.
    fn find_end_from(&self, from: usize, text: &[u8], start: usize) -> Option<usize> {
        let mut at = start;
        for (found, wanted) in self.bytes[from..].iter().enumerate() {
            match self.read_byte(text, at, *wanted).or_else(|| self.read_behind_break(text, at, found, *wanted)) {
                Some(next) => at = next,
                None => {
                    return (found >= LEAST_CUT && CUTS.iter().any(|cut| text[at..].starts_with(cut))).then_some(at);
                }
            }
        }
        Some(at)
    }

    /// Where the text goes on behind this byte, written plainly or escaped.
    fn read_byte(&self, text: &[u8], at: usize, wanted: u8) -> Option<usize> {
        let fits = |byte: u8| byte == wanted || self.any_case && byte.eq_ignore_ascii_case(&wanted);
        let byte = *text.get(at)?;
        // First the escape: a backslash may itself be written as one.
        match read_escape(text, at) {
            Some((meant, next)) if fits(meant) => Some(next),
            _ => (fits(byte) || byte == b'+' && wanted == b' ').then_some(at + 1),
        }
    }

    /// The same where a line was broken within a secret, and the next one is indented; in its place a blank may have stood.
    fn read_behind_break(&self, text: &[u8], at: usize, found: usize, wanted: u8) -> Option<usize> {
        let next = at + measure_break(text.get(at..).filter(|_| found > 0)?)?;
        if wanted == b' ' { Some(next) } else { self.read_byte(text, next, wanted) }
    }
}

/// The byte that an escape here means, and where the text goes on.
fn read_escape(text: &[u8], at: usize) -> Option<(u8, usize)> {
    match text.get(at)? {
        b'%' => read_percent(text, at),
        b'\\' => read_backslash(text, at),
        b'&' => read_entity(text, at),
        // As shells have it within quotation marks.
        b'\'' if text[at..].starts_with(br"'\''") => Some((b'\'', at + 4)),
        _ => None,
    }
}

/// How long blanks, ends of lines, escaped or not, and the colours around them are; `None` for blanks alone.
fn measure_break(text: &[u8]) -> Option<usize> {
    let (mut at, mut breaks) = (0, false);
    while let Some(byte) = text.get(at).filter(|_| at < LONGEST_BREAK) {
        let length = match byte {
            b' ' | b'\r' | b'\n' => 1,
            b'\\' if matches!(text.get(at + 1), Some(b'r' | b'n')) => 2,
            b'\x1b' => text[at..].iter().take(LONGEST_COLOUR).position(|byte| *byte == b'm')? + 1,
            _ => break,
        };
        at += length;
        breaks |= *byte != b' ';
    }
    breaks.then_some(at)
}

/// `%41`, and `%2541` where it was escaped again.
fn read_percent(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let mut at = at + 1;
    while text.get(at..)?.starts_with(b"25") {
        at += 2;
    }
    Some((read_hex(text.get(at..at + 2)?)?, at + 2))
}

/// `\u0041`, `\u{41}`, `\x41`, `\101`, `\"` and the like, with as many backslashes as it was escaped times.
fn read_backslash(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let at = at + text.get(at..)?.iter().take(MOST_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    match text.get(at)? {
        b'u' if text.get(at + 1) == Some(&b'{') => {
            let digits = text.get(at + 2..)?.iter().take(7).position(|byte| *byte == b'}')?;
            let number = std::str::from_utf8(&text[at + 2..at + 2 + digits]).ok()?;
            Some((u8::from_str_radix(number, 16).ok()?, at + 3 + digits))
        }
        b'u' => {
            let high = text.get(at + 1..at + 3)?;
            (high == b"00").then_some(())?;
            Some((read_hex(text.get(at + 3..at + 5)?)?, at + 5))
        }
        b'x' => Some((read_hex(text.get(at + 1..at + 3)?)?, at + 3)),
        b'n' => Some((b'\n', at + 1)),
        b'r' => Some((b'\r', at + 1)),
        b't' => Some((b'\t', at + 1)),
        b'0'..=b'3' if is_octal(text.get(at..at + 3)) => {
            Some((text[at..at + 3].iter().fold(0, |sum, digit| sum * 8 + (digit - b'0')), at + 3))
        }
        other => Some((*other, at + 1)),
    }
}

fn is_octal(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|digits| digits.iter().all(|digit| matches!(digit, b'0'..=b'7')))
}

/// The characters that HTML and XML have names for, and any by its number.
fn read_entity(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let names: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    let rest = text.get(at..)?;
    if rest.starts_with(b"&#") {
        return read_numbered_entity(rest).map(|(byte, length)| (byte, at + length));
    }
    names.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, byte)| (*byte, at + name.len()))
}

/// `&#65;` and `&#x41;`, with leading zeros or not, and how long it is.
fn read_numbered_entity(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let number = std::str::from_utf8(&text[2..end]).ok()?;
    let byte = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => number.parse(),
    };
    Some((byte.ok()?, end + 1))
}

fn read_hex(digits: &[u8]) -> Option<u8> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}
