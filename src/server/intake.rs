//! What a request in flight holds of its server: the connection's place, and memory for what is read of it.

use super::places::Place;
use http::Request;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Connections that give way at most so that one more body finds memory, and the time that each has to end.
const GIVING_WAY: usize = 16;
const ENDING: Duration = Duration::from_millis(100);

/// Memory for all that is being read at one time, over all connections.
#[derive(Debug, Clone)]
pub(super) struct MemoryBudget(Arc<Semaphore>);

/// A part of it, given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct GrantedMemory(Option<OwnedSemaphorePermit>);

/// Put among the extensions of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestIntake {
    place: Arc<Place>,
    memory: MemoryBudget,
}

impl MemoryBudget {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// Adds to what was granted; false where that much is not free.
    pub(super) fn grant(&self, granted: &mut GrantedMemory, bytes: usize) -> bool {
        let Ok(wanted) = u32::try_from(bytes) else { return false };
        let Ok(more) = Arc::clone(&self.0).try_acquire_many_owned(wanted) else { return false };
        granted.merge(more);
        true
    }

    /// The same, and waits for a moment until it is free.
    async fn await_grant(&self, granted: &mut GrantedMemory, bytes: usize) -> bool {
        let Ok(wanted) = u32::try_from(bytes) else { return false };
        let Ok(Ok(more)) = timeout(ENDING, Arc::clone(&self.0).acquire_many_owned(wanted)).await else { return false };
        granted.merge(more);
        true
    }
}

impl GrantedMemory {
    fn merge(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.0 {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
    }
}

impl RequestIntake {
    pub(super) fn new(place: Arc<Place>, memory: MemoryBudget) -> Self {
        Self { place, memory }
    }

    /// The intake of a request that came over a socket.
    pub(crate) fn of<B>(request: &Request<B>) -> Option<Self> {
        request.extensions().get().cloned()
    }

    /// The whole request is here.
    pub(super) fn finish_reading(&self) {
        self.place.begin_work();
    }

    /// The request has its answer.
    pub(super) fn finish_answer(&self) {
        self.place.begin_wait();
    }

    /// Memory for what is read of the request; false where that much is not free.
    pub(super) fn grant(&self, granted: &mut GrantedMemory, bytes: usize) -> bool {
        let has = self.memory.grant(granted, bytes);
        if has {
            self.place.note_memory();
        }
        has
    }

    /// The same; where it is not free, those who have waited longest with a part of it give way.
    pub(super) async fn grant_with_room(&self, granted: &mut GrantedMemory, bytes: usize) -> bool {
        // Seldom waited for, so that it takes no room in the future of every request.
        self.grant(granted, bytes) || Box::pin(self.make_room(granted, bytes)).await
    }

    async fn make_room(&self, granted: &mut GrantedMemory, bytes: usize) -> bool {
        for _ in 0..GIVING_WAY {
            if !self.place.evict_holder() {
                break;
            }
            if self.memory.await_grant(granted, bytes).await {
                self.place.note_memory();
                return true;
            }
        }
        false
    }
}

/// Whether a head names its host as RFC 9112, section 3.2 wants it: once, and only before HTTP/1.1 not at all; and where
/// the target is a whole URL, the same one. A host and port alone are the target of CONNECT only.
pub(super) fn names_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(http::header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => return request.version() < http::Version::HTTP_11,
        (Some(host), None) if is_host(host.as_bytes()) => host.as_bytes(),
        _ => return false,
    };
    let uri = request.uri();
    match (uri.authority(), uri.scheme_str()) {
        (None, _) => true,
        (Some(_), None) => request.method() == http::Method::CONNECT,
        (Some(authority), Some(_)) => authority.as_str().as_bytes().eq_ignore_ascii_case(host),
    }
}

/// A host and a port, of the characters that RFC 3986 has for them. Empty is allowed: a target without authority.
fn is_host(host: &[u8]) -> bool {
    host.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=:[]".contains(byte))
}
