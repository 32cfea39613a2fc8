//! What a finished command left behind: its exit code and its two streams.

use serde_json::Value;

/// The end of a command.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line, for messages.
    pub line: String,
    /// The exit code, 130 where SIGINT ended the process; `None` where another signal did.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap_or_else(|_| panic!("stdout is not UTF-8: {self}"))
    }

    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8(self.stderr.clone()).unwrap_or_else(|_| panic!("stderr is not UTF-8: {self}"))
    }

    /// The exit code must be this one.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        assert_eq!(self.code, Some(wanted), "{self}");
        self
    }

    /// All three must be these.
    #[track_caller]
    pub fn is(&self, code: i32, out: &str, err: &str) {
        let got = (self.code, self.out(), self.err());
        assert_eq!(got, (Some(code), out.to_owned(), err.to_owned()), "{self}");
    }

    /// Done, with this on stdout and nothing on stderr.
    #[track_caller]
    pub fn says(&self, out: &str) {
        self.is(0, out, "");
    }

    /// Standard output as records, one JSON object a line.
    #[track_caller]
    pub fn records(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line:?} is no record: {e}"));
        self.out().lines().map(parse).collect()
    }

    /// The only record of a type.
    #[track_caller]
    pub fn record(&self, kind: &str) -> Value {
        let mut found: Vec<Value> = self.records().into_iter().filter(|record| record["type"] == kind).collect();
        assert_eq!(found.len(), 1, "{kind} records in {self}");
        found.remove(0)
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        writeln!(f, "$ {}", self.line)?;
        writeln!(f, "exit code {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, text(&self.stdout), text(&self.stderr))
    }
}
