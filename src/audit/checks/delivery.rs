//! Whether events are acknowledged at all, as the service sends them.

use super::super::catalogue::{Check, Judgement, Wanted, seen};
use super::super::stage::{PATIENCE, Stage, not_sent};
use super::super::wire;
use crate::exchange::{Manner, is_loopback};
use crate::protocol::attempt::Outcome;
use crate::protocol::check::Severity::{Critical, High, Low, Medium};
use crate::protocol::schedule::ATTEMPT_BUDGET;
use http::header::CONTENT_TYPE;
use std::time::Duration;

/// An acknowledgement need not say more than this.
const SMALL: usize = 4 * 1024;

pub const CHECKS: &[Check] = &[
    Check::sends("delivery.created", Critical, Wanted::Acknowledged, 1, |stage| vec![stage.created()]).always().says(
        "signup.created is acknowledged with 2xx",
        "anything but 2xx makes the service deliver the event again, five times in all, and then give up",
        "answer 2xx on this path to POST; on 401, give this audit the secret that the endpoint verifies with",
    ),
    Check::sends("delivery.position-changed", High, Wanted::Acknowledged, 1, |stage| {
        vec![stage.post(stage.signup().moved(10, 5, stage.now()).to_string())]
    })
    .always()
    .says(
        "signup.position_changed is acknowledged with 2xx",
        "an event that the endpoint has no use for is still delivered five times unless it is acknowledged",
        "answer 2xx to every event; do nothing for those you do not need",
    ),
    Check::sends("delivery.deleted", High, Wanted::Acknowledged, 1, |stage| {
        vec![stage.post(stage.signup().deleted(stage.now()).to_string())]
    })
    .always()
    .says(
        "signup.deleted is acknowledged with 2xx",
        "an event that the endpoint has no use for is still delivered five times unless it is acknowledged",
        "answer 2xx to every event; do nothing for those you do not need",
    ),
    Check::acts("delivery.in-time", High, 1, |stage| Box::pin(in_time(stage))).always().says(
        "the answer is complete within 5 s",
        "the service gives up after 5 s, counts the attempt as failed and delivers again: the work is done twice",
        "acknowledge first, and do the work afterwards: in a queue, a background task, a thread",
    ),
    Check::acts("delivery.no-redirect", High, 1, |stage| Box::pin(no_redirect(stage))).always().says(
        "the answer is not a redirect",
        "a redirect is no acknowledgement and is not followed; the event is delivered again to the same URL",
        "subscribe with the final URL: https, the right host, with or without the final slash",
    ),
    Check::acts("delivery.tls", High, 1, |stage| Box::pin(tls(stage))).always().says(
        "it is reached over TLS with a certificate that is trusted",
        "the service delivers to public https URLs alone, and to none whose certificate it cannot verify",
        "put the endpoint behind https with a certificate of a public authority and its whole chain",
    ),
    Check::acts("delivery.keep-alive", Medium, 2, |stage| Box::pin(keep_alive(stage))).says(
        "a connection that is kept open answers a second event",
        "a sender that reuses the connection loses every second event",
        "read each request's body to its end, or answer with Connection: close",
    ),
    Check::acts("delivery.small-answer", Low, 1, |stage| Box::pin(small_answer(stage))).says(
        "the acknowledgement is small",
        "nobody reads it, and a large answer takes its share of the 5 s",
        "answer with an empty body or {\"received\":true}",
    ),
    Check::sends("delivery.chunked", Medium, Wanted::Acknowledged, 1, |stage| {
        vec![stage.created().sent(Manner::Chunked)]
    })
    .says(
        "a body without an announced length is read (Transfer-Encoding: chunked)",
        "proxies and tunnels re-frame bodies; an endpoint that reads Content-Length bytes alone then sees none",
        "read the body through the framework, not by Content-Length",
    ),
    Check::sends("delivery.pieces", Medium, Wanted::Acknowledged, 1, |stage| {
        vec![stage.created().sent(Manner::Pieces(3, Duration::from_millis(40)))]
    })
    .says(
        "a body that arrives in several packets is read to its end",
        "bodies arrive in as many packets as the network pleases",
        "collect the body until its end before you verify and parse it",
    ),
    Check::sends("delivery.charset", Medium, Wanted::Acknowledged, 2, |stage| {
        ["application/json; charset=utf-8", "application/json;charset=UTF-8"]
            .map(|kind| stage.created().with(&CONTENT_TYPE, kind).called(kind))
            .into()
    })
    .says(
        "a content type with a charset parameter is taken",
        "HTTP libraries add the parameter by themselves; comparing the whole value then refuses every event",
        "compare the media type alone, up to the semicolon",
    ),
];

async fn in_time(stage: &Stage<'_>) -> Judgement {
    let sent = stage.send(stage.created()).await;
    let late = |outcome: &Outcome, latency| matches!(outcome, Outcome::TimedOut(_)) || latency > ATTEMPT_BUDGET;
    let seconds = sent.latency.as_secs_f64();
    match &sent.outcome {
        Outcome::TimedOut(_) => Judgement::Fail(format!("there was no complete answer after {seconds:.1} s")),
        outcome if late(outcome, sent.latency) => Judgement::Fail(format!("the answer took {seconds:.1} s")),
        Outcome::Answered(_) => Judgement::Pass,
        _ => Judgement::Skip(seen(&sent)),
    }
}

async fn no_redirect(stage: &Stage<'_>) -> Judgement {
    let sent = stage.send(stage.created()).await;
    match sent.outcome.status() {
        Some(300..400) => Judgement::Fail(seen(&sent)),
        Some(_) => Judgement::Pass,
        None => Judgement::Skip(seen(&sent)),
    }
}

async fn tls(stage: &Stage<'_>) -> Judgement {
    let url = &stage.plan().url;
    match (url.scheme(), is_loopback(url)) {
        ("https", _) => {
            let sent = stage.send(stage.created()).await;
            if matches!(sent.outcome, Outcome::Tls(_)) { Judgement::Fail(seen(&sent)) } else { Judgement::Pass }
        }
        (_, true) => Judgement::Skip("it is on this machine, where plain http is enough".to_owned()),
        _ => Judgement::Fail("the URL is plain http".to_owned()),
    }
}

async fn keep_alive(stage: &Stage<'_>) -> Judgement {
    if stage.plan().url.scheme() == "https" {
        return Judgement::Skip("it is looked at over plain http alone".to_owned());
    }
    let drafts = || (stage.created().called("first"), stage.created().called("second, on the same connection"));
    let (first, second) = drafts();
    let twice = match wire::twice(first, second, PATIENCE).await {
        Ok(twice) => twice,
        Err(why) => {
            stage.counted(not_sent(drafts().0, why.clone()));
            return Judgement::Skip(format!("no connection could be made: {why}"));
        }
    };
    let first = stage.counted(twice.first);
    let second = twice.second.map(|second| stage.counted(second));
    match second {
        _ if !first.outcome.acknowledged() => Judgement::Skip(seen(&first)),
        None => Judgement::Pass,
        Some(second) if second.outcome.acknowledged() => Judgement::Pass,
        Some(second) => Judgement::Fail(seen(&second)),
    }
}

async fn small_answer(stage: &Stage<'_>) -> Judgement {
    let sent = stage.send(stage.created()).await;
    match &sent.outcome {
        Outcome::Answered(answer) if answer.truncated => Judgement::Fail("the answer has more than 16 KiB".to_owned()),
        Outcome::Answered(answer) if answer.body.len() > SMALL => {
            Judgement::Fail(format!("the answer has {} bytes", answer.body.len()))
        }
        _ => Judgement::Pass,
    }
}
