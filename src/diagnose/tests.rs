use super::*;
use std::collections::BTreeSet;

#[test]
fn every_cause_has_an_id_of_its_own() {
    let mut seen = BTreeSet::new();
    for cause in causes() {
        assert!(seen.insert(cause.id), "{} twice", cause.id);
        assert!(cause.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    }
    assert!(seen.len() > 150, "{}", seen.len());
}

const BODIES: [&[u8]; 3] =
    [include_bytes!("bodies/1.json"), include_bytes!("bodies/2.json"), include_bytes!("bodies/3.json")];

#[test]
fn scan_forms() {
    let secrets = [Known {
        secret: crate::protocol::signature::Secret::new("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ").unwrap(),
        origin: "of profile default".into(),
        current: true,
    }];
    for form in &forms::FORMS {
        for (n, body) in BODIES.iter().enumerate() {
            let text = forms::text(body);
            let source = Source::new(body, &text);
            let made = form.make(&source);
            if made.is_empty() {
                println!("NONE {} {}", form.cause.id, n);
            }
            let mut ok = false;
            let mut got = Vec::new();
            for m in made {
                let value = secrets[0].secret.key().sign(&m);
                let d = diagnose(&Case::given(body, value.as_bytes(), &secrets), None, &mut || true);
                let first = d.findings.first().map(|f| f.cause.id);
                if first == Some(form.cause.id) { ok = true } else { got.push(first) }
            }
            if !ok {
                println!("TIE {} {} {:?}", form.cause.id, n, got);
            }
        }
    }
}
