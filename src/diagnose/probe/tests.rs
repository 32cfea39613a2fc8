//! Probes of endpoints that are functions.

use super::super::forms::{BodySource, FORMS, decode_text};
use super::*;
use crate::protocol::signature::parse_signature;
use crate::protocol::stringify::json_stringify;

fn secret() -> Secret {
    Secret::new("probe-canary").unwrap()
}

/// An endpoint that hashes a rewriting of the body.
async fn ask(endpoint: impl Fn(&ProbeRequest) -> ProbeResponse) -> ProbeReport {
    let url = Url::parse("http://127.0.0.1:3000/hooks").unwrap();
    let server = ProbedServer { url: &url, language: Cell::new(None) };
    probe_endpoint(&secret(), &server, async |shot: &ProbeRequest| endpoint(shot)).await
}

/// The value in the usual header.
fn given(shot: &ProbeRequest) -> &str {
    let usual = shot.signatures.iter().find(|(name, _)| *name == "x-webhook-signature");
    usual.map_or("", |(_, value)| value.as_str())
}

fn checked(shot: &ProbeRequest, over: &[u8]) -> ProbeResponse {
    let right = parse_signature(secret().key().sign(over).as_bytes()).unwrap();
    if parse_signature(given(shot).as_bytes()) == Ok(right) {
        ProbeResponse::Accepted
    } else {
        ProbeResponse::Rejected(401)
    }
}

fn ids(probed: &ProbeReport) -> Vec<&'static str> {
    assert!(probed.heard.len() <= REQUESTS as usize, "{}", probed.heard.len());
    probed.diagnosis.findings.iter().map(|finding| finding.cause.id).collect()
}

#[tokio::test]
async fn an_endpoint_that_hashes_the_raw_body_has_nothing() {
    let probed = ask(|shot| checked(shot, &shot.body)).await;
    assert_eq!(ids(&probed), [""; 0]);
}

#[tokio::test]
async fn every_rewriting_is_named_and_proved() {
    let rewriting = |form: &&crate::diagnose::forms::BodyForm| form.cause.family == CauseFamily::Json && form.tier == 1;
    for form in FORMS.iter().filter(rewriting) {
        let probed = ask(|shot| {
            let text = decode_text(&shot.body);
            let made = form.make(&BodySource::new(&shot.body, &text));
            made.first().map_or(ProbeResponse::Rejected(400), |made| checked(shot, made))
        })
        .await;
        assert_eq!(ids(&probed), [form.cause.id], "{:?}", probed.heard);
        assert!(probed.diagnosis.is_proved(), "{}", form.cause.id);
    }
}

#[tokio::test]
async fn the_sample_of_the_documentation_is_seen_through() {
    let probed = ask(|shot| {
        let Some(text) = json_stringify(&shot.body) else { return ProbeResponse::Rejected(400) };
        let bare = secret().key().sign(text.as_bytes()).split_off(7);
        match bare.len() == given(shot).len() {
            true if bare == given(shot) => ProbeResponse::Accepted,
            true => ProbeResponse::Rejected(401),
            false => ProbeResponse::Threw,
        }
    })
    .await;
    assert_eq!(ids(&probed), ["json-stringify", "compares-bare-hex"], "{:?}", probed.heard);
}

#[tokio::test]
async fn holes_and_silence_are_told() {
    assert_eq!(ids(&ask(|_| ProbeResponse::Accepted).await), ["verifies-nothing"]);
    assert_eq!(ids(&ask(|_| ProbeResponse::Rejected(401)).await), ["rejects-everything"]);
    assert_eq!(ids(&ask(|_| ProbeResponse::Threw).await), ["throws"]);
    assert_eq!(ids(&ask(|_| ProbeResponse::Rejected(404)).await), ["no-such-route"]);
    assert_eq!(ids(&ask(|_| ProbeResponse::Unreachable).await), ["unreachable"]);
    assert_eq!(ids(&ask(|shot| checked(shot, b"")).await), ["body-empty"]);
}

/// The right signature gets another answer than a forged one of the same body: it was accepted.
#[tokio::test]
async fn a_handler_that_fails_behind_the_comparison_is_told() {
    let behind = |ending: ProbeResponse, refusal: ProbeResponse| {
        move |shot: &ProbeRequest| match checked(shot, &shot.body) {
            ProbeResponse::Accepted => ending.clone(),
            _ => refusal.clone(),
        }
    };
    let unauthorised = ProbeResponse::Rejected(401);
    let endings = [
        (ProbeResponse::Threw, unauthorised.clone(), "then fails with 5xx"),
        (
            ProbeResponse::Silent,
            unauthorised.clone(),
            "then gives no answer within the 5 seconds that the service waits",
        ),
        (ProbeResponse::Rejected(400), unauthorised.clone(), "then answers 400"),
        (ProbeResponse::Rejected(404), unauthorised.clone(), "then answers 404"),
        (ProbeResponse::Redirected(302, "/".into()), unauthorised, "then answers 302"),
        (
            ProbeResponse::Silent,
            ProbeResponse::Threw,
            "then gives no answer within the 5 seconds that the service waits",
        ),
        (ProbeResponse::Rejected(422), ProbeResponse::Threw, "then answers 422"),
    ];
    for (ending, refusal, told) in endings {
        let probed = ask(behind(ending, refusal)).await;
        assert_eq!(ids(&probed), ["fails-after-verifying"], "{:?}", probed.heard);
        let finding = &probed.diagnosis.findings[0];
        assert!(finding.sentence.ends_with(told) && finding.certainty == FindingCertainty::Proof, "{finding:?}");
    }
}

