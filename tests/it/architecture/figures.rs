//! The house in figures: what is counted stays within what was reached. `cargo test --test it figures -- --nocapture`
//! prints them.

use super::source::Source;
use super::{cycles, is_test, shared_names};
use std::fmt;

/// What the production code comes to.
#[derive(Debug, Default)]
struct Figures {
    lines: usize,
    types: usize,
    shared: usize,
    circles: usize,
    public: usize,
    exchanges: Vec<String>,
    loose_records: usize,
    functions: Vec<usize>,
}

impl Figures {
    fn count(sources: &[Source]) -> Self {
        let mut figures =
            Self { shared: shared_names(sources).len(), circles: cycles(sources).len(), ..Self::default() };
        for source in sources.iter().filter(|source| !is_test(source)) {
            let source = source.production();
            figures.lines += source.text.lines().count();
            figures.types += source.types().len();
            figures.public += source.public_items();
            figures.exchanges.extend(source.structs_with(&["headers", "body"]));
            if !source.name.starts_with("output/records/") {
                figures.loose_records += source.code().matches("json!").count();
            }
            figures.functions.extend(source.functions().into_iter().map(|function| function.lines));
        }
        figures.functions.sort_unstable();
        figures
    }

    fn median(&self) -> usize {
        self.functions.get(self.functions.len() / 2).copied().unwrap_or_default()
    }

    fn longest(&self) -> usize {
        self.functions.last().copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "production lines              {}", self.lines)?;
        writeln!(f, "types                         {}", self.types)?;
        writeln!(f, "names that types share        {}", self.shared)?;
        writeln!(f, "circles between files         {}", self.circles)?;
        writeln!(f, "public items                  {}", self.public)?;
        writeln!(f, "structs with headers and body {}: {}", self.exchanges.len(), self.exchanges.join(", "))?;
        writeln!(f, "json! outside output/records  {}", self.loose_records)?;
        let (count, median, longest) = (self.functions.len(), self.median(), self.longest());
        write!(f, "functions                     {count}, median {median} lines, longest {longest}")
    }
}

#[test]
fn figures_stay_within_what_was_reached() {
    let figures = Figures::count(&Source::below("src"));
    println!("{figures}");
    assert_eq!((figures.shared, figures.circles), (0, 0), "{figures}");
    // What `main.rs`, the tests and the benches name; the compiler holds the rest to `pub(crate)`.
    assert!(figures.public <= 576, "{figures}");
    assert!(figures.exchanges.len() <= 10, "{figures}");
    // What programs read is a struct with a type, so that its schema can be made from it.
    assert_eq!(figures.loose_records, 0, "{figures}");
    assert!(figures.median() <= 8 && figures.longest() <= 54, "{figures}");
}

#[test]
fn figures_are_counted_right() {
    let production = "//! x\npub struct A { pub headers: H, body: B }\npub(super) fn f() {\n    json!({});\n}\n";
    let tests = "#[cfg(test)]\nmod tests {\n    pub fn g() {\n    }\n}\n";
    let a = Source::new("a.rs", &format!("{production}{tests}"));
    let records = Source::new("output/records/b.rs", "pub const fn h() { json!() }\nstruct C { headers: H }\n");
    let figures = Figures::count(&[a, records, Source::new("a/tests.rs", "pub struct D;\n")]);
    assert_eq!((figures.lines, figures.types, figures.public, figures.loose_records), (7, 2, 2, 1));
    assert_eq!((figures.exchanges.as_slice(), figures.functions.as_slice()), (&["A".to_owned()][..], &[1, 3][..]));
}
