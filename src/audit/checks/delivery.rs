//! Whether events are acknowledged at all, as the service sends them.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::{CheckContext, PATIENCE, build_unsent_exchange};
use super::super::draft::RequestDraft;
use super::super::keep_alive;
use crate::exchange::{BodyEncoding, is_loopback};
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::check::CheckExchange;
use crate::protocol::check::CheckSeverity::{Critical, High, Low, Medium};
use crate::protocol::field::FieldName;
use crate::protocol::sample::SampleSignup;
use crate::protocol::schedule::ATTEMPT_BUDGET;
use http::header::CONTENT_TYPE;
use std::sync::Arc;
use std::time::Duration;

/// An acknowledgement need not say more than this.
const SMALL: usize = 4 * 1024;

pub(super) const CHECKS: &[AuditCheck] = &[
    // First: what comes too late is found in every other check as well.
    AuditCheck::from_action("delivery.in-time", High, 3, |stage| Box::pin(in_time(stage)))
        .allow_unacknowledged()
        .with_texts(
            "the answer to each type of event is complete within 5 s",
            "the service gives up after 5 s, counts the attempt as failed and delivers again: the work is done twice",
            "acknowledge first, and do the work afterwards: in a queue, a background task, a thread",
        ),
    AuditCheck::from_requests("delivery.created", Critical, AuditExpectation::Acknowledged, 1, |stage| {
        vec![stage.draft_signup_created()]
    })
    .allow_unacknowledged()
    .with_texts(
        "signup.created is acknowledged with 2xx",
        "anything but 2xx makes the service deliver the event again, five times in all, and then give up",
        "answer POST on this path with 2xx; if it answered 401, give this audit the endpoint's own secret",
    ),
    AuditCheck::from_requests("delivery.position-changed", High, AuditExpectation::Acknowledged, 2, |stage| {
        let signup = stage.make_signup();
        after_creation(stage, &signup, signup.build_moved(10, 5, stage.now()).to_string())
    })
    .allow_unacknowledged()
    .with_texts(
        "signup.position_changed is acknowledged with 2xx",
        "an event that the endpoint has no use for is still delivered five times unless it is acknowledged",
        "answer 2xx to every event; ignore those you do not need",
    ),
    AuditCheck::from_requests("delivery.deleted", High, AuditExpectation::Acknowledged, 2, |stage| {
        let signup = stage.make_signup();
        after_creation(stage, &signup, signup.build_deleted(stage.now()).to_string())
    })
    .allow_unacknowledged()
    .with_texts(
        "signup.deleted is acknowledged with 2xx",
        "an event that the endpoint has no use for is still delivered five times unless it is acknowledged",
        "answer 2xx to every event; ignore those you do not need",
    ),
    AuditCheck::from_action("delivery.no-redirect", High, 1, |stage| Box::pin(no_redirect(stage)))
        .allow_unacknowledged()
        .with_texts(
            "the answer is not a redirect",
            "a redirect is not an acknowledgement and is not followed; the event is delivered again to the same URL",
            "subscribe with the final URL: https, the right host, with or without the final slash",
        ),
    AuditCheck::from_action("delivery.tls", High, 1, |stage| Box::pin(tls(stage))).allow_unacknowledged().with_texts(
        "it is reached over TLS with a trusted certificate",
        "the service delivers only to public https URLs whose certificate it can verify",
        "serve the endpoint over https with a certificate from a public authority and its whole chain",
    ),
    AuditCheck::from_action("delivery.keep-alive", Medium, 4, |stage| Box::pin(keep_alive(stage))).with_texts(
        "a connection that is kept open answers a second event",
        "a sender that reuses the connection loses every second event",
        "read each request's body to its end, or answer with Connection: close",
    ),
    AuditCheck::from_action("delivery.small-answer", Low, 1, |stage| Box::pin(small_answer(stage))).with_texts(
        "the acknowledgement is small",
        "nobody reads it, and a large answer uses up part of the 5 s",
        "answer with an empty body or {\"received\":true}",
    ),
    AuditCheck::from_action("delivery.chunked", Low, 1, |stage| Box::pin(chunked(stage))).with_texts(
        "a body without Content-Length is read (Transfer-Encoding: chunked)",
        "proxies and tunnels re-frame bodies; what reads as many bytes as Content-Length says then sees an empty body",
        "read the body through the framework; wsgiref and Django's development server cannot, servers for production can",
    ),
    AuditCheck::from_requests("delivery.pieces", Medium, AuditExpectation::Acknowledged, 1, |stage| {
        vec![stage.draft_signup_created().with_manner(BodyEncoding::Pieces(3, Duration::from_millis(40)))]
    })
    .with_texts(
        "a body that arrives in several packets is read to its end",
        "the network may split a body into any number of packets",
        "read the whole body before you verify and parse it",
    ),
    AuditCheck::from_requests("delivery.header-case", Medium, AuditExpectation::Acknowledged, 2, header_cases)
        .with_secret()
        .with_texts(
            "the signature's header is found however its name is written",
            "HTTP/2 and many proxies write header names in lower case; the name as the documentation prints it is then missing",
            "ask the framework for the header: request.get(), $_SERVER['HTTP_X_WEBHOOK_SIGNATURE'], r.Header.Get()",
        ),
    AuditCheck::from_requests("delivery.charset", Medium, AuditExpectation::Acknowledged, 2, |stage| {
        ["application/json; charset=utf-8", "application/json;charset=UTF-8"]
            .map(|kind| stage.draft_signup_created().with_header(&CONTENT_TYPE, kind).with_label(kind))
            .into()
    })
    .with_texts(
        "a content type with a charset parameter is accepted",
        "some HTTP libraries add the parameter on their own; comparing the whole value then refuses every event",
        "compare only the media type, up to the semicolon",
    ),
];

