//! Probes of endpoints that are functions.

use super::*;
use crate::protocol::signature::parse_signature;
use crate::protocol::stringify::json_stringify;

fn secret() -> Secret {
    Secret::new("probe-canary").unwrap()
}

/// An endpoint that hashes a rewriting of the body.
async fn ask(endpoint: impl Fn(&ProbeRequest) -> ProbeResponse) -> ProbeReport {
    probe_endpoint(&secret(), async |shot: &ProbeRequest| endpoint(shot)).await
}

fn checked(shot: &ProbeRequest, over: &[u8]) -> ProbeResponse {
    let right = parse_signature(secret().key().sign(over).as_bytes()).unwrap();
    if parse_signature(shot.signature.as_bytes()) == Ok(right) {
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
    let rewriting = |form: &&super::super::forms::BodyForm| form.cause.family == CauseFamily::Json && form.tier == 1;
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
        let bare = secret().key().sign(json_stringify(&shot.body).unwrap().as_bytes()).split_off(7);
        match bare.len() == shot.signature.len() {
            true if bare == shot.signature => ProbeResponse::Accepted,
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
