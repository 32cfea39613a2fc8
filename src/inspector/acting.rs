//! What the page may do: send stored events again, send something new, make up an event, write requests down, export.

use super::answer::{answer, answer_file, answer_missing, answer_records};
use super::query::EventSearch;
use super::{Inspector, InspectorState};
use crate::error::Error;
use crate::output::records::{self, PayloadRecord};
use crate::output::rendition::RequestRendition;
use crate::output::request_scripts::{self, NamedRequest, ScriptLanguage};
use crate::protocol::attempt::DeliveryPurpose;
use crate::protocol::body::RawBody;
use crate::protocol::edit::{PayloadEdit, apply_edits};
use crate::protocol::event::EventType;
use crate::protocol::facts::EventFacts;
use crate::protocol::redact::Redactor;
use crate::protocol::sample::{SampleOverrides, SeededRng, generate_payload};
use crate::session::arguments;
use crate::session::replay_request::{ReplayForm, ReplaySigning, build_replay_request};
use crate::session::request::{build_event_request, replace_headers};
use crate::session::transfer::EventHistory;
use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use url::Url;

/// Events that are sent again at one request.
const MOST_REPLAYED: usize = 200;

/// `POST /api/replay`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayAction {
    events: Vec<u64>,
    to: Option<String>,
    #[serde(default)]
    resign: bool,
}

/// `POST /api/send`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SendAction {
    body: Option<String>,
    body_base64: Option<String>,
    to: Option<String>,
    /// The event that was edited: it goes where that went.
    of: Option<u64>,
    #[serde(default)]
    unsigned: bool,
    /// Lines of `Name: value`.
    #[serde(default, rename = "headers")]
    lines: Vec<String>,
}

/// `POST /api/make`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeAction {
    event_type: String,
    /// Values by path, as they are typed.
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    unset: Vec<String>,
    #[serde(default)]
    force: bool,
}

fn read_action<T: DeserializeOwned>(body: &RawBody) -> Result<T, Error> {
    serde_json::from_slice(body.as_bytes())
        .map_err(|error| Error::usage(format!("the request cannot be understood: {error}")))
}

impl InspectorState {
    /// The target that was named, else every one to which the event was forwarded last, else the listener.
    fn choose_targets(&self, named: Option<&str>, story: &EventHistory) -> Result<Vec<Url>, Error> {
        let last = story.last_targets();
        let is_named = named.is_some_and(|text| !text.trim().is_empty());
        if is_named || last.is_empty() { self.choose_target(named, Some(story)).map(|one| vec![one]) } else { Ok(last) }
    }

    /// The target that was named, else where the event was forwarded last, else the listener.
    fn choose_target(&self, named: Option<&str>, story: Option<&EventHistory>) -> Result<Url, Error> {
        if let Some(text) = named.map(str::trim).filter(|text| !text.is_empty()) {
            return arguments::read_target(text).map_err(Error::usage);
        }
        let known = story.and_then(EventHistory::last_target).or_else(|| self.find_listener());
        known.map_or_else(|| arguments::read_target("http://127.0.0.1:4242/").map_err(Error::usage), Ok)
    }

    /// Recording goes to the file that is read from now on, also where another one lay there before.
    async fn follow_store(&self) -> Result<(), Error> {
        self.around.recorder.open_current().await.map_err(|error| Error::machine(error.to_string()))
    }

    async fn read_story(&self, number: u64) -> Result<EventHistory, Error> {
        let story = self.readers.read(move |reader| EventHistory::read(reader, number)).await?;
        story.ok_or_else(|| Error::usage(format!("there is no event #{number}")))
    }
}

/// Sends stored events again, oldest first: a `replayed` record for each and each of its targets.
pub(super) async fn replay_events(inspector: Inspector, body: RawBody) -> Result<Response, Error> {
    let mut wanted: ReplayAction = read_action(&body)?;
    if wanted.events.len() > MOST_REPLAYED {
        return Err(Error::usage(format!("at most {MOST_REPLAYED} events are sent again at once")));
    }
    wanted.events.sort_unstable();
    let (state, mut lines) = (&inspector.0, Vec::new());
    for number in wanted.events {
        let story = state.read_story(number).await?;
        state.follow_store().await?;
        for label in state.choose_targets(wanted.to.as_deref(), &story)? {
            let key = state.around.key.clone();
            let signing = if wanted.resign { ReplaySigning::Again(key) } else { ReplaySigning::KeptOr(key) };
            let request = build_replay_request(&story, label.clone(), &ReplayForm::plain(signing))?;
            let report = state.replay_once(&story, request, &label).await?;
            records::write_report_record(&mut lines, &report);
        }
    }
    Ok(answer_records(lines))
}

