//! Floor 0: what ReferralLoop says, and nothing else.
//!
//! Facts, grammars and value types of the webhook contract. Everything here is pure: no clock, no environment, no
//! randomness, no input or output, no runtime. Time, ids and random numbers arrive as parameters, so every rule can
//! be tested with a literal.

pub mod api;
pub mod arrival;
pub mod attempt;
pub mod body;
pub mod check;
pub mod delivery;
pub mod difference;
pub mod edit;
pub mod event;
pub mod expectation;
pub mod facts;
pub mod json;
pub mod load;
pub mod payload;
pub mod reconcile;
pub mod redact;
pub mod rehearsal;
pub mod report;
pub mod sample;
pub mod scenario;
pub mod schedule;
pub mod signature;
pub mod stringify;
pub mod target;
