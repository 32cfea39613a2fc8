//! The relay's stream: whether it is reached, and whether it keeps what everybody behind it counts on.

use super::super::finding::{SetupCheck, SetupFinding};
use crate::config::ConfigSettings;
use crate::context::Context;
use crate::output::phrases::{format_bytes, format_quantity};
use crate::protocol::check::CheckSeverity;
use crate::relay::{NEEDED_WINDOW, RelayAddress, StreamFacts, StreamFault};
use crate::session::relay::{self, explain};
use std::time::Duration;

const RELAY: SetupCheck = SetupCheck {
    id: "setup.relay",
    severity: CheckSeverity::High,
    title: "the relay's stream has limits, a window for repeats, and replicas",
    why: "what is lost or doubled in the stream is lost or doubled for everybody who receives from it",
};

/// Below this, an event may be gone before a developer is back from the weekend.
const SHORT_AGE: Duration = Duration::from_secs(72 * 3600);

/// A burst has more.
const FEW_EVENTS: u64 = 10_000;

/// An event with its header lines is a few thousand bytes.
const SMALL_MESSAGE: u64 = 64 << 10;

/// Looks at the stream and changes nothing. Most have no relay, and there is nothing to say about it.
pub(super) async fn check_relay(
    address: Option<&RelayAddress>,
    access: &relay::Arguments,
    context: &Context,
    settings: &ConfigSettings,
) -> Option<SetupFinding> {
    let address = match access.published(address, settings) {
        Ok(Some(address)) => address,
        Ok(None) => return access.require(false, "--relay").err().map(|error| RELAY.broken(error)),
        Err(error) => return Some(RELAY.broken(error)),
    };
    let found = match access.connect_quietly(&address, context, settings).await {
        Ok(connection) => connection.inspect_stream().await.map_err(explain),
        Err(error) => Err(error),
    };
    Some(match found {
        Ok(Some(facts)) => judge(&address, &facts),
        Ok(None) => RELAY.passed(format!("{address} answers; the stream will be made by listen --publish")),
        Err(error) => RELAY.broken(error),
    })
}

fn judge(address: &RelayAddress, facts: &StreamFacts) -> SetupFinding {
    let lacks = list_lacks(facts);
    let name = &facts.name;
    if lacks.is_empty() {
        let messages = format_quantity(facts.messages, "message", "messages");
        let bytes = format_bytes(facts.bytes);
        let (age, window) = (hours(facts.max_age), hours(facts.duplicate_window));
        let limit = format_bytes(facts.max_bytes.unwrap_or_default());
        return RELAY.passed(format!(
            "{address}: stream {name}, {} in {}, kept {age} and {}, repeats within {window}, {}",
            messages.as_str(),
            bytes.as_str(),
            limit.as_str(),
            format_quantity(facts.replicas as u64, "copy", "copies").as_str()
        ));
    }
    let seen: Vec<&str> = lacks.iter().map(|(seen, _)| seen.as_str()).collect();
    let mut finding = RELAY.failed(format!("stream {name} {}", seen.join("; ")), String::new());
    finding.fix = lacks.into_iter().map(|(_, fix)| fix).collect();
    finding
}

/// What a stream lacks, each with what to do.
fn list_lacks(facts: &StreamFacts) -> Vec<(String, String)> {
    let name = &facts.name;
    let edit = |options: &str| format!("nats stream edit {name} {options}");
    let mut lacks = Vec::new();
    let mut lack = |is: bool, seen: String, fix: String| {
        if is {
            lacks.push((seen, fix));
        }
    };
    let age = facts.max_age;
    lack(age.is_zero(), "has no limit of age".into(), edit("--max-age 30d"));
    let short = !age.is_zero() && age < SHORT_AGE;
    lack(short, format!("forgets events after {}", hours(age)), edit("--max-age 30d"));
    lack(facts.max_bytes.is_none(), "has no limit of bytes".into(), edit("--max-bytes 1GiB"));
    let window = facts.duplicate_window;
    let seen = format!("knows repeats for {} only, and the service repeats for 81 minutes", hours(window));
    lack(window < NEEDED_WINDOW, seen, edit("--dupe-window 2h"));
    let alone = facts.servers >= 3 && facts.replicas < 3;
    let subjects = facts.subjects.as_str();
    let seen = format!("keeps only a part of {subjects}, so that all else is answered 503");
    lack(!facts.covers, seen, edit(&format!("--subjects '{subjects}'")));
    let largest = format_bytes(facts.max_message);
    let seen = format!("takes at most {} with the header lines", largest.as_str());
    let fix = "raise the stream's --max-msg-size and the server's max_payload to 2 MiB or more".to_owned();
    lack(facts.max_message < SMALL_MESSAGE, seen, fix);
    let copies = format_quantity(facts.replicas as u64, "copy", "copies");
    let seen = format!("has {} in a cluster of {} servers", copies.as_str(), facts.servers);
    lack(alone, seen, edit("--replicas 3"));
    lacks.extend(list_faults(facts));
    lacks
}

