//! What a running listener lets those see who watch it.

use crate::receive::ListenerCounters;
use std::sync::{Arc, OnceLock};
use tokio::sync::watch;

/// A listener's counters once it has them, and whether it is about to end.
#[derive(Debug, Default)]
pub(crate) struct ListenerLife {
    counters: OnceLock<Arc<ListenerCounters>>,
    ending: watch::Sender<bool>,
    dropping: watch::Sender<bool>,
}

impl ListenerLife {
    /// The counters, once it runs.
    pub(crate) fn counters(&self) -> Option<&Arc<ListenerCounters>> {
        self.counters.get()
    }

    /// Ready once the listener finishes what is under way, for whatever reason.
    pub(crate) async fn wait_for_end(&self) {
        // Whoever asks holds the sender.
        drop(self.ending.subscribe().wait_for(|ending| *ending).await);
    }

    /// Ready once the listener drops what is under way and what waits, as somebody insisted on its end.
    pub(crate) async fn wait_for_drop(&self) {
        drop(self.dropping.subscribe().wait_for(|dropping| *dropping).await);
    }

    pub(super) fn note_counters(&self, counters: Arc<ListenerCounters>) {
        // A listener begins once.
        let _ = self.counters.set(counters);
    }

    pub(super) fn note_end(&self) {
        self.ending.send_replace(true);
    }

    pub(super) fn note_drop(&self) {
        self.dropping.send_replace(true);
    }
}
