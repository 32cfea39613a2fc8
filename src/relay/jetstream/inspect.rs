//! What a stream promises and has, for who asks whether it is enough. Nothing is changed.

use super::connection::RelayConnection;
use crate::relay::told::{RelayError, StreamFacts};
use async_nats::jetstream::context::GetStreamByNameErrorKind;
use async_nats::jetstream::stream::{RetentionPolicy, StorageType};

impl RelayConnection {
    /// The stream that keeps the subject; `None` where there is none.
    pub(crate) async fn inspect_stream(&self) -> Result<Option<StreamFacts>, RelayError> {
        let unreachable = |error: &dyn std::fmt::Display| {
            RelayError::Unreachable(format!("{} does not tell about its stream: {error}", self.address))
        };
        let name = match self.jetstream.stream_by_subject(self.address.all_subjects()).await {
            Ok(name) => name,
            Err(error) if error.kind() == GetStreamByNameErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreachable(&error)),
        };
        let stream = self.jetstream.get_stream(&name).await.map_err(|error| unreachable(&error))?;
        let info = stream.cached_info();
        let config = &info.config;
        Ok(Some(StreamFacts {
            name,
            max_age: config.max_age,
            max_bytes: u64::try_from(config.max_bytes).ok().filter(|bytes| *bytes > 0),
            duplicate_window: config.duplicate_window,
            replicas: config.num_replicas,
            servers: self.count_servers(),
            in_memory: config.storage == StorageType::Memory,
            serves_all: config.retention == RetentionPolicy::Limits,
            acknowledges: !config.no_ack,
            messages: info.state.messages,
            bytes: info.state.bytes,
        }))
    }
}
