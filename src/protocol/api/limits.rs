//! Plans, their limits, and the header fields that tell how much is left.

use http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use std::str::FromStr;

/// Calls an hour, in lower case as HTTP libraries keep it.
pub(crate) const LIMIT_HEADER: &str = "x-ratelimit-limit";

/// Calls left in this hour.
pub(crate) const REMAINING_HEADER: &str = "x-ratelimit-remaining";

/// When the hour ends: ISO 8601, not seconds.
pub(crate) const RESET_HEADER: &str = "x-ratelimit-reset";

/// What a workspace pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WorkspacePlan {
    /// Without access to the API.
    Free,
    /// 1,000 calls an hour.
    Starter,
    /// 10,000 calls an hour.
    Growth,
    /// 100,000 calls an hour.
    Pro,
}

impl WorkspacePlan {
    /// Every plan, from the smallest.
    pub(crate) const ALL: [Self; 4] = [Self::Free, Self::Starter, Self::Growth, Self::Pro];

    /// As it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Growth => "growth",
            Self::Pro => "pro",
        }
    }

    /// Calls that a workspace may make in an hour; `None` where the API is not part of the plan.
    pub(crate) fn hourly_limit(self) -> Option<u32> {
        match self {
            Self::Free => None,
            Self::Starter => Some(1_000),
            Self::Growth => Some(10_000),
            Self::Pro => Some(100_000),
        }
    }

    /// The plan that a limit belongs to.
    pub(crate) fn from_hourly_limit(limit: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.hourly_limit().is_some_and(|own| u64::from(own) == limit))
    }
}

impl FromStr for WorkspacePlan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|plan| plan.name() == text);
        found.ok_or_else(|| format!("unknown plan '{text}'; the plans are free, starter, growth and pro"))
    }
}

/// What the header fields of an answer say; each may be missing or unreadable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ApiRateLimits {
    /// Calls an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Calls left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// When all of them are there again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_at: Option<Timestamp>,
}

impl ApiRateLimits {
    /// Reads the three fields.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        Self {
            limit: text(LIMIT_HEADER).and_then(|text| text.parse().ok()),
            remaining: text(REMAINING_HEADER).and_then(|text| text.parse().ok()),
            reset_at: text(RESET_HEADER).and_then(|text| text.parse().ok()),
        }
    }
}