/// An event of a sign-up that the endpoint has heard of: that others are acknowledged too is a check of its own.
fn after_creation(stage: &CheckContext<'_>, signup: &SampleSignup, body: String) -> Vec<RequestDraft> {
    let created = stage.draft_signed(signup.build_created().to_string()).with_label("created");
    vec![created, stage.draft_signed(body)]
}

/// The same header in the two spellings that documentation does not print.
fn header_cases(stage: &CheckContext<'_>) -> Vec<RequestDraft> {
    let name = stage.plan().signature_header.as_str();
    let spelled = |name: String| {
        let draft = stage.draft_signup_created();
        let value = draft.request.headers.iter().find(|(given, _)| given == &stage.plan().signature_header);
        let field = value.and_then(|(_, value)| Some((FieldName::from_spelling(name.as_bytes())?, value.clone())));
        match field {
            Some((field, value)) => draft.with_spelled_header(&field, &value).with_label(name),
            None => draft,
        }
    };
    vec![spelled(name.to_ascii_lowercase()), spelled(name.to_ascii_uppercase())]
}

async fn in_time(stage: &CheckContext<'_>) -> CheckJudgement {
    let signup = stage.make_signup();
    let events = [
        ("signup.created", signup.build_created()),
        ("signup.position_changed", signup.build_moved(10, 5, stage.now())),
        ("signup.deleted", signup.build_deleted(stage.now())),
    ];
    for (name, payload) in events {
        let sent = stage.send(stage.draft_signed(payload.to_string()).with_label(name)).await;
        let seconds = sent.latency.as_secs_f64();
        match &sent.outcome {
            AttemptOutcome::TimedOut(_) => {
                return CheckJudgement::Fail(format!("{name}: there was no complete answer after {seconds:.1} s"));
            }
            AttemptOutcome::Answered(_) if sent.latency > ATTEMPT_BUDGET => {
                return CheckJudgement::Fail(format!("{name}: the answer took {seconds:.1} s"));
            }
            AttemptOutcome::Answered(_) => {}
            _ => return CheckJudgement::Skip(describe_exchange(&sent)),
        }
    }
    CheckJudgement::Pass
}

async fn no_redirect(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(stage.draft_signup_created()).await;
    match sent.outcome.status() {
        Some(300..400) => CheckJudgement::Fail(describe_exchange(&sent)),
        Some(_) => CheckJudgement::Pass,
        None => CheckJudgement::Skip(describe_exchange(&sent)),
    }
}

