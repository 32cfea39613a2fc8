//! The scanner: bytes in, tokens out, the grammar of RFC 8259 checked on the way.
//!
//! It knows which token may come next and which brackets are open, and nothing else. Open brackets are kept as one
//! bit each, so that depth costs an eighth of a byte a level and never the call stack.

use super::{JsonSyntaxError, JsonToken, JsonTokenKind};

/// Starts reading a text. The iterator ends after the document, or after its first error.
pub fn scan_tokens(text: &[u8]) -> JsonTokens<'_> {
    JsonTokens { text, at: 0, expect: ExpectedToken::Value, open: OpenBrackets::default() }
}

/// The tokens of a text, in order, each checked against the grammar when it is reached.
#[derive(Debug, Clone)]
pub struct JsonTokens<'a> {
    text: &'a [u8],
    at: usize,
    expect: ExpectedToken,
    open: OpenBrackets,
}

/// What the grammar allows next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExpectedToken {
    Value,
    /// A value, or the end of the array that has just begun.
    FirstElement,
    /// The name of a member, or the end of the object that has just begun.
    FirstMember,
    /// The name of a member.
    Member,
    /// The colon behind a name.
    Colon,
    /// A comma, or the end of the innermost object or array.
    CommaOrClose,
    /// Nothing: the document is complete, or an error was told.
    Nothing,
}

