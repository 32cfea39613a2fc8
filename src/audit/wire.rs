//! Two requests over one connection, which the pooled client does not promise: for seeing whether an endpoint keeps a
//! connection as it says. Plain HTTP alone.

use super::draft::Draft;
use crate::protocol::attempt::{ANSWER_KEPT, Answer, Outcome};
use crate::protocol::check::Exchanged;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use url::Position;

type Sender = SendRequest<Full<bytes::Bytes>>;

/// How two requests over one connection ended.
pub(super) struct Twice {
    pub(super) first: Exchanged,
    /// `None` where the first answer announced that the connection ends.
    pub(super) second: Option<Exchanged>,
}

/// Sends two requests over one connection; `Err` where none could be made.
pub(super) async fn twice(first: Draft, second: Draft, budget: Duration) -> Result<Twice, String> {
    let url = &first.request.url;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host, url.port_or_known_default().unwrap_or(80))).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let driving = tokio::spawn(connection);
    let (first, kept) = ask(&mut sender, first, budget).await;
    let second = if kept { Some(ask(&mut sender, second, budget).await.0) } else { None };
    driving.abort();
    Ok(Twice { first, second })
}

/// One request; and whether the connection is kept, by the answer's own words (RFC 9112, section 9.3).
async fn ask(sender: &mut Sender, draft: Draft, budget: Duration) -> (Exchanged, bool) {
    let began = Instant::now();
    let asked = tokio::time::timeout(budget, exchange(sender, &draft)).await;
    let (outcome, headers, kept) = match asked {
        Ok(Ok(answered)) => answered,
        Ok(Err(_)) => (Outcome::Disconnected, HeaderMap::new(), false),
        Err(_) => (Outcome::TimedOut(crate::protocol::attempt::Phase::Head), HeaderMap::new(), false),
    };
    (draft.exchanged(outcome, &headers, began.elapsed()), kept)
}

async fn exchange(sender: &mut Sender, draft: &Draft) -> Result<(Outcome, HeaderMap, bool), hyper::Error> {
    let url = &draft.request.url;
    let mut request = http::Request::new(Full::new(draft.request.body.bytes()));
    *request.method_mut() = draft.method.clone();
    *request.uri_mut() = url[Position::BeforePath..Position::AfterQuery].parse().unwrap_or_default();
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
    request.headers_mut().extend(host.ok().map(|host| (header::HOST, host)));
    for (name, value) in &draft.request.headers {
        request.headers_mut().append(name, value.clone());
    }
    sender.ready().await?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let close =
        head.headers.get(header::CONNECTION).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
    let body = Limited::new(body, ANSWER_KEPT).collect().await;
    let truncated = body.is_err();
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let answer = Answer { status: StatusCode::as_u16(&head.status), location: None, body, truncated };
    let kept = !close && head.version == Version::HTTP_11 && !truncated;
    Ok((Outcome::Answered(answer), head.headers, kept))
}