/// Sends what was edited or made: the records that `trigger` prints for it.
pub(super) async fn send_event(inspector: Inspector, body: RawBody) -> Result<Response, Error> {
    let wanted: SendAction = read_action(&body)?;
    let state = &inspector.0;
    let bytes = match (wanted.body, wanted.body_base64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(text)) => STANDARD.decode(text).map_err(|error| Error::usage(format!("body_base64: {error}")))?,
        _ => return Err(Error::usage("give either body or body_base64")),
    };
    let body = RawBody::new(bytes);
    let targets = match wanted.of {
        Some(of) => state.choose_targets(wanted.to.as_deref(), &state.read_story(of).await?)?,
        None => vec![state.choose_target(wanted.to.as_deref(), None)?],
    };
    let given = wanted.lines.iter().map(|line| arguments::read_header(line).map_err(Error::usage));
    let given = given.collect::<Result<Vec<_>, _>>()?;
    let mut requests = Vec::new();
    for url in targets {
        let signature = (!wanted.unsigned).then(|| state.around.key.sign(body.as_bytes()));
        let mut request = build_event_request(url.clone(), &body, signature)?;
        replace_headers(&mut request.headers, &given);
        requests.push((url, request));
    }
    let facts = EventFacts::from_body(&body);
    state.follow_store().await?;
    let recorded = state.around.recorder.record_sent(body.clone(), &facts, state.around.clock.now());
    let event = recorded.await.map_err(|error| Error::machine(error.to_string()))?;
    let mut lines = Vec::new();
    for (url, request) in requests {
        let (reports, ..) = state.send_once(event, request, (&url, DeliveryPurpose::Trigger)).await?;
        reports.iter().for_each(|report| records::write_report_record(&mut lines, report));
    }
    Ok(answer_records(lines))
}

/// Makes up an event and sends nothing: a `payload` record with its body.
pub(super) fn make_event(inspector: &Inspector, body: &RawBody) -> Result<Response, Error> {
    let wanted: MakeAction = read_action(body)?;
    let around = &inspector.0.around;
    let event: EventType = wanted
        .event_type
        .parse()
        .map_err(|error: crate::protocol::event::UnknownEvent| Error::usage(error.to_string()))?;
    let mut seed = [0; 8];
    (around.entropy)(&mut seed);
    let mut dice = SeededRng::new(u64::from_le_bytes(seed));
    let mut payload = generate_payload(event, &mut dice, around.clock.now(), &SampleOverrides::default());
    let set = wanted.set.into_iter().map(|(path, text)| PayloadEdit::Set { path, text });
    let unset = wanted.unset.into_iter().map(|path| PayloadEdit::Unset { path });
    let edits: Vec<PayloadEdit> = set.chain(unset).collect();
    apply_edits(&mut payload, event, &edits, wanted.force).map_err(|error| Error::usage(error.to_string()))?;
    let body = payload.to_string();
    let fields = PayloadRecord { event_type: event, body: &body };
    Ok(answer_records(records::encode_record(around.clock.now(), &fields)))
}

/// `GET /api/events/N/as/LANGUAGE`: the request that sends an event, as something to run.
pub(super) async fn write_request(
    inspector: Inspector,
    (number, language): (u64, &str),
    target: Option<String>,
) -> Result<Response, Error> {
    let language = match language {
        "curl" => ScriptLanguage::Curl,
        "hurl" => ScriptLanguage::Hurl,
        "python" => ScriptLanguage::Python,
        "node" => ScriptLanguage::Node,
        _ => return Ok(answer_missing(inspector.0.around.clock.now(), "write curl, hurl, python or node")),
    };
    let story = inspector.0.read_story(number).await?;
    let url = inspector.0.choose_target(target.as_deref(), Some(&story))?;
    let request = build_replay_request(&story, url, &ReplayForm::plain(ReplaySigning::Kept))?;
    let rendition = RequestRendition(&request);
    let text = match language {
        ScriptLanguage::Curl => rendition.to_curl() + "\n",
        _ => {
            let name = format!("event_{number}_{}", request.body.len());
            request_scripts::render_script(language, [NamedRequest { name, request: rendition }])
        }
    };
    Ok(answer(StatusCode::OK, "text/plain; charset=utf-8", Body::from(text)))
}

/// `GET /api/export?ids=1,2`: the lines of `events export`, oldest first.
pub(super) async fn export_events(inspector: Inspector, ids: &str, query: &str) -> Result<Response, Error> {
    let now = inspector.0.around.clock.now();
    let redact = EventSearch::read(query, now)?.redact;
    let numbers: Result<Vec<u64>, _> = ids.split(',').map(str::parse).collect();
    let mut numbers = numbers.map_err(|_| Error::usage("ids must be event numbers separated by commas"))?;
    numbers.sort_unstable();
    let mut redactor = redact.then(Redactor::new);
    let mut lines = Vec::new();
    for number in numbers {
        let story = inspector.0.read_story(number).await?;
        let story = match &mut redactor {
            Some(redactor) => story.redacted(redactor),
            None => story,
        };
        lines.extend(records::encode_record(now, &story.fields()));
    }
    Ok(answer_file("events.jsonl", "application/x-ndjson", lines))
}
