//! A sandbox without its socket: the contract call by call, and the queue on a clock that the test turns.

mod answers;
mod control;
mod delivering;
mod fixture;
mod positions;
