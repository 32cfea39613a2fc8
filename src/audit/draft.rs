//! A request in the making: an event's bytes, its header fields, how it is sent.

use crate::exchange::{BodyEncoding, RequestOverrides};
use crate::protocol::arrival::{REDACTED, carries_credentials};
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::check::CheckExchange;
use crate::protocol::field::FieldName;
use crate::protocol::wire::is_direct;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use url::Url;

/// A request in the making.
#[derive(Debug, Clone)]
pub(crate) struct RequestDraft {
    /// What it is for, in a few words.
    pub what: String,
    pub method: Method,
    /// Address, header fields and body.
    pub request: OutgoingRequest,
    /// How its body is sent.
    pub manner: BodyEncoding,
}

impl RequestDraft {
    /// Says what it is for.
    #[must_use]
    pub(crate) fn with_label(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    /// Sends its body in another manner.
    #[must_use]
    pub(crate) fn with_manner(mut self, manner: BodyEncoding) -> Self {
        self.manner = manner;
        self
    }

    /// With another method and no body.
    #[must_use]
    pub(crate) fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self.request.body = RawBody::default();
        self.without_header(&header::CONTENT_TYPE)
    }

    /// Without a field.
    #[must_use]
    pub(crate) fn without_header(mut self, name: &HeaderName) -> Self {
        self.request.headers.retain(|(given, _)| given != name);
        self
    }

    /// With a field in the place of those of its name. A value that no header can have leaves the field out.
    #[must_use]
    pub(crate) fn with_header(self, name: &HeaderName, value: impl AsRef<[u8]>) -> Self {
        self.without_header(name).add_header(name, value)
    }

    /// The same with the name as somebody spelled it.
    #[must_use]
    pub(super) fn with_spelled_header(self, name: &FieldName, value: &HeaderValue) -> Self {
        let mut draft = self.without_header(name);
        draft.request.headers.push((name.clone(), value.clone()));
        draft
    }

    /// With one more field.
    #[must_use]
    pub(crate) fn add_header(mut self, name: &HeaderName, value: impl AsRef<[u8]>) -> Self {
        self.request
            .headers
            .extend(HeaderValue::from_bytes(value.as_ref()).ok().map(|value| (name.clone().into(), value)));
        self
    }

    /// With another body, the signature being left as it is.
    #[must_use]
    pub(crate) fn with_body(mut self, body: impl Into<RawBody>) -> Self {
        self.request.body = body.into();
        self
    }

    /// To another address.
    #[must_use]
    pub(crate) fn with_url(mut self, url: Url) -> Self {
        self.request.url = url;
        self
    }

    /// Whether its body is sent at once.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.manner, BodyEncoding::Whole)
    }

    /// What is unusual about it; nothing for a plain POST.
    pub(super) fn request_overrides(&self) -> Option<RequestOverrides> {
        let usual = self.method == Method::POST && self.is_whole();
        (!usual).then(|| RequestOverrides { method: self.method.clone(), manner: self.manner.clone() })
    }

    /// The request with its answer, as a report tells it.
    pub(super) fn into_exchange(
        self,
        outcome: AttemptOutcome,
        headers: &HeaderMap,
        latency: Duration,
    ) -> CheckExchange {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        // Keys of the endpoint's own gateway were given for sending, not for a report.
        let shown = |name: &FieldName, value: &HeaderValue| match carries_credentials(name.as_str()) {
            true => String::from_utf8_lossy(REDACTED).into_owned(),
            false => text(value),
        };
        let url = &self.request.url;
        // Another library spells names in its own way.
        let spelled = |name: &FieldName| if is_direct(url) { name.spelling().into_owned() } else { name.to_string() };
        CheckExchange {
            what: self.what,
            method: self.method.to_string(),
            target: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
            headers: self.request.headers.iter().map(|(name, value)| (spelled(name), shown(name, value))).collect(),
            body: self.request.body,
            outcome,
            answer_headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            latency,
        }
    }
}
