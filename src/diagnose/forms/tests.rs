//! Forms compared with what the real programs wrote, and numbers with the published hashes.

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
        let form = find_form(renamed).unwrap_or_else(|| panic!("{renamed}"));
        let text = decode_text(body);
        let made = form.make(&BodySource::new(body, &text));
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

/// RFC 8785's number test: fixed values, then neighbours of the smallest normal double, then hashes of hashes. The
/// hashes of the lines are the published ones.
#[test]
fn numbers_are_written_as_rfc_8785_wants_them() {
    use sha2::{Digest, Sha256};
    let fixed = include_str!("doubles.txt").lines().map(|line| u64::from_str_radix(line, 16).unwrap());
    let neighbours = (0..2_000).map(|step| 0x0010_0000_0000_0000 + step);
    let mut block = [0u8; 32];
    let endless = std::iter::repeat_with(move || {
        block = Sha256::digest(block).into();
        std::array::from_fn::<u64, 4, _>(|at| u64::from_le_bytes(block[8 * at..8 * at + 8].try_into().unwrap()))
    });
    let endless = endless.flatten().filter(|bits| f64::from_bits(*bits) != 0.0 && f64::from_bits(*bits).is_finite());
    let published = [
        (1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687"),
        (10_000, "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892"),
        (100_000, "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7"),
    ];
    let mut lines = Sha256::new();
    for (index, bits) in fixed.chain(neighbours).chain(endless).take(100_000).enumerate() {
        let spelled = format!("{:e}", f64::from_bits(bits));
        let written = number::write_number(&spelled, number::NumberStyle::JavaScript).unwrap();
        lines.update(format!("{bits:x},{written}\n"));
        if let Some((_, hash)) = published.iter().find(|(count, _)| *count == index + 1) {
            let digest: String = lines.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digest, *hash, "the first {} lines", index + 1);
        }
    }
}