/// Two servers that take turns, one of which fails, say nothing of the signature; nor does a lock behind a forgery.
#[tokio::test]
async fn answers_that_change_by_themselves_are_no_acceptance() {
    let count = std::cell::Cell::new(0);
    let turns = ask(|_| {
        count.set(count.get() + 1);
        if count.get() % 2 == 0 { ProbeResponse::Threw } else { ProbeResponse::Rejected(401) }
    });
    assert!(!ids(&turns.await).contains(&"fails-after-verifying"));
    count.set(0);
    let locked = ask(|_| {
        count.set(count.get() + 1);
        ProbeResponse::Rejected(if count.get() == 1 { 401 } else { 403 })
    });
    assert!(!ids(&locked.await).contains(&"fails-after-verifying"));
}

/// Whoever throws at a bad signature may just have another secret.
#[tokio::test]
async fn failures_everywhere_prove_nothing() {
    for reply in [ProbeResponse::Threw, ProbeResponse::Silent] {
        let probed = ask(|_| reply.clone()).await;
        assert_eq!(ids(&probed), ["throws"]);
        assert!(!probed.diagnosis.is_proved() && probed.diagnosis.findings[0].sentence.contains("the secret"));
        let right = ask(|shot| match checked(shot, &shot.body) {
            ProbeResponse::Accepted => ProbeResponse::Accepted,
            _ => reply.clone(),
        });
        let right = right.await;
        assert_eq!((ids(&right), right.refusal), (Vec::new(), reply));
    }
}

/// An endpoint that hashes the bytes with a key, and compares with what is written in a manner.
fn wants(key: &[u8], write: impl Fn(&str) -> String) -> impl Fn(&ProbeRequest) -> ProbeResponse {
    let key = Secret::new(key).unwrap().key();
    move |shot| match given(shot) == write(key.sign(&shot.body).trim_start_matches("sha256=")) {
        true => ProbeResponse::Accepted,
        false => ProbeResponse::Rejected(401),
    }
}

#[tokio::test]
async fn keys_and_notations_and_headers_are_told_apart() {
    let prefixed = |digits: &str| format!("sha256={digits}");
    assert_eq!(ids(&ask(wants(b"probe-canary\n", prefixed)).await), ["key-newline-added"]);
    assert_eq!(ids(&ask(wants(b"\"probe-canary\"", prefixed)).await), ["key-quoted"]);
    assert_eq!(ids(&ask(wants(b"secret", prefixed)).await), ["key-placeholder"]);
    assert_eq!(ids(&ask(wants(b"probe-canary", |d| prefixed(&d.to_uppercase()))).await), ["hex-case"]);
    // In another header, written as is usual there or the other way.
    for (header, is_bare) in [("x-hub-signature", false), ("x-signature", true), ("x-signature", false)] {
        let elsewhere = ask(|shot| {
            let expected = secret().key().sign(&shot.body);
            let expected = if is_bare { expected.trim_start_matches("sha256=") } else { &expected };
            let found = shot.signatures.iter().find(|(name, _)| *name == header);
            match found.is_some_and(|(_, value)| value == expected) {
                true => ProbeResponse::Accepted,
                false => ProbeResponse::Rejected(403),
            }
        })
        .await;
        assert_eq!(ids(&elsewhere), ["other-header"], "{header}");
        assert!(elsewhere.diagnosis.findings[0].sentence.contains(&format!("{header},")), "{elsewhere:?}");
    }
}

/// Another key that is found with the last requests says nothing of the body yet.
#[tokio::test]
async fn what_a_late_key_leaves_open_is_asked() {
    let key = Secret::new(b"probe-canary\n").unwrap().key();
    let probed = ask(|shot| match json_stringify(&shot.body) {
        Some(text) if given(shot) == key.sign(text.as_bytes()) => ProbeResponse::Accepted,
        Some(_) => ProbeResponse::Rejected(401),
        None => ProbeResponse::Rejected(400),
    })
    .await;
    assert_eq!(ids(&probed), ["json-stringify", "key-newline-added"], "{:?}", probed.heard);
}

#[tokio::test]
async fn what_lets_too_much_in_is_a_hole() {
    let right = |shot: &ProbeRequest| secret().key().sign(&shot.body);
    let told = |ok: bool| if ok { ProbeResponse::Accepted } else { ProbeResponse::Rejected(401) };
    assert_eq!(
        ids(&ask(|shot| told(given(shot).is_empty() || given(shot) == right(shot))).await),
        ["accepts-unsigned"]
    );
    assert_eq!(ids(&ask(|shot| told(given(shot).get(..15) == right(shot).get(..15))).await), ["compares-part"]);
    assert_eq!(ids(&ask(|shot| told(right(shot).starts_with(given(shot)))).await), ["compares-part"]);
    assert_eq!(ids(&ask(|shot| told(given(shot).contains(&right(shot)[7..]))).await), ["compares-contained"]);
}

