//! Requests that came in elsewhere and are received here once more: the same way as through the socket, with the time
//! and the header lines of where they came in first.

use super::head::EarlierHead;
use super::receiver::{self, WebhookReceiver};
use crate::protocol::arrival::{ArrivalRecorder, RequestContent};
use axum::body::Body;
use axum::extract::{Request, State};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;

impl<R: ArrivalRecorder> WebhookReceiver<R> {
    /// Receives one, and answers what its sender would have been answered.
    pub(crate) async fn receive_relayed(&self, at: Timestamp, target: &str, content: &RequestContent) -> StatusCode {
        let mut request = Request::new(Body::from(content.body.bytes()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = target.parse().unwrap_or_default();
        for (name, value) in content.headers.iter() {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                request.headers_mut().append(name, value);
            }
        }
        // Nobody waits to be asked for the body.
        request.headers_mut().remove(http::header::EXPECT);
        request.extensions_mut().insert(EarlierHead { at, lines: content.headers.clone() });
        receiver::handle_request(State(self.clone()), request).await.status()
    }
}
