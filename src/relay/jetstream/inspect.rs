//! What a stream promises and has, for who asks whether it is enough. Nothing is changed.

use super::connection::RelayConnection;
use crate::relay::told::{RelayError, StreamFacts};
use async_nats::jetstream::stream::{RetentionPolicy, StorageType};

impl RelayConnection {
    /// The stream that keeps the subject; `None` where there is none.
    pub(crate) async fn inspect_stream(&self) -> Result<Option<StreamFacts>, RelayError> {
        let name = match self.find_stream().await {
            Ok(name) => name,
            Err(RelayError::NoStream(subjects)) => return self.refuse_taken_name(subjects).await.map(|()| None),
            Err(error) => return Err(error),
        };
        let stream = self
            .ask(&format!("{} does not tell about its stream", self.address), self.jetstream.get_stream(&name))
            .await?;
        let info = stream.cached_info();
        let config = &info.config;
        Ok(Some(StreamFacts {
            name,
            max_age: config.max_age,
            max_bytes: u64::try_from(config.max_bytes).ok().filter(|bytes| *bytes > 0),
            duplicate_window: config.duplicate_window,
            replicas: config.num_replicas,
            servers: self.count_servers(),
            subjects: self.address.all_subjects(),
            covers: config.subjects.iter().any(|pattern| covers(pattern, &self.address.all_subjects())),
            max_message: u64::try_from(config.max_message_size)
                .ok()
                .filter(|bytes| *bytes > 0)
                .map_or(self.max_message(), |bytes| bytes.min(self.max_message())),
            in_memory: config.storage == StorageType::Memory,
            serves_all: config.retention == RetentionPolicy::Limits,
            acknowledges: !config.no_ack,
            messages: info.state.messages,
            bytes: info.state.bytes,
        }))
    }
}

impl RelayConnection {
    /// The stream that would be made must not be there with other subjects.
    async fn refuse_taken_name(&self, subjects: String) -> Result<(), RelayError> {
        let name = self.address.stream_name();
        match self.jetstream.get_stream(&name).await {
            Ok(_) => Err(RelayError::NameTaken { name, subjects }),
            Err(_) => Ok(()),
        }
    }
}

/// Whether whatever a subject with wildcards stands for is among what a stream's subject stands for.
pub(super) fn covers(pattern: &str, subjects: &str) -> bool {
    let mut wanted = subjects.split('.');
    for part in pattern.split('.') {
        match (part, wanted.next()) {
            (">", Some(_)) => return true,
            ("*", Some(other)) if other != ">" => {}
            (part, Some(other)) if part == other => {}
            _ => return false,
        }
    }
    wanted.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_stream_keeps_all_or_a_part() {
        for pattern in ["hooks.>", ">", "*.>"] {
            assert!(covers(pattern, "hooks.>"), "{pattern}");
        }
        for pattern in ["hooks.created.>", "hooks.*", "hooks", "other.>"] {
            assert!(!covers(pattern, "hooks.>"), "{pattern}");
        }
        assert!(covers("team.*.>", "team.hooks.>") && !covers("team.*", "team.hooks.>"));
    }
}
