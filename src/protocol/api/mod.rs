//! The hosted API as its documentation describes it: where it is, its calls, what they carry and answer, its errors,
//! plans and limits. The client (`hosted`) and the sandbox both speak it from here.
//!
//! Answers are read leniently: of an object only its id must be there, and every member is kept as it came, known or
//! not. Source: the provider's pages on authentication, error codes, rate limits and sign-ups, and its webhook page.

mod calls;
mod errors;
mod key;
mod limits;
mod responses;
#[cfg(test)]
mod tests;

pub use calls::{ApiCall, ApiMethod, NewSignup, NewSubscription, check_id};
pub use errors::{ApiErrorResponse, ExistingSignup};
pub use key::{ApiBase, ApiKey, ApiKeyError};
pub use limits::{ApiRateLimits, LIMIT_HEADER, REMAINING_HEADER, RESET_HEADER, WorkspacePlan};
pub use responses::{ApiResponseError, ApiSignup, ApiSubscription, ApiWaitlist, read_list, read_one};

/// Where live keys belong: scheme and host of the service.
pub const ORIGIN: &str = "https://www.referralloop.dev";

/// What every path begins with.
pub const BASE_PATH: &str = "/api/v1";

/// The base of the service's calls.
pub const BASE_URL: &str = "https://www.referralloop.dev/api/v1";

/// What live keys begin with. In spite of the letters these are secrets.
pub const LIVE_PREFIX: &str = "pk_live_";

/// What test keys begin with.
pub const TEST_PREFIX: &str = "pk_test_";

/// What the ids of subscriptions begin with.
pub const SUBSCRIPTION_PREFIX: &str = "sub_";

/// Sign-ups on a page where nobody says how many.
pub const PAGE: u32 = 100;

/// Sign-ups on a page at most.
pub const LARGEST_PAGE: u32 = 1000;
