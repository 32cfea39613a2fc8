//! A listener that is reached from outside: tunnels that are made of shell scripts, public addresses that lead here or
//! elsewhere, subscriptions that last as long as the run, and nothing left behind however it ends.

mod addresses;
mod ends;
pub mod stage;
mod subscriptions;
