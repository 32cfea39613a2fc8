//! What a stream promises and has, for who asks whether it is enough. Nothing is changed.

use super::connection::RelayConnection;
use crate::relay::told::{RelayError, StreamFacts, StreamFault};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};

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
            max_bytes: limit(config.max_bytes),
            duplicate_window: config.duplicate_window,
            replicas: config.num_replicas,
            servers: self.count_servers(),
            subjects: self.address.all_subjects(),
            covers: config.subjects.iter().any(|pattern| covers(pattern, &self.address.all_subjects())),
            max_message: limit(config.max_message_size.into())
                .map_or(self.max_message(), |bytes| bytes.min(self.max_message())),
            in_memory: config.storage == StorageType::Memory,
            fault: find_fault(config),
            refuses_when_full: config.discard == DiscardPolicy::New,
            max_messages: limit(config.max_messages),
            max_per_subject: limit(config.max_messages_per_subject),
            max_consumers: limit(config.max_consumers.into()),
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

/// A limit, where there is one.
fn limit(limit: i64) -> Option<u64> {
    u64::try_from(limit).ok().filter(|limit| *limit > 0)
}

/// What makes a stream unfit, whatever its limits.
pub(super) fn find_fault(config: &Config) -> Option<StreamFault> {
    match config.retention {
        _ if config.sealed => Some(StreamFault::Sealed),
        RetentionPolicy::Limits => None,
        RetentionPolicy::Interest => Some(StreamFault::KeepsForPresent),
        RetentionPolicy::WorkQueue => Some(StreamFault::KeepsForOne),
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
