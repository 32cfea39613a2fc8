//! Floor 0: what ReferralLoop says, and nothing else.
//!
//! Facts, grammars and value types of the webhook contract. Everything here is pure: no clock, no environment, no
//! randomness, no input or output, no runtime. Time, ids and random numbers arrive as parameters, so every rule can
//! be tested with a literal.

pub mod arrival;
pub mod attempt;
pub mod body;
pub mod check;
pub mod edit;
pub mod event;
pub mod expectation;
pub mod facts;
pub mod json;
pub mod report;
pub mod sample;
pub mod schedule;
pub mod signature;
pub mod stringify;
pub mod target;
