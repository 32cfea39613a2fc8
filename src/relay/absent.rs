//! What stands in the relay's place in a build without it. No value of these types can be made, so that nothing below
//! ever runs, and whoever asks for a connection is told.

use super::told::{
    PublishedMessage, RelayAccess, RelayError, RelayVoice, RelayedRequest, StreamFacts, SubscriptionWish,
};
use crate::clock::SharedClock;
use crate::protocol::arrival::Arrival;
use crate::protocol::relay_address::RelayAddress;
use crate::protocol::secrecy::SecretMask;
use std::convert::Infallible;

/// A connection, and who publishes by it.
#[derive(Clone)]
pub(crate) struct AbsentConnection(Infallible);

/// A subscription.
pub(crate) struct AbsentSubscription(Infallible);

impl AbsentConnection {
    pub(crate) async fn open(
        _: &RelayAddress,
        _: &RelayAccess,
        _: SharedClock,
        _: RelayVoice,
    ) -> Result<Self, RelayError> {
        Err(RelayError::Absent)
    }

    pub(crate) fn new(connection: Self, _: SecretMask) -> Self {
        connection
    }

    pub(crate) async fn ensure_stream(&self) -> Result<String, RelayError> {
        match self.0 {}
    }

    pub(crate) async fn inspect_stream(&self) -> Result<Option<StreamFacts>, RelayError> {
        match self.0 {}
    }

    pub(crate) async fn publish(&self, _: &Arrival) -> Result<PublishedMessage, RelayError> {
        match self.0 {}
    }

    pub(crate) async fn publish_patiently(&self, _: &Arrival) -> Result<PublishedMessage, RelayError> {
        match self.0 {}
    }
}

impl AbsentSubscription {
    pub(crate) async fn open(connection: AbsentConnection, _: &SubscriptionWish) -> Result<Self, RelayError> {
        match connection.0 {}
    }

    pub(crate) fn state(&self) -> (bool, u64) {
        match self.0 {}
    }

    pub(crate) fn earlier(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn stream(&self) -> &str {
        match self.0 {}
    }

    pub(crate) async fn run(self, _: impl AsyncFn(&RelayedRequest, u64) -> bool, _: impl Future<Output = ()>) -> bool {
        match self.0 {}
    }
}
