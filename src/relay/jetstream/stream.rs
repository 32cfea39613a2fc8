//! The stream of a subject: found, or made once with limits that hold it small, and never changed.

use super::connection::RelayConnection;
use super::inspect::{covers, find_fault};
use crate::relay::told::{RelayError, RelayNews};
use async_nats::jetstream::context::GetStreamByNameErrorKind;
use async_nats::jetstream::stream;
use std::time::Duration;

/// The service repeats a delivery for 81 minutes: within this time a repeat is one message.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(2 * 3600);

const STREAM_AGE: Duration = Duration::from_secs(30 * 24 * 3600);
const STREAM_BYTES: i64 = 1 << 30;

impl RelayConnection {
    /// The stream that keeps the subject; made where there is none, and never changed where there is one. Servers that
    /// elect are waited for.
    pub(crate) async fn ensure_stream(&self) -> Result<String, RelayError> {
        self.wait_for_leader(async || {
            let name = self.make_stream().await?;
            let failed = format!("{} does not tell about its stream", self.address);
            // The cluster has a leader, and the stream one of its own, who alone tells about it.
            match self.ask(&failed, self.jetstream.get_stream(&name)).await {
                Ok(stream) => {
                    let config = &stream.cached_info().config;
                    let (kept, subjects) = (&config.subjects, self.address.all_subjects());
                    if let Some(fault) = find_fault(config) {
                        (self.voice)(RelayNews::Unfit { stream: name.clone(), fault });
                    }
                    if !kept.iter().any(|pattern| covers(pattern, &subjects)) {
                        (self.voice)(RelayNews::KeepsPart { stream: name.clone(), subjects });
                    }
                    Ok(name)
                }
                // Who may not ask is told when something is published.
                Err(RelayError::Forbidden(_)) => Ok(name),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// The same, for who has no time to wait.
    pub(super) async fn make_stream(&self) -> Result<String, RelayError> {
        match self.find_stream().await {
            Err(RelayError::NoStream(_)) => {}
            found => return found,
        }
        let config = stream::Config {
            name: self.address.stream_name(),
            subjects: vec![self.address.all_subjects()],
            max_age: STREAM_AGE,
            max_bytes: STREAM_BYTES,
            duplicate_window: DUPLICATE_WINDOW,
            num_replicas: if self.address.servers.len() >= 3 { 3 } else { 1 },
            description: Some("Webhook deliveries, made by referralloop".into()),
            ..stream::Config::default()
        };
        let failed = format!("the stream {} cannot be made", config.name);
        let made = self.ask(&failed, self.jetstream.create_stream(config)).await?;
        Ok(made.cached_info().config.name.clone())
    }

    /// The name of the stream that keeps the subject.
    pub(super) async fn find_stream(&self) -> Result<String, RelayError> {
        let subjects = self.address.all_subjects();
        let failed = format!("{} does not tell which stream keeps {subjects}", self.address);
        let asking = async {
            match self.jetstream.stream_by_subject(subjects.clone()).await {
                Err(error) if error.kind() == GetStreamByNameErrorKind::NotFound => Ok(None),
                answer => answer.map(Some),
            }
        };
        self.ask(&failed, asking).await?.ok_or(RelayError::NoStream(subjects))
    }
}