/// What the server does not hand on, no signature holds for: that is none of the handler's affair.
async fn chunked(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(stage.draft_signup_created().with_manner(BodyEncoding::Chunked)).await;
    match (AuditExpectation::Acknowledged.find_fault(&sent), sent.outcome.status()) {
        (None, _) => CheckJudgement::Pass,
        (Some(seen), Some(400..429)) => {
            CheckJudgement::Fail(format!("{seen}: its server does not read chunked bodies"))
        }
        (Some(seen), _) => CheckJudgement::Fail(seen),
    }
}

async fn tls(stage: &CheckContext<'_>) -> CheckJudgement {
    let url = &stage.plan().url;
    match (url.scheme(), is_loopback(url)) {
        ("https", _) => {
            let sent = stage.send(stage.draft_signup_created()).await;
            if matches!(sent.outcome, AttemptOutcome::Tls(_)) {
                CheckJudgement::Fail(describe_exchange(&sent))
            } else {
                CheckJudgement::Pass
            }
        }
        (_, true) => CheckJudgement::Skip("it is on this machine, where plain http is enough".to_owned()),
        _ => CheckJudgement::Fail("the URL is plain http".to_owned()),
    }
}

async fn keep_alive(stage: &CheckContext<'_>) -> CheckJudgement {
    if stage.plan().url.scheme() == "https" {
        return CheckJudgement::Skip("it was tested over plain http only".to_owned());
    }
    let second = || stage.draft_signup_created().with_label("second, on the same connection");
    let kept = send_two(stage, stage.draft_signup_created().with_label("first"), second()).await;
    match kept {
        Err(skipped) => return skipped,
        Ok((first, _)) if !first.outcome.is_acknowledged() => {
            let why = describe_exchange(&first);
            return CheckJudgement::Skip(format!("the event before the one on the kept connection failed: {why}"));
        }
        Ok((_, Some(second))) if !second.outcome.is_acknowledged() => {
            return CheckJudgement::Fail(describe_exchange(&second));
        }
        Ok(_) if stage.plan().secret.is_none() => return CheckJudgement::Pass,
        Ok(_) => {}
    }
    // Whoever refuses before the body has been read leaves it for the next request to stumble over.
    let refused = stage.draft_signup_created().without_header(&stage.plan().signature_header);
    let refused = refused.with_label("first, without a signature");
    match send_two(stage, refused, second()).await {
        Err(skipped) => skipped,
        // A connection that ends is made anew by every sender.
        Ok((first, Some(second))) if first.outcome.status().is_some() && is_answered_wrongly(&second) => {
            let seen = format!("after a request that was refused: {}", describe_exchange(&second));
            stage.show_exchanges([first, second]);
            CheckJudgement::Fail(seen)
        }
        Ok(_) => CheckJudgement::Pass,
    }
}

fn is_answered_wrongly(sent: &CheckExchange) -> bool {
    !sent.outcome.is_acknowledged() && !matches!(sent.outcome, AttemptOutcome::Disconnected)
}

/// Two requests on one connection, the second where it is kept; `Err` skips the check.
async fn send_two(
    stage: &CheckContext<'_>,
    first: RequestDraft,
    second: RequestDraft,
) -> Result<(Arc<CheckExchange>, Option<Arc<CheckExchange>>), CheckJudgement> {
    stage.take_requests(2).await;
    match keep_alive::send_pair(first.clone(), second, PATIENCE).await {
        Ok(pair) => Ok((stage.store_exchange(pair.first), pair.second.map(|second| stage.store_exchange(second)))),
        Err(why) => {
            stage.store_exchange(build_unsent_exchange(first, why.clone()));
            Err(CheckJudgement::Skip(format!("cannot connect: {why}")))
        }
    }
}

async fn small_answer(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(stage.draft_signup_created()).await;
    match &sent.outcome {
        AttemptOutcome::Answered(answer) if answer.truncated => {
            CheckJudgement::Fail("the answer has more than 16 KiB".to_owned())
        }
        AttemptOutcome::Answered(answer) if answer.body.len() > SMALL => {
            CheckJudgement::Fail(format!("the answer has {} bytes", answer.body.len()))
        }
        _ => CheckJudgement::Pass,
    }
}
