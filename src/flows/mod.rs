//! Floor 2: what several commands do, assembled from edges, store and screen.

pub mod arguments;
pub mod audit;
pub mod child;
pub mod delivery;
pub mod diagnosis;
pub mod editor;
pub mod expectation;
pub mod failures;
pub mod history;
pub mod input;
pub mod listener;
pub mod listeners;
pub mod loading;
pub mod payload;
pub mod probing;
pub mod ready;
pub mod rehearsing;
pub mod replaying;
pub mod request;
pub mod runtime;
pub mod sandbox;
pub mod selecting;
pub mod transfer;
pub mod workspace;
