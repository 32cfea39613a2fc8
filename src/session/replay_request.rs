//! An event of the history as a request again: its bytes as they are stored, the header fields that came with them, and
//! the signature that came or a new one.

use super::arguments::HeaderArgument;
use super::request::{SigningStyle, build_event_request, replace_headers};
use super::transfer::EventHistory;
use crate::error::Error;
use crate::protocol::arrival::{HeaderLines, is_forwarded_header};
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::body::RawBody;
use crate::protocol::field::FieldName;
use crate::protocol::signature::HmacKey;
use crate::protocol::target::carry_on;
use http::HeaderValue;
use url::Url;

/// Whose signature goes along.
#[derive(Debug, Clone)]
pub(crate) enum ReplaySigning {
    /// The one that came.
    Kept,
    /// The one that came; where the event never came in, one made with this key.
    KeptOr(HmacKey),
    /// One made with this key.
    Again(HmacKey),
}

/// What becomes of a stored event on its way out.
#[derive(Debug, Clone)]
pub(crate) struct ReplayForm {
    /// Whose signature goes along.
    pub signing: ReplaySigning,
    /// Fields that are added, or stand in the place of received ones of the same name.
    pub headers: Vec<HeaderArgument>,
    /// Whether the path that was asked for goes along; its query does in any case.
    pub with_path: bool,
}

impl ReplayForm {
    /// The event as it came.
    pub(crate) fn plain(signing: ReplaySigning) -> Self {
        Self { signing, headers: Vec::new(), with_path: false }
    }
}

/// The request that sends an event again: its bytes, and the header fields that belong to them.
pub(crate) fn build_replay_request(
    story: &EventHistory,
    url: Url,
    form: &ReplayForm,
) -> Result<OutgoingRequest, Error> {
    let body = &story.event.body;
    let mut request = match (story.arrivals.first(), &form.signing) {
        (Some(first), signing) => {
            rebuild_request(carry_on(&url, &first.target, form.with_path), body, &first.headers, signing)?
        }
        (None, ReplaySigning::Kept) => build_event_request(url, body, None)?,
        (None, ReplaySigning::KeptOr(key) | ReplaySigning::Again(key)) => sign_request(url, body, key)?,
    };
    replace_headers(&mut request.headers, &form.headers);
    Ok(request)
}

/// The same from header lines and a body.
pub(crate) fn rebuild_request(
    url: Url,
    body: &RawBody,
    headers: &HeaderLines,
    signing: &ReplaySigning,
) -> Result<OutgoingRequest, Error> {
    let mut fields = Vec::new();
    for (name, value) in headers.iter() {
        let along = std::str::from_utf8(name).is_ok_and(is_forwarded_header);
        // What a header cannot hold never was one; an edited file may say so all the same.
        if let (true, Some(name), Ok(value)) = (along, FieldName::from_spelling(name), HeaderValue::from_bytes(value)) {
            fields.push((name, value));
        }
    }
    if let ReplaySigning::Again(key) = signing {
        let style = SigningStyle::of_body(body);
        fields.retain(|(name, _)| *name != style.header());
        let fresh = sign_request(url.clone(), body, key)?.headers;
        fields.extend(fresh.into_iter().filter(|(name, _)| *name == style.header()));
    }
    Ok(OutgoingRequest { url, headers: fields, body: body.clone() })
}

fn sign_request(url: Url, body: &RawBody, key: &HmacKey) -> Result<OutgoingRequest, Error> {
    build_event_request(url, body, Some(SigningStyle::of_body(body).sign(key, body.as_bytes())))
}
