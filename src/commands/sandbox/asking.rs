//! Asking a sandbox that runs for its deliveries: its data may be in its memory alone, in another folder, or on another
//! machine.

use super::told::read_told_deliveries;
use crate::config::{ConfigSettings, api};
use crate::context::Context;
use crate::error::Error;
use crate::exchange::{BodyEncoding, HttpClient, RequestOverrides};
use crate::output::console::Console;
use crate::output::phrases;
use crate::protocol::attempt::{AttemptOutcome, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::delivery::SandboxDelivery;
use crate::sandbox::DeliveryFilter;
use crate::session::{self, registry, runtime};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use std::time::Duration;
use url::Url;

/// Time that a sandbox has to connect, and to answer.
const CONNECT: Duration = Duration::from_secs(3);
const TOTAL: Duration = Duration::from_secs(15);

/// Bytes of an answer: deliveries with their bodies.
const LARGEST_ANSWER: usize = 64 << 20;

/// A sandbox that may be running.
struct SandboxDoor {
    /// Its origin.
    url: Url,
    /// What lets in where it is asked for.
    bearer: Option<HeaderValue>,
    /// Who says that it is there.
    origin: String,
}

/// The deliveries of the sandbox that the configuration names, else of the one that runs for this profile, oldest first;
/// `None` where none answers.
pub(super) fn ask_running(
    wanted: &DeliveryFilter,
    settings: &ConfigSettings,
    context: &Context,
    console: &Console,
) -> Result<Option<Vec<SandboxDelivery>>, Error> {
    let configured = find_configured(settings, context)?;
    // Without a place for a store nothing is left beside one.
    let own = session::store_path(context, settings).ok().and_then(|store| registry::find_sandbox(&store));
    let own = own.map(|mut url| {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", url.fragment().unwrap_or_default())).ok();
        url.set_fragment(None);
        SandboxDoor { url, bearer, origin: "this profile's".into() }
    });
    for door in configured.into_iter().chain(own) {
        match runtime::block_on(ask(&door, wanted)) {
            Ok(found) => {
                console.print_detail(&format!("deliveries of the sandbox at {}", door.name()));
                return Ok(Some(found));
            }
            Err(error) => console.print_notice(&error.message),
        }
    }
    Ok(None)
}

/// What every other command calls, unless it is the service: that has no such page. A live key stays here.
fn find_configured(settings: &ConfigSettings, context: &Context) -> Result<Option<SandboxDoor>, Error> {
    let place = api::resolve_location(settings)?;
    if place.base.is_service() {
        return Ok(None);
    }
    let key = api::read_credentials(settings, &context.environment).ok().map(|credentials| credentials.key);
    let bearer = key.filter(|key| !key.is_live()).map(|key| key.bearer());
    Ok(Some(SandboxDoor { url: place.base.url().clone(), bearer, origin: place.origin.to_string() }))
}

impl SandboxDoor {
    fn name(&self) -> String {
        format!("{} ({})", self.url.origin().ascii_serialization(), self.origin)
    }
}

async fn ask(door: &SandboxDoor, wanted: &DeliveryFilter) -> Result<Vec<SandboxDelivery>, Error> {
    let mut url = door.url.clone();
    url.set_path("/_sandbox/deliveries");
    url.set_query(Some(&wanted.to_query()));
    let bearer = door.bearer.iter().map(|bearer| (AUTHORIZATION.into(), bearer.clone()));
    let request = OutgoingRequest { url, headers: bearer.collect(), body: RawBody::new(Vec::new()) };
    let get = RequestOverrides { method: Method::GET, manner: BodyEncoding::Whole };
    let ended = HttpClient::for_answers(CONNECT, LARGEST_ANSWER).send(&request, Some(&get), Some(TOTAL)).await;
    let AttemptOutcome::Answered(answer) = ended.outcome else {
        let words = match &ended.outcome {
            AttemptOutcome::Refused => "nothing is listening there".to_owned(),
            outcome => phrases::describe_outcome(outcome).as_str().to_owned(),
        };
        return Err(Error::usage(format!("no sandbox answers at {}: {words}", door.name())));
    };
    let unusable =
        |what: String| Error::usage(format!("{} does not show the deliveries of a sandbox: {what}", door.name()));
    if answer.status != 200 {
        return Err(unusable(format!("it answered {}", phrases::format_status(answer.status).as_str())));
    }
    read_told_deliveries(&answer.body).map_err(unusable)
}
