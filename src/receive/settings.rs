//! What a listener is told before it starts: plain values, no behaviour beyond their defaults.
//!
//! May know `protocol` types and HTTP names. Must not read the environment or parse command lines.

use super::response_script::ResponseScript;
use crate::exchange::TlsTrust;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::protocol::field::FieldName;
use crate::protocol::schedule::{ATTEMPT_BUDGET, RetryFrom};
use crate::protocol::signature::HmacKey;
use crate::server::ServerLimits;
use http::HeaderValue;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Decides whether an event is meant. Runs before the answer, so it must be quick and bounded.
pub(crate) type ListenerFilter = Arc<dyn Fn(&EventFacts, &RawBody) -> bool + Send + Sync>;

/// Time after which a mirroring listener answers 504 by itself, half a second before the sender's own budget ends.
pub(crate) const MIRROR_BUDGET: Duration = Duration::from_millis(4500);

/// Everything about one listener except its socket.
#[derive(Clone)]
pub struct ListenerSettings {
    /// The one path that is served, compared exactly; `None` serves every path.
    pub path: Option<String>,
    /// Secrets that may have signed, the current one first.
    pub keys: Vec<HmacKey>,
    /// Whether an unsigned request is refused like a badly signed one.
    pub require_signature: bool,
    /// What stored arrivals are answered with.
    pub answers: ResponseScript,
    /// How long an answer to a stored arrival is held back.
    pub respond_delay: Duration,
    /// Where events are passed on to. Each target has a queue of its own; of several mirrored ones the first answers.
    pub forwards: Vec<ForwardSettings>,
    /// What is told and passed on; everything is stored. `None` means everything.
    pub shown: Option<ListenerFilter>,
    /// How many distinct events are counted before counting stops; `None` counts none.
    pub until: Option<u64>,
    /// How this listener is told from any other server behind a public address; `None` where nobody asks.
    pub greeting: Option<ListenerGreeting>,
    /// Bounds of time, size and number.
    pub limits: ServerLimits,
    /// Bounds of what waits behind the answers.
    pub memory: MemoryLimits,
}

/// The header that carries a [`ListenerGreeting`]'s question.
pub(crate) const GREETING_HEADER: &str = "x-referralloop-greeting";

/// A question that only this listener has the answer to. Both are made for one run; the answer is not derived from the
/// question, so that no server that repeats what it is sent is taken for this one.
#[derive(Clone)]
pub struct ListenerGreeting {
    /// The value of [`GREETING_HEADER`], in a GET request to the path that is served.
    pub question: String,
    /// The body of what it is answered with.
    pub answer: String,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            path: None,
            keys: Vec::new(),
            require_signature: false,
            answers: ResponseScript::default(),
            respond_delay: Duration::ZERO,
            forwards: Vec::new(),
            shown: None,
            until: None,
            greeting: None,
            limits: ServerLimits::default(),
            memory: MemoryLimits::default(),
        }
    }
}

impl fmt::Debug for ListenerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("path", &self.path)
            .field("keys", &self.keys.len())
            .field("require_signature", &self.require_signature)
            .field("answers", &self.answers)
            .field("respond_delay", &self.respond_delay)
            .field("forwards", &self.forwards)
            .field("until", &self.until)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Memory that what waits behind the answers may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimits {
    /// Held by events waiting for their forward, for each target.
    pub forward_bytes: usize,
    /// Held by refused requests waiting for their place in the ring.
    pub refused_bytes: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self { forward_bytes: 16 << 20, refused_bytes: 8 << 20 }
    }
}

/// One target that events are passed on to.
#[derive(Clone)]
pub struct ForwardSettings {
    pub url: Url,
    /// Time an attempt has; `None` waits for ever, for a developer at a breakpoint.
    pub timeout: Option<Duration>,
    /// Fields that are added, or stand in place of received ones of the same name.
    pub headers: Vec<(FieldName, HeaderValue)>,
    /// Whether the path that was asked for goes along; its query does in any case.
    pub with_path: bool,
    /// Whose certificates are taken.
    pub(crate) trust: TlsTrust,
    /// Whether an event is passed on again although an earlier forward of it was acknowledged.
    pub forward_duplicates: bool,
    /// What the sender's answer waits for.
    pub ack: AckMode,
    /// How failed forwards are tried again; `None` for one attempt each. Only under [`AckMode::Store`].
    pub retrying: Option<ForwardRetryPolicy>,
    /// Which of the shown events go to this target; `None` means all.
    pub only: Option<ListenerFilter>,
    /// These in words, where not all do.
    pub route: Option<String>,
}

impl ForwardSettings {
    /// The target as it is shown and recorded.
    pub(crate) fn label(&self) -> String {
        redact_target_url(&self.url)
    }

    /// A target with the defaults: the sender's own budget, nothing added, no duplicates, answered once stored.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            timeout: Some(ATTEMPT_BUDGET),
            headers: Vec::new(),
            with_path: false,
            trust: TlsTrust::default(),
            forward_duplicates: false,
            ack: AckMode::Store,
            retrying: None,
            only: None,
            route: None,
        }
    }
}

impl fmt::Debug for ForwardSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of added fields may be credentials.
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ForwardSettings")
            .field("url", &redact_target_url(&self.url))
            .field("timeout", &self.timeout)
            .field("headers", &names)
            .field("forward_duplicates", &self.forward_duplicates)
            .field("ack", &self.ack)
            .finish_non_exhaustive()
    }
}

/// How failed forwards are tried again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForwardRetryPolicy {
    /// What delays count from.
    pub from: RetryFrom,
    /// How many times as fast as documented.
    pub factor: f64,
}

/// What the sender's answer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AckMode {
    /// The store alone.
    #[default]
    Store,
    /// The local app, whose status becomes the answer.
    Mirror,
}

/// A target as it is shown and recorded: without a user name or password.
pub(super) fn redact_target_url(url: &Url) -> String {
    let mut url = url.clone();
    // Only a URL without a host refuses, and it has neither.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}
