//! Deliveries as an HTTP Archive 1.2, which browsers' developer tools and proxies open: a request and its answer each.
//!
//! Bodies that are no text stand in Base64, and say so. What is not known, such as an answer's header fields, is left empty,
//! as the format demands; what had no answer has the status 0. What a terminal or a build service would act upon is
//! escaped as JSON has it.

use super::sanitise::{EscapeNotation, escape_into};
use crate::protocol::attempt::{Attempt, AttemptOutcome, OutgoingRequest};
use crate::protocol::wire::wire_fields;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

/// A delivery that goes into an archive.
#[derive(Debug)]
pub(crate) struct ArchivedDelivery<'a> {
    pub request: OutgoingRequest,
    /// How it ended; `None` where it was never sent.
    pub attempt: Option<&'a Attempt>,
    /// When it was sent, or came in.
    pub at: Timestamp,
    /// What it is called: number and event type.
    pub comment: String,
}

#[derive(Serialize)]
struct HarFile {
    log: HarLog,
}

#[derive(Serialize)]
struct HarLog {
    version: &'static str,
    creator: HarCreator,
    entries: Vec<HarEntry>,
}

#[derive(Serialize)]
struct HarCreator {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarEntry {
    started_date_time: String,
    time: f64,
    request: HarRequest,
    response: HarResponse,
    cache: HarEmpty,
    timings: HarTimings,
    comment: String,
}

#[derive(Serialize)]
struct HarEmpty {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest {
    method: &'static str,
    url: String,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<HarPair>,
    query_string: Vec<HarPair>,
    post_data: HarBody,
    headers_size: i64,
    body_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarResponse {
    status: u16,
    status_text: String,
    http_version: &'static str,
    cookies: [(); 0],
    headers: [(); 0],
    content: HarBody,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct HarPair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
    mime_type: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

/// Milliseconds; −1 for what does not apply.
#[derive(Serialize)]
struct HarTimings {
    send: f64,
    wait: f64,
    receive: f64,
}

/// The archive as text.
pub(crate) fn render_archive(deliveries: &[ArchivedDelivery<'_>]) -> String {
    let creator = HarCreator { name: "referralloop", version: env!("CARGO_PKG_VERSION") };
    let entries = deliveries.iter().map(write_entry).collect();
    let file = HarFile { log: HarLog { version: "1.2", creator, entries } };
    // Structs of texts and numbers are always written.
    let plain = serde_json::to_string_pretty(&file).unwrap_or_default();
    let mut text = String::with_capacity(plain.len() + 1);
    // Line feeds stand between members only.
    for line in plain.lines() {
        escape_into(&mut text, line.as_bytes(), EscapeNotation::Json);
        text.push('\n');
    }
    text
}

fn write_entry(delivery: &ArchivedDelivery<'_>) -> HarEntry {
    let time = delivery.attempt.map_or(0.0, |attempt| attempt.latency.as_secs_f64() * 1000.0);
    HarEntry {
        started_date_time: delivery.at.to_string(),
        time,
        request: write_request(&delivery.request),
        response: write_response(delivery.attempt),
        cache: HarEmpty {},
        timings: HarTimings { send: 0.0, wait: time, receive: 0.0 },
        comment: delivery.comment.clone(),
    }
}

fn write_request(request: &OutgoingRequest) -> HarRequest {
    // What is no UTF-8 is read as browsers read it.
    let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect();
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map_or_else(|_| latin(bytes), str::to_owned);
    let fields = wire_fields(&request.url, &request.headers, Some(request.body.len()));
    let headers: Vec<HarPair> = fields
        .iter()
        .map(|(name, value)| HarPair { name: name.spelling().into_owned(), value: text(value.as_bytes()) })
        .collect();
    let mime = headers.iter().find(|pair| pair.name.eq_ignore_ascii_case("content-type"));
    let mime = mime.map_or_else(String::new, |pair| pair.value.clone());
    HarRequest {
        method: "POST",
        url: request.url.to_string(),
        http_version: "HTTP/1.1",
        cookies: [],
        query_string: list_query(&request.url),
        post_data: write_body(request.body.as_bytes(), mime, None),
        headers,
        headers_size: -1,
        body_size: request.body.len(),
    }
}

fn list_query(url: &Url) -> Vec<HarPair> {
    url.query_pairs().map(|(name, value)| HarPair { name: name.into_owned(), value: value.into_owned() }).collect()
}

fn write_response(attempt: Option<&Attempt>) -> HarResponse {
    let answer = attempt.and_then(|attempt| match &attempt.outcome {
        AttemptOutcome::Answered(answer) => Some(answer),
        _ => None,
    });
    let error = match (attempt, answer) {
        (_, Some(_)) => None,
        (Some(attempt), None) => Some(attempt.outcome.detail().unwrap_or_else(|| attempt.outcome.name().to_owned())),
        (None, None) => Some("never sent".to_owned()),
    };
    let status = answer.map_or(0, |answer| answer.status);
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let body = answer.map(|answer| answer.body.clone()).unwrap_or_default();
    HarResponse {
        status,
        status_text: reason.unwrap_or_default().to_owned(),
        http_version: "HTTP/1.1",
        cookies: [],
        headers: [],
        redirect_url: answer.and_then(|answer| answer.location.clone()).unwrap_or_default(),
        headers_size: -1,
        body_size: -1,
        content: write_body(&body, "x-unknown".to_owned(), Some(body.len())),
        error,
    }
}

fn write_body(bytes: &[u8], mime_type: String, size: Option<usize>) -> HarBody {
    match std::str::from_utf8(bytes) {
        Ok(text) => HarBody { size, mime_type, text: text.to_owned(), encoding: None },
        Err(_) => HarBody { size, mime_type, text: STANDARD.encode(bytes), encoding: Some("base64") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sanitise::find_unsafe;
    use crate::protocol::body::RawBody;
    use crate::protocol::target::parse_header;

    #[test]
    fn nothing_that_a_terminal_or_a_build_service_acts_upon_is_in_an_archive() {
        let hostile = "::error::x\n##vso[x] ##[y] \u{9b}31m \u{202e}\u{2028} \u{1b}[2J";
        let header = parse_header("X-Odd: a").unwrap();
        let odd = http::HeaderValue::from_bytes(b"\x9b\xff").unwrap();
        let request = OutgoingRequest {
            url: Url::parse("http://localhost/").unwrap(),
            headers: vec![(header.0, odd)],
            body: RawBody::new(hostile),
        };
        let archived = ArchivedDelivery { request, attempt: None, at: Timestamp::UNIX_EPOCH, comment: hostile.into() };
        let text = render_archive(&[archived]);
        assert_eq!(text.lines().find_map(find_unsafe), None, "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let request = &read["log"]["entries"][0]["request"];
        assert_eq!(request["postData"]["text"], hostile);
        let headers = request["headers"].as_array().unwrap();
        assert!(headers.iter().any(|pair| pair["value"] == "\u{9b}\u{ff}"), "{headers:?}");
    }
}
