//! Failures as people report them, made by real programs: `tests/counterparts/faults` wrote the table.

use super::table::{BODIES, SECRET, Trial, known};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use referralloop::diagnose::KnownSecret;
use referralloop::protocol::signature::Secret;

/// Cause, what was done, and in Base64: the body, the secret that is known, the value.
const FAULTS: &str = include_str!("faults.tsv");

/// The same of what nobody had listed, written by `tests/counterparts/faults/fresh`; the first rows are bodies that others
/// name by their number, and a star is the usual secret.
const FRESH: &str = include_str!("fresh.tsv");

/// The secret of the fresh rows that are not about secrets.
const FRESH_SECRET: &[u8] = b"s3cret-kEY_10/5==";

/// Every row in both directions: a sender's value, and one that the user's own code computed.
pub fn trials() -> Vec<Trial> {
    let known_bodies: Vec<Vec<u8>> =
        FRESH.lines().filter_map(|line| STANDARD.decode(line.strip_prefix('*')?.get(2..)?).ok()).collect();
    let read = |cell: &str| match cell.strip_prefix('*') {
        Some("") => FRESH_SECRET.to_vec(),
        Some(number) => known_bodies[number.parse::<usize>().unwrap() - 1].clone(),
        None => STANDARD.decode(cell).unwrap(),
    };
    let fresh = FRESH.lines().filter(|line| !line.starts_with('*'));
    let rows = FAULTS.lines().map(|line| (0, line)).chain(fresh.enumerate().map(|(at, line)| (at + 1, line)));
    let rows = rows.flat_map(|(at, line)| {
        let mut cells = line.split('\t');
        let (cause, _) = (cells.next().unwrap(), cells.next().unwrap());
        let parts: Vec<Vec<u8>> = cells.map(read).collect();
        let [body, secret, value] = parts.as_slice() else { panic!("{line}") };
        let secrets =
            vec![KnownSecret { secret: Secret::new(secret.clone()).unwrap(), ..known("canary-of-nobody", true) }];
        let sent = Trial { secrets, ..Trial::new(cause, body, value.clone()) };
        let right = sent.secrets[0].secret.key().sign(body);
        let computed =
            Trial { got: Some(value.clone()), secrets: sent.secrets.clone(), ..Trial::new(cause, body, right) };
        let both = [Some(sent), Some(computed)];
        // Fresh rows take turns but for values, for there are many.
        let is_both = at == 0 || cause.starts_with("value-");
        both.into_iter().flatten().enumerate().filter(move |(way, _)| is_both || *way == at % 2)
    });
    rows.map(|(_, trial)| trial).collect()
}

/// Bodies for rare forms that say nothing about the usual ones.
pub fn bodies_for(id: &str) -> Vec<Vec<u8>> {
    let texts = match id {
        "body-part" => ["{\"a\":1.0}\n{\"b\":2.0}", "[\"one\",1.0]\n[\"two\"]", "{\"x\": \"y\"}\r\n[{\"q\":1}]"],
        "lines-unmarked" => ["> {\n> \"a\": 1.0}", "  1\t[1.50,\n  2\t2]", "{$\n \"x\" : \"\\u0041\"$\n}$"],
        "json-texts-cleaned" => ["{\"e\":\"A@B.co\",\"n\":1.0}", "{\"x\": \" c@D.io\"}", "{\"m\":[\"É@f.org \", 2.0]}"],
        "printed-undone" => ["{'a': 1.5, 'b': None}", "{ a: 'x', b: [ 1, true ] }", "{\"a\"=>nil, \"b\"=>2}"],
        "envelope-opened-deeply" => [
            "[{\"a\":1.0,\"b\":\"\\u0041\"}]",
            "{\"x\":{\"y\":{\"z\": 1.50 , \"w\":2}}}",
            "[[\"a\", {\"long\": 2.50 }]]",
        ],
        "charset-astral" => {
            ["{\"n\":\"\u{1f680}\u{eb}\"}", "[\"\u{1f44d} \u{fc}\", 1.0]", "{\"a\": \"\u{1f642}\u{3b1}\"}"]
        }
        "body-unquoted" => ["{\"\"a\"\":1.0}", "[\"\"b\"\", 1.50]", "{\"\"x\"\": {\"\"y\"\":\"\"\\u0041\"\"}}"],
        "lines-trimmed" => ["{\n \"a\": 1.0\n}", "[\n\t1.50,\n\t2\n]\n", "{ \n  \"x\" : \"\\u0041\"\n}"],
        "form-json" | "form-reencoded" => ["a=1&b=x+y", "id=%c3%a9&name=Ann+Lee", "email=a%2Bb%40c.io&n=a+b"],
        _ => return Vec::new(),
    };
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Right values of bodies in which then one byte was changed.
pub fn changed(step: usize, mask: u8) -> impl Iterator<Item = Trial> {
    let key = known(SECRET, true).secret.key();
    let bodies = BODIES.into_iter().enumerate();
    let places = bodies.flat_map(move |(n, body)| (n..body.len()).step_by(step).map(move |at| (body, at)));
    places.map(move |(body, at)| {
        let mut arrived = body.to_vec();
        arrived[at] ^= mask;
        Trial::new("body-changed", &arrived, key.sign(body))
    })
}
