//! Floor 3: one file a command. Arguments first, then `run`: resolve what the world has to give, then act.

pub mod completions;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod events;
pub mod expect;
pub mod listen;
pub mod login;
pub mod logout;
pub mod man;
pub mod reconcile;
pub mod replay;
pub mod sandbox;
pub mod secret;
pub mod sign;
pub mod signups;
pub mod subscribe;
pub mod subscriptions;
pub mod supervise;
pub mod test;
pub mod trigger;
pub mod unsubscribe;
pub mod verify;
pub mod waitlists;
pub mod whoami;
