//! The hosted API as its documentation describes it: where it is, its calls, what they carry and answer, its errors,
//! plans and limits. The client (`hosted`) and the sandbox both speak it from here.
//!
//! Answers are read leniently: of an object only its id must be there, text or number, and every member is kept as it
//! came, known or not. Source: the provider's pages on authentication, error codes, rate limits and sign-ups, and its webhook page.

mod calls;
mod errors;
mod key;
mod limits;
mod responses;
#[cfg(test)]
mod tests;
mod tolerant;

pub(crate) use calls::{ApiCall, NewSignup, NewSubscription, check_id};
pub(crate) use errors::ApiErrorResponse;
pub(crate) use key::{ApiBase, ApiKey, ApiKeyError, ApiReach};
pub(crate) use limits::{ApiRateLimits, LIMIT_HEADER, REMAINING_HEADER, RESET_HEADER, WorkspacePlan};
pub(crate) use responses::{
    ApiList, ApiObject, ApiResponseError, ApiSignup, ApiSubscription, ApiWaitlist, is_switched_off, read_list, read_one,
};

/// Where live keys belong: scheme and host of the service.
pub(crate) const ORIGIN: &str = "https://www.referralloop.dev";

/// What every path begins with.
pub(crate) const BASE_PATH: &str = "/api/v1";

/// The base of the service's calls.
pub(crate) const BASE_URL: &str = "https://www.referralloop.dev/api/v1";

/// What live keys begin with. In spite of the letters these are secrets.
pub(crate) const LIVE_PREFIX: &str = "pk_live_";

/// What test keys begin with.
pub(crate) const TEST_PREFIX: &str = "pk_test_";

/// What the ids of subscriptions begin with.
pub(crate) const SUBSCRIPTION_PREFIX: &str = "sub_";

/// Sign-ups on a page where nobody says how many.
pub(crate) const PAGE: u32 = 100;

/// Sign-ups on a page at most.
pub(crate) const LARGEST_PAGE: u32 = 1000;
