//! What an answer of the servers means that is none of the wished, or no answer: whether to wait, to ask somebody, or to
//! give up. The library has kinds for some of it; the words that it shows, with the server's code at their end, are all
//! that it has in common.

use super::connection::RelayConnection;
use super::words::{last_cause, read_code};
use crate::relay::told::{RelayError, RelayNews};
use std::fmt::Display;
use std::time::Duration;

/// How long servers may have no leader before whoever begins gives up. An election takes seconds, and a cluster that
/// starts is through with it in ten.
const ELECTION_PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks for a leader, and how long an answer is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Codes of a cluster, a stream or a consumer that has no leader at this moment, or not enough servers for one.
const LEADERLESS: [u32; 9] = [10_004, 10_005, 10_006, 10_007, 10_008, 10_009, 10_041, 10_118, 10_119];

/// Codes of a server or an account without streams.
const WITHOUT_STREAMS: [u32; 2] = [10_039, 10_076];

/// Code of a stream's name that is another one's.
const NAME_IN_USE: u32 = 10_058;

impl RelayConnection {
    /// Asks; a right that is missing is known before the time for the answer is over, as servers tell it apart.
    pub(super) async fn ask<T, E: Display>(
        &self,
        failed: &str,
        asking: impl Future<Output = Result<T, E>>,
    ) -> Result<T, RelayError> {
        let mut refusals = self.refusals.subscribe();
        tokio::select! {
            answer = asking => answer.map_err(|error| self.explain(failed, &error.to_string())),
            // Who has no leader says nothing at all for some seconds.
            () = self.clock.sleep(ASKED_AGAIN_AFTER) => Err(RelayError::Leaderless(self.address.to_string())),
            Ok(()) = refusals.changed() => {
                Err(self.missing_right().unwrap_or_else(|| RelayError::Unreachable(failed.to_owned())))
            }
        }
    }

    /// What the servers refused last for want of a right.
    pub(super) fn missing_right(&self) -> Option<RelayError> {
        self.refusals.borrow().clone().map(RelayError::Forbidden)
    }

    /// Asks again for as long as the servers elect, which is told once, and so is its end.
    pub(super) async fn wait_for_leader<T>(
        &self,
        ask: impl AsyncFn() -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        let (began, mut is_told) = (self.clock.monotonic(), false);
        loop {
            let answer = ask().await;
            let waited = self.clock.monotonic().saturating_sub(began);
            match answer {
                Err(RelayError::Leaderless(_)) if waited < ELECTION_PATIENCE => {}
                answer => {
                    if is_told && answer.is_ok() {
                        (self.voice)(RelayNews::Elected(waited));
                    }
                    return answer;
                }
            }
            if !is_told {
                is_told = true;
                (self.voice)(RelayNews::Electing(ELECTION_PATIENCE));
            }
            self.clock.sleep(LOOK_EVERY).await;
        }
    }

    pub(super) fn explain(&self, failed: &str, words: &str) -> RelayError {
        let address = self.address.to_string();
        match read_code(words) {
            Some(code) if LEADERLESS.contains(&code) => RelayError::Leaderless(address),
            Some(code) if WITHOUT_STREAMS.contains(&code) => RelayError::NoJetStream(address),
            Some(NAME_IN_USE) => {
                RelayError::NameTaken { name: self.address.stream_name(), subjects: self.address.all_subjects() }
            }
            None if words.contains("timed out") => RelayError::Leaderless(address),
            None if ["resource does not exist", "jetstream unavailable", "no responders"]
                .iter()
                .any(|none| words.contains(none)) =>
            {
                RelayError::NoJetStream(address)
            }
            _ => RelayError::Unreachable(format!("{failed}: {}", last_cause(words))),
        }
    }
}
