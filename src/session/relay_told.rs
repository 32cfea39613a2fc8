//! What a relay tells, in words for people: what happens to its connection, and why something could not be had.

use crate::error::{Error, ErrorCategory};
use crate::relay::{RelayError, RelayNews, StreamFault};

/// What happens while it is used, in a sentence or two.
pub(super) fn describe_news(news: RelayNews) -> String {
    match news {
        RelayNews::Lost => "The connection to the relay is lost; it is tried again until it stands.".to_owned(),
        RelayNews::Refused => {
            "The relay refuses these credentials by now; they are tried again until it takes them.".to_owned()
        }
        RelayNews::Forbidden(what) => {
            format!(
                "These credentials do not give the right to {what}: what is stored here comes again and again. \
                 Ask the relay's owner for it."
            )
        }
        RelayNews::Electing(patience) => {
            let seconds = patience.as_secs();
            format!("The relay has no leader at this moment; one is waited for, {seconds} seconds at most.")
        }
        RelayNews::Elected(after) => format!("The relay has a leader, after {:.1} s.", after.as_secs_f64()),
        RelayNews::KeepsPart { stream, subjects } => format!(
            "The stream {stream} keeps only a part of {subjects}: what it leaves out is answered 503. \
             referralloop doctor --relay tells what to do."
        ),
        RelayNews::Unfit { stream, fault } => {
            let what = match fault {
                StreamFault::KeepsForPresent => {
                    "keeps an event only for who receives at that moment: what comes while nobody does is answered \
                     2xx and lost"
                }
                StreamFault::KeepsForOne => {
                    "lets go of an event once one receiver has it: of several, each gets a part"
                }
                StreamFault::Sealed => "is sealed and takes nothing more: every delivery is answered 503",
            };
            format!("The stream {stream} {what}. referralloop doctor --relay tells what to do.")
        }
        RelayNews::Forgotten => "The relay's stream is gone; it is looked for until there is one again.".to_owned(),
        RelayNews::Resumed { anew: false } => {
            "The stream had forgotten this listener, which goes on after the last event that it kept.".to_owned()
        }
        RelayNews::Resumed { anew: true } => {
            "The relay has a new stream; this listener goes on with its first event.".to_owned()
        }
        RelayNews::Back(after) => {
            format!("The relay is connected again, after {:.1} s.", after.as_secs_f64())
        }
    }
}

/// Why something could not be had, and what to do.
pub(crate) fn explain(error: RelayError) -> Error {
    use RelayError::{
        Absent, Credentials, Denied, Forbidden, Leaderless, NameTaken, NoJetStream, NoStream, Occupied, OtherSubjects,
        TooOld, Unacknowledged, Unreachable,
    };
    let kind = match error {
        Unreachable(_)
        | Unacknowledged(_)
        | Leaderless(_)
        | NoJetStream(_)
        | NoStream(_)
        | NameTaken { .. }
        | TooOld(_) => ErrorCategory::Network,
        Denied { .. } | Forbidden(_) => ErrorCategory::Configuration,
        Absent | Credentials(_) | Occupied(_) | OtherSubjects { .. } => ErrorCategory::Usage,
    };
    let told = Error::new(kind, format!("relay: {error}"));
    let another = "give another name with --as or --share";
    match &error {
        Denied { gave: false, .. } => told.hint(
            "give the credentials file that its owner made for you with nsc: --nats-creds FILE; a user's name and a \
             password, or a token, are not taken",
        ),
        Denied { .. } => told.hint("give the file that the relay's owner made for you: --nats-creds FILE"),
        Forbidden(_) => told.hint("ask the relay's owner for it; docs/teams.md lists the rights that each task needs"),
        Leaderless(_) => told.hint("more than half of its servers have to run and to reach each other; then try again"),
        NoJetStream(_) => told.hint("start it with -js, or with jetstream { store_dir: … } in its configuration"),
        NoStream(_) => told.hint("the first listen --publish with this subject makes one"),
        NameTaken { name, subjects } => told
            .hint(format!(
                "add {subjects} to what that stream keeps: nats stream edit {name} --subjects 'THOSE,{subjects}'"
            ))
            .hint("or publish with a subject of another name"),
        Occupied(_) => told.hint(format!("{another}; to share the events on purpose: --share NAME")),
        OtherSubjects { .. } => told.hint(another),
        Absent | Credentials(_) | Unreachable(_) | Unacknowledged(_) | TooOld(_) => told,
    }
}
