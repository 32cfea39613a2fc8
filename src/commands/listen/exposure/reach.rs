//! Whether a public address leads to this listener and to no other server: it is asked a question to which only this
//! run has the answer.

use crate::context::Context;
use crate::exchange::{BodyEncoding, HttpClient, RequestOverrides, TlsTrust};
use crate::output::phrases;
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::receive::{GREETING_HEADER, ListenerGreeting};
use http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use url::Url;

/// Time for one question.
const BUDGET: Duration = Duration::from_secs(5);

/// A question and its answer, for one run.
pub(crate) fn generate_greeting(context: &Context) -> ListenerGreeting {
    let word = || format!("{:016x}{:016x}", context.random_u64(), context.random_u64());
    ListenerGreeting { question: word(), answer: word() }
}

/// Asks. What came instead of the answer is said in words.
///
/// # Errors
/// Something else answered, or nothing.
pub(super) async fn check_reach(target: &Url, greeting: &ListenerGreeting) -> Result<(), String> {
    let question = HeaderValue::from_str(&greeting.question).map_err(|error| error.to_string())?;
    let headers = vec![(HeaderName::from_static(GREETING_HEADER).into(), question)];
    let request = OutgoingRequest { url: target.clone(), headers, body: RawBody::new("") };
    let get = RequestOverrides { method: Method::GET, manner: BodyEncoding::Whole };
    // A connection of its own: a tunnel that is started again may be found elsewhere under the same name.
    match HttpClient::without_pool(TlsTrust::default()).send(&request, Some(&get), Some(BUDGET)).await.outcome {
        AttemptOutcome::Answered(answer) if answer.body == greeting.answer.as_bytes() => Ok(()),
        AttemptOutcome::Answered(answer) => {
            Err(format!("something else answered {}", phrases::format_status(answer.status).as_str()))
        }
        other => Err(phrases::describe_outcome(&other).as_str().to_owned()),
    }
}
