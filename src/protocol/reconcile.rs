//! What was never told: the service's sign-ups compared with what events said about them.
//!
//! Deliveries may be lost, and the service sends none again, so what it has is the truth and the difference is what
//! was missed. Pure: sign-ups and facts in, missed events out.

use super::api::ApiSignup;
use super::facts::{EventFacts, WaitlistPosition};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};

#[cfg(test)]
mod tests;

/// What events have told about one sign-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ObservedSignup {
    created: bool,
    deleted: bool,
    email: Option<String>,
    /// The last position that was told: when that was so, when it came, and the position. Payloads tell whole seconds, in
    /// one of which much can happen.
    position: Option<(Timestamp, Timestamp, i64)>,
    /// When the last event about it came.
    came: Option<Timestamp>,
}

/// What events have told about a waitlist.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObservedWaitlist(BTreeMap<String, ObservedSignup>);

/// An event that should have come and did not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MissedEvent {
    /// The service has a sign-up that nothing told of.
    Created(ApiSignup),
    /// A sign-up stands elsewhere than was told last.
    Moved {
        /// The sign-up.
        signup: ApiSignup,
        /// Where it stood as far as anybody was told.
        from: i64,
        /// Where it stands.
        to: i64,
    },
    /// A sign-up was told of, and the service has it no more.
    Deleted {
        id: String,
        /// Its e-mail address, where it was told.
        email: Option<String>,
    },
    /// A sign-up was said to be deleted, and the service has it: nothing that an event could mend.
    StillThere(ApiSignup),
}

impl ObservedWaitlist {
    /// Takes in what one event told, and when it came.
    pub(crate) fn observe_event(&mut self, facts: &EventFacts, came: Timestamp) {
        let Some(id) = &facts.signup_id else { return };
        let told = self.0.entry(id.clone()).or_default();
        told.came = told.came.max(Some(came));
        match facts.event_type.as_deref() {
            Some("signup.created") => told.created = true,
            Some("signup.deleted") => told.deleted = true,
            _ => {}
        }
        if told.email.is_none() {
            told.email.clone_from(&facts.email);
        }
        let at = facts.occurred.unwrap_or(came);
        let is_later = told.position.is_none_or(|(before, before_came, _)| (before, before_came) <= (at, came));
        let position = facts.position.map(|position| match position {
            WaitlistPosition::At(place) => place,
            WaitlistPosition::Moved { to, .. } => to,
        });
        if let Some(position) = position.filter(|_| is_later) {
            told.position = Some((at, came, position));
        }
    }

    /// Sign-ups that were told of.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What was missed: sign-ups that were made, in the order of their making; then those that moved; then those that
    /// are gone. Sign-ups made before `since` are taken as known. `read_at` is when reading the sign-ups began: about one
    /// that an event came for since then, the two sides speak of different times.
    pub(crate) fn find_missed(
        &self,
        signups: Vec<ApiSignup>,
        read_at: Timestamp,
        since: Option<Timestamp>,
    ) -> Vec<MissedEvent> {
        let there: HashSet<String> = signups.iter().map(|signup| signup.id().to_owned()).collect();
        let (mut created, mut moved) = (Vec::new(), Vec::new());
        for signup in signups {
            match self.0.get(signup.id()) {
                Some(told) if told.is_newer(read_at) => {}
                Some(told) if told.deleted => moved.push(MissedEvent::StillThere(signup)),
                Some(told) if told.created => moved.extend(told.find_move(signup)),
                _ if is_older(&signup, since) => {}
                _ => created.push(signup),
            }
        }
        created.sort_by_key(made_at);
        let gone = self.0.iter().filter(|(id, told)| !told.deleted && !told.is_newer(read_at) && !there.contains(*id));
        let gone = gone.map(|(id, told)| MissedEvent::Deleted { id: id.clone(), email: told.email.clone() });
        created.into_iter().map(MissedEvent::Created).chain(moved).chain(gone).collect()
    }
}

impl ObservedSignup {
    fn is_newer(&self, read_at: Timestamp) -> bool {
        self.came.is_some_and(|came| came >= read_at)
    }

    fn find_move(&self, signup: ApiSignup) -> Option<MissedEvent> {
        let (from, to) = (self.position?.2, signup.position()?);
        (from != to).then_some(MissedEvent::Moved { signup, from, to })
    }
}

fn made_at(signup: &ApiSignup) -> Option<Timestamp> {
    signup.text("created_at")?.parse().ok()
}

fn is_older(signup: &ApiSignup, since: Option<Timestamp>) -> bool {
    since.is_some_and(|since| made_at(signup).is_some_and(|made| made < since))
}

impl MissedEvent {
    /// The event that is missing; `None` where none could say it.
    pub(crate) fn event_type(&self) -> Option<&'static str> {
        match self {
            Self::Created(_) => Some("signup.created"),
            Self::Moved { .. } => Some("signup.position_changed"),
            Self::Deleted { .. } => Some("signup.deleted"),
            Self::StillThere(_) => None,
        }
    }

    /// The sign-up's id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Created(signup) | Self::Moved { signup, .. } | Self::StillThere(signup) => signup.id(),
            Self::Deleted { id, .. } => id,
        }
    }

    /// The sign-up's e-mail address.
    pub(crate) fn email(&self) -> Option<&str> {
        match self {
            Self::Created(signup) | Self::Moved { signup, .. } | Self::StillThere(signup) => signup.email(),
            Self::Deleted { email, .. } => email.as_deref(),
        }
    }

    /// The payload that would have come, its members in the documented order. A sign-up was made when the service says;
    /// when it moved or went nobody knows, so that is now.
    pub(crate) fn build_payload(&self, waitlist: &str, now: Timestamp) -> Option<Value> {
        let event = self.event_type()?;
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now).to_string();
        let (data, at) = match self {
            Self::Created(signup) => {
                let made = signup.text("created_at").unwrap_or(&now).to_owned();
                (created(signup), made)
            }
            Self::Moved { signup, from, to } => {
                let change = to.saturating_sub(*from);
                let data = Value::from_iter([
                    ("id", Value::from(signup.id())),
                    ("email", signup.email().into()),
                    ("old_position", (*from).into()),
                    ("new_position", (*to).into()),
                    ("position_change", change.into()),
                ]);
                (data, now)
            }
            Self::Deleted { id, email } => {
                (Value::from_iter([("id", Value::from(id.as_str())), ("email", email.as_deref().into())]), now)
            }
            Self::StillThere(_) => return None,
        };
        Some(Value::from_iter([
            ("event_type", Value::from(event)),
            ("waitlist_id", waitlist.into()),
            ("data", data),
            ("timestamp", at.into()),
        ]))
    }
}

/// The documented members, as far as the service tells them.
fn created(signup: &ApiSignup) -> Value {
    let names = ["id", "email", "name", "position", "referral_code", "created_at"];
    let members: Map<String, Value> =
        names.into_iter().filter_map(|name| Some((name.to_owned(), signup.members().get(name)?.clone()))).collect();
    Value::Object(members)
}