impl JsonTokens<'_> {
    /// How many objects and arrays are open behind the token that was given last.
    pub fn depth(&self) -> usize {
        self.open.depth
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn token(&mut self, byte: u8) -> Result<JsonTokenKind, JsonSyntaxError> {
        match (self.expect, byte) {
            (ExpectedToken::FirstElement, b']') | (ExpectedToken::FirstMember, b'}') => Ok(self.close(byte)),
            (ExpectedToken::Value | ExpectedToken::FirstElement, _) => self.value(byte),
            (ExpectedToken::FirstMember | ExpectedToken::Member, b'"') => self.key(),
            (ExpectedToken::FirstMember | ExpectedToken::Member, _) => self.fault("the name of a member was expected"),
            (ExpectedToken::Colon, b':') => Ok(self.mark(JsonTokenKind::Colon, ExpectedToken::Value)),
            (ExpectedToken::Colon, _) => self.fault("a colon was expected"),
            (ExpectedToken::CommaOrClose, _) => self.comma_or_close(byte),
            (ExpectedToken::Nothing, _) => self.fault("something follows the end of the document"),
        }
    }

    fn value(&mut self, byte: u8) -> Result<JsonTokenKind, JsonSyntaxError> {
        let kind = match byte {
            b'"' => self.string(JsonTokenKind::String)?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'{' => return Ok(self.open(true)),
            b'[' => return Ok(self.open(false)),
            b't' => self.word(b"true", JsonTokenKind::True)?,
            b'f' => self.word(b"false", JsonTokenKind::False)?,
            b'n' => self.word(b"null", JsonTokenKind::Null)?,
            _ => return self.fault("a value was expected"),
        };
        self.expect = self.after_value();
        Ok(kind)
    }

    fn after_value(&self) -> ExpectedToken {
        if self.open.depth == 0 { ExpectedToken::Nothing } else { ExpectedToken::CommaOrClose }
    }

    fn key(&mut self) -> Result<JsonTokenKind, JsonSyntaxError> {
        self.expect = ExpectedToken::Colon;
        self.string(JsonTokenKind::Key)
    }

    /// Takes one byte as a token.
    fn mark(&mut self, kind: JsonTokenKind, expect: ExpectedToken) -> JsonTokenKind {
        self.at += 1;
        self.expect = expect;
        kind
    }

    fn open(&mut self, object: bool) -> JsonTokenKind {
        self.open.push(object);
        if object {
            self.mark(JsonTokenKind::ObjectOpen, ExpectedToken::FirstMember)
        } else {
            self.mark(JsonTokenKind::ArrayOpen, ExpectedToken::FirstElement)
        }
    }

    fn close(&mut self, byte: u8) -> JsonTokenKind {
        self.open.pop();
        let expect = self.after_value();
        self.mark(if byte == b'}' { JsonTokenKind::ObjectClose } else { JsonTokenKind::ArrayClose }, expect)
    }

    fn comma_or_close(&mut self, byte: u8) -> Result<JsonTokenKind, JsonSyntaxError> {
        match (byte, self.open.in_object()) {
            (b',', true) => Ok(self.mark(JsonTokenKind::Comma, ExpectedToken::Member)),
            (b',', false) => Ok(self.mark(JsonTokenKind::Comma, ExpectedToken::Value)),
            (b'}', true) | (b']', false) => Ok(self.close(byte)),
            (_, true) => self.fault("a comma or } was expected"),
            (_, false) => self.fault("a comma or ] was expected"),
        }
    }

    fn word(&mut self, word: &'static [u8], kind: JsonTokenKind) -> Result<JsonTokenKind, JsonSyntaxError> {
        if !self.text[self.at..].starts_with(word) {
            return self.fault("a value was expected");
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<JsonTokenKind, JsonSyntaxError> {
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(JsonTokenKind::Number)
    }

    fn digits(&mut self) -> Result<(), JsonSyntaxError> {
        let run = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += run;
        if run == 0 { self.fault("a digit was expected") } else { Ok(()) }
    }

    fn string(&mut self, kind: JsonTokenKind) -> Result<JsonTokenKind, JsonSyntaxError> {
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.iter().position(|&byte| ENDS_RUN[usize::from(byte)]).unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return self.fault("a control character in a string"),
                None => return self.fault("the text ends inside a string"),
            }
        }
        self.at += 1;
        Ok(kind)
    }

    fn escape(&mut self) -> Result<(), JsonSyntaxError> {
        let rest = &self.text[self.at + 1..];
        match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') if rest.len() > 4 && rest[1..5].iter().all(u8::is_ascii_hexdigit) => self.at += 6,
            Some(b'u') => return self.fault("four hexadecimal digits must follow \\u"),
            Some(_) => return self.fault("an unknown escape in a string"),
            None => return self.fault("the text ends inside a string"),
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn fault<T>(&self, message: &'static str) -> Result<T, JsonSyntaxError> {
        Err(JsonSyntaxError { offset: self.at, message })
    }

    /// What the end of the text means here, told once.
    fn end(&mut self) -> Option<JsonSyntaxError> {
        let early = self.expect != ExpectedToken::Nothing;
        self.expect = ExpectedToken::Nothing;
        early.then_some(JsonSyntaxError { offset: self.text.len(), message: "the text ends before the document does" })
    }
}

impl<'a> Iterator for JsonTokens<'a> {
    type Item = Result<JsonToken<'a>, JsonSyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blanks();
        let start = self.at;
        let Some(&byte) = self.text.get(start) else { return self.end().map(Err) };
        let kind = self.token(byte);
        if kind.is_err() {
            (self.at, self.expect) = (self.text.len(), ExpectedToken::Nothing);
        }
        Some(kind.map(|kind| JsonToken { kind, start, bytes: &self.text[start..self.at] }))
    }
}

impl std::iter::FusedIterator for JsonTokens<'_> {}

/// The bytes at which a run of plain string content stops: control characters, the quote and the backslash.
static ENDS_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// The open brackets, innermost in the lowest bit of `low`: 1 for an object, 0 for an array.
#[derive(Debug, Clone, Default)]
struct OpenBrackets {
    depth: usize,
    low: u64,
    /// Full words, outermost first. Stays unallocated for the first 64 levels.
    full: Vec<u64>,
}

impl OpenBrackets {
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.full.push(self.low);
        }
        self.low = self.low << 1 | u64::from(object);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.low >>= 1;
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.low = self.full.pop().unwrap_or_default();
        }
    }

    fn in_object(&self) -> bool {
        self.low & 1 == 1
    }
}
