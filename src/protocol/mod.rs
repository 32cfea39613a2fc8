//! Floor 0: what ReferralLoop says, and nothing else.
//!
//! Facts, grammars and value types of the webhook contract. Everything here is pure: no clock, no environment, no
//! randomness, no input or output, no runtime. Time, ids and random numbers arrive as parameters, so every rule can
//! be tested with a literal.

pub(crate) mod api;
pub mod arrival;
pub mod attempt;
pub mod body;
pub(crate) mod check;
pub(crate) mod closest;
pub(crate) mod delivery;
pub(crate) mod difference;
pub(crate) mod edit;
pub mod event;
pub(crate) mod expectation;
pub mod facts;
pub mod field;
pub mod json;
pub(crate) mod keeping;
pub(crate) mod latency;
pub(crate) mod load;
pub(crate) mod payload;
pub(crate) mod reconcile;
pub(crate) mod redact;
pub mod referralhero;
pub(crate) mod rehearsal;
pub(crate) mod relay_address;
pub mod report;
pub(crate) mod rules;
pub mod sample;
pub(crate) mod scenario;
pub(crate) mod schedule;
pub(crate) mod secrecy;
pub mod signature;
pub mod stringify;
pub(crate) mod target;
pub(crate) mod wire;
pub(crate) mod workspace;
