use super::*;
use base64::Engine;
use std::collections::BTreeSet;

const BODIES: [&[u8]; 3] =
    [include_bytes!("../bodies/1.json"), include_bytes!("../bodies/2.json"), include_bytes!("../bodies/3.json")];

/// What the programs themselves wrote: body, name of the form (with a variant behind a plus), Base64.
const WRITTEN: &str = include_str!("written.tsv");

#[test]
fn writes_what_the_real_programs_wrote() {
    let mut wrong = Vec::new();
    for line in WRITTEN.lines() {
        let mut fields = line.split('\t');
        let (body, name, bytes) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
        let body = BODIES[body.parse::<usize>().unwrap() - 1];
        let expected = base64::engine::general_purpose::STANDARD.decode(bytes).unwrap();
        let renamed = match name.split('+').next().unwrap() {
            "python-bytes-repr" => "python-bytes",
            "json-string-of-stringify" => "json-string-of-json",
            "typed-array-json" => "byte-list",
            "go-bytes-json" => "quoted-base64",
            "json-php-pretty" if name.ends_with("all") => "json-php-pretty-slashes-unicode",
            id => id,
        };
        let form = find(renamed).unwrap_or_else(|| panic!("{renamed}"));
        let text = text(body);
        let made = form.make(&Source::new(body, &text));
        if !made.contains(&expected) {
            wrong.push(format!(
                "{name}\n  real {}\n  ours {}",
                String::from_utf8_lossy(&expected),
                made.iter().map(|m| String::from_utf8_lossy(m)).collect::<Vec<_>>().join("\n       ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_unique_and_kebab() {
    let mut seen = BTreeSet::new();
    for form in &FORMS {
        assert!(seen.insert(form.cause.id), "{}", form.cause.id);
        assert!(form.cause.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
    }
}
