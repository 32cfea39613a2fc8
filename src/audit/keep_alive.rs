//! Two requests over one connection, which the pooled client does not promise: for seeing whether an endpoint keeps a
//! connection as it says. Plain HTTP alone.

use super::draft::RequestDraft;
use crate::exchange::connect_to;
use crate::protocol::attempt::{ANSWER_KEPT, AttemptOutcome, AttemptResponse};
use crate::protocol::check::CheckExchange;
use crate::protocol::wire::{request_target, wire_fields};
use http::{HeaderMap, StatusCode, Version, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};

type ConnectionSender = SendRequest<Full<bytes::Bytes>>;

/// How two requests over one connection ended.
pub(super) struct ExchangePair {
    pub(super) first: CheckExchange,
    /// `None` where the first answer announced that the connection ends.
    pub(super) second: Option<CheckExchange>,
}

/// Sends two requests over one connection; `Err` where none could be made.
pub(super) async fn send_pair(
    first: RequestDraft,
    second: RequestDraft,
    budget: Duration,
) -> Result<ExchangePair, String> {
    let url = &first.request.url;
    let stream = connect_to(url).await.map_err(|error| error.to_string())?;
    // As documentation writes the names; whether other spellings are taken is a check of its own.
    let spelled = Builder::new().title_case_headers(true).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = spelled.map_err(|error| error.to_string())?;
    let driving = tokio::spawn(connection);
    let (first, kept) = send_within(&mut sender, first, budget).await;
    let second = if kept { Some(send_within(&mut sender, second, budget).await.0) } else { None };
    driving.abort();
    Ok(ExchangePair { first, second })
}

/// One request; and whether the connection is kept, by the answer's own words (RFC 9112, section 9.3).
async fn send_within(sender: &mut ConnectionSender, draft: RequestDraft, budget: Duration) -> (CheckExchange, bool) {
    let began = Instant::now();
    let asked = tokio::time::timeout(budget, exchange_once(sender, &draft)).await;
    let (outcome, headers, kept) = match asked {
        Ok(Ok(answered)) => answered,
        Ok(Err(_)) => (AttemptOutcome::Disconnected, HeaderMap::new(), false),
        Err(_) => (AttemptOutcome::TimedOut(crate::protocol::attempt::AttemptPhase::Head), HeaderMap::new(), false),
    };
    (draft.into_exchange(outcome, &headers, began.elapsed()), kept)
}

async fn exchange_once(
    sender: &mut ConnectionSender,
    draft: &RequestDraft,
) -> Result<(AttemptOutcome, HeaderMap, bool), hyper::Error> {
    let url = &draft.request.url;
    let mut request = http::Request::new(Full::new(draft.request.body.bytes()));
    *request.method_mut() = draft.method.clone();
    *request.uri_mut() = request_target(url).parse().unwrap_or_default();
    for (name, value) in wire_fields(url, &draft.request.headers, Some(draft.request.body.len())) {
        request.headers_mut().append(&*name, value);
    }
    sender.ready().await?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let close =
        head.headers.get(header::CONNECTION).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
    let body = Limited::new(body, ANSWER_KEPT).collect().await;
    let truncated = body.is_err();
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let answer =
        AttemptResponse { status: StatusCode::as_u16(&head.status), location: None, body, truncated, only_200: false };
    let kept = !close && head.version == Version::HTTP_11 && !truncated;
    Ok((AttemptOutcome::Answered(answer), head.headers, kept))
}
