//! The sandbox that runs beside: what the page shows of it and does with it goes to its process, which alone may change
//! its data.

use super::answer::{answer_missing, answer_records};
use super::query::take_parameter;
use super::{Inspector, InspectorState};
use crate::error::{Error, ErrorCategory};
use crate::exchange::HttpClient;
use crate::output::phrases;
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::session::registry;
use axum::response::Response;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Time that a sandbox on this machine has to connect, and to answer.
const CONNECT: Duration = Duration::from_secs(2);
const TOTAL: Duration = Duration::from_secs(10);

/// Bytes of an answer: deliveries with their bodies.
const LARGEST_ANSWER: usize = 64 << 20;

/// What is asked for.
#[derive(Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
enum SandboxQuestion {
    Look {},
    Signups { waitlist: String, query: String, offset: u64 },
}

/// What a sandbox says where it does not do what it was asked to.
#[derive(Deserialize)]
struct SandboxRefusal {
    error: String,
}

/// A client for answers of that size.
pub(super) fn sandbox_client() -> HttpClient {
    HttpClient::for_answers(CONNECT, LARGEST_ANSWER)
}

/// `GET /api/sandbox`: the `sandbox` record, then a `delivery` record for each that is told.
pub(super) async fn show_sandbox(inspector: &Inspector) -> Result<Response, Error> {
    inspector.0.ask_sandbox(encode(&SandboxQuestion::Look {})).await
}

/// `GET /api/sandbox/signups`: a page of a waitlist.
pub(super) async fn list_sandbox_signups(inspector: &Inspector, query: &str) -> Result<Response, Error> {
    let (waitlist, query) = take_parameter(query, "waitlist");
    let (words, query) = take_parameter(&query, "q");
    let (offset, _) = take_parameter(&query, "offset");
    let question = SandboxQuestion::Signups {
        waitlist: waitlist.unwrap_or_default(),
        query: words.unwrap_or_default(),
        offset: offset.and_then(|offset| offset.parse().ok()).unwrap_or_default(),
    };
    inspector.0.ask_sandbox(encode(&question)).await
}

/// `POST /api/sandbox`: what the sandbox is to do, in its own words; it answers with what there is to see then.
pub(super) async fn change_sandbox(inspector: &Inspector, body: RawBody) -> Result<Response, Error> {
    inspector.0.ask_sandbox(body).await
}

fn encode(question: &SandboxQuestion) -> RawBody {
    RawBody::new(serde_json::to_vec(question).unwrap_or_default())
}

impl InspectorState {
    async fn ask_sandbox(&self, body: RawBody) -> Result<Response, Error> {
        let now = self.around.clock.now();
        let Some(found) = registry::find_sandbox(&self.around.store) else {
            return Ok(answer_missing(
                now,
                "no sandbox is running for this profile; start one with: referralloop sandbox",
            ));
        };
        let token = found.fragment().unwrap_or_default().to_owned();
        let unusable = |_| Error::machine("the sandbox's token cannot be read");
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(unusable)?;
        let mut url = found;
        url.set_fragment(None);
        url.set_path("/_sandbox/control");
        let json = HeaderValue::from_static("application/json");
        let headers = vec![(AUTHORIZATION.into(), bearer), (CONTENT_TYPE.into(), json)];
        let request = OutgoingRequest { url, headers, body };
        let (outcome, _) = self.sandbox_client.post(&request, Some(TOTAL)).await;
        let AttemptOutcome::Answered(answer) = outcome else {
            let words = phrases::describe_outcome(&outcome);
            return Err(Error::new(ErrorCategory::Network, format!("the sandbox did not answer: {}", words.as_str())));
        };
        if answer.status == 200 {
            return Ok(answer_records(answer.body.to_vec()));
        }
        let told: Option<SandboxRefusal> = serde_json::from_slice(&answer.body).ok();
        Err(told.map_or_else(
            || Error::new(ErrorCategory::Network, format!("the sandbox answered {}", answer.status)),
            |told| Error::usage(told.error),
        ))
    }
}