#[tokio::test]
async fn a_charset_that_was_refused_is_not_named() {
    for id in ["charset-doubled", "charset-ascii", "charset-latin-1", "charset-utf-16", "charset-dropped"] {
        let form = FORMS.iter().find(|form| form.cause.id == id).unwrap();
        let probed = ask(|shot| {
            let text = decode_text(&shot.body);
            let made = form.make(&BodySource::new(&shot.body, &text)).into_iter().next();
            checked(shot, made.as_deref().unwrap_or(&shot.body))
        })
        .await;
        assert_eq!(ids(&probed), [id], "{:?}", probed.heard);
    }
    // Nobody's charset: nothing is named but that there is one.
    let probed = ask(|shot| match shot.body.is_ascii() {
        true => checked(shot, &shot.body),
        false => ProbeResponse::Rejected(401),
    })
    .await;
    assert_eq!(ids(&probed), ["rewrites-body"], "{:?}", probed.heard);
}

#[tokio::test]
async fn a_handler_that_wants_integers_or_fails_beyond_the_plane_is_right() {
    let probed = ask(|shot| match checked(shot, &shot.body) {
        ProbeResponse::Accepted if shot.body.windows(4).any(|four| four == b"1.0,") => ProbeResponse::Rejected(401),
        ProbeResponse::Accepted if shot.body.windows(4).any(|four| four == "\u{1f680}".as_bytes()) => {
            ProbeResponse::Threw
        }
        reply => reply,
    })
    .await;
    assert_eq!(ids(&probed), [""; 0], "{:?}", probed.heard);
}

#[tokio::test]
async fn packets_and_lengths_are_tried() {
    let pieces = |shot: &ProbeRequest| {
        let (head, tail) = shot.body.split_at(shot.cut.unwrap_or(0));
        [head, tail].map(|piece| String::from_utf8_lossy(piece).into_owned()).concat()
    };
    assert_eq!(ids(&ask(|shot| checked(shot, pieces(shot).as_bytes())).await), ["chunks-decoded"]);
    let cut = |shot: &ProbeRequest, at: usize| checked(shot, &shot.body[..shot.body.len().min(at)]);
    assert_eq!(ids(&ask(|shot| cut(shot, 65_536)).await), ["cut-at-limit"]);
    // A limit that is told by 413 is no fault.
    let limited = ask(|shot| match shot.body.len() {
        0..100_000 => checked(shot, &shot.body),
        _ => ProbeResponse::Rejected(413),
    })
    .await;
    assert_eq!(ids(&limited), [""; 0]);
}

#[tokio::test]
async fn redirects_say_where_to_and_limits_are_waited_for() {
    let probed = ask(|_| ProbeResponse::Redirected(307, "/hooks/".into())).await;
    assert_eq!(ids(&probed), ["redirects"]);
    assert!(probed.diagnosis.findings[0].sentence.ends_with("it answers 307 with Location: /hooks/"));
    // Only what leads to the same path is another spelling of the address.
    let away = ask(|_| ProbeResponse::Redirected(302, "/login".into())).await;
    assert_eq!(ids(&away), ["redirects-away"]);
    assert!(away.diagnosis.findings[0].sentence.ends_with("it answers 302 with Location: /login"));
    assert_eq!(ids(&ask(|_| ProbeResponse::Limited).await), ["rate-limited"]);
    let count = std::cell::Cell::new(0);
    let probed = ask(|shot| {
        count.set(count.get() + 1);
        if count.get() % 12 == 0 { ProbeResponse::Limited } else { checked(shot, &shot.body) }
    })
    .await;
    assert_eq!(ids(&probed), [""; 0], "{:?}", probed.heard);
}

/// A handler that reads the event into a model and hashes what the model writes: what it does not know is gone, and the
/// rest stands in the model's order.
#[tokio::test]
async fn a_model_that_is_written_anew_is_no_form_by_chance() {
    let probed = ask(|shot| {
        let Ok(event) = serde_json::from_slice::<serde_json::Value>(&shot.body) else {
            return ProbeResponse::Rejected(422);
        };
        let pick = |from: &serde_json::Value, names: &[&str]| {
            let known = names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?.clone())));
            serde_json::Value::Object(known.collect())
        };
        let mut model = pick(&event, &["event_type", "waitlist_id", "data", "timestamp"]);
        let data = ["id", "email", "name", "position", "referral_code", "referral_url", "created_at"];
        model["data"] = pick(&event["data"], &data);
        checked(shot, model.to_string().as_bytes())
    })
    .await;
    assert_eq!(ids(&probed), ["rewrites-body"], "{:?}", probed.heard);
    assert!(!probed.diagnosis.is_proved());
}
