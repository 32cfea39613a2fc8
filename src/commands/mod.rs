//! Floor 3: one file a command. Arguments first, then `run`: resolve what the world has to give, then act.

pub mod completions;
pub mod config;
pub mod demo;
pub mod events;
pub mod expect;
pub mod listen;
pub mod man;
pub mod replay;
pub mod sandbox;
pub mod secret;
pub mod sign;
pub mod test;
pub mod trigger;
pub mod verify;
