//! An address in the words of a stream: its name, its subjects, and values from outside as a part of one.

use crate::protocol::relay_address::RelayAddress;

impl RelayAddress {
    /// The stream that is made where the subject has none: subjects are written in lower case, streams in upper.
    pub(crate) fn stream_name(&self) -> String {
        self.subject.replace('.', "_").to_uppercase()
    }

    /// Everything of the subject.
    pub(crate) fn all_subjects(&self) -> String {
        format!("{}.>", self.subject)
    }

    /// What is meant of it.
    pub(crate) fn wanted_subjects(&self) -> String {
        match self.event {
            Some(event) => format!("{}.{}.>", self.subject, event.short_name()),
            None => self.all_subjects(),
        }
    }
}

/// A value from outside as one part of a subject.
pub(super) fn push_token(subject: &mut String, text: Option<&str>) {
    let text = text.filter(|text| !text.is_empty()).unwrap_or("none");
    subject.extend(text.chars().take(64).map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_servers_a_subject_and_maybe_an_event() {
        let read =
            |text: &str| RelayAddress::parse(text).map(|address| (address.to_string(), address.wanted_subjects()));
        for (text, shown, subjects) in [
            ("nats://h/hooks", "nats://h:4222/hooks", "hooks.>"),
            ("nats://a:1,b:2,[::1]:3/team.hooks", "nats://a:1,b:2,[::1]:3/team.hooks", "team.hooks.>"),
            ("tls://h/hooks.created", "tls://h:4222/hooks.created", "hooks.created.>"),
            ("nats://h/hooks.signup.deleted", "nats://h:4222/hooks.deleted", "hooks.deleted.>"),
            ("nats://[::1]/hooks/", "nats://[::1]:4222/hooks", "hooks.>"),
        ] {
            assert_eq!(read(text), Ok((shown.into(), subjects.into())), "{text}");
        }
    }
}