/// What makes a stream refuse events, or lose them, whatever its limits of age and bytes.
fn list_faults(facts: &StreamFacts) -> Vec<(String, String)> {
    let name = &facts.name;
    let edit = |options: &str| format!("nats stream edit {name} {options}");
    let anew = format!("make it anew: nats stream rm {name}, then listen --publish makes one");
    let fault = facts.fault.map(|fault| match fault {
        StreamFault::KeepsForPresent => {
            "keeps an event only for who receives at that moment, so that what comes while nobody does is lost"
        }
        StreamFault::KeepsForOne => "lets go of an event once one receiver has it",
        StreamFault::Sealed => "is sealed, so that every delivery is answered 503",
    });
    let receivers = facts.max_consumers.map(|most| {
        let receivers = format_quantity(most, "receiver", "receivers");
        (format!("lets {} receive at most", receivers.as_str()), anew.clone())
    });
    let few = |most: Option<u64>| most.filter(|most| *most < FEW_EVENTS);
    let events = few(facts.max_messages).map(|most| {
        let events = format_quantity(most, "event", "events");
        (format!("keeps {} at most", events.as_str()), edit("--max-msgs=-1"))
    });
    let per_subject = few(facts.max_per_subject)
        .map(|most| (format!("keeps {most} of each kind and waitlist at most"), edit("--max-msgs-per-subject=-1")));
    let refuses = facts.refuses_when_full && facts.fault.is_none();
    let full = "refuses what is new once it is full, so that every delivery is answered 503 then";
    let silent = "acknowledges nothing, so that every delivery is answered 503";
    [
        facts.in_memory.then(|| ("is in memory, and a restart empties it".to_owned(), anew.clone())),
        fault.map(|fault| (fault.to_owned(), anew.clone())),
        receivers,
        refuses.then(|| (full.to_owned(), edit("--discard old"))),
        events,
        per_subject,
        (!facts.acknowledges).then(|| (silent.to_owned(), edit("--ack"))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn hours(time: Duration) -> String {
    humantime::format_duration(Duration::from_secs(time.as_secs())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> StreamFacts {
        StreamFacts {
            name: "HOOKS".into(),
            max_age: Duration::from_secs(30 * 86_400),
            max_bytes: Some(1 << 30),
            duplicate_window: Duration::from_secs(7_200),
            replicas: 1,
            servers: 1,
            in_memory: false,
            covers: true,
            subjects: "hooks.>".into(),
            max_message: 1 << 20,
            fault: None,
            refuses_when_full: false,
            max_messages: None,
            max_per_subject: None,
            max_consumers: None,
            acknowledges: true,
            messages: 3,
            bytes: 900,
        }
    }

    #[test]
    fn each_lack_is_told_by_itself() {
        assert!(list_lacks(&good()).is_empty());
        let minutes = |count: u64| Duration::from_secs(60 * count);
        for (facts, words) in [
            (StreamFacts { max_age: Duration::ZERO, ..good() }, "no limit of age"),
            (StreamFacts { max_age: minutes(60), ..good() }, "forgets events after 1h"),
            (StreamFacts { max_bytes: None, ..good() }, "no limit of bytes"),
            (StreamFacts { duplicate_window: minutes(89), ..good() }, "knows repeats for 1h 29m only"),
            (StreamFacts { servers: 3, ..good() }, "1 copy in a cluster of 3 servers"),
            (StreamFacts { in_memory: true, ..good() }, "is in memory"),
            (StreamFacts { covers: false, ..good() }, "keeps only a part of hooks.>"),
            (StreamFacts { max_message: 500, ..good() }, "takes at most 500 B"),
            (StreamFacts { fault: Some(StreamFault::KeepsForOne), ..good() }, "once one receiver has it"),
            (StreamFacts { fault: Some(StreamFault::KeepsForPresent), ..good() }, "while nobody does is lost"),
            (StreamFacts { fault: Some(StreamFault::Sealed), ..good() }, "is sealed"),
            (StreamFacts { refuses_when_full: true, ..good() }, "refuses what is new once it is full"),
            (StreamFacts { max_messages: Some(3), ..good() }, "keeps 3 events at most"),
            (StreamFacts { max_per_subject: Some(1), ..good() }, "keeps 1 of each kind"),
            (StreamFacts { max_consumers: Some(1), ..good() }, "lets 1 receiver receive at most"),
            (StreamFacts { acknowledges: false, ..good() }, "acknowledges nothing"),
        ] {
            let lacks = list_lacks(&facts);
            assert!(lacks.len() == 1 && lacks[0].0.contains(words), "{words}: {lacks:?}");
        }
        assert!(list_lacks(&StreamFacts { duplicate_window: minutes(90), ..good() }).is_empty());
        assert!(list_lacks(&StreamFacts { servers: 3, replicas: 3, ..good() }).is_empty());
    }
}
