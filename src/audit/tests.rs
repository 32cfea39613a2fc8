//! The catalogue's own rules, and what a selection means.

use super::catalogue::CheckNeeds;
use super::selection::CheckSelector;
use super::*;
use crate::exchange::BodyEncoding;
use crate::protocol::attempt::{AttemptOutcome, AttemptResponse, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::check::CheckGroup;
use bytes::Bytes;
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_grouped_and_explained() {
    let ids: BTreeSet<&str> = all_checks().map(|check| check.id).collect();
    assert_eq!(ids.len(), all_checks().count());
    for check in all_checks() {
        assert!(CheckGroup::from_id(check.id).is_some(), "{}", check.id);
        for text in [check.title, check.why, check.fix] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text:?}", check.id);
        }
    }
}

/// The number that help and documentation tell.
#[test]
fn there_are_about_sixty_checks_and_usual_ones_keep_to_their_limit() {
    let usual: Vec<&AuditCheck> = checks_of(false).filter(|check| !check.needs.intrusive).collect();
    assert!(usual.len() >= 60, "{}", usual.len());
    // One more is the ordinary event at the beginning. Three checks send forged events only when asked alone.
    let judges = ["auth.no-crash", "auth.uniform", "auth.quiet"];
    let sending = usual.iter().filter(|check| !judges.contains(&check.id));
    let cost = 1 + sending.map(|check| check.cost).sum::<u32>();
    assert!(cost <= AuditLimits::USUAL.requests, "{cost}");
    assert!(checks_of(false).map(|check| check.cost).sum::<u32>() <= AuditLimits::INTRUSIVE.requests);
}

#[test]
fn a_check_sends_as_many_requests_as_it_says() {
    let plan = AuditPlan {
        url: "http://localhost:1/hook".parse().unwrap(),
        secret: Secret::new("s").ok(),
        trust: crate::exchange::TlsTrust::default(),
        hero: None,
        signature_header: HeaderName::from_static("x-webhook-signature"),
        headers: Vec::new(),
        agent: HeaderValue::from_static("test"),
        selection: CheckSelection::default(),
        intrusive: true,
        limits: AuditLimits::USUAL,
        wait: std::time::Duration::ZERO,
        regardless: false,
        state: None,
        explain: Arc::new(|_| None),
        probe: Arc::new(|_| Box::pin(async { (None, 0) })),
        restart: None,
        accepted: BTreeMap::new(),
        seed: 7,
        clock: Arc::new(crate::clock::SystemClock::default()),
    };
    for check in all_checks() {
        if let Some(drafts) = build_drafts(check, &plan) {
            assert_eq!(drafts.len(), check.cost as usize, "{}", check.id);
        }
    }
}

#[test]
fn a_selection_names_ids_and_groups() {
    let part = |text: &str| text.parse::<CheckSelector>();
    let selection = CheckSelection { only: vec![part("auth").unwrap()], skip: vec![part("auth.missing").unwrap()] };
    let chosen: Vec<&str> = all_checks().filter(|check| selection.includes(check)).map(|check| check.id).collect();
    assert!(chosen.contains(&"auth.sha1") && !chosen.contains(&"auth.missing"));
    assert!(chosen.iter().all(|id| id.starts_with("auth.")));
    assert_eq!(part("auth.mising").unwrap_err().nearest, Some("auth.missing"));
    assert_eq!(part("emojis").unwrap_err().nearest, Some("robust.emoji"));
    assert_eq!(part("xyzzy").unwrap_err().nearest, None);
    assert_eq!(find_check("load.alive").unwrap().needs, CheckNeeds { acknowledged: true, ..CheckNeeds::default() });
}

#[test]
fn what_is_wrong_alike_is_said_once() {
    assert_eq!(catalogue::name_exchanges(&["a", "b"], "accepted, answered 200"), "a, b: accepted, answered 200");
    assert_eq!(catalogue::name_exchanges(&[""], "timed out"), "timed out");
}

/// What is left out for want of time is the same in each run, however the few latencies fall that are measured.
#[test]
fn the_pace_of_an_uneven_endpoint_is_one_and_the_same() {
    let pace =
        |millis: &[u64]| run::estimate_pace(&millis.iter().copied().map(Duration::from_millis).collect::<Vec<_>>());
    assert_eq!(pace(&[1_050, 2_400, 3_900, 1_700]), pace(&[3_900, 2_900, 2_100, 2_500]));
    assert_eq!(pace(&[5_510, 5_502, 5_530]), Some(Duration::from_millis(5_600)));
    assert_eq!(pace(&[]), None);
}

/// Twenty at once that all came, some of them after five seconds, are sent again before they are held against anybody.
#[test]
fn a_few_that_are_late_are_told_from_a_queue() {
    let draft = |seconds| {
        let answer =
            AttemptResponse { status: 200, location: None, body: Bytes::new(), truncated: false, only_200: false };
        let outcome = AttemptOutcome::Answered(answer);
        let url: Url = "http://localhost:1/hook".parse().unwrap();
        let request = OutgoingRequest { url, headers: Vec::new(), body: RawBody::default() };
        let manner = BodyEncoding::Whole;
        let draft = draft::RequestDraft { what: String::new(), method: http::Method::POST, request, manner };
        Arc::new(draft.into_exchange(outcome, &http::HeaderMap::new(), Duration::from_secs(seconds)))
    };
    let of = |seconds: &[u64]| perform::is_merely_late(&seconds.iter().map(|one| draft(*one)).collect::<Vec<_>>());
    assert!(of(&[1, 2, 3, 6]));
    assert!(!of(&[1, 6, 7, 8]));
}
